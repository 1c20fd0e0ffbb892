import type { World } from "../../src/simulator/index";
import { ACCOUNT, OTHER_ACCOUNT, REQUESTER } from "../support/accounts";
import { ec2, ec2Pages } from "../support/answers";
import type { KindRows } from "../support/kind-rows";
import { ATTACHMENT_STATES } from "../support/transit-gateways";

const ATTACHMENT = "tgw-attach-0c1b2c3d4e5f60718";
const THEIRS = "tgw-0a1b2c3d4e5f60718";
const LIST = "DescribeTransitGatewayPeeringAttachments";

/** The request of another account's transit gateway in another Region, in that state. */
function peeringWorld(state: string): World {
    const one = {
        transitGatewayAttachmentId: ATTACHMENT,
        state,
        requester: { transitGatewayId: THEIRS, ownerId: REQUESTER, region: "us-east-1" },
        accepter: { transitGatewayId: "tgw-0b1b2c3d4e5f60718" },
    };
    return {
        aws: [{ account: ACCOUNT, region: "eu-west-1", transitGatewayPeeringAttachments: [one] }],
        undocumented: { ec2TgwDeleteModifying: "deletes" },
    };
}

function content(state: string): string {
    return `<transitGatewayAttachmentId>${ATTACHMENT}</transitGatewayAttachmentId><state>${state}</state>`;
}

const list = ec2(
    LIST,
    `<transitGatewayPeeringAttachments><item>${content("pendingAcceptance")}</item></transitGatewayPeeringAttachments>`,
);

function sent(action: string, state: string): string {
    return ec2(action, `<transitGatewayPeeringAttachment>${content(state)}</transitGatewayPeeringAttachment>`);
}

/**
 * https://docs.aws.amazon.com/vpc/latest/tgw/tgw-peering-accept-reject.html; states: API_TransitGatewayPeeringAttachment, the meaning of
 * most of them as the guide tells it of VPC attachments.
 */
export const rows: KindRows = {
    names: ["aws:transitGatewayPeering"],
    connection: { transitGatewayAttachmentId: ATTACHMENT },
    resolved: { region: "eu-west-1", transitGatewayAttachmentId: ATTACHMENT },
    world: peeringWorld,
    calls: {
        accept: "ec2:AcceptTransitGatewayPeeringAttachment",
        reject: "ec2:RejectTransitGatewayPeeringAttachment",
        remove: "ec2:DeleteTransitGatewayPeeringAttachment",
    },
    states: ATTACHMENT_STATES,
    requester: { asking: REQUESTER, other: OTHER_ACCOUNT },
    evidence: { told: { transitGatewayId: THEIRS }, other: { transitGatewayId: "tgw-0fffffffffffffff0" } },
    accessKeyId: `AKIA${ACCOUNT}`,
    answers: {
        list,
        empty: ec2(LIST, "<transitGatewayPeeringAttachments/>"),
        unreadable: [
            ec2(LIST, ""),
            ec2(LIST, "<transitGatewayPeeringAttachments><item/></transitGatewayPeeringAttachments>"),
        ],
        pages: ec2Pages(LIST, "transitGatewayPeeringAttachments", "tgw-attach", (id) =>
            content("").replace(ATTACHMENT, id),
        ),
        lookup: { asks: /attachment-id/, named: list, others: [] },
        sent: {
            accept: sent("AcceptTransitGatewayPeeringAttachment", "pending"),
            reject: sent("RejectTransitGatewayPeeringAttachment", "rejecting"),
            remove: sent("DeleteTransitGatewayPeeringAttachment", "deleting"),
        },
    },
};
