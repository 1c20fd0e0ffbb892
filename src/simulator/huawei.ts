import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { LosslessNumber, stringify } from "lossless-json";
import { type Api, type Operation, Refusal, type Reply, type Request, shownState, type World } from "./protocol";
import type { Caller, State } from "./state";
import type { HuaweiProject, Moving, VpcepConnection, VpcepService } from "./world";

/**
 * VPC endpoint (VPCEP) API v1 of Huawei Cloud and Open Telekom Cloud, and IAM's list of projects.
 * Rules: Open Telekom Cloud's VPC Endpoint API Reference; error codes: its appendix. Signatures are verified.
 */
export const huawei: Api = (request, state) => {
    const path = request.url.pathname;
    const service = /^\/v1\/([^/]+)\/vpc-endpoint-services(?:\/([^/]+)(\/.*)?)?$/.exec(path);
    if (service === null && path !== "/v3/projects") {
        return undefined;
    }
    const accessKeyId = /^SDK-HMAC-SHA256 Access=([^,]+),/.exec(request.headers.authorization ?? "")?.[1];
    const caller = accessKeyId === undefined ? undefined : callerOf(state, accessKeyId);
    const call = service === null ? PROJECTS : service[2] === undefined ? SERVICES : routeOf(request, service[3] ?? "");
    return {
        cloud: "huawei",
        action: call?.action ?? "vpcep:unknown",
        ids: call?.ids?.(request) ?? [],
        throttleKey: caller?.account ?? "",
        throttled: new Refusal(429, "APIGW.0308", "The throttling threshold has been reached."),
        skewed: new Refusal(401, "APIGW.0301", "Incorrect IAM authentication information: x-sdk-date is too far off"),
        expired: new Refusal(401, "APIGW.0301", "Incorrect IAM authentication information: security token expired"),
        refuse: (refusal) => errorReply(request, refusal),
        run(world) {
            authenticate(request, caller);
            if (call === undefined) {
                throw new Refusal(
                    404,
                    "APIGW.0101",
                    "The API does not exist or has not been published in the environment.",
                );
            }
            if (caller?.denied.includes(call.action)) {
                throw new Refusal(403, "EndPoint.0004", "You do not have the permission to perform this operation.");
            }
            const project = (state.world.huawei ?? []).find((entry) => entry.projectId === caller?.account);
            if (service !== null && decodeURIComponent(service[1] ?? "") !== project?.projectId) {
                throw new Refusal(403, "EndPoint.0004", "You do not have the permission to perform this operation.");
            }
            return jsonReply(
                request,
                call.run({
                    request,
                    state,
                    world,
                    project: project as HuaweiProject,
                    serviceId: decodeURIComponent(service?.[2] ?? ""),
                }),
            );
        },
    } satisfies Operation;
};

interface Call {
    readonly request: Request;
    readonly state: State;
    readonly world: World;
    readonly project: HuaweiProject;
    readonly serviceId: string;
}

interface Route {
    readonly action: string;
    readonly ids?: (request: Request) => string[];
    run(call: Call): object;
}

type Connection = VpcepConnection & Moving;

const PROJECTS: Route = {
    action: "iam:projects:list",
    /** GET /v3/projects?name= */
    run: ({ request, state }) => ({
        projects: (state.world.huawei ?? [])
            .filter((entry) => [null, entry.region].includes(request.url.searchParams.get("name")))
            .map((entry) => ({ id: entry.projectId, name: entry.region, enabled: true })),
    }),
};

const SERVICES: Route = {
    action: "vpcep:epservices:list",
    /** Querying VPC endpoint services: limit 0 to 1000, 10 by default; offset. */
    run: ({ request, project }) => {
        const query = request.url.searchParams;
        const limit = bounded(query.get("limit") ?? "10", 1000, "EndPoint.0006", "The limit is invalid.");
        const offset = bounded(
            query.get("offset") ?? "0",
            Number.MAX_SAFE_INTEGER,
            "EndPoint.0010",
            "The offset is invalid.",
        );
        const services = project.endpointServices ?? [];
        return {
            endpoint_services: services.slice(offset, offset + limit).map((service) => ({
                id: service.id,
                status: service.status ?? "available",
                service_name: `${project.region}.service.${service.id}`,
                approval_enabled: service.approvalEnabled ?? true,
            })),
            total_count: new LosslessNumber(String(services.length)),
        };
    },
};

