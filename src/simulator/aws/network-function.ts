import { connection, list, type Members, type Moving, optional, text } from "../server/schema";
import type { State } from "../server/state";
import { regionsOf } from "./account";
import type { Ec2Call } from "./ec2";
import { type Attachment, visible } from "./transit-gateway-attachments";

/** Network functions that are attached to transit gateways: firewalls, and endpoint services of Gateway Load Balancers. */

const FUNCTION = {
    /** `tgw-attach-…` */
    transitGatewayAttachmentId: text,
    /** A transit gateway of this account. */
    transitGatewayId: text,
    /** As EC2 writes it, `pendingAcceptance`. */
    state: text,
    /** The account of the firewall. Default: that of the entry, which is not asked about its own. */
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
export interface NetworkFunctionAttachment extends Members<typeof FUNCTION> {}

export const WORLD = {
    /** Network function attachments of the account's transit gateways. The firewall's account sees its own, too. */
    networkFunctionAttachments: optional(list(connection<NetworkFunctionAttachment>(FUNCTION))),
};
export interface Part extends Members<typeof WORLD> {}

export const FUNCTION_SWITCHES = {
    /** EC2: the ResourceId of a firewall's attachment. */
    ec2FirewallResourceId: ["arn", "network-firewall"],
} as const;

/** Those of a region that are shown. */
export function networkFunctionsIn(state: State, regionName: string) {
    const entries = regionsOf<Part>(state).filter(({ region }) => region === regionName);
    const arns = state.choice(FUNCTION_SWITCHES, "ec2FirewallResourceId") === "arn";
    const all = entries.flatMap(({ account, networkFunctionAttachments = [] }) =>
        networkFunctionAttachments.map((one: NetworkFunctionAttachment & Moving) => {
            const id = one.transitGatewayAttachmentId;
            const ownerId = one.resourceOwnerId ?? account;
            const arn = `arn:aws:network-firewall:${regionName}:${ownerId}:firewall/${one.firewallName ?? id}`;
            return {
                one,
                id,
                type: "network-function" as const,
                gateway: { id: one.transitGatewayId, ownerId: account },
                resource: { id: one.serviceName ?? (arns ? arn : "network-firewall"), ownerId },
                shownHours: 2,
            };
        }),
    );
    return visible(all, state);
}

/** Those that the caller sees: of its transit gateways, and its own. */
export function networkFunctionsOf({ state, regionName, caller }: Ec2Call): Attachment[] {
    return networkFunctionsIn(state, regionName).filter(({ gateway, resource }) =>
        [gateway.ownerId, resource.ownerId].includes(caller.account),
    );
}
