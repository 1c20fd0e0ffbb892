import { ALIBABA_ACCOUNT, ALIBABA_REQUESTER, PEERING, worldWith } from "../support/clouds";
import { DOCUMENTED } from "../support/documented";
import type { KindRows } from "./kind-rows";

/** Alibaba Cloud VPC API reference 2022-01-01, GetVpcPeerConnectionAttribute. */
export const rows: KindRows = {
    names: ["alibaba:vpcPeering"],
    connection: { instanceId: PEERING },
    world: (peering) => worldWith({ peering }),
    calls: {
        accept: "vpc:AcceptVpcPeerConnection",
        reject: "vpc:RejectVpcPeerConnection",
        remove: "vpc:DeleteVpcPeerConnection",
    },
    states: {
        Creating: ["accepting", ">", ">"],
        Accepting: ["pending", "accept", "reject"],
        Updating: ["accepting", ">", ">"],
        Activated: ["accepted", "=", "x"],
        Rejected: ["rejected", "!", "="],
        Expired: ["expired", "!", "="],
        Deleting: ["removing", "!", ">"],
        Deleted: ["absent", "!", "="],
    },
    requester: { asking: ALIBABA_REQUESTER, other: ALIBABA_ACCOUNT },
    answers: {
        empty: DOCUMENTED["alibaba:vpcPeering"].empty,
        unreadable: [
            '{"RequestId":"r"}',
            '{"VpcPeerConnects":{}}',
            '{"VpcPeerConnects":[{"Status":"Accepting"}]}',
            '{"VpcPeerConnects":[null]}',
            '{"VpcPeerConnects":[],"NextToken":["a"]}',
        ],
    },
};
