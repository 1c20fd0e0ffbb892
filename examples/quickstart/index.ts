import { ConnectionDecision } from "pulumi-connection-decision";

// Requests that wait at this company's services, on four systems. Run against the simulated clouds (`npm start` at the
// top of the repository), or against real ones with your own ids and credentials.

const ledger = "vpce-svc-0123456789abcdef0";

new ConnectionDecision("analytics-team", {
    connection: { kind: "aws:vpcEndpoint", serviceId: ledger, endpointId: "vpce-0a1b2c3d4e5f60718" },
    decision: "accept",
    expectedRequester: "111122223333",
    reason: "CHG-2041 analytics reads the ledger API",
});

new ConnectionDecision("unknown-account", {
    connection: { kind: "aws:vpcEndpoint", serviceId: ledger, endpointId: "vpce-0bad00bad00bad00b" },
    decision: "reject",
    reason: "nobody knows this account",
});

new ConnectionDecision("former-partner", {
    connection: { kind: "aws:vpcEndpoint", serviceId: ledger, endpointId: "vpce-0fedcba9876543210" },
    decision: "reject",
    reason: "CHG-2044 the contract ended",
});

new ConnectionDecision("audit-search", {
    connection: { kind: "aws:openSearchInbound", connectionId: "a1b2c3d4e5f6" },
    decision: "accept",
    expectedRequester: "111122223333",
    expectedEvidence: { requesterDomain: "audit" },
});

new ConnectionDecision("hangzhou-peering", {
    connection: { kind: "alibaba:vpcPeering", instanceId: "pcc-guzvyqlj0n6e10" },
    decision: "accept",
    expectedRequester: "9876543210987654",
    expectedEvidence: { cidrs: ["10.20.0.0/16", "10.21.0.0/16"] },
});

new ConnectionDecision("hangzhou-test-peering", {
    connection: { kind: "alibaba:vpcPeering", instanceId: "pcc-bp1x4n7k2q9z0w5" },
    decision: "reject",
    reason: "test networks do not reach production",
});

new ConnectionDecision("frankfurt-reporting", {
    connection: {
        kind: "otc:vpcEndpoint",
        serviceId: "4189d3c2-8882-4871-a3c2-d380272eed88",
        endpointId: "705290f3-0d00-41f2-aedc-71e09844e879",
    },
    decision: "accept",
    expectedRequester: process.env.EXPECTED_REPORTING_DOMAIN ?? "5fc973eea581490997e82ea11a1df31f",
});
