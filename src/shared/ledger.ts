import {
    appendFileSync,
    closeSync,
    constants,
    fstatSync,
    lstatSync,
    mkdirSync,
    openSync,
    readdirSync,
    readSync,
    rmSync,
    statSync,
} from "node:fs";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { isAlive } from "./alive";
import { oneLine } from "./problem";

/**
 * What the processes of one engine run tell each other. Every explicit provider is a process of its own, and the program is another one.
 * Entries are plain JSON and stay in one order for everybody.
 */
export interface Ledger {
    /** Why it cannot be shared with the other processes of the run; undefined: it is. */
    readonly unreachable: string | undefined;
    /** Adds an entry after all others. */
    add(entry: LedgerEntry): void;
    /** The entries that this ledger object has not handed out yet, its own included. */
    news(): readonly LedgerEntry[];
}

export type LedgerEntry =
    /** A decision that this run has checked. */
    | {
          readonly is: "decision";
          readonly urn: string;
          readonly key: string;
          /** The key that the connection had before it was found, where the program names it by what is known of it. */
          readonly soughtAs?: string;
          readonly account?: string;
          readonly decision: string;
          readonly onDelete: string;
      }
    /** An admission that this run has checked. `except`: keys of connections. Absent: not known yet. */
    | {
          readonly is: "admission";
          readonly urn: string;
          readonly key: string;
          readonly account?: string;
          readonly except?: readonly string[];
      }
    /** A working connection that this run cuts. */
    | { readonly is: "cut"; readonly key: string; readonly text: string }
    /** The cut was one too many and is not made. */
    | { readonly is: "uncut"; readonly key: string }
    /** A resource that the program declares, checked or not: `up --target` checks targets only. */
    | {
          readonly is: "declared";
          readonly urn: string;
          /** Empty: it is not there yet, and this run does not make it, because it is no target. */
          readonly id: string;
          /** Of a decision: its connection. */
          readonly connection?: unknown;
          /** Of an admission. */
          readonly except?: unknown;
      };

/** A ledger inside one process. Readers made with {@link reader} share its entries. */
export class MemoryLedger implements Ledger {
    private readonly entries: LedgerEntry[];
    private read = 0;

    constructor(
        readonly unreachable: string | undefined = undefined,
        shared: LedgerEntry[] = [],
    ) {
        this.entries = shared;
    }

    add(entry: LedgerEntry): void {
        this.entries.push(entry);
    }

    news(): readonly LedgerEntry[] {
        const fresh = this.entries.slice(this.read);
        this.read = this.entries.length;
        return fresh;
    }

    /** Another process of the same run: the same entries, read from the start. */
    reader(): MemoryLedger {
        return new MemoryLedger(this.unreachable, this.entries);
    }
}

/**
 * The ledger of the run of the engine at `address`, which all processes of a run know. It is a file that only this user can read, appended
 * to line by line; the system keeps the order. The last process of the run removes it.
 *
 * A run of which no process lives is over. What a killed run left behind is not read: the first process of the next run at that
 * address starts a new file. A process that was killed blocks nobody, and what it said stays as long as another one lives.
 *
 * @param member false for the program: it may live for many runs (Automation API), and says nothing about whether one goes on
 */
export function fileLedger(address: string | undefined, folder = tmpdir(), member = true): Ledger {
    if (address === undefined || !/^[\w.:[\]-]+:\d+$/.test(address)) {
        return new MemoryLedger("the address of the Pulumi engine is not known");
    }
    try {
        return new FileLedger(address, privateFolder(folder), member);
    } catch (error) {
        return new MemoryLedger(`${oneLine(folder)} cannot be used: ${oneLine((error as Error).message)}`);
    }
}

/**
 * For the program, whose own ledger is lost: that of the run at `address` while a process of it lives. Where none does, nobody is left to
 * tell, and a file that was begun now would be read by the next run at that address.
 */
export function runningLedger(address: string, folder = tmpdir()): Ledger | undefined {
    try {
        const own = privateFolder(folder);
        const { file } = newestFile(own, nameOf(address));
        return file !== undefined && processesOf(file).some(isAlive) ? new FileLedger(address, own, false) : undefined;
    } catch {
        // Another process has just removed it.
        return undefined;
    }
}

/** Says which process writes: a provider, which lives as long as its run, or the program, which may live for many runs. */
interface Presence {
    readonly is: "process" | "program";
    readonly pid: number;
}

/** A file in which nobody has said who writes is being made, or was left behind right then. */
const BEING_MADE_MS = 60_000;

class FileLedger implements Ledger {
    private readonly file: string;
    private offset = 0;
    private rest = "";
    private lost: string | undefined;
    /** What this object added and has not handed out: all that is left once the file is lost. */
    private own: LedgerEntry[] = [];

    constructor(address: string, folder: string, member: boolean) {
        this.file = currentFile(folder, nameOf(address), member);
        this.append({ is: member ? "process" : "program", pid: process.pid });
        if (member) {
            process.once("exit", () => removeIfLast(this.file));
        }
    }

    /** The file may go while the run goes on: somebody cleans up, the disk is full. */
    get unreachable(): string | undefined {
        return this.lost;
    }

    add(entry: LedgerEntry): void {
        this.own.push(entry);
        this.unlessLost(() => this.append(entry));
    }

