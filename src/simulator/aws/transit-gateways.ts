import { compact, Refusal } from "../server/message";
import { type Action, type Api, shownState } from "../server/protocol";
import { list, type Members, type Moving, optional, record, text } from "../server/schema";
import type { State } from "../server/state";
import { HOUR_MS } from "../server/time";
import { type AwsAccount, regionsOf } from "./account";
import { type Ec2Call, ec2 } from "./ec2";
import { type Filters, itemsOf, matching, PAGED, pageOf } from "./ec2-values";

const GATEWAY = {
    /** `tgw-…` */
    transitGatewayId: text,
    /** `enable` or `disable`. Default disable, as CreateTransitGateway. */
    autoAcceptSharedAttachments: optional(text),
    /** Accounts that it is shared with, which see it too. */
    sharedWith: optional(list(text)),
    /** Default available. */
    state: optional(text),
};
export interface TransitGateway extends Members<typeof GATEWAY> {}

/** Part of an account in the world: attachments of several kinds arrive at a transit gateway. */
export const TRANSIT_GATEWAYS = {
    /** Transit gateways that the account owns in this region. */
    transitGateways: optional(list(record<TransitGateway>(GATEWAY))),
};
export interface WithTransitGateways extends Members<typeof TRANSIT_GATEWAYS> {}

/** A transit gateway, and the entry of its owner. */
interface Owned {
    readonly gateway: TransitGateway;
    readonly entry: AwsAccount;
}

/** An attachment of any type. */
export interface Attachment {
    readonly one: { state: string; creationTime?: string; stateSince?: string } & Moving;
    readonly id: string;
    readonly type: string;
    readonly gateway: { readonly id: string; readonly ownerId: string };
    /** What is attached. */
    readonly resource: { readonly id: string; readonly ownerId: string };
}

/** The transit gateways of EC2. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeTransitGateways.html */
export const transitGateways: Api = ec2<WithTransitGateways>({
    ids: [],
    actions: { DescribeTransitGateways: { parameters: [...PAGED, "TransitGatewayIds.#"], run: describe } },
});

/** DescribeTransitGatewayAttachments, of attachments that the caller sees. */
export function listing<Part>(all: (call: Ec2Call<Part>) => Attachment[]): Action<Ec2Call<Part>> {
    const run = (call: Ec2Call<Part>) => {
        const ids = call.parameters.list("TransitGatewayAttachmentIds");
        const seen = all(call);
        const gone = ids.find((id) => !seen.some((attachment) => attachment.id === id));
        if (gone !== undefined) {
            const message = `Transit Gateway Attachment ${gone} does not exist`;
            throw new Refusal(400, "InvalidTransitGatewayAttachmentID.NotFound", message);
        }
        const wanted = seen.filter(({ id }) => ids.length === 0 || ids.includes(id));
        const { items, token } = pageOf(call, wanted.filter(matching(call.parameters, ATTACHMENT_FILTERS)));
        call.hooks.list(items.map(({ id }) => id));
        return { transitGatewayAttachments: itemsOf(items.map((one) => shownAttachment(one, call))), ...token };
    };
    return { parameters: [...PAGED, "TransitGatewayAttachmentIds.#"], run };
}

/** "The … attachment remains visible for 2 hours, and then is no longer visible" (VPC attachment lifecycle). */
export function isShown({ state: word, changedAt, stateSince = "" }: Attachment["one"], state: State): boolean {
    return (
        !["failed", "rejected", "deleted"].includes(word) ||
        (changedAt ?? Date.parse(stateSince)) + 2 * HOUR_MS > state.now()
    );
}

/** Filters that the API documents; those of options that are not simulated are refused. */
const FILTERS: Filters<Owned> = {
    "options.auto-accept-shared-attachments": ({ gateway }) => [gateway.autoAcceptSharedAttachments ?? "disable"],
    "owner-id": ({ entry }) => [entry.account],
    state: ({ gateway }) => [gateway.state ?? "available"],
    "transit-gateway-id": ({ gateway }) => [gateway.transitGatewayId],
};

/** Filters that the API documents, but for those of associations. */
const ATTACHMENT_FILTERS: Filters<Attachment> = {
    "resource-id": ({ resource }) => [resource.id],
    "resource-owner-id": ({ resource }) => [resource.ownerId],
    "resource-type": ({ type }) => [type],
    state: ({ one }) => [one.state],
    "transit-gateway-attachment-id": ({ id }) => [id],
    "transit-gateway-id": ({ gateway }) => [gateway.id],
    "transit-gateway-owner-id": ({ gateway }) => [gateway.ownerId],
};

/** An account sees its own, and those that are shared with it. */
function describe(call: Ec2Call<WithTransitGateways>): object {
    const { state, caller, regionName, parameters } = call;
    const seen = regionsOf<WithTransitGateways>(state).flatMap((entry) =>
        (entry.region === regionName ? (entry.transitGateways ?? []) : [])
            .filter(({ sharedWith = [] }) => [entry.account, ...sharedWith].includes(caller.account))
            .map((gateway) => ({ gateway, entry })),
    );
    const ids = parameters.list("TransitGatewayIds");
    const gone = ids.find((id) => !seen.some(({ gateway }) => gateway.transitGatewayId === id));
    if (gone !== undefined) {
        throw new Refusal(400, "InvalidTransitGatewayID.NotFound", `Transit Gateway ${gone} does not exist`);
    }
    const wanted = seen.filter(({ gateway }) => ids.length === 0 || ids.includes(gateway.transitGatewayId));
    const { items, token } = pageOf(call, wanted.filter(matching<Owned>(parameters, FILTERS)));
    return { transitGatewaySet: itemsOf(items.map(shownGateway)), ...token };
}

/** TransitGateway of botocore's model, with the option that decisions are about. */
function shownGateway({ gateway, entry }: Owned): object {
    const { transitGatewayId: id, state = "available", autoAcceptSharedAttachments = "disable" } = gateway;
    return {
        transitGatewayId: id,
        transitGatewayArn: `arn:aws:ec2:${entry.region}:${entry.account}:transit-gateway/${id}`,
        state,
        ownerId: entry.account,
        options: { autoAcceptSharedAttachments },
    };
}

/** TransitGatewayAttachment of botocore's model. */
function shownAttachment({ one, id, type, gateway, resource }: Attachment, { hooks }: Ec2Call): object {
    return compact({
        transitGatewayAttachmentId: id,
        transitGatewayId: gateway.id,
        transitGatewayOwnerId: gateway.ownerId,
        resourceOwnerId: resource.ownerId,
        resourceType: type,
        resourceId: resource.id,
        state: shownState(one, one.state, hooks.stale),
        creationTime: one.creationTime,
    });
}
