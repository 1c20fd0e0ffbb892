import { LosslessNumber } from "lossless-json";
import { expireAll } from "../server/expiry";
import { type Choices, kind } from "../server/kind";
import { type ParameterCall, shownState } from "../server/protocol";
import { anyText, connection, integer, list, type Members, type Moving, optional, tags, text } from "../server/schema";
import { DAY_MS, seconds } from "../server/time";
import { type Account, UID } from "./account";
import { rpc } from "./rpc";
import { boolean, refuseIf, tagList, wire } from "./rpc-values";
import { changing, listingOf, moving, reading, type Shared, type Sharing } from "./shared";
import { VPC, vpcOf } from "./vpc";

const PEERING = {
    instanceId: text,
    /** As the API writes it, `Accepting`. */
    status: text,
    /** The requester's account. */
    ownerId: UID,
    /** Default cn-hangzhou. */
    regionId: optional(text),
    name: optional(anyText),
    description: optional(anyText),
    vpc: optional(VPC),
    /** Default: as regionId. */
    acceptingRegionId: optional(text),
    acceptingVpc: optional(VPC),
    /** Default: when the simulator got the world. */
    gmtCreate: optional(text),
    /** Until a decision changes it; default: as created. */
    gmtModified: optional(text),
    /** `Normal` or `FinancialLocked`. @default "Normal" */
    bizStatus: optional(text),
    /** Default: -1 (no limit) within a region, 1024 between regions. */
    bandwidth: optional(integer),
    linkType: optional(text),
    resourceGroupId: optional(text),
    tags: optional(tags),
    /** Route entries of a VPC's route table that point to the connection. */
    routes: optional(list(text)),
};
export interface VpcPeerConnection extends Members<typeof PEERING> {}

const WORLD = {
    /** VPC peering connections whose accepter is this account. */
    vpcPeerConnections: optional(list(connection<VpcPeerConnection>(PEERING))),
};
export interface Part extends Members<typeof WORLD> {}

const UNDOCUMENTED = {
    /** Alibaba dry run: whether it looks at the status. */
    alibabaDryRunStatus: ["ignored", "checked"],
    /** Alibaba removal, not forced, where routes point to the connection: terraform-provider-alicloud knows a refusal, the SDK's text says that the routes stay. */
    alibabaRemoveWithRoutes: ["OperationDenied.RouteEntryExist", "leavesRoutes"],
    /** Alibaba: a decision or removal while BizStatus is FinancialLocked; a code for it is documented, which calls answer it is not. */
    alibabaFinancialLocked: ["IncorrectBusinessStatus.VpcPeer", "ignored"],
} as const;
export interface Switches extends Choices<typeof UNDOCUMENTED> {}

type Connection = VpcPeerConnection & Moving;

/** "360 calls in 60 s" for each operation. */
const QUOTA = "https://www.alibabacloud.com/help/en/vpc/developer-reference/api-vpcpeer-2022-01-01-quota";
/** The pending time of a request: GmtExpired in the SDK's own examples. */
const EXPIRY = { from: "Accepting", to: "Expired", since: "gmtCreate", afterMs: 7 * DAY_MS } as const;
const DECISION = { from: ["Accepting"], by: "accepter" } as const;

const SHARING: Sharing<Part, Connection> = {
    resource: "VpcPeer",
    listOf: ({ vpcPeerConnections }) => vpcPeerConnections,
    idOf: ({ instanceId }) => instanceId,
    requesterOf: ({ ownerId }) => ownerId,
    dryRunChecksStatus: (state) => state.choice(UNDOCUMENTED, "alibabaDryRunStatus") === "checked",
    ignoresBusinessStatus: (state) => state.choice(UNDOCUMENTED, "alibabaFinancialLocked") === "ignored",
    shown: attributes,
};

