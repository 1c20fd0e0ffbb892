import type { World } from "../../src/simulator/index";
import { ALIBABA_ACCOUNT, ALIBABA_OTHER_ACCOUNT, ALIBABA_REQUESTER } from "../support/accounts";
import type { KindRows } from "../support/kind-rows";

export const PEERING = "pcc-guzvyqlj0n6e10";

/** The request of another account's VPC, in that state. */
export function peeringWorld(status: string, ownerId = ALIBABA_REQUESTER): World {
    const one = {
        instanceId: PEERING,
        status,
        ownerId,
        regionId: "cn-hangzhou",
        name: "orders",
        vpc: { vpcId: "vpc-bp1aevy8sofi8mh1q", ipv4Cidrs: ["10.20.0.0/16"] },
    };
    return { alibaba: [{ account: ALIBABA_ACCOUNT, vpcPeerConnections: [one] }] };
}

const detail = { RequestId: "r", InstanceId: PEERING, Status: "Accepting" };
const sent = '{"RequestId":"r"}';

/** Alibaba Cloud VPC API reference 2022-01-01, GetVpcPeerConnectionAttribute. */
export const rows: KindRows = {
    names: ["alibaba:vpcPeering"],
    connection: { instanceId: PEERING },
    resolved: { instanceId: PEERING },
    world: (status) => peeringWorld(status),
    own: peeringWorld("Activated", ALIBABA_ACCOUNT),
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
    requester: { asking: ALIBABA_REQUESTER, other: ALIBABA_OTHER_ACCOUNT },
    evidence: { told: { cidrs: ["10.20.0.0/16"] }, other: { cidrs: ["10.99.0.0/16"] } },
    accessKeyId: `LTAI${ALIBABA_ACCOUNT}`,
    answers: {
        list: JSON.stringify({ RequestId: "r", VpcPeerConnects: [{ InstanceId: PEERING, Status: "Accepting" }] }),
        empty: '{"RequestId":"r","VpcPeerConnects":[]}',
        unreadable: [
            '{"RequestId":"r"}',
            '{"VpcPeerConnects":{}}',
            '{"VpcPeerConnects":[{"Status":"Accepting"}]}',
            '{"VpcPeerConnects":[null]}',
            '{"VpcPeerConnects":[],"NextToken":["a"]}',
        ],
        pages: {
            by: "token",
            page: (ns, NextToken) =>
                JSON.stringify({
                    VpcPeerConnects: ns.map((n) => ({ InstanceId: `pcc-other${String(n).padStart(10, "0")}` })),
                    NextToken,
                }),
        },
        lookup: {
            asks: /GetVpcPeerConnectionAttribute/,
            refused: { status: 400, body: '{"Code":"ResourceNotFound.InstanceId","Message":"m","RequestId":"r"}' },
            named: JSON.stringify(detail),
            others: [JSON.stringify({ ...detail, InstanceId: "pcc-other00000001", Status: "Rejected" })],
        },
        sent: { accept: sent, reject: sent, remove: sent },
    },
};
