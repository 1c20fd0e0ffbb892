import type { NetworkFirewall } from "@aws-sdk/client-network-firewall";
import { documentedId, type Fields, text } from "../answer";
import { oneByOne } from "../calls";
import { defineKind, type Observed, type Receipt } from "../kind";
import { awaits, holds, impossible, type Lifecycle, sends, settles } from "../table";
import { type AwsApi, type AwsClients, actionOf, ask, aws } from "./cloud";
import { account, region } from "./fields";
import {
    ATTACHMENT_STATES,
    ATTACHMENTS,
    attachmentId,
    attachmentListings,
    attachmentsOfGateway,
    GATEWAYS,
    observeAttachment,
    transitGatewayId,
} from "./transit-gateway";

/** A firewall of AWS Network Firewall that another account attaches to a transit gateway of this account. */
export interface AwsNetworkFirewallAttachmentConnection {
    kind: "aws:networkFirewallAttachment";
    /** Region of the transit gateway. Default as for `aws:vpcEndpoint`. */
    region?: string;
    /** This account's transit gateway, `tgw-` and 8 or 17 hexadecimal digits. */
    transitGatewayId: string;
    /** The attachment, `tgw-attach-` and 8 or 17 hexadecimal digits. Named as in `aws.networkfirewall.FirewallTransitGatewayAttachmentAccepter`. */
    transitGatewayAttachmentId: string;
}

const API = "https://docs.aws.amazon.com/network-firewall/latest/APIReference/";
const ACCEPT = `${API}API_AcceptNetworkFirewallTransitGatewayAttachment.html`;
const REJECT = `${API}API_RejectNetworkFirewallTransitGatewayAttachment.html`;
const DELETE = `${API}API_DeleteNetworkFirewallTransitGatewayAttachment.html`;
/** "If you reject the attachment, it enters a rejected state and will eventually be deleted." */
const DECIDE = "https://docs.aws.amazon.com/vpc/latest/tgw/accept-reject-firewall-attachment.html";
const CREATE_AGAIN = "ask the requester to create a new transit gateway-attached firewall";

const lifecycle: Lifecycle = {
    accept: {
        pending: sends("accept", ACCEPT),
        accepting: settles(`${ACCEPT} (it takes several minutes)`),
        accepted: holds(DECIDE),
        rejecting: impossible(CREATE_AGAIN, REJECT),
        rejected: impossible(CREATE_AGAIN, REJECT),
        failed: impossible(CREATE_AGAIN, ATTACHMENT_STATES, "inferred"),
        removing: impossible(CREATE_AGAIN, DELETE),
        absent: awaits(ACCEPT),
    },
    reject: {
        pending: sends("reject", REJECT),
        accepting: settles(`${ATTACHMENT_STATES} (deleted once it is available)`, "inferred"),
        accepted: sends("remove", DELETE),
        rejecting: settles(REJECT),
        rejected: holds(REJECT),
        failed: holds(ATTACHMENT_STATES, "inferred"),
        removing: settles(DELETE),
        absent: holds(`${DECIDE} (a rejected one is deleted eventually)`),
    },
    remove: { failed: holds(ATTACHMENT_STATES, "inferred") },
};

/** Attachments of network firewalls to a transit gateway of this account. */
export const networkFirewallAttachment = defineKind<AwsNetworkFirewallAttachmentConnection, AwsClients>()({
    name: "aws:networkFirewallAttachment",
    title: "network firewall attachment",
    cloud: aws,
    example: {
        kind: "aws:networkFirewallAttachment",
        region: "eu-west-1",
        transitGatewayId: "tgw-0123456789abcdef0",
        transitGatewayAttachmentId: "tgw-attach-0a1b2c3d4e5f60718",
    },
    fields: { region, transitGatewayId, transitGatewayAttachmentId: attachmentId },
    scope: ["region", "transitGatewayId"],
    id: "transitGatewayAttachmentId",
    ...attachmentsOfGateway("firewall"),
    requester: account,
    evidence: { resourceId: "What EC2 names as the attached resource; no document says in which form" },
    lifecycle,
    permissions: {
        read: [ATTACHMENTS, GATEWAYS],
        accept: ["network-firewall:AcceptNetworkFirewallTransitGatewayAttachment"],
        reject: ["network-firewall:RejectNetworkFirewallTransitGatewayAttachment"],
        remove: ["network-firewall:DeleteNetworkFirewallTransitGatewayAttachment"],
    },
    limits: { idsPerOrder: 1, idsPerLookup: 100, requestersPerList: 100, settleEvery: "10s", settleWithin: "60m" },
    lane: "connection",
    ...attachmentListings(observe),
    accept: decide("acceptNetworkFirewallTransitGatewayAttachment"),
    reject: decide("rejectNetworkFirewallTransitGatewayAttachment"),
    remove: decide("deleteNetworkFirewallTransitGatewayAttachment"),
});

const NETWORK_FIREWALL: AwsApi<NetworkFirewall> = {
    name: "networkfirewall",
    load: async (config) => new (await import("@aws-sdk/client-network-firewall")).NetworkFirewall(config),
};

/**
 * Network functions are firewalls, or endpoint services of Gateway Load Balancers. Those bear the name of the service, whose owner accepts
 * them: this account asked (API_TransitGatewayNetworkFunctionAttachment).
 */
function isFirewall({ ResourceType, ResourceId }: Fields): boolean {
    return ResourceType === "network-function" && !/\bvpce-svc-[0-9a-f]+$/.test(text(ResourceId) ?? "");
}

function observe(attachment: Fields): Observed | undefined {
    return isFirewall(attachment) ? observeAttachment(attachment, { resourceId: attachment.ResourceId }) : undefined;
}

/** One attachment per call, and it is in the answer. */
function decide(method: `${"accept" | "reject" | "delete"}NetworkFirewallTransitGatewayAttachment`) {
    return oneByOne<AwsClients>(async ({ seen: { id } }, _scope, call) => {
        const answer = await ask(NETWORK_FIREWALL, method, { TransitGatewayAttachmentId: id }, call);
        documentedId(actionOf(NETWORK_FIREWALL, method), answer, "TransitGatewayAttachmentId", id);
    }, explain);
}

/** Network Firewall does not know what EC2 listed: it was deleted meanwhile, or is another service's. */
function explain(code: string): Partial<Receipt> {
    const remedy = "run it again; if it stays, the attachment is not one of Network Firewall";
    return code === "resourcenotfoundexception" ? { remedy } : {};
}
