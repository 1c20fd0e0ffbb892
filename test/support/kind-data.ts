import type { ConnectionKind, Send } from "../../src/kinds/kind";
import { lifecyclesOf } from "../../src/kinds/lifecycle";
import type { Action, KnownStatus, Lifecycle } from "../../src/kinds/table";
import type { Address } from "../../src/place/target";
import { formatKey } from "../../src/shared/key";
import type { Status } from "../../src/shared/vocabulary";

/** What tests read from a kind's data. */

/** Where a connection is. All its fields are given: no default is looked for. Values that are no field of the kind are left out. */
export function addressOf(kind: ConnectionKind, connection: Readonly<Record<string, string>>): Address {
    const selectors: readonly string[] = kind.selectors ?? [];
    const at = Object.fromEntries(
        Object.entries(connection).filter(
            ([name]) => Object.hasOwn(kind.fields, name) && name !== kind.id && !selectors.includes(name),
        ),
    );
    return {
        scope: { key: kind.scope.map((name) => at[name]).join("/"), title: kind.scopeTitle(at), at },
        key: formatKey(kind, connection),
        id: connection[kind.id] ?? "",
    };
}

/** Every lifecycle table of a kind. */
export function tablesOf(kind: ConnectionKind): readonly Lifecycle[] {
    return lifecyclesOf(kind).map(([, table]) => table);
}

/** The table of a kind that has one. */
export function onlyTable(kind: ConnectionKind): Lifecycle {
    const [table, ...others] = tablesOf(kind);
    if (table === undefined || others.length > 0) {
        throw new Error(`${kind.name} has ${others.length + 1} tables`);
    }
    return table;
}

/** How a kind shows what was rejected: some clouds have no word for it. */
export function rejectedStatus({ statuses }: Pick<ConnectionKind, "statuses">): Status {
    return Object.values(statuses).includes("rejected") ? "rejected" : "unconnected";
}

/** What a kind can send, by action. */
export function sendsOf(kind: ConnectionKind): Partial<Record<Action, Send<unknown>>> {
    const { accept, reject, remove } = kind;
    return remove === undefined ? { accept, reject } : { accept, reject, remove };
}

/** Every status of a connection that was read. */
export const KNOWN_STATUSES: readonly KnownStatus[] = [
    "pending",
    "accepting",
    "accepted",
    "rejecting",
    "rejected",
    "unconnected",
    "removing",
    "expired",
    "failed",
    "absent",
];
/** Every status. */
export const STATUSES: readonly Status[] = [...KNOWN_STATUSES, "unknown"];
