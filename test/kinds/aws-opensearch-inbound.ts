import { INBOUND, OTHER_ACCOUNT, REQUESTER, worldWith } from "../support/clouds";
import { DOCUMENTED } from "../support/documented";
import type { KindRows } from "./kind-rows";

/** https://docs.aws.amazon.com/opensearch-service/latest/APIReference/API_InboundConnectionStatus.html */
export const rows: KindRows = {
    names: ["aws:openSearchInbound"],
    connection: { connectionId: INBOUND },
    world: (inbound) => worldWith({ inbound, undocumented: { openSearchAcceptRejected: "accepts" } }),
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
    answers: {
        empty: DOCUMENTED["aws:openSearchInbound"].empty,
        unreadable: [
            '{"Connections":null}',
            '{"Connections":[{}]}',
            '{"Connections":["x"]}',
            '{"Connections":[],"NextToken":5}',
        ],
    },
};
