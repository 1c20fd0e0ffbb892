import { documentedText, type Fields, observed, record, text } from "../answer";
import { connectionsById } from "../calls";
import { defineKind, type Observed, type Order, type Page, type Receipt } from "../kind";
import { type Action, awaits, holds, impossible, type Lifecycle, sends, settles } from "../table";
import { type AwsCall, type AwsClients, type AwsFilter, askPage, aws, where } from "./cloud";
import { deciderOf, EC2, oneIdPerCall } from "./ec2";
import { account, region } from "./fields";
import {
    attachmentId,
    attachmentLimits,
    attachmentPermissions,
    attachmentStatuses,
    explainAttachment,
    isMaking,
    sendAttachment,
} from "./transit-gateway";

/** A request to peer with a transit gateway of this account, from any account and Region. */
export interface AwsTransitGatewayPeeringConnection {
    kind: "aws:transitGatewayPeering";
    /** Region of the transit gateway that accepts: the only one where the request can be decided. Default as for `aws:vpcEndpoint`. */
    region?: string;
    /**
     * The attachment, `tgw-attach-` and 8 or 17 hexadecimal digits. Within one Region each side has an attachment of its own: the accepter's
     * is decided. Named as in `aws.ec2transitgateway.PeeringAttachmentAccepter`.
     */
    transitGatewayAttachmentId: string;
}

/** Only a pending one can be decided, in the accepter's Region, also within one account; it remains pending indefinitely. */
const DECIDE = "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-peering-accept-reject.html";
const DELETE = "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-peering-delete.html";
const ACCEPT = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AcceptTransitGatewayPeeringAttachment.html";
/** The states are one list for all attachments; what each means is told of VPC attachments only. */
const LIFECYCLE = "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html (of VPC attachments)";
const READ = "ec2:DescribeTransitGatewayPeeringAttachments";
const ASK_AGAIN = "ask the requester to create the peering attachment again";

const lifecycle: Lifecycle = {
    accept: {
        pending: sends("accept", DECIDE),
        accepting: settles(LIFECYCLE, "inferred"),
        accepted: holds(LIFECYCLE, "inferred"),
        rejecting: settles(LIFECYCLE, "inferred"),
        rejected: impossible(ASK_AGAIN, ACCEPT),
        failed: impossible(ASK_AGAIN, LIFECYCLE, "inferred"),
        removing: impossible(ASK_AGAIN, LIFECYCLE, "inferred"),
        absent: awaits(DECIDE),
    },
    reject: {
        pending: sends("reject", DECIDE),
        accepting: settles(`${LIFECYCLE} (deleted once it is available)`, "inferred"),
        accepted: sends("remove", DELETE),
        rejecting: settles(LIFECYCLE, "inferred"),
        rejected: holds(LIFECYCLE, "inferred"),
        failed: holds(LIFECYCLE, "inferred"),
        removing: settles(LIFECYCLE, "inferred"),
        absent: holds(`${LIFECYCLE} (a rejected one disappears after 2 hours)`, "inferred"),
    },
    remove: { rejected: holds(LIFECYCLE, "inferred"), failed: holds(LIFECYCLE, "inferred") },
};

/** Peering attachments of transit gateways whose accepter is this account, in the accepter's Region. */
export const transitGatewayPeering = defineKind<AwsTransitGatewayPeeringConnection, AwsClients>()({
    name: "aws:transitGatewayPeering",
    title: "transit gateway peering attachment",
    cloud: aws,
    example: {
        kind: "aws:transitGatewayPeering",
        region: "eu-west-1",
        transitGatewayAttachmentId: "tgw-attach-0a1b2c3d4e5f60718",
    },
    fields: { region, transitGatewayAttachmentId: attachmentId },
    scope: ["region"],
    id: "transitGatewayAttachmentId",
    scopeTitle: ({ region }) => `transit gateway peering attachments in ${region}`,
    requester: account,
    evidence: {
        transitGatewayId: "The requester's transit gateway",
        coreNetworkId: "The requester's core network, where one of Cloud WAN asks",
        region: "Region of the requester's transit gateway",
        accepterTransitGatewayId: "This account's transit gateway",
    },
    statuses: attachmentStatuses,
    lifecycle,
    permissions: { read: [READ], ...attachmentPermissions("Peering") },
    limits: attachmentLimits,
    lane: "connection",
    list: (_scope, cursor, call) => search(cursor, call),
    listOf: (_scope, requesters, cursor, call) => search(cursor, call, where("remote-owner-id", requesters)),
    /** By a filter, for which no maximum is told: the parameter TransitGatewayAttachmentIds fails as a whole where one is gone. */
    lookup: (_scope, ids, call) =>
        connectionsById(READ, call, ids, (cursor) => search(cursor, call, where("transit-gateway-attachment-id", ids))),
    ...oneIdPerCall(send, explain),
});

/** No filter names the accepter: requests that this account made itself are among them. MaxResults up to 1000. */
async function search(NextToken: string | undefined, call: AwsCall, Filters: AwsFilter[] = []): Promise<Page> {
    const input = { MaxResults: 1000, NextToken, Filters };
    const list = "TransitGatewayPeeringAttachments";
    const page = await askPage(EC2, "describeTransitGatewayPeeringAttachments", list, input, call);
    return { ...page, items: page.items.map((item) => observe(item, call.clients.region)) };
}

/** Both sides see it, under one id or two. Both name the same accepter, and its attachment where it has its own. */
function observe(attachment: Fields, ownRegion: string): Observed {
    const [from, to] = [record(attachment.RequesterTgwInfo), record(attachment.AccepterTgwInfo)];
    const id = documentedText(READ, attachment, "TransitGatewayAttachmentId");
    const accepterId = text(attachment.AccepterTransitGatewayAttachmentId);
    const oneAccount = text(from.OwnerId) !== undefined && from.OwnerId === to.OwnerId;
    const unclear = accepterId === undefined && oneAccount && from.Region === to.Region;
    return observed(attachmentStatuses, {
        id,
        status: attachment.State,
        making: isMaking(attachment.State),
        requester: from.OwnerId,
        decider: deciderOf(to, ownRegion),
        decidedAs: accepterId === id ? undefined : accepterId,
        requestedAt: attachment.CreationTime,
        evidence: {
            transitGatewayId: from.TransitGatewayId,
            coreNetworkId: from.CoreNetworkId,
            region: from.Region,
            accepterTransitGatewayId: to.TransitGatewayId,
        },
        warnings: unclear && /^pendingAcceptance$/i.test(String(attachment.State)) ? [OTHER_SIDE] : [],
    });
}

const OTHER_SIDE =
    "both transit gateways are of one account and Region, so there are two attachments, and AWS does not say which one is the accepter's: only that one can be decided; DescribeTransitGatewayAttachments shows it with the accepting transit gateway";

function send(action: Action, order: Order, call: AwsCall, dryRun?: true): Promise<void> {
    return sendAttachment("Peering", action, order, call, dryRun);
}

/** InvalidParameterValue: "Cannot accept tgw-attach-… as the source of the peering request" (terraform-provider-aws issue 38027). */
function explain(code: string, order: Order): Partial<Receipt> {
    const remedy = `name the accepter's attachment, and use the credentials and the Region of its owner (${order.seen.decider ?? "AWS names none"})`;
    return code === "invalidparametervalue" ? { remedy } : explainAttachment(code, order);
}
