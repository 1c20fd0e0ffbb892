import { expireDue } from "../server/expiry";
import { type Choices, kind } from "../server/kind";
import { compact } from "../server/message";
import { type Action, shownState } from "../server/protocol";
import { connection, list, type Members, type Moving, optional, text } from "../server/schema";
import { DAY_MS } from "../server/time";
import { EC2_THROTTLING, type Ec2Call, ec2 } from "./ec2";
import { invalidTransition, notPermitted, tagSet } from "./ec2-values";
import * as sides from "./two-sides";
import { vpcInfo } from "./vpc";

const PEERING = {
    /** `pcx-…` */
    vpcPeeringConnectionId: text,
    /** A code of VpcPeeringConnectionStateReason, `pending-acceptance`. */
    status: text,
    /** Its message, until the status changes. Default: that of the CLI's examples, if they have one. */
    statusMessage: optional(text),
    /** When a pending request expires, ISO 8601. Default: 7 days after the simulator got the world. */
    expirationTime: optional(text),
};
export interface VpcPeeringConnection extends Members<typeof PEERING>, sides.TwoSidedFields {}

const WORLD = {
    /** VPC peering connections, each in the entry of one of its sides, as a rule the accepter's. Both sides see it. */
    vpcPeeringConnections: optional(list(connection<VpcPeeringConnection>({ ...PEERING, ...sides.TWO_SIDED }))),
};
export interface Part extends Members<typeof WORLD> {}

const UNDOCUMENTED = {
    /** EC2 VPC peering: the model shows CIDR blocks of active ones only, the examples of the CLI the requester's always. */
    ec2PeeringCidrs: ["examples", "activeOnly"],
    /** EC2 VPC peering: a decision of the accepter's account in a Region of neither side. */
    ec2PeeringOtherRegion: ["OperationNotPermitted", "InvalidVpcPeeringConnectionID.NotFound"],
    /** EC2 VPC peering: the accepter deletes a pending request, which the requester may; what answers is not said. */
    ec2PeeringAccepterDeletes: ["OperationNotPermitted", "deletes"],
    /** EC2 VPC peering: a deleted one is deleted again. */
    ec2PeeringDeleteAgain: ["InvalidStateTransition", "nothing"],
} as const;
export interface Switches extends Choices<typeof UNDOCUMENTED> {}

type Call = Ec2Call<Part>;
type Item = sides.TwoSided<VpcPeeringConnection & Moving>;

const SIDES: sides.Sides<Part, VpcPeeringConnection & Moving> = {
    listOf: ({ vpcPeeringConnections }) => vpcPeeringConnections,
    idOf: ({ vpcPeeringConnectionId }) => vpcPeeringConnectionId,
    parameter: "VpcPeeringConnectionId",
    idFormat: /^pcx-[0-9a-z]+$/,
    notFound: "InvalidVpcPeeringConnectionID.NotFound",
    ended: {
        expired: { requester: 48, accepter: 48, sameAccount: 48 },
        failed: { requester: 2, accepter: 0, sameAccount: 2 },
        rejected: { requester: 48, accepter: 2, sameAccount: 2 },
        deleted: { requester: 48, accepter: 48, sameAccount: 2, deleter: 2 },
    },
    hidesElsewhere: (state) => state.choice(UNDOCUMENTED, "ec2PeeringOtherRegion") !== "OperationNotPermitted",
    shown,
};
const EXPIRY = { from: "pending-acceptance", to: "expired", at: "expirationTime" } as const;

