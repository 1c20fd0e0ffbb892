import { documentedId, documentedText, type Fields, record } from "../answer";
import { everyPage, foundScope, MISSING_SCOPE } from "../calls";
import { CloudError } from "../cloud";
import type { Call, FieldValues, Scope, ScopeState } from "../kind";
import { type AwsCall, type AwsClients, type AwsFilter, askPage, where } from "./cloud";
import { EC2, ec2Id } from "./ec2";

/** Transit gateways, and what attachments to them have in common. */

export const GATEWAYS = "ec2:DescribeTransitGateways";
export const ATTACHMENTS = "ec2:DescribeTransitGatewayAttachments";
/** "VPC attachment lifecycle". It is told for attachments of VPCs; the API has the same words for all types. */
export const ATTACHMENT_STATES = "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html";

export const transitGatewayId = ec2Id("tgw");
export const attachmentId = ec2Id("tgw-attach");

/** API_TransitGatewayAttachment, `State`. One that is `modifying` or `rollingBack` was accepted, and ends in `available`. */
export const attachmentStatuses = {
    initiating: "accepting",
    initiatingRequest: "accepting",
    pendingAcceptance: "pending",
    pending: "accepting",
    available: "accepted",
    modifying: "accepted",
    rollingBack: "accepted",
    rejecting: "rejecting",
    rejected: "rejected",
    failing: "failed",
    failed: "failed",
    deleting: "removing",
    deleted: "absent",
} as const;

/** Nobody has decided yet: the request is still being made. */
export function isMaking(state: unknown): boolean {
    return state === "initiatingRequest" || state === "initiating";
}

/**
 * One page of the attachments of a transit gateway, of all types: the filter `resource-type` documents no value for some. MaxResults up to 1000,
 * filters: API_DescribeTransitGatewayAttachments.
 */
export async function attachments(scope: Scope, NextToken: string | undefined, call: AwsCall, more: AwsFilter[] = []) {
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

/**
 * Whether the transit gateway is there, and whether it accepts by itself. An account that it is shared with sees it too, but of its
 * attachments only its own: from there, one that is not listed may still exist. One that was deleted stays listed for a while.
 */
export async function describeGateway({ at, title }: Scope, call: Call<AwsClients>): Promise<ScopeState> {
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
export async function discoverGateways(_scope: Scope, call: Call<AwsClients>): Promise<FieldValues[]> {
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
