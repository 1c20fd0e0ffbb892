import { findById } from "../server/by-id";
import { Refusal } from "../server/message";
import type { Action } from "../server/protocol";
import { type Members, type Moving, optional, tags, text } from "../server/schema";
import type { State } from "../server/state";
import { HOUR_MS } from "../server/time";
import { type AwsAccount, regionsOf } from "./account";
import type { Ec2Call } from "./ec2";
import { type Filters, matching, notPermitted, PAGED, pageOf, required } from "./ec2-values";
import { type Side, sideOf, VPC } from "./vpc";

/** Fields of a connection between the VPCs of two accounts. */
export const TWO_SIDED = {
    requester: VPC,
    accepter: VPC,
    /** When the status began, ISO 8601: one that has ended is shown for a while. Default: when the simulator got the world. */
    statusSince: optional(text),
    /** No call finds it before, ISO 8601: EC2 is eventually consistent (terraform-provider-aws #30423). Default: at once. */
    visibleFrom: optional(text),
    /** The account that deleted it; the other one sees it longer. */
    deletedBy: optional(text),
    /** Seen in the account and Region of the entry only. */
    tags: optional(tags),
};

export interface TwoSidedFields extends Members<typeof TWO_SIDED> {}

interface Connection extends TwoSidedFields, Moving {
    status: string;
}

/** A connection, its sides, and the entry of the world that it stands in. */
export interface TwoSided<T> {
    readonly one: T;
    readonly entry: AwsAccount;
    readonly requester: Side;
    readonly accepter: Side;
}

/** For how many hours one that has ended is shown, and to whom. */
export interface ShownHours {
    readonly requester: number;
    readonly accepter: number;
    /** Where both sides are of one account. */
    readonly sameAccount: number;
    /** To the account that deleted it. Default: as its side. */
    readonly deleter?: number;
}

/** A kind of connections of two accounts. */
export interface Sides<Part, T extends Connection> {
    listOf(entry: Part): T[] | undefined;
    idOf(one: T): string;
    /** The parameter that holds ids, `VpcPeeringConnectionId`. */
    readonly parameter: string;
    readonly idFormat: RegExp;
    /** The code of an unknown id. */
    readonly notFound: string;
    /** By status. */
    readonly ended: Readonly<Record<string, ShownHours>>;
    /** Whether a decision from a Region of neither side is answered like one of an unknown id. */
    hidesElsewhere(state: State): boolean;
    /** One as the API writes it. */
    shown(item: TwoSided<T>, call: Ec2Call<Part>): object;
}

/** The listing of all that the caller sees in its Region, or of these ids: one that is missing fails the whole call. */
export function listing<Part, T extends Connection>(
    sides: Sides<Part, T>,
    set: string,
    filters: Filters<TwoSided<T>>,
): Action<Ec2Call<Part>> {
    const run = (call: Ec2Call<Part>) => {
        const ids = call.parameters.list(sides.parameter);
        const wanted =
            ids.length > 0
                ? ids.map((id) => seen(sides, call, id))
                : allOf(sides, call.state).filter((item) => isSeen(sides, item, call));
        const matches = matching<TwoSided<T>>(call.parameters, filters, (item) => ownTags(item, call));
        const { items, token } = pageOf(call, wanted.filter(matches));
        call.hooks.list(items.map(({ one }) => sides.idOf(one)));
        return { [set]: { item: items.map((item) => sides.shown(item, call)) }, ...token };
    };
    return { parameters: [...PAGED, `${sides.parameter}.#`], run };
}

/** The filters `accepter-vpc-info.…` and `requester-vpc-info.…` of DescribeVpcPeeringConnections (botocore 1.44). */
export function sideFilters<T>(): Filters<TwoSided<T>> {
    const of = (name: string, sideOf: (item: TwoSided<T>) => Side): Filters<TwoSided<T>> => ({
        [`${name}.cidr-block`]: (item) => sideOf(item).cidrs ?? [],
        [`${name}.owner-id`]: (item) => [sideOf(item).ownerId],
        [`${name}.vpc-id`]: (item) => [sideOf(item).vpcId],
    });
    return {
        ...of("accepter-vpc-info", (item) => item.accepter),
        ...of("requester-vpc-info", (item) => item.requester),
    };
}

/** A call that changes the connection that it names. `name`: it answers with it under this name, else with true. */
export function changing<Part, T extends Connection>(
    sides: Sides<Part, T>,
    name: string | undefined,
    change: (call: Ec2Call<Part>) => TwoSided<T>,
): Action<Ec2Call<Part>> {
    const run = (call: Ec2Call<Part>) => {
        if (call.hooks.refuseId(call.parameters.get(sides.parameter) ?? "")) {
            throw new Refusal(500, "InternalError", "An internal error has occurred");
        }
        const item = change(call);
        return name === undefined ? { return: true } : { [name]: sides.shown(item, call) };
    };
    return { parameters: [sides.parameter], run };
}

