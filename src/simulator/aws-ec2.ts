import { XMLBuilder } from "fast-xml-parser";
import { awsCaller, queryOf, signedBy } from "./aws-auth";
import { findById } from "./by-id";
import { connectionsBy, type Decided, type Listed, nameOf, servicesBy } from "./ec2-filters";
import { compact, flag, notSimulated, type Parameters } from "./parameters";
import {
    type Api,
    type Operation,
    type ParameterCall,
    page,
    Refusal,
    type Reply,
    type Request,
    shownState,
} from "./protocol";
import type { State } from "./state";
import type { AwsRegion, EndpointService } from "./world";

const VERSION = "2016-11-15";

/**
 * EC2 query protocol, version 2016-11-15, as far as endpoint services need it: POST with a form, or GET.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html
 */
export const ec2: Api = (request, state) => {
    const signed = signedBy(request);
    const parameters = queryOf(request);
    if (
        parameters === undefined ||
        (signed === undefined ? parameters.get("Version") !== VERSION : signed.service !== "ec2")
    ) {
        return undefined;
    }
    const action = parameters.get("Action");
    const caller = signed === undefined ? undefined : awsCaller(state, request, signed);
    return {
        cloud: "aws",
        action: `ec2:${action}`,
        ids: [...parameters.list("VpcEndpointId"), ...parameters.list("TransitGatewayAttachmentId")],
        throttleKey: `${caller?.account} ${signed?.region}`,
        // https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
        throttled: new Refusal(503, "RequestLimitExceeded", "Request limit exceeded."),
        skewed: new Refusal(403, "SignatureDoesNotMatch", "Signature not yet current."),
        expired: new Refusal(400, "RequestExpired", "Request has expired."),
        refuse: (refusal) => errorReply(request, refusal),
        run(world) {
            // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (client error codes)
            if (signed === undefined) {
                throw new Refusal(
                    403,
                    "MissingAuthenticationToken",
                    "Request must contain either a valid (registered) AWS access key ID or X.509 certificate.",
                );
            }
            if (caller === undefined) {
                throw new Refusal(401, "AuthFailure", "AWS was not able to validate the provided access credentials");
            }
            const [known, handler] = Object.hasOwn(ACTIONS, action ?? "")
                ? ACTIONS[action as keyof typeof ACTIONS]
                : [];
            if (known === undefined || handler === undefined) {
                throw new Refusal(400, "InvalidAction", `The action ${action} is not valid for this web service.`);
            }
            if (caller.denied.includes(`ec2:${action}`)) {
                throw new Refusal(403, "UnauthorizedOperation", "You are not authorized to perform this operation.");
            }
            parameters.allowOnly(["Action", "Version", "DryRun", ...known], `ec2:${action}`);
            if (parameters.get("Version") !== VERSION) {
                throw notSimulated(`version ${parameters.get("Version")} of the EC2 API`);
            }
            // "If you have the required permissions, the error response is DryRunOperation." Nothing says that it checks ids or states.
            if (flag(parameters, "DryRun", (value) => invalidValue("DryRun", value, "Expecting true or false."))) {
                throw new Refusal(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
            }
            const region = state.awsRegion(caller.account, signed.region);
            return handler({ request, state, world, parameters, caller, region, action: String(action) });
        },
    } satisfies Operation;
};

interface Call extends ParameterCall {
    /** The caller's account in the region that the signature names; undefined: nothing of it in this world. */
    readonly region: AwsRegion | undefined;
}

const PAGED = ["Filter.#.Name", "Filter.#.Value.#", "MaxResults", "NextToken"];
const DECISION = ["ServiceId", "VpcEndpointId.#", "TransitGatewayAttachmentId.#"];

/** The parameters that an action knows, as botocore's model of EC2 spells them, and what it does. */
const ACTIONS = {
    DescribeVpcEndpointConnections: [PAGED, describeConnections],
    DescribeVpcEndpointServiceConfigurations: [[...PAGED, "ServiceId.#"], describeServices],
    AcceptVpcEndpointConnections: [DECISION, (call: Call) => decide(call, accept)],
    RejectVpcEndpointConnections: [DECISION, (call: Call) => decide(call, reject)],
} satisfies Record<string, [string[], (call: Call) => Reply]>;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointConnections.html */
function describeConnections(call: Call): Reply {
    const { parameters, region, state, world } = call;
    const matches = connectionsBy(parameters, region, state);
    const wanted: Listed[] = [];
    for (const service of region?.endpointServices ?? []) {
        for (const list of [service.connections ?? [], service.transitGatewayConnections ?? []]) {
            for (const connection of list as Decided[]) {
                const item = { service, connection };
                if (matches(item)) {
                    wanted.push(item);
                }
            }
        }
    }
    const { items, next } = pageOf(state, wanted, parameters);
    world.list(items.map(({ connection }) => idOf(connection)));
    return reply(call, {
        vpcEndpointConnectionSet: { item: items.map((item) => shown(item, call)) },
        ...(next === undefined ? {} : { nextToken: next }),
    });
}

/** VpcEndpointConnection of botocore's model; a connection of a transit gateway attachment has no endpoint. */
function shown({ service, connection }: Listed, { region, world, caller }: Call): object {
    const common = {
        serviceId: service.serviceId,
        // The SDK's enum is in capitals, the wire in lower camel case.
        vpcEndpointState: shownState(connection, connection.state, world.stale),
        creationTimestamp: connection.creationTimestamp,
        ...balancersOf(service, region, caller.account),
        tagSet: tagSet(connection.tags),
    };
    if ("transitGatewayAttachmentId" in connection) {
        return compact({
            ...common,
            transitGatewayAttachmentId: connection.transitGatewayAttachmentId,
            transitGatewayAttachmentOwner: connection.transitGatewayAttachmentOwner,
        });
    }
    return compact({
        ...common,
        vpcEndpointId: connection.vpcEndpointId,
        vpcEndpointOwner: connection.owner,
        vpcEndpointConnectionId: `vpce-conn-${connection.vpcEndpointId.replace(/^vpce-/, "")}`,
        ipAddressType: connection.ipAddressType ?? "ipv4",
        vpcEndpointRegion: connection.vpcEndpointRegion ?? region?.region,
        dnsEntrySet: itemsOf(connection.dnsEntries),
    });
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointServiceConfigurations.html */
function describeServices(call: Call): Reply {
    const { parameters, region } = call;
    const ids = parameters.list("ServiceId");
    const services = region?.endpointServices ?? [];
    const missing = ids.find((id) => !services.some((service) => service.serviceId === id));
    if (missing !== undefined) {
        throw noService(missing);
    }
    const matches = servicesBy(parameters, region);
    const wanted = services.filter(
        (service) => (ids.length === 0 || ids.includes(service.serviceId)) && matches(service),
    );
    const { items, next } = pageOf(call.state, wanted, parameters);
    return reply(call, {
        serviceConfigurationSet: { item: items.map((service) => shownService(service, call)) },
        ...(next === undefined ? {} : { nextToken: next }),
    });
}

/** ServiceConfiguration of botocore's model. */
function shownService(service: EndpointService, { region, caller }: Call): object {
    const serviceType = service.gatewayLoadBalancerArns === undefined ? "Interface" : "GatewayLoadBalancer";
    return compact({
        serviceType: { item: { serviceType } },
        serviceId: service.serviceId,
        serviceName: nameOf(service, region),
        serviceState: service.serviceState ?? "Available",
        availabilityZoneSet: itemsOf(service.availabilityZones),
        acceptanceRequired: service.acceptanceRequired ?? true,
        managesVpcEndpoints: false,
        ...balancersOf(service, region, caller.account),
        supportedIpAddressTypeSet: itemsOf(service.supportedIpAddressTypes ?? ["ipv4"]),
        baseEndpointDnsNameSet: itemsOf([`${service.serviceId}.${region?.region}.vpce.amazonaws.com`]),
        privateDnsName: service.privateDnsName,
        tagSet: tagSet(service.tags),
    });
}

/** An endpoint service stands before Network Load Balancers or before Gateway Load Balancers. */
function balancersOf(service: EndpointService, region: AwsRegion | undefined, account: string): object {
    const derived = `arn:aws:elasticloadbalancing:${region?.region}:${account}:loadbalancer/net/simulated/${service.serviceId.replace(/^vpce-svc-/, "")}`;
    return service.gatewayLoadBalancerArns === undefined
        ? { networkLoadBalancerArnSet: itemsOf(service.networkLoadBalancerArns ?? [derived]) }
        : { gatewayLoadBalancerArnSet: itemsOf(service.gatewayLoadBalancerArns) };
}

function tagSet(tags: Readonly<Record<string, string>> | undefined) {
    return tags === undefined ? undefined : itemsOf(Object.entries(tags).map(([key, value]) => ({ key, value })));
}

/** A list of the EC2 query protocol. An empty one is an empty element. */
function itemsOf(items: readonly unknown[] | undefined) {
    return items === undefined ? undefined : items.length === 0 ? "" : { item: items };
}

/** What a decision does to one connection: a code and a message where it is not carried out. */
type Decide = (connection: Decided, state: State) => [code: string, message: string] | undefined;

/**
 * "Information about the endpoints that were not rejected, if applicable": HTTP 200, ids that succeeded are not listed.
 * Which ids land there and which fail the request is not documented: a switch.
 */
function decide(call: Call, carryOut: Decide): Reply {
    const { parameters, region, state, world } = call;
    const serviceId = required(parameters, "ServiceId");
    const { ids, list, code } = sought(parameters);
    const service = region?.endpointServices?.find((s) => s.serviceId === serviceId);
    if (service === undefined) {
        throw noService(serviceId);
    }
    if (list === "transitGatewayConnections" && service.gatewayLoadBalancerArns === undefined) {
        // "supported only for Gateway Load Balancer endpoint services"; the code is not documented.
        throw new Refusal(400, "InvalidParameter", `${serviceId} is no Gateway Load Balancer endpoint service`);
    }
    const found = findById<Decided>(service[list] as Decided[] | undefined, ids, idOf);
    const unknown = (id: string) => [code, `The id '${id}' does not exist`] as [string, string];
    const stranger = ids.find((id) => !found.has(id));
    if (stranger !== undefined && state.undocumented("ec2UnknownEndpoint") === "wholeRequest") {
        throw new Refusal(400, ...unknown(stranger));
    }
    const unsuccessful = ids.flatMap((id) => {
        const connection = found.get(id);
        const failure: ReturnType<Decide> = world.refuseId(id)
            ? ["InternalError", "An internal error has occurred"]
            : connection === undefined
              ? unknown(id)
              : carryOut(connection, state);
        return failure === undefined ? [] : [{ resourceId: id, error: { code: failure[0], message: failure[1] } }];
    });
    return reply(call, { unsuccessful: itemsOf(unsuccessful) });
}

/**
 * "You must specify either VpcEndpointIds or TransitGatewayAttachmentIds, but not both", and at most 50 of the latter
 * (botocore 1.44). InvalidParameterCombination: "an incorrect combination of parameters", client error codes.
 */
function sought(parameters: Parameters) {
    const endpoints = parameters.list("VpcEndpointId");
    const attachments = parameters.list("TransitGatewayAttachmentId");
    if (endpoints.length > 0 && attachments.length > 0) {
        throw new Refusal(
            400,
            "InvalidParameterCombination",
            "The parameters VpcEndpointId and TransitGatewayAttachmentId cannot be used together",
        );
    }
    if (endpoints.length === 0 && attachments.length === 0) {
        throw new Refusal(400, "MissingParameter", "The request must contain the parameter VpcEndpointId");
    }
    if (attachments.length > 50) {
        throw invalidValue("TransitGatewayAttachmentId", String(attachments.length), "Expecting at most 50 ids.");
    }
    return endpoints.length > 0
        ? ({ ids: endpoints, list: "connections", code: "InvalidVpcEndpointId.NotFound" } as const)
        : ({
              ids: attachments,
              list: "transitGatewayConnections",
              code: "InvalidTransitGatewayAttachmentID.NotFound",
          } as const);
}

/** pendingAcceptance -> pending -> available: accept-reject-endpoint-requests.html */
function accept(connection: Decided, state: State): ReturnType<Decide> {
    switch (connection.state.toLowerCase()) {
        case "pendingacceptance":
            state.move(connection, "pending", "available");
            return undefined;
        case "pending":
        case "available":
            return repeated(state, connection);
        case "rejected":
            if (state.undocumented("ec2AcceptRejected") === "accepts") {
                state.move(connection, "pending", "available");
                return undefined;
            }
            return wrongState(connection);
        default:
            return wrongState(connection);
    }
}

/** From pendingAcceptance, and "after it's in the available state": accept-reject-endpoint-requests.html */
function reject(connection: Decided, state: State): ReturnType<Decide> {
    switch (connection.state.toLowerCase()) {
        case "pendingacceptance":
        case "available":
        case "partial":
            state.move(connection, "rejected");
            return undefined;
        case "rejected":
            return repeated(state, connection);
        default:
            return wrongState(connection);
    }
}

function repeated(state: State, connection: Decided): ReturnType<Decide> {
    return state.undocumented("ec2Repeat") === "nothing" ? undefined : wrongState(connection);
}

/** The code is not documented. */
function wrongState(connection: Decided): ReturnType<Decide> {
    return ["InvalidParameter", `VPC endpoint ${idOf(connection)} is in state ${connection.state}`];
}

function idOf(connection: Decided): string {
    return "vpcEndpointId" in connection ? connection.vpcEndpointId : connection.transitGatewayAttachmentId;
}

function noService(id: string): Refusal {
    return new Refusal(400, "InvalidVpcEndpointServiceId.NotFound", `The VpcEndpointServiceId '${id}' does not exist`);
}

/** "between 5 and 1,000; if MaxResults is given a value larger than 1,000, only 1,000 results are returned". */
function pageOf<T>(state: State, items: readonly T[], parameters: Parameters) {
    const text = parameters.get("MaxResults") ?? "1000";
    const size = Number(text);
    if (!/^\d+$/.test(text) || size < 5) {
        throw invalidValue("MaxResults", text, "Expecting a value between 5 and 1000.");
    }
    const result = page(state, items, Math.min(size, 1000), parameters.get("NextToken"));
    if (result === undefined) {
        throw new Refusal(400, "InvalidNextToken", "The token is not valid.");
    }
    return result;
}

function required(parameters: Parameters, name: string): string {
    const value = parameters.get(name);
    if (value === undefined || value === "") {
        throw new Refusal(400, "MissingParameter", `The request must contain the parameter ${name}`);
    }
    return value;
}

function invalidValue(name: string, value: string, expected: string): Refusal {
    return new Refusal(
        400,
        "InvalidParameterValue",
        `Value ( ${value} ) for parameter ${name} is invalid. ${expected}`,
    );
}

const xml = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@" });

function reply({ request, action }: Call, content: object): Reply {
    return xmlReply(200, request, {
        [`${action}Response`]: {
            "@xmlns": "http://ec2.amazonaws.com/doc/2016-11-15/",
            requestId: request.requestId,
            ...content,
        },
    });
}

function errorReply(request: Request, { status, code, message }: Refusal): Reply {
    return xmlReply(status, request, {
        Response: { Errors: { Error: { Code: code, Message: message } }, RequestID: request.requestId },
    });
}

function xmlReply(status: number, request: Request, content: object): Reply {
    return {
        status,
        headers: { "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": request.requestId },
        body: `<?xml version="1.0" encoding="UTF-8"?>\n${xml.build(content)}`,
    };
}
