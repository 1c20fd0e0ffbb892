import type { Memory } from "../../decision/plan";
import { statusOf } from "../../decision/reading";
import { remember, shows } from "../../decision/view";
import type { Outcome } from "../../reconcile/carry-out";
import { ARGUMENTS, SCHEMA_VERSION } from "../../shared/contract";
import { DecisionError } from "../../shared/problem";
import type { Decision, ObservedConnection } from "../../shared/vocabulary";
import { pick, sameJson, toWire, type Wire } from "../wire";
import type { Opened } from "./open";

/** What inputs and outputs keep of an acceptance that ends, beside the arguments. */
export const ENDING = ["acceptedUntil", "__ending"] as const;

/** Memory as the outputs keep it: also the decision that was carried out, for a refresh, which sees no inputs. */
export interface OutputMemory extends Memory {
    readonly decided?: Decision;
    /** The decision that a run began to carry out and did not see settled. */
    readonly begun?: Decision;
}

/** Who carried the decision out, and when. */
export interface Author {
    readonly decidedBy?: "us" | "found";
    readonly decidedAt?: string;
}

/**
 * The outputs of a decision: its arguments, the connection as it stands, and what later runs must remember.
 * Nothing is stored twice: the class derives `status` and `requester` from `observed`, `connectionId` from the id. The
 * engine writes the whole state after every step, so bytes here are what a large stack waits for.
 */
export function outputsOf(inputs: Wire, { case: one }: Opened, outcome: Outcome, author: Author): Wire {
    const { reading, observed, warnings } = outcome.view;
    const settled = outcome.sentAt !== undefined && outcome.unsettled === undefined;
    const established = one.options.established || settled || shows(one, statusOf(reading));
    return toWire({
        ...pick(inputs, [...ARGUMENTS, ...ENDING, "__timeouts"]),
        cloudStatus: reading.state === "found" ? reading.seen.cloudStatus : undefined,
        observed,
        warnings: warnings.length === 0 ? undefined : warnings,
        decidedBy: author.decidedBy,
        decidedAt: author.decidedAt,
        // Only where a delete acts: it says on which resource, and is not kept from acting by its own declaration.
        __urn: inputs.onDelete === undefined || inputs.onDelete === "keep" ? undefined : inputs.__urn,
        __memory: {
            ...remember(one, reading),
            ...(established ? { decided: one.decision } : {}),
        } satisfies OutputMemory,
        __schemaVersion: SCHEMA_VERSION,
    });
}

/** Whether a connection moved between two records of it: its status, who asks, or what a reviewer should know. */
export function moved(before: Wire, after: Wire): boolean {
    const was = before.observed as ObservedConnection | undefined;
    const is = after.observed as ObservedConnection | undefined;
    return (
        is?.status !== was?.status ||
        is?.requester !== was?.requester ||
        !sameJson(after.warnings ?? [], before.warnings ?? [])
    );
}

/** Who decided, after a run: this stack if it sent something, else whoever it was before, else somebody else. */
export function authorOf(outcome: Outcome, decision: Decision, previous: Wire | undefined): Author {
    if (outcome.sentAt !== undefined) {
        return { decidedBy: "us", decidedAt: new Date(outcome.sentAt).toISOString() };
    }
    // An acceptance that is over is stored as declared, and was carried out as a reject.
    const before = previous?.__ending === "over" ? "reject" : previous?.decision;
    if (previous !== undefined && before === decision && previous.decidedBy !== undefined) {
        return {
            decidedBy: previous.decidedBy as "us" | "found",
            ...(previous.decidedAt === undefined ? {} : { decidedAt: String(previous.decidedAt) }),
        };
    }
    return statusOf(outcome.view.reading) === "absent" ? {} : { decidedBy: "found" };
}

/**
 * Sent, but not settled: the engine records the resource with these outputs and goes on at the next `up`.
 * `__provider` must be among the properties, else refresh and destroy break for good; the CLI prints the reasons only.
 */
export class PartialFailure extends DecisionError {
    readonly properties: Wire;
    readonly reasons: string[];

    constructor(
        readonly id: string,
        outputs: Wire,
        provider: unknown,
        reason: string,
    ) {
        super(reason);
        // Whether the decision holds is open again: an unreadable connection must not pass for a decided one.
        const { decided: _decided, ...memory } = outputs.__memory as OutputMemory;
        const decision = outputs.__ending === "over" ? "reject" : outputs.decision;
        const begun = decision === undefined ? {} : { begun: decision };
        this.properties = toWire({ ...outputs, __memory: { ...memory, ...begun }, __provider: provider });
        this.reasons = [reason];
    }
}
