import { type Action, type Lifecycle, type Transition, transitionOf } from "../kinds/table";
import type { Decision, OnDrift, Status } from "../shared/vocabulary";

/** What the plan looks at, besides the table. */
export interface Situation {
    readonly status: Status;
    /** The cloud's own word, for texts. */
    readonly cloudStatus?: string;
    /** It works, whatever the status is called. */
    readonly working?: boolean;
    /** The request itself is still being made: nothing works yet. */
    readonly making?: boolean;
    /** `no`: the account that decides has made it itself, and the cloud asks nobody about such ones. */
    readonly asked?: "no" | "untold";
}

/** What earlier runs left behind: "not there yet" and "gone" look alike without it. */
export interface Memory {
    /** The account the decision was made in. */
    readonly account?: string;
    /** The cloud's id of the request. */
    readonly connectionId?: string;
    /** The last status that was read, `absent` aside. */
    readonly seen?: Status;
    /** From when an acceptance for a time counts, ISO 8601. */
    readonly since?: string;
    /** Of an accept: this resource declared reject before, and that was carried out. */
    readonly rejected?: true;
}

export interface PlanOptions {
    readonly allowRemoval: boolean;
    readonly onDrift: OnDrift;
    /** An earlier run carried the same decision out, or began to: what differs now was changed outside. Check says it, once. */
    readonly established: boolean;
    /** How long `up` waits for a request that is not there, as declared. */
    readonly waitForRequest: string;
}

export type Step =
    | { readonly do: "none" | "awaitRequest" | "hold" | "unknown" }
    /** `later`: what is sent about it once it works. */
    | { readonly do: "settle"; readonly later?: Action }
    | { readonly do: "act"; readonly action: Action }
    /**
     * `refuse`: the program asks for what cannot be; the preview fails.
     * `lapsed`: the requester's side ended it, nothing can be sent; a warning, and a failure only where this run was to decide it.
     */
    | { readonly do: "refuse" | "lapsed"; readonly why: string; readonly remedy: string };

export interface Plan {
    readonly step: Step;
    /** What will happen, for people; absent when nothing will. */
    readonly transition?: string;
    readonly warnings: readonly string[];
}

/** What one decision means for one connection as it stands now. Pure. */
export function plan(
    lifecycle: Lifecycle,
    decision: Decision,
    situation: Situation,
    memory: Memory,
    options: PlanOptions,
): Plan {
    const { status } = situation;
    if (situation.asked === "no") {
        return planUnasked(decision);
    }
    const cell = transitionOf(lifecycle, decision, status);
    if (cell === undefined) {
        return { step: { do: "unknown" }, warnings: unknownWarnings(situation) };
    }
    if (status === "absent") {
        return planAbsent(cell, decision, memory, options);
    }
    if (cell.do === "none") {
        return { step: { do: "none" }, warnings: [] };
    }
    if (cell.do === "settle") {
        return planSettling(lifecycle, decision, situation, options);
    }
    if (cell.do === "awaitRequest" || cell.do === "impossible") {
        return lapsed(cell, decision, situation, options);
    }
    return (
        held(decision, situation, options) ??
        planAction(cell.do, cell, goal(lifecycle, decision), decision, situation, options)
    );
}

/** Whether a plan would cut a connection that works now. */
export function cuts(step: Step, seen: Pick<Situation, "status" | "working">): boolean {
    const action = actionOf(step);
    return action !== undefined && isWorking(seen) && action !== "accept";
}

/** What a plan sends, now or once the cloud is done. */
export function actionOf(step: Step): Action | undefined {
    return step.do === "act" ? step.action : step.do === "settle" ? step.later : undefined;
}

/** Whether traffic may flow. */
export function isWorking({ status, working }: Pick<Situation, "status" | "working">): boolean {
    return status === "accepted" || status === "accepting" || working === true;
}

/** Whether a preview announced an action from this status, when it planned one from `planned`. */
export function announces(planned: Status | undefined, status: Status): boolean {
    return planned !== undefined && (ANNOUNCED[planned] ?? [planned]).includes(status);
}

/** What a request that was on its way, or not there yet, may become before its action is due. */
const ANNOUNCED: Partial<Record<Status, readonly Status[]>> = {
    absent: ["pending", "unconnected"],
    accepting: ["pending", "accepting", "accepted"],
    accepted: ["accepting", "accepted"],
    rejecting: ["rejecting", "rejected", "unconnected"],
};

/** The status a decision leads to. A cloud without a word for rejected shows it as cut off. */
export function goal(lifecycle: Lifecycle, decision: Decision): Status {
    if (decision === "accept") {
        return "accepted";
    }
    return lifecycle.reject.rejected === undefined ? "unconnected" : "rejected";
}

/** A decision undone outside, which is not to be corrected. */
function held(decision: Decision, situation: Situation, options: PlanOptions): Plan | undefined {
    return options.onDrift === "hold" && options.established && undone(decision, situation)
        ? {
              step: { do: "hold" },
              transition: `held: declared ${decision}, ${situation.status} outside (onDrift: hold; nothing is sent)`,
              warnings: [],
          }
        : undefined;
}

