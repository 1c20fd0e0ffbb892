import { documentedId, documentedText, type Fields, observed, record, textsOf } from "../answer";
import { connectionsById } from "../calls";
import { defineKind, type Observed, type Order, type Page, type Receipt } from "../kind";
import { type Action, awaits, holds, impossible, type Lifecycle, sends, settles } from "../table";
import { type AwsCall, type AwsClients, type AwsFilter, actionOf, ask, askPage, aws, where } from "./cloud";
import { deciderOf, documentedReturn, EC2, ec2Id, ec2Rate, oneIdPerCall } from "./ec2";
import { account, region } from "./fields";

/** A request to peer with a VPC of this account, from another account, another Region or the same ones. */
export interface AwsVpcPeeringConnection {
    kind: "aws:vpcPeering";
    /** Region of the VPC that accepts: the only one where the request can be decided. Default as for `aws:vpcEndpoint`. */
    region?: string;
    /** The peering connection, `pcx-` and 8 or 17 hexadecimal digits. Named as in `aws.ec2.VpcPeeringConnectionAccepter`. */
    vpcPeeringConnectionId: string;
}

/** "VPC peering connection lifecycle": what each status means, and how long the accepter sees it (rejected, failed: 2 hours). */
const STATES = "https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-basics.html";
const DECIDE = "https://docs.aws.amazon.com/vpc/latest/peering/accept-vpc-peering-connection.html";
const DELETE = "https://docs.aws.amazon.com/vpc/latest/peering/delete-vpc-peering-connection.html";
const READ = "ec2:DescribeVpcPeeringConnections";
const DONE = holds(DELETE);
const ASK_AGAIN = "ask the requester to create the peering connection again";
const rates = { accept: ec2Rate(50, 5), reject: ec2Rate(50, 5), remove: ec2Rate(50, 5) };

/** API_VpcPeeringConnectionStateReason. `provisioning` follows an accept; for `initiating-request` see `observe`. */
const statuses = {
    "initiating-request": "accepting",
    "pending-acceptance": "pending",
    provisioning: "accepting",
    active: "accepted",
    rejected: "rejected",
    expired: "expired",
    failed: "failed",
    deleting: "removing",
    deleted: "absent",
} as const;

const lifecycle: Lifecycle = {
    accept: {
        pending: sends("accept", DECIDE),
        accepting: settles(STATES),
        accepted: holds(STATES),
        rejected: impossible(ASK_AGAIN, STATES),
        expired: impossible(ASK_AGAIN, STATES),
        failed: impossible(ASK_AGAIN, STATES),
        removing: impossible(ASK_AGAIN, DELETE),
        absent: awaits(STATES),
    },
    reject: {
        pending: sends("reject", DECIDE),
        accepting: settles(`${STATES} (rejected once it is pending, deleted once it is active)`, "inferred"),
        accepted: sends("remove", DELETE),
        rejected: holds(STATES),
        expired: holds(STATES),
        failed: holds(STATES),
        removing: settles(DELETE),
        absent: holds(`${STATES} (a rejected one disappears after 2 hours)`),
    },
    remove: { pending: sends("reject", DELETE), rejected: DONE, expired: DONE, failed: DONE },
};

