/**
 * Ids of decisions and admissions in the state: the kind, then the fields that identify the connection, its own id last,
 * `aws:vpcEndpoint/eu-west-1/vpce-svc-0a1b/vpce-0c2d`. The id alone suffices to find the connection again.
 *
 * A slash inside a field is written as `%2F`. One field of a kind may be a path (an ARM id): it stands as it is, without its first slash.
 */

/** What the codec needs of a kind. */
export interface Keyed {
    readonly name: string;
    /** Fields that say where the connection arrives, in order. */
    readonly scope: readonly string[];
    /** The field that is the connection's own id. */
    readonly id: string;
    readonly fields: Readonly<Record<string, { readonly path?: boolean }>>;
}

type Values = Readonly<Record<string, string | undefined>>;

/** Stands for every connection of a scope: the last part of an admission's id. */
export const ANY = "*";

/** The id of the connection with these fields. */
export function formatKey(kind: Keyed, values: Values): string {
    const parts = [...kind.scope, kind.id].map((name) => {
        const value = values[name] ?? "";
        return kind.fields[name]?.path ? value.replace(/^\//, "") : escapePart(value);
    });
    return [kind.name, ...parts].join("/");
}

/** The fields that an id holds; undefined: it is no id of this kind. */
export function parseKey(kind: Keyed, key: string): Record<string, string> | undefined {
    const names = [...kind.scope, kind.id];
    const [name, ...parts] = key.split("/");
    const path = names.findIndex((field) => kind.fields[field]?.path);
    const spare = parts.length - names.length;
    if (name !== kind.name || spare < 0 || (spare > 0 && path === -1)) {
        return undefined;
    }
    const values = names.map((_field, i) =>
        i === path
            ? `/${parts.slice(i, i + spare + 1).join("/")}`
            : unescapePart(parts[path !== -1 && i > path ? i + spare : i] ?? ""),
    );
    return Object.fromEntries(names.map((field, i) => [field, values[i] ?? ""]));
}

/** The kind's name in an id. */
export function kindOf(key: string): string {
    return key.split("/", 1)[0] ?? "";
}

/** The connection's own id in an id. */
export function ownId(key: string): string {
    return unescapePart(key.slice(key.lastIndexOf("/") + 1));
}

/** The id of another connection of the same scope; of an admission of that scope by default. */
export function keyInScope(key: string, id = ANY): string {
    return `${key.slice(0, key.lastIndexOf("/") + 1)}${escapePart(id)}`;
}

/** An id without the connection's own id: its scope, for texts. */
export function scopeOf(key: string): string {
    return key.slice(0, key.lastIndexOf("/"));
}

function escapePart(value: string): string {
    return value.replace(/[%/]/g, encodeURIComponent);
}

function unescapePart(part: string): string {
    return part.replace(/%2F|%25/gi, decodeURIComponent);
}
