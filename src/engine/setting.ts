import type { Locked, Setting } from "../decision/case";
import { CloudError } from "../kinds/cloud";
import type { ScopeState } from "../kinds/kind";
import { lifecycleOf } from "../kinds/lifecycle";
import { remedyFor } from "../kinds/remedies";
import type { Target } from "../place/target";

/** Finds out what holds at a place, apart from its connections: whose account it is, and how its scope is set. */
export async function openSetting(target: Target): Promise<Setting> {
    const { kind, address, session } = target;
    let account: string | undefined;
    let unconfirmed: string | undefined;
    let locked: Locked | undefined;
    let state: ScopeState = { found: "missing", admission: "unknown" };
    try {
        account = await session.account();
    } catch (error) {
        const { failure, message } = cloudErrorOf(error);
        locked = failure === "credentials" ? lockOf(target, error) : undefined;
        unconfirmed = message;
    }
    if (locked === undefined) {
        try {
            state = await session.describe(kind, address.scope);
        } catch (error) {
            // Its settings decide what is planned and warned of: without them nothing is known for sure.
            locked = lockOf(target, error);
        }
    }
    const { scope } = address;
    return { kind, scope, state, lifecycle: lifecycleOf(kind, scope, state), account, unconfirmed, locked };
}

function lockOf({ kind, address }: Target, error: unknown): Locked {
    const failed = cloudErrorOf(error);
    return { reason: failed.message, remedy: remedyFor(kind, address.scope, "read", failed) };
}

/** Anything but a cloud's error is a bug and thrown on. */
function cloudErrorOf(error: unknown): CloudError {
    if (!(error instanceof CloudError)) {
        throw error;
    }
    return error;
}
