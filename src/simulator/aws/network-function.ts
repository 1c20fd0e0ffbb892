import { compact, Refusal } from "../server/message";
import { type Action, shownState } from "../server/protocol";
import { connection, list, type Members, type Moving, optional, text } from "../server/schema";
import type { State } from "../server/state";
import { HOUR_MS } from "../server/time";
import { type AwsAccount, regionsOf } from "./account";
import type { Ec2Call } from "./ec2";
import { type Filters, itemsOf, matching, PAGED, pageOf } from "./ec2-values";

const ATTACHMENT = {
    /** `tgw-attach-…` */
    transitGatewayAttachmentId: text,
    /** A transit gateway of this account. */
    transitGatewayId: text,
    /** As EC2 writes it, `pendingAcceptance`. */
    state: text,
    /** The account of the firewall. Default: that of the entry. */
    resourceOwnerId: optional(text),
    /** Default: the attachment's id. */
    firewallName: optional(text),
    /** Of a Gateway Load Balancer endpoint service, in place of a firewall: its name, `com.amazonaws.vpce.eu-west-1.vpce-svc-…`. */
    serviceName: optional(text),
    /** ISO 8601. Default: when the simulator got the world. */
    creationTime: optional(text),
    /** When the state began, ISO 8601: one that has ended is shown for 2 hours. Default: when the simulator got the world. */
    stateSince: optional(text),
};
export interface NetworkFunctionAttachment extends Members<typeof ATTACHMENT> {}

export const WORLD = {
    /** Network function attachments of the account's transit gateways. The firewall's account sees its own, too. */
    networkFunctionAttachments: optional(list(connection<NetworkFunctionAttachment>(ATTACHMENT))),
};
export interface Part extends Members<typeof WORLD> {}

export const EC2_UNDOCUMENTED = {
    /** EC2: the ResourceId of a firewall's attachment. */
    ec2FirewallResourceId: ["arn", "network-firewall"],
} as const;

/** An attachment, and the entry of its transit gateway's owner. */
export interface Attached {
    readonly one: NetworkFunctionAttachment & Moving;
    readonly entry: AwsAccount;
}

/** The account of what is attached. */
export function resourceOwner({ one, entry }: Attached): string {
    return one.resourceOwnerId ?? entry.account;
}

/** Those of a region. "The … attachment remains visible for 2 hours, and then is no longer visible": failed, rejected, deleted. */
export function attachmentsIn(state: State, regionName: string): Attached[] {
    const shown = ({ state: word, changedAt, stateSince = "" }: Attached["one"]) =>
        !["failed", "rejected", "deleted"].includes(word) ||
        (changedAt ?? Date.parse(stateSince)) + 2 * HOUR_MS > state.now();
    return regionsOf<Part>(state).flatMap((entry) =>
        (entry.region === regionName ? (entry.networkFunctionAttachments ?? []) : [])
            .filter(shown)
            .map((one) => ({ one, entry })),
    );
}

/** DescribeTransitGatewayAttachments: of a transit gateway's owner all, of other accounts their own. Other types are not in this world. */
export const describeAttachments: Action<Ec2Call<Part>> = {
    parameters: [...PAGED, "TransitGatewayAttachmentIds.#"],
    run(call) {
        const { state, caller, regionName, parameters } = call;
        const seen = attachmentsIn(state, regionName).filter((item) =>
            [item.entry.account, resourceOwner(item)].includes(caller.account),
        );
        const ids = parameters.list("TransitGatewayAttachmentIds");
        const gone = ids.find((id) => !seen.some(({ one }) => one.transitGatewayAttachmentId === id));
        if (gone !== undefined) {
            const message = `The transitGatewayAttachment ID '${gone}' does not exist`;
            throw new Refusal(400, "InvalidTransitGatewayAttachmentID.NotFound", message);
        }
        const wanted = seen.filter(({ one }) => ids.length === 0 || ids.includes(one.transitGatewayAttachmentId));
        const { items, token } = pageOf(call, wanted.filter(matching(parameters, filtersOf(state))));
        call.hooks.list(items.map(({ one }) => one.transitGatewayAttachmentId));
        return { transitGatewayAttachments: itemsOf(items.map((item) => shownAttachment(item, call))), ...token };
    },
};

/** The filters that the API documents, but for those of associations. */
function filtersOf(state: State): Filters<Attached> {
    return {
        "resource-id": (item) => [resourceId(item, state)],
        "resource-owner-id": (item) => [resourceOwner(item)],
        "resource-type": () => ["network-function"],
        state: ({ one }) => [one.state],
        "transit-gateway-attachment-id": ({ one }) => [one.transitGatewayAttachmentId],
        "transit-gateway-id": ({ one }) => [one.transitGatewayId],
        "transit-gateway-owner-id": ({ entry }) => [entry.account],
    };
}

/** TransitGatewayAttachment of botocore's model. */
function shownAttachment(item: Attached, { state, hooks }: Ec2Call): object {
    const { one, entry } = item;
    return compact({
        transitGatewayAttachmentId: one.transitGatewayAttachmentId,
        transitGatewayId: one.transitGatewayId,
        transitGatewayOwnerId: entry.account,
        resourceOwnerId: resourceOwner(item),
        resourceType: "network-function",
        resourceId: resourceId(item, state),
        state: shownState(one, one.state, hooks.stale),
        creationTime: one.creationTime,
    });
}

function resourceId(item: Attached, state: State): string {
    const { one, entry } = item;
    const { serviceName, firewallName = one.transitGatewayAttachmentId } = one;
    const arn = `arn:aws:network-firewall:${entry.region}:${resourceOwner(item)}:firewall/${firewallName}`;
    const known = state.choice(EC2_UNDOCUMENTED, "ec2FirewallResourceId") === "arn" ? arn : "network-firewall";
    return serviceName ?? known;
}
