import { Refusal, type Reply, type Request } from "../server/message";
import type { Api, Operation } from "../server/protocol";
import type { State } from "../server/state";
import { type JsonRoute, jsonOperation, membersOf } from "./json-operation";

/** A service whose operations have names, and bodies for their parameters. */
export interface RpcService<Part> {
    /** The prefix of its actions in policies, `network-firewall`. */
    readonly service: string;
    /** `targetPrefix` of botocore's model, `NetworkFirewall_20201112`. */
    readonly target: string;
    readonly operations: readonly JsonRoute<Part>[];
}

/** How bodies are written. */
export interface Encoding {
    readonly headers: Readonly<Record<string, string>>;
    /** @throws Refusal, of a malformed one */
    read(request: Request): Readonly<Record<string, unknown>>;
    write(content: object): Reply["body"];
}

const JSON_1_0: Encoding = {
    headers: { "content-type": "application/x-amz-json-1.0" },
    read: membersOf,
    write: JSON.stringify,
};

/** JSON 1.0 (botocore's `json`): a header names the operation. */
export function awsJson<Part>(service: RpcService<Part>): Api {
    return (request, state) => {
        const [target, name = ""] = String(request.headers["x-amz-target"] ?? "").split(".");
        return target === service.target ? rpcOperation(service, name, JSON_1_0, request, state) : undefined;
    };
}

/** An operation by its name. Errors bear their shape's name; all but the service's own failures have HTTP status 400. */
export function rpcOperation<Part>(
    service: RpcService<Part>,
    name: string,
    encoding: Encoding,
    request: Request,
    state: State,
): Operation {
    const reply = (status: number, content: object): Reply => ({
        status,
        headers: { ...encoding.headers, "x-amzn-requestid": request.requestId },
        body: encoding.write(content),
    });
    return jsonOperation<Part>(request, state, {
        service: service.service,
        route: service.operations.find(({ action }) => action === name),
        unknown: new Refusal(400, "UnknownOperationException", `no operation ${name}`),
        body: () => encoding.read(request),
        statuses: { denied: 400, throttled: 400 },
        reply: (content) => reply(200, content),
        refuse: ({ status, code, message }) => reply(status, { __type: code, Message: message }),
    });
}
