import { ACCOUNT, OTHER_ACCOUNT, REQUESTER, worldWith } from "../support/clouds";
import { ec2 } from "../support/documented";
import type { KindRows } from "./kind-rows";

const PEERING = "pcx-0a1b2c3d4e5f60718";

/** https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html, "VPC peering connection lifecycle". */
export const rows: KindRows = {
    names: ["aws:vpcPeering"],
    connection: { vpcPeeringConnectionId: PEERING },
    world: (status) => {
        const { aws = [], ...others } = worldWith({});
        const [first, ...rest] = aws;
        const peering = {
            vpcPeeringConnectionId: PEERING,
            status,
            requester: { ownerId: REQUESTER, vpcId: "vpc-0a1b2c3d4e5f60718", cidrs: ["10.2.0.0/16"] },
            accepter: { ownerId: ACCOUNT, vpcId: "vpc-0b1b2c3d4e5f60718", cidrs: ["10.1.0.0/16"] },
        };
        return { ...others, aws: first === undefined ? [] : [{ ...first, vpcPeeringConnections: [peering] }, ...rest] };
    },
    calls: {
        accept: "ec2:AcceptVpcPeeringConnection",
        reject: "ec2:RejectVpcPeeringConnection",
        remove: "ec2:DeleteVpcPeeringConnection",
    },
    states: {
        "initiating-request": ["accepting", ">", ">"],
        "pending-acceptance": ["pending", "accept", "reject"],
        provisioning: ["accepting", ">", ">"],
        active: ["accepted", "=", "x"],
        rejected: ["rejected", "!", "="],
        expired: ["expired", "!", "="],
        // "remains visible to the requester": not to us.
        failed: ["absent", "!", "="],
        deleting: ["removing", "!", ">"],
        deleted: ["absent", "!", "="],
    },
    requester: { asking: REQUESTER, other: OTHER_ACCOUNT },
    answers: {
        empty: ec2("DescribeVpcPeeringConnections", "<vpcPeeringConnectionSet/>"),
        unreadable: [
            ec2("DescribeVpcPeeringConnections", ""),
            ec2("DescribeVpcPeeringConnections", "<vpcPeeringConnectionSet><item/></vpcPeeringConnectionSet>"),
        ],
    },
};
