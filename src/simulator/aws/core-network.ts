import { compact } from "../server/message";
import { shownState } from "../server/protocol";
import { connection, integer, list, type Members, type Moving, optional, record, tags, text } from "../server/schema";

/** Core networks of AWS Cloud WAN and their attachments, as a world has them and botocore's model (networkmanager) shows them. */

const PROPOSAL = {
    /** Segment or network function group. Left out: a rule that names none. */
    name: optional(text),
    attachmentPolicyRuleNumber: optional(integer),
    /** Tags that changed. */
    tags: optional(tags),
};
export interface Proposal extends Members<typeof PROPOSAL> {}

const ERROR = { code: text, message: optional(text) };
export interface AttachmentError extends Members<typeof ERROR> {}

const ATTACHMENT = {
    /** `attachment-…` */
    attachmentId: text,
    /** As the API writes it, `PENDING_ATTACHMENT_ACCEPTANCE`. */
    state: text,
    /** The account that asks. Default: the core network's. */
    ownerAccountId: optional(text),
    /** Default VPC. */
    attachmentType: optional(text),
    resourceArn: optional(text),
    edgeLocation: optional(text),
    /** Of Direct Connect gateways, instead of `edgeLocation`. */
    edgeLocations: optional(list(text)),
    attachmentPolicyRuleNumber: optional(integer),
    segmentName: optional(text),
    networkFunctionGroupName: optional(text),
    tags: optional(tags),
    proposedSegmentChange: optional(record<Proposal>(PROPOSAL)),
    proposedNetworkFunctionGroupChange: optional(record<Proposal>(PROPOSAL)),
    /** ISO 8601. Default: when the simulator got the world. */
    createdAt: optional(text),
    lastModificationErrors: optional(list(record<AttachmentError>(ERROR))),
};
export interface CloudWanAttachment extends Members<typeof ATTACHMENT> {}

const CORE_NETWORK = {
    /** `core-network-…` */
    coreNetworkId: text,
    globalNetworkId: optional(text),
    description: optional(text),
    /** Default AVAILABLE. */
    state: optional(text),
    /** Accounts that may attach to it. */
    sharedWith: optional(list(text)),
    attachments: optional(list(connection<CloudWanAttachment>(ATTACHMENT))),
};
export interface CoreNetwork extends Members<typeof CORE_NETWORK> {}

export const WORLD = {
    /** Cloud WAN core networks of the account. They have no region: any entry of the account may hold them. */
    coreNetworks: optional(list(record<CoreNetwork>(CORE_NETWORK))),
};
export interface Part extends Members<typeof WORLD> {}

/** An attachment and where it is. */
export interface Attached {
    readonly one: CloudWanAttachment & Moving;
    readonly network: CoreNetwork;
    /** The account of the core network. */
    readonly owner: string;
}

export function attachmentsOf({ coreNetworks = [] }: Part): CloudWanAttachment[] {
    return coreNetworks.flatMap(({ attachments = [] }) => attachments);
}

/** The account that asked for the attachment. */
export function requesterOf({ one, owner }: Attached): string {
    return one.ownerAccountId ?? owner;
}

/** CoreNetworkSummary. */
export function shownNetwork(network: CoreNetwork, owner: string): object {
    return compact({
        CoreNetworkId: network.coreNetworkId,
        CoreNetworkArn: arnOf(network, owner),
        GlobalNetworkId: network.globalNetworkId,
        OwnerAccountId: owner,
        State: network.state ?? "AVAILABLE",
        Description: network.description,
        Tags: [],
    });
}

/** Attachment. Times are in seconds since 1970: `rest-json` has no other form in a body unless the model says so. */
export function shownAttachment(item: Attached, stale: boolean): object {
    const { one, network, owner } = item;
    const time = (ms: number) => Math.floor(ms / 1000);
    const created = Date.parse(one.createdAt ?? "");
    return compact({
        CoreNetworkId: network.coreNetworkId,
        CoreNetworkArn: arnOf(network, owner),
        AttachmentId: one.attachmentId,
        OwnerAccountId: requesterOf(item),
        AttachmentType: one.attachmentType ?? "VPC",
        State: shownState(one, one.state, stale),
        EdgeLocation: one.edgeLocation,
        EdgeLocations: one.edgeLocations,
        ResourceArn: one.resourceArn,
        AttachmentPolicyRuleNumber: one.attachmentPolicyRuleNumber,
        SegmentName: one.segmentName,
        NetworkFunctionGroupName: one.networkFunctionGroupName,
        Tags: tagList(one.tags),
        ProposedSegmentChange: shownProposal("SegmentName", one.proposedSegmentChange),
        ProposedNetworkFunctionGroupChange: shownProposal(
            "NetworkFunctionGroupName",
            one.proposedNetworkFunctionGroupChange,
        ),
        CreatedAt: time(created),
        UpdatedAt: time(one.changedAt ?? created),
        LastModificationErrors: one.lastModificationErrors?.map(({ code, message }) =>
            compact({ Code: code, Message: message }),
        ),
    });
}

function arnOf({ coreNetworkId }: CoreNetwork, owner: string): string {
    return `arn:aws:networkmanager::${owner}:core-network/${coreNetworkId}`;
}

function shownProposal(name: string, proposal: Proposal | undefined): object | undefined {
    return proposal === undefined
        ? undefined
        : compact({
              Tags: tagList(proposal.tags),
              AttachmentPolicyRuleNumber: proposal.attachmentPolicyRuleNumber,
              [name]: proposal.name,
          });
}

function tagList(all: Readonly<Record<string, string>> = {}): object[] {
    return Object.entries(all).map(([Key, Value]) => ({ Key, Value }));
}
