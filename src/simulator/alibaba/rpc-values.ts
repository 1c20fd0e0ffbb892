import { compact, Refusal } from "../server/message";
import { flag, type Parameters } from "../server/parameters";
import { type ParameterCall, page } from "../server/protocol";
import type { RpcAction } from "./rpc";

/** IllegalParam.%s, of the page of error codes. */
export function illegal(name: string): Refusal {
    return new Refusal(400, `IllegalParam.${name}`, `The specified parameter ${name} is illegal.`);
}

/** Refuses a call where a condition holds. */
export function refuseIf(refused: boolean, code: string, message: string, status = 400): void {
    if (refused) {
        throw new Refusal(status, code, message);
    }
}

/** A boolean parameter, false where it is not sent. */
export function boolean(parameters: Parameters, name: string): boolean {
    return flag(parameters, name, () => illegal(name));
}

/** What a filter compares of an item; one of several values is enough. */
export type Facts<T> = (item: T) => readonly (string | undefined)[];

/** A listing: what it lists, and its filters. */
export interface Listing<T> {
    /** The list's name in the answer. */
    readonly name: string;
    all(call: ParameterCall): readonly T[];
    /** By parameter. A name ending in `[]`: its values are joined with commas (array_to_string_with_specified_style, "simple"). */
    readonly filters: Readonly<Record<string, Facts<T>>>;
    /** What MaxResults may be at most, and is where it is not sent. */
    readonly sizes: { readonly most: number; readonly usual: number };
    /** Where it filters by tags: `Tags.N.Key` and `Tags.N.Value`, and those of an item. */
    readonly tags?: {
        readonly parameter: "Tags" | "Tag";
        of(item: T): Readonly<Record<string, string>> | undefined;
    };
    /** Parameters besides filters and pages. */
    readonly others?: readonly string[];
    idOf(item: T): string;
    shown(item: T, call: ParameterCall): object;
}

/** A listing in pages. */
export function listing<T>(list: Listing<T>): RpcAction {
    const names = Object.keys(list.filters).map((name) => name.replace("[]", ""));
    const { tags } = list;
    const tagged = tags === undefined ? [] : [`${tags.parameter}.#.Key`, `${tags.parameter}.#.Value`];
    const parameters = [...names, ...(list.others ?? []), "MaxResults", "NextToken", ...tagged];
    const run = (call: ParameterCall) => {
        const size = sizeOf(call.parameters, list.sizes);
        const matches = tags === undefined ? () => true : tagsMatch(call.parameters, tags.parameter);
        const wanted = list.all(call).filter((item) => passes(list, item, call.parameters) && matches(tags?.of(item)));
        const result = page(call.state, wanted, size, call.parameters.get("NextToken"));
        if (result === undefined) {
            throw illegal("NextToken");
        }
        call.hooks.list(result.items.map(list.idOf));
        return {
            [list.name]: result.items.map((item) => list.shown(item, call)),
            TotalCount: wanted.length,
            MaxResults: size,
            ...(result.next === undefined ? {} : { NextToken: result.next }),
        };
    };
    return { parameters, run };
}

function sizeOf(parameters: Parameters, { most, usual }: Listing<unknown>["sizes"]): number {
    const text = parameters.get("MaxResults") ?? String(usual);
    const size = Number(text);
    if (!/^\d+$/.test(text) || size < 1 || size > most) {
        throw illegal("MaxResults");
    }
    return size;
}

function passes<T>({ filters }: Listing<T>, item: T, parameters: Parameters): boolean {
    return Object.entries(filters).every(([filter, factsOf]) => {
        const name = filter.replace("[]", "");
        const value = parameters.get(name);
        const values = name === filter ? [value] : value?.split(",");
        return value === undefined || values?.some((one) => factsOf(item).includes(one));
    });
}

/** `Tags.N.Key` and `Tags.N.Value`, at most 20: whether an item has all of them; a key without a value asks for any. */
function tagsMatch(
    parameters: Parameters,
    name: "Tags" | "Tag",
): (tags: Readonly<Record<string, string>> | undefined) => boolean {
    const wanted = parameters.numbers(name).map((number) => ({
        key: parameters.get(`${name}.${number}.Key`) ?? "",
        value: parameters.get(`${name}.${number}.Value`),
    }));
    if (wanted.length > 20 || wanted.some(({ key }) => key === "")) {
        throw illegal(name);
    }
    return (tags) =>
        wanted.every(({ key, value }) => {
            const tag = tags?.[key];
            return tag !== undefined && (value === undefined || value === tag);
        });
}

/** Tags as the API writes them. */
export function tagList(tags: Readonly<Record<string, string>> | undefined): object[] {
    return Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value }));
}

/** Members under the names that the API has for them, `InstanceId` of `instanceId`; without undefined ones. */
export function wire(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const named = Object.entries(members).map(([name, value]) => [name.charAt(0).toUpperCase() + name.slice(1), value]);
    return compact(Object.fromEntries(named));
}

/**
 * Carries out a change: not in a dry run, and once for a ClientToken. A dry run that passes is the error DryRunOperation.
 * @param checkDryRun What a dry run checks beyond the parameters.
 */
export function change(call: ParameterCall, checkDryRun: () => void, carryOut: () => void): object {
    const { state, parameters } = call;
    const token = tokenOf(call);
    if (boolean(parameters, "DryRun")) {
        checkDryRun();
        throw new Refusal(400, "DryRunOperation", "The operation DryRun verifies success.");
    }
    if (token !== undefined && state.clientTokens.has(token)) {
        return {};
    }
    carryOut();
    if (token !== undefined) {
        state.clientTokens.add(token);
    }
    return {};
}

/**
 * "The client token can contain only ASCII characters"; without one, and an empty one is none, the id of the request stands
 * for it, so that nothing is remembered.
 */
function tokenOf({ parameters, action, caller }: ParameterCall): string | undefined {
    const token = parameters.get("ClientToken") ?? "";
    if (/[^\x20-\x7e]/.test(token)) {
        throw illegal("ClientToken");
    }
    const about = ["InstanceId", "ServiceId", "EndpointId"].map((name) => parameters.get(name));
    return token === "" ? undefined : [action, caller.account, ...about, token].join(" ");
}