    news(): readonly LedgerEntry[] {
        const fresh = this.unlessLost(() => {
            const lines = `${this.rest}${this.readOn()}`.split("\n");
            this.rest = lines.pop() ?? "";
            return lines.flatMap(parse).filter((entry): entry is LedgerEntry => !isPresence(entry));
        });
        const own = this.own;
        this.own = [];
        return fresh ?? own;
    }

    private unlessLost<T>(use: () => T): T | undefined {
        if (this.lost !== undefined) {
            return undefined;
        }
        try {
            return use();
        } catch (error) {
            this.lost = oneLine((error as Error).message);
            return undefined;
        }
    }

    /** The line break in front ends a line that a killed process left unfinished. ASCII only: a read never ends inside a character. */
    private append(entry: LedgerEntry | Presence): void {
        const json = JSON.stringify(entry).replace(
            /[^\x20-\x7e]/g,
            (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
        );
        // Never made anew: what the others said would be missing.
        const file = openSync(this.file, constants.O_APPEND | constants.O_WRONLY);
        try {
            appendFileSync(file, `\n${json}\n`);
        } finally {
            closeSync(file);
        }
    }

    private readOn(): string {
        const file = openSync(this.file, "r");
        try {
            const { size } = fstatSync(file);
            if (size < this.offset) {
                throw new Error(`${this.file} was cut short`);
            }
            const buffer = Buffer.alloc(size - this.offset);
            const read = readSync(file, buffer, 0, buffer.length, this.offset);
            this.offset += read;
            return buffer.toString("latin1", 0, read);
        } finally {
            closeSync(file);
        }
    }
}

/** A folder of this user alone. Somebody else's, or one that others may enter, is refused. */
function privateFolder(parent: string): string {
    const own = process.getuid?.();
    const folder = path.join(parent, `pulumi-connection-decision-${own ?? userInfo().username}`);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const stat = lstatSync(folder);
    if (!stat.isDirectory() || (own !== undefined && (stat.uid !== own || (stat.mode & 0o077) !== 0))) {
        throw new Error(`${folder} is not a folder of this user alone`);
    }
    return folder;
}

/** The newest file of that name if it is of this run, else the next one. Two processes that both want the next one get the same. */
function currentFile(folder: string, name: string, member: boolean): string {
    const { file, number } = newestFile(folder, name);
    if (file !== undefined && isLive(file, member)) {
        return file;
    }
    sweep(folder);
    const next = path.join(folder, `${name}.${number + 1}`);
    closeSync(openSync(next, "a", 0o600));
    if (file !== undefined) {
        rmSync(file, { force: true });
    }
    return next;
}

/** Files of one address are numbered from 1. */
function newestFile(folder: string, name: string): { readonly file: string | undefined; readonly number: number } {
    const numbers = readdirSync(folder)
        .filter((file) => file.startsWith(`${name}.`))
        .map((file) => Number(file.slice(name.length + 1)))
        .filter(Number.isSafeInteger);
    const number = Math.max(0, ...numbers);
    return { file: number > 0 ? path.join(folder, `${name}.${number}`) : undefined, number };
}

function nameOf(address: string): string {
    return address.replace(/[^\w.-]/g, "_");
}

/** Killed processes leave files behind, and the address of their engine may never come again. */
function sweep(folder: string): void {
    for (const name of readdirSync(folder)) {
        const file = path.join(folder, name);
        try {
            if (!isLive(file, true)) {
                rmSync(file, { force: true });
            }
        } catch {
            // Another process has just removed it.
        }
    }
}

/**
 * Whether the run of a file may go on. A provider may come long after its program: until the first one has come, the program's life decides. A program
 * that begins is the first process of its run to write, unless a provider of it lives.
 */
function isLive(file: string, member: boolean): boolean {
    try {
        const { process: providers, program: programs } = presencesIn(file);
        if (providers.length > 0) {
            return providers.some(isAlive);
        }
        if (!member) {
            // Another copy of this package in the same program.
            return programs.includes(process.pid);
        }
        return programs.length > 0 ? programs.some(isAlive) : Date.now() - statSync(file).mtimeMs < BEING_MADE_MS;
    } catch {
        // Another process has just removed it.
        return false;
    }
}

function removeIfLast(file: string): void {
    try {
        if (!processesOf(file).some((pid) => pid !== process.pid && isAlive(pid))) {
            rmSync(file, { force: true });
        }
    } catch {
        // Removed already.
    }
}

/** The providers of a run, living or not. */
function processesOf(file: string): readonly number[] {
    return presencesIn(file).process;
}

function presencesIn(file: string): Readonly<Record<Presence["is"], readonly number[]>> {
    const all = readLines(file).flatMap(parse).filter(isPresence);
    const pids = (which: Presence["is"]) => all.filter(({ is }) => is === which).map(({ pid }) => pid);
    return { process: pids("process"), program: pids("program") };
}

function isPresence(entry: LedgerEntry | Presence): entry is Presence {
    return entry.is === "process" || entry.is === "program";
}

function readLines(file: string): string[] {
    const handle = openSync(file, "r");
    try {
        const buffer = Buffer.alloc(fstatSync(handle).size);
        return buffer.toString("utf8", 0, readSync(handle, buffer, 0, buffer.length, 0)).split("\n");
    } finally {
        closeSync(handle);
    }
}

/** The entry of a line; none in an empty line and in one that was not finished. */
function parse(line: string): (LedgerEntry | Presence)[] {
    try {
        return line === "" ? [] : [JSON.parse(line) as LedgerEntry | Presence];
    } catch {
        return [];
    }
}
