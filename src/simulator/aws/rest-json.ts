import { notSimulated, Refusal, type Reply, type Request } from "../server/message";
import type { Api } from "../server/protocol";
import { type JsonCall, type JsonRoute, jsonOperation, membersOf } from "./json-operation";

/** A call of an AWS service whose parameters are a path and a JSON body; `id` is `{id}` of the route. */
export type RestCall<Part> = JsonCall<Part>;

/** One operation of a service. */
export type RestRoute<Part> = JsonRoute<Part>;

export interface RestService<Part> {
    /** The prefix of its actions in policies, `es`. */
    readonly service: string;
    /** What its paths begin with. */
    readonly prefix: string;
    /** By method and the rest of the path; `{id}` stands for one part: `PUT cc/inboundConnection/{id}/accept`. */
    readonly routes: Readonly<Record<string, RestRoute<Part>>>;
}

/** A REST service with JSON bodies (botocore's `rest-json`). No operation here has a query. */
export function restJson<Part>(service: RestService<Part>): Api {
    return (request, state) => {
        const { pathname, searchParams } = request.url;
        if (!pathname.startsWith(service.prefix)) {
            return undefined;
        }
        const { route, id } = routeOf(service, request) ?? { route: undefined, id: "" };
        return jsonOperation<Part>(request, state, {
            service: service.service,
            route,
            id,
            unknown: new Refusal(404, "UnknownOperationException", `no operation ${request.method} ${pathname}`),
            statuses: { denied: 403, throttled: 429 },
            body() {
                const [query] = searchParams.keys();
                if (query !== undefined) {
                    throw notSimulated(`query parameter ${query} of ${service.service}:${route?.action}`);
                }
                return membersOf(request);
            },
            reply: (content) => reply(request, 200, content),
            refuse: ({ status, code, message }) => reply(request, status, { message }, { "x-amzn-errortype": code }),
        });
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

function reply(request: Request, status: number, content: object, headers: Record<string, string> = {}): Reply {
    return {
        status,
        headers: { "content-type": "application/json", "x-amzn-requestid": request.requestId, ...headers },
        body: JSON.stringify(content),
    };
}
