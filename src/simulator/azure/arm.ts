import { Refusal, type Reply, type Request } from "../server/message";
import { type Api, type HandledCall, type Operation, page } from "../server/protocol";
import type { State } from "../server/state";
import { type Subscription, subscriptionAt } from "./account";
import { bearerOf } from "./identity";

/** Azure Resource Manager: paths, tokens, versions, errors. What a call means is for its routes. */

/** A call, its caller known. `Part` is what the kind adds to a subscription of the world. */
export interface ArmCall<Part> extends HandledCall {
    readonly subscription: Subscription & Part;
    /** What the path names, by the names in the route: `{resource}`. */
    readonly path: Readonly<Record<string, string>>;
    /** The body of a PUT. */
    readonly body: unknown;
}

/** What a handler answers. Default status: 200. */
export interface ArmReply {
    readonly status?: number;
    readonly content?: object;
    readonly headers?: Readonly<Record<string, string>>;
}

/** One route: a method, the form of its path below the subscription, and what it does. */
export interface Route<Part> {
    readonly method: "GET" | "PUT" | "DELETE";
    /** With named groups. */
    readonly path: RegExp;
    /** As policies name it; of a path. */
    action(path: Readonly<Record<string, string>>): string;
    /** Connections that it is about. */
    ids?(path: Readonly<Record<string, string>>): string[];
    /** Versions of the API that it takes; undefined: any. */
    versions?(path: Readonly<Record<string, string>>): readonly string[] | undefined;
    run(call: ArmCall<Part>): ArmReply;
}

/** Recognises the requests of these routes. */
export function arm<Part>(routes: readonly Route<Part>[]): Api {
    return (request, state) => {
        const [, subscriptionId = "", below = ""] =
            /^\/subscriptions\/([^/]+)(\/.*)?$/i.exec(decodeURIComponent(request.url.pathname)) ?? [];
        for (const route of routes) {
            const match = route.method === request.method ? route.path.exec(below) : null;
            if (match !== null) {
                return operationOf(request, state, route, subscriptionId, { ...match.groups });
            }
        }
        return undefined;
    };
}

/** What is left of Azure Resource Manager: paths that no route takes. */
export const unknownArm: Api = (request, state) => {
    const [, subscriptionId] = /^\/subscriptions(?:\/([^/]+).*)?$/i.exec(request.url.pathname) ?? [];
    const route: Route<object> = {
        method: "GET",
        path: /^/,
        action: () => "Microsoft.Resources/unknown",
        run: ({ request: { url } }) => {
            throw new Refusal(404, "InvalidResourceType", `The resource type could not be found: ${url.pathname}`);
        },
    };
    return /^\/subscriptions(\/|$)/i.test(request.url.pathname)
        ? operationOf(request, state, route, subscriptionId ?? "", {})
        : undefined;
};

/** One page of a listing and the link to the next. */
export function listing<T>({ request, state }: HandledCall, items: readonly T[], size: number) {
    const token = request.url.searchParams.get("$skiptoken") ?? undefined;
    const found = page(state, items, size, token);
    if (found === undefined) {
        throw new Refusal(400, "InvalidSkipToken", "The skip token is not valid.");
    }
    const next = new URL(request.url.pathname + request.url.search, originOf(request));
    next.searchParams.set("$skiptoken", found.next ?? "");
    return { items: found.items, ...(found.next === undefined ? {} : { nextLink: next.href }) };
}

/** Where the caller reaches us. */
export function originOf({ headers }: Request): string {
    return `http://${headers.host ?? "127.0.0.1"}`;
}

/** "The Resource '…' was not found": what a missing resource answers, whatever its type. */
export function notFound(id: string): Refusal {
    return new Refusal(404, "ResourceNotFound", `The Resource '${id}' was not found.`);
}

function operationOf<Part>(
    request: Request,
    state: State,
    route: Route<Part>,
    subscriptionId: string,
    path: Readonly<Record<string, string>>,
): Operation {
    const action = route.action(path);
    const bearer = bearerOf(request, state);
    return {
        cloud: "azure",
        action,
        ids: route.ids?.(path) ?? [],
        throttleKey: `${subscriptionId} ${bearer?.accessKeyId ?? ""}`,
        throttled: new Refusal(429, "TooManyRequests", "The request is being throttled as the limit has been reached."),
        skewed: unauthorized("The access token is not yet valid."),
        expired: new Refusal(401, "ExpiredAuthenticationToken", "The access token expiry is past the current time."),
        refuse: (refusal) => errorReply(request, refusal),
        run(hooks) {
            if (bearer === undefined) {
                throw unauthorized("Authentication failed. The 'Authorization' header is missing or invalid.");
            }
            refuseVersion(request, route.versions?.(path));
            const subscription = subscriptionAt<Part>(state, subscriptionId);
            if (subscription === undefined || bearer.account !== subscription.subscriptionId) {
                throw new Refusal(
                    404,
                    "SubscriptionNotFound",
                    `The subscription '${subscriptionId}' could not be found.`,
                );
            }
            if (bearer.denied.includes(action)) {
                const message = `The client '${bearer.accessKeyId}' does not have authorization to perform action '${action}'.`;
                throw new Refusal(403, "AuthorizationFailed", message);
            }
            const call = { request, state, hooks, caller: bearer, subscription, path, body: bodyOf(request) };
            return reply(request, route.run(call));
        },
    };
}

function unauthorized(message: string): Refusal {
    return new Refusal(401, "AuthenticationFailed", message);
}

/** Errors of a missing and of an unknown version: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors */
function refuseVersion({ url }: Request, known: readonly string[] | undefined): void {
    const version = url.searchParams.get("api-version");
    if (version === null) {
        throw new Refusal(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required.",
        );
    }
    if (known !== undefined && !known.includes(version)) {
        const message = `The api-version '${version}' is not supported. The supported versions are '${known.join(",")}'.`;
        throw new Refusal(400, "InvalidApiVersionParameter", message);
    }
}

function bodyOf({ body }: Request): unknown {
    try {
        return body === "" ? undefined : JSON.parse(body);
    } catch {
        throw new Refusal(
            400,
            "InvalidRequestContent",
            "The request content was invalid and could not be deserialized.",
        );
    }
}

function reply(request: Request, { status = 200, content, headers = {} }: ArmReply): Reply {
    return {
        status,
        headers: { "content-type": "application/json", "x-ms-request-id": request.requestId, ...headers },
        body: content === undefined ? "" : JSON.stringify(content),
    };
}

/** https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling#error-code */
function errorReply(request: Request, { status, code, message }: Refusal): Reply {
    const headers = status === 429 ? { "retry-after": "1" } : {};
    return reply(request, { status, content: { error: { code, message } }, headers });
}
