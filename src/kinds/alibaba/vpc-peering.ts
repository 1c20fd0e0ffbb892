import { type AlibabaClients, alibaba } from "./cloud";
import { type Asked, CloudError } from "../cloud";
import { type AlibabaVpcPeeringConnection, formatKey, type Status } from "../../shared/vocabulary";
import {
    documentedCursor,
    documentedId,
    documentedList,
    documentedText,
    type Fields,
    optional,
    record,
    text,
    texts,
} from "../answer";
import type { Action, Call, ConnectionKind, Lifecycle, Observed, Order, Receipt, Send } from "../kind";
import { receiptOfFailure } from "../receipt";
import { readStatus } from "../status";

/** Pages of the API reference of VPC peering, version 2022-01-01. */
const REFERENCE = "Alibaba Cloud VPC API reference 2022-01-01,";
const GET = `${REFERENCE} GetVpcPeerConnectionAttribute`;
const ACCEPT = `${REFERENCE} AcceptVpcPeerConnection`;
const REJECT = `${REFERENCE} RejectVpcPeerConnection`;
const DELETE = `${REFERENCE} DeleteVpcPeerConnection`;
const CREATE = `${REFERENCE} CreateVpcPeerConnection`;
/**
 * 360 calls in 60 s for each operation, "API speed limit dimension: regionId, API, ParentUid" (the page api-vpcpeer-2022-01-01-quota):
 * a bucket that stays below it.
 */
const RATE = {
    burst: 60,
    perSecond: 5,
    source: "https://www.alibabacloud.com/help/en/vpc/developer-reference/api-vpcpeer-2022-01-01-quota",
};
const ASK_AGAIN = "ask the requester to delete the peering connection and create it again";

/**
 * Status of GetVpcPeerConnectionAttribute. `Creating` is not asked yet: "is being created", and becomes `Accepting`, "needs to
 * be accepted on the accepter side" (CreateVpcPeerConnection), so it is waited for like what is on its way. `Updating` follows an accept, and a later change of an active connection. */
const STATUSES: Readonly<Record<string, Status>> = {
    Creating: "accepting",
    Accepting: "pending",
    Updating: "accepting",
    Activated: "accepted",
    Rejected: "rejected",
    Expired: "expired",
    Deleting: "removing",
    Deleted: "absent",
};

const LIFECYCLE: Lifecycle = {
    accept: {
        pending: { do: ["accept"], basis: "documented", source: ACCEPT },
        accepting: { do: "settle", basis: "documented", source: `${ACCEPT} (Updating); ${CREATE} (Creating)` },
        accepted: { do: "none", basis: "documented", source: GET },
        rejecting: { do: "settle", basis: "tried", source: "no such state on the wire" },
        rejected: {
            do: "impossible",
            basis: "inferred",
            source: `${ACCEPT} (no text lists the allowed states; IncorrectStatus.VpcPeer: in this status the connection cannot be received)`,
            remedy: ASK_AGAIN,
        },
        unconnected: { do: "impossible", basis: "tried", source: "no such state on the wire", remedy: ASK_AGAIN },
        removing: { do: "impossible", basis: "documented", source: DELETE, remedy: ASK_AGAIN },
        expired: {
            do: "impossible",
            basis: "inferred",
            source: `${ACCEPT} (no text lists the allowed states; IncorrectStatus.VpcPeer)`,
            remedy: ASK_AGAIN,
        },
        failed: { do: "impossible", basis: "tried", source: "no such state on the wire", remedy: ASK_AGAIN },
        absent: { do: "awaitRequest", basis: "documented", source: GET },
    },
    reject: {
        pending: { do: ["reject"], basis: "documented", source: REJECT },
        accepting: {
            do: "settle",
            basis: "inferred",
            source: `${CREATE} (Creating becomes Accepting); ${DELETE} (IncorrectStatus.VpcPeer while it changes)`,
        },
        accepted: { do: ["remove"], basis: "documented", source: DELETE },
        rejecting: { do: "settle", basis: "tried", source: "no such state on the wire" },
        rejected: { do: "none", basis: "documented", source: REJECT },
        unconnected: { do: "none", basis: "tried", source: "no such state on the wire" },
        removing: { do: "settle", basis: "documented", source: DELETE },
        expired: { do: "none", basis: "documented", source: GET },
        failed: { do: "none", basis: "tried", source: "no such state on the wire" },
        absent: { do: "none", basis: "documented", source: GET },
    },
};

