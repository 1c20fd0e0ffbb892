/** What travels between the engine and us: plain JSON objects. */
export type Wire = Record<string, unknown>;

/** The engine's stand-in for a value that is not known yet: `pulumi.runtime.unknownValue`, a contract of the wire. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value is, or holds, one that is not known yet. */
export function hasUnknown(value: unknown): boolean {
    if (value === UNKNOWN) {
        return true;
    }
    if (Array.isArray(value)) {
        return value.some(hasUnknown);
    }
    return typeof value === "object" && value !== null && Object.values(value).some(hasUnknown);
}

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
