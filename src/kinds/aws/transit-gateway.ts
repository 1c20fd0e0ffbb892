import { documentedId, documentedText, type Fields } from "../answer";
import { everyPage, foundScope, MISSING_SCOPE, unlessMissing } from "../calls";
import { type CloudError, unreadableAnswer } from "../cloud";
import type { Call, FieldValues, Order, Receipt, Scope, ScopeState } from "../kind";
import type { Action } from "../table";
import { type AwsCall, type AwsClients, actionOf, ask, askPage, where } from "./cloud";
import { EC2, ec2Id, ec2Rate } from "./ec2";

/** Transit gateways, and what attachments to them have in common. */

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

export const attachmentId = ec2Id("tgw-attach");
export const transitGatewayId = ec2Id("tgw");

/** "Mutating actions", which no action of an attachment is an exception of. */
export const attachmentRates = { accept: ec2Rate(50, 5), reject: ec2Rate(50, 5), remove: ec2Rate(50, 5) };

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

const GATEWAYS = "ec2:DescribeTransitGateways";

/** Whether the transit gateway is there, and whether it accepts by itself. One that was deleted stays listed for a while. */
export function describeGateway({ at: { transitGatewayId = "" } }: Scope, call: AwsCall): Promise<ScopeState> {
    const find = async () => {
        const { items } = await gateways({ TransitGatewayIds: [transitGatewayId] }, call);
        const gateway = items.find((one) => one.TransitGatewayId === transitGatewayId);
        if (gateway === undefined && items.length > 0) {
            throw unreadableAnswer(GATEWAYS, `the answer is about another transit gateway than ${transitGatewayId}`);
        }
        return gateway === undefined || gateway.State === "deleted" ? MISSING_SCOPE : foundScope(asksOwner(gateway));
    };
    return unlessMissing(find, MISSING_SCOPE, isMissing);
}

/** The account's own transit gateways: the listing has those too that others share with it. */
export async function discoverGateways(_scope: Scope, call: Call<AwsClients>): Promise<FieldValues[]> {
    const idOf = (gateway: Fields) => documentedText(GATEWAYS, gateway, "TransitGatewayId");
    const Filters = where("owner-id", [await call.clients.account(call.signal)]);
    const found = await everyPage(GATEWAYS, call, idOf, (NextToken) =>
        gateways({ Filters, MaxResults: 1000, NextToken }, call),
    );
    return found.filter(({ State }) => State !== "deleted").map((gateway) => ({ transitGatewayId: idOf(gateway) }));
}

function isMissing({ code }: CloudError): boolean {
    return /^InvalidTransitGatewayID\.(NotFound|Malformed)$/i.test(code);
}

/** AutoAcceptSharedAttachments is "enable" or "disable". */
function asksOwner({ Options }: Fields): boolean | undefined {
    const word = (Options as Fields | undefined)?.AutoAcceptSharedAttachments;
    return word === "disable" ? true : word === "enable" ? false : undefined;
}

/** MaxResults up to 1000: API_DescribeTransitGateways. */
function gateways(
    input: {
        TransitGatewayIds?: string[];
        Filters?: ReturnType<typeof where>;
        MaxResults?: number;
        NextToken?: string | undefined;
    },
    call: AwsCall,
) {
    return askPage(EC2, "describeTransitGateways", "TransitGateways", input, call);
}
