import { type Lifecycle, transitionOf } from "../kinds/table";
import { DecisionError, problemText } from "../shared/problem";
import type { Decision, ObservedConnection, Status } from "../shared/vocabulary";
import { type Declaration, withEnding } from "./declaration";
import type { Stored } from "./fields";
import type { Memory } from "./plan";
import { beginning, endOf, NOTICE_MS } from "./until";

/**
 * What old inputs remember. Whether the request was ever seen follows from what they show: hidden memory that moves with every
 * status would be printed where an update plan is refused.
 */
export function memoryOf(olds: Stored): Memory {
    const memory = (olds.__memory ?? {}) as Memory;
    const shown = [olds.__from, (olds.observed as ObservedConnection | undefined)?.status] as (Status | undefined)[];
    const seen =
        memory.seen ?? shown.find((status) => status !== undefined && status !== "absent" && status !== "unknown");
    return { ...memory, ...(seen === undefined ? {} : { seen }) };
}

/**
 * Whether an earlier run carried this decision out, or began to. Check judges it from its own old inputs, once, and stamps it: the same
 * decision was declared, and it held then or a transition was planned, which was carried out or the old inputs would not be there.
 */
export function isEstablished(olds: Stored, decision: Decision, lifecycle: Lifecycle): boolean {
    const before = olds.__ending === "over" ? "reject" : olds.decision;
    const shown = olds.observed as ObservedConnection | undefined;
    if (before !== decision || shown === undefined) {
        return false;
    }
    return olds.__established === true || olds.transition !== undefined || held(shown, decision, lifecycle);
}

/** What an acceptance remembers: that the request was rejected before tells why it may be gone. */
export function withRejection(memory: Memory, olds: Stored, decision: Decision, lifecycle: Lifecycle): Memory {
    const { rejected, ...rest } = memory;
    const before = rejected === true || isEstablished(olds, "reject", lifecycle);
    return decision === "accept" && before ? { ...rest, rejected: true } : rest;
}

/**
 * A declaration with the end of its acceptance. A duration counts from the first check that plans the acceptance or finds it;
 * later ones remember that.
 */
export function timed(
    declaration: Declaration,
    memory: Memory,
    now: number,
): { declaration: Declaration; memory: Memory } {
    const { until } = declaration;
    if (until === undefined) {
        const { since: _since, ...rest } = memory;
        return { declaration, memory: rest };
    }
    const since = "after" in until ? (memory.since ?? beginning(until, now)) : undefined;
    const end = endOf(until, since) ?? 0;
    const phase = now >= end ? "over" : end - now <= NOTICE_MS ? "soon" : undefined;
    return {
        declaration: withEnding(declaration, new Date(end).toISOString(), phase),
        memory: since === undefined ? memory : { ...memory, since },
    };
}

/** Throws where a new acceptance would be over already. */
export function refuseOver({ ending }: Declaration, key: string, accepted: boolean): void {
    if (ending?.phase === "over" && !accepted) {
        throw new DecisionError(
            problemText(
                `This acceptance would be over already: until is ${ending.at}.`,
                { connection: key },
                "correct until, or declare reject",
            ),
        );
    }
}

function held(shown: ObservedConnection, decision: Decision, lifecycle: Lifecycle): boolean {
    return shown.status === "absent"
        ? decision === "reject" && shown.gone === true
        : transitionOf(lifecycle, decision, shown.status)?.do === "none";
}
