import { documentedId, documentedList, documentedText, type Fields, observed, optional, record } from "../answer";
import { everyPage, foundScope, MISSING_SCOPE, oneByOne, unlessMissing } from "../calls";
import { unreadableAnswer } from "../cloud";
import type { Call, FieldValues, Observed, Page, Scope, ScopeState } from "../kind";
import type { HuaweiClients } from "./cloud";

/** The VPC endpoint (VPCEP) API, version 1, as Huawei Cloud and Open Telekom Cloud speak it. */

type VpcepCall = Call<HuaweiClients>;

/** `status` of the connections list and of connections/action; compared without regard to case. */
export const statuses = {
    pendingAcceptance: "pending",
    creating: "accepting",
    accepted: "accepted",
    rejected: "rejected",
    failed: "failed",
    deleting: "removing",
} as const;

/** Whether the service is there, and whether it accepts by itself. */
export function describeService(scope: Scope, { clients, signal }: VpcepCall): Promise<ScopeState> {
    const action = "vpcep:epservices:get";
    const find = async () => {
        const service = record(await clients.vpcep({ action, path: servicePath(scope), signal }));
        documentedId(action, service, "id", scope.at.serviceId ?? "");
        return foundScope(service.approval_enabled);
    };
    return unlessMissing(find, MISSING_SCOPE);
}

/** Every service of the project. "Querying VPC Endpoint Services": limit 0 to 1000, 10 by default; offset paging. */
export async function discoverServices(_scope: Scope, call: VpcepCall): Promise<FieldValues[]> {
    const { clients, signal } = call;
    const action = "vpcep:epservices:list";
    const idOf = (service: Fields) => documentedText(action, service, "id");
    const found = await everyPage(action, call, idOf, async (offset) => {
        const answer = await clients.vpcep({ action, path: "/vpc-endpoint-services", query: pageAt(offset), signal });
        const items = documentedList(action, answer, "endpoint_services");
        return { items, ...optional("next", nextOffset(action, answer, items.length, offset)) };
    });
    return found.map((service) => ({ serviceId: idOf(service) }));
}

/** limit 0 to 1000, 10 by default; offset paging, which can skip an entry: absence is confirmed by id. */
export async function listConnections(scope: Scope, cursor: string | undefined, call: VpcepCall): Promise<Page> {
    const { answer, items } = await connections(scope, call, pageAt(cursor));
    return { items, ...optional("next", nextOffset(CONNECTIONS, answer, items.length, cursor)) };
}

/** Connections by id. */
export async function lookupConnections(scope: Scope, ids: readonly string[], call: VpcepCall): Promise<Observed[]> {
    const found = await Promise.all(ids.map((id) => connections(scope, call, { id, limit: "10", offset: "0" })));
    return found.flatMap(({ items }) => items).filter((seen) => ids.includes(seen.id));
}

/** One endpoint per request; the answer names it. EndPoint.2014, "already connected", is settled by the read that follows. */
export function decide(decision: "receive" | "reject") {
    const action = "vpcep:connections:update";
    return oneByOne<HuaweiClients>(
        async ({ seen: { id } }, scope, { clients, signal }) => {
            const path = `${servicePath(scope)}/connections/action`;
            const answer = await clients.vpcep({ action, path, body: { action: decision, endpoints: [id] }, signal });
            documentedId(action, documentedList(action, answer, "connections")[0], "id", id);
        },
        (code) => (code === "endpoint.2014" ? { result: "already" } : {}),
    );
}

const CONNECTIONS = "vpcep:connections:list";

async function connections(scope: Scope, { clients, signal }: VpcepCall, query: Record<string, string>) {
    const path = `${servicePath(scope)}/connections`;
    const answer = await clients.vpcep({ action: CONNECTIONS, path, query, signal });
    return { answer, items: documentedList(CONNECTIONS, answer, "connections").map(observe) };
}

/** `domain_id` is the requester's account, `marker_id` an integer beyond 2^53 that arrives as text. */
function observe(connection: Fields): Observed {
    return observed(statuses, {
        id: documentedText(CONNECTIONS, connection, "id"),
        status: connection.status,
        requester: connection.domain_id,
        requestedAt: connection.created_at,
        evidence: { markerId: connection.marker_id },
    });
}

function servicePath({ at: { serviceId = "" } }: Scope): string {
    return `/vpc-endpoint-services/${encodeURIComponent(serviceId)}`;
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
 * that is no end: what it leaves out may still exist.
 */
function nextOffset(action: string, answer: unknown, read: number, offset = "0"): string | undefined {
    const count = documentedText(action, answer, "total_count");
    if (!/^\d+$/.test(count)) {
        throw unreadableAnswer(action, `"total_count" is no count`);
    }
    const end = Number(offset) + read;
    if (read === 0 && end < Number(count)) {
        throw unreadableAnswer(action, `an empty page at ${end} of ${count}`);
    }
    return end < Number(count) ? String(end) : undefined;
}
