import type { Parameters } from "../server/parameters";
import { page, Refusal } from "../server/protocol";
import type { State } from "../server/state";

export function tagSet(tags: Readonly<Record<string, string>> | undefined) {
    return tags === undefined ? undefined : itemsOf(Object.entries(tags).map(([key, value]) => ({ key, value })));
}

/** A list of the EC2 query protocol. An empty one is an empty element. */
export function itemsOf(items: readonly unknown[] | undefined) {
    return items === undefined ? undefined : items.length === 0 ? "" : { item: items };
}

/** "between 5 and 1,000; if MaxResults is given a value larger than 1,000, only 1,000 results are returned". */
export function pageOf<T>(state: State, items: readonly T[], parameters: Parameters) {
    const text = parameters.get("MaxResults") ?? "1000";
    const size = Number(text);
    if (!/^\d+$/.test(text) || size < 5) {
        throw invalidValue("MaxResults", text, "Expecting a value between 5 and 1000.");
    }
    const result = page(state, items, Math.min(size, 1000), parameters.get("NextToken"));
    if (result === undefined) {
        throw new Refusal(400, "InvalidNextToken", "The token is not valid.");
    }
    return result;
}

export function required(parameters: Parameters, name: string): string {
    const value = parameters.get(name);
    if (value === undefined || value === "") {
        throw new Refusal(400, "MissingParameter", `The request must contain the parameter ${name}`);
    }
    return value;
}

export function invalidValue(name: string, value: string, expected: string): Refusal {
    return new Refusal(
        400,
        "InvalidParameterValue",
        `Value ( ${value} ) for parameter ${name} is invalid. ${expected}`,
    );
}
