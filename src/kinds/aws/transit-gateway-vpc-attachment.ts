import { documentedId, type Fields } from "../answer";
import { defineKind, type Observed, type Order } from "../kind";
import { type Action, awaits, holds, impossible, type Lifecycle, sends, settles } from "../table";
import { type AwsCall, type AwsClients, aws, where } from "./cloud";
import { oneIdPerCall } from "./ec2";
import { account, region } from "./fields";
import {
    ATTACHMENT_STATES,
    ATTACHMENTS,
    attachmentId,
    attachmentLimits,
    attachmentListings,
    attachmentPermissions,
    attachmentsOfGateway,
    explainAttachment,
    GATEWAYS,
    observeAttachment,
    sendAttachment,
    transitGatewayId,
} from "./transit-gateway";

/**
 * A VPC of another account that asks to be attached to a transit gateway of this account. VPCs of this account are attached without being
 * asked for: there is nothing to decide about them, and rules of an admission do not see them.
 */
export interface AwsTransitGatewayVpcAttachmentConnection {
    kind: "aws:transitGatewayVpcAttachment";
    /** Region of the transit gateway and of the VPC. Default as for `aws:vpcEndpoint`. */
    region?: string;
    /** The transit gateway, `tgw-` and 8 or 17 hexadecimal digits. */
    transitGatewayId: string;
    /** The attachment, `tgw-attach-` and 8 or 17 hexadecimal digits. Named as in `aws.ec2transitgateway.VpcAttachmentAccepter`. */
    transitGatewayAttachmentId: string;
}

const API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/";
const ACCEPT = `${API}API_AcceptTransitGatewayVpcAttachment.html`;
const REJECT = `${API}API_RejectTransitGatewayVpcAttachment.html`;
const DELETE = `${API}API_DeleteTransitGatewayVpcAttachment.html`;
const ASK_AGAIN = "ask the requester to create the attachment again";

const lifecycle: Lifecycle = {
    accept: {
        pending: sends("accept", ACCEPT),
        accepting: settles(ATTACHMENT_STATES),
        accepted: holds(ATTACHMENT_STATES),
        rejecting: settles(ATTACHMENT_STATES),
        rejected: impossible(ASK_AGAIN, ATTACHMENT_STATES),
        failed: impossible(ASK_AGAIN, ATTACHMENT_STATES),
        removing: impossible(ASK_AGAIN, ATTACHMENT_STATES),
        absent: awaits(ATTACHMENT_STATES),
    },
    reject: {
        pending: sends("reject", REJECT),
        accepting: settles(`${ATTACHMENT_STATES} (deleted once it is available)`, "inferred"),
        accepted: sends("remove", DELETE),
        rejecting: settles(ATTACHMENT_STATES),
        rejected: holds(ATTACHMENT_STATES),
        failed: holds(ATTACHMENT_STATES),
        removing: settles(ATTACHMENT_STATES),
        absent: holds(`${ATTACHMENT_STATES} (a rejected one disappears after 2 hours)`),
    },
    remove: { rejected: holds(ATTACHMENT_STATES), failed: holds(ATTACHMENT_STATES) },
};

/** VPC attachments of a transit gateway. */
export const transitGatewayVpcAttachment = defineKind<AwsTransitGatewayVpcAttachmentConnection, AwsClients>()({
    name: "aws:transitGatewayVpcAttachment",
    title: "transit gateway VPC attachment",
    cloud: aws,
    example: {
        kind: "aws:transitGatewayVpcAttachment",
        region: "eu-west-1",
        transitGatewayId: "tgw-0123456789abcdef0",
        transitGatewayAttachmentId: "tgw-attach-0a1b2c3d4e5f60718",
    },
    fields: { region, transitGatewayId, transitGatewayAttachmentId: attachmentId },
    scope: ["region", "transitGatewayId"],
    id: "transitGatewayAttachmentId",
    ...attachmentsOfGateway("attachment"),
    requester: account,
    evidence: { vpcId: "The requester's VPC" },
    lifecycle,
    permissions: { read: [ATTACHMENTS, GATEWAYS], ...attachmentPermissions("Vpc") },
    limits: attachmentLimits,
    lane: "connection",
    // Not with DescribeTransitGatewayVpcAttachments: it neither filters by the account that asks nor tells whose the transit gateway is.
    ...attachmentListings(observe, where("resource-type", ["vpc"])),
    ...oneIdPerCall(send, explainAttachment),
});

function observe(attachment: Fields): Observed {
    documentedId(ATTACHMENTS, attachment, "ResourceType", "vpc");
    return observeAttachment(attachment, { vpcId: attachment.ResourceId });
}

function send(action: Action, order: Order, call: AwsCall, dryRun?: true): Promise<void> {
    return sendAttachment("Vpc", action, order, call, dryRun);
}
