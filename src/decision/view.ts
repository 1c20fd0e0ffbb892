import { transitionOf } from "../kinds/table";
import { oneLine } from "../shared/problem";
import type { ObservedConnection, Status } from "../shared/vocabulary";
import type { Case } from "./case";
import { guard, violation } from "./guard";
import { actionOf, goal, type Memory, type Plan, plan } from "./plan";
import { type Reading, statusOf } from "./reading";

/** A case in the light of one reading: what the preview shows, what `up` does, what the state keeps. */
export interface View {
    readonly reading: Reading;
    readonly plan: Plan;
    readonly observed: ObservedConnection;
    readonly warnings: readonly string[];
}

/** Judges a reading: once, for whoever shows it and whoever acts on it. Pure: an update plan binds every character of it. */
export function view(one: Case, reading: Reading): View {
    const planned = planFor(one, reading);
    const over = one.ending?.phase === "over" ? ` (accepted until ${one.ending.at})` : "";
    const { transition } = planned;
    return {
        reading,
        plan: transition === undefined ? planned : { ...planned, transition: `${transition}${over}` },
        observed: observedOf(reading, one.memory),
        warnings: warningsOf(one, reading, planned).map((warning) => oneLine(warning, 400)),
    };
}

/** What the decision means for the connection as it was read. */
export function planFor(one: Case, reading: Reading): Plan {
    const { lifecycle, decision, memory, options } = one;
    const situation = reading.state === "found" ? reading.seen : { status: statusOf(reading) };
    return plan(lifecycle, decision, situation, memory, options);
}

/** Whether the connection itself shows the decision: absence does not, and nor does a request that lapsed undecided. */
export function shows({ lifecycle, decision }: Case, status: Status): boolean {
    return status !== "absent" && transitionOf(lifecycle, decision, status)?.do === "none";
}

/** Whether carrying the plan out sends something. */
export function sends({ step }: Plan, { decision }: Case): boolean {
    return step.do === "act" || step.do === "awaitRequest" || (step.do === "settle" && decision === "reject");
}

/** The status that holds once the plan is carried out. */
export function outcomeOf({ step }: Plan, { lifecycle, decision }: Case): Status {
    return actionOf(step) === "remove" ? "absent" : goal(lifecycle, decision);
}

/** What the state remembers after a reading. */
export function remember({ memory, account }: Pick<Case, "memory" | "account">, reading: Reading): Memory {
    const status = statusOf(reading);
    const seen: Status | undefined = status === "absent" || status === "unknown" ? memory.seen : status;
    const owner = memory.account ?? account;
    return {
        ...(owner === undefined ? {} : { account: owner }),
        ...(seen === undefined ? {} : { seen }),
        ...(memory.since === undefined ? {} : { since: memory.since }),
        ...(memory.rejected === undefined ? {} : { rejected: memory.rejected }),
    };
}

function warningsOf(one: Case, reading: Reading, planned: Plan) {
    const { kind, scope, state, decision, ending } = one;
    return [
        ...planned.warnings,
        ...(ending?.phase === "soon" ? [`accepted until ${ending.at}, then rejected`] : []),
        ...guardWarnings(one, reading, sends(planned, one)),
        ...(reading.state === "found" ? (reading.seen.warnings ?? []) : []),
        ...settingWarnings({ kind, scope, state }, decision === "reject"),
    ];
}

/** What follows from the scope's own settings. */
export function settingWarnings(
    { kind, scope, state }: Pick<Case, "kind" | "scope" | "state">,
    rejects: boolean,
): string[] {
    return rejects && state.admission === "automatic" && kind.automaticAcceptance !== undefined
        ? [kind.automaticAcceptance(scope)]
        : [];
}

function guardWarnings({ kind, expected }: Case, reading: Reading, sending: boolean): string[] {
    if (reading.state !== "found") {
        return [];
    }
    const wrong = violation(kind, expected, reading.seen);
    if (wrong !== undefined) {
        return [`${wrong.text}; nothing is sent for it`];
    }
    // A connection that is over may no longer tell whose it was.
    const { selected: _selected, ...others } = expected;
    const result = guard(kind, sending ? expected : others, reading.seen);
    return result.result === "untold" ? [`${result.text}; up will not send anything`] : [];
}

function observedOf(reading: Reading, memory: Memory): ObservedConnection {
    if (reading.state !== "found") {
        const gone = reading.state === "absent" && memory.seen !== undefined;
        return { status: statusOf(reading), ...(gone ? { gone } : {}) };
    }
    const { evidence, status, requester, requestedAt, expiresAt, requesterSays } = reading.seen;
    const facts = { requester, requestedAt, expiresAt, requesterSays };
    return {
        ...evidence,
        status,
        ...Object.fromEntries(Object.entries(facts).filter(([, fact]) => fact !== undefined)),
    };
}
