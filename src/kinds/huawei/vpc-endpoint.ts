import { type Cloud, CloudError } from "../../clouds/cloud";
import { type HuaweiClients, huawei, otc } from "../../clouds/huawei";
import {
    formatKey,
    type HuaweiVpcEndpointConnection,
    type OtcVpcEndpointConnection,
    type Status,
} from "../../connection";
import { list, optional, record, text } from "../answer";
import type { Call, ConnectionKind, Lifecycle, Observed, Receipt, Scope, Send } from "../kind";
import { receiptOfFailure } from "../receipt";
import { readStatus } from "../status";

/** Pages of Open Telekom Cloud's documents; Huawei Cloud's have the same text. */
const REFERENCE = "VPC Endpoint API Reference,";
const DECIDE = `${REFERENCE} "Accepting or Rejecting a VPC Endpoint for a VPC Endpoint Service"`;
const LIST = `${REFERENCE} "Querying Connections of a VPC Endpoint Service"`;
const PEER = "acceptance test TestAccVPCEndpointApproval_Basic of terraform-provider-huaweicloud";
const ASK_AGAIN = "ask the requester to delete the endpoint and buy it again";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** `status` of the connections list and of connections/action; compared without regard to case. */
const STATUSES: Readonly<Record<string, Status>> = {
    pendingAcceptance: "pending",
    creating: "accepting",
    accepted: "accepted",
    rejected: "rejected",
    failed: "failed",
    deleting: "removing",
};

const LIFECYCLE: Lifecycle = {
    accept: {
        pending: { do: ["accept"], basis: "documented", source: DECIDE },
        accepting: { do: "settle", basis: "documented", source: LIST },
        accepted: { do: "none", basis: "documented", source: LIST },
        rejecting: { do: "settle", basis: "tried", source: "no such state on the wire" },
        rejected: { do: ["accept"], basis: "tried", source: "no document and no provider's test covers it" },
        unconnected: { do: ["accept"], basis: "tried", source: "no such state on the wire" },
        removing: { do: "impossible", basis: "documented", source: LIST, remedy: ASK_AGAIN },
        expired: { do: "impossible", basis: "tried", source: "no such state on the wire", remedy: ASK_AGAIN },
        failed: {
            do: "impossible",
            basis: "documented",
            source: `${LIST} (EndPoint.2047: a failed endpoint cannot be modified)`,
            remedy: ASK_AGAIN,
        },
        absent: { do: "awaitRequest", basis: "documented", source: LIST },
    },
    reject: {
        pending: { do: ["reject"], basis: "documented", source: DECIDE },
        accepting: { do: "settle", basis: "documented", source: `${LIST} (EndPoint.2019: being created)` },
        accepted: { do: ["reject"], basis: "documented", source: PEER },
        rejecting: { do: "settle", basis: "tried", source: "no such state on the wire" },
        rejected: { do: "none", basis: "documented", source: LIST },
        unconnected: { do: "none", basis: "tried", source: "no such state on the wire" },
        removing: { do: "none", basis: "documented", source: `${LIST} (the requester is deleting the endpoint)` },
        expired: { do: "none", basis: "tried", source: "no such state on the wire" },
        failed: { do: "none", basis: "documented", source: LIST },
        absent: { do: "none", basis: "documented", source: LIST },
    },
};

/** VPC endpoint connections of a VPC endpoint service (VPCEP) on Huawei Cloud. */
export const huaweiVpcEndpoint = vpcepKind<HuaweiVpcEndpointConnection>("huawei:vpcEndpoint", huawei);

/** The same on Open Telekom Cloud. */
export const otcVpcEndpoint = vpcepKind<OtcVpcEndpointConnection>("otc:vpcEndpoint", otc);

