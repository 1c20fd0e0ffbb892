import type { World } from "../../src/simulator/index";
import { ACCOUNT, OTHER_ACCOUNT, REQUESTER } from "../support/accounts";
import type { KindRows } from "../support/kind-rows";

export const INBOUND = "a1b2c3d4e5f6";

/** The region's inbound connection in that state. */
export function inboundWorld(status: string): World {
    const one = {
        connectionId: INBOUND,
        status,
        localDomain: { ownerId: REQUESTER, domainName: "audit", region: "us-east-1" },
        remoteDomain: { ownerId: ACCOUNT, domainName: "logs", region: "eu-west-1" },
    };
    return { aws: [{ account: ACCOUNT, region: "eu-west-1", openSearchInboundConnections: [one] }] };
}

const one = { ConnectionId: INBOUND, ConnectionStatus: { StatusCode: "PENDING_ACCEPTANCE" } };
const list = JSON.stringify({ Connections: [one] });
const sent = JSON.stringify({ Connection: one });

/** https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_InboundConnectionStatus.html */
export const rows: KindRows = {
    names: ["aws:openSearchInbound"],
    connection: { connectionId: INBOUND },
    resolved: { region: "eu-west-1", connectionId: INBOUND },
    world: (status) => ({ ...inboundWorld(status), undocumented: { openSearchAcceptRejected: "accepts" } }),
    calls: {
        accept: "es:AcceptInboundConnection",
        reject: "es:RejectInboundConnection",
        remove: "es:DeleteInboundConnection",
    },
    states: {
        PENDING_ACCEPTANCE: ["pending", "accept", "reject"],
        APPROVED: ["accepting", ">", ">"],
        PROVISIONING: ["accepting", ">", ">"],
        ACTIVE: ["accepted", "=", "x"],
        REJECTING: ["rejecting", ">", ">"],
        REJECTED: ["rejected", "accept", "="],
        DELETING: ["removing", "!", ">"],
        DELETED: ["absent", "!", "="],
    },
    requester: { asking: REQUESTER, other: OTHER_ACCOUNT },
    evidence: { told: { requesterDomain: "audit" }, other: { requesterDomain: "billing" } },
    answers: {
        list,
        empty: '{"Connections":[]}',
        unreadable: [
            '{"Connections":null}',
            '{"Connections":[{}]}',
            '{"Connections":["x"]}',
            '{"Connections":[],"NextToken":5}',
        ],
        pages: {
            by: "token",
            page: (ns, NextToken) =>
                JSON.stringify({ Connections: ns.map((n) => ({ ConnectionId: `connection${n}` })), NextToken }),
        },
        lookup: { asks: /connection-id/, named: list, others: [] },
        sent: { accept: sent, reject: sent, remove: sent },
    },
};
