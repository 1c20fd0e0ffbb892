import type { World } from "../../src/simulator/index";
import { ACCOUNT, OTHER_ACCOUNT, REQUESTER } from "../support/accounts";
import { ec2, ec2Pages } from "../support/answers";
import type { KindRows } from "../support/kind-rows";
import { ATTACHMENT_STATES } from "../support/transit-gateways";

const GATEWAY = "tgw-0123456789abcdef0";
const ATTACHMENT = "tgw-attach-0a1b2c3d4e5f60718";
const VPC = "vpc-0a1b2c3d4e5f60718";
const LIST = "DescribeTransitGatewayAttachments";

/** The attachment of another account's VPC, in that state. Whether one that is being modified can be deleted is not documented. */
function attachmentWorld(state: string, vpcOwnerId = REQUESTER): World {
    const one = { transitGatewayAttachmentId: ATTACHMENT, state, vpcId: VPC, vpcOwnerId };
    const transitGateways = [{ transitGatewayId: GATEWAY, vpcAttachments: [one] }];
    return {
        aws: [{ account: ACCOUNT, region: "eu-west-1", transitGateways }],
        undocumented: { ec2TgwDeleteModifying: "deletes" },
    };
}

const ids = `<transitGatewayAttachmentId>${ATTACHMENT}</transitGatewayAttachmentId><transitGatewayId>${GATEWAY}</transitGatewayId>`;
const list = ec2(
    LIST,
    `<transitGatewayAttachments><item>${ids}<resourceType>vpc</resourceType><state>pendingAcceptance</state></item></transitGatewayAttachments>`,
);
const found = ec2(
    "DescribeTransitGateways",
    `<transitGatewaySet><item><transitGatewayId>${GATEWAY}</transitGatewayId><ownerId>${ACCOUNT}</ownerId><options><autoAcceptSharedAttachments>disable</autoAcceptSharedAttachments></options></item></transitGatewaySet>`,
);

function sent(action: string, state: string): string {
    return ec2(action, `<transitGatewayVpcAttachment>${ids}<state>${state}</state></transitGatewayVpcAttachment>`);
}

/** https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html, "VPC attachment lifecycle". */
export const rows: KindRows = {
    names: ["aws:transitGatewayVpcAttachment"],
    connection: { transitGatewayId: GATEWAY, transitGatewayAttachmentId: ATTACHMENT },
    resolved: { region: "eu-west-1", transitGatewayId: GATEWAY, transitGatewayAttachmentId: ATTACHMENT },
    world: (state) => attachmentWorld(state),
    own: attachmentWorld("available", ACCOUNT),
    calls: {
        accept: "ec2:AcceptTransitGatewayVpcAttachment",
        reject: "ec2:RejectTransitGatewayVpcAttachment",
        remove: "ec2:DeleteTransitGatewayVpcAttachment",
    },
    states: ATTACHMENT_STATES,
    requester: { asking: REQUESTER, other: OTHER_ACCOUNT },
    evidence: { told: { vpcId: VPC }, other: { vpcId: "vpc-0b1b2c3d4e5f60718" } },
    accessKeyId: `AKIA${ACCOUNT}`,
    answers: {
        list,
        empty: ec2(LIST, "<transitGatewayAttachments/>"),
        unreadable: [
            ec2(LIST, ""),
            ec2(LIST, "<transitGatewayAttachments><item/></transitGatewayAttachments>"),
            list.replace(GATEWAY, "tgw-0fffffffffffffff0"),
            list.replace("<resourceType>vpc</resourceType>", "<resourceType>vpn</resourceType>"),
        ],
        pages: ec2Pages(
            LIST,
            "transitGatewayAttachments",
            "tgw-attach",
            (id) => `${ids.replace(ATTACHMENT, id)}<resourceType>vpc</resourceType>`,
        ),
        lookup: { asks: /attachment-id/, named: list, others: [] },
        scope: {
            asks: /DescribeTransitGateways$/,
            found,
            admission: "manual",
            others: [found.replace(GATEWAY, "tgw-0fffffffffffffff0")],
        },
        sent: {
            accept: sent("AcceptTransitGatewayVpcAttachment", "pending"),
            reject: sent("RejectTransitGatewayVpcAttachment", "rejecting"),
            remove: sent("DeleteTransitGatewayVpcAttachment", "deleting"),
        },
    },
};
