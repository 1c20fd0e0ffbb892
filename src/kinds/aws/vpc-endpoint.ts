import { documentedId, documentedText, type Fields, observed, text } from "../answer";
import { allAtOnce, dryRun } from "../calls";
import { defineKind, type Observed, type Order, type Page, type Scope } from "../kind";
import { type Action, awaits, holds, impossible, type Lifecycle, sends, settles, tries } from "../table";
import { type AwsCall, type AwsClients, type AwsFilter, actionOf, ask, askPage, aws, where } from "./cloud";
import { EC2, ec2Id, ec2Rate, unsuccessful } from "./ec2";
import { describeService, discoverServices } from "./endpoint-service";
import { account, region } from "./fields";

/** A VPC endpoint that knocks at an AWS endpoint service (PrivateLink), seen by the owner of the service. */
export interface AwsVpcEndpointConnection {
    kind: "aws:vpcEndpoint";
    /** Region of the endpoint service. Default: `connections:awsRegion`, `aws:region`, then the AWS default chain. */
    region?: string;
    /** Endpoint service, `vpce-svc-` and 8 or 17 hexadecimal digits. */
    serviceId: string;
    /** The requester's endpoint, `vpce-` and 8 or 17 hexadecimal digits. */
    endpointId: string;
}

const GUIDE = "https://docs.aws.amazon.com/vpc/latest/privatelink/accept-reject-endpoint-requests.html";
/** "Endpoint states": what each state means, and that `pending` comes back whenever the requester modifies its endpoint. */
const CONCEPTS = "https://docs.aws.amazon.com/vpc/latest/privatelink/concepts.html";
const CONNECTIONS = "ec2:DescribeVpcEndpointConnections";
const NOTHING_FOUND = "no AWS text found either way; user guide, API reference and public code searched";
const SLOW = `${CONCEPTS} (reject is documented once it is available; a requester that keeps modifying its endpoint can delay that)`;
const ASK_AGAIN = "ask the requester to create the endpoint again";

/**
 * The states of `VpcEndpointConnection.VpcEndpointState`. The SDK's enum is in capitals, the wire in lower camel case:
 * compared without regard to case. `partial`: some of the endpoint's subnets failed, traffic flows in the others.
 */
const statuses = {
    pendingAcceptance: "pending",
    pending: "accepting",
    available: "accepted",
    partial: "accepted",
    rejected: "rejected",
    deleting: "removing",
    deleted: "absent",
    failed: "failed",
    expired: "expired",
} as const;

const lifecycle: Lifecycle = {
    accept: {
        pending: sends("accept", GUIDE),
        accepting: settles(CONCEPTS),
        accepted: holds(CONCEPTS),
        rejected: tries("accept", NOTHING_FOUND),
        removing: impossible(ASK_AGAIN, CONCEPTS),
        expired: impossible(ASK_AGAIN, CONCEPTS),
        failed: impossible(ASK_AGAIN, CONCEPTS),
        absent: awaits(GUIDE),
    },
    reject: {
        pending: sends("reject", GUIDE),
        accepting: settles(SLOW, "inferred"),
        accepted: sends("reject", CONCEPTS),
        rejected: holds(CONCEPTS),
        removing: holds(`${CONCEPTS} (the requester is deleting the endpoint)`),
        expired: holds(CONCEPTS),
        failed: holds(CONCEPTS),
        absent: holds(GUIDE),
    },
};

