import type { Filter } from "@aws-sdk/client-ec2";
import { AWS_REGION, type AwsClients, aws, awsCall } from "./cloud";
import { type Asked, CloudError, unreadableAnswer } from "../cloud";
import { type AwsVpcEndpointConnection, formatKey, type Status } from "../../shared/vocabulary";
import {
    documentedCursor,
    documentedId,
    documentedList,
    documentedText,
    type Fields,
    optional,
    record,
    text,
} from "../answer";
import { everyPage } from "../calls";
import type { Call, ConnectionKind, Lifecycle, Observed, Order, Page, Receipt, Scope, Send } from "../kind";
import { receiptOfFailure } from "../receipt";
import { readStatus } from "../status";

const GUIDE = "https://docs.aws.amazon.com/vpc/latest/privatelink/accept-reject-endpoint-requests.html";
/** "Endpoint states": what each state means, and that `pending` comes back whenever the requester modifies its endpoint. */
const CONCEPTS = "https://docs.aws.amazon.com/vpc/latest/privatelink/concepts.html";
const THROTTLING = "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html";
const NOTHING_FOUND = "no AWS text found either way; user guide, API reference and public code searched";

/**
 * The states of `VpcEndpointConnection.VpcEndpointState`. The SDK's enum is in capitals, the wire in lower camel case:
 * compared without regard to case. `partial`: some of the endpoint's subnets failed, traffic flows in the others.
 */
const STATUSES: Readonly<Record<string, Status>> = {
    pendingAcceptance: "pending",
    pending: "accepting",
    available: "accepted",
    partial: "accepted",
    rejected: "rejected",
    deleting: "removing",
    deleted: "absent",
    failed: "failed",
    expired: "expired",
};

const ASK_AGAIN = "ask the requester to create the endpoint again";

const LIFECYCLE: Lifecycle = {
    accept: {
        pending: { do: ["accept"], basis: "documented", source: GUIDE },
        accepting: { do: "settle", basis: "documented", source: CONCEPTS },
        accepted: { do: "none", basis: "documented", source: CONCEPTS },
        rejecting: { do: "settle", basis: "tried", source: "no such state on the wire" },
        rejected: { do: ["accept"], basis: "tried", source: NOTHING_FOUND },
        unconnected: { do: ["accept"], basis: "tried", source: "no such state on the wire" },
        removing: { do: "impossible", basis: "documented", source: CONCEPTS, remedy: ASK_AGAIN },
        expired: {
            do: "impossible",
            basis: "documented",
            source: CONCEPTS,
            remedy: ASK_AGAIN,
        },
        failed: {
            do: "impossible",
            basis: "documented",
            source: CONCEPTS,
            remedy: ASK_AGAIN,
        },
        absent: { do: "awaitRequest", basis: "documented", source: GUIDE },
    },
    reject: {
        pending: { do: ["reject"], basis: "documented", source: GUIDE },
        accepting: {
            do: "settle",
            basis: "inferred",
            source: `${CONCEPTS} (reject is documented once it is available; a requester that keeps modifying its endpoint can delay that)`,
        },
        accepted: { do: ["reject"], basis: "documented", source: CONCEPTS },
        rejecting: { do: "settle", basis: "tried", source: "no such state on the wire" },
        rejected: { do: "none", basis: "documented", source: CONCEPTS },
        unconnected: { do: "none", basis: "tried", source: "no such state on the wire" },
        removing: { do: "none", basis: "documented", source: `${CONCEPTS} (the requester is deleting the endpoint)` },
        expired: { do: "none", basis: "documented", source: CONCEPTS },
        failed: { do: "none", basis: "documented", source: CONCEPTS },
        absent: { do: "none", basis: "documented", source: GUIDE },
    },
};

