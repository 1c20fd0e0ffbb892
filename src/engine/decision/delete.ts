import type { OnDelete } from "../../shared/vocabulary";
import type { Declaration } from "../../decision/declaration";
import { exceptKeys } from "../../decision/except";
import type { Lifecycle } from "../../kinds/kind";
import { findKind } from "../../kinds";
import { DecisionError } from "../../reconcile/carry-out";
import { type Case, openCase, readCase, refuseMovedAccount, unreadText, wantedOf, whyUnread } from "../assess";
import { ledgerProblem, named, urnOf } from "./check";
import { type Context, refuseNewerState } from "../context";
import { declarationOf } from "./declaration";
import { deletionLine, report } from "./lines";
import type { OutputMemory } from "./outputs";
import { scopeOf } from "../run";
import type { Wire } from "../wire";

/**
 * Removes a decision from the stack. `keep`, the default, changes nothing in the cloud and needs none. Otherwise the connection is
 * rejected or removed, unless this run or its program still declares it (rename, replace, taint, an admission that takes over): acting
 * here would undo a live decision. Deletes have no preview, so it says what it does before it does it.
 */
export async function remove(context: Context, id: string, props: Wire): Promise<void> {
    refuseNewerState(props);
    const onDelete = (props.onDelete ?? "keep") as OnDelete;
    if (onDelete === "keep") {
        return;
    }
    const urn = urnOf(props);
    const { decided: _decided, begun: _begun, ...memory } = (props.__memory ?? {}) as OutputMemory;
    if (mayNotAct(context, onDelete, { key: id, account: memory.account, urn })) {
        return;
    }
    const declared = declarationOf(props);
    const declaration: Declaration = {
        ...declared,
        decision: "reject",
        onDrift: "correct",
        allowRemoval: declared.allowRemoval || onDelete === "remove",
    };
    const opened = await openCase(await context.stored(id, props.connection), declaration, memory, false);
    refuseMovedAccount(opened);
    const acting: Case = onDelete === "remove" ? { ...opened, lifecycle: removing(opened.lifecycle) } : opened;
    const reading = await readCase(context, acting, urn);
    const unread = whyUnread(reading);
    if (unread !== undefined) {
        throw new DecisionError(unreadText(id, unread, "deleting"));
    }
    if (reading.state === "absent") {
        return;
    }
    if (reading.state === "found") {
        const { level, text } = deletionLine(onDelete, id, reading.seen);
        context.report(level, named(urn, text), urn);
        await context.flush();
    }
    const timeouts = props.__timeouts as { delete?: string } | undefined;
    const outcome = await context.reconciler.decide(
        wantedOf(
            context,
            acting,
            { from: undefined, withoutPreview: true },
            declaration.timeout ?? timeouts?.delete,
            urn,
        ),
    );
    if (outcome.unsettled !== undefined) {
        throw new DecisionError(outcome.unsettled);
    }
    const line = report(acting, outcome);
    if (line !== undefined) {
        context.report(line.level, named(urn, line.text), urn);
    }
}

/** Whether a delete leaves the cloud as it is, because the run still declares it; throws where that cannot be known. */
export function mayNotAct(
    context: Context,
    onDelete: OnDelete,
    deleted: { readonly key: string; readonly account: string | undefined; readonly urn: string | undefined },
): boolean {
    const problem = ledgerProblem(context, onDelete);
    if (problem !== undefined) {
        throw new DecisionError(problem);
    }
    const scope = scopeOf(deleted.key);
    const kind = findKind(scope.split("/", 1)[0]);
    const other = context.run.stillDeclares(deleted, (except) =>
        kind === undefined ? [] : exceptKeys(kind, scope, except),
    );
    if (other === undefined) {
        return false;
    }
    context.report(
        "info",
        named(deleted.urn, `onDelete: ${onDelete} is skipped: ${other} declares ${deleted.key} in this run`),
        deleted.urn,
    );
    return true;
}

/** The table of `onDelete: "remove"`: whatever stands there is deleted, what is gone is done. */
function removing({ accept, reject }: Lifecycle): Lifecycle {
    const rule = { do: ["remove"], basis: reject.accepted.basis, source: reject.accepted.source } as const;
    return {
        accept,
        reject: {
            ...reject,
            pending: rule,
            accepted: rule,
            rejected: rule,
            expired: rule,
            failed: rule,
            unconnected: rule,
        },
    };
}
