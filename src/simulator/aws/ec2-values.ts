import { notSimulated, Refusal } from "../server/message";
import type { Parameters } from "../server/parameters";
import { type Hooks, page } from "../server/protocol";
import type { State } from "../server/state";

/** The parameters of a listing. */
export const PAGED = ["Filter.#.Name", "Filter.#.Value.#", "MaxResults", "NextToken"];

export function tagSet(tags: Readonly<Record<string, string>> | undefined) {
    return tags === undefined ? undefined : itemsOf(Object.entries(tags).map(([key, value]) => ({ key, value })));
}

/** A list of the EC2 query protocol. An empty one is an empty element. */
export function itemsOf(items: readonly unknown[] | undefined) {
    return items === undefined ? undefined : items.length === 0 ? "" : { item: items };
}

/**
 * The page of a listing that a request asks for.
 * "between 5 and 1,000; if MaxResults is given a value larger than 1,000, only 1,000 results are returned".
 */
export function pageOf<T>(
    call: { readonly state: State; readonly parameters: Parameters },
    all: readonly T[],
): { items: readonly T[]; token: { nextToken?: string } } {
    const { state, parameters } = call;
    const text = parameters.get("MaxResults") ?? "1000";
    const size = Number(text);
    if (!/^\d+$/.test(text) || size < 5) {
        throw invalidValue("MaxResults", text, "Expecting a value between 5 and 1000.");
    }
    const result = page(state, all, Math.min(size, 1000), parameters.get("NextToken"));
    if (result === undefined) {
        throw new Refusal(400, "InvalidNextToken", "The token is not valid.");
    }
    return { items: result.items, token: result.next === undefined ? {} : { nextToken: result.next } };
}

export function required(parameters: Parameters, name: string): string {
    const value = parameters.get(name);
    if (value === undefined || value === "") {
        throw missing(name);
    }
    return value;
}

export function missing(name: string): Refusal {
    return new Refusal(400, "MissingParameter", `The request must contain the parameter ${name}`);
}

/** Words: hashicorp/terraform #7465. */
export function invalidTransition(id: string, from: string, to: string): Refusal {
    const message = `Invalid state transition for ${id}, attempted to transition from ${from} to ${to}`;
    return new Refusal(400, "InvalidStateTransition", message);
}

export function notPermitted(message: string): Refusal {
    return new Refusal(400, "OperationNotPermitted", message);
}

export function invalidValue(name: string, value: string, expected: string): Refusal {
    return new Refusal(
        400,
        "InvalidParameterValue",
        `Value ( ${value} ) for parameter ${name} is invalid. ${expected}`,
    );
}

/** The ids of one of two lists. InvalidParameterCombination: "an incorrect combination of parameters", client error codes. */
export function eitherList<A extends string, B extends string>(parameters: Parameters, one: A, other: B) {
    const [ids, others] = [parameters.list(one), parameters.list(other)];
    if (ids.length > 0 && others.length > 0) {
        const message = `The parameters ${one} and ${other} cannot be used together`;
        throw new Refusal(400, "InvalidParameterCombination", message);
    }
    if (ids.length === 0 && others.length === 0) {
        throw missing(one);
    }
    return ids.length > 0 ? { name: one, ids } : { name: other, ids: others };
}

/** Why one id of a request was not carried out. */
export type Failure = readonly [code: string, message: string];

/** UnsuccessfulItem of botocore's model, for the ids that failed. An id that a fault refuses fails as an internal error. */
export function unsuccessfulOf(
    ids: readonly string[],
    { hooks }: { readonly hooks: Hooks },
    carryOut: (id: string) => Failure | undefined,
) {
    const failed = ids.flatMap((id) => {
        const failure: Failure | undefined = hooks.refuseId(id)
            ? ["InternalError", "An internal error has occurred"]
            : carryOut(id);
        return failure === undefined ? [] : [{ resourceId: id, error: { code: failure[0], message: failure[1] } }];
    });
    return itemsOf(failed);
}

/** What a filter compares of an item; one of several values is enough. */
export type Facts<T> = (item: T) => readonly (string | undefined)[];

/** The documented filters of an action, by name. */
export type Filters<T> = Readonly<Record<string, Facts<T>>>;

/** The filters `tag:<key>` and `tag-key`. */
function tagFilter<T>(name: string, tagsOf: (item: T) => Record<string, string> | undefined): Facts<T> | undefined {
    if (name === "tag-key") {
        return (item) => Object.keys(tagsOf(item) ?? {});
    }
    const key = /^tag:(.+)$/.exec(name)?.[1];
    return key === undefined
        ? undefined
        : (item) => {
              const tags = tagsOf(item) ?? {};
              return Object.hasOwn(tags, key) ? [tags[key]] : [];
          };
}

/**
 * Whether an item passes the filters of a request.
 * Filters are joined with AND, values with OR; names and values are case-sensitive (API_Filter).
 * Wildcards: the documents disagree on what `?` stands for, and a filter without values is not explained. Both are refused.
 */
export function matching<T>(
    parameters: Parameters,
    known: Filters<T>,
    tagsOf?: (item: T) => Record<string, string> | undefined,
): (item: T) => boolean {
    const filters = parameters.numbers("Filter").map((number) => {
        const name = parameters.get(`Filter.${number}.Name`) ?? "";
        const facts = (Object.hasOwn(known, name) ? known[name] : undefined) ?? (tagsOf && tagFilter(name, tagsOf));
        if (facts === undefined) {
            throw new Refusal(400, "InvalidFilter", `The filter '${name}' is invalid`);
        }
        return { facts, values: filterValues(name, parameters.list(`Filter.${number}.Value`)) };
    });
    return (item) => filters.every(({ facts, values }) => facts(item).some((fact) => values.has(fact)));
}

function filterValues(name: string, values: readonly string[]): Set<string | undefined> {
    const strange = values.find((value) => /[*?\\]/.test(value));
    if (values.length === 0 || strange !== undefined) {
        throw notSimulated(
            `filter ${name} with ${strange === undefined ? "no value" : `the wildcard value ${strange}`}`,
        );
    }
    return new Set(values);
}
