import type { Facts, Status } from "../shared/vocabulary";
import { unreadableAnswer } from "./cloud";
import type { Observed } from "./kind";
import { readStatus } from "./table";

/**
 * Reads fields of a cloud's answer. Types promise what documents promise; what arrives may be anything, so every field
 * is looked at before it is used. A field that adds a fact counts as absent where it is of another type. A field that a
 * conclusion rests on (the list, the id, the cursor) makes the whole answer unreadable: absence is proven by a documented
 * answer only.
 */

/** What was read from an answer, field by field. */
export type Fields = Readonly<Record<string, unknown>>;

/** The list that a listing documents, of records. An answer without it is no empty listing. */
export function documentedList(action: string, answer: unknown, field: string): readonly Fields[] {
    const value = record(answer)[field];
    if (!Array.isArray(value)) {
        throw unreadableAnswer(action, `the answer has no list "${field}"`);
    }
    return value.map((item) => {
        if (!isRecord(item)) {
            throw unreadableAnswer(action, `"${field}" holds something that is no record`);
        }
        return item;
    });
}

/** A text that every documented answer holds. */
export function documentedText(action: string, answer: unknown, field: string): string {
    const value = text(record(answer)[field]);
    if (value === undefined) {
        throw unreadableAnswer(action, `the answer does not say "${field}"`);
    }
    return value;
}

/** The answer is about what was asked for. */
export function documentedId(action: string, answer: unknown, field: string, id: string): void {
    const named = documentedText(action, answer, field);
    if (named !== id) {
        throw unreadableAnswer(action, `the answer is about ${named}, not about ${id}`);
    }
}

/** Where the next page starts; absent or empty: there is none. */
export function documentedCursor(action: string, answer: unknown, field: string): { next?: string } {
    const value = record(answer)[field];
    if (value === undefined || value === null || value === "") {
        return {};
    }
    return { next: documentedText(action, answer, field) };
}

/** One page of a listing: its records, and where the next page starts. */
export interface FieldsPage {
    readonly items: readonly Fields[];
    readonly next?: string;
}

/** One page of a listing whose cursor is called `NextToken`. */
export function documentedPage(action: string, answer: unknown, field: string): FieldsPage {
    return { items: documentedList(action, answer, field), ...documentedCursor(action, answer, "NextToken") };
}

/** What a cloud's answer says of a connection, field by field, as it stands there. */
interface Shown {
    readonly id: string;
    /** The cloud's own word. */
    readonly status: unknown;
    readonly requester?: unknown;
    readonly decider?: unknown;
    readonly decidedAs?: unknown;
    /** A text, or a date of an SDK. */
    readonly requestedAt?: unknown;
    readonly expiresAt?: unknown;
    readonly requesterSays?: unknown;
    /** Texts, or lists of texts. */
    readonly evidence: Readonly<Record<string, unknown>>;
    readonly making?: boolean;
    readonly working?: boolean;
    /** Left out of a pending one: it does ask. */
    readonly asked?: Observed["asked"] | undefined;
    readonly warnings?: readonly string[];
}

/** A connection from a cloud's answer. A field that is missing, empty or of another type is left out. */
export function observed(statuses: Readonly<Record<string, Status>>, shown: Shown): Observed {
    const cloudStatus = text(shown.status) ?? "";
    const status = readStatus(statuses, cloudStatus);
    return {
        id: shown.id,
        status,
        cloudStatus,
        ...optional("requester", text(shown.requester)),
        ...optional("decider", text(shown.decider)),
        ...optional("decidedAs", text(shown.decidedAs)),
        ...optional("requestedAt", time(shown.requestedAt)),
        ...optional("expiresAt", time(shown.expiresAt)),
        ...optional("requesterSays", text(shown.requesterSays)),
        evidence: facts(shown.evidence),
        ...(shown.making === true ? { making: true } : {}),
        ...(shown.working === true ? { working: true } : {}),
        ...(shown.asked === undefined || status === "pending" ? {} : { asked: shown.asked }),
        ...(shown.warnings === undefined || shown.warnings.length === 0 ? {} : { warnings: shown.warnings }),
    };
}

function facts(shown: Readonly<Record<string, unknown>>): Facts {
    const read = Object.entries(shown).map(([name, value]) => [name, text(value) ?? texts(value)] as const);
    return Object.fromEntries(read.filter(([, value]) => value.length > 0));
}

/** A time as its cloud writes it; an SDK's date in ISO 8601. */
function time(value: unknown): string | undefined {
    return value instanceof Date && !Number.isNaN(value.getTime()) ? value.toISOString() : text(value);
}

/** A text that says something. */
export function text(value: unknown): string | undefined {
    return typeof value === "string" && value !== "" ? value : undefined;
}

/** The texts of a list. */
export function texts(value: unknown): string[] {
    return list(value).filter((item): item is string => typeof item === "string");
}

/** One field of each record of a list, where it is a text. */
export function textsOf(value: unknown, field: string): string[] {
    return texts(list(value).map((item) => record(item)[field]));
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
