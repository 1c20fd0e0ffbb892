/**
 * Reads fields of a cloud's answer. Types promise what documents promise; what arrives may be anything, so every field
 * is looked at before it is used, and one of another type counts as absent.
 */

/** A text that says something. */
export function text(value: unknown): string | undefined {
    return typeof value === "string" && value !== "" ? value : undefined;
}

/** The texts of a list. */
export function texts(value: unknown): string[] {
    return list(value).filter((item): item is string => typeof item === "string");
}

export function list(value: unknown): readonly unknown[] {
    return Array.isArray(value) ? value : [];
}

export function record(value: unknown): Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null && !Array.isArray(value)
        ? (value as Record<string, unknown>)
        : {};
}

/** A property, or none: `{ ...optional("requester", text(owner)) }`. */
export function optional<K extends string, V extends string>(key: K, value: V | undefined): { [key in K]?: V } {
    return value === undefined ? {} : ({ [key]: value } as { [key in K]: V });
}
