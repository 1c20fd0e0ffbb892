import { ConnectionDecision } from "pulumi-connection-decision";

// The audit domain of another account may search the logs domain of this one: only that account, only that domain.
const audit = new ConnectionDecision("audit-search", {
    connection: { kind: "aws:openSearchInbound", region: "eu-west-1", connectionId: "a1b2c3d4e5f6" },
    decision: "accept",
    expectedRequester: "111122223333",
    expectedEvidence: { requesterDomain: "audit" },
});

// An accepted connection cannot be rejected, only deleted, and the requester must ask again: said out loud.
new ConnectionDecision("former-contractor", {
    connection: { kind: "aws:openSearchInbound", region: "eu-west-1", connectionId: "f6e5d4c3b2a1" },
    decision: "reject",
    allowRemoval: true,
    reason: "CHG-2051 the contract ended",
});

export const auditStatus = audit.status;
