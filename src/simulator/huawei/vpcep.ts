import { LosslessNumber } from "lossless-json";
import { findById } from "../server/by-id";
import { compact, notSimulated } from "../server/parameters";
import { Refusal, type Request, shownState, type World } from "../server/protocol";
import type { State } from "../server/state";
import { seconds } from "../server/state";
import type { HuaweiProject, Moving, VpcepConnection, VpcepError, VpcepService } from "../server/world";

/** A call of the VPC endpoint API v1, its caller known. */
export interface VpcepCall {
    readonly request: Request;
    readonly state: State;
    readonly world: World;
    readonly project: HuaweiProject;
    readonly serviceId: string;
}

export interface VpcepRoute {
    readonly action: string;
    readonly ids?: (request: Request) => string[];
    run(call: VpcepCall): object;
}

type Connection = VpcepConnection & Moving;

/** What is called by method and by what follows `/v1/{project_id}/vpc-endpoint-services`. */
export function vpcepRoute({ method }: Request, tail: string | undefined): VpcepRoute | undefined {
    switch (`${method} ${tail ?? "list"}`) {
        case "GET list":
            return { action: "vpcep:epservices:list", run: listServices };
        case "GET ":
            return { action: "vpcep:epservices:get", run: detail };
        case "GET /connections":
            return { action: "vpcep:connections:list", run: listConnections };
        case "POST /connections/action":
            return { action: "vpcep:connections:update", ids: endpointsOf, run: decide };
        default:
            return undefined;
    }
}

const PAGED = ["sort_key", "sort_dir", "limit", "offset"];

/**
 * Querying VPC endpoint services: endpoint_service_name ("not case-sensitive and supports fuzzy match"), id, status, order, page.
 * Huawei Cloud's public_border_group and net_type are not modelled.
 */
function listServices(call: VpcepCall): object {
    const query = queryOf(call.request, ["endpoint_service_name", "id", "status", ...PAGED]);
    const name = query.get("endpoint_service_name")?.toLowerCase() ?? "";
    const id = query.get("id");
    const status = query.get("status");
    if (id !== null && !UUID.test(id)) {
        throw new Refusal(400, "EndPoint.3062", "Invalid endpoint service ID.");
    }
    if (status !== null && !["creating", "available", "failed", "deleting"].includes(status)) {
        throw invalidStatus();
    }
    const wanted = (call.project.endpointServices ?? []).filter(
        (service) =>
            (id === null || service.id === id) &&
            (status === null || statusOf(service) === status) &&
            nameOf(service, call.project).toLowerCase().includes(name),
    );
    const items = paged(wanted, query, call.project, (service) => ({
        created: service.createdAt,
        updated: service.updatedAt ?? service.createdAt,
    }));
    return {
        endpoint_services: items.map((service) => ({
            ...shownService(service, call.project),
            connection_count: connectedOf(service),
        })),
        total_count: wanted.length,
    };
}

/** Querying details about a VPC endpoint service. */
function detail(call: VpcepCall): object {
    queryOf(call.request, []);
    return shownService(serviceOf(call), call.project);
}

/** endpoint_service parameters; connection_count stands in the list alone, `error` with a failed one. */
function shownService(service: VpcepService, project: HuaweiProject): object {
    return compact({
        id: service.id,
        status: statusOf(service),
        service_name: nameOf(service, project),
        service_type: "interface",
        server_type: "LB",
        approval_enabled: service.approvalEnabled ?? true,
        project_id: project.projectId,
        domain_id: project.domainId,
        description: service.description ?? "",
        tags: Object.entries(service.tags ?? {}).map(([key, value]) => ({ key, value })),
        created_at: service.createdAt,
        updated_at: service.updatedAt ?? service.createdAt,
        error:
            statusOf(service) === "failed"
                ? errorsOf(service.error, "EndPoint.3022", "Failed to create a network.")
                : undefined,
    });
}

function statusOf(service: VpcepService): string {
    return service.status ?? "available";
}

