import { type Case, refuseMovedAccount, type Setting, seenFrom, trust, whyLocked } from "../../decision/case";
import type { Declaration } from "../../decision/declaration";
import type { Stored } from "../../decision/fields";
import type { Memory } from "../../decision/plan";
import type { Reading } from "../../decision/reading";
import { type View, view } from "../../decision/view";
import { selectedBy } from "../../kinds/selectors";
import type { Target } from "../../place/target";
import type { Task } from "../../reconcile/carry-out";
import { milliseconds } from "../../shared/duration";
import type { Status } from "../../shared/vocabulary";
import type { ProviderProcess } from "../process";
import { openSetting } from "../setting";
import type { Wire } from "../wire";

/** A decision of the program, or of the state, at its place. */
export interface Opened {
    readonly target: Target;
    readonly declaration: Declaration;
    readonly case: Case;
}

/** A declaration in its setting. */
export function opened(
    setting: Setting,
    target: Target,
    declaration: Declaration,
    memory: Memory,
    established: boolean,
): Opened {
    const { connection, decision, allowRemoval, onDrift, waitForRequest, ending } = declaration;
    const selected = selectedBy(setting.kind, connection, target.address.id);
    const expected = { ...declaration.expected, ...(selected === undefined ? {} : { selected }) };
    return {
        target,
        declaration,
        case: {
            ...setting,
            key: target.address.key,
            decision,
            expected,
            memory,
            options: { allowRemoval, onDrift, waitForRequest, established },
            ...(ending === undefined ? {} : { ending }),
        },
    };
}

/**
 * What create, update and delete have in common: the declaration as check left it, at the place where it is. Throws where the
 * credentials are those of another account.
 *
 * @param from the status from which the preview planned
 */
export async function reopen(
    target: Target,
    declaration: Declaration,
    memory: Memory,
    stamped: { readonly established: boolean; readonly from?: Status | undefined },
): Promise<Opened> {
    const setting = await openSetting(target);
    const again = opened(setting, target, declaration, seenFrom(memory, stamped.from), stamped.established);
    refuseMovedAccount(again.case, target.address.key);
    return again;
}

/** Reads through the process's listing; without working credentials nothing is asked. */
export async function readCase(
    { reconciler, messages }: ProviderProcess,
    { target, case: one }: Opened,
    urn: string | undefined,
): Promise<Reading> {
    if (one.locked !== undefined) {
        return { state: "unreadable", why: whyLocked(one.locked) };
    }
    const note = (text: string) => messages.report({ level: "info", text }, urn);
    return trust(one, await reconciler.inventory.read(target, note));
}

/** The case in the light of a first reading. */
export async function viewCase(process: ProviderProcess, one: Opened, urn: string | undefined): Promise<View> {
    return view(one.case, await readCase(process, one, urn));
}

/** What a preview showed, as check stamped it into inputs. */
export function shownBy({ __from, __cuts, observed }: Wire): Pick<Task, "from" | "mayCut" | "shown"> {
    return { from: __from as Status | undefined, mayCut: __cuts === true, shown: observed as Stored | undefined };
}

/** What the reconciler needs to carry a case out. */
export function taskOf(
    { configuration, run, messages, newToken }: ProviderProcess,
    { target, declaration, case: one }: Opened,
    { from, mayCut, shown }: Pick<Task, "from" | "mayCut" | "shown">,
    customTimeoutMs: number | undefined,
    urn: string | undefined,
): Task {
    const { maxCuts } = configuration.options();
    return {
        target,
        case: one,
        from,
        mayCut,
        shown,
        due: from !== undefined && from !== "any",
        admit: (seen, cut) => {
            if (cut) {
                run.admitCut(one.key, seen, maxCuts);
            }
        },
        timeoutMs: declaration.timeoutMs ?? customTimeoutMs ?? milliseconds(one.kind.limits.settleWithin),
        waitMs: declaration.waitMs,
        token: newToken(),
        note: (text) => messages.report({ level: "info", text }, urn),
    };
}
