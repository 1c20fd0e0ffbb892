import { documentedId, documentedText, type Fields, observed, record, text } from "../answer";
import { connectionsById, everyPage, foundScope, MISSING_SCOPE } from "../calls";
import { CloudError } from "../cloud";
import type { Call, FieldValues, Observed, Order, Receipt, Scope, ScopeState } from "../kind";
import type { Action } from "../table";
import { type AwsCall, type AwsClients, type AwsFilter, actionOf, ask, askPage, where } from "./cloud";
import { EC2, ec2Id, ec2Rate } from "./ec2";

/** Transit gateways, and what attachments to them have in common. */

export const GATEWAYS = "ec2:DescribeTransitGateways";
export const ATTACHMENTS = "ec2:DescribeTransitGatewayAttachments";
/** "VPC attachment lifecycle". It is told for attachments of VPCs; the API has the same words for all types. */
export const ATTACHMENT_STATES = "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html";

export const transitGatewayId = ec2Id("tgw");
export const attachmentId = ec2Id("tgw-attach");

/** What attaches: a VPC, or another transit gateway. As the actions of EC2 name it. */
export type Attaches = "Vpc" | "Peering";

/** Its words for the states are one list for every type of attachment: TransitGatewayAttachmentState. */
export const attachmentStatuses = {
    // "has been deprecated"
    initiating: "accepting",
    // The request is still being made, then it waits or has failed: see `isMaking`.
    initiatingRequest: "accepting",
    pendingAcceptance: "pending",
    pending: "accepting",
    available: "accepted",
    // Its owner changes subnets or options, or that failed and is undone; both end in `available`.
    modifying: "accepted",
    rollingBack: "accepted",
    rejecting: "rejecting",
    rejected: "rejected",
    failing: "failed",
    failed: "failed",
    deleting: "removing",
    deleted: "absent",
} as const;

/** Nobody has decided yet. */
export function isMaking(state: unknown): boolean {
    return typeof state === "string" && /^initiating(Request)?$/i.test(state);
}

/** What attachments of any type to a transit gateway of this account have in common. `created`: what a requester let in again makes. */
export function attachmentsOfGateway(created: string) {
    return {
        scopeTitle: ({ region, transitGatewayId }: FieldValues) => `transit gateway ${transitGatewayId} in ${region}`,
        statuses: attachmentStatuses,
        automaticAcceptance: ({ title }: Scope) =>
            `${title} accepts requests by itself (autoAcceptSharedAttachments is enabled): the rejected requester is let in again as soon as it creates another ${created}. Disable that, or take the requester out of the resource share.`,
        describe: describeGateway,
        discover: discoverGateways,
    };
}

/**
 * Their listings: all of them, by who asks, and by id. `observe` gives nothing back for what is of another type; the filter
 * `resource-type`, among `filters`, documents no value for some.
 */
export function attachmentListings(
    observe: (attachment: Fields) => Observed | undefined,
    filters: readonly AwsFilter[] = [],
) {
    const search = async (scope: Scope, cursor: string | undefined, call: AwsCall, more: AwsFilter[] = []) => {
        const page = await attachments(scope, cursor, call, [...filters, ...more]);
        return { ...page, items: page.items.flatMap((attachment) => observe(attachment) ?? []) };
    };
    return {
        list: (scope: Scope, cursor: string | undefined, call: AwsCall) => search(scope, cursor, call),
        listOf: (scope: Scope, requesters: readonly string[], cursor: string | undefined, call: AwsCall) =>
            search(scope, cursor, call, where("resource-owner-id", requesters)),
        /** By a filter, for which no maximum is told: the parameter TransitGatewayAttachmentIds fails as a whole where one is gone. */
        lookup: (scope: Scope, ids: readonly string[], call: Call<AwsClients>) =>
            connectionsById(ATTACHMENTS, call, ids, (cursor) =>
                search(scope, cursor, call, where("transit-gateway-attachment-id", ids)),
            ),
    };
}

/**
 * Who attaches something sees it, too; the transit gateway's owner decides about attachments of those that it shares it with. What it
 * attaches itself is there at once.
 */
export function observeAttachment(attachment: Fields, evidence: Readonly<Record<string, unknown>>): Observed {
    const { State, ResourceOwnerId: from, TransitGatewayOwnerId: to } = attachment;
    return observed(attachmentStatuses, {
        id: documentedText(ATTACHMENTS, attachment, "TransitGatewayAttachmentId"),
        status: State,
        making: isMaking(State),
        asked: text(from) !== undefined && from === to ? "no" : undefined,
        requester: from,
        decider: to,
        requestedAt: attachment.CreationTime,
        evidence,
    });
}

