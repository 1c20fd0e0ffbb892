import { type Asked, unreadableAnswer } from "./cloud";

/**
 * Reads fields of a cloud's answer. Types promise what documents promise; what arrives may be anything, so every field
 * is looked at before it is used. A field that adds a fact counts as absent where it is of another type. A field that a
 * conclusion rests on (the list, the id, the cursor) makes the whole answer unreadable: absence is proven by a documented
 * answer only.
 */

/** What was read from an answer, field by field. */
export type Fields = Readonly<Record<string, unknown>>;

/** The list that a listing documents, of records. An answer without it is no empty listing. */
export function documentedList(asked: Asked, answer: unknown, field: string): readonly Fields[] {
    const value = record(answer)[field];
    if (!Array.isArray(value)) {
        throw unreadableAnswer(asked, `the answer has no list "${field}"`);
    }
    return value.map((item) => {
        if (!isRecord(item)) {
            throw unreadableAnswer(asked, `"${field}" holds something that is no record`);
        }
        return item;
    });
}

/** A text that every documented answer holds. */
export function documentedText(asked: Asked, answer: unknown, field: string): string {
    const value = text(record(answer)[field]);
    if (value === undefined) {
        throw unreadableAnswer(asked, `the answer does not say "${field}"`);
    }
    return value;
}

/** The answer is about what was asked for. */
export function documentedId(asked: Asked, answer: unknown, field: string, id: string): void {
    const named = documentedText(asked, answer, field);
    if (named !== id) {
        throw unreadableAnswer(asked, `the answer is about ${named}, not about ${id}`);
    }
}

/** Where the next page starts; absent or empty: there is none. */
export function documentedCursor(asked: Asked, answer: unknown, field: string): { next?: string } {
    const value = record(answer)[field];
    if (value === undefined || value === null || value === "") {
        return {};
    }
    return { next: documentedText(asked, answer, field) };
}

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

export function record(value: unknown): Fields {
    return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Fields {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A property, or none: `{ ...optional("requester", text(owner)) }`. */
export function optional<K extends string, V extends string>(key: K, value: V | undefined): { [key in K]?: V } {
    return value === undefined ? {} : ({ [key]: value } as { [key in K]: V });
}
