import type { Inbox, ReadPlace, Unread } from "../inbox/inbox";
import { oneLine } from "../shared/problem";
import { wrap } from "./terminal";

/** Only what was read can be free of requests; empty where nothing was. */
export function nothingPending({ read }: Inbox): string {
    return read.length === 0 ? "" : `Nothing is pending in ${read.map(placeText).join(", ")}.`;
}

/** What was read, what was not, and what that means for the exit status. `named`: the listing has named the places already. */
export function report(
    inbox: Inbox,
    options: { failIfPending: boolean; named: boolean; columns: number | undefined },
): string {
    const { read, failed, skipped, requests, complete } = inbox;
    const names = options.named || read.length === 0 ? "" : `: ${together(read.map(({ place }) => place))}`;
    const left = skipped.length === 0 ? "" : `; ${skipped.length} skipped: ${skippedText(skipped)}`;
    return [
        `Read ${counted(read.length, "place")}${names}${left}.`,
        ...failed.map(({ place, why }) => `NOT READ ${oneLine(place)}: ${oneLine(why, 700)}`),
        ...(read.length > 0 || failed.length > 0
            ? []
            : ["No place was read: set credentials and a region, or choose with --kind and --region."]),
        ...(options.failIfPending && requests.length > 0 ? [`${counted(requests.length, "request")} pending.`] : []),
        ...(complete ? [] : ["Not everything was read: this is no all-clear."]),
    ]
        .map((line) => `${wrap(line, options.columns, 2)}\n`)
        .join("");
}

/** `aws:vpcEndpoint in eu-west-1 (2 scopes)`; one scope needs no number. */
function placeText({ place, scopes }: ReadPlace): string {
    return scopes.length === 1 ? place : `${place} (${scopes.length} scopes)`;
}

/** Places by the reason they were skipped for. */
function skippedText(skipped: readonly Unread[]): string {
    const reasons = [...new Set(skipped.map(({ why }) => why))];
    return reasons
        .map((why) => `${together(skipped.flatMap((s) => (s.why === why ? [s.place] : [])))} (${why})`)
        .join("; ");
}

/** Places by cloud and region, `aws in eu-west-1 (7 kinds)`: thirteen names would scroll the requests away. One alone is named in full. */
function together(places: readonly string[]): string {
    const byRegion = new Map<string, string[]>();
    for (const place of places) {
        const where = place.replace(/:\w+/, "");
        byRegion.set(where, [...(byRegion.get(where) ?? []), place]);
    }
    return [...byRegion]
        .map(([where, all]) => (all.length === 1 ? (all[0] ?? where) : `${where} (${all.length} kinds)`))
        .join(", ");
}

function counted(n: number, word: string): string {
    return `${n} ${word}${n === 1 ? "" : "s"}`;
}
