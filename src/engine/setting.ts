import type { Setting } from "../decision/case";
import { CloudError } from "../kinds/cloud";
import type { ScopeState } from "../kinds/kind";
import { lifecycleOf } from "../kinds/lifecycle";
import type { Target } from "../place/target";
import { whyUnreadable } from "../reconcile/inventory";

/** Finds out what holds at a place, apart from its connections: whose account it is, and how its scope is set. */
export async function openSetting({ kind, address, session }: Target): Promise<Setting> {
    let account: string | undefined;
    let unconfirmed: string | undefined;
    let locked: string | undefined;
    let state: ScopeState = { found: "missing", admission: "unknown" };
    try {
        account = await session.account();
    } catch (error) {
        locked = whyLocked(error);
        unconfirmed = (error as Error).message;
    }
    if (locked === undefined) {
        try {
            state = await session.describe(kind, address.scope);
        } catch (error) {
            // Its settings decide what is planned and warned of: without them nothing is known for sure.
            locked = whyUnreadable(kind, error);
        }
    }
    const { scope } = address;
    return { kind, scope, state, lifecycle: lifecycleOf(kind, scope, state), account, unconfirmed, locked };
}

/** The reason, if a cloud's error means that there are no working credentials. Anything but a cloud's error is a bug and thrown on. */
function whyLocked(error: unknown): string | undefined {
    if (!(error instanceof CloudError)) {
        throw error;
    }
    return error.failure === "credentials" ? error.message : undefined;
}