/** The connection that a call names, which its caller sees. */
export function named<Part, T extends Connection>(sides: Sides<Part, T>, call: Ec2Call): TwoSided<T> {
    return seen(sides, call, required(call.parameters, sides.parameter));
}

/**
 * The connection that a call names, if its caller may decide it: the accepter's account, in the accepter's Region.
 * Words of the refusals: hashicorp/terraform #20473, terraform-provider-aws #2508.
 */
export function decided<Part, T extends Connection>(sides: Sides<Part, T>, call: Ec2Call, verb: string): TwoSided<T> {
    const { state, caller, regionName } = call;
    const id = required(call.parameters, sides.parameter);
    const item = find(sides, state, id);
    const mine = item?.accepter.ownerId === caller.account && isShown(sides, item, caller.account, state.now());
    if (item === undefined || !(isSeen(sides, item, call) || (mine && !sides.hidesElsewhere(state)))) {
        throw notFound(sides, id);
    }
    if (!mine) {
        throw notPermitted(`User ${caller.account} cannot ${verb} peering ${id}`);
    }
    const { region } = item.accepter;
    if (region !== regionName) {
        const where = `VPC peering connection ${id} must be accepted or rejected in region ${region}`;
        throw notPermitted(`Incorrect region (${regionName}) specified for this request. ${where}`);
    }
    return item;
}

/** "Any tags that you create … are only applied in the account or region in which you create them." (VPC Peering Guide) */
export function ownTags<T extends Connection>({ one, entry }: TwoSided<T>, call: Ec2Call): Record<string, string> {
    return (entry.account === call.caller.account && entry.region === call.regionName && one.tags) || {};
}

function seen<Part, T extends Connection>(sides: Sides<Part, T>, call: Ec2Call, id: string): TwoSided<T> {
    const item = find(sides, call.state, id);
    if (item === undefined || !isSeen(sides, item, call)) {
        throw notFound(sides, id);
    }
    return item;
}

function find<Part, T extends Connection>(sides: Sides<Part, T>, state: State, id: string): TwoSided<T> | undefined {
    if (!sides.idFormat.test(id)) {
        throw new Refusal(400, `Invalid${sides.parameter}.Malformed`, `Invalid id: "${id}"`);
    }
    return allOf(sides, state, id)[0];
}

function allOf<Part, T extends Connection>(sides: Sides<Part, T>, state: State, id?: string): TwoSided<T>[] {
    return regionsOf<Part>(state).flatMap((entry) => {
        const all = sides.listOf(entry) ?? [];
        const wanted = id === undefined ? all : [...findById(all, [id], sides.idOf).values()];
        return wanted.map((one) => ({
            one,
            entry,
            requester: sideOf(one.requester, entry),
            accepter: sideOf(one.accepter, entry),
        }));
    });
}

/** An account sees it in the Region of its side. */
function isSeen<Part, T extends Connection>(sides: Sides<Part, T>, item: TwoSided<T>, call: Ec2Call): boolean {
    const here = ({ ownerId, region }: Side) => ownerId === call.caller.account && region === call.regionName;
    return (here(item.requester) || here(item.accepter)) && isShown(sides, item, call.caller.account, call.state.now());
}

/** Whether it is shown already, and still. */
function isShown<Part, T extends Connection>(
    sides: Sides<Part, T>,
    { one, requester, accepter }: TwoSided<T>,
    account: string,
    now: number,
): boolean {
    if (Date.parse(one.visibleFrom ?? "") > now) {
        return false;
    }
    const hours = sides.ended[one.status];
    if (hours === undefined) {
        return true;
    }
    const ofSide = account === accepter.ownerId ? hours.accepter : hours.requester;
    const ofAccount = account === one.deletedBy ? (hours.deleter ?? ofSide) : ofSide;
    const shownFor = requester.ownerId === accepter.ownerId ? hours.sameAccount : ofAccount;
    return (one.changedAt ?? Date.parse(one.statusSince ?? "")) + shownFor * HOUR_MS > now;
}

function notFound<Part, T extends Connection>({ notFound: code, parameter }: Sides<Part, T>, id: string): Refusal {
    const resource = parameter.charAt(0).toLowerCase() + parameter.slice(1).replace(/Id$/, "");
    return new Refusal(400, code, `The ${resource} ID '${id}' does not exist`);
}
