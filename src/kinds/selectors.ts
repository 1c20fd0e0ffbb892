import { keyInScope } from "../shared/key";
import type { AnyConnection, ConnectionKind, Match, Observed } from "./kind";
import { spelled } from "./spelling";

/**
 * Connections whose cloud assigns the id are named by what is known of them. Until such a connection is found, its place in ids is taken
 * by a question mark and that knowledge, `?privateEndpointId=…`.
 */

type Selecting = Pick<ConnectionKind, "selectors" | "fields">;
type Values = Readonly<Record<string, unknown>>;

/** Stands for the id of a connection that is not found yet: the same for every spelling of what is known. */
export function soughtId(kind: Selecting, values: Values): string {
    const known = ((kind.selectors ?? []) as readonly string[]).filter((name) => values[name] !== undefined);
    return `?${known.map((name) => `${name}=${spelled(kind, name, String(values[name]))}`).join("&")}`;
}

/** Whether an id stands for a connection that is not found yet. */
export function isSought(id: string): boolean {
    return id.startsWith("?");
}

/** The key that a connection has, or had, before it was found; undefined where it is not named by selectors. */
export function soughtKey(kind: Selecting, key: string, values: Values): string | undefined {
    const id = soughtId(kind, values);
    return id === "?" ? undefined : keyInScope(key, id);
}

/** What selectors say of the connection that has this id now; undefined where it is named by its id. */
export function selectedBy(kind: ConnectionKind, connection: AnyConnection, id: string): AnyConnection | undefined {
    if (connection[kind.id] !== undefined || soughtId(kind, connection) === "?") {
        return undefined;
    }
    const given = ((kind.selectors ?? []) as readonly string[]).filter((name) => connection[name] !== undefined);
    const values = given.map((name) => [name, spelled(kind, name, String(connection[name]))]);
    return { ...connection, ...Object.fromEntries(values), ...(isSought(id) ? {} : { [kind.id]: id }) };
}

/**
 * Whether selectors find this connection. One that was cut off stays in listings, beside the one that its requester made anew: nothing
 * can be decided about it any more.
 */
export function finds(kind: ConnectionKind, sought: Values, seen: Observed): boolean {
    return matchOf(kind, sought, seen) === "yes";
}

/** How a connection of a listing compares with selectors. */
export function matchOf(kind: ConnectionKind, sought: Values, seen: Observed): Match {
    return seen.status === "unconnected" ? "no" : (kind.matches?.(sought as AnyConnection, seen) ?? "no");
}
