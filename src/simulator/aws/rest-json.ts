import { notSimulated, Refusal, type Reply, type Request } from "../server/message";
import type { Api, HandledCall, Operation } from "../server/protocol";
import type { State } from "../server/state";
import { type AwsAccount, regionOf } from "./account";
import { awsCaller, signedBy } from "./auth";

/** A call of an AWS service whose parameters are a path, a query and a JSON body. */
export interface RestCall<Part> extends HandledCall {
    readonly action: string;
    /** `{id}` of the route; empty where it has none. */
    readonly id: string;
    /** Empty where none is sent. */
    readonly body: Readonly<Record<string, unknown>>;
    /** Empty where none is sent. */
    readonly query: Readonly<Record<string, string>>;
    /** The caller's account in the region that the signature names; undefined: nothing of it in this world. */
    readonly region: (AwsAccount & Part) | undefined;
}

/** One operation of a service. */
export interface RestRoute<Part> {
    readonly action: string;
    /** Members of the body that it knows. */
    readonly members: readonly string[];
    /** Parameters of the query that it knows. Default: none. */
    readonly query?: readonly string[];
    run(call: RestCall<Part>): object;
}

export interface RestService<Part> {
    /** The prefix of its actions in policies, `es`. */
    readonly service: string;
    /** What its paths begin with. */
    readonly prefix: string;
    /** Which paths are its own, where the prefix does not tell. Default: all that begin with it. */
    readonly paths?: RegExp;
    /** The member of an error that holds its text, as the service's model spells it. Default `message`. */
    readonly errorText?: "message" | "Message";
    /** By method and the rest of the path; `{id}` stands for one part: `PUT cc/inboundConnection/{id}/accept`. */
    readonly routes: Readonly<Record<string, RestRoute<Part>>>;
}

/** A REST service with JSON bodies (botocore's `rest-json`). */
export function restJson<Part>(service: RestService<Part>): Api {
    return (request, state) => {
        const { pathname } = request.url;
        const own = service.paths?.test(pathname) ?? pathname.startsWith(service.prefix);
        return own ? operationOf(service, request, state) : undefined;
    };
}

function operationOf<Part>(service: RestService<Part>, request: Request, state: State): Operation {
    const signed = signedBy(request);
    const caller = signed === undefined ? undefined : awsCaller(state, request, signed);
    const found = routeOf(service, request);
    const action = `${service.service}:${found?.route.action ?? "Unknown"}`;
    return {
        cloud: "aws",
        action,
        ids: found === undefined || found.id === "" ? [] : [found.id],
        throttleKey: `${caller?.account} ${signed?.region}`,
        throttled: new Refusal(429, "ThrottlingException", "Rate exceeded"),
        skewed: new Refusal(403, "InvalidSignatureException", "Signature not yet current."),
        expired: new Refusal(403, "ExpiredTokenException", "The security token included in the request is expired"),
        refuse: ({ status, code, message }) =>
            reply(request, status, { [service.errorText ?? "message"]: message }, { "x-amzn-errortype": code }),
        run(hooks) {
            if (signed === undefined) {
                throw new Refusal(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
            }
            if (caller === undefined) {
                const message = "The security token included in the request is invalid.";
                throw new Refusal(403, "UnrecognizedClientException", message);
            }
            if (found === undefined) {
                const message = `no operation ${request.method} ${request.url.pathname}`;
                throw new Refusal(404, "UnknownOperationException", message);
            }
            if (caller.denied.includes(action)) {
                throw new Refusal(403, "AccessDeniedException", `User is not authorized to perform: ${action}`);
            }
            const { id, route } = found;
            const body = bodyOf(request);
            const query = Object.fromEntries(request.url.searchParams);
            refuseUnknown({ body, query }, route, action);
            const region = regionOf<Part>(state, caller.account, signed.region);
            return reply(request, 200, route.run({ request, state, hooks, caller, action, id, body, query, region }));
        },
    };
}

function routeOf<Part>({ prefix, routes }: RestService<Part>, { method, url }: Request) {
    const given = [method, ...url.pathname.slice(prefix.length).split("/")];
    for (const [pattern, route] of Object.entries(routes)) {
        const parts = pattern.split(/[ /]/);
        if (parts.length === given.length && parts.every((part, i) => part === "{id}" || part === given[i])) {
            const place = parts.indexOf("{id}");
            return { route, id: place < 0 ? "" : decodeURIComponent(given[place] ?? "") };
        }
    }
    return undefined;
}

/** A parameter that the simulator would ignore might change what the real cloud does. */
function refuseUnknown(
    sent: Readonly<Record<"body" | "query", object>>,
    { members, query = [] }: Pick<RestRoute<never>, "members" | "query">,
    action: string,
) {
    const parameter = Object.keys(sent.query).find((key) => !query.includes(key));
    if (parameter !== undefined) {
        throw notSimulated(`query parameter ${parameter} of ${action}`);
    }
    const strange = Object.keys(sent.body).find((key) => !members.includes(key));
    if (strange !== undefined) {
        throw notSimulated(`parameter ${strange} in the body of ${action}`);
    }
}

function bodyOf(request: Request): Record<string, unknown> {
    try {
        return request.body === "" ? {} : Object(JSON.parse(request.body));
    } catch {
        throw new Refusal(400, "SerializationException", "the body is not JSON");
    }
}

function reply(request: Request, status: number, content: object, headers: Record<string, string> = {}): Reply {
    return {
        status,
        headers: { "content-type": "application/json", "x-amzn-requestid": request.requestId, ...headers },
        body: JSON.stringify(content),
    };
}
