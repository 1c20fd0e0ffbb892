import { LosslessNumber } from "lossless-json";
import { findById } from "../server/by-id";
import { compact, flag, type Parameters } from "../server/parameters";
import { type ParameterCall, page, Refusal, shownState } from "../server/protocol";
import { PEERING_EXPIRY_MS, type State, seconds } from "../server/state";
import type { AlibabaVpc, Moving, VpcPeerConnection } from "../server/world";

type Connection = VpcPeerConnection & Moving;

/** Operations of which "concurrent requests for the same VPC peering connection" are not supported. */
export const MUTATING = new Set(["AcceptVpcPeerConnection", "RejectVpcPeerConnection", "DeleteVpcPeerConnection"]);

const DECISION = ["InstanceId", "ClientToken", "DryRun"];
const LIST = ["InstanceId", "RegionId", "VpcId", "Name", "ResourceGroupId", "MaxResults", "NextToken"];

/**
 * The parameters that an operation knows, as alibabacloud_vpcpeer20220101 2.0.5 sends them, and what it does.
 * AcceptVpcPeerConnection's Tag and ResourceGroupId, and ResourceOwnerAccount, are not modelled.
 */
export const VPC_PEERING = {
    GetVpcPeerConnectionAttribute: [["InstanceId"], (call: ParameterCall) => attributes(visible(call), call)],
    ListVpcPeerConnections: [[...LIST, "Tags.#.Key", "Tags.#.Value"], list],
    /** Accepting -> Updating -> Activated. */
    AcceptVpcPeerConnection: [
        DECISION,
        (call: ParameterCall) =>
            mutate(call, ["Accepting"], (connection) => call.state.move(connection, "Updating", "Activated")),
    ],
    /** Accepting -> Rejected. */
    RejectVpcPeerConnection: [
        DECISION,
        (call: ParameterCall) => mutate(call, ["Accepting"], (connection) => call.state.move(connection, "Rejected")),
    ],
    /** -> Deleting -> Deleted; from which states is not documented. */
    DeleteVpcPeerConnection: [
        [...DECISION, "Force"],
        (call: ParameterCall) => {
            const force = flag(call.parameters, "Force", () => illegal("Force"));
            return mutate(call, ["Accepting", "Activated", "Rejected", "Expired"], (connection) =>
                remove(connection, force, call.state),
            );
        },
    ],
} satisfies Record<string, [string[], (call: ParameterCall) => object]>;

/** MaxResults 1 to 100, 20 by default; no status filter. */
function list(call: ParameterCall): object {
    const { parameters, state, world } = call;
    const text = parameters.get("MaxResults") ?? "20";
    const size = Number(text);
    if (!/^\d+$/.test(text) || size < 1 || size > 100) {
        throw illegal("MaxResults");
    }
    const matches = filterOf(parameters);
    const wanted = connectionsOf(call).filter(
        ({ connection }) => connection.status !== "Deleted" && matches(connection),
    );
    const result = page(state, wanted, size, parameters.get("NextToken"));
    if (result === undefined) {
        throw illegal("NextToken");
    }
    world.list(result.items.map(({ connection }) => connection.instanceId));
    return {
        VpcPeerConnects: result.items.map((item) => attributes(item, call)),
        TotalCount: wanted.length,
        MaxResults: size,
        ...(result.next === undefined ? {} : { NextToken: result.next }),
    };
}

/**
 * The filters of ListVpcPeerConnections: VpcId is "the ID of the requester VPC or accepter VPC", a list joined with commas
 * (array_to_string_with_specified_style, "simple"); of tags, all must be there.
 */
function filterOf(parameters: Parameters): (connection: Connection) => boolean {
    const is = (name: string, ...facts: (string | undefined)[]) => {
        const value = parameters.get(name);
        return value === undefined || facts.includes(value);
    };
    const vpcs = parameters.get("VpcId")?.split(",");
    const tags = parameters.numbers("Tags").map((number) => ({
        key: parameters.get(`Tags.${number}.Key`) ?? "",
        value: parameters.get(`Tags.${number}.Value`),
    }));
    if (tags.length > 20 || tags.some(({ key }) => key === "")) {
        throw illegal("Tags");
    }
    return (connection) =>
        is("InstanceId", connection.instanceId) &&
        is("RegionId", connection.regionId, connection.acceptingRegionId) &&
        is("Name", connection.name) &&
        is("ResourceGroupId", connection.resourceGroupId) &&
        (vpcs?.some((vpc) => vpc === connection.vpc?.vpcId || vpc === connection.acceptingVpc?.vpcId) ?? true) &&
        tags.every(({ key, value }) => {
            const tag = connection.tags?.[key];
            return tag !== undefined && (value === undefined || value === tag);
        });
}

/** "If you forcefully delete a VPC peering connection, the system deletes the routes that point to" it. */
function remove(connection: Connection, force: boolean, state: State): void {
    if (force) {
        connection.routes = [];
    } else if ((connection.routes ?? []).length > 0) {
        if (state.undocumented("alibabaRemoveWithRoutes") === "OperationDenied.RouteEntryExist") {
            throw new Refusal(
                400,
                "OperationDenied.RouteEntryExist",
                "The operation is denied because route entries point to the VPC peering connection.",
            );
        }
    }
    state.move(connection, "Deleting", "Deleted");
}

/**
 * A decision: dry run, idempotency by ClientToken, state, effect.
 * A dry run that passes is the error DryRunOperation; whether it looks at the status is a switch.
 */
