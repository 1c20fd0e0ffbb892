import { type ConnectionKindName, kinds } from "../../src/kinds";
import type { ScopeState } from "../../src/kinds/kind";
import type { Action } from "../../src/kinds/table";
import type { Facts, Status } from "../../src/shared/vocabulary";
import type { World } from "../../src/simulator/index";

declare global {
    interface ImportMeta {
        /** Vite's own: the modules of all files that match. */
        glob<T>(patterns: readonly string[], options: { readonly eager: true }): Readonly<Record<string, T>>;
    }
}

/**
 * What happens to a decision in a state of the cloud. `=`: it holds, nothing is sent. `>`: it waits, nothing is sent. `!`: nothing can be
 * done, the preview warns. `x`: the preview fails and asks for `allowRemoval`, with which the connection is removed. A word: that action is sent.
 */
export type Expected = "=" | ">" | "!" | "x" | "accept" | "reject";

/** A connection, and what its lifecycle is. */
export interface LifecycleRows {
    /** The connection as a program declares it. */
    readonly connection: Readonly<Record<string, string>>;
    /** The cloud's word for a state: status, what an accept does, what a reject does. */
    readonly states: Readonly<Record<string, readonly [Status, Expected, Expected]>>;
    /** A simulated world that holds this connection in that state, and no other. Left out: the simulator does not model it. */
    world?(cloudState: string): World;
    /** The calls that carry the actions out, as the simulator names them. One call may carry out both decisions. */
    readonly calls: Readonly<Partial<Record<Action, string>>>;
}

/** Answers of the API about the connection of the rows, for a cloud that answers what a test says. */
export interface AnswerRows {
    /** A listing of the connection that holds what is required and no more: it waits, and nobody tells who asks. */
    readonly list: string;
    /** A listing that says that nothing is there. */
    readonly empty: string;
    /** Listings that prove nothing: the list is missing, of another type, or holds something else. */
    readonly unreadable: readonly string[];
    /** One page of a listing: the n-th connections, and where the next page starts, if there is one. */
    readonly pages: {
        /** How the API says that: a token, a link to `url`, or a count of all that there are. */
        readonly by: "token" | "link" | "count";
        page(ns: readonly number[], next: string | undefined, url: string): string;
    };
    /** Of a kind with `lookup`: the answer that names the connection, and some that do not. */
    readonly lookup?: {
        /** What its action, query or body has, and a listing has not. */
        readonly asks: RegExp;
        readonly named: string;
        readonly others: readonly string[];
        /** How the API refuses it where nothing is found. Default: the empty listing. */
        readonly refused?: { readonly status: number; readonly body: string };
    };
    /** Of a kind with `describe`: the answer that finds the scope, who decides there besides, and answers about another one. */
    readonly scope?: {
        /** What its action has, and a listing has not. */
        readonly asks: RegExp;
        readonly found: string;
        readonly admission: ScopeState["admission"];
        readonly others: readonly string[];
    };
    /** What answers an action that was carried out. Without content: `""`. */
    readonly sent: Readonly<Partial<Record<Action, string>>>;
}

/**
 * What the suites need of a kind. One file a kind, `test/kinds/<cloud>-<kind>.ts`, written by hand from the documents: never taken from
 * the kind's own tables.
 */
export interface KindRows extends LifecycleRows {
    /** The kinds it is about: two clouds may have one API. */
    readonly names: readonly ConnectionKindName[];
    world(cloudState: string): World;
    /** Of a kind with several lifecycle tables: the one of the rows above, and the rows of the others by name. */
    readonly tables?: { readonly own: string; readonly others: Readonly<Record<string, LifecycleRows>> };
    /** The connection with all defaults, as the inbox prints it. */
    readonly resolved: Readonly<Record<string, string>>;
    /** Who asks in that world, and somebody who does not. */
    readonly requester: { readonly asking: string; readonly other: string };
    /** Where the cloud asks nobody about what the deciding account makes itself: a world in which that account has made the connection. */
    readonly own?: World;
    /** A fact that the cloud tells in that world, and one that does not hold. */
    readonly evidence: { readonly told: Facts; readonly other: Facts };
    /** `Observed.handle` of a pending one, of a kind that needs it to send. */
    readonly handle?: unknown;
    /** Of a kind with `probe`: the access key that the simulator gives to the account of that world. */
    readonly accessKeyId?: string;
    readonly answers: AnswerRows;
}

/** Every file of rows: whatever exports `rows`. */
const FILES = import.meta.glob<{ rows?: KindRows }>(["../kinds/*.ts", "!../kinds/*.test.ts"], { eager: true });

/** The rows of each kind, by its name. */
export const ROWS: ReadonlyMap<ConnectionKindName, KindRows> = new Map(
    Object.values(FILES).flatMap(({ rows }) => (rows?.names ?? []).map((name) => [name, rows as KindRows] as const)),
);

/** The rows of a kind. */
export function rowsOf(name: ConnectionKindName): KindRows {
    const rows = ROWS.get(name);
    if (rows === undefined) {
        throw new Error(`there are no rows of ${name}`);
    }
    return rows;
}

/** The rows of each lifecycle table of a kind, by the table's name; "" where it has one. */
export function lifecycleRowsOf(rows: KindRows): readonly (readonly [string, LifecycleRows])[] {
    return [[rows.tables?.own ?? "", rows], ...Object.entries(rows.tables?.others ?? {})];
}

/** The cloud's word for a state with that status. */
export function stateWith(status: Status, { states }: LifecycleRows): string {
    const [word] = Object.entries(states).find(([, [one]]) => one === status) ?? [];
    if (word === undefined) {
        throw new Error(`there is no state that is ${status}`);
    }
    return word;
}

/** The cloud's word for a request that waits. Where it has none of its own, waiting and rejected look alike. */
export function waitingState(rows: LifecycleRows): string {
    return stateWith(hasStatus("pending", rows) ? "pending" : "unconnected", rows);
}

/** The cloud's word for what was rejected. */
export function rejectedState(rows: LifecycleRows): string {
    return stateWith(hasStatus("rejected", rows) ? "rejected" : "unconnected", rows);
}

/** The status of a state of the rows. */
export function statusOf(state: string, { states }: LifecycleRows): Status {
    const [status] = states[state] ?? [];
    if (status === undefined) {
        throw new Error(`the rows have no state ${state}`);
    }
    return status;
}

function hasStatus(status: Status, { states }: LifecycleRows): boolean {
    return Object.values(states).some(([one]) => one === status);
}

/** Where connections of the rows arrive: the connection without its own id. */
export function scopeOf(name: ConnectionKindName, { connection }: LifecycleRows): Record<string, string> {
    const { id, selectors = [] } = kinds[name];
    const at = Object.entries(connection).filter(([field]) => field !== id && !selectors.includes(field));
    return { kind: name, ...Object.fromEntries(at) };
}
