import { findById } from "../server/by-id";
import { compact, type Parameters } from "../server/parameters";
import { type ParameterCall, Refusal, shownState } from "../server/protocol";
import type { State } from "../server/state";
import type { AwsRegion, EndpointService } from "../server/world";
import { invalidValue, itemsOf, pageOf, required, tagSet } from "./ec2-protocol";
import { connectionsBy, type Decided, type Listed, nameOf, servicesBy } from "./vpc-endpoint-filters";

/** A call of EC2. */
export interface Ec2Call extends ParameterCall {
    /** The caller's account in the region that the signature names; undefined: nothing of it in this world. */
    readonly region: AwsRegion | undefined;
}

const PAGED = ["Filter.#.Name", "Filter.#.Value.#", "MaxResults", "NextToken"];
const DECISION = ["ServiceId", "VpcEndpointId.#", "TransitGatewayAttachmentId.#"];

/** The parameters that an action knows, as botocore's model of EC2 spells them, and what it does. */
export const VPC_ENDPOINT = {
    DescribeVpcEndpointConnections: [PAGED, describeConnections],
    DescribeVpcEndpointServiceConfigurations: [[...PAGED, "ServiceId.#"], describeServices],
    AcceptVpcEndpointConnections: [DECISION, (call: Ec2Call) => decide(call, accept)],
    RejectVpcEndpointConnections: [DECISION, (call: Ec2Call) => decide(call, reject)],
} satisfies Record<string, [string[], (call: Ec2Call) => object]>;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointConnections.html */
function describeConnections(call: Ec2Call): object {
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
    return {
        vpcEndpointConnectionSet: { item: items.map((item) => shown(item, call)) },
        ...(next === undefined ? {} : { nextToken: next }),
    };
}

/** VpcEndpointConnection of botocore's model; a connection of a transit gateway attachment has no endpoint. */
function shown({ service, connection }: Listed, { region, world, caller }: Ec2Call): object {
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
function describeServices(call: Ec2Call): object {
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
    return {
        serviceConfigurationSet: { item: items.map((service) => shownService(service, call)) },
        ...(next === undefined ? {} : { nextToken: next }),
    };
}

/** ServiceConfiguration of botocore's model. */
function shownService(service: EndpointService, { region, caller }: Ec2Call): object {
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

/** What a decision does to one connection: a code and a message where it is not carried out. */
type Decide = (connection: Decided, state: State) => [code: string, message: string] | undefined;

/**
 * "Information about the endpoints that were not rejected, if applicable": HTTP 200, ids that succeeded are not listed.
 * Which ids land there and which fail the request is not documented: a switch.
 */
function decide(call: Ec2Call, carryOut: Decide): object {
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
    return { unsuccessful: itemsOf(unsuccessful) };
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
