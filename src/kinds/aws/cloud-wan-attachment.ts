import { oneByOne } from "../calls";
import { defineKind, type Whereabouts } from "../kind";
import { awaits, holds, impossible, type Lifecycle, sends, settles, tries } from "../table";
import { type AwsClients, aws } from "./cloud";
import { explain, explainRemoval, listAttachments, READ, send, statuses } from "./core-network-attachments";
import { describeCoreNetwork, discoverCoreNetworks } from "./core-networks";
import { account, IDS } from "./fields";

/**
 * An attachment to a Cloud WAN core network of this account: a VPC, a VPN, a Connect peer, a transit gateway's route table or a Direct
 * Connect gateway.
 *
 * The decision recurs: when its owner changes tags, an accepted attachment may ask again to move to another segment, and is drift. Name
 * `segment` (or `networkFunctionGroup`) in `expectedEvidence`, so that no other one is accepted.
 */
export interface AwsCloudWanAttachment {
    kind: "aws:cloudWanAttachment";
    /** Core network, `core-network-` and 8 to 17 hexadecimal digits. It has no region: AWS Network Manager is one for a partition. */
    coreNetworkId: string;
    /** The attachment, `attachment-` and 8 to 17 hexadecimal digits. */
    attachmentId: string;
}

const API = "https://docs.aws.amazon.com/networkmanager/latest/APIReference/";
/** What each state means. */
const STATES = "https://docs.aws.amazon.com/network-manager/latest/cloudwan/cloudwan-create-attachment.html";
const DECIDE = "https://docs.aws.amazon.com/network-manager/latest/cloudwan/cloudwan-attachments-acceptance.html";
const REJECT = `${DECIDE} (new attachments; what rejecting a change of tags does is not said)`;
const DELETE = `${API}API_DeleteAttachment.html (whether the core network's owner may delete an attachment of another account is not said)`;
const ASK_AGAIN = "ask the requester to create the attachment again";

const lifecycle: Lifecycle = {
    accept: {
        pending: sends("accept", DECIDE),
        accepting: settles(STATES),
        accepted: holds(STATES),
        rejected: tries("accept", "no AWS text found on accepting a rejected attachment"),
        failed: impossible(ASK_AGAIN, STATES),
        removing: impossible(ASK_AGAIN, STATES),
        absent: awaits(STATES),
    },
    reject: {
        pending: sends("reject", REJECT),
        accepting: settles(`${STATES} (deleted once it is available)`, "inferred"),
        accepted: tries("remove", DELETE),
        rejected: holds(DECIDE),
        failed: holds(STATES),
        removing: settles(STATES),
        absent: holds(STATES),
    },
};

/** Attachments to the account's Cloud WAN core networks. */
export const cloudWanAttachment = defineKind<AwsCloudWanAttachment, AwsClients>()({
    name: "aws:cloudWanAttachment",
    title: "Cloud WAN attachment",
    cloud: aws,
    example: {
        kind: "aws:cloudWanAttachment",
        coreNetworkId: "core-network-0522de1b226a5d7b3",
        attachmentId: "attachment-03b7ea450134787da",
    },
    fields: {
        coreNetworkId: hexId("core-network", IDS.coreNetwork),
        attachmentId: hexId("attachment", IDS.coreNetworkAttachment),
    },
    scope: ["coreNetworkId"],
    id: "attachmentId",
    scopeTitle: ({ coreNetworkId }) => `core network ${coreNetworkId}`,
    requester: account,
    evidence: {
        attachmentType: "VPC, CONNECT, SITE_TO_SITE_VPN, TRANSIT_GATEWAY_ROUTE_TABLE or DIRECT_CONNECT_GATEWAY",
        resourceArn: "The requester's resource that is attached",
        edgeLocations: "Regions of the core network's edges that it is attached at",
        segment: "Segment that an accept puts it in; once it is accepted, the one it is in",
        networkFunctionGroup:
            "Network function group that an accept puts it in, or that it is in; needs a newer SDK than 3.523",
        currentSegment: "Segment that it is in while a change waits for its acceptance",
        currentNetworkFunctionGroup: "Network function group that it is in while a change waits for its acceptance",
    },
    says: "The attachment's tags, those that are proposed first: `key=value, key=value`",
    statuses,
    lifecycle,
    permissions: {
        read: [READ, "networkmanager:ListCoreNetworks"],
        accept: ["networkmanager:AcceptAttachment"],
        reject: ["networkmanager:RejectAttachment"],
        remove: ["networkmanager:DeleteAttachment", "networkmanager:RejectAttachment"],
    },
    limits: { idsPerOrder: 1, settleEvery: "10s", settleWithin: "20m" },
    lane: "connection",
    describe: describeCoreNetwork,
    discover: discoverCoreNetworks,
    list: listAttachments,
    accept: oneByOne((order, _scope, call) => send("acceptAttachment", order, call), explain),
    reject: oneByOne((order, _scope, call) => send("rejectAttachment", order, call), explain),
    /** One that waits is rejected first (terraform-provider-aws issue 34501); what it is then is deleted in the next turn. */
    remove: oneByOne(
        (order, _scope, call) =>
            send(order.seen.status === "pending" ? "rejectAttachment" : "deleteAttachment", order, call),
        explainRemoval,
    ),
});

function hexId(prefix: string, whereabouts: Whereabouts) {
    const format = new RegExp(`^${prefix}-[0-9a-f]{8,17}$`);
    return { required: true, format, describes: `"${prefix}-" and 8 to 17 hexadecimal digits`, whereabouts } as const;
}
