import { stringify } from "lossless-json";
import { Parameters } from "../server/parameters";
import { type Api, type Operation, type ParameterCall, Refusal, type Reply, type Request } from "../server/protocol";
import type { Caller, State } from "../server/state";
import { STS } from "./sts";
import { MUTATING, VPC_PEERING } from "./vpc-peering";

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
    const parameters = new Parameters(request.url.searchParams, new URLSearchParams(request.body));
    const accessKeyId = /^ACS3-HMAC-SHA256 Credential=([^,]+),/.exec(request.headers.authorization ?? "")?.[1];
    const caller = accessKeyId === undefined ? undefined : callerOf(state, request, accessKeyId);
    const id = parameters.get("InstanceId");
    return {
        cloud: "alibaba",
        action: `${version === "2015-04-01" ? "sts" : "vpc"}:${action}`,
        ids: id === undefined ? [] : [id],
        throttleKey: caller?.account ?? "",
        throttled: new Refusal(400, "Throttling.User", "Request was denied due to user flow control."),
        skewed: new Refusal(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired."),
        expired: new Refusal(403, "InvalidSecurityToken.Expired", "The specified SecurityToken is expired."),
        // "does not support concurrent requests for the same VPC peering connection"; the code is not named there.
        ...(id !== undefined && MUTATING.has(action)
            ? {
                  exclusive: id,
                  overlap: new Refusal(400, "Conflict.Operation", "The operation is in conflict with another one."),
              }
            : {}),
        refuse: (refusal) => errorReply(request, refusal),
        run: (world) => {
            state.expire();
            return jsonReply(request, carryOut(request, { state, world, parameters, caller, action }));
        },
    } satisfies Operation;
};

/** Who calls, whether they may, and whether every parameter is understood. */
function carryOut(
    request: Request,
    { caller, ...call }: Omit<ParameterCall, "request" | "caller"> & { caller: Caller | undefined },
): object {
    const { parameters, action } = call;
    if (request.headers.authorization === undefined) {
        throw new Refusal(400, "MissingAccessKeyId", "AccessKeyId is mandatory for this action.");
    }
    if (caller === undefined) {
        throw new Refusal(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
    }
    const version = header(request, "x-acs-version");
    const actions = VERSIONS[version ?? ""] ?? {};
    const [known, handler] = Object.hasOwn(actions, action) ? (actions[action] ?? []) : [];
    if (known === undefined || handler === undefined) {
        throw new Refusal(
            404,
            "InvalidAction.NotFound",
            "Specified api is not found, please check your url and method.",
        );
    }
    if (caller.denied.includes(`vpc:${action}`)) {
        throw new Refusal(403, "Forbidden.NoPermission", "You are not authorized to perform this operation.");
    }
    parameters.allowOnly(known, `${action} of version ${version}`);
    return handler({ request, caller, ...call });
}

/** The parameters that an action of a version knows, and its answer. */
const VERSIONS: Readonly<Record<string, Readonly<Record<string, [string[], (call: ParameterCall) => object]>>>> = {
    "2022-01-01": VPC_PEERING,
    "2015-04-01": STS,
};

/** `LTAI<account>`, a principal of the world, or a role that AssumeRole handed out, with its token. */
function callerOf(state: State, request: Request, accessKeyId: string): Caller | undefined {
    const entries = state.current.alibaba ?? [];
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
