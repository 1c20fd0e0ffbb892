import { documentedId, documentedText, type Fields, observed } from "../answer";
import { connectionsById, dryRun, oneByOne } from "../calls";
import { defineKind, type Observed, type Order, type Page, type Scope } from "../kind";
import { type Action, awaits, holds, impossible, type Lifecycle, sends, settles } from "../table";
import { type AwsCall, type AwsClients, type AwsFilter, askPage, aws, where } from "./cloud";
import { EC2 } from "./ec2";
import { account, region } from "./fields";
import {
    attachmentId,
    attachmentPermissions,
    attachmentRates,
    attachmentStatuses,
    describeGateway,
    discoverGateways,
    explainAttachment,
    isMaking,
    sendAttachment,
    transitGatewayId,
} from "./transit-gateway";

/**
 * A VPC of another account that asks to be attached to a transit gateway of this account. VPCs of this account are attached without being
 * accepted: rules of an admission see them as accepted connections of this account.
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

/** "VPC attachment lifecycle": what each state means, where it can go, and how long one that has ended is shown (2 hours). */
const STATES = "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html";
const API = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/";
const ACCEPT = `${API}API_AcceptTransitGatewayVpcAttachment.html`;
const REJECT = `${API}API_RejectTransitGatewayVpcAttachment.html`;
const DELETE = `${API}API_DeleteTransitGatewayVpcAttachment.html`;
const READ = "ec2:DescribeTransitGatewayAttachments";
const ASK_AGAIN = "ask the requester to create the attachment again";

const lifecycle: Lifecycle = {
    accept: {
        pending: sends("accept", ACCEPT),
        accepting: settles(STATES),
        accepted: holds(STATES),
        rejecting: settles(STATES),
        rejected: impossible(ASK_AGAIN, STATES),
        failed: impossible(ASK_AGAIN, STATES),
        removing: impossible(ASK_AGAIN, STATES),
        absent: awaits(STATES),
    },
    reject: {
        pending: sends("reject", REJECT),
        accepting: settles(`${STATES} (deleted once it is available)`, "inferred"),
        accepted: sends("remove", DELETE),
        rejecting: settles(STATES),
        rejected: holds(STATES),
        failed: holds(STATES),
        removing: settles(STATES),
        absent: holds(`${STATES} (a rejected one disappears after 2 hours)`),
    },
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
    scopeTitle: ({ region, transitGatewayId }) => `transit gateway ${transitGatewayId} in ${region}`,
    requester: account,
    evidence: { vpcId: "The requester's VPC" },
    statuses: attachmentStatuses,
    lifecycle,
    permissions: { read: [READ, "ec2:DescribeTransitGateways"], ...attachmentPermissions("Vpc") },
    limits: {
        idsPerOrder: 1,
        idsPerLookup: 100,
        requestersPerList: 100,
        settleEvery: "5s",
        settleWithin: "10m",
        rates: attachmentRates,
    },
    lane: "connection",
    automaticAcceptance: ({ title }) =>
        `${title} accepts requests by itself (autoAcceptSharedAttachments is enabled): the rejected requester is let in again as soon as it creates another attachment. Disable that, or take the requester out of the resource share.`,
    describe: describeGateway,
    discover: discoverGateways,
    list: (scope, cursor, call) => search(scope, cursor, call),
    listOf: (scope, requesters, cursor, call) => search(scope, cursor, call, where("resource-owner-id", requesters)),
    /** By a filter, for which no maximum is told: the parameter TransitGatewayAttachmentIds fails as a whole where one is gone. */
    lookup: (scope, ids, call) =>
        connectionsById(READ, call, ids, (cursor) =>
            search(scope, cursor, call, where("transit-gateway-attachment-id", ids)),
        ),
    accept: oneByOne((order, _scope, call) => send("accept", order, call), explainAttachment),
    reject: oneByOne((order, _scope, call) => send("reject", order, call), explainAttachment),
    remove: oneByOne((order, _scope, call) => send("remove", order, call), explainAttachment),
    probe: (_scope, action, order, call) => dryRun(() => send(action, order, call, true)),
});

/**
 * DescribeTransitGatewayAttachments and not …VpcAttachments: it filters by the account that asks, and tells whose the transit gateway
 * is. MaxResults up to 1000.
 */
async function search(
    { at: { transitGatewayId = "" } }: Scope,
    NextToken: string | undefined,
    call: AwsCall,
    more: AwsFilter[] = [],
): Promise<Page> {
    const Filters = [...where("transit-gateway-id", [transitGatewayId]), ...where("resource-type", ["vpc"]), ...more];
    const input = { MaxResults: 1000, NextToken, Filters };
    const page = await askPage(EC2, "describeTransitGatewayAttachments", "TransitGatewayAttachments", input, call);
    return { ...page, items: page.items.map((item) => observe(item, transitGatewayId)) };
}

/** The VPC's owner asks. It sees the attachment too, which the owner of the transit gateway decides. */
function observe(attachment: Fields, transitGatewayId: string): Observed {
    documentedId(READ, attachment, "TransitGatewayId", transitGatewayId);
    documentedId(READ, attachment, "ResourceType", "vpc");
    return observed(attachmentStatuses, {
        id: documentedText(READ, attachment, "TransitGatewayAttachmentId"),
        status: attachment.State,
        making: isMaking(attachment.State),
        requester: attachment.ResourceOwnerId,
        decider: attachment.TransitGatewayOwnerId,
        requestedAt: attachment.CreationTime,
        evidence: { vpcId: attachment.ResourceId },
    });
}

function send(action: Action, order: Order, call: AwsCall, dryRun?: true): Promise<void> {
    return sendAttachment("Vpc", action, order, call, dryRun);
}
