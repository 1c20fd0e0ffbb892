import { readFileSync } from "node:fs";
import { oneLine } from "../../shared/problem";
import { type Terminal, wrap } from "../terminal";
import { UsageError } from "../usage";
import { type Concern, concernedBy } from "./concerns";
import { asMarkdown } from "./markdown";
import { readPreview } from "./preview";
import { type Review, reviewOf } from "./review";

/** Exit status where `--fail-on` found something. */
const CONCERNED = 3;
/** Exit status where the preview is not whole, or something in it was not read: a verdict needs all of it. */
const UNREAD = 4;

export interface ReviewOptions {
    /** A plan that `pulumi preview --save-plan` wrote; undefined: the preview is on stdin. */
    readonly plan: string | undefined;
    readonly failOn: readonly Concern[];
}

/** `connection-decision review`: a preview as a comment for a pull request. The exit status is the promise's value. */
export async function review({ plan, failOn }: ReviewOptions, terminal: Terminal): Promise<number> {
    const text = plan === undefined ? await terminal.input() : readPlanFile(plan);
    const found = reviewOf(readPreview(text));
    terminal.out(asMarkdown(found));
    const concerns = failOn.flatMap((concern) => {
        const count = concernedBy(concern, found.rows);
        return count === 0 ? [] : [`${concern} (${count})`];
    });
    const untold = failOn.includes("review") && found.hidden > 0;
    if (concerns.length > 0) {
        terminal.err(`found by --fail-on: ${concerns.join(", ")}\n`);
    }
    if (untold) {
        terminal.err("whether requests wait for review is not in this preview: make it with --show-sames\n");
    }
    for (const line of unreadLines(found)) {
        terminal.err(`${wrap(line, terminal.errColumns, 2)}\n`);
    }
    return !found.complete || untold ? UNREAD : concerns.length > 0 ? CONCERNED : 0;
}

/** So many lines at most: the comment has them all. */
const NAMED = 10;

function unreadLines({ complete, problems, rows }: Review): string[] {
    if (complete) {
        return [];
    }
    const unread = rows.filter(({ group }) => group === "unread");
    const lines = [
        ...problems.map(({ resource, text }) => (resource === undefined ? text : `${resource}: ${text}`)),
        ...unread.map(({ resource, notes }) => `NOT READ ${resource}: ${notes.join("; ")}`),
    ];
    return [
        ...lines.slice(0, NAMED).map((line) => oneLine(line, 400)),
        ...(lines.length > NAMED ? [`… ${lines.length - NAMED} more`] : []),
        "Not everything was read: this is no all-clear.",
    ];
}

function readPlanFile(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        const why = code === "ENOENT" ? "no such file" : code === "EISDIR" ? "a folder, not a file" : message;
        throw new UsageError(`--plan ${oneLine(file, 200)}: ${oneLine(why, 300)}`);
    }
}
