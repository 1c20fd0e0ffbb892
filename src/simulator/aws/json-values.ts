import { notSimulated, Refusal } from "../server/message";
import { page } from "../server/protocol";
import type { State } from "../server/state";

/** The page of a listing that MaxResults (1 to `most`, which is the default) and NextToken ask for. `badToken`: the code of a strange one. */
export function jsonPage<T>(
    state: State,
    body: Readonly<Record<string, unknown>>,
    all: readonly T[],
    most: number,
    badToken = "InvalidPaginationTokenException",
) {
    const size = Number(body.MaxResults ?? most);
    if (!Number.isInteger(size) || size < 1 || size > most) {
        throw new Refusal(400, "ValidationException", `MaxResults must be a number from 1 to ${most}`);
    }
    const result = page(state, all, size, typeof body.NextToken === "string" ? body.NextToken : undefined);
    if (result === undefined) {
        throw new Refusal(400, badToken, "Invalid pagination token");
    }
    return { items: result.items, token: result.next === undefined ? {} : { NextToken: result.next } };
}

/** The documented filters of an operation, and what each compares. */
export type JsonFilters<T> = Readonly<Record<string, (item: T) => string | undefined>>;

/** Whether an item passes `[{ "Name": …, "Values": […] }]`: all filters must hold, of each one of its values. */
export function matching<T>(input: unknown, known: JsonFilters<T>, action: string): (item: T) => boolean {
    if (input !== undefined && !Array.isArray(input)) {
        throw new Refusal(400, "SerializationException", "Filters is not a list");
    }
    const filters = ((input ?? []) as { Name?: unknown; Values?: unknown }[]).map(({ Name, Values, ...rest }) => {
        const strange = Object.keys(rest)[0];
        if (strange !== undefined) {
            throw notSimulated(`parameter Filters.${strange} of ${action}`);
        }
        if (typeof Name !== "string" || !Object.hasOwn(known, Name)) {
            throw new Refusal(400, "ValidationException", `Invalid filter name: ${Name}`);
        }
        if (!Array.isArray(Values) || Values.length === 0) {
            throw new Refusal(400, "ValidationException", `Filter ${Name} must have at least one value`);
        }
        return { fact: known[Name], values: new Set<unknown>(Values) };
    });
    return (item) => filters.every(({ fact, values }) => values.has(fact?.(item)));
}
