import { worldWith } from "../support/clouds";
import type { KindRows } from "./kind-rows";

const SUBSCRIPTION = "0b1f6471-1bf0-4dda-aec3-cb9272f09590";
const REQUESTER = "5fc973ee-a581-4909-97e8-2ea11a1df31f";
const STORAGE = `/subscriptions/${SUBSCRIPTION}/resourceGroups/orders/providers/Microsoft.Storage/storageAccounts/ledger`;
const WRITE = "Microsoft.Storage/storageAccounts/privateEndpointConnections/write";

/**
 * A storage account. https://learn.microsoft.com/azure/private-link/manage-private-endpoint, and for what differs between types
 * test/simulator/azure.test.ts.
 */
export const rows: KindRows = {
    names: ["azure:privateEndpointConnection"],
    connection: { resourceId: STORAGE, connectionName: "ledger.77" },
    world: (status) => ({
        ...worldWith({}),
        azure: [
            {
                tenantId: "7f1c4b1e-0d7a-4d2c-9a39-2a4a5a1f6c11",
                subscriptionId: SUBSCRIPTION,
                resources: [
                    {
                        id: STORAGE,
                        privateEndpointConnections: [
                            {
                                name: "ledger.77",
                                status,
                                privateEndpointId: `/subscriptions/${REQUESTER}/resourceGroups/net/providers/Microsoft.Network/privateEndpoints/pe`,
                            },
                        ],
                    },
                ],
            },
        ],
    }),
    calls: { accept: WRITE, reject: WRITE },
    decided(world) {
        const status = world.azure?.[0]?.resources?.[0]?.privateEndpointConnections?.[0]?.status;
        return status === "Rejected" ? "reject" : "accept";
    },
    states: {
        Pending: ["pending", "accept", "reject"],
        Approved: ["accepted", "=", "reject"],
        Rejected: ["rejected", "!", "="],
        Disconnected: ["unconnected", "!", "="],
        Removed: ["absent", "!", "="],
    },
    requester: { asking: REQUESTER, other: SUBSCRIPTION },
    answers: {
        empty: '{"value":[]}',
        unreadable: ['{"value":{}}', '{"value":["x"]}', '{"value":null}', '{"value":[],"nextLink":5}'],
        withoutContent: ["remove"],
    },
};
