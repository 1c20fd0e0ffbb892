import type { Status } from "../shared/vocabulary";

/**
 * The status behind a cloud's word. Case differs between SDKs, documents and the wire: compared without regard to it.
 * A word that is not in the table is `unknown`, and nothing is ever sent on it.
 */
export function readStatus(statuses: Readonly<Record<string, Status>>, word: string): Status {
    const known = Object.entries(statuses).find(([name]) => name.toLowerCase() === word.toLowerCase());
    return known?.[1] ?? "unknown";
}
