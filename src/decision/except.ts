import type { ConnectionKind, Match, Observed } from "../kinds/kind";
import { matchOf, soughtKey } from "../kinds/selectors";
import { spelled } from "../kinds/spelling";
import { keyInScope, ownId, parseKey } from "../shared/key";
import { isRecord, type Stored, show } from "./fields";

/** Connections that are decided elsewhere: the keys they have, and what finds those whose id is not known. */
export interface Except {
    readonly keys: readonly string[];
    /** Connections that its selectors name, by id. */
    readonly select: (all: readonly Observed[]) => ReadonlyMap<string, Selected>;
}

/**
 * A connection that selectors name: `only` this one; one of several, or perhaps this one (the cloud does not tell, any more), so that
 * which one is decided elsewhere is not known.
 */
export type Selected = "only" | { readonly oneOf: number } | "perhaps";

type Entry = { readonly key: string; readonly sought?: Stored } | { readonly problem: string };

/** The keys of the connections that `except` names, as far as it names any. For an `except` that check has seen before. */
export function exceptKeys(kind: ConnectionKind, scopeKey: string, except: unknown): string[] {
    return (Array.isArray(except) ? except : []).flatMap((entry) => {
        const read = readEntry(kind, scopeKey, entry);
        return "key" in read ? [read.key] : [];
    });
}

/** What `except` names, or what is wrong with it. An entry that names nothing would leave in what the program means to leave out. */
export function readExcept(
    kind: ConnectionKind,
    scopeKey: string,
    except: readonly unknown[],
): Except | { problem: string } {
    const entries = except.map((entry) => readEntry(kind, scopeKey, entry));
    const problems = entries.flatMap((entry, i) => ("problem" in entry ? [`except[${i}]: ${entry.problem}`] : []));
    if (problems.length > 0) {
        return { problem: problems.join("\n") };
    }
    const named = entries.flatMap((entry) => ("key" in entry ? [entry] : []));
    const selecting = named.flatMap((entry) => (entry.sought === undefined ? [] : [entry.sought]));
    return {
        keys: named.map(({ key }) => key),
        select: (all) => selected(kind, selecting, all),
    };
}

function selected(kind: ConnectionKind, selecting: readonly Stored[], all: readonly Observed[]): Map<string, Selected> {
    const found = new Map<string, Selected>();
    for (const entry of selecting) {
        const { ids, as } = namedBy(kind, entry, all);
        for (const id of ids) {
            found.set(id, found.get(id) === "only" ? "only" : as);
        }
    }
    return found;
}

/** What one entry names. Only where nothing is it for certain, what may be it counts. */
function namedBy(kind: ConnectionKind, entry: Stored, all: readonly Observed[]) {
    const having = (match: Match) => all.filter((seen) => matchOf(kind, entry, seen) === match).map(({ id }) => id);
    const ids = having("yes");
    if (ids.length === 0) {
        return { ids: having("untold"), as: "perhaps" as const };
    }
    return { ids, as: ids.length === 1 ? ("only" as const) : { oneOf: ids.length } };
}

/**
 * One entry: the key of a connection of this scope, or why it is none.
 *
 * @param scopeKey the id of the admission, with `*` for the connection
 */
function readEntry(kind: ConnectionKind, scopeKey: string, entry: unknown): Entry {
    const read = typeof entry === "string" ? readId(kind, scopeKey, entry) : readConnection(kind, scopeKey, entry);
    return "problem" in read ? { problem: `${show(entry)} is not a connection of this scope: ${read.problem}` } : read;
}

/** A connection's own id, or the id of its decision. */
function readId(kind: ConnectionKind, scopeKey: string, entry: string): Entry {
    const format = kind.fields[kind.id];
    const isKey = /^[a-z]+:\w+\//.test(entry);
    const id = spelled(kind, kind.id, isKey ? ownId(entry) : entry);
    const key = keyInScope(scopeKey, id);
    if (isKey && entry !== key) {
        return { problem: `its connections have ids such as ${keyInScope(scopeKey, "…")}` };
    }
    return format?.format.test(id) ? { key } : { problem: `an id must be ${format?.describes}` };
}

function readConnection(kind: ConnectionKind, scopeKey: string, entry: unknown): Entry {
    if (!isRecord(entry)) {
        return { problem: "an entry is a connection's id, a decision, or the connection of a decision" };
    }
    const problem = entryProblem(kind, scopeKey, entry);
    if (problem !== undefined) {
        return { problem };
    }
    const id = entry[kind.id];
    const key = id === undefined ? soughtKey(kind, scopeKey, entry) : undefined;
    if (key !== undefined) {
        return { key, sought: entry };
    }
    const format = kind.fields[kind.id];
    return typeof id === "string" && format?.format.test(id)
        ? { key: keyInScope(scopeKey, spelled(kind, kind.id, id)) }
        : { problem: `${kind.id} must be ${format?.describes}` };
}

/** Whether the other fields of a connection are those of the scope. */
function entryProblem(kind: ConnectionKind, scopeKey: string, entry: Stored): string | undefined {
    if (entry.kind !== kind.name) {
        return `its kind must be ${kind.name}`;
    }
    const foreign = Object.keys(entry).filter((name) => name !== "kind" && !Object.hasOwn(kind.fields, name));
    if (foreign.length > 0) {
        return `${foreign.map(show).join(", ")} is no field of ${kind.name}`;
    }
    const at = parseKey(kind, scopeKey) ?? {};
    const other = (kind.scope as readonly string[]).find((name) => {
        const value = entry[name];
        return value !== undefined && spelled(kind, name, String(value)) !== at[name];
    });
    return other === undefined ? undefined : `its ${other} is not that of the scope`;
}
