import { type Inbox, readInbox } from "../inbox/inbox";
import type { Choice } from "../inbox/places";
import { asCode, type Language } from "./emit";
import { nothingPending, report } from "./report";
import { asTable } from "./table";
import { progressLine, type Terminal, wrap } from "./terminal";

/** Exit status where `--fail-if-pending` found something. */
const PENDING = 3;
/** Exit status where something that was asked for was not read: it wins, because a verdict needs a complete reading. */
const UNREAD = 4;

export interface ListOptions {
    readonly choice: Choice;
    readonly form: "table" | "json" | Language;
    /** Of the code that a language writes. */
    readonly decision: "accept" | "reject";
    readonly failIfPending: boolean;
}

/** `connection-decision list`: what waits for a decision. The exit status is the promise's value. */
export async function list(options: ListOptions, terminal: Terminal): Promise<number> {
    const { choice, form, failIfPending } = options;
    const { environment, clock, errColumns } = terminal;
    const progress = progressLine(terminal);
    const inbox = await readInbox(choice, environment, clock, (done, all) =>
        progress.show(`reading: ${done} of ${all}`),
    ).finally(progress.clear);
    const text = listing(inbox, options, terminal);
    terminal.out(text);
    if (terminal.watched && text !== "") {
        terminal.err("\n");
    }
    const named = form === "table" && inbox.requests.length === 0;
    terminal.err(report(inbox, { failIfPending, named, columns: errColumns }));
    for (const text of inbox.others) {
        terminal.err(`${text}\n`);
    }
    return !inbox.complete ? UNREAD : failIfPending && inbox.requests.length > 0 ? PENDING : 0;
}

function listing(inbox: Inbox, { form, decision }: ListOptions, { clock, columns, colour }: Terminal): string {
    if (form === "json") {
        return `${JSON.stringify(asJson(inbox), null, 2)}\n`;
    }
    if (form !== "table") {
        return asCode(inbox, form, decision);
    }
    return inbox.requests.length > 0
        ? asTable(inbox.requests, { now: clock.now(), columns, colour })
        : nothingPendingLine(inbox, columns);
}

function nothingPendingLine(inbox: Inbox, columns: number | undefined): string {
    const text = nothingPending(inbox);
    return text === "" ? "" : `${wrap(text, columns, 2)}\n`;
}

/** The format is documented in docs/operations.md. */
function asJson({ requests, read, failed, skipped, others, complete }: Inbox): object {
    return {
        complete,
        pending: requests.map(({ connection, scope, seen }) => ({
            connection,
            scope,
            status: seen.status,
            requester: seen.requester,
            requestedAt: seen.requestedAt,
            expiresAt: seen.expiresAt,
            evidence: seen.evidence,
            requesterSays: seen.requesterSays,
        })),
        read,
        failed,
        skipped,
        others,
    };
}