/** One page of the attachments of a transit gateway. MaxResults up to 1000, filters: API_DescribeTransitGatewayAttachments. */
async function attachments(scope: Scope, NextToken: string | undefined, call: AwsCall, more: readonly AwsFilter[]) {
    const { transitGatewayId = "" } = scope.at;
    const Filters = [...where("transit-gateway-id", [transitGatewayId]), ...more];
    const input = { Filters, MaxResults: 1000, NextToken };
    const page = await askPage(EC2, "describeTransitGatewayAttachments", "TransitGatewayAttachments", input, call);
    for (const attachment of page.items) {
        documentedText(ATTACHMENTS, attachment, "ResourceType");
        documentedId(ATTACHMENTS, attachment, "TransitGatewayId", transitGatewayId);
    }
    return page;
}

/** Of attachments that EC2 decides. Their rates are those of "mutating actions": no action of an attachment is an exception. */
export const attachmentLimits = {
    idsPerOrder: 1,
    idsPerLookup: 100,
    requestersPerList: 100,
    settleEvery: "5s",
    settleWithin: "10m",
    rates: { accept: ec2Rate(50, 5), reject: ec2Rate(50, 5), remove: ec2Rate(50, 5) },
};

/** The permissions of the actions. */
export function attachmentPermissions(attaches: Attaches) {
    const of = (action: Action) => [actionOf(EC2, methodOf(action, attaches))];
    return { accept: of("accept"), reject: of("reject"), remove: of("remove") };
}

/** One attachment per call, and it is in the answer. */
export async function sendAttachment(
    attaches: Attaches,
    action: Action,
    { seen: { id } }: Order,
    call: AwsCall,
    DryRun?: true,
): Promise<void> {
    const method = methodOf(action, attaches);
    const answer = await ask(EC2, method, { TransitGatewayAttachmentId: id, DryRun }, call);
    documentedId(
        actionOf(EC2, method),
        answer[`TransitGateway${attaches}Attachment`],
        "TransitGatewayAttachmentId",
        id,
    );
}

function methodOf(action: Action, attaches: Attaches) {
    return `${action === "remove" ? "delete" : action}TransitGateway${attaches}Attachment` as const;
}

/**
 * IncorrectState: another state than was read, so it is read and judged again; one that is being modified cannot be deleted until it is
 * `available` again. Not found: ended and no longer shown, or not yet.
 */
export function explainAttachment(code: string, { seen }: Order): Partial<Receipt> {
    if (code === "incorrectstate" && /^(modifying|rollingback)$/i.test(seen.cloudStatus)) {
        return { result: "busy" };
    }
    return ["incorrectstate", "invalidtransitgatewayattachmentid.notfound"].includes(code)
        ? { result: "conflict" }
        : {};
}

/**
 * Whether the transit gateway is there, and whether it accepts by itself. An account that it is shared with sees it too, but of its
 * attachments only its own: from there, one that is not listed may still exist. One that was deleted stays listed for a while.
 */
async function describeGateway({ at, title }: Scope, call: Call<AwsClients>): Promise<ScopeState> {
    const { transitGatewayId = "" } = at;
    const [gateway] = await gateways(where("transit-gateway-id", [transitGatewayId]), call);
    if (gateway === undefined) {
        return MISSING_SCOPE;
    }
    documentedId(GATEWAYS, gateway, "TransitGatewayId", transitGatewayId);
    const owner = documentedText(GATEWAYS, gateway, "OwnerId");
    const ownAccount = await call.clients.account(call.signal);
    if (owner !== ownAccount) {
        const text = `${title} belongs to AWS account ${owner}, which alone sees and decides its attachments; the credentials belong to ${ownAccount}`;
        throw new CloudError({ action: GATEWAYS, failure: "refused", code: "NotTheOwner", text });
    }
    const setting = record(gateway.Options).AutoAcceptSharedAttachments;
    return gateway.State === "deleted"
        ? MISSING_SCOPE
        : foundScope(setting === "disable" ? true : setting === "enable" ? false : undefined);
}

/** The account's own transit gateways: the listing has those too that others share with it. */
async function discoverGateways(_scope: Scope, call: Call<AwsClients>): Promise<FieldValues[]> {
    const found = await gateways(where("owner-id", [await call.clients.account(call.signal)]), call);
    return found.filter(({ State }) => State !== "deleted").map((gateway) => ({ transitGatewayId: idOf(gateway) }));
}

/** MaxResults up to 1000, filters: API_DescribeTransitGateways. */
function gateways(Filters: AwsFilter[], call: Call<AwsClients>): Promise<Fields[]> {
    return everyPage(GATEWAYS, call, idOf, (NextToken) =>
        askPage(EC2, "describeTransitGateways", "TransitGateways", { Filters, MaxResults: 1000, NextToken }, call),
    );
}

function idOf(gateway: Fields): string {
    return documentedText(GATEWAYS, gateway, "TransitGatewayId");
}
