/** Words that every room shares. Types only. */

/** What the owner decides. */
export type Decision = "accept" | "reject";

/**
 * The same words for every cloud. `unconnected`: cut off, undecided or rejected, the cloud does not say.
 * `removing`: traffic may still flow. `unknown`: unreadable, or a word this version does not know; nothing is ever sent on it.
 */
export type Status =
    | "pending"
    | "accepting"
    | "accepted"
    | "rejecting"
    | "rejected"
    | "unconnected"
    | "removing"
    | "expired"
    | "failed"
    | "absent"
    | "unknown";

/** What a rule says about a connection: a decision, or that people decide. */
export type Verdict = Decision | "review";

/** What an admission does about connections accepted earlier that its rules do not allow. */
export type Existing = "report" | "enforce";

/** What to do about a decision that somebody undid outside. */
export type OnDrift = "correct" | "hold";

/** What deleting the resource does to the connection. */
export type OnDelete = "keep" | "reject" | "remove";

/** JSON-pure facts. Long numbers (account ids, `marker_id`) are strings. */
export type Facts = Readonly<Record<string, string | boolean | readonly string[]>>;

/**
 * What the provider saw when it checked the resource: added to the inputs, so that preview, `--json`,
 * policy packs and update plans see it. `status` and the request's own facts; a kind may add more.
 */
export interface ObservedConnection {
    /** Where it stands. In a preview, unknown where `up` will change it. */
    status: Status;
    /** The account, project owner or domain that asks, in the cloud's own format. Absent where the cloud does not tell. */
    requester?: string;
    /** When the request was made, ISO 8601 as the cloud writes it. */
    requestedAt?: string;
    /** When the request lapses undecided, where the cloud says so. */
    expiresAt?: string;
    /** Of `absent`: the request was there in an earlier run. */
    gone?: boolean;
    /** Text the requester wrote (a name, a description): one escaped line, cut. Never proof of anything. */
    requesterSays?: string;
    /** Further facts the cloud vouches for: region, VPC, CIDRs, domain. */
    [fact: string]: string | boolean | readonly string[] | undefined;
}
