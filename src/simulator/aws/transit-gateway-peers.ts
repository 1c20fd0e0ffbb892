import { type Members, type Moving, optional, record, text } from "../server/schema";
import type { State } from "../server/state";
import { type AwsAccount, regionsOf } from "./account";
import type { Ec2Call } from "./ec2";
import { ATTACHMENT, type Attachment } from "./transit-gateway-attachments";

/** Peering attachments: one object of the world, seen from two sides. */

const PEER = {
    transitGatewayId: text,
    /** The account. Default: that of the entry. */
    ownerId: optional(text),
    /** Default: that of the entry. */
    region: optional(text),
    /** Where it is a core network of Cloud WAN that asks. */
    coreNetworkId: optional(text),
};
export interface PeeredTransitGateway extends Members<typeof PEER> {}

export const PEERING = {
    ...ATTACHMENT,
    /** The accepter's own id of it, within one Region (terraform-provider-aws issue 23828). Default: both sides have the same. */
    accepterTransitGatewayAttachmentId: optional(text),
    requester: record<PeeredTransitGateway>(PEER),
    accepter: record<PeeredTransitGateway>(PEER),
};
export interface TransitGatewayPeeringAttachment extends Members<typeof PEERING> {}

export const PEERING_SWITCHES = {
    /** EC2 transit gateway peering: how long one that has ended is shown. Documented of VPC attachments: 2 hours. */
    ec2TgwPeeringEnded: ["twoHours", "stays"],
    /** EC2 transit gateway peering: `AccepterTransitGatewayAttachmentId` is in the model, and in no example. */
    ec2TgwAccepterId: ["told", "untold"],
} as const;

/** A side of a peering: a transit gateway whose account and Region are known. */
export interface Peer extends PeeredTransitGateway {
    ownerId: string;
    region: string;
}

/** What one side sees. */
export interface PeeringSide extends Attachment<TransitGatewayPeeringAttachment> {
    readonly decides: boolean;
    readonly requester: Peer;
    readonly accepter: Peer;
}

interface WithPeerings {
    transitGatewayPeeringAttachments?: (TransitGatewayPeeringAttachment & Moving)[];
}

/** What the caller's account has in its Region: both sides, where both are there. */
export function peeringAttachmentsOf(call: Ec2Call): PeeringSide[] {
    return regionsOf<WithPeerings>(call.state).flatMap((entry) =>
        (entry.transitGatewayPeeringAttachments ?? []).flatMap((one) => sidesOf(one, entry, call)),
    );
}

/** Of one id at both sides the accepter's counts. */
function sidesOf(one: TransitGatewayPeeringAttachment & Moving, entry: AwsAccount, call: Ec2Call): PeeringSide[] {
    const requester = peerOf(one.requester, entry);
    const accepter = peerOf(one.accepter, entry);
    const sides = [
        sideOf(one, requester, accepter, call.state, true),
        sideOf(one, requester, accepter, call.state, false),
    ];
    const seen = sides.filter(({ decides }) => {
        const { ownerId, region } = decides ? accepter : requester;
        return ownerId === call.caller.account && region === call.regionName;
    });
    return seen.filter(({ id }, i) => seen.findIndex((other) => other.id === id) === i);
}

function sideOf(
    one: TransitGatewayPeeringAttachment & Moving,
    requester: Peer,
    accepter: Peer,
    state: State,
    decides: boolean,
): PeeringSide {
    const [here, there] = decides ? [accepter, requester] : [requester, accepter];
    const own = one.transitGatewayAttachmentId;
    return {
        one,
        id: decides ? (one.accepterTransitGatewayAttachmentId ?? own) : own,
        type: "peering",
        gateway: { id: here.transitGatewayId, ownerId: here.ownerId },
        resource: { id: there.transitGatewayId, ownerId: there.ownerId },
        shownHours: state.choice(PEERING_SWITCHES, "ec2TgwPeeringEnded") === "twoHours" ? 2 : undefined,
        decides,
        requester,
        accepter,
    };
}

function peerOf(gateway: PeeredTransitGateway, { account, region }: AwsAccount): Peer {
    return { ownerId: account, region, ...gateway };
}