/** VPC endpoint connections of an AWS endpoint service (PrivateLink). */
export const vpcEndpoint = defineKind<AwsVpcEndpointConnection, AwsClients>()({
    name: "aws:vpcEndpoint",
    title: "VPC endpoint connection",
    cloud: aws,
    example: {
        kind: "aws:vpcEndpoint",
        region: "eu-west-1",
        serviceId: "vpce-svc-0123456789abcdef0",
        endpointId: "vpce-0a1b2c3d4e5f60718",
    },
    fields: { region, serviceId: ec2Id("vpce-svc"), endpointId: ec2Id("vpce") },
    scope: ["region", "serviceId"],
    id: "endpointId",
    scopeTitle: ({ region, serviceId }) => `endpoint service ${serviceId} in ${region}`,
    requester: account,
    evidence: {
        endpointRegion: "Region of the requester's endpoint, where it is told",
        ipAddressType: "ipv4, ipv6 or dualstack",
    },
    statuses,
    lifecycle,
    permissions: {
        read: [CONNECTIONS, "ec2:DescribeVpcEndpointServiceConfigurations"],
        accept: ["ec2:AcceptVpcEndpointConnections"],
        reject: ["ec2:RejectVpcEndpointConnections"],
    },
    limits: {
        // No maximum is documented. A refused batch is halved, so a lower one costs calls and loses nothing.
        idsPerOrder: 500,
        // No maximum is on the API's page. A refused list is read whole.
        requestersPerList: 100,
        settleEvery: "5s",
        settleWithin: "20m",
        rates: { accept: ec2Rate(10, 1), reject: ec2Rate(10, 1) },
        probePer: "scope",
    },
    lane: "none",
    automaticAcceptance: ({ title }) =>
        `${title} accepts requests by itself (acceptanceRequired is false): the rejected requester is let in again as soon as it creates another endpoint. Set acceptanceRequired, or remove the requester from the service's allowed principals.`,
    describe: describeService,
    discover: discoverServices,
    list: (scope, cursor, call) => connections(call, scope, cursor),
    listOf: (scope, requesters, cursor, call) =>
        connections(call, scope, cursor, where("vpc-endpoint-owner", requesters)),
    accept: allAtOnce((orders, scope, call) => send("accept", scope, orders, call)),
    reject: allAtOnce((orders, scope, call) => send("reject", scope, orders, call)),
    probe: (scope, action, order, call) => dryRun(() => send(action, scope, [order], call, true)),
});

/**
 * By `service-id`, and at most `vpc-endpoint-owner`: `vpc-endpoint-id` is a documented filter that the server was seen to
 * refuse with `InvalidFilter` (terraform-provider-aws PR #48442). MaxResults up to 1000: API_DescribeVpcEndpointConnections.
 *
 * A connection of a transit gateway attachment has no VpcEndpointId, and is accepted and rejected by an id of its own
 * (`TransitGatewayAttachmentId` of VpcEndpointConnection, botocore 1.44.5). The JavaScript SDK does not know that field yet.
 */
async function connections(call: AwsCall, scope: Scope, NextToken?: string, more: AwsFilter[] = []): Promise<Page> {
    const { serviceId = "" } = scope.at;
    const input = { Filters: [...where("service-id", [serviceId]), ...more], MaxResults: 1000, NextToken };
    const page = await askPage(EC2, "describeVpcEndpointConnections", "VpcEndpointConnections", input, call);
    const own = page.items.filter((item) => item.ServiceId !== serviceId || text(item.VpcEndpointId) !== undefined);
    const others = page.items.length - own.length;
    return { ...page, items: own.map((item) => observe(item, serviceId)), ...(others === 0 ? {} : { others }) };
}

function observe(connection: Fields, serviceId: string): Observed {
    documentedId(CONNECTIONS, connection, "ServiceId", serviceId);
    return observed(statuses, {
        id: documentedText(CONNECTIONS, connection, "VpcEndpointId"),
        status: connection.VpcEndpointState,
        requester: connection.VpcEndpointOwner,
        requestedAt: connection.CreationTimestamp,
        evidence: { endpointRegion: connection.VpcEndpointRegion, ipAddressType: connection.IpAddressType },
    });
}

/** One call about many endpoints of a service. */
async function send(action: Action, scope: Scope, orders: readonly Order[], call: AwsCall, DryRun?: true) {
    const input = { ServiceId: scope.at.serviceId, VpcEndpointIds: orders.map(({ seen }) => seen.id), DryRun };
    const method = action === "accept" ? "acceptVpcEndpointConnections" : "rejectVpcEndpointConnections";
    return unsuccessful(actionOf(EC2, method), await ask(EC2, method, input, call), orders);
}
