import { documentedPage, documentedText, type Fields, observed, record, text, texts } from "../answer";
import { dryRun, oneByOne } from "../calls";
import { defineKind, type Observed } from "../kind";
import { awaits, holds, impossible, type Lifecycle, sends, settles } from "../table";
import { type AlibabaClients, alibaba } from "./cloud";
import { account, IDS } from "./fields";
import { explainRemoval, GET, get, LIST, OPERATIONS, RATE, reference, send } from "./vpc-peer-api";

/** A VPC peering request from another Alibaba Cloud account to a VPC of this account. */
export interface AlibabaVpcPeeringConnection {
    kind: "alibaba:vpcPeering";
    /** The peering connection, `pcc-` and lower-case letters and digits. */
    instanceId: string;
}

const READ = reference(GET);
const ACCEPT = reference(OPERATIONS.accept);
const REJECT = reference(OPERATIONS.reject);
const DELETE = reference(OPERATIONS.remove);
const CHANGING = `${reference("CreateVpcPeerConnection")} (Creating becomes Accepting); ${DELETE} (IncorrectStatus.VpcPeer while it changes)`;
const STUCK = `${ACCEPT} (no text lists the allowed states; IncorrectStatus.VpcPeer: in this status the connection cannot be received)`;
const ASK_AGAIN = "ask the requester to delete the peering connection and create it again";
const LOCKED =
    "the cloud has locked this connection for overdue payments (BizStatus FinancialLocked): decisions on it are refused (IncorrectBusinessStatus) until they are paid";

/**
 * Status of GetVpcPeerConnectionAttribute. `Creating` is not asked yet: "is being created", and becomes `Accepting`, "needs to
 * be accepted on the accepter side" (CreateVpcPeerConnection), so it is waited for like what is on its way. `Updating` follows an
 * accept, and a later change of an active connection.
 */
const statuses = {
    Creating: "accepting",
    Accepting: "pending",
    Updating: "accepting",
    Activated: "accepted",
    Rejected: "rejected",
    Expired: "expired",
    Deleting: "removing",
    Deleted: "absent",
} as const;

const lifecycle: Lifecycle = {
    accept: {
        pending: sends("accept", ACCEPT),
        accepting: settles(`${ACCEPT} (Updating); ${reference("CreateVpcPeerConnection")} (Creating)`),
        accepted: holds(READ),
        rejected: impossible(ASK_AGAIN, STUCK, "inferred"),
        removing: impossible(ASK_AGAIN, DELETE),
        expired: impossible(ASK_AGAIN, STUCK, "inferred"),
        absent: awaits(READ),
    },
    reject: {
        pending: sends("reject", REJECT),
        accepting: settles(CHANGING, "inferred"),
        accepted: sends("remove", DELETE),
        rejected: holds(REJECT),
        removing: settles(DELETE),
        expired: holds(READ),
        absent: holds(READ),
    },
};

/** VPC peering requests of other Alibaba Cloud accounts. Connections inside one account are accepted by themselves. */
export const vpcPeering = defineKind<AlibabaVpcPeeringConnection, AlibabaClients>()({
    name: "alibaba:vpcPeering",
    title: "VPC peering connection",
    cloud: alibaba,
    example: { kind: "alibaba:vpcPeering", instanceId: "pcc-guzvyqlj0n6e10" },
    fields: {
        instanceId: {
            required: true,
            format: /^pcc-[a-z0-9]{10,40}$/,
            describes: '"pcc-" and lower-case letters and digits',
            whereabouts: IDS.peering,
        },
    },
    scope: [],
    id: "instanceId",
    scopeTitle: () => "VPC peering connections of the Alibaba Cloud account",
    requester: account,
    evidence: {
        vpcId: "The requester's VPC",
        cidrs: "IPv4 and IPv6 CIDR blocks of the requester's VPC",
        region: "Region of the requester's VPC",
        acceptingVpcId: "This account's VPC",
        acceptingRegion: "Region of this account's VPC",
        businessStatus: "Normal, or FinancialLocked: overdue payments",
    },
    says: "Name and description of the connection: `name: description`",
    statuses,
    lifecycle,
    permissions: {
        read: ["vpc:GetVpcPeerConnectionAttribute", "vpc:ListVpcPeerConnections"],
        accept: ["vpc:AcceptVpcPeerConnection"],
        reject: ["vpc:RejectVpcPeerConnection"],
        remove: ["vpc:DeleteVpcPeerConnection"],
    },
    limits: {
        idsPerOrder: 1,
        idsPerLookup: 1,
        settleEvery: "5s",
        settleWithin: "10m",
        rates: { accept: RATE, reject: RATE, remove: RATE },
        // RAM knows these actions for all resources (*) only: one dry run answers for the account.
        probePer: "account",
    },
    // "does not support concurrent requests for the same VPC peering connection": RejectVpcPeerConnection.
    lane: "connection",
    async list(_scope, cursor, call) {
        const parameters = { MaxResults: "100", ...(cursor === undefined ? {} : { NextToken: cursor }) };
        const answer = await call.clients.vpcPeer(LIST, parameters, call.signal);
        const page = documentedPage(LIST, answer, "VpcPeerConnects");
        return { ...page, items: page.items.map((item) => observe(LIST, item)) };
    },
    async lookup(_scope, ids, call) {
        const found = await Promise.all(ids.map((id) => get(id, call)));
        return found.flat().map((connection) => observe(GET, connection));
    },
    accept: oneByOne((order, _scope, call) => send("accept", order, call)),
    reject: oneByOne((order, _scope, call) => send("reject", order, call)),
    remove: oneByOne((order, _scope, call) => send("remove", order, call), explainRemoval),
    /** Whether a dry run checks the status is not said. */
    probe: (_scope, action, order, call) => dryRun(() => send(action, order, call, { DryRun: "true" })),
});

function observe(action: string, connection: Fields): Observed {
    const [vpc, acceptingVpc] = [record(connection.Vpc), record(connection.AcceptingVpc)];
    const says = [text(connection.Name), text(connection.Description)].filter((part) => part !== undefined).join(": ");
    const from = text(connection.OwnerId);
    return observed(statuses, {
        id: documentedText(action, connection, "InstanceId"),
        status: connection.Status,
        requester: from,
        decider: connection.AcceptingOwnerUid,
        asked: from !== undefined && from === text(connection.AcceptingOwnerUid) ? "no" : undefined,
        requestedAt: connection.GmtCreate,
        expiresAt: connection.GmtExpired,
        requesterSays: says,
        evidence: {
            vpcId: vpc.VpcId,
            cidrs: [...texts(vpc.Ipv4Cidrs), ...texts(vpc.Ipv6Cidrs)],
            region: connection.RegionId,
            acceptingVpcId: acceptingVpc.VpcId,
            acceptingRegion: connection.AcceptingRegionId,
            businessStatus: connection.BizStatus,
        },
        making: connection.Status === "Creating",
        warnings: text(connection.BizStatus)?.toLowerCase() === "financiallocked" ? [LOCKED] : [],
    });
}
