import { parseArgs } from "node:util";
import Table from "cli-table3";
import type { Environment } from "../clouds/cloud";
import type { Clock } from "../reconcile/clock";
import { oneLine } from "../text";
import { type Inbox, type ReadPlace, type Request, readInbox, type Unread } from "./inbox";

/** What the command reads and writes; tests pass their own. */
export interface Terminal {
    readonly environment: Environment;
    readonly clock: Clock;
    out(text: string): void;
    err(text: string): void;
    /** Whether `err` is watched by a person: progress goes there. */
    readonly watched: boolean;
}

/** Exit status where `--fail-if-pending` found something. */
const PENDING = 3;
/** Exit status where something that was asked for was not read: it wins, because a verdict needs a complete reading. */
const UNREAD = 4;

/** `connection-decision list`: what waits for a decision. The exit status is the promise's value. */
export async function list(argv: readonly string[], terminal: Terminal): Promise<number> {
    const { values } = parseArgs({
        args: [...argv],
        options: {
            kind: { type: "string", multiple: true, default: [] },
            region: { type: "string", multiple: true, default: [] },
            scope: { type: "string", multiple: true, default: [] },
            json: { type: "boolean", default: false },
            emit: { type: "string" },
            decision: { type: "string", default: "reject" },
            "fail-if-pending": { type: "boolean", default: false },
        },
    });
    if (values.emit !== undefined && values.emit !== "ts") {
        throw new Error('--emit must be "ts"');
    }
    if (values.decision !== "accept" && values.decision !== "reject") {
        throw new Error('--decision must be "accept" or "reject"');
    }
    const choice = { kinds: values.kind, regions: values.region, scopes: values.scope };
    const inbox = await readInbox(choice, terminal.environment, terminal.clock, (done, all) => {
        if (terminal.watched) {
            terminal.err(`\r${done} of ${all} places read${done === all ? "\n" : ""}`);
        }
    });
    const now = terminal.clock.now();
    terminal.out(
        values.json
            ? `${JSON.stringify(asJson(inbox), null, 2)}\n`
            : values.emit === "ts"
              ? asTypeScript(inbox, values.decision)
              : inbox.requests.length > 0
                ? asTable(inbox.requests, now)
                : nothingPending(inbox),
    );
    terminal.err(report(inbox, values["fail-if-pending"]));
    return !inbox.complete ? UNREAD : values["fail-if-pending"] && inbox.requests.length > 0 ? PENDING : 0;
}

/** Only what was read can be free of requests. */
function nothingPending({ read }: Inbox): string {
    return read.length === 0 ? "" : `Nothing is pending in ${read.map(placeText).join(", ")}.\n`;
}

/** `aws:vpcEndpoint in eu-west-1 (2 scopes)`; a kind that has one scope only needs no number. */
function placeText({ place, scopes }: ReadPlace): string {
    return scopes.length === 1 ? place : `${place} (${scopes.length} scopes)`;
}

/** What was read, what was not, and what that means for the exit status. */
function report({ read, failed, skipped, requests, complete }: Inbox, failIfPending: boolean): string {
    const places = `Read ${counted(read.length, "place")}`;
    // Where nothing is pending, the listing itself has named them.
    const names = requests.length === 0 ? "" : `: ${read.map(placeText).join(", ")}`;
    const left = skipped.length === 0 ? "" : `; ${skipped.length} skipped: ${skippedText(skipped)}`;
    const pending = requests.length === 0 ? "" : `${counted(requests.length, "request")} pending`;
    return [
        `${places}${names}${left}.`,
        ...failed.map(({ place, why }) => `NOT READ ${oneLine(place)}: ${oneLine(why, 700)}`),
        ...(read.length > 0 || failed.length > 0
            ? []
            : ["No place was read: set credentials and a region, or choose with --kind and --region."]),
        ...(failIfPending && pending !== "" ? [`${pending}.`] : []),
        ...(complete ? [] : ["Not everything was read: this is no all-clear."]),
    ]
        .map((line) => `${line}\n`)
        .join("");
}

