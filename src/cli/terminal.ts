import { text } from "node:stream/consumers";
import type { Environment } from "../kinds/cloud";
import { type Clock, systemClock } from "../shared/clock";
import { UsageError } from "./usage";

/** What a command reads and writes; tests pass their own. */
export interface Terminal {
    readonly environment: Environment;
    readonly clock: Clock;
    out(text: string): void;
    err(text: string): void;
    /** What is piped into the command. */
    input(): Promise<string>;
    /** Whether `err` is watched by a person: progress goes there. */
    readonly watched: boolean;
    /** Columns of `out`; undefined: nobody counts them. */
    readonly columns: number | undefined;
    /** Columns of `err`, likewise. */
    readonly errColumns: number | undefined;
    /** Whether `out` may be coloured. */
    readonly colour: boolean;
}

/** Fewer columns than this are not believed. */
const FEWEST_COLUMNS = 40;

/** The terminal of this process. `NO_COLOR`, `FORCE_COLOR` and `COLUMNS` count as everywhere. */
export function processTerminal(): Terminal {
    const { stdout, stderr, env } = process;
    for (const stream of [stdout, stderr]) {
        // `list | head` closes the pipe before all is written: that is no error of ours.
        stream.on("error", (error: NodeJS.ErrnoException) => {
            if (error.code !== "EPIPE") {
                throw error;
            }
        });
    }
    const stated = /^\d+$/.test(env.COLUMNS ?? "") ? Number(env.COLUMNS) : undefined;
    const columnsOfStream = (stream: NodeJS.WriteStream) => {
        const columns = stream.isTTY ? stream.columns : stated;
        return columns === undefined ? undefined : Math.max(FEWEST_COLUMNS, columns);
    };
    return {
        environment: env,
        clock: systemClock,
        out: (text) => void stdout.write(text),
        err: (text) => void stderr.write(text),
        input: () => pipedInput(process.stdin),
        watched: stderr.isTTY === true,
        columns: columnsOfStream(stdout),
        errColumns: columnsOfStream(stderr),
        colour: isColoured(env, stdout.isTTY === true),
    };
}

/** `NO_COLOR` wins; `FORCE_COLOR` is for pipelines whose log shows colours. */
function isColoured({ NO_COLOR = "", FORCE_COLOR, TERM }: Environment, isTerminal: boolean): boolean {
    if (NO_COLOR !== "") {
        return false;
    }
    return FORCE_COLOR === undefined ? isTerminal && TERM !== "dumb" : !["0", "false"].includes(FORCE_COLOR);
}

/** Everything that is piped in. A person at a terminal is told what is missing, and not waited for. */
async function pipedInput(stdin: NodeJS.ReadStream): Promise<string> {
    if (stdin.isTTY) {
        throw new UsageError("nothing is piped in: pulumi preview --json | connection-decision review");
    }
    return text(stdin);
}

/** A line that is written over, and gone when it ends. */
export function progressLine(terminal: Terminal): { show(text: string): void; clear(): void } {
    const clear = "\r\u001b[2K";
    return {
        show: (text) => (terminal.watched ? terminal.err(`${clear}${text}`) : undefined),
        clear: () => (terminal.watched ? terminal.err(clear) : undefined),
    };
}

/** Breaks a text into lines of that many columns, at blanks where it can; all but the first are indented. */
export function wrap(text: string, columns: number | undefined, indent = 0): string {
    if (columns === undefined) {
        return text;
    }
    const lines: string[] = [];
    const most = columns - indent;
    let line = "";
    for (const word of text.split(" ").flatMap((part) => pieces(part, most))) {
        const room = lines.length === 0 ? columns : most;
        if (line !== "" && columnsOf(line) + 1 + columnsOf(word) > room) {
            lines.push(line);
            line = word;
        } else {
            line = line === "" ? word : `${line} ${word}`;
        }
    }
    return [...lines, line].join(`\n${" ".repeat(indent)}`);
}

/** A word in pieces that fit. Nothing is left out: ids are copied from here. */
function pieces(word: string, most: number): string[] {
    const found = [""];
    for (const char of word) {
        const last = found.at(-1) ?? "";
        if (columnsOf(last + char) > most) {
            found.push(char);
        } else {
            found[found.length - 1] = last + char;
        }
    }
    return found;
}

/** Columns a text takes; every character that may be wide counts as wide. */
function columnsOf(text: string): number {
    return [...text].reduce((sum, char) => sum + ((char.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1), 0);
}