function mutate(call: ParameterCall, from: readonly string[], effect: (connection: Connection) => void): object {
    const { state, parameters, world, action, caller } = call;
    const { connection, side } = visible(call);
    const done = tokenOf(call);
    const wrongState = !from.includes(connection.status);
    if (flag(parameters, "DryRun", () => illegal("DryRun"))) {
        if (wrongState && state.undocumented("alibabaDryRunStatus") === "checked") {
            throw incorrectStatus(connection);
        }
        throw new Refusal(400, "DryRunOperation", "The operation DryRun verifies success.");
    }
    if (done !== undefined && state.clientTokens.has(done)) {
        return {};
    }
    if (world.refuseId(connection.instanceId)) {
        throw new Refusal(400, "OperationFailed", "The operation failed.");
    }
    if (side === "requester" && action !== "DeleteVpcPeerConnection") {
        // Not documented for this operation; the accepter alone "can reject the connection request".
        throw new Refusal(403, "Forbidden.NoPermission", `Account ${caller.account} is not the accepter.`);
    }
    if (connection.bizStatus === "FinancialLocked" && state.undocumented("alibabaFinancialLocked") !== "ignored") {
        throw new Refusal(
            400,
            "IncorrectBusinessStatus.VpcPeer",
            `The business status of ${connection.instanceId} [${connection.bizStatus}] is incorrect.`,
        );
    }
    if (wrongState) {
        throw incorrectStatus(connection);
    }
    effect(connection);
    if (done !== undefined) {
        state.clientTokens.add(done);
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
    return token === "" ? undefined : [action, caller.account, parameters.get("InstanceId"), token].join(" ");
}

/** IllegalParam.%s, of the page of error codes. */
function illegal(name: string): Refusal {
    return new Refusal(400, `IllegalParam.${name}`, `The specified parameter ${name} is illegal.`);
}

function incorrectStatus({ instanceId, status }: Connection): Refusal {
    return new Refusal(400, "IncorrectStatus.VpcPeer", `The status of ${instanceId} [${status}] is incorrect.`);
}

interface Visible {
    readonly connection: Connection;
    readonly accepter: string;
    readonly side: "accepter" | "requester";
}

/** Both sides see a connection. */
function connectionsOf({ state, caller }: ParameterCall): Visible[] {
    return (state.current.alibaba ?? []).flatMap(({ account, vpcPeerConnections = [] }) =>
        vpcPeerConnections
            .filter((connection) => account === caller.account || connection.ownerId === caller.account)
            .map((connection) => ({
                connection: connection as Connection,
                accepter: account,
                side: account === caller.account ? ("accepter" as const) : ("requester" as const),
            })),
    );
}

/** The connection that a call names; both sides may read it. */
function visible({ parameters, state, caller }: ParameterCall): Visible {
    const id = parameters.get("InstanceId") ?? "";
    if (id === "") {
        throw new Refusal(400, "MissingInstanceId", "InstanceId is mandatory for this action.");
    }
    for (const { account, vpcPeerConnections } of state.current.alibaba ?? []) {
        const connection = findById(vpcPeerConnections, [id], ({ instanceId }) => instanceId).get(id);
        const side = account === caller.account ? "accepter" : "requester";
        if (connection !== undefined && connection.status !== "Deleted") {
            if (side === "accepter" || connection.ownerId === caller.account) {
                return { connection, accepter: account, side };
            }
        }
    }
    throw new Refusal(400, "ResourceNotFound.InstanceId", `The specified resource of ${id} is not found.`);
}

/** Account ids are JSON integers of up to 18 digits; GmtExpired only while Accepting or Expired. */
function attributes({ connection, accepter }: Visible, { world }: ParameterCall): object {
    const status = shownState(connection, connection.status, world.stale);
    const created = connection.gmtCreate ?? "";
    const region = connection.regionId ?? "cn-hangzhou";
    const acceptingRegion = connection.acceptingRegionId ?? region;
    const expires = status === "Accepting" || status === "Expired";
    return compact({
        InstanceId: connection.instanceId,
        Status: status,
        BizStatus: connection.bizStatus ?? "Normal",
        OwnerId: new LosslessNumber(connection.ownerId),
        RegionId: region,
        Vpc: vpc(connection.vpc),
        AcceptingOwnerUid: new LosslessNumber(accepter),
        AcceptingRegionId: acceptingRegion,
        AcceptingVpc: vpc(connection.acceptingVpc),
        // "The default bandwidth of an inter-region VPC peering connection is 1024 Mbit/s", -1 within a region.
        Bandwidth: connection.bandwidth ?? (region === acceptingRegion ? -1 : 1024),
        LinkType: connection.linkType,
        ResourceGroupId: connection.resourceGroupId,
        Tags: Object.entries(connection.tags ?? {}).map(([Key, Value]) => ({ Key, Value })),
        Name: connection.name ?? "",
        Description: connection.description ?? "",
        GmtCreate: created,
        GmtModified:
            connection.changedAt === undefined || world.stale
                ? (connection.gmtModified ?? created)
                : seconds(connection.changedAt),
        GmtExpired: expires ? seconds(Date.parse(created) + PEERING_EXPIRY_MS) : null,
    });
}

function vpc(info: AlibabaVpc | undefined): object {
    return { VpcId: info?.vpcId ?? "", Ipv4Cidrs: info?.ipv4Cidrs ?? [], Ipv6Cidrs: info?.ipv6Cidrs ?? [] };
}
