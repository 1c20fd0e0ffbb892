import { ConnectionDecision } from "pulumi-connection-decision";

// Accept if the expected account asks with the networks that were agreed on; checked again right before sending.
const orders = new ConnectionDecision("orders", {
    connection: { kind: "alibaba:vpcPeering", instanceId: "pcc-guzvyqlj0n6e10" },
    decision: "accept",
    expectedRequester: "9876543210987654",
    expectedEvidence: { cidrs: ["10.20.0.0/16"] },
    // Removing this resource deletes the peering: there is no other way to cut an accepted one.
    onDelete: "remove",
});

new ConnectionDecision("unknown", {
    connection: { kind: "alibaba:vpcPeering", instanceId: "pcc-bp1x4n7k2q9z0w5" },
    decision: "reject",
});

export const networks = orders.observed.apply((observed) => observed.cidrs);