/** VPC endpoint connections of an AWS endpoint service (PrivateLink). */
export const vpcEndpoint: ConnectionKind<AwsVpcEndpointConnection, AwsClients> = {
    name: "aws:vpcEndpoint",
    title: "VPC endpoint connection",
    cloud: aws,
    fields: {
        region: { required: false, format: AWS_REGION, describes: 'an AWS region such as "eu-west-1"' },
        serviceId: {
            required: true,
            format: /^vpce-svc-([0-9a-f]{8}|[0-9a-f]{17})$/,
            describes: '"vpce-svc-" and 8 or 17 hexadecimal digits',
        },
        endpointId: {
            required: true,
            format: /^vpce-([0-9a-f]{8}|[0-9a-f]{17})$/,
            describes: '"vpce-" and 8 or 17 hexadecimal digits',
        },
    },
    identity: ["region", "serviceId", "endpointId"],
    requester: { format: /^\d{12}$/, describes: "a 12-digit AWS account id" },
    evidence: {
        endpointRegion: "Region of the requester's endpoint, where it is told",
        ipAddressType: "ipv4, ipv6 or dualstack",
    },
    statuses: STATUSES,
    permissions: {
        read: ["ec2:DescribeVpcEndpointConnections", "ec2:DescribeVpcEndpointServiceConfigurations"],
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
        rates: {
            accept: { burst: 10, perSecond: 1, source: THROTTLING },
            reject: { burst: 10, perSecond: 1, source: THROTTLING },
        },
        probePer: "scope",
    },
    locate({ region = "", serviceId, endpointId }) {
        return {
            scope: {
                key: `${region}/${serviceId}`,
                title: `endpoint service ${serviceId} in ${region}`,
                facts: { region, serviceId },
            },
            key: formatKey("aws:vpcEndpoint", [region, serviceId, endpointId]),
            id: endpointId,
        };
    },
    lifecycle: () => LIFECYCLE,
    settingsWarnings(scope, state, decision) {
        if (state.admission !== "automatic" || decision !== "reject") {
            return [];
        }
        return [
            `${scope.title} accepts requests by itself (acceptanceRequired is false): the rejected requester is let in again as soon as it creates another endpoint. Set acceptanceRequired, or remove the requester from the service's allowed principals.`,
        ];
    },
    lane: () => null,
    async describe(scope, call) {
        try {
            const { items } = await describeServices({ ServiceIds: [serviceIdOf(scope)] }, call);
            const service = items.find(({ ServiceId }) => ServiceId === serviceIdOf(scope));
            if (service === undefined && items.length > 0) {
                throw unreadableAnswer(SERVICES, `the answer is about another service than ${serviceIdOf(scope)}`);
            }
            if (service === undefined) {
                return { found: "missing", admission: "unknown", settings: {} };
            }
            const required = service.AcceptanceRequired;
            return {
                found: "yes",
                admission: required === true ? "manual" : required === false ? "automatic" : "unknown",
                settings: typeof required === "boolean" ? { acceptanceRequired: required } : {},
            };
        } catch (error) {
            if (error instanceof CloudError && MISSING_SERVICE.has(error.code.toLowerCase())) {
                return { found: "missing", admission: "unknown", settings: {} };
            }
            throw error;
        }
    },
    /** MaxResults up to 1000: API_DescribeVpcEndpointServiceConfigurations. */
    async discover(_scope, call) {
        const idOf = (service: Fields) => documentedText(SERVICES, service, "ServiceId");
        const found = await everyPage(SERVICES, call, idOf, (NextToken) =>
            describeServices({ MaxResults: 1000, NextToken }, call),
        );
        return found.map((service) => ({ serviceId: idOf(service) }));
    },
    list: (scope, cursor, call) => describeConnections(scope, [], cursor, call),
    listOf: (scope, requesters, cursor, call) =>
        describeConnections(scope, [{ Name: "vpc-endpoint-owner", Values: [...requesters] }], cursor, call),
    actions: { accept: decide("accept"), reject: decide("reject") },
    /** A dry run answers with an error: DryRunOperation where the permission is there, UnauthorizedOperation where not. */
    async probe(scope, action, order, call) {
        try {
            await send(action === "accept" ? "accept" : "reject", scope, [order], call, true);
            return "cannotTell";
        } catch (error) {
            const code = error instanceof CloudError ? error.code.toLowerCase() : "";
            return code === "dryrunoperation" ? "allowed" : code === "unauthorizedoperation" ? "denied" : "cannotTell";
        }
    },
};

const MISSING_SERVICE = new Set([
    "invalidvpcendpointserviceid.notfound",
    "invalidvpcendpointservice.notfound",
    "invalidvpcendpointserviceid.malformed",
]);

function serviceIdOf(scope: Scope): string {
    return String(scope.facts.serviceId);
}

const CONNECTIONS: Asked = { cloud: aws.title, action: "ec2:DescribeVpcEndpointConnections" };
const SERVICES: Asked = { cloud: aws.title, action: "ec2:DescribeVpcEndpointServiceConfigurations" };

/**
 * An empty set is an empty element on EC2's wire (`<serviceConfigurationSet/>`), and the SDK makes an empty list of it.
 * A missing element, an empty body and a page of HTML leave the property out. What the SDK does not tell from an empty set:
 * a set element that holds something else than items.
 */
async function describeServices(
    input: { ServiceIds?: string[]; MaxResults?: number; NextToken?: string | undefined },
    call: Call<AwsClients>,
): Promise<{ items: readonly Fields[]; next?: string }> {
    const client = await call.clients.ec2();
    const answer = await awsCall(SERVICES.action, call.signal, (options) =>
        client.describeVpcEndpointServiceConfigurations(input, options),
    );
    return {
        items: documentedList(SERVICES, answer, "ServiceConfigurations"),
        ...documentedCursor(SERVICES, answer, "NextToken"),
    };
}

