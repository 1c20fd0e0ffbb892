import { parseArgs } from "node:util";
import Table from "cli-table3";
import type { Environment } from "../clouds/cloud";
import { kinds } from "../kinds/registry";
import type { Clock } from "../reconcile/clock";
import { oneLine } from "../text";
import { type Inbox, type Request, readInbox } from "./inbox";

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
    const unknown = values.kind.find((name) => !Object.hasOwn(kinds, name));
    if (unknown !== undefined) {
        throw new Error(`--kind ${oneLine(unknown, 40)} is not one of ${Object.keys(kinds).join(", ")}`);
    }
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
              ? asTypeScript(inbox.requests, values.decision)
              : asTable(inbox.requests, now),
    );
    for (const text of inbox.skipped) {
        terminal.err(`skipped ${text}\n`);
    }
    for (const text of inbox.others) {
        terminal.err(`note: ${text}\n`);
    }
    for (const text of inbox.failed) {
        terminal.err(`FAILED ${text}\n`);
    }
    return inbox.failed.length > 0 ? 1 : values["fail-if-pending"] && inbox.requests.length > 0 ? PENDING : 0;
}

function asTable(requests: readonly Request[], now: number): string {
    if (requests.length === 0) {
        return "Nothing is pending.\n";
    }
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

function asJson({ requests, failed, skipped, others }: Inbox): object {
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
        failed,
        skipped,
        others,
    };
}

/** One decision per request, as code. What the requester wrote is a comment, escaped, on one line. */
function asTypeScript(requests: readonly Request[], decision: "accept" | "reject"): string {
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
    return `${['import { ConnectionDecision } from "pulumi-connection-decision";', ...blocks].join("\n\n")}\n`;
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
