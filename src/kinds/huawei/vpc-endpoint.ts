import { type Asked, type Cloud, CloudError, unreadableAnswer } from "../cloud";
import { type HuaweiClients, huawei, otc } from "./cloud";
import {
    formatKey,
    type HuaweiVpcEndpointConnection,
    type OtcVpcEndpointConnection,
    type Status,
} from "../../shared/vocabulary";
import { documentedId, documentedList, documentedText, type Fields, optional, record, text } from "../answer";
import { everyPage } from "../calls";
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
export const huaweiVpcEndpoint = vpcepKind<HuaweiVpcEndpointConnection>("huawei:vpcEndpoint", huawei, {
    read: [
        either("vpcep:connections:list", "vpcep:endpointServices:listConnections"),
        either("vpcep:epservices:get", "vpcep:endpointServices:get"),
    ],
    accept: [either("vpcep:connections:update", "vpcep:endpointServices:updateConnections")],
    reject: [either("vpcep:connections:update", "vpcep:endpointServices:updateConnections")],
});

/** The same on Open Telekom Cloud. */
export const otcVpcEndpoint = vpcepKind<OtcVpcEndpointConnection>("otc:vpcEndpoint", otc, {
    read: ["vpcep:connections:list", "vpcep:epservices:get"],
    accept: ["vpcep:connections:update"],
    reject: ["vpcep:connections:update"],
});

/** Policies and identity policies name one permission differently: API reference, "Permissions and Supported Actions". */
function either(policy: string, identityPolicy: string): string {
    return `${policy} (in identity policies ${identityPolicy})`;
}

function vpcepKind<C extends HuaweiVpcEndpointConnection | OtcVpcEndpointConnection>(
    name: C["kind"],
    cloud: Cloud<HuaweiClients>,
    permissions: ConnectionKind["permissions"],
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
        permissions,
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
                const asked = { cloud: cloud.title, action: "vpcep:epservices:get" };
                const service = record(
                    await call.clients.vpcep({
                        action: asked.action,
                        method: "GET",
                        path: servicePath(scope),
                        signal: call.signal,
                    }),
                );
                documentedId(asked, service, "id", String(scope.facts.serviceId));
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
            const asked = { cloud: cloud.title, action: "vpcep:epservices:list" };
            const idOf = (service: Fields) => documentedText(asked, service, "id");
            const found = await everyPage(asked, call, idOf, async (offset) => {
                const answer = await call.clients.vpcep({
                    action: asked.action,
                    method: "GET",
                    path: "/vpc-endpoint-services",
                    query: pageAt(offset),
                    signal: call.signal,
                });
                const items = documentedList(asked, answer, "endpoint_services");
                return { items, ...optional("next", nextOffset(asked, answer, items.length, offset)) };
            });
            return found.map((service) => ({ serviceId: idOf(service) }));
        },
        /** limit 0 to 1000, 10 by default; offset paging, which can skip an entry: absence is confirmed by id. */
        async list(scope, cursor, call) {
            const { asked, answer, items } = await connections(cloud, scope, call, pageAt(cursor));
            return { items, ...optional("next", nextOffset(asked, answer, items.length, cursor)) };
        },
        async lookup(scope, ids, call) {
            const found = await Promise.all(
                ids.map((id) => connections(cloud, scope, call, { id, limit: "10", offset: "0" })),
            );
            return found.flatMap(({ items }) => items).filter((seen) => ids.includes(seen.id));
        },
        actions: { accept: decide(cloud, "receive"), reject: decide(cloud, "reject") },
    };
}

function servicePath(scope: Scope): string {
    return `/vpc-endpoint-services/${encodeURIComponent(String(scope.facts.serviceId))}`;
}

async function connections(
    cloud: Cloud<HuaweiClients>,
    scope: Scope,
    call: Call<HuaweiClients>,
    query: Record<string, string>,
): Promise<{ asked: Asked; answer: unknown; items: Observed[] }> {
    const asked = { cloud: cloud.title, action: "vpcep:connections:list" };
    const answer = await call.clients.vpcep({
        action: asked.action,
        method: "GET",
        path: `${servicePath(scope)}/connections`,
        query,
        signal: call.signal,
    });
    const items = documentedList(asked, answer, "connections").map((connection) => observe(asked, connection));
    return { asked, answer, items };
}

/**
 * "Querying Connections": limit up to 1000, 10 by default; sorted by creation, the newest first by default, so that a request
 * arriving meanwhile would shift every page: the oldest first. Without `sort_key`, whose value has two spellings (`created_at`
 * on Open Telekom Cloud, `create_at` on Huawei Cloud) and is the time of creation by default.
 */
function pageAt(cursor = "0"): Record<string, string> {
    return { limit: "1000", offset: cursor, sort_dir: "asc" };
}

/**
 * Offset paging: `total_count` says how many there are (every listing of the reference has it). An empty page before
 * that is no end: it proves nothing about what it leaves out.
 */
function nextOffset(asked: Asked, answer: unknown, read: number, offset = "0"): string | undefined {
    const count = documentedText(asked, answer, "total_count");
    if (!/^\d+$/.test(count)) {
        throw unreadableAnswer(asked, `"total_count" is no count`);
    }
    const end = Number(offset) + read;
    if (read === 0 && end < Number(count)) {
        throw unreadableAnswer(asked, `an empty page at ${end} of ${count}`);
    }
    return end < Number(count) ? String(end) : undefined;
}

/** `domain_id` is the requester's account, `marker_id` an integer beyond 2^53 that arrives as text. */
function observe(asked: Asked, connection: Fields): Observed {
    const cloudStatus = text(connection.status) ?? "";
    return {
        id: documentedText(asked, connection, "id"),
        status: readStatus(STATUSES, cloudStatus),
        cloudStatus,
        ...optional("requester", text(connection.domain_id)),
        ...optional("requestedAt", text(connection.created_at)),
        evidence: { ...optional("markerId", text(connection.marker_id)) },
    };
}

/**
 * One endpoint per request; the answer names it. EndPoint.2014, "already connected", is settled by the read that follows.
 */
function decide(cloud: Cloud<HuaweiClients>, action: "receive" | "reject"): Send<HuaweiClients> {
    const asked = { cloud: cloud.title, action: "vpcep:connections:update" };
    return (scope, orders, call) =>
        Promise.all(
            orders.map(async ({ seen: { id } }): Promise<Receipt> => {
                try {
                    const answer = await call.clients.vpcep({
                        action: asked.action,
                        method: "POST",
                        path: `${servicePath(scope)}/connections/action`,
                        body: { action, endpoints: [id] },
                        signal: call.signal,
                    });
                    documentedId(asked, documentedList(asked, answer, "connections")[0], "id", id);
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
