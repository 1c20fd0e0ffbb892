import type { AnyConnection, ConnectionKind } from "../kinds/kind";
import { milliseconds } from "../shared/duration";
import { oneLine } from "../shared/problem";
import { didYouMean } from "../shared/suggest";

/** Arguments, inputs or outputs, as the engine stores them. */
export type Stored = Readonly<Record<string, unknown>>;

/** What is wrong with a `connection` or a `scope`, and its kind where that is known. */
export function connectionProblems(
    argument: "connection" | "scope",
    value: unknown,
    kinds: readonly ConnectionKind[],
    isUnknown: (value: unknown) => boolean,
): { kind?: ConnectionKind; problems: string[] } {
    if (!isRecord(value)) {
        const what = argument === "connection" ? "which connection" : "where connections arrive";
        return { problems: [`${argument} must say ${what}, for example ${exampleOf(argument, kinds[0])}`] };
    }
    const kind = kinds.find(({ name }) => name === value.kind);
    if (kind === undefined) {
        const names = kinds.map(({ name }) => name);
        return {
            problems: [
                `${argument}.kind ${show(value.kind)} is not a known kind; known are ${names.join(", ")}${didYouMean(String(value.kind), names)}`,
            ],
        };
    }
    const fields = argument === "connection" ? kind.fields : scopeFields(kind);
    const problems = fieldProblems(argument, kind.name, fields, value, isUnknown);
    return {
        kind,
        problems: argument === "connection" && problems.length === 0 ? togetherProblems(kind, value) : problems,
    };
}

/** What is wrong with fields that are well-formed each. */
function togetherProblems(kind: ConnectionKind, value: Stored): string[] {
    const contradiction = kind.contradiction?.(value as unknown as AnyConnection);
    return [...selectorProblem(kind, value), ...(contradiction === undefined ? [] : [`connection: ${contradiction}`])];
}

/** What is wrong with the fields of a connection or a scope. */
function fieldProblems(
    argument: string,
    kindName: string,
    fields: ConnectionKind["fields"],
    value: Stored,
    isUnknown: (value: unknown) => boolean,
): string[] {
    const unexpected = Object.keys(value)
        .filter((name) => name !== "kind" && !Object.hasOwn(fields, name))
        .map(
            (name) =>
                `${argument}.${oneLine(name, 40)} is not a field of ${kindName}; it has ${Object.keys(fields).join(", ") || "none"}${didYouMean(name, Object.keys(fields))}`,
        );
    const malformed = Object.entries(fields).flatMap(([name, field]) => {
        const given = value[name];
        if (given === undefined) {
            return field.required ? [`${argument}.${name} is missing; it must be ${field.describes}`] : [];
        }
        return isUnknown(given) || (typeof given === "string" && field.format.test(given))
            ? []
            : [`${argument}.${name} ${show(given)} must be ${field.describes}`];
    });
    return [...unexpected, ...malformed];
}

/** A connection is named by its own id, or by what is known of it; not by both. */
function selectorProblem({ name, id, selectors = [] }: ConnectionKind, value: Stored): string[] {
    const given = (selectors as readonly string[]).filter((field) => value[field] !== undefined);
    if (selectors.length === 0 || (value[id] === undefined) !== (given.length === 0)) {
        return [];
    }
    const choice = `${id}, or by ${selectors.join(", ")}`;
    return [
        given.length === 0
            ? `connection must name one ${name} connection, by ${choice}`
            : `connection names one ${name} connection twice: by ${id} and by ${given.join(", ")}; name it by ${choice}`,
    ];
}

/** The fields of a connection without its own id and what can stand for it: where it arrives. */
export function scopeFields({ fields, id, selectors = [] }: ConnectionKind): ConnectionKind["fields"] {
    const own = [id, ...(selectors as readonly string[])];
    return Object.fromEntries(Object.entries(fields).filter(([name]) => !own.includes(name))) as never;
}

function exampleOf(argument: "connection" | "scope", kind: ConnectionKind | undefined): string {
    const example = Object.entries(kind?.example ?? {}).filter(
        ([name]) =>
            argument === "connection" || name === "kind" || Object.hasOwn(scopeFields(kind as ConnectionKind), name),
    );
    return `{ ${example.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join(", ")} }`;
}

/** A word, or a flag, that is none of the allowed ones. */
export function wordProblem(
    name: string,
    value: unknown,
    allowed: readonly (string | boolean)[],
    needed = false,
): string[] {
    if (allowed.includes(value as string) || (value === undefined && !needed)) {
        return [];
    }
    const words = allowed.map((word) => (typeof word === "string" ? `"${word}"` : String(word)));
    const all = words.length === 1 ? words.join() : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
    return [value === undefined ? `${name} must be ${all}` : `${name} ${show(value)} must be ${all}`];
}

export function reasonProblem(value: unknown): string[] {
    return value === undefined || (typeof value === "string" && value.trim() !== "")
        ? []
        : ["reason must be a text; leave it out where there is none"];
}

export function durationProblem(name: string, value: unknown): string[] {
    if (value === undefined) {
        return [];
    }
    try {
        milliseconds(String(value));
        return [];
    } catch (error) {
        return [`${name}: ${(error as Error).message}`];
    }
}

/** A wrong value as the error names it: short, on one line, no control characters. */
export function show(value: unknown): string {
    return oneLine(JSON.stringify(value) ?? "undefined", 80);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value can be a fact: a text, a flag or a list of texts. */
export function isFact(value: unknown): boolean {
    return (
        typeof value === "string" ||
        typeof value === "boolean" ||
        (Array.isArray(value) && value.every((item) => typeof item === "string"))
    );
}