function routeOf({ method }: Request, tail: string): Route | undefined {
    if (method === "GET" && tail === "") {
        return { action: "vpcep:epservices:get", run: detail };
    }
    if (method === "GET" && tail === "/connections") {
        return { action: "vpcep:connections:list", run: list };
    }
    if (method === "POST" && tail === "/connections/action") {
        return { action: "vpcep:connections:update", ids: endpointsOf, run: decide };
    }
    return undefined;
}

/** Querying details of a VPC endpoint service. */
function detail(call: Call): object {
    const service = serviceOf(call);
    return {
        id: service.id,
        status: service.status ?? "available",
        service_name: `${call.project.region}.service.${service.id}`,
        service_type: "interface",
        approval_enabled: service.approvalEnabled ?? true,
        project_id: call.project.projectId,
        error: [],
    };
}

/** Querying connections of a VPC endpoint service: limit 0 to 1000, 10 by default; offset; id; status. */
function list(call: Call): object {
    const query = call.request.url.searchParams;
    const limit = bounded(query.get("limit") ?? "10", 1000, "EndPoint.0006", "The limit is invalid.");
    const offset = bounded(
        query.get("offset") ?? "0",
        Number.MAX_SAFE_INTEGER,
        "EndPoint.0010",
        "The offset is invalid.",
    );
    const id = query.get("id");
    const status = query.get("status");
    if (status !== null && !["pendingAcceptance", "accepted", "rejected", "failed"].includes(status)) {
        throw new Refusal(400, "EndPoint.0019", "The status is invalid.");
    }
    const wanted = ((serviceOf(call).connections ?? []) as Connection[]).filter(
        (connection) => (id === null || connection.id === id) && (status === null || connection.status === status),
    );
    const items = wanted.slice(offset, offset + limit);
    call.world.list(items.map((connection) => connection.id));
    return {
        connections: items.map((connection) => shown(connection, call.world.stale)),
        total_count: new LosslessNumber(String(wanted.length)),
    };
}

/** Accepting or rejecting a VPC endpoint: "Each request accepts or rejects only one VPC endpoint." */
function decide(call: Call): object {
    const { action, endpoints } = body(call.request);
    if (action !== "receive" && action !== "reject") {
        throw new Refusal(400, "EndPoint.2027", "Invalid action.");
    }
    if (!Array.isArray(endpoints) || endpoints.length === 0) {
        throw new Refusal(400, "EndPoint.2002", "The input parameter is empty.");
    }
    if (endpoints.length > 1) {
        throw new Refusal(400, "EndPoint.2031", "Only one endpoint is allowed.");
    }
    const id = String(endpoints[0]);
    const connection = connectionOf(call, id);
    if (call.world.refuseId(id)) {
        throw new Refusal(400, "EndPoint.2015", "The endpoint is frozen.");
    }
    (action === "receive" ? receive : reject)(connection, call.state);
    return { connections: [shown(connection, false)] };
}

/** pendingAcceptance -> creating -> accepted; everything else is not documented, or has a code of its own. */
function receive(connection: Connection, state: State): void {
    switch (connection.status) {
        case "pendingAcceptance":
            state.move(connection, "creating", "accepted");
            break;
        case "accepted":
            repeated(state);
            break;
        case "rejected":
            if (state.undocumented("vpcepAcceptRejected") === "accepts") {
                state.move(connection, "creating", "accepted");
                break;
            }
            throw new Refusal(
                400,
                "EndPoint.2012",
                "You do not have permission to connect to the VPC endpoint service.",
            );
        default:
            throw wrongState(connection);
    }
}

/** From pendingAcceptance; from accepted too, by the acceptance test of terraform-provider-huaweicloud. */
function reject(connection: Connection, state: State): void {
    switch (connection.status) {
        case "pendingAcceptance":
        case "accepted":
            state.move(connection, "rejected");
            break;
        case "rejected":
            repeated(state);
            break;
        default:
            throw wrongState(connection);
    }
}

function repeated(state: State): void {
    if (state.undocumented("vpcepRepeat") === "Endpoint.2014") {
        throw new Refusal(400, "Endpoint.2014", "The endpoint has been connected to the endpoint service.");
    }
}

/** 2018 being deleted, 2019 being created, 2047 failed. */
function wrongState({ status }: Connection): Refusal {
    return status === "deleting"
        ? new Refusal(400, "EndPoint.2018", "The endpoint is being deleted.")
        : status === "creating"
          ? new Refusal(400, "EndPoint.2019", "The endpoint is being created.")
          : new Refusal(400, "EndPoint.2047", "A failed endpoint cannot be modified.");
}

