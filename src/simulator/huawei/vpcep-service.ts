import { compact, Refusal } from "../server/message";
import {
    anyText,
    connection,
    flag,
    list,
    type Members,
    optional,
    record,
    tags,
    text,
    textLike,
} from "../server/schema";
import type { Project } from "./account";
import type { GatewayCall, Route } from "./gateway";
import { ANY, listQuery, paged, queryOf, SERVICE_ID, statusAmong } from "./vpcep-values";

const ERROR = { errorCode: text, errorMessage: text };
export interface VpcepError extends Members<typeof ERROR> {}

const CONNECTION = {
    /** The endpoint, a UUID. */
    id: text,
    /** The account that asks. */
    domainId: text,
    /** As the API writes it, `pendingAcceptance`. */
    status: text,
    /** An integer beyond 2^53: text here, a JSON number on the wire. */
    markerId: optional(textLike(/^\d+$/)),
    /** As the API writes it, `2018-01-30T07:42:01Z`. Default: when the simulator got the world. */
    createdAt: optional(text),
    /** Until a decision changes it; default: as created. */
    updatedAt: optional(text),
    /** Huawei Cloud has it, Open Telekom Cloud's documents do not. */
    description: optional(anyText),
    /** Default, of a failed one: EndPoint.2022. */
    error: optional(list(record<VpcepError>(ERROR))),
};
export interface VpcepConnection extends Members<typeof CONNECTION> {}

const SERVICE = {
    /** A UUID. */
    id: text,
    /** Default true, as the API. */
    approvalEnabled: optional(flag),
    /** Default available. */
    status: optional(text),
    /** The middle of its full name, `<region>.<name>.<id>`; without one `<region>.<id>`. */
    name: optional(text),
    description: optional(anyText),
    tags: optional(tags),
    /** As the API writes it. Default: when the simulator got the world. */
    createdAt: optional(text),
    /** Default: as created. */
    updatedAt: optional(text),
    /** Default, of a failed one: EndPoint.3022. */
    error: optional(list(record<VpcepError>(ERROR))),
    connections: optional(list(connection<VpcepConnection>(CONNECTION))),
};
export interface VpcepService extends Members<typeof SERVICE> {}

/** Part of a project in the world. */
export const SERVICES = {
    /** VPC endpoint services of the project. */
    endpointServices: optional(list(record<VpcepService>(SERVICE))),
};
export interface ServicesPart extends Members<typeof SERVICES> {}

type Call = GatewayCall<ServicesPart>;

/**
 * Querying VPC endpoint services: endpoint_service_name ("not case-sensitive and supports fuzzy match"), id, status, order, page.
 * Huawei Cloud's public_border_group and net_type are not modelled.
 */
export const listServices: Route<ServicesPart> = {
    action: "vpcep:epservices:list",
    run(call) {
        const { project } = call;
        const query = listQuery(call.request, {
            endpoint_service_name: ANY,
            id: SERVICE_ID,
            status: statusAmong("creating", "available", "failed", "deleting"),
        });
        const name = query.parameters.get("endpoint_service_name")?.toLowerCase() ?? "";
        const wanted = (project.endpointServices ?? []).filter(
            (service) =>
                query.matches({ id: service.id, status: statusOf(service) }) &&
                nameOf(service, project).toLowerCase().includes(name),
        );
        const items = paged(wanted, query.parameters, project, (service) => ({
            created: service.createdAt,
            updated: service.updatedAt ?? service.createdAt,
        }));
        return {
            endpoint_services: items.map((service) => ({
                ...shownService(service, project),
                connection_count: connectedOf(service),
            })),
            total_count: wanted.length,
        };
    },
};

/** Querying details about a VPC endpoint service. */
export const serviceDetail: Route<ServicesPart> = {
    action: "vpcep:epservices:get",
    run(call) {
        queryOf(call.request, []);
        return shownService(serviceOf(call), call.project);
    },
};

export function serviceOf({ project, id }: Call): VpcepService {
    const service = project.endpointServices?.find((one) => one.id === id);
    if (service === undefined) {
        throw new Refusal(400, "EndPoint.2003", "The endpoint service does not exist.");
    }
    return service;
}

/** endpoint_service parameters; connection_count stands in the list alone, `error` with a failed one. */
function shownService(service: VpcepService, project: Project): object {
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

export function statusOf(service: VpcepService): string {
    return service.status ?? "available";
}

/** "regionName.serviceId", and with a name "regionName+.+serviceName+.+serviceId": Creating a VPC Endpoint Service. */
function nameOf({ id, name }: VpcepService, { region }: Project): string {
    return name === undefined ? `${region}.${id}` : `${region}.${name}.${id}`;
}

/** "the number of Creating or Accepted VPC endpoints under the VPC endpoint service" */
function connectedOf({ connections = [] }: VpcepService): number {
    return connections.filter(({ status }) => status === "creating" || status === "accepted").length;
}

export function errorsOf(given: VpcepError[] | undefined, errorCode: string, errorMessage: string): object[] {
    return (given ?? [{ errorCode, errorMessage }]).map((error) => ({
        error_code: error.errorCode,
        error_message: error.errorMessage,
    }));
}