/**
 * A connection of a transit gateway attachment has no VpcEndpointId, and is accepted and rejected by an id of its own
 * (`TransitGatewayAttachmentId` of VpcEndpointConnection, botocore 1.44.5). The JavaScript SDK does not know that field yet.
 */
function isOtherForm(connection: Fields, scope: Scope): boolean {
    return connection.ServiceId === serviceIdOf(scope) && text(connection.VpcEndpointId) === undefined;
}

function observe(connection: Fields, scope: Scope): Observed {
    documentedId(CONNECTIONS, connection, "ServiceId", serviceIdOf(scope));
    const cloudStatus = text(connection.VpcEndpointState) ?? "";
    const created = connection.CreationTimestamp;
    return {
        id: documentedText(CONNECTIONS, connection, "VpcEndpointId"),
        status: readStatus(STATUSES, cloudStatus),
        cloudStatus,
        ...optional("requester", text(connection.VpcEndpointOwner)),
        ...(created instanceof Date && !Number.isNaN(created.getTime()) ? { requestedAt: created.toISOString() } : {}),
        evidence: {
            ...optional("endpointRegion", text(connection.VpcEndpointRegion)),
            ...optional("ipAddressType", text(connection.IpAddressType)),
        },
    };
}

/**
 * By `service-id`, and at most `vpc-endpoint-owner`: `vpc-endpoint-id` is a documented filter that the server was seen to
 * refuse with `InvalidFilter` (terraform-provider-aws PR #48442). MaxResults up to 1000: API_DescribeVpcEndpointConnections.
 */
async function describeConnections(
    scope: Scope,
    filters: readonly Filter[],
    cursor: string | undefined,
    call: Call<AwsClients>,
): Promise<Page> {
    const client = await call.clients.ec2();
    const answer = await awsCall(CONNECTIONS.action, call.signal, (options) =>
        client.describeVpcEndpointConnections(
            {
                Filters: [{ Name: "service-id", Values: [serviceIdOf(scope)] }, ...filters],
                MaxResults: 1000,
                NextToken: cursor,
            },
            options,
        ),
    );
    const listed = documentedList(CONNECTIONS, answer, "VpcEndpointConnections");
    const own = listed.filter((item) => !isOtherForm(item, scope));
    return {
        items: own.map((item) => observe(item, scope)),
        ...(own.length === listed.length ? {} : { others: listed.length - own.length }),
        ...documentedCursor(CONNECTIONS, answer, "NextToken"),
    };
}

/**
 * Ids that succeeded are not in the answer; the others are in `Unsuccessful`, with HTTP 200. An entry that names none of the
 * ids asked for may mean any of those it does not name: whether they were done, a read must tell.
 */
function decide(action: "accept" | "reject"): Send<AwsClients> {
    return async (scope, orders, call) => {
        try {
            const failures = await send(action, scope, orders, call, false);
            const asked = new Set(orders.map(({ seen }) => seen.id));
            const stray = failures.find(({ id }) => !asked.has(id));
            return orders.map(({ seen: { id } }): Receipt => {
                const failure = failures.find((one) => one.id === id);
                return failure !== undefined
                    ? { ...failure, result: "refused" }
                    : stray !== undefined
                      ? { ...stray, id, result: "unknown" }
                      : { id, result: "sent" };
            });
        } catch (error) {
            return orders.map(({ seen }) => receiptOfFailure(seen.id, error));
        }
    };
}

async function send(
    action: "accept" | "reject",
    scope: Scope,
    orders: readonly Order[],
    call: Call<AwsClients>,
    dryRun: boolean,
): Promise<readonly { id: string; code: string; text: string }[]> {
    const client = await call.clients.ec2();
    const input = {
        ServiceId: serviceIdOf(scope),
        VpcEndpointIds: orders.map((order) => order.seen.id),
        ...(dryRun ? { DryRun: true } : {}),
    };
    const answer =
        action === "accept"
            ? await awsCall("ec2:AcceptVpcEndpointConnections", call.signal, (options) =>
                  client.acceptVpcEndpointConnections(input, options),
              )
            : await awsCall("ec2:RejectVpcEndpointConnections", call.signal, (options) =>
                  client.rejectVpcEndpointConnections(input, options),
              );
    // "If applicable" in the API's words, but where all went well its sample has the empty element: an empty list here.
    const unsuccessful = documentedList({ cloud: aws.title, action: `ec2:${action}` }, answer, "Unsuccessful");
    return unsuccessful.map((item) => {
        const { Code, Message } = record(item.Error);
        return {
            id: text(item.ResourceId) ?? "",
            code: text(Code) ?? "Unsuccessful",
            text: text(Message) ?? "the cloud gave no reason",
        };
    });
}