function serviceOf({ project, serviceId }: Call): VpcepService {
    const service = project.endpointServices?.find((s) => s.id === serviceId);
    if (service === undefined) {
        throw new Refusal(400, "EndPoint.2003", "The endpoint service does not exist.");
    }
    return service;
}

/** 2013: of another service ("Endpoint" in the documents' own example); 2006: of none. */
function connectionOf(call: Call, id: string): Connection {
    const connection = serviceOf(call).connections?.find((c) => c.id === id);
    if (connection !== undefined) {
        return connection as Connection;
    }
    const elsewhere = call.project.endpointServices?.some((service) => service.connections?.some((c) => c.id === id));
    throw elsewhere
        ? new Refusal(400, "Endpoint.2013", "The endpoint does not belong to the endpoint service.")
        : new Refusal(404, "EndPoint.2006", "The endpoint does not exist.");
}

/** marker_id is a JSON integer beyond 2^53. */
function shown(connection: Connection, stale: boolean): object {
    return {
        id: connection.id,
        status: shownState(connection, connection.status, stale),
        marker_id: new LosslessNumber(connection.markerId ?? "0"),
        domain_id: connection.domainId,
        created_at: connection.createdAt,
        updated_at: connection.createdAt,
    };
}

function endpointsOf(request: Request): string[] {
    try {
        const { endpoints } = JSON.parse(request.body) as { endpoints?: unknown };
        return Array.isArray(endpoints) ? endpoints.map(String) : [];
    } catch {
        return [];
    }
}

function body(request: Request): { action?: unknown; endpoints?: unknown } {
    try {
        return JSON.parse(request.body);
    } catch {
        throw new Refusal(400, "EndPoint.0002", "The request body is not JSON.");
    }
}

function bounded(text: string, most: number, code: string, message: string): number {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value > most) {
        throw new Refusal(400, code, message);
    }
    return value;
}

/** `HPUA<project>`, or a principal of the world. Temporary keys are `HSTA<project>`, with a token. */
function callerOf(state: State, accessKeyId: string): Caller | undefined {
    const entries = (state.world.huawei ?? []).map(({ projectId: id, principals }) => ({
        id,
        ...(principals ? { principals } : {}),
    }));
    return state.caller("HPUA", entries, accessKeyId) ?? state.caller("HSTA", entries, accessKeyId);
}

/**
 * SDK-HMAC-SHA256: Huawei Cloud, API Request Signing Guide.
 * The secret of a key is `secret-of-<key>`, its security token `session-of-<key>`. Requests more than 15 minutes off are refused.
 */
function authenticate(request: Request, caller: Caller | undefined): void {
    const wrong = (why: string) => new Refusal(401, "APIGW.0301", `Incorrect IAM authentication information: ${why}`);
    const authorization = request.headers.authorization;
    const [, signedHeaders, signature] =
        /^SDK-HMAC-SHA256 Access=[^,]+, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(authorization ?? "") ??
        [];
    if (signedHeaders === undefined || signature === undefined) {
        throw wrong("no signature");
    }
    if (caller === undefined) {
        throw wrong("access key not found");
    }
    const date = String(request.headers["x-sdk-date"] ?? "");
    const time = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
    if (!(Math.abs(Date.now() - time) <= 15 * 60_000)) {
        throw wrong("x-sdk-date is too far off");
    }
    if (
        caller.accessKeyId.startsWith("HSTA") &&
        request.headers["x-security-token"] !== `session-of-${caller.accessKeyId}`
    ) {
        throw wrong("security token");
    }
    const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
    const rfc3986 = (text: string) =>
        encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    const query = [...request.url.searchParams]
        .map(([name, value]) => `${rfc3986(name)}=${rfc3986(value)}`)
        .sort()
        .join("&");
    const headers = signedHeaders.split(";").map((name) => `${name}:${String(request.headers[name] ?? "").trim()}\n`);
    const canonical = [
        request.method,
        request.url.pathname.replace(/\/?$/, "/"),
        query,
        headers.join(""),
        signedHeaders,
        sha256(request.body),
    ].join("\n");
    const expected = createHmac("sha256", `secret-of-${caller.accessKeyId}`)
        .update(`SDK-HMAC-SHA256\n${date}\n${sha256(canonical)}`)
        .digest();
    if (!timingSafeEqual(expected, Buffer.from(signature, "hex"))) {
        throw wrong("verify aksk signature fail");
    }
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
