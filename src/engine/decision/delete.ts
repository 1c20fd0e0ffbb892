import { undeletedText } from "../../decision/case";
import { readDeclaration } from "../../decision/declaration";
import { selectorResult } from "../../decision/guard";
import { UNASKED } from "../../decision/plan";
import { whyUnread } from "../../decision/reading";
import { sends, view } from "../../decision/view";
import type { Observed } from "../../kinds/kind";
import { isSought } from "../../kinds/selectors";
import type { Lifecycle } from "../../kinds/table";
import { ownId } from "../../shared/key";
import { DecisionError } from "../../shared/problem";
import type { OnDelete } from "../../shared/vocabulary";
import { customTimeout, ledgerProblem, refuse, refuseNewerState, urnOf } from "../inputs";
import type { ProviderProcess } from "../process";
import type { Deleted } from "../run";
import type { Wire } from "../wire";
import { deletionLine, leftLine, report } from "./lines";
import { type Opened, readCase, reopen, taskOf } from "./open";
import type { OutputMemory } from "./outputs";

/**
 * Removes a decision from the stack. `keep`, the default, changes nothing in the cloud and needs none. Otherwise the connection is
 * rejected or removed, unless this run or its program still declares it (rename, replace, taint, an admission that takes over): acting
 * here would undo a live decision. Deletes have no preview, so it says what it does before it does it, and what it leaves as it is because
 * no check has shown it as what is declared.
 */
export async function remove(process: ProviderProcess, id: string, props: Wire): Promise<void> {
    refuseNewerState(props);
    const onDelete = (props.onDelete ?? "keep") as OnDelete;
    if (onDelete === "keep") {
        return;
    }
    const urn = urnOf(props);
    const { decided: _decided, begun: _begun, ...memory } = (props.__memory ?? {}) as OutputMemory;
    const deleted = { key: id, account: memory.account, urn, connection: props.connection };
    if (mayNotAct(process, onDelete, deleted)) {
        return;
    }
    const one = await openDeletion(process, id, props, memory, onDelete);
    const { key } = one.case;
    if (key !== id && mayNotAct(process, onDelete, { ...deleted, key })) {
        return;
    }
    const reading = await readCase(process, one, urn);
    const unread = whyUnread(reading);
    if (unread !== undefined) {
        throw new DecisionError(undeletedText(key, unread, urn));
    }
    if (reading.state === "found") {
        await act(process, one, reading.seen, { id, onDelete, timeoutMs: customTimeout(props, "delete"), urn });
    }
}

/** Carries the deletion out, where there is something to send and nothing speaks against it. */
async function act(
    process: ProviderProcess,
    one: Opened,
    seen: Observed,
    asked: {
        readonly id: string;
        readonly onDelete: OnDelete;
        readonly timeoutMs: number | undefined;
        readonly urn: string | undefined;
    },
): Promise<void> {
    const { messages, reconciler } = process;
    const { id, onDelete, timeoutMs, urn } = asked;
    const { key } = one.case;
    if (seen.asked === "no" || sends(view(one.case, { state: "found", seen }).plan, one.case)) {
        const why = whyLeft(one, id, seen);
        messages.reportNamed(
            why === undefined ? deletionLine(onDelete, key, seen) : leftLine(onDelete, key, seen, why),
            urn,
        );
        await messages.flush();
        if (why !== undefined) {
            return;
        }
    }
    const task = taskOf(
        process,
        one,
        { from: isShown(id) ? "any" : "pending", mayCut: isShown(id), shown: undefined },
        timeoutMs,
        urn,
    );
    const outcome = await reconciler.carryOut({ ...task, due: false });
    if (outcome.unsettled !== undefined) {
        throw new DecisionError(outcome.unsettled);
    }
    messages.reportNamed(report(one.case, outcome), urn);
}

/** Why a delete leaves a connection as it is; undefined: it is what the resource was about. */
function whyLeft({ case: one }: Opened, id: string, seen: Observed): string | undefined {
    if (seen.asked === "no") {
        return UNASKED;
    }
    return (
        selectorResult(one.kind, one.expected.selected, seen)?.text ??
        (isShown(id) || seen.status === "pending"
            ? undefined
            : "no run has shown this connection, and a delete has no preview that could; only a pending one would be decided")
    );
}

/** Whether a run has found the connection; what was sought in vain, and came since, nobody has reviewed. */
function isShown(id: string): boolean {
    return !isSought(ownId(id));
}

/** Whether a delete leaves the cloud as it is, because the run still declares it; throws where that cannot be known. */
export function mayNotAct(process: ProviderProcess, onDelete: OnDelete, deleted: Deleted): boolean {
    refuse(ledgerProblem(process, onDelete));
    const other = process.run.stillDeclares(deleted);
    if (other === undefined) {
        return false;
    }
    const text = `onDelete: ${onDelete} is skipped: ${other} declares ${deleted.key} in this run`;
    process.messages.reportNamed({ level: "info", text }, deleted.urn);
    return true;
}

/** The deletion as a decision: reject, or remove whatever stands there. */
async function openDeletion(
    { places, reconciler }: ProviderProcess,
    id: string,
    props: Wire,
    memory: OutputMemory,
    onDelete: OnDelete,
): Promise<Opened> {
    const declared = readDeclaration(props);
    const allowRemoval = declared.allowRemoval || onDelete === "remove";
    const declaration = { ...declared, decision: "reject", onDrift: "correct", allowRemoval } as const;
    // What was sought in vain may have come since.
    const target = await reconciler.inventory.seek(await places.stored(id, props.connection), undefined, true);
    const one = await reopen(target, declaration, memory, { established: false });
    return onDelete === "remove" ? { ...one, case: { ...one.case, lifecycle: removing(one.case.lifecycle) } } : one;
}

/** The table of `onDelete: "remove"`: whatever stands there is deleted, as far as it can be; what is gone is done. */
export function removing({ accept, reject, remove: rows }: Lifecycle): Lifecycle {
    const source = reject.accepted ?? { basis: "tried", source: "no document covers it" };
    const cell = { do: "remove", basis: source.basis, source: source.source } as const;
    const standing = ["pending", "accepted", "rejected", "expired", "failed", "unconnected"] as const;
    return { accept, reject: { ...reject, ...Object.fromEntries(standing.map((status) => [status, cell])), ...rows } };
}
