import { compact, Refusal } from "../server/message";
import { type Action, shownState } from "../server/protocol";
import { connection, list, type Members, type Moving, optional, record, text } from "../server/schema";
import { type AwsAccount, regionsOf } from "./account";
import type { Ec2Call } from "./ec2";
import { type Filters, matching, PAGED, pageOf } from "./ec2-values";
import type { Part as WithNetworkFunctions } from "./network-function";
import { ATTACHMENT, type Attachment } from "./transit-gateway-attachments";

const VPC_ATTACHMENT = {
    ...ATTACHMENT,
    vpcId: text,
    /** The account that asks. Default: that of the entry, which is asked about nothing that it attaches itself: such a one is available at once. */
    vpcOwnerId: optional(text),
    subnetIds: optional(list(text)),
};
export interface TransitGatewayVpcAttachment extends Members<typeof VPC_ATTACHMENT> {}

const GATEWAY = {
    /** `tgw-…` */
    transitGatewayId: text,
    /** `enable` or `disable`. Default disable, as CreateTransitGateway. */
    autoAcceptSharedAttachments: optional(text),
    /** Default available. */
    state: optional(text),
    description: optional(text),
    /** Accounts that see it. Default: those that own its VPC attachments and its firewalls. */
    sharedWith: optional(list(text)),
    vpcAttachments: optional(list(connection<TransitGatewayVpcAttachment>(VPC_ATTACHMENT))),
};
export interface TransitGateway extends Members<typeof GATEWAY> {}

export const TRANSIT_GATEWAY = record<TransitGateway>(GATEWAY);

/** What an entry of the world has of them. */
export interface WithGateways {
    transitGateways?: TransitGateway[];
}

interface Shown {
    readonly gateway: TransitGateway;
    readonly entry: AwsAccount;
}

/** VPC attachments that the caller's account has in its Region: of its transit gateways, and of its VPCs. */
export function vpcAttachmentsOf(call: Ec2Call): Attachment<TransitGatewayVpcAttachment>[] {
    const all = gatewaysIn(call).flatMap(({ gateway, entry }) =>
        (gateway.vpcAttachments ?? []).map((one: TransitGatewayVpcAttachment & Moving) => ({
            one,
            id: one.transitGatewayAttachmentId,
            type: "vpc" as const,
            gateway: { id: gateway.transitGatewayId, ownerId: entry.account },
            resource: { id: one.vpcId, ownerId: one.vpcOwnerId ?? entry.account },
            shownHours: 2,
        })),
    );
    return all.filter(({ gateway, resource }) => [gateway.ownerId, resource.ownerId].includes(call.caller.account));
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeTransitGateways.html */
export const describeGateways: Action<Ec2Call<WithGateways>> = {
    parameters: [...PAGED, "TransitGatewayIds.#"],
    run(call) {
        const ids = call.parameters.list("TransitGatewayIds");
        const seen = gatewaysIn(call).filter((one) => isShared(one, call.caller.account));
        const wanted = ids.length === 0 ? seen : ids.map((id) => findGateway(seen, id));
        const { items, token } = pageOf(call, wanted.filter(matching(call.parameters, FILTERS)));
        return { transitGatewaySet: { item: items.map((one) => shownGateway(one, call)) }, ...token };
    },
};

/** Filters of DescribeTransitGateways about what the simulator holds (botocore 1.44). */
const FILTERS: Filters<Shown> = {
    "options.auto-accept-shared-attachments": ({ gateway }) => [autoAccept(gateway)],
    "owner-id": ({ entry }) => [entry.account],
    state: ({ gateway }) => [gateway.state ?? "available"],
    "transit-gateway-id": ({ gateway }) => [gateway.transitGatewayId],
};

/** The filters of DescribeTransitGatewayAttachments (botocore 1.44), without those about associations, which are not simulated. */
export const ATTACHMENT_FILTERS = {
    "resource-id": ({ resource }: Attachment) => [resource.id],
    "resource-owner-id": ({ resource }: Attachment) => [resource.ownerId],
    "resource-type": ({ type }: Attachment) => [type],
    state: ({ one }: Attachment) => [one.state],
    "transit-gateway-attachment-id": ({ id }: Attachment) => [id],
    "transit-gateway-id": ({ gateway }: Attachment) => [gateway.id],
    "transit-gateway-owner-id": ({ gateway }: Attachment) => [gateway.ownerId],
} satisfies Filters<Attachment>;

/** TransitGatewayAttachment of botocore's model. */
export function shownAttachment({ one, id, type, gateway, resource }: Attachment, call: Ec2Call): object {
    return compact({
        transitGatewayAttachmentId: id,
        transitGatewayId: gateway.id,
        transitGatewayOwnerId: gateway.ownerId,
        resourceOwnerId: resource.ownerId,
        resourceType: type,
        resourceId: resource.id,
        state: shownState(one, one.state, call.hooks.stale),
        creationTime: one.creationTime,
    });
}

function gatewaysIn({ state, regionName }: Ec2Call): Shown[] {
    const entries = regionsOf<WithGateways>(state).filter(({ region }) => region === regionName);
    return entries.flatMap((entry) => (entry.transitGateways ?? []).map((gateway) => ({ gateway, entry })));
}

function isShared({ gateway, entry }: Shown, account: string): boolean {
    const firewalls = (entry as WithNetworkFunctions).networkFunctionAttachments ?? [];
    const owners = [
        ...(gateway.vpcAttachments ?? []).map(({ vpcOwnerId }) => vpcOwnerId),
        ...firewalls
            .filter(({ transitGatewayId }) => transitGatewayId === gateway.transitGatewayId)
            .map(({ resourceOwnerId }) => resourceOwnerId),
    ];
    return entry.account === account || (gateway.sharedWith ?? owners).includes(account);
}

function findGateway(seen: readonly Shown[], id: string): Shown {
    if (!/^tgw-[0-9a-z]+$/.test(id)) {
        throw new Refusal(400, "InvalidTransitGatewayID.Malformed", `Invalid id: "${id}"`);
    }
    const found = seen.find(({ gateway }) => gateway.transitGatewayId === id);
    if (found === undefined) {
        throw new Refusal(
            400,
            "InvalidTransitGatewayID.NotFound",
            `Transit Gateway ${id} was deleted or does not exist.`,
        );
    }
    return found;
}

function autoAccept({ autoAcceptSharedAttachments = "disable" }: TransitGateway): string {
    return autoAcceptSharedAttachments;
}

/** TransitGateway of botocore's model, with the option that decisions are about. */
function shownGateway({ gateway, entry }: Shown, { regionName }: Ec2Call): object {
    return compact({
        transitGatewayId: gateway.transitGatewayId,
        transitGatewayArn: `arn:aws:ec2:${regionName}:${entry.account}:transit-gateway/${gateway.transitGatewayId}`,
        state: gateway.state ?? "available",
        ownerId: entry.account,
        description: gateway.description,
        options: { autoAcceptSharedAttachments: autoAccept(gateway) },
    });
}
