import { LosslessNumber, stringify } from "lossless-json";
import {
    type Api,
    type Operation,
    type ParameterCall,
    page,
    Refusal,
    type Reply,
    type Request,
    shownState,
} from "./protocol";
import { type Caller, PEERING_EXPIRY_MS, type State } from "./state";
import type { AlibabaVpc, Moving, VpcPeerConnection } from "./world";

/**
 * Alibaba Cloud RPC with ACS3 headers: VPC peering 2022-01-01 and the part of STS 2015-04-01 that roles need.
 * The signature itself is not verified. Rules: the operations' pages of the
 * VPC API reference 2022-01-01, and its page of error codes.
 */
export const alibaba: Api = (request, state) => {
    const action = header(request, "x-acs-action");
    if (action === undefined) {
        return undefined;
    }
    const version = header(request, "x-acs-version");
    const parameters = new URLSearchParams([...request.url.searchParams, ...new URLSearchParams(request.body)]);
    const accessKeyId = /^ACS3-HMAC-SHA256 Credential=([^,]+),/.exec(request.headers.authorization ?? "")?.[1];
    const caller = accessKeyId === undefined ? undefined : callerOf(state, request, accessKeyId);
    const id = parameters.get("InstanceId");
    const handlers = version === "2022-01-01" ? PEERING : version === "2015-04-01" ? STS : {};
    return {
        cloud: "alibaba",
        action: `${version === "2015-04-01" ? "sts" : "vpc"}:${action}`,
        ids: id === null ? [] : [id],
        throttleKey: caller?.account ?? "",
        throttled: new Refusal(400, "Throttling.User", "Request was denied due to user flow control."),
        skewed: new Refusal(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired."),
        expired: new Refusal(403, "InvalidSecurityToken.Expired", "The specified SecurityToken is expired."),
        // "does not support concurrent requests for the same VPC peering connection"; the code is not named there.
        ...(id !== null && MUTATING.has(action)
            ? {
                  exclusive: id,
                  overlap: new Refusal(400, "Conflict.Operation", "The operation is in conflict with another one."),
              }
            : {}),
        refuse: (refusal) => errorReply(request, refusal),
        run(world) {
            if (accessKeyId === undefined) {
                throw new Refusal(400, "MissingAccessKeyId", "AccessKeyId is mandatory for this action.");
            }
            if (caller === undefined) {
                throw new Refusal(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
            }
            const handler = Object.hasOwn(handlers, action)
                ? (handlers as Record<string, (call: ParameterCall) => object>)[action]
                : undefined;
            if (handler === undefined) {
                throw new Refusal(
                    404,
                    "InvalidAction.NotFound",
                    "Specified api is not found, please check your url and method.",
                );
            }
            if (caller.denied.includes(`vpc:${action}`)) {
                throw new Refusal(403, "Forbidden.NoPermission", "You are not authorized to perform this operation.");
            }
            return jsonReply(request, handler({ request, state, world, parameters, caller, action }));
        },
    } satisfies Operation;
};

type Connection = VpcPeerConnection & Moving;

const MUTATING = new Set(["AcceptVpcPeerConnection", "RejectVpcPeerConnection", "DeleteVpcPeerConnection"]);

const PEERING = {
    /** Both sides may read a connection. */
    GetVpcPeerConnectionAttribute: (call: ParameterCall) => attributes(visible(call), call),
    /** MaxResults 1 to 100, 20 by default; no status filter. */
    ListVpcPeerConnections(call: ParameterCall) {
        const { parameters, state, world } = call;
        const size = Number(parameters.get("MaxResults") ?? "20");
        if (!Number.isInteger(size) || size < 1 || size > 100) {
            throw new Refusal(400, "IllegalParam.MaxResults", "The specified parameter MaxResults is illegal.");
        }
        const region = parameters.get("RegionId");
        const id = parameters.get("InstanceId");
        const wanted = connectionsOf(call).filter(
            ({ connection }) =>
                connection.status !== "Deleted" &&
                (id === null || connection.instanceId === id) &&
                (region === null || connection.regionId === region || connection.acceptingRegionId === region),
        );
        const result = page(state, wanted, size, parameters.get("NextToken") ?? undefined);
        if (result === undefined) {
            throw new Refusal(400, "IllegalParam.NextToken", "The specified parameter NextToken is illegal.");
        }
        world.list(result.items.map(({ connection }) => connection.instanceId));
        return {
            VpcPeerConnects: result.items.map((item) => attributes(item, call)),
            TotalCount: wanted.length,
            MaxResults: size,
            ...(result.next === undefined ? {} : { NextToken: result.next }),
        };
    },
    /** Accepting -> Updating -> Activated. */
    AcceptVpcPeerConnection: (call: ParameterCall) =>
        mutate(call, ["Accepting"], (connection) => call.state.move(connection, "Updating", "Activated")),
    /** Accepting -> Rejected. */
    RejectVpcPeerConnection: (call: ParameterCall) =>
        mutate(call, ["Accepting"], (connection) => call.state.move(connection, "Rejected")),
    /** -> Deleting -> Deleted; from which states is not documented. */
    DeleteVpcPeerConnection: (call: ParameterCall) =>
        mutate(call, ["Accepting", "Activated", "Rejected", "Expired"], (connection) =>
            call.state.move(connection, "Deleting", "Deleted"),
        ),
};

const STS = {
    GetCallerIdentity: ({ caller }: ParameterCall) => ({
        AccountId: caller.account,
        Arn: `acs:ram::${caller.account}:user/simulated`,
        IdentityType: "RAMUser",
    }),
    AssumeRole({ state, parameters }: ParameterCall) {
        const [, account, role] = /^acs:ram::(\d+):role\/([\w.-]+)$/.exec(parameters.get("RoleArn") ?? "") ?? [];
        if (account === undefined || role === undefined) {
            throw new Refusal(400, "InvalidParameter.RoleArn", "The parameter RoleArn is wrongly formed.");
        }
        if (!(state.world.alibaba ?? []).some((entry) => entry.account === account)) {
            throw new Refusal(404, "EntityNotExist.Role", "The specified Role not exists.");
        }
        const accessKeyId = `STS.${account}.${role}`;
        return {
            AssumedRoleUser: {
                Arn: `acs:ram::${account}:role/${role}/${parameters.get("RoleSessionName")}`,
                AssumedRoleId: role,
            },
            Credentials: {
                AccessKeyId: accessKeyId,
                AccessKeySecret: `secret-of-${accessKeyId}`,
                SecurityToken: `session-of-${accessKeyId}`,
                Expiration: new Date(Date.now() + 3_600_000).toISOString(),
            },
        };
    },
};

/**
 * A decision: dry run, idempotency by ClientToken, state, effect.
 * A dry run that passes is the error DryRunOperation; whether it looks at the status is a switch.
 */
function mutate(call: ParameterCall, from: readonly string[], effect: (connection: Connection) => void): object {
    const { state, parameters, world, action } = call;
    const { connection, side } = visible(call);
    const token = parameters.get("ClientToken");
    const done = `${action} ${connection.instanceId} ${token}`;
    const wrongState = !from.includes(connection.status);
    if (parameters.get("DryRun") === "true") {
        if (wrongState && state.undocumented("alibabaDryRunStatus") === "checked") {
            throw incorrectStatus(connection);
        }
        throw new Refusal(400, "DryRunOperation", "The operation DryRun verifies success.");
    }
    if (token !== null && tokensOf(state).has(done)) {
        return {};
    }
    if (world.refuseId(connection.instanceId)) {
        throw new Refusal(400, "OperationFailed", "The operation failed.");
    }
    if (side === "requester" && action !== "DeleteVpcPeerConnection") {
        // Not documented for this operation; the accepter alone "can reject the connection request".
        throw new Refusal(403, "Forbidden.NoPermission", "You are not authorized to perform this operation.");
    }
    if (wrongState) {
        throw incorrectStatus(connection);
    }
    effect(connection);
    if (token !== null) {
        tokensOf(state).add(done);
    }
    return {};
}

const tokens = new WeakMap<State, Set<string>>();

function tokensOf(state: State): Set<string> {
    const known = tokens.get(state) ?? new Set<string>();
    tokens.set(state, known);
    return known;
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
    return (state.world.alibaba ?? []).flatMap(({ account, vpcPeerConnections = [] }) =>
        vpcPeerConnections
            .filter((connection) => account === caller.account || connection.ownerId === caller.account)
            .map((connection) => ({
                connection: connection as Connection,
                accepter: account,
                side: account === caller.account ? ("accepter" as const) : ("requester" as const),
            })),
    );
}

function visible(call: ParameterCall): Visible {
    const id = call.parameters.get("InstanceId");
    if (id === null || id === "") {
        throw new Refusal(400, "MissingInstanceId", "InstanceId is mandatory for this action.");
    }
    const found = connectionsOf(call).find(
        ({ connection }) => connection.instanceId === id && connection.status !== "Deleted",
    );
    if (found === undefined) {
        throw new Refusal(400, "ResourceNotFound.InstanceId", `The specified resource of ${id} is not found.`);
    }
    return found;
}

/** Account ids are JSON integers of up to 18 digits; GmtExpired only while Accepting or Expired. */
function attributes({ connection, accepter }: Visible, { world }: ParameterCall): object {
    const status = shownState(connection, connection.status, world.stale);
    const created = connection.gmtCreate ?? "";
    return {
        InstanceId: connection.instanceId,
        Status: status,
        BizStatus: "Normal",
        OwnerId: new LosslessNumber(connection.ownerId),
        RegionId: connection.regionId ?? "cn-hangzhou",
        Vpc: vpc(connection.vpc),
        AcceptingOwnerUid: new LosslessNumber(accepter),
        AcceptingRegionId: connection.acceptingRegionId ?? connection.regionId ?? "cn-hangzhou",
        AcceptingVpc: vpc(connection.acceptingVpc),
        Bandwidth: new LosslessNumber("-1"),
        Name: connection.name ?? "",
        Description: connection.description ?? "",
        GmtCreate: created,
        GmtModified: created,
        GmtExpired:
            status === "Accepting" || status === "Expired"
                ? new Date(Date.parse(created) + PEERING_EXPIRY_MS).toISOString().replace(/\.\d+Z$/, "Z")
                : null,
    };
}

function vpc(info: AlibabaVpc | undefined): object {
    return { VpcId: info?.vpcId ?? "", Ipv4Cidrs: info?.ipv4Cidrs ?? [], Ipv6Cidrs: info?.ipv6Cidrs ?? [] };
}

/** `LTAI<account>`, a principal of the world, or a role that AssumeRole handed out, with its token. */
function callerOf(state: State, request: Request, accessKeyId: string): Caller | undefined {
    const entries = state.world.alibaba ?? [];
    const role = /^STS\.(\d+)\.([\w.-]+)$/.exec(accessKeyId);
    if (role?.[1] !== undefined) {
        const known = entries.some((entry) => entry.account === role[1]);
        return known && header(request, "x-acs-security-token") === `session-of-${accessKeyId}`
            ? { account: role[1], accessKeyId, denied: [] }
            : undefined;
    }
    return state.caller(
        "LTAI",
        entries.map(({ account: id, principals }) => ({ id, ...(principals ? { principals } : {}) })),
        accessKeyId,
    );
}

function header(request: Request, name: string): string | undefined {
    const value = request.headers[name];
    return Array.isArray(value) ? value[0] : value;
}

function jsonReply(request: Request, content: object): Reply {
    return {
        status: 200,
        headers: { "content-type": "application/json;charset=utf-8", "x-acs-request-id": request.requestId },
        body: stringify({ RequestId: request.requestId, ...content }) ?? "{}",
    };
}

function errorReply(request: Request, { status, code, message }: Refusal): Reply {
    return {
        status,
        headers: { "content-type": "application/json;charset=utf-8", "x-acs-request-id": request.requestId },
        body: JSON.stringify({ RequestId: request.requestId, HostId: "simulator", Code: code, Message: message }),
    };
}
