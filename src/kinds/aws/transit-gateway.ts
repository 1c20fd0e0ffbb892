import { documentedId, documentedText, type Fields, record } from "../answer";
import { everyPage, foundScope, MISSING_SCOPE } from "../calls";
import { CloudError } from "../cloud";
import type { Call, FieldValues, Scope, ScopeState } from "../kind";
import { type AwsCall, type AwsClients, type AwsFilter, askPage, where } from "./cloud";
import { EC2 } from "./ec2";

/** Transit gateways: where their attachments arrive. */

export const GATEWAYS = "ec2:DescribeTransitGateways";
export const ATTACHMENTS = "ec2:DescribeTransitGatewayAttachments";
/** "VPC attachment lifecycle". It is told for attachments of VPCs; the API has the same words for all types. */
export const STATES = "https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html";

/** API_TransitGatewayAttachment, `State`. `modifying` and `rollingBack` lead to `available`: nothing can be done about one before that. */
export const ATTACHMENT_STATUSES = {
    initiating: "accepting",
    initiatingRequest: "accepting",
    pendingAcceptance: "pending",
    pending: "accepting",
    available: "accepted",
    modifying: "accepting",
    rollingBack: "accepting",
    rejecting: "rejecting",
    rejected: "rejected",
    failing: "failed",
    failed: "failed",
    deleting: "removing",
    deleted: "absent",
} as const;

/**
 * Whether the transit gateway is there, and whether it accepts by itself. An account that it is shared with sees it too, but of its
 * attachments only its own: from there, one that is not listed may still exist.
 */
export async function describe({ at, title }: Scope, call: Call<AwsClients>): Promise<ScopeState> {
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
    return foundScope(setting === "disable" ? true : setting === "enable" ? false : undefined);
}

/** Every transit gateway that the account owns in the region. */
export async function discover(_scope: Scope, call: Call<AwsClients>): Promise<FieldValues[]> {
    const found = await gateways(where("owner-id", [await call.clients.account(call.signal)]), call);
    return found.map((gateway) => ({ transitGatewayId: idOf(gateway) }));
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

/** MaxResults up to 1000, filters: API_DescribeTransitGateways. */
function gateways(Filters: AwsFilter[], call: Call<AwsClients>): Promise<Fields[]> {
    return everyPage(GATEWAYS, call, idOf, (NextToken) =>
        askPage(EC2, "describeTransitGateways", "TransitGateways", { Filters, MaxResults: 1000, NextToken }, call),
    );
}

function idOf(gateway: Fields): string {
    return documentedText(GATEWAYS, gateway, "TransitGatewayId");
}
