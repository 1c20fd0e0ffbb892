import type { Decision } from "../../shared/vocabulary";
import {
    documentedId,
    documentedPage,
    documentedText,
    type Fields,
    list,
    observed,
    record,
    text,
    textsOf,
} from "../answer";
import { connectionsById, everyPage, foundScope, MISSING_SCOPE, unlessMissing } from "../calls";
import type { Call, FieldValues, Observed, Order, Page, Rate, Scope, ScopeState } from "../kind";
import type { AlibabaClients } from "./cloud";

/** The PrivateLink API, version 2020-04-15, seen by the owner of endpoint services. */

export type PrivateLinkCall = Call<AlibabaClients>;

export const CONNECTIONS = "ListVpcEndpointConnections";
export const SERVICE = "GetVpcEndpointServiceAttribute";
export const OPERATIONS = { accept: "EnableVpcEndpointConnection", reject: "DisableVpcEndpointConnection" } as const;
const SERVICES = "ListVpcEndpointServices";

const REFERENCE = "https://www.alibabacloud.com/help/en/privatelink/developer-reference/api-privatelink-2020-04-15-";

/** The page of its reference about one operation. */
export function reference(operation: string): string {
    return `${REFERENCE}${operation.toLowerCase()}`;
}

/** "200/60(s)", "API speed limit dimension: regionId, API, ParentUid": a bucket that stays below it. */
export const RATE: Rate = { burst: 60, perSecond: 2, source: `${REFERENCE}quota` };

/**
 * ConnectionStatus of ListVpcEndpointConnections. `Pending` is "being modified": a change of a connection that is connected.
 * `Deleted` is in the list of terraform-provider-alicloud only. `ServiceDeleted`: the endpoint service is gone.
 */
export const statuses = {
    Pending: "accepting",
    Connecting: "accepting",
    Connected: "accepted",
    Disconnecting: "rejecting",
    Disconnected: "unconnected",
    Deleting: "removing",
    Deleted: "absent",
    ServiceDeleted: "absent",
} as const;

/** Whether the service is there, and whether it accepts by itself. */
export function describeService(scope: Scope, { clients, signal }: PrivateLinkCall): Promise<ScopeState> {
    const find = async () => {
        const service = await clients.privateLink(SERVICE, parametersOf(scope), signal);
        documentedId(SERVICE, service, "ServiceId", scope.at.serviceId ?? "");
        const { AutoAcceptEnabled: byItself } = service;
        return foundScope(typeof byItself === "boolean" ? !byItself : undefined);
    };
    return unlessMissing(find, MISSING_SCOPE);
}

/** Every endpoint service of the account and region. */
export async function discoverServices({ at }: Scope, call: PrivateLinkCall): Promise<FieldValues[]> {
    const idOf = (service: Fields) => documentedText(SERVICES, service, "ServiceId");
    const found = await everyPage(SERVICES, call, idOf, async (cursor) => {
        const parameters = { RegionId: at.region ?? "", ...pageAt(cursor) };
        return documentedPage(SERVICES, await call.clients.privateLink(SERVICES, parameters, call.signal), "Services");
    });
    return found.map((service) => ({ serviceId: idOf(service) }));
}

/** One page of the connections of a service. One that is gone, or in another region, is an error here and proves nothing. */
export async function listConnections(
    scope: Scope,
    cursor: string | undefined,
    { clients, signal }: PrivateLinkCall,
    filter: Record<string, string> = {},
): Promise<Page> {
    const parameters = { ...parametersOf(scope), ...filter, ...pageAt(cursor) };
    const answer = await clients.privateLink(CONNECTIONS, parameters, signal);
    const page = documentedPage(CONNECTIONS, answer, "Connections");
    return { ...page, items: page.items.map((connection) => observe(scope, connection)) };
}

/** Connections by id. */
export async function lookupConnections(scope: Scope, ids: readonly string[], call: PrivateLinkCall) {
    const read = (EndpointId: string) => (cursor?: string) => listConnections(scope, cursor, call, { EndpointId });
    return (await Promise.all(ids.map((id) => connectionsById(CONNECTIONS, call, [id], read(id))))).flat();
}

/**
 * One endpoint per call, answered by the id of the request and no more; the token makes a resend of the same decision the
 * same request.
 */
export async function send(
    decision: Decision,
    { seen, token }: Order,
    scope: Scope,
    { clients, signal }: PrivateLinkCall,
    more: { DryRun?: string } = {},
): Promise<void> {
    const operation = OPERATIONS[decision];
    const parameters = { ...parametersOf(scope), EndpointId: seen.id, ClientToken: token, ...more };
    documentedText(operation, await clients.privateLink(operation, parameters, signal), "RequestId");
}

const UNTOLD = "undecided or rejected, the cloud does not say (both are Disconnected, and a reject sends nothing)";

function observe(scope: Scope, connection: Fields): Observed {
    documentedId(CONNECTIONS, connection, "ServiceId", scope.at.serviceId ?? "");
    const waiting = list(connection.Zones).filter((zone) => text(record(zone).ZoneStatus)?.toLowerCase() === "wait");
    // "The zone is waiting to be connected": that a rejected one does not say so again is not documented.
    const hint =
        waiting.length === 0 ? "" : `; zone status Wait (${textsOf(waiting, "ZoneId").join(", ")}) hints at undecided`;
    const cutOff = text(connection.ConnectionStatus)?.toLowerCase() === "disconnected";
    return observed(statuses, {
        id: documentedText(CONNECTIONS, connection, "EndpointId"),
        status: connection.ConnectionStatus,
        requester: connection.EndpointOwnerId,
        evidence: {
            vpcId: connection.EndpointVpcId,
            endpointRegion: connection.EndpointRegionId,
            zones: textsOf(connection.Zones, "ZoneId"),
        },
        warnings: cutOff ? [UNTOLD + hint] : [],
    });
}

function parametersOf({ at: { region = "", serviceId = "" } }: Scope): Record<string, string> {
    return { RegionId: region, ServiceId: serviceId };
}

/** MaxResults up to 1000 today, up to 50 in earlier versions of the pages: what both take. */
function pageAt(cursor: string | undefined): Record<string, string> {
    return { MaxResults: "50", ...(cursor === undefined ? {} : { NextToken: cursor }) };
}
