import { endpoint, OTHER_ACCOUNT, REQUESTER, SERVICE, worldWith } from "../support/clouds";
import { DOCUMENTED, ec2 } from "../support/documented";
import type { KindRows } from "./kind-rows";

/** https://docs.aws.amazon.com/vpc/latest/privatelink/concepts.html, endpoint states. */
export const rows: KindRows = {
    names: ["aws:vpcEndpoint"],
    connection: { serviceId: SERVICE, endpointId: endpoint(1) },
    world: (state) => worldWith({ endpoints: [state] }),
    calls: { accept: "ec2:AcceptVpcEndpointConnections", reject: "ec2:RejectVpcEndpointConnections" },
    states: {
        pendingAcceptance: ["pending", "accept", "reject"],
        PendingAcceptance: ["pending", "accept", "reject"],
        pending: ["accepting", ">", ">"],
        available: ["accepted", "=", "reject"],
        partial: ["accepted", "=", "reject"],
        rejected: ["rejected", "accept", "="],
        deleting: ["removing", "!", "="],
        deleted: ["absent", "!", "="],
        failed: ["failed", "!", "="],
        expired: ["expired", "!", "="],
    },
    requester: { asking: REQUESTER, other: OTHER_ACCOUNT },
    answers: {
        empty: DOCUMENTED["aws:vpcEndpoint"].empty,
        unreadable: [
            ec2("DescribeVpcEndpointConnections", ""),
            ec2("DescribeVpcEndpointConnections", "<vpcEndpointConnectionSet><item/></vpcEndpointConnectionSet>"),
            DOCUMENTED["aws:vpcEndpoint"].list.replace(SERVICE, "vpce-svc-ffffffffffffffff0"),
        ],
    },
};