/** What is on its way is waited for. What is being accepted works soon, if not now: a reject then cuts it, which the preview must show. */
function planSettling(lifecycle: Lifecycle, decision: Decision, situation: Situation, options: PlanOptions): Plan {
    const { status, making } = situation;
    const goes = goal(lifecycle, decision);
    const waits = (why: string): Plan => ({
        step: { do: "settle" },
        transition: `${decision}: ${status} -> ${goes} (${why})`,
        warnings: [],
    });
    const next = status === "accepting" && making !== true ? transitionOf(lifecycle, decision, "accepted") : undefined;
    if (next?.do !== "reject" && next?.do !== "remove") {
        return waits("waiting for the cloud");
    }
    const planned = planAction(next.do, next, goes, decision, situation, options, ["waiting for the cloud first"]);
    return (
        held(decision, situation, options) ??
        (planned.step.do === "refuse"
            ? waits(
                  "waiting for the cloud; once it is accepted it can only be deleted, which fails without allowRemoval",
              )
            : { ...planned, step: { do: "settle", later: next.do } })
    );
}

function planAction(
    action: Action,
    { basis }: Transition,
    goes: Status,
    decision: Decision,
    situation: Situation,
    options: PlanOptions,
    more: readonly string[] = [],
): Plan {
    const { status } = situation;
    const removes = action === "remove";
    if (removes && !options.allowRemoval) {
        return {
            step: {
                do: "refuse",
                why: `this kind of connection cannot be rejected once it is ${status}; the only way is to delete it, and the requester must ask again`,
                remedy: "set allowRemoval: true if it shall be deleted, or declare accept",
            },
            warnings: [],
        };
    }
    const notes = [
        ...(isWorking(situation) && action !== "accept" ? ["CUTS a working connection"] : []),
        ...(removes ? ["the connection is deleted, the requester must ask again"] : []),
        ...(basis === "tried" ? ["undocumented: tried, the cloud may refuse"] : []),
        ...more,
    ];
    return {
        step: { do: "act", action },
        transition: `${decision}: ${status} -> ${removes ? "absent" : goes}${notes.length === 0 ? "" : ` (${notes.join("; ")})`}`,
        warnings: [],
    };
}

/** Why nothing is decided about what the deciding account has made itself. */
export const UNASKED =
    "this account has made it itself, and the cloud asks nobody about such ones: it is no request, so there is nothing to decide";

/** An acceptance has nothing to do. A rejection must not delete what nobody asked for. */
function planUnasked(decision: Decision): Plan {
    return decision === "accept"
        ? { step: { do: "none" }, warnings: [UNASKED] }
        : {
              step: {
                  do: "refuse",
                  why: UNASKED,
                  remedy: "remove the declaration; what is not wanted is deleted by whoever made it",
              },
              warnings: [],
          };
}

function planAbsent(cell: Transition, decision: Decision, memory: Memory, options: PlanOptions): Plan {
    const seenBefore = memory.seen !== undefined;
    if (decision === "reject") {
        return seenBefore
            ? { step: { do: "none" }, warnings: [] }
            : {
                  step: { do: "none" },
                  warnings: [
                      "no such request has been seen yet, so nothing is rejected now; the next `pulumi up` that finds it rejects it",
                  ],
              };
    }
    if (options.established) {
        // Decided, and gone since: stays in the state as absent. The class reports these per scope, with their number.
        return { step: { do: "none" }, warnings: [] };
    }
    if (seenBefore) {
        const remedy = "ask the requester to send it again";
        // Withdrawn, rejected by others, or over and deleted by the cloud: nothing tells which.
        const why = memory.rejected
            ? "declared reject earlier, and the request is gone"
            : "the request went away before it was accepted";
        return { step: { do: "lapsed", why, remedy }, warnings: [`cannot be accepted: ${why}; ${remedy}`] };
    }
    return {
        step: { do: cell.do === "awaitRequest" ? "awaitRequest" : "none" },
        transition: `accept: absent -> accepted (up waits ${options.waitForRequest} for the request)`,
        warnings: ["there is no such request yet"],
    };
}

/** The requester's side ended it: too late for a decision, and no reason to fail the others. */
function lapsed(cell: Transition, decision: Decision, situation: Situation, options: PlanOptions): Plan {
    const { status, cloudStatus } = situation;
    const word = cloudStatus === undefined || cloudStatus === status ? status : `${status} (${cloudStatus})`;
    const remedy = cell.remedy ?? "ask the requester to send it again";
    if (options.established) {
        return {
            step: { do: "none" },
            warnings: [`declared ${decision} earlier, and the connection is ${word} now; ${remedy}`],
        };
    }
    const done = decision === "accept" ? "accepted" : "rejected";
    return {
        step: { do: "lapsed", why: `the request is ${word} and can no longer be ${done}`, remedy },
        warnings: [`cannot be ${done}: the request is ${word}; ${remedy}`],
    };
}

function undone(decision: Decision, situation: Situation): boolean {
    const { status } = situation;
    return decision === "accept"
        ? status === "rejected" || status === "rejecting" || status === "unconnected"
        : isWorking(situation);
}

function unknownWarnings({ cloudStatus }: Situation): string[] {
    return cloudStatus === undefined
        ? []
        : [
              `the cloud says "${cloudStatus}", a status this version does not know; nothing is sent. A newer version of pulumi-connection-decision may know it.`,
          ];
}