/** VPC peering requests of other Alibaba Cloud accounts. Connections inside one account are accepted by themselves. */
export const vpcPeering: ConnectionKind<AlibabaVpcPeeringConnection, AlibabaClients> = {
    name: "alibaba:vpcPeering",
    title: "VPC peering connection",
    cloud: alibaba,
    fields: {
        instanceId: {
            required: true,
            format: /^pcc-[a-z0-9]{10,40}$/,
            describes: '"pcc-" and lower-case letters and digits',
        },
    },
    identity: ["instanceId"],
    requester: { format: /^\d{12,18}$/, describes: "an Alibaba Cloud account id (UID) of 12 to 18 digits" },
    evidence: {
        vpcId: "The requester's VPC",
        cidrs: "IPv4 and IPv6 CIDR blocks of the requester's VPC",
        region: "Region of the requester's VPC",
        acceptingVpcId: "This account's VPC",
        acceptingRegion: "Region of this account's VPC",
        businessStatus: "Normal, or FinancialLocked: overdue payments",
    },
    statuses: STATUSES,
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
    locate: ({ instanceId }) => ({
        scope: { key: "account", title: "VPC peering connections of the Alibaba Cloud account", facts: {} },
        key: formatKey("alibaba:vpcPeering", [instanceId]),
        id: instanceId,
    }),
    lifecycle: () => LIFECYCLE,
    // "does not support concurrent requests for the same VPC peering connection": RejectVpcPeerConnection.
    lane: (_scope, id) => id,
    /** The scope is the account itself; there is nothing to find and nothing set. */
    describe: async () => ({ found: "yes", admission: "manual", settings: {} }),
    discover: async () => [{}],
    async list(_scope, cursor, call) {
        const asked = asking("ListVpcPeerConnections");
        const answer = await call.clients.vpcPeer(
            asked.action,
            { MaxResults: "100", ...(cursor === undefined ? {} : { NextToken: cursor }) },
            call.signal,
        );
        return {
            items: documentedList(asked, answer, "VpcPeerConnects").map((item) => observe(asked, item)),
            ...documentedCursor(asked, answer, "NextToken"),
        };
    },
    async lookup(_scope, ids, call) {
        const found = await Promise.all(ids.map((id) => get(id, call)));
        return found.flat();
    },
    actions: {
        accept: decide("AcceptVpcPeerConnection"),
        reject: decide("RejectVpcPeerConnection"),
        remove: decide("DeleteVpcPeerConnection"),
    },
    /** A dry run that passes answers with the error DryRunOperation; whether it checks the status is not said. */
    async probe(_scope, action, order, call) {
        try {
            await call.clients.vpcPeer(OPERATIONS[action], { ...parameters(order), DryRun: "true" }, call.signal);
            return "cannotTell";
        } catch (error) {
            if (!(error instanceof CloudError)) {
                throw error;
            }
            return error.code === "DryRunOperation" ? "allowed" : error.failure === "denied" ? "denied" : "cannotTell";
        }
    },
};

const OPERATIONS: Readonly<Record<Action, string>> = {
    accept: "AcceptVpcPeerConnection",
    reject: "RejectVpcPeerConnection",
    remove: "DeleteVpcPeerConnection",
};

function asking(action: string): Asked {
    return { cloud: alibaba.title, action };
}