/** VPC peering connections. Rules and filters: botocore 1.44 (EC2); VPC Peering Guide, "VPC peering connection lifecycle". */
export const vpcPeering = kind<Part, Switches>({
    names: ["aws:vpcPeering"],
    world: WORLD,
    connections: ({ vpcPeeringConnections = [] }) => vpcPeeringConnections,
    fillIn({ vpcPeeringConnections = [] }, now) {
        for (const one of vpcPeeringConnections) {
            one.statusSince ??= new Date(now).toISOString();
            one.expirationTime ??= new Date(now + 7 * DAY_MS).toISOString();
        }
    },
    expire: ({ vpcPeeringConnections = [] }, state) => expireDue(state, vpcPeeringConnections, EXPIRY),
    undocumented: UNDOCUMENTED,
    rates: [{ action: /^ec2:(Accept|Reject|Delete)VpcPeering/, burst: 50, perSecond: 5, source: EC2_THROTTLING }],
    api: ec2<Part>({
        ids: ["VpcPeeringConnectionId"],
        actions: {
            DescribeVpcPeeringConnections: sides.listing(SIDES, "vpcPeeringConnectionSet", {
                ...sides.sideFilters<VpcPeeringConnection & Moving>(),
                "expiration-time": ({ one }) => [one.expirationTime],
                "status-code": ({ one }) => [one.status],
                "status-message": (item) => [messageOf(item, item.one.status)],
                "vpc-peering-connection-id": ({ one }) => [one.vpcPeeringConnectionId],
            }),
            AcceptVpcPeeringConnection: decision("accept", ["provisioning", "active"], "vpcPeeringConnection"),
            RejectVpcPeeringConnection: decision("reject", ["rejected"]),
            DeleteVpcPeeringConnection: sides.changing(SIDES, undefined, remove),
        },
    }),
});

function decision(verb: string, states: readonly [string, ...string[]], answer?: string): Action<Call> {
    return sides.changing(SIDES, answer, (call) => {
        const item = sides.decided(SIDES, call, verb);
        if (item.one.status !== "pending-acceptance") {
            throw invalidTransition(SIDES.idOf(item.one), item.one.status, states[0]);
        }
        call.state.move(item.one, ...states);
        return item;
    });
}

/** An active one, or a pending one by its requester. "Deleting: applies to an inter-region VPC peering connection". */
function remove(call: Call): Item {
    const { state, caller } = call;
    const item = sides.named(SIDES, call);
    const { one, requester, accepter } = item;
    if (/^delet/.test(one.status) && state.choice(UNDOCUMENTED, "ec2PeeringDeleteAgain") === "nothing") {
        return item;
    }
    if (one.status !== "active" && one.status !== "pending-acceptance") {
        throw invalidTransition(SIDES.idOf(one), one.status, "deleting");
    }
    const allowed = one.status === "active" || requester.ownerId === caller.account;
    if (!allowed && state.choice(UNDOCUMENTED, "ec2PeeringAccepterDeletes") !== "deletes") {
        throw notPermitted(`User ${caller.account} cannot delete peering ${SIDES.idOf(one)}`);
    }
    one.deletedBy = caller.account;
    const between = requester.region !== accepter.region;
    state.move(one, ...((between ? ["deleting", "deleted"] : ["deleted"]) as [string, ...string[]]));
    return item;
}

/** VpcPeeringConnection of botocore's model, without peering options. */
function shown(item: Item, call: Call): object {
    const { one, requester, accepter } = item;
    const status = shownState(one, one.status, call.hooks.stale);
    const examples = call.state.choice(UNDOCUMENTED, "ec2PeeringCidrs") === "examples";
    return compact({
        vpcPeeringConnectionId: one.vpcPeeringConnectionId,
        status: compact({ code: status, message: messageOf(item, status) }),
        requesterVpcInfo: vpcInfo(requester, examples || status === "active"),
        accepterVpcInfo: vpcInfo(accepter, status === "active" || (examples && status === "provisioning")),
        expirationTime: /^(initiating|pending)-/.test(status) ? one.expirationTime : undefined,
        tagSet: tagSet(sides.ownTags(item, call)),
    });
}

/** Messages of the CLI's examples; of the other states none is documented. */
function messageOf({ one, accepter }: Item, status: string): string | undefined {
    const messages: Readonly<Record<string, string>> = {
        "initiating-request": `Initiating Request to ${accepter.ownerId}`,
        "pending-acceptance": `Pending Acceptance by ${accepter.ownerId}`,
        provisioning: "Provisioning",
        active: "Active",
    };
    return one.changedAt === undefined ? (one.statusMessage ?? messages[status]) : messages[status];
}
