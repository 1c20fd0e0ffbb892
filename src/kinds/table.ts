import type { Decision, Status } from "../shared/vocabulary";

/** What can be sent to a cloud about a connection. `remove` deletes it: the requester must ask again. */
export type Action = Decision | "remove";

/** What a decision means for a connection in one status: one cell of a lifecycle table. */
export interface Transition {
    /**
     * `none`: satisfied. `settle`: on its way, wait. `awaitRequest`: no request yet. `impossible`: only the requester can help.
     * An action: it is sent.
     */
    readonly do: "none" | "settle" | "awaitRequest" | "impossible" | Action;
    /**
     * `inferred`: follows from what a document says of something else, the source says from what. `tried`: no document
     * covers it; the preview says so and a refusal is reported verbatim.
     */
    readonly basis: Basis;
    /** Where it comes from. */
    readonly source: string;
    /** Of `impossible`: what the owner or the requester can do. */
    readonly remedy?: string;
}

export type Basis = "documented" | "inferred" | "tried";

/** Statuses for which a table may have a row. Nothing is ever planned on `unknown`. */
export type KnownStatus = Exclude<Status, "unknown">;

/** Rows of a table, by status. */
export type Rows = Readonly<Partial<Record<KnownStatus, Transition>>>;

/** A kind's behaviour as data, one row for each status that its cloud knows. Documents and tests are made from it. */
export interface Lifecycle extends Readonly<Record<Decision, Rows>> {
    /** What `onDelete: "remove"` does where the owner cannot delete a connection in that status. */
    readonly remove?: Rows;
}

/** The decision holds. */
export function holds(source: string, basis: Basis = "documented"): Transition {
    return { do: "none", basis, source };
}

/** The cloud is on its way: wait. */
export function settles(source: string, basis: Basis = "documented"): Transition {
    return { do: "settle", basis, source };
}

/** There is no request yet. */
export function awaits(source: string): Transition {
    return { do: "awaitRequest", basis: "documented", source };
}

/** An action is sent. */
export function sends(action: Action, source: string, basis: Basis = "documented"): Transition {
    return { do: action, basis, source };
}

/** No document covers it: the action is sent, and the preview says so. */
export function tries(action: Action, source: string): Transition {
    return sends(action, source, "tried");
}

/** Only the requester can help. */
export function impossible(remedy: string, source: string, basis: Basis = "documented"): Transition {
    return { do: "impossible", basis, source, remedy };
}

/** The cell of a table; undefined: its cloud has no such status. */
export function transitionOf(lifecycle: Lifecycle, decision: Decision, status: Status): Transition | undefined {
    return status === "unknown" ? undefined : lifecycle[decision][status];
}

/** Whether rejecting what was accepted means deleting it. */
export function removesAccepted(lifecycle: Lifecycle): boolean {
    return lifecycle.reject.accepted?.do === "remove";
}

/**
 * The status behind a cloud's word. Case differs between SDKs, documents and the wire: compared without regard to it.
 * A word that is not in the table is `unknown`, and nothing is ever sent on it.
 */
export function readStatus(statuses: Readonly<Record<string, Status>>, word: string): Status {
    const known = Object.entries(statuses).find(([name]) => name.toLowerCase() === word.toLowerCase());
    return known?.[1] ?? "unknown";
}