async function get(id: string, call: Call<AlibabaClients>): Promise<Observed[]> {
    const asked = asking("GetVpcPeerConnectionAttribute");
    try {
        const answer = await call.clients.vpcPeer(asked.action, { InstanceId: id }, call.signal);
        documentedId(asked, answer, "InstanceId", id);
        return [observe(asked, answer)];
    } catch (error) {
        if (error instanceof CloudError && error.failure === "missing") {
            return [];
        }
        throw error;
    }
}

const LOCKED =
    "the cloud has locked this connection for overdue payments (BizStatus FinancialLocked): decisions on it are refused (IncorrectBusinessStatus) until they are paid";

function observe(asked: Asked, connection: Fields): Observed {
    const cloudStatus = text(connection.Status) ?? "";
    const business = text(connection.BizStatus);
    const vpc = record(connection.Vpc);
    const acceptingVpc = record(connection.AcceptingVpc);
    const cidrs = [...texts(vpc.Ipv4Cidrs), ...texts(vpc.Ipv6Cidrs)];
    const says = [text(connection.Name), text(connection.Description)].filter((part) => part !== undefined).join(": ");
    return {
        id: documentedText(asked, connection, "InstanceId"),
        status: readStatus(STATUSES, cloudStatus),
        cloudStatus,
        ...optional("requester", text(connection.OwnerId)),
        ...optional("decider", text(connection.AcceptingOwnerUid)),
        ...optional("requestedAt", text(connection.GmtCreate)),
        ...optional("expiresAt", text(connection.GmtExpired)),
        ...optional("requesterSays", text(says)),
        evidence: {
            ...optional("vpcId", text(vpc.VpcId)),
            ...(cidrs.length === 0 ? {} : { cidrs }),
            ...optional("region", text(connection.RegionId)),
            ...optional("acceptingVpcId", text(acceptingVpc.VpcId)),
            ...optional("acceptingRegion", text(connection.AcceptingRegionId)),
            ...optional("businessStatus", business),
        },
        ...(cloudStatus === "Creating" ? { making: true } : {}),
        ...(business?.toLowerCase() === "financiallocked" ? { warnings: [LOCKED] } : {}),
    };
}

/**
 * One connection per call, answered by the id of the request and no more; the token makes a resend of the same decision
 * the same request.
 */
function decide(operation: string): Send<AlibabaClients> {
    return (_scope, orders, call) =>
        Promise.all(
            orders.map(async (order) => {
                try {
                    const answer = await call.clients.vpcPeer(operation, parameters(order), call.signal);
                    documentedText(asking(operation), answer, "RequestId");
                    return { id: order.seen.id, result: "sent" as const };
                } catch (error) {
                    return operation === OPERATIONS.remove
                        ? receiptOfRemoval(order.seen.id, error)
                        : receiptOfFailure(order.seen.id, error);
                }
            }),
        );
}

/**
 * terraform-provider-alicloud's accepter repeats a delete on `IncorrectStatus…` (the peering changes just now) and on routes
 * that still point to it. Routes do not go by themselves: only `Force` deletes them ("the system deletes the routes that point
 * to the VPC peering connection"), which takes more than was declared, so their owner is told instead.
 */
function receiptOfRemoval(id: string, error: unknown): Receipt {
    const receipt = receiptOfFailure(id, error);
    const code = receipt.code?.toLowerCase() ?? "";
    if (code.startsWith("incorrectstatus")) {
        return { ...receipt, result: "busy" };
    }
    return code === "operationdenied.routeentryexist"
        ? {
              ...receipt,
              remedy: `delete the routes with the next hop ${id} from the route tables of this account's VPC (acceptingVpcId), or delete the connection with force in the console, then run \`pulumi up\` again`,
          }
        : receipt;
}

function parameters(order: Order): Record<string, string> {
    return { InstanceId: order.seen.id, ClientToken: order.token };
}