/** Places by the reason they were skipped for. */
function skippedText(skipped: readonly Unread[]): string {
    const reasons = [...new Set(skipped.map(({ why }) => why))];
    return reasons
        .map((why) => `${skipped.flatMap((s) => (s.why === why ? [s.place] : [])).join(", ")} (${why})`)
        .join("; ");
}

function counted(n: number, word: string): string {
    return `${n} ${word}${n === 1 ? "" : "s"}`;
}

function asTable(requests: readonly Request[], now: number): string {
    const table = new Table({
        head: ["requester", "age", "expires", "scope", "connection", "the requester says"],
        style: { head: [], border: [], compact: true },
    });
    for (const { seen, scope } of requests) {
        table.push([
            seen.requester ?? "not told",
            seen.requestedAt === undefined ? "" : distance(now - Date.parse(seen.requestedAt)),
            seen.expiresAt === undefined ? "" : `in ${distance(Date.parse(seen.expiresAt) - now)}`,
            scope,
            seen.id,
            seen.requesterSays ?? "",
        ]);
    }
    return `${table.toString()}\n`;
}

function asJson({ requests, read, failed, skipped, complete }: Inbox): object {
    return {
        pending: requests.map(({ connection, scope, seen }) => ({
            connection,
            scope,
            requester: seen.requester,
            requestedAt: seen.requestedAt,
            expiresAt: seen.expiresAt,
            evidence: seen.evidence,
            requesterSays: seen.requesterSays,
        })),
        complete,
        read,
        failed,
        skipped,
    };
}

/** One decision per request, as code. What the requester wrote is a comment, escaped, on one line. */
function asTypeScript({ requests, complete }: Inbox, decision: "accept" | "reject"): string {
    const ids = requests.map(({ seen }) => seen.id);
    const blocks = requests.map(({ connection, scope, seen }, i) => {
        // Two clouds may use one id; a resource's name is its own.
        const name = ids.indexOf(seen.id) === i ? seen.id : `${seen.id}-${i}`;
        const facts = [
            `requester ${seen.requester ?? "not told"}`,
            ...(seen.requestedAt === undefined ? [] : [`since ${seen.requestedAt}`]),
            ...(seen.expiresAt === undefined ? [] : [`expires ${seen.expiresAt}`]),
            ...(seen.requesterSays === undefined ? [] : [`says ${JSON.stringify(seen.requesterSays)}`]),
        ];
        const fields = Object.entries(connection).map(
            ([field, value]) => `        ${field}: ${JSON.stringify(value)},`,
        );
        return [
            `// ${scope}: ${facts.join(", ")}`,
            `new ConnectionDecision(${JSON.stringify(name)}, {`,
            "    connection: {",
            ...fields,
            "    },",
            `    decision: ${JSON.stringify(decision)},`,
            ...(seen.requester === undefined ? [] : [`    expectedRequester: ${JSON.stringify(seen.requester)},`]),
            "});",
        ].join("\n");
    });
    const header = [
        ...(complete ? [] : ["// Not everything was read: requests may be missing here."]),
        ...(requests.length > 0 ? [] : ["// Nothing that was read is pending."]),
        ...(requests.length > 0 ? ['import { ConnectionDecision } from "pulumi-connection-decision";'] : []),
    ];
    return `${[...header, ...blocks].join("\n\n")}\n`;
}

/** `3d`, `5h`, `12m`: as much as one needs to see what is urgent. */
function distance(ms: number): string {
    const minutes = Math.max(0, Math.floor(ms / 60_000));
    return Number.isNaN(minutes)
        ? "?"
        : minutes >= 2 * 24 * 60
          ? `${Math.floor(minutes / (24 * 60))}d`
          : minutes >= 120
            ? `${Math.floor(minutes / 60)}h`
            : `${minutes}m`;
}
