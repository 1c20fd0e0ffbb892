import type { Observed } from "../kinds/kind";
import type { Status } from "../shared/vocabulary";

/**
 * What a read tells about one connection. `absent` is a proof: the scope was found, and a complete listing or a lookup
 * by id has no such connection. Everything less is `unreadable`, with the reason.
 */
export type Reading =
    | { readonly state: "found"; readonly seen: Observed }
    | { readonly state: "absent" }
    | { readonly state: "unreadable"; readonly why: string };

/** No answer for this id: treat it as unreadable. */
export const UNREAD: Reading = { state: "unreadable", why: "the read gave no answer" };

export function statusOf(reading: Reading): Status {
    return reading.state === "found" ? reading.seen.status : reading.state === "absent" ? "absent" : "unknown";
}

/** Why nothing may be concluded from a reading: it failed, or the cloud says a word that this version does not know. */
export function whyUnread(reading: Reading): string | undefined {
    if (reading.state === "unreadable") {
        return reading.why;
    }
    return reading.state === "found" && reading.seen.status === "unknown"
        ? `the cloud says "${reading.seen.cloudStatus}", a status this version does not know; a newer version of pulumi-connection-decision may know it`
        : undefined;
}
