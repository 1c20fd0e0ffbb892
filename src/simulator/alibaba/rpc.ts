import { stringify } from "lossless-json";
import { Refusal, type Reply, type Request } from "../server/message";
import { Parameters } from "../server/parameters";
import type { Action, Api, Operation, ParameterCall } from "../server/protocol";
import type { Caller, State } from "../server/state";
import { accountsOf } from "./account";

/** An action of an RPC API. */
export interface RpcAction extends Action<ParameterCall> {
    /**
     * Requests that may not overlap. `connection`: "does not support concurrent requests for the same" one. `account`: two calls of
     * this action "under the same Alibaba Cloud account".
     */
    readonly exclusive?: keyof typeof OVERLAPS;
}

/** How an overlap is refused. The code for one connection is not named where overlapping requests are ruled out. */
const OVERLAPS = {
    connection: new Refusal(400, "Conflict.Operation", "The operation is in conflict with another one."),
    account: new Refusal(400, "ConcurrentCallNotSupported", "Concurrent calls are not supported."),
};

export interface RpcProduct {
    /** The prefix of its actions in policies, `vpc`. */
    readonly product: string;
    readonly version: string;
    readonly actions: Readonly<Record<string, RpcAction>>;
}

/**
 * Alibaba Cloud RPC with ACS3 headers. Takes the requests for these actions of this version.
 * The signature itself is not verified. Rules: the operations' pages of the API references, and their pages of error codes.
 */
export function rpc({ product, version, actions }: RpcProduct): Api {
    return (request, state) => {
        const action = header(request, "x-acs-action") ?? "";
        return header(request, "x-acs-version") === version && Object.hasOwn(actions, action)
            ? operationOf(request, state, action, product, actions[action])
            : undefined;
    };
}

/** Answers the actions that no kind has. */
export const unknownRpc: Api = (request, state) => {
    const action = header(request, "x-acs-action");
    return action === undefined ? undefined : operationOf(request, state, action, "vpc", undefined);
};

function operationOf(
    request: Request,
    state: State,
    action: string,
    product: string,
    known: RpcAction | undefined,
): Operation {
    const parameters = new Parameters(request.url.searchParams, new URLSearchParams(request.body));
    const accessKeyId = /^ACS3-HMAC-SHA256 Credential=([^,]+),/.exec(request.headers.authorization ?? "")?.[1];
    const caller = accessKeyId === undefined ? undefined : callerOf(state, request, accessKeyId);
    const id = parameters.get("InstanceId") ?? parameters.get("EndpointId");
    const account = caller?.account ?? "";
    const overlaps = { connection: id, account: `${account} ${action}` };
    const lane = known?.exclusive;
    const exclusive = lane === undefined ? undefined : overlaps[lane];
    return {
        cloud: "alibaba",
        action: `${product}:${action}`,
        ids: id === undefined ? [] : [id],
        throttleKey: account,
        throttled: new Refusal(400, "Throttling.User", "Request was denied due to user flow control."),
        skewed: new Refusal(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired."),
        expired: new Refusal(403, "InvalidSecurityToken.Expired", "The specified SecurityToken is expired."),
        ...(lane === undefined || exclusive === undefined ? {} : { exclusive, overlap: OVERLAPS[lane] }),
        refuse: (refusal) => errorReply(request, refusal),
        run(hooks) {
            if (request.headers.authorization === undefined) {
                throw new Refusal(400, "MissingAccessKeyId", "AccessKeyId is mandatory for this action.");
            }
            if (caller === undefined) {
                throw new Refusal(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.");
            }
            if (known === undefined) {
                const message = "Specified api is not found, please check your url and method.";
                throw new Refusal(404, "InvalidAction.NotFound", message);
            }
            if (caller.denied.includes(`${product}:${action}`)) {
                throw new Refusal(403, "Forbidden.NoPermission", "You are not authorized to perform this operation.");
            }
            parameters.allowOnly(known.parameters, `${action} of version ${header(request, "x-acs-version")}`);
            return jsonReply(request, known.run({ request, state, hooks, caller, parameters, action }));
        },
    };
}

/** `LTAI<account>`, a principal of the world, or a role that AssumeRole handed out, with its token. */
function callerOf(state: State, request: Request, accessKeyId: string): Caller | undefined {
    const entries = accountsOf<object>(state);
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