/** VPC peering connections whose accepter is this account, in the accepter's Region. */
export const vpcPeering = defineKind<AwsVpcPeeringConnection, AwsClients>()({
    name: "aws:vpcPeering",
    title: "VPC peering connection",
    cloud: aws,
    example: { kind: "aws:vpcPeering", region: "eu-west-1", vpcPeeringConnectionId: "pcx-0a1b2c3d4e5f60718" },
    fields: { region, vpcPeeringConnectionId: ec2Id("pcx") },
    scope: ["region"],
    id: "vpcPeeringConnectionId",
    scopeTitle: ({ region }) => `VPC peering connections in ${region}`,
    requester: account,
    evidence: {
        vpcId: "The requester's VPC",
        cidrs: "IPv4 and IPv6 CIDR blocks of the requester's VPC; documented for active connections only",
        region: "Region of the requester's VPC",
        accepterVpcId: "This account's VPC",
    },
    statuses,
    lifecycle,
    permissions: {
        read: [READ],
        accept: ["ec2:AcceptVpcPeeringConnection"],
        reject: ["ec2:RejectVpcPeeringConnection"],
        remove: ["ec2:DeleteVpcPeeringConnection"],
    },
    limits: { idsPerOrder: 1, idsPerLookup: 100, requestersPerList: 100, settleEvery: "5s", settleWithin: "5m", rates },
    lane: "connection",
    list: async (_scope, cursor, call) => search(call, cursor, await addressedToUs(call)),
    listOf: async (_scope, requesters, cursor, call) =>
        search(call, cursor, [...(await addressedToUs(call)), ...where("requester-vpc-info.owner-id", requesters)]),
    /** By a filter, for which no maximum is told: the parameter VpcPeeringConnectionIds fails as a whole where one is gone. */
    lookup: (_scope, ids, call) =>
        connectionsById(READ, call, ids, (cursor) => search(call, cursor, where("vpc-peering-connection-id", ids))),
    ...oneIdPerCall(send, explain),
});

/** Requests that this account made itself are left out, unless it accepts them too. */
async function addressedToUs({ clients, signal }: AwsCall): Promise<AwsFilter[]> {
    return where("accepter-vpc-info.owner-id", [await clients.account(signal)]);
}

/** MaxResults up to 1000: API_DescribeVpcPeeringConnections. */
async function search(call: AwsCall, NextToken: string | undefined, Filters: AwsFilter[]): Promise<Page> {
    const input = { MaxResults: 1000, NextToken, Filters };
    const page = await askPage(EC2, "describeVpcPeeringConnections", "VpcPeeringConnections", input, call);
    return { ...page, items: page.items.map((item) => observe(item, call.clients.region)) };
}

/**
 * Both owners see the connection, in both Regions. Only the accepter decides, in its Region (elsewhere OperationNotPermitted), so `decider`
 * names the Region too where it is not ours. `initiating-request`: the request is still being made, then it is pending or has failed.
 */
function observe(connection: Fields, ownRegion: string): Observed {
    const [from, to] = [record(connection.RequesterVpcInfo), record(connection.AccepterVpcInfo)];
    return observed(statuses, {
        id: documentedText(READ, connection, "VpcPeeringConnectionId"),
        status: record(connection.Status).Code,
        making: record(connection.Status).Code === "initiating-request",
        requester: from.OwnerId,
        decider: deciderOf(to, ownRegion),
        expiresAt: connection.ExpirationTime,
        evidence: {
            vpcId: from.VpcId,
            cidrs: [...textsOf(from.CidrBlockSet, "CidrBlock"), ...textsOf(from.Ipv6CidrBlockSet, "Ipv6CidrBlock")],
            region: from.Region,
            accepterVpcId: to.VpcId,
        },
    });
}

/** One connection per call. An accept answers with the connection, the others with `Return`. */
async function send(action: Action, { seen: { id } }: Order, call: AwsCall, DryRun?: true): Promise<void> {
    const method = `${action === "remove" ? "delete" : action}VpcPeeringConnection` as const;
    const answer = await ask(EC2, method, { VpcPeeringConnectionId: id, DryRun }, call);
    return action === "accept"
        ? documentedId(actionOf(EC2, method), answer.VpcPeeringConnection, "VpcPeeringConnectionId", id)
        : documentedReturn(actionOf(EC2, method), answer);
}

/** Another status than was read, or not found yet (right after the creation: terraform-provider-aws issue 30423): judged again. */
function explain(code: string, { seen }: Order): Partial<Receipt> {
    const moved = ["invalidstatetransition", "invalidvpcpeeringconnectionid.notfound"].includes(code);
    const remedy = `use the credentials and the Region of the accepting VPC's owner (${seen.decider ?? "AWS names none"})`;
    return moved ? { result: "conflict" } : code === "operationnotpermitted" ? { remedy } : {};
}
