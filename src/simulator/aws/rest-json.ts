import { notSimulated, Refusal, type Reply, type Request } from "../server/message";
import type { Api } from "../server/protocol";
import { signedBy } from "./auth";
import { type JsonCall, type JsonRoute, jsonOperation, membersOf } from "./json-operation";

/** A call of an AWS service whose parameters are a path, a query and a JSON body; `id` is `{id}` of the route, or the `idMember`. */
export interface RestCall<Part> extends JsonCall<Part> {
    /** Empty where none is sent. */
    readonly query: Readonly<Record<string, string>>;
}

/** One operation of a service. */
export interface RestRoute<Part> extends Omit<JsonRoute<Part>, "run"> {
    /** Parameters of the query that it knows. Default: none. */
    readonly query?: readonly string[];
    run(call: RestCall<Part>): object;
}

export interface RestService<Part> {
    /** The prefix of its actions in policies, `es`. */
    readonly service: string;
    /** What its paths begin with. `/`: nothing of its own; its requests are those signed for it, and those of its routes. */
    readonly prefix: string;
    /** The member of an error that holds its text, as the service's model spells it. Default `message`. */
    readonly errorText?: "message" | "Message";
    /** By method and the rest of the path; `{id}` stands for one part: `PUT cc/inboundConnection/{id}/accept`. */
    readonly routes: Readonly<Record<string, RestRoute<Part>>>;
}

/** A REST service with JSON bodies (botocore's `rest-json`). */
export function restJson<Part>(service: RestService<Part>): Api {
    return (request, state) => {
        const found = routeOf(service, request);
        if (!isOf(service, request, found)) {
            return undefined;
        }
        const { pathname, searchParams } = request.url;
        const query = Object.fromEntries(searchParams);
        const { route, id } = found ?? {};
        return jsonOperation<Part>(request, state, {
            service: service.service,
            route: route === undefined ? undefined : { ...route, run: (call) => route.run({ ...call, query }) },
            id,
            unknown: new Refusal(404, "UnknownOperationException", `no operation ${request.method} ${pathname}`),
            statuses: { denied: 403, throttled: 429 },
            body() {
                const strange = Object.keys(query).find((name) => route?.query?.includes(name) !== true);
                if (strange !== undefined) {
                    throw notSimulated(`query parameter ${strange} of ${service.service}:${route?.action}`);
                }
                return membersOf(request);
            },
            reply: (content) => reply(request, 200, content),
            refuse: ({ status, code, message }) =>
                reply(request, status, { [service.errorText ?? "message"]: message }, { "x-amzn-errortype": code }),
        });
    };
}

function isOf<Part>({ service, prefix }: RestService<Part>, request: Request, route: object | undefined): boolean {
    return prefix === "/"
        ? signedBy(request)?.service === service || route !== undefined
        : request.url.pathname.startsWith(prefix);
}

/** The route of a request, and what stands at `{id}`, where it has that. */
function routeOf<Part>({ prefix, routes }: RestService<Part>, { method, url }: Request) {
    const given = [method, ...url.pathname.slice(prefix.length).split("/")];
    for (const [pattern, route] of Object.entries(routes)) {
        const parts = pattern.split(/[ /]/);
        if (parts.length === given.length && parts.every((part, i) => part === "{id}" || part === given[i])) {
            const place = parts.indexOf("{id}");
            return { route, id: place < 0 ? undefined : decodeURIComponent(given[place] ?? "") };
        }
    }
    return undefined;
}

function reply(request: Request, status: number, content: object, headers: Record<string, string> = {}): Reply {
    return {
        status,
        headers: { "content-type": "application/json", "x-amzn-requestid": request.requestId, ...headers },
        body: JSON.stringify(content),
    };
}
