import { documentedId, documentedText, type Fields, list, observed, optional, record, text, texts } from "../answer";
import type { Observed, Order, Page, Receipt, Scope } from "../kind";
import { type AwsCall, actionOf, ask, askPage } from "./cloud";
import { NETWORK_MANAGER } from "./core-networks";

/** Attachments to core networks, as AWS Network Manager shows and changes them. */

export const READ = actionOf(NETWORK_MANAGER, "listAttachments");

/** AttachmentState, API_Attachment. `CREATING` comes before a request waits, too (the CLI's example of CreateVpcAttachment). */
export const statuses = {
    PENDING_ATTACHMENT_ACCEPTANCE: "pending",
    PENDING_TAG_ACCEPTANCE: "pending",
    CREATING: "accepting",
    PENDING_NETWORK_UPDATE: "accepting",
    UPDATING: "accepting",
    AVAILABLE: "accepted",
    REJECTED: "rejected",
    FAILED: "failed",
    DELETING: "removing",
} as const;

/** MaxResults up to 500: API_ListAttachments. Nothing finds an attachment by id alone: each type has a call of its own. */
export async function listAttachments(
    { at: { coreNetworkId = "" } }: Scope,
    NextToken: string | undefined,
    call: AwsCall,
): Promise<Page> {
    const input = { CoreNetworkId: coreNetworkId, MaxResults: 500, ...optional("NextToken", NextToken) };
    const page = await askPage(NETWORK_MANAGER, "listAttachments", "Attachments", input, call);
    return { ...page, items: page.items.map(observe) };
}

/** The core network's owner decides, whom its ARN names. Tags are the requester's own words: rules of the policy go by them. */
function observe(attachment: Fields): Observed {
    const state = text(attachment.State)?.toUpperCase();
    const again = state === "PENDING_TAG_ACCEPTANCE";
    const owner = ownerOf(text(attachment.CoreNetworkArn));
    // Whether a segment asks its owner about attachments is in the policy, and holds for those of the owner's account, too.
    const isOwn = owner !== undefined && owner === attachment.OwnerAccountId;
    const segment = placeIn(attachment, "SegmentName", "ProposedSegmentChange", state);
    const group = placeIn(attachment, "NetworkFunctionGroupName", "ProposedNetworkFunctionGroupChange", state);
    return observed(statuses, {
        id: documentedText(READ, attachment, "AttachmentId"),
        status: attachment.State,
        working: again,
        asked: isOwn ? "untold" : undefined,
        requester: attachment.OwnerAccountId,
        decider: owner,
        requestedAt: attachment.CreatedAt,
        requesterSays: tagsOf(attachment),
        evidence: {
            attachmentType: attachment.AttachmentType,
            resourceArn: attachment.ResourceArn,
            edgeLocations: [...texts([attachment.EdgeLocation]), ...texts(attachment.EdgeLocations)],
            segment: segment.next,
            networkFunctionGroup: group.next,
            ...(again ? { currentSegment: segment.now, currentNetworkFunctionGroup: group.now } : {}),
        },
        warnings: [...(again ? [askedAgain(segment, group)] : []), ...(state === "FAILED" ? errorsOf(attachment) : [])],
    });
}

interface Place {
    readonly now: string | undefined;
    /** Once what waits is accepted. */
    readonly next: string | undefined;
}

/**
 * The segment or group of an attachment. Where a change of an accepted one waits, only the proposal says where it leads: an SDK that
 * does not know all kinds of proposals (3.523 knows those of segments) leaves that open, and then it is not told.
 */
function placeIn(attachment: Fields, name: string, proposal: string, state: string | undefined): Place {
    const now = text(attachment[name]);
    const proposed = text(record(attachment[proposal])[name]);
    const next = { PENDING_TAG_ACCEPTANCE: proposed, PENDING_ATTACHMENT_ACCEPTANCE: proposed ?? now };
    return { now, next: state !== undefined && Object.hasOwn(next, state) ? next[state as keyof typeof next] : now };
}

/** What a reviewer must know of an accepted attachment that waits again: it works, and what a reject does to it is not documented. */
function askedAgain(segment: Place, group: Place): string {
    const named = (place: keyof Place) =>
        [
            ...(segment[place] === undefined ? [] : [`segment "${segment[place]}"`]),
            ...(group[place] === undefined ? [] : [`network function group "${group[place]}"`]),
        ].join(" and ");
    const from = named("now") || "no segment";
    const to = named("next") || "a place that AWS does not tell";
    return `asks again after a change of tags or policy: an accept moves it from ${from} to ${to}; what a reject does is not documented: it stays where it is, or is CUT off`;
}

/** `arn:aws:networkmanager::123456789012:core-network/core-network-…` */
function ownerOf(arn: string | undefined): string | undefined {
    return arn?.split(":")[4];
}

function tagsOf({ Tags, ProposedSegmentChange, ProposedNetworkFunctionGroupChange }: Fields): string {
    const lists = [record(ProposedSegmentChange).Tags, record(ProposedNetworkFunctionGroupChange).Tags, Tags];
    const tags = (lists.map(list).find(({ length }) => length > 0) ?? []).map(record);
    return tags.map(({ Key, Value }) => `${text(Key) ?? ""}=${text(Value) ?? ""}`).join(", ");
}

function errorsOf({ LastModificationErrors }: Fields): string[] {
    const errors = list(LastModificationErrors).map(record);
    return errors.map(
        ({ Code, Message }) => `AWS says why it failed: ${text(Code) ?? "no code"}: ${text(Message) ?? ""}`,
    );
}

/** One attachment per call, and it is in the answer. */
export async function send(
    method: "acceptAttachment" | "rejectAttachment" | "deleteAttachment",
    { seen: { id } }: Order,
    call: AwsCall,
): Promise<void> {
    const answer = await ask(NETWORK_MANAGER, method, { AttachmentId: id }, call);
    documentedId(actionOf(NETWORK_MANAGER, method), answer.Attachment, "AttachmentId", id);
}

/** Something else is under way there, or it is gone: read and judged again. Which code a wrong state has is not documented. */
export function explain(code: string): Partial<Receipt> {
    return code === "conflictexception" || code === "resourcenotfoundexception" ? { result: "conflict" } : {};
}

/** Connect attachments on a VPC attachment: ValidationException of its deletion (terraform-provider-aws, vpc_attachment.go). */
export function explainRemoval(code: string): Partial<Receipt> {
    const remedy = "if Connect attachments use this one as their transport, have them deleted first";
    return code === "validationexception" ? { remedy } : explain(code);
}