function vpcepKind<C extends HuaweiVpcEndpointConnection | OtcVpcEndpointConnection>(
    name: C["kind"],
    cloud: Cloud<HuaweiClients>,
): ConnectionKind<HuaweiVpcEndpointConnection | OtcVpcEndpointConnection, HuaweiClients> {
    return {
        name,
        title: "VPC endpoint connection",
        cloud,
        fields: {
            region: { required: false, format: /^[a-z]{2}(-[a-z0-9]+)+$/, describes: 'a region such as "eu-de"' },
            projectId: { required: false, format: /^[0-9a-f]{32}$/, describes: "a project id, 32 hexadecimal digits" },
            serviceId: { required: true, format: UUID, describes: "the UUID of an endpoint service" },
            endpointId: { required: true, format: UUID, describes: "the UUID of an endpoint" },
        },
        identity: ["region", "serviceId", "endpointId"],
        requester: { format: /^[0-9a-f]{32}$/, describes: "a domain (account) id, 32 hexadecimal digits" },
        evidence: { markerId: "Packet id of the endpoint (marker_id), as text" },
        statuses: STATUSES,
        permissions: {
            read: ["vpcep:connections:list", "vpcep:epservices:get"],
            accept: ["vpcep:connections:update"],
            reject: ["vpcep:connections:update"],
        },
        limits: {
            // "Each request accepts or rejects only one VPC endpoint"; more are EndPoint.2031.
            idsPerOrder: 1,
            idsPerLookup: 1,
            settleEvery: "5s",
            settleWithin: "20m",
        },
        locate: ({ region = "", serviceId, endpointId }) => ({
            scope: {
                key: `${region}/${serviceId}`,
                title: `endpoint service ${serviceId} in ${region}`,
                facts: { region, serviceId },
            },
            key: formatKey(name, [region, serviceId, endpointId]),
            id: endpointId,
        }),
        lifecycle: () => LIFECYCLE,
        settingsWarnings: (scope, state, decision) =>
            state.admission !== "automatic" || decision !== "reject"
                ? []
                : [
                      `${scope.title} accepts requests by itself (approval_enabled is false): the rejected requester is let in again with its next endpoint. Turn connection approval on, or take the requester off the whitelist.`,
                  ],
        lane: (_scope, id) => id,
        async describe(scope, call) {
            try {
                const service = record(
                    await call.clients.vpcep({
                        action: "vpcep:epservices:get",
                        method: "GET",
                        path: servicePath(scope),
                        signal: call.signal,
                    }),
                );
                const approval = service.approval_enabled;
                return {
                    found: "yes",
                    admission: approval === true ? "manual" : approval === false ? "automatic" : "unknown",
                    settings: typeof approval === "boolean" ? { approvalEnabled: approval } : {},
                };
            } catch (error) {
                if (error instanceof CloudError && error.failure === "missing") {
                    return { found: "missing", admission: "unknown", settings: {} };
                }
                throw error;
            }
        },
        /** "Querying VPC Endpoint Services": limit 0 to 1000, 10 by default; offset paging. */
        async discover(_scope, call) {
            const found: { serviceId: string }[] = [];
            let read = 0;
            let total = 0;
            do {
                const answer = record(
                    await call.clients.vpcep({
                        action: "vpcep:epservices:list",
                        method: "GET",
                        path: "/vpc-endpoint-services",
                        query: { limit: "1000", offset: String(read) },
                        signal: call.signal,
                    }),
                );
                const services = list(answer.endpoint_services);
                for (const service of services) {
                    const serviceId = text(record(service).id);
                    found.push(...(serviceId === undefined ? [] : [{ serviceId }]));
                }
                read += services.length;
                total = services.length === 0 ? 0 : Number(text(answer.total_count));
            } while (read < total);
            return found;
        },
        /** limit 0 to 1000, 10 by default; offset paging, which can skip an entry: absence is confirmed by id. */
        async list(scope, cursor, call) {
            const offset = Number(cursor ?? "0");
            const { items, total } = await connections(scope, call, { limit: "1000", offset: String(offset) });
            const read = offset + items.length;
            return {
                items: items.flatMap(observe),
                ...(items.length > 0 && read < total ? { next: String(read) } : {}),
            };
        },
        async lookup(scope, ids, call) {
            const found = await Promise.all(
                ids.map((id) => connections(scope, call, { id, limit: "10", offset: "0" })),
            );
            return found.flatMap(({ items }) => items.flatMap(observe)).filter((seen) => ids.includes(seen.id));
        },
        actions: { accept: decide("receive"), reject: decide("reject") },
    };
}

function servicePath(scope: Scope): string {
    return `/vpc-endpoint-services/${encodeURIComponent(String(scope.facts.serviceId))}`;
}

type Json = Readonly<Record<string, unknown>>;

async function connections(
    scope: Scope,
    call: Call<HuaweiClients>,
    query: Record<string, string>,
): Promise<{ items: Json[]; total: number }> {
    const answer = record(
        await call.clients.vpcep({
            action: "vpcep:connections:list",
            method: "GET",
            path: `${servicePath(scope)}/connections`,
            query,
            signal: call.signal,
        }),
    );
    const items = list(answer.connections).map(record);
    const total = Number(text(answer.total_count));
    return { items, total: Number.isSafeInteger(total) ? total : items.length };
}

/** `domain_id` is the requester's account, `marker_id` an integer beyond 2^53 that arrives as text. */
function observe(connection: Json): Observed[] {
    const id = text(connection.id);
    if (id === undefined) {
        return [];
    }
    const cloudStatus = text(connection.status) ?? "";
    return [
        {
            id,
            status: readStatus(STATUSES, cloudStatus),
            cloudStatus,
            ...optional("requester", text(connection.domain_id)),
            ...optional("requestedAt", text(connection.created_at)),
            evidence: { ...optional("markerId", text(connection.marker_id)) },
        },
    ];
}

/** One endpoint per request. EndPoint.2014, "already connected", is settled by the read that follows. */
function decide(action: "receive" | "reject"): Send<HuaweiClients> {
    return (scope, orders, call) =>
        Promise.all(
            orders.map(async ({ seen: { id } }): Promise<Receipt> => {
                try {
                    await call.clients.vpcep({
                        action: "vpcep:connections:update",
                        method: "POST",
                        path: `${servicePath(scope)}/connections/action`,
                        body: { action, endpoints: [id] },
                        signal: call.signal,
                    });
                    return { id, result: "sent" };
                } catch (error) {
                    const receipt = receiptOfFailure(id, error);
                    return receipt.code?.toLowerCase() === "endpoint.2014"
                        ? { ...receipt, result: "already" }
                        : receipt;
                }
            }),
        );
}