/** VPC peering 2022-01-01; parameters as alibabacloud_vpcpeer20220101 2.0.5 sends them, but Tag, ResourceGroupId and ResourceOwnerAccount. */
export const vpcPeering = kind<Part, Switches>({
    names: ["alibaba:vpcPeering"],
    world: WORLD,
    connections: ({ vpcPeerConnections = [] }) => vpcPeerConnections,
    fillIn(entry, now) {
        const { account, vpcPeerConnections = [] } = entry as Part & Account;
        for (const one of vpcPeerConnections) {
            // Connections inside one account never wait.
            one.status = one.status === "Accepting" && one.ownerId === account ? "Activated" : one.status;
            one.gmtCreate ??= seconds(now);
        }
    },
    expire: ({ vpcPeerConnections = [] }, state) => expireAll(state, vpcPeerConnections, EXPIRY),
    undocumented: UNDOCUMENTED,
    rates: [{ action: /^vpc:\w+VpcPeerConnection/, burst: 360, perSecond: 6, source: QUOTA }],
    api: rpc({
        product: "vpc",
        version: "2022-01-01",
        actions: {
            GetVpcPeerConnectionAttribute: reading(SHARING),
            // No filter for the status.
            ListVpcPeerConnections: listingOf(SHARING, "VpcPeerConnects", {
                InstanceId: ({ instanceId }) => [instanceId],
                RegionId: ({ regionId, acceptingRegionId }) => [regionId, acceptingRegionId],
                // "the ID of the requester VPC or accepter VPC"
                "VpcId[]": ({ vpc, acceptingVpc }) => [vpc?.vpcId, acceptingVpc?.vpcId],
                Name: ({ name }) => [name],
                ResourceGroupId: ({ resourceGroupId }) => [resourceGroupId],
            }),
            AcceptVpcPeerConnection: changing(SHARING, { ...DECISION, effect: moving("Updating", "Activated") }),
            RejectVpcPeerConnection: changing(SHARING, { ...DECISION, effect: moving("Rejected") }),
            DeleteVpcPeerConnection: changing(SHARING, {
                // Undocumented.
                from: ["Accepting", "Activated", "Rejected", "Expired"],
                by: "both",
                flags: ["Force"],
                effect: remove,
            }),
        },
    }),
});

/** "If you forcefully delete a VPC peering connection, the system deletes the routes that point to" it. */
function remove(one: Connection, { parameters, state }: ParameterCall): void {
    if (boolean(parameters, "Force")) {
        one.routes = [];
    }
    const code = "OperationDenied.RouteEntryExist";
    const refuses = state.choice(UNDOCUMENTED, "alibabaRemoveWithRoutes") === code && (one.routes ?? []).length > 0;
    refuseIf(refuses, code, "The operation is denied because route entries point to the VPC peering connection.");
    state.move(one, "Deleting", "Deleted");
}

/** Account ids are JSON integers of up to 18 digits; GmtExpired only while Accepting or Expired. */
function attributes({ connection: one, accepter }: Shared<Connection>, { hooks }: ParameterCall): object {
    const { gmtCreate = "", gmtModified = gmtCreate, regionId = "cn-hangzhou", acceptingRegionId = regionId } = one;
    const { instanceId, linkType, resourceGroupId, bizStatus = "Normal", name = "", description = "" } = one;
    const status = shownState(one, one.status, hooks.stale);
    const expires = status === "Accepting" || status === "Expired";
    return {
        ...wire({ instanceId, status, bizStatus, regionId, acceptingRegionId, linkType, resourceGroupId }),
        ...wire({ name, description, gmtCreate }),
        OwnerId: new LosslessNumber(one.ownerId),
        AcceptingOwnerUid: new LosslessNumber(accepter),
        Vpc: vpcOf(one.vpc),
        AcceptingVpc: vpcOf(one.acceptingVpc),
        // "The default bandwidth of an inter-region VPC peering connection is 1024 Mbit/s", -1 within a region.
        Bandwidth: one.bandwidth ?? (regionId === acceptingRegionId ? -1 : 1024),
        Tags: tagList(one.tags),
        GmtModified: one.changedAt === undefined || hooks.stale ? gmtModified : seconds(one.changedAt),
        GmtExpired: expires ? seconds(Date.parse(gmtCreate) + EXPIRY.afterMs) : null,
    };
}