/** "regionName.serviceId", and with a name "regionName+.+serviceName+.+serviceId": Creating a VPC Endpoint Service. */
function nameOf({ id, name }: VpcepService, { region }: HuaweiProject): string {
    return name === undefined ? `${region}.${id}` : `${region}.${name}.${id}`;
}

/** "the number of Creating or Accepted VPC endpoints under the VPC endpoint service" */
function connectedOf({ connections = [] }: VpcepService): number {
    return connections.filter(({ status }) => status === "creating" || status === "accepted").length;
}

/** Querying connections of a VPC endpoint service: id, marker_id, status, order, page. */
function listConnections(call: VpcepCall): object {
    const query = queryOf(call.request, ["id", "marker_id", "status", ...PAGED]);
    const [id, marker, status] = [query.get("id"), query.get("marker_id"), query.get("status")];
    if (id !== null && !UUID.test(id)) {
        throw invalidEndpoint();
    }
    if (marker !== null && !/^\d+$/.test(marker)) {
        throw new Refusal(400, "EndPoint.0021", "Invalid marker_id.");
    }
    if (status !== null && !["pendingAcceptance", "accepted", "rejected", "failed"].includes(status)) {
        throw invalidStatus();
    }
    const all = (serviceOf(call).connections ?? []) as Connection[];
    for (const connection of all) {
        // One that a test has put there meanwhile is a new request.
        connection.createdAt ??= seconds(call.state.now());
    }
    const wanted = all.filter(
        (connection) =>
            (id === null || connection.id === id) &&
            (marker === null || connection.markerId === marker) &&
            (status === null || connection.status === status),
    );
    const items = paged(wanted, query, call.project, (connection) => ({
        created: connection.createdAt,
        updated: updatedOf(connection),
    }));
    call.world.list(items.map((connection) => connection.id));
    return {
        connections: items.map((connection) => shown(connection, call.world.stale)),
        total_count: wanted.length,
    };
}

