import type { World } from "../../src/simulator/index";
import { ACCOUNT, OTHER_ACCOUNT, REQUESTER } from "../support/accounts";
import { ec2, ec2Pages } from "../support/answers";
import type { KindRows } from "../support/kind-rows";

const PEERING = "pcx-0a1b2c3d4e5f60718";
const LIST = "DescribeVpcPeeringConnections";

/** The request of another account's VPC, in that state. */
function peeringWorld(status: string): World {
    const one = {
        vpcPeeringConnectionId: PEERING,
        status,
        requester: { ownerId: REQUESTER, vpcId: "vpc-0a1b2c3d4e5f60718", cidrs: ["10.2.0.0/16"] },
        accepter: { ownerId: ACCOUNT, vpcId: "vpc-0b1b2c3d4e5f60718", cidrs: ["10.1.0.0/16"] },
    };
    return { aws: [{ account: ACCOUNT, region: "eu-west-1", vpcPeeringConnections: [one] }] };
}

function content(code: string): string {
    return `<vpcPeeringConnectionId>${PEERING}</vpcPeeringConnectionId><status><code>${code}</code></status>`;
}

const list = ec2(
    LIST,
    `<vpcPeeringConnectionSet><item>${content("pending-acceptance")}</item></vpcPeeringConnectionSet>`,
);

/** https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html, "VPC peering connection lifecycle". */
export const rows: KindRows = {
    names: ["aws:vpcPeering"],
    connection: { vpcPeeringConnectionId: PEERING },
    resolved: { region: "eu-west-1", vpcPeeringConnectionId: PEERING },
    world: peeringWorld,
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
    evidence: { told: { cidrs: ["10.2.0.0/16"] }, other: { cidrs: ["10.3.0.0/16"] } },
    accessKeyId: `AKIA${ACCOUNT}`,
    answers: {
        list,
        empty: ec2(LIST, "<vpcPeeringConnectionSet/>"),
        unreadable: [ec2(LIST, ""), ec2(LIST, "<vpcPeeringConnectionSet><item/></vpcPeeringConnectionSet>")],
        pages: ec2Pages(
            LIST,
            "vpcPeeringConnectionSet",
            "pcx",
            (id) => `<vpcPeeringConnectionId>${id}</vpcPeeringConnectionId>`,
        ),
        // A lookup is the listing with a filter: one that names nothing, or another connection, says that this one is not there.
        lookup: { asks: /connection-id/, named: list, others: [] },
        sent: {
            accept: ec2(
                "AcceptVpcPeeringConnection",
                `<vpcPeeringConnection>${content("provisioning")}</vpcPeeringConnection>`,
            ),
            reject: ec2("RejectVpcPeeringConnection", "<return>true</return>"),
            remove: ec2("DeleteVpcPeeringConnection", "<return>true</return>"),
        },
    },
};
