import { LosslessNumber } from "lossless-json";
import { findById } from "../server/by-id";
import { type Choices, kind } from "../server/kind";
import { compact, Refusal } from "../server/message";
import { shownState } from "../server/protocol";
import type { Moving } from "../server/schema";
import type { State } from "../server/state";
import { seconds } from "../server/time";
import { type GatewayCall, gateway } from "./gateway";
import * as services from "./vpcep-service";
import { decisionOf, ENDPOINT_ID, endpointsOf, listQuery, paged, statusAmong, wrongState } from "./vpcep-values";

const UNDOCUMENTED = {
    /** VPCEP receive of a rejected connection. */
    vpcepAcceptRejected: ["accepts", "refuses"],
    /** VPCEP: the decision that holds already, sent again. */
    vpcepRepeat: ["ok", "Endpoint.2014"],
    /** VPCEP: a decision while the service is not available; a code for it is documented, which calls answer it is not. */
    vpcepServiceUnavailable: ["EndPoint.2004", "ignored"],
} as const;
export interface Switches extends Choices<typeof UNDOCUMENTED> {}

type Part = services.ServicesPart;
type Call = GatewayCall<Part>;
type Connection = services.VpcepConnection & Moving;

/**
 * VPC endpoint (VPCEP) API v1 of Huawei Cloud and Open Telekom Cloud.
 * Rules: Open Telekom Cloud's VPC Endpoint API Reference; error codes: its appendix.
 */
export const vpcEndpoint = kind<Part, Switches>({
    names: ["huawei:vpcEndpoint", "otc:vpcEndpoint"],
    world: services.SERVICES,
    connections: ({ endpointServices = [] }) => endpointServices.flatMap(({ connections = [] }) => connections),
    fillIn({ endpointServices = [] }, now) {
        for (const service of endpointServices) {
            service.createdAt ??= seconds(now);
            service.connections?.forEach((connection, i) => {
                connection.createdAt ??= seconds(now);
                // As large as the one in the vendor's example, and no double can hold it.
                connection.markerId ??= String(422321312321312321n + BigInt(i));
            });
        }
    },
    expire: () => {},
    undocumented: UNDOCUMENTED,
    rates: [],
    api: gateway<Part>({
        path: /^\/v1\/([^/]+)\/vpc-endpoint-services(?:\/([^/]+)(\/.*)?)?$/,
        unknown: "vpcep:unknown",
        routes: {
            GET: services.listServices,
            "GET /{id}": services.serviceDetail,
            "GET /{id}/connections": { action: "vpcep:connections:list", run: listConnections },
            "POST /{id}/connections/action": { action: "vpcep:connections:update", ids: endpointsOf, run: decide },
        },
    }),
});

/** Querying connections of a VPC endpoint service: id, marker_id, status, order, page. */
function listConnections(call: Call): object {
    const query = listQuery(call.request, {
        id: ENDPOINT_ID,
        marker_id: { holds: (text) => /^\d+$/.test(text), code: "EndPoint.0021", message: "Invalid marker_id." },
        status: statusAmong("pendingAcceptance", "accepted", "rejected", "failed"),
    });
    const all: Connection[] = services.serviceOf(call).connections ?? [];
    for (const one of all) {
        // One that a test has put there meanwhile is a new request.
        one.createdAt ??= seconds(call.state.now());
    }
    const wanted = all.filter(({ id, markerId, status }) => query.matches({ id, marker_id: markerId, status }));
    const timesOf = (one: Connection) => ({ created: one.createdAt, updated: updatedOf(one) });
    const items = paged(wanted, query.parameters, call.project, timesOf);
    call.hooks.list(items.map(({ id }) => id));
    return { connections: items.map((one) => shown(one, call.hooks.stale)), total_count: wanted.length };
}

/** Accepting or rejecting a VPC endpoint: "Each request accepts or rejects only one VPC endpoint." */
function decide(call: Call): object {
    const { state, project } = call;
    const { action, id } = decisionOf(call.request);
    const service = services.serviceOf(call);
    const unavailable = state.choice(UNDOCUMENTED, "vpcepServiceUnavailable") === "EndPoint.2004";
    if (services.statusOf(service) !== "available" && unavailable) {
        throw new Refusal(400, "EndPoint.2004", "The endpoint service is unavailable.");
    }
    const one = connectionOf(service, project, id);
    if (call.hooks.refuseId(id)) {
        throw new Refusal(400, "EndPoint.2015", "The endpoint has been frozen.");
    }
    carryOut(action, one, state);
    return { connections: [shown(one, false)] };
}

/** From accepted to rejected by the acceptance test of terraform-provider-huaweicloud; else only from pendingAcceptance. */
const DECISIONS: Readonly<Record<"receive" | "reject", { from: string[]; states: [string, ...string[]] }>> = {
    receive: { from: ["pendingAcceptance", "rejected"], states: ["creating", "accepted"] },
    reject: { from: ["pendingAcceptance", "accepted"], states: ["rejected"] },
};

function carryOut(action: "receive" | "reject", one: Connection, state: State): void {
    const { from, states } = DECISIONS[action];
    if (one.status === states.at(-1)) {
        if (state.choice(UNDOCUMENTED, "vpcepRepeat") === "Endpoint.2014") {
            throw new Refusal(400, "Endpoint.2014", "The endpoint has been connected to the endpoint service.");
        }
    } else if (!from.includes(one.status)) {
        throw wrongState(one.status);
    } else if (one.status === "rejected" && state.choice(UNDOCUMENTED, "vpcepAcceptRejected") === "refuses") {
        throw new Refusal(400, "EndPoint.2012", "You have no permission to connect to the VPC endpoint service.");
    } else {
        state.move(one, ...states);
    }
}

/** 2013: of another service ("Endpoint" in the documents' own example); 2006: of none. */
function connectionOf(service: services.VpcepService, project: Part, id: string): Connection {
    const find = ({ connections }: services.VpcepService) =>
        findById(connections, [id], (connection) => connection.id).get(id);
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
                ? services.errorsOf(connection.error, "EndPoint.2022", "Failed to create an endpoint.")
                : undefined,
    });
}

function updatedOf({ changedAt, updatedAt, createdAt }: Connection): string | undefined {
    return changedAt === undefined ? (updatedAt ?? createdAt) : seconds(changedAt);
}
