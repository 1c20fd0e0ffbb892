/** What travels between the engine and us: plain JSON objects. */
export type Wire = Record<string, unknown>;

/**
 * A fresh, JSON-pure copy. The SDK writes into what we return and fails on `undefined` or `bigint` anywhere in it,
 * after the cloud call, so that nothing would be recorded.
 */
export function toWire(value: Readonly<Record<string, unknown>>): Wire {
    return copy(value) as Wire;
}

function copy(value: unknown): unknown {
    if (value instanceof Date) {
        return value.toISOString();
    }
    if (Array.isArray(value)) {
        return value.filter((item) => item !== undefined).map(copy);
    }
    if (typeof value === "object" && value !== null) {
        return Object.fromEntries(
            Object.entries(value)
                .filter(([, inner]) => inner !== undefined)
                .map(([key, inner]) => [key, copy(inner)]),
        );
    }
    return typeof value === "bigint" ? value.toString() : value;
}

/** The values of some keys. */
export function pick(record: Wire, keys: readonly string[]): Wire {
    return Object.fromEntries(keys.filter((key) => record[key] !== undefined).map((key) => [key, record[key]]));
}

/** The record without some keys. */
export function omit(record: Wire, keys: readonly string[]): Wire {
    return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}

/** Deep equality of JSON values; keys in any order. */
export function sameJson(a: unknown, b: unknown): boolean {
    return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
    return (
        JSON.stringify(value, (_key, inner) =>
            typeof inner === "object" && inner !== null && !Array.isArray(inner)
                ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
                : inner,
        ) ?? "undefined"
    );
}
