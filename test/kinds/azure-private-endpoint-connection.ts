import type { World } from "../../src/simulator/index";
import type { KindRows, LifecycleRows } from "../support/kind-rows";

const SUBSCRIPTION = "0b1f6471-1bf0-4dda-aec3-cb9272f09590";
const REQUESTER = "5fc973ee-a581-4909-97e8-2ea11a1df31f";
const ENDPOINT = `/subscriptions/${REQUESTER}/resourceGroups/net/providers/microsoft.network/privateendpoints/pe`;
const NAME = "ledger.77";

/** States are `status` or `status, provisioningState`. */
function worldOf(resourceId: string, state: string): World {
    const [status = "", provisioningState] = state.split(", ");
    const one = {
        name: NAME,
        status,
        privateEndpointId: ENDPOINT,
        description: "orders",
        ...(provisioningState === undefined ? {} : { provisioningState }),
    };
    const resources = [{ id: resourceId, privateEndpointConnections: [one] }];
    return { azure: [{ tenantId: "7f1c4b1e-0d7a-4d2c-9a39-2a4a5a1f6c11", subscriptionId: SUBSCRIPTION, resources }] };
}

/** A resource of that type. One call carries out both decisions. */
function resource(type: string): Pick<KindRows, "connection" | "world" | "calls"> {
    const resourceId = `/subscriptions/${SUBSCRIPTION}/resourceGroups/orders/providers/${type}/ledger`;
    const write = `${type}/privateEndpointConnections/write`;
    return {
        connection: { resourceId, connectionName: NAME },
        world: (state) => worldOf(resourceId, state),
        calls: { accept: write, reject: write, remove: `${type}/privateEndpointConnections/delete` },
    };
}

/** Alike for all types: https://learn.microsoft.com/azure/private-link/manage-private-endpoint and the REST references' provisioningState. */
const states: LifecycleRows["states"] = {
    Pending: ["pending", "accept", "reject"],
    "Pending, Creating": ["accepting", ">", ">"],
    Approved: ["accepted", "=", "reject"],
    "Approved, Updating": ["accepting", ">", ">"],
    "Approved, Deleting": ["removing", "!", ">"],
    Rejected: ["rejected", "!", "="],
    "Rejected, Updating": ["rejecting", ">", ">"],
    Disconnected: ["unconnected", "!", "="],
    Timeout: ["expired", "!", "="],
    Removed: ["absent", "!", "="],
};
const storage = resource("Microsoft.Storage/storageAccounts");
const { world: _notSimulated, ...unheardOf } = resource("Contoso.Widgets/makers");

const properties = { privateLinkServiceConnectionState: { status: "Pending" } };
const found = JSON.stringify({ id: storage.connection.resourceId, properties: {} });
const sent = (status: string) =>
    JSON.stringify({ name: NAME, properties: { privateLinkServiceConnectionState: { status } } });

/** A storage account; types of resources with another lifecycle beside it. */
export const rows: KindRows = {
    names: ["azure:privateEndpointConnection"],
    ...storage,
    // In the spelling of the cloud.
    resolved: storage.connection,
    states,
    tables: {
        own: "general",
        others: {
            direct: { ...resource("Microsoft.Network/privateLinkServices"), states },
            // PrivateEndpointConnectionStatusNotPending: only a pending one is decided.
            byRemoval: {
                ...resource("Microsoft.Sql/servers"),
                states: {
                    ...states,
                    Approved: ["accepted", "=", "x"],
                    "Pending, Approving": ["accepting", ">", ">"],
                    "Approved, Dropping": ["removing", "!", ">"],
                },
            },
            // No document tells: tried.
            untold: { ...unheardOf, states: { ...states, Rejected: ["rejected", "accept", "="] } },
        },
    },
    requester: { asking: REQUESTER, other: SUBSCRIPTION },
    evidence: {
        told: { privateEndpointId: ENDPOINT },
        other: { privateEndpointId: ENDPOINT.replace(/pe$/, "other") },
    },
    answers: {
        list: JSON.stringify({ value: [{ name: NAME, properties }] }),
        empty: '{"value":[]}',
        unreadable: ['{"value":{}}', '{"value":["x"]}', '{"value":null}', '{"value":[],"nextLink":5}'],
        pages: {
            by: "link",
            page(ns, next, url) {
                const path = `${storage.connection.resourceId}/privateEndpointConnections`;
                const nextLink = next === undefined ? undefined : `${url}${path}?$skipToken=${next}`;
                return JSON.stringify({ value: ns.map((n) => ({ name: `other.${n}`, properties: {} })), nextLink });
            },
        },
        scope: { asks: /\/ledger$/, found, admission: "unknown", others: [found.replace("ledger", "other")] },
        sent: { accept: sent("Approved"), reject: sent("Rejected"), remove: "" },
    },
};