/** Accepting or rejecting a VPC endpoint: "Each request accepts or rejects only one VPC endpoint." */
function decide(call: VpcepCall): object {
    queryOf(call.request, []);
    const { action, endpoints, ...rest } = body(call.request);
    const strange = Object.keys(rest)[0];
    if (strange !== undefined) {
        throw notSimulated(`parameter ${strange} of connections/action`);
    }
    if (action !== "receive" && action !== "reject") {
        throw new Refusal(400, "EndPoint.2027", "Invalid action.");
    }
    if (!Array.isArray(endpoints) || endpoints.length === 0) {
        throw new Refusal(400, "EndPoint.2002", "The request input parameter is empty.");
    }
    if (endpoints.length > 1) {
        throw new Refusal(400, "EndPoint.2031", "Only one endpoint is allowed.");
    }
    const id = String(endpoints[0]);
    if (!UUID.test(id)) {
        throw invalidEndpoint();
    }
    const service = serviceOf(call);
    if (statusOf(service) !== "available" && call.state.undocumented("vpcepServiceUnavailable") === "EndPoint.2004") {
        throw new Refusal(400, "EndPoint.2004", "The endpoint service is unavailable.");
    }
    const connection = connectionOf(service, call.project, id);
    if (call.world.refuseId(id)) {
        throw new Refusal(400, "EndPoint.2015", "The endpoint has been frozen.");
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
            throw new Refusal(400, "EndPoint.2012", "You have no permission to connect to the VPC endpoint service.");
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
          : new Refusal(400, "EndPoint.2047", "The VPC endpoint in the Failed status cannot be modified.");
}

function serviceOf({ project, serviceId }: VpcepCall): VpcepService {
    const service = project.endpointServices?.find((s) => s.id === serviceId);
    if (service === undefined) {
        throw new Refusal(400, "EndPoint.2003", "The endpoint service does not exist.");
    }
    return service;
}

/** 2013: of another service ("Endpoint" in the documents' own example); 2006: of none. */
function connectionOf(service: VpcepService, project: HuaweiProject, id: string): Connection {
    const find = ({ connections }: VpcepService) => findById(connections, [id], (connection) => connection.id).get(id);
    const connection = find(service);
    if (connection !== undefined) {
        return connection as Connection;
    }
    throw project.endpointServices?.some((other) => find(other) !== undefined)
        ? new Refusal(400, "Endpoint.2013", "The endpoint does not belong to the endpoint service.")
        : new Refusal(404, "EndPoint.2006", "The requested endpoint does not exist.");
}

/** marker_id is a JSON integer beyond 2^53; "error" is returned with a failed one. */
function shown(connection: Connection, stale: boolean): object {
    const status = shownState(connection, connection.status, stale);
    return compact({
        id: connection.id,
        status,
        marker_id: new LosslessNumber(connection.markerId ?? "0"),
        domain_id: connection.domainId,
        created_at: connection.createdAt,
        updated_at: stale ? (connection.updatedAt ?? connection.createdAt) : updatedOf(connection),
        description: connection.description,
        error:
            status === "failed"
                ? errorsOf(connection.error, "EndPoint.2022", "Failed to create an endpoint.")
                : undefined,
    });
}

function updatedOf({ changedAt, updatedAt, createdAt }: Connection): string | undefined {
    return changedAt === undefined ? (updatedAt ?? createdAt) : seconds(changedAt);
}

function errorsOf(given: VpcepError[] | undefined, errorCode: string, errorMessage: string): object[] {
    return (given ?? [{ errorCode, errorMessage }]).map((error) => ({
        error_code: error.errorCode,
        error_message: error.errorMessage,
    }));
}

/**
 * sort_key: created_at (default) or updated_at on Open Telekom Cloud, create_at or update_at on Huawei Cloud
 * (huaweicloudsdkvpcep, ListServiceConnectionsRequest). sort_dir: desc (default) or asc. limit: 0 to 1000, 10 by default.
 */
function paged<T>(
    items: readonly T[],
    query: URLSearchParams,
    { region }: HuaweiProject,
    timesOf: (item: T) => { created: string | undefined; updated: string | undefined },
): T[] {
    const limit = bounded(query.get("limit") ?? "10", 1000, "EndPoint.0006", "Invalid limit.");
    const offset = bounded(query.get("offset") ?? "0", Number.MAX_SAFE_INTEGER, "EndPoint.0010", "Invalid offset.");
    const key = query.get("sort_key") ?? sortKeys(region)[0];
    const direction = query.get("sort_dir") ?? "desc";
    if (!sortKeys(region).includes(key)) {
        throw new Refusal(400, "EndPoint.0017", "Invalid sort_key.");
    }
    if (direction !== "asc" && direction !== "desc") {
        throw new Refusal(400, "EndPoint.0018", "Invalid sort_dir.");
    }
    const sign = direction === "asc" ? 1 : -1;
    const timed = items.map((item) => {
        const { created = "", updated = "" } = timesOf(item);
        return { item, time: key.startsWith("create") ? created : updated };
    });
    timed.sort((a, b) => (a.time === b.time ? 0 : a.time < b.time ? -sign : sign));
    return timed.slice(offset, offset + limit).map(({ item }) => item);
}

/** The regions of Open Telekom Cloud (openstacksdk, config/vendors/otc.json and otc-swiss.json); all others are Huawei Cloud's. */
function sortKeys(region: string): [string, string] {
    return ["eu-de", "eu-nl", "eu-ch2"].includes(region) ? ["created_at", "updated_at"] : ["create_at", "update_at"];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

function invalidEndpoint(): Refusal {
    return new Refusal(400, "EndPoint.2017", "Invalid endpoint ID.");
}

function invalidStatus(): Refusal {
    return new Refusal(400, "EndPoint.0019", "Invalid status.");
}

/** The query of a request, which may hold nothing that would be ignored. */
function queryOf({ url }: Request, known: readonly string[]): URLSearchParams {
    const strange = [...url.searchParams.keys()].find((name) => !known.includes(name));
    if (strange !== undefined) {
        throw notSimulated(`query parameter ${strange} of ${url.pathname}`);
    }
    return url.searchParams;
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
        throw new Refusal(400, "EndPoint.0002", "Parameter error.");
    }
}

function bounded(text: string, most: number, code: string, message: string): number {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value > most) {
        throw new Refusal(400, code, message);
    }
    return value;
}
