import { formatKey, parseKey } from "../shared/vocabulary";
import type { ConnectionKind } from "../kinds/kind";
import { idField } from "./admission";
import { isRecord, show } from "./declaration";

/** The keys of the connections that `except` names, as far as it names any. For an `except` that check has seen before. */
export function exceptKeys(kind: ConnectionKind, scopeKey: string, except: unknown): string[] {
    return (Array.isArray(except) ? except : []).flatMap((entry) => {
        const read = readExcept(kind, scopeKey, entry);
        return "key" in read ? [read.key] : [];
    });
}

/**
 * One entry of `except`: the key of a connection of this scope, or why it is none. An entry that names nothing would leave in what the
 * program means to leave out, so it is an error.
 *
 * @param scopeKey the id of the admission, with `*` for the connection
 */
export function readExcept(
    kind: ConnectionKind,
    scopeKey: string,
    entry: unknown,
): { key: string } | { problem: string } {
    const { parts } = parseKey(scopeKey);
    const keyOf = (id: string) => formatKey(kind.name, [...parts.slice(0, -1), id]);
    const field = kind.fields[idField(kind)];
    const problem = (why: string) => ({ problem: `${show(entry)} is not a connection of this scope: ${why}` });
    if (typeof entry === "string") {
        const id = entry.includes("/") ? (parseKey(entry).parts.at(-1) ?? "") : entry;
        if (entry.includes("/") && entry !== keyOf(id)) {
            return problem(`its connections have ids such as ${keyOf("…")}`);
        }
        return field?.format.test(id) ? { key: keyOf(id) } : problem(`an id must be ${field?.describes}`);
    }
    if (!isRecord(entry)) {
        return problem("an entry is a connection's id, a decision, or the connection of a decision");
    }
    if (entry.kind !== kind.name) {
        return problem(`its kind must be ${kind.name}`);
    }
    const foreign = Object.keys(entry).filter((name) => name !== "kind" && !Object.hasOwn(kind.fields, name));
    if (foreign.length > 0) {
        return problem(`${foreign.map(show).join(", ")} is no field of ${kind.name}`);
    }
    const other = kind.identity.find(
        (name, i) => i < kind.identity.length - 1 && entry[name] !== undefined && entry[name] !== parts[i],
    );
    if (other !== undefined) {
        return problem(`its ${other} is not that of the scope`);
    }
    const id = entry[idField(kind)];
    return typeof id === "string" && field?.format.test(id)
        ? { key: keyOf(id) }
        : problem(`${idField(kind)} must be ${field?.describes}`);
}
