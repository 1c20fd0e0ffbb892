import { stringify } from "lossless-json";
import { Refusal, type Reply, type Request } from "../server/message";
import type { Api, HandledCall, Operation } from "../server/protocol";
import type { State } from "../server/state";
import { type Project, projectsOf } from "./account";
import { authenticate, callerOf } from "./auth";

/** A call through the API gateway, its caller known. `Part` is what the kind adds to an entry of the world. */
export interface GatewayCall<Part> extends HandledCall {
    readonly project: Project & Part;
    /** The resource that the path names; empty where it names none. */
    readonly id: string;
}

export interface Route<Part> {
    /** As policies name it, `vpcep:connections:list`. */
    readonly action: string;
    /** Connections that a request is about. */
    readonly ids?: (request: Request) => string[];
    run(call: GatewayCall<Part>): object;
}

export interface Service<Part> {
    /** Its paths. Groups: the project, the resource, and what follows. */
    readonly path: RegExp;
    /** What its calls are where no route takes them. */
    readonly unknown: string;
    /** By method and path: `GET`, `GET /{id}`, `GET /{id}/connections`. */
    readonly routes: Readonly<Record<string, Route<Part>>>;
}

/** A service behind the API gateway of Huawei Cloud or Open Telekom Cloud. Signatures are verified. */
export function gateway<Part>(service: Service<Part>): Api {
    return (request, state) => {
        const match = service.path.exec(request.url.pathname);
        return match === null ? undefined : operationOf(service, match, request, state);
    };
}

function operationOf<Part>(service: Service<Part>, match: RegExpExecArray, request: Request, state: State): Operation {
    const [, projectId, id, tail = ""] = match;
    const route = service.routes[id === undefined ? request.method : `${request.method} /{id}${tail}`];
    const found = callerOf(state, request);
    return {
        cloud: "huawei",
        action: route?.action ?? service.unknown,
        ids: route?.ids?.(request) ?? [],
        throttleKey: found?.account ?? "",
        throttled: new Refusal(429, "APIGW.0308", "The throttling threshold has been reached."),
        skewed: new Refusal(401, "APIGW.0301", "Incorrect IAM authentication information: x-sdk-date is too far off"),
        expired: new Refusal(401, "APIGW.0301", "Incorrect IAM authentication information: security token expired"),
        refuse: (refusal) => errorReply(request, refusal),
        run(hooks) {
            const caller = authenticate(request, found);
            if (route === undefined) {
                const message = "The API does not exist or has not been published in the environment.";
                throw new Refusal(404, "APIGW.0101", message);
            }
            if (caller.denied.includes(route.action)) {
                throw noPermission();
            }
            const project = projectsOf<Part>(state).find((entry) => entry.projectId === caller.account);
            if (project === undefined || ![undefined, project.projectId].includes(decoded(projectId))) {
                throw noPermission();
            }
            return jsonReply(request, route.run({ request, state, hooks, caller, project, id: decoded(id) ?? "" }));
        },
    };
}

function decoded(part: string | undefined): string | undefined {
    return part === undefined ? undefined : decodeURIComponent(part);
}

function noPermission(): Refusal {
    return new Refusal(403, "EndPoint.0004", "Authentication information is incorrect or you have no permissions.");
}

function jsonReply(request: Request, content: object): Reply {
    return { status: 200, headers: headers(request), body: stringify(content) ?? "{}" };
}

function errorReply(request: Request, { status, code, message }: Refusal): Reply {
    return { status, headers: headers(request), body: JSON.stringify({ error_code: code, error_msg: message }) };
}

function headers(request: Request) {
    return { "content-type": "application/json", "x-request-id": request.requestId };
}
