import type { OnDelete } from "../connection";
import type { Declaration } from "../decision/arguments";
import type { Lifecycle } from "../kinds/kind";
import { DecisionError } from "../reconcile/decide";
import { type Case, openCase, readCase, refuseMovedAccount, wantedOf } from "./assess";
import { type Context, refuseNewerState } from "./context";
import { declarationOf } from "./declaration";
import type { OutputMemory } from "./outputs";
import type { Wire } from "./wire";

/**
 * Removes a decision from the stack. `keep`, the default, changes nothing in the cloud. Otherwise the connection is rejected
 * or removed, unless this run declares it under another name (rename, replace, taint): the new resource has adopted it, and
 * acting here would undo a live decision.
 */
export async function remove(context: Context, id: string, props: Wire): Promise<void> {
    refuseNewerState(props);
    const onDelete = (props.onDelete ?? "keep") as OnDelete;
    if (onDelete === "keep") {
        return;
    }
    if (context.declared.has(id)) {
        context.parts.log(
            "info",
            `onDelete: ${onDelete} is skipped: this run declares ${id} under another name or again`,
            undefined,
        );
        return;
    }
    const declared = declarationOf(props);
    const declaration: Declaration = {
        ...declared,
        decision: "reject",
        onDrift: "correct",
        allowRemoval: declared.allowRemoval || onDelete === "remove",
    };
    const { decided: _decided, ...memory } = (props.__memory ?? {}) as OutputMemory;
    const opened = await openCase(context, declaration, memory, false);
    refuseMovedAccount(opened);
    const acting: Case = onDelete === "remove" ? { ...opened, lifecycle: removing(opened.lifecycle) } : opened;
    const reading = await readCase(context, acting, undefined);
    if (reading.state === "absent") {
        return;
    }
    const timeouts = props.__timeouts as { delete?: string } | undefined;
    const outcome = await context.reconciler.decide(
        wantedOf(context, acting, declaration.timeout ?? timeouts?.delete, undefined),
    );
    if (outcome.unsettled !== undefined) {
        throw new DecisionError(outcome.unsettled);
    }
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
