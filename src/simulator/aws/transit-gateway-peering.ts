import { type Choices, kind } from "../server/kind";
import { compact, Refusal } from "../server/message";
import { shownState } from "../server/protocol";
import { connection, list, type Members, optional } from "../server/schema";
import { type Ec2Call, ec2 } from "./ec2";
import { ATTACHMENT_FILTERS } from "./transit-gateway";
import * as attachments from "./transit-gateway-attachments";
import * as peers from "./transit-gateway-peers";

const WORLD = {
    /** Peering attachments of transit gateways, each in the entry of one of its sides, as a rule the accepter's. Both sides see it. */
    transitGatewayPeeringAttachments: optional(list(connection<peers.TransitGatewayPeeringAttachment>(peers.PEERING))),
};
export interface Part extends Members<typeof WORLD> {}

const UNDOCUMENTED = peers.PEERING_SWITCHES;
export interface Switches extends Choices<typeof UNDOCUMENTED> {}

const PEERINGS: attachments.Attachments<Part, peers.PeeringSide> = {
    all: peers.peeringAttachmentsOf,
    shown,
    /** Code and words: terraform-provider-aws issues 24677, 38027. */
    refusal({ id, decides }, _call, verb) {
        const message = `Cannot ${verb} ${id} as the source of the peering request.`;
        return decides ? undefined : new Refusal(400, "InvalidParameterValue", message);
    },
    attaches: "Peering",
};

/** Peering attachments. Rules: Transit Gateways Guide, "Transit gateway peering attachments"; filters: botocore 1.44. */
export const transitGatewayPeering = kind<Part, Switches>({
    names: ["aws:transitGatewayPeering"],
    world: WORLD,
    connections: ({ transitGatewayPeeringAttachments = [] }) => transitGatewayPeeringAttachments,
    fillIn({ transitGatewayPeeringAttachments = [] }, now) {
        attachments.fillInAttachments(transitGatewayPeeringAttachments, now);
    },
    /** A request "remains in this state indefinitely until it's either accepted or rejected". */
    expire: () => {},
    undocumented: UNDOCUMENTED,
    rates: [attachments.rateOf(PEERINGS)],
    api: ec2<Part>({
        ids: ["TransitGatewayAttachmentId"],
        actions: {
            DescribeTransitGatewayPeeringAttachments: attachments.listing(
                PEERINGS,
                "transitGatewayPeeringAttachments",
                {
                    "local-owner-id": ({ gateway }) => [gateway.ownerId],
                    "remote-owner-id": ({ resource }) => [resource.ownerId],
                    state: ATTACHMENT_FILTERS.state,
                    "transit-gateway-attachment-id": ({ id }) => [id],
                    "transit-gateway-id": ({ gateway }) => [gateway.id],
                },
            ),
            ...attachments.actionsOn(PEERINGS),
        },
    }),
});

/** TransitGatewayPeeringAttachment of botocore's model, without status, options and tags. */
function shown({ one, id, requester, accepter }: peers.PeeringSide, call: Ec2Call): object {
    const told = call.state.choice(UNDOCUMENTED, "ec2TgwAccepterId") === "told";
    return compact({
        transitGatewayAttachmentId: id,
        accepterTransitGatewayAttachmentId: told ? one.accepterTransitGatewayAttachmentId : undefined,
        requesterTgwInfo: infoOf(requester),
        accepterTgwInfo: infoOf(accepter),
        state: shownState(one, one.state, call.hooks.stale),
        creationTime: one.creationTime,
    });
}

function infoOf({ transitGatewayId, coreNetworkId, ownerId, region }: peers.Peer): object {
    return compact({ transitGatewayId, coreNetworkId, ownerId, region });
}
