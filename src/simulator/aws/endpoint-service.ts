import { compact, Refusal } from "../server/message";
import type { Parameters } from "../server/parameters";
import { shownState } from "../server/protocol";
import { connection, flag, list, type Members, type Moving, optional, record, tags, text } from "../server/schema";
import type { Ec2Call } from "./ec2";
import { eitherList, type Filters, invalidValue, itemsOf, tagSet } from "./ec2-values";

/** Names of an endpoint. */
const DNS_ENTRY = { dnsName: text, hostedZoneId: optional(text) };
interface DnsEntry extends Members<typeof DNS_ENTRY> {}

const ENDPOINT = {
    /** `vpce-…` */
    vpcEndpointId: text,
    /** The account of the endpoint. */
    owner: optional(text),
    /** As the API writes it, `pendingAcceptance`. */
    state: text,
    /** ISO 8601. Default: when the simulator got the world. */
    creationTimestamp: optional(text),
    /** Default: that of the service. */
    vpcEndpointRegion: optional(text),
    /** Default ipv4. */
    ipAddressType: optional(text),
    dnsEntries: optional(list(record<DnsEntry>(DNS_ENTRY))),
    tags: optional(tags),
};
export interface VpcEndpointConnection extends Members<typeof ENDPOINT> {}

const ATTACHMENT = {
    /** `tgw-attach-…` */
    transitGatewayAttachmentId: text,
    /** The account of the attachment. */
    transitGatewayAttachmentOwner: optional(text),
    /** As the API writes it, `pendingAcceptance`. */
    state: text,
    /** ISO 8601. Default: when the simulator got the world. */
    creationTimestamp: optional(text),
    tags: optional(tags),
};
/** A connection that a transit gateway attachment asks for (botocore 1.44, VpcEndpointConnection). */
export interface TransitGatewayConnection extends Members<typeof ATTACHMENT> {}

export const SERVICE = {
    /** `vpce-svc-…` */
    serviceId: text,
    /** Default true, as CreateVpcEndpointServiceConfiguration. */
    acceptanceRequired: optional(flag),
    /** As CreateVpcEndpointServiceConfiguration names it by default: `com.amazonaws.vpce.<region>.<serviceId>`. */
    serviceName: optional(text),
    /** Default Available. */
    serviceState: optional(text),
    /** Default one derived from the id, unless there are Gateway Load Balancers. */
    networkLoadBalancerArns: optional(list(text)),
    /** Of a Gateway Load Balancer endpoint service; the only ones that transit gateway attachments connect to. */
    gatewayLoadBalancerArns: optional(list(text)),
    availabilityZones: optional(list(text)),
    privateDnsName: optional(text),
    /** Default ipv4. */
    supportedIpAddressTypes: optional(list(text)),
    tags: optional(tags),
    /** Connections of VPC endpoints. */
    connections: optional(list(connection<VpcEndpointConnection>(ENDPOINT))),
    /** Connections of transit gateway attachments: they have no VpcEndpointId. */
    transitGatewayConnections: optional(list(connection<TransitGatewayConnection>(ATTACHMENT))),
};

export interface EndpointService extends Members<typeof SERVICE> {}

/** What a decision is about: a connection of an endpoint, or of a transit gateway attachment. */
export type Decided = (VpcEndpointConnection | TransitGatewayConnection) & Moving;

export interface Listed {
    readonly service: EndpointService;
    readonly connection: Decided;
}

export function connectionsOf({ connections = [], transitGatewayConnections = [] }: EndpointService): Decided[] {
    return [...connections, ...transitGatewayConnections];
}

export function idOf(one: Decided): string {
    return "vpcEndpointId" in one ? one.vpcEndpointId : one.transitGatewayAttachmentId;
}

/** VpcEndpointConnection of botocore's model; a connection of a transit gateway attachment has no endpoint. */
export function shownConnection({ service, connection: one }: Listed, call: Ec2Call): object {
    const ofEndpoint = (endpoint: VpcEndpointConnection) => ({
        vpcEndpointId: endpoint.vpcEndpointId,
        vpcEndpointOwner: endpoint.owner,
        vpcEndpointConnectionId: `vpce-conn-${endpoint.vpcEndpointId.replace(/^vpce-/, "")}`,
        ipAddressType: endpoint.ipAddressType ?? "ipv4",
        vpcEndpointRegion: endpoint.vpcEndpointRegion ?? call.regionName,
        dnsEntrySet: itemsOf(endpoint.dnsEntries),
    });
    const ofAttachment = (attachment: TransitGatewayConnection) => ({
        transitGatewayAttachmentId: attachment.transitGatewayAttachmentId,
        transitGatewayAttachmentOwner: attachment.transitGatewayAttachmentOwner,
    });
    return compact({
        serviceId: service.serviceId,
        // The SDK's enum is in capitals, the wire in lower camel case.
        vpcEndpointState: shownState(one, one.state, call.hooks.stale),
        creationTimestamp: one.creationTimestamp,
        ...balancersOf(service, call),
        tagSet: tagSet(one.tags),
        ...("vpcEndpointId" in one ? ofEndpoint(one) : ofAttachment(one)),
    });
}

/** An endpoint service stands before Network Load Balancers or before Gateway Load Balancers. */
export function balancersOf(service: EndpointService, { regionName, caller }: Ec2Call): object {
    const derived = `arn:aws:elasticloadbalancing:${regionName}:${caller.account}:loadbalancer/net/simulated/${service.serviceId.replace(/^vpce-svc-/, "")}`;
    return service.gatewayLoadBalancerArns === undefined
        ? { networkLoadBalancerArnSet: itemsOf(service.networkLoadBalancerArns ?? [derived]) }
        : { gatewayLoadBalancerArnSet: itemsOf(service.gatewayLoadBalancerArns) };
}

export function noService(id: string): Refusal {
    return new Refusal(400, "InvalidVpcEndpointServiceId.NotFound", `The VpcEndpointServiceId '${id}' does not exist`);
}

/**
 * The ids of a decision, and where they are looked for. "You must specify either VpcEndpointIds or
 * TransitGatewayAttachmentIds, but not both", and at most 50 of the latter (botocore 1.44).
 */
export function sought(parameters: Parameters, services: EndpointService[] | undefined, serviceId: string) {
    const { name, ids } = eitherList(parameters, "VpcEndpointId", "TransitGatewayAttachmentId");
    const attachments = name === "TransitGatewayAttachmentId";
    if (attachments && ids.length > 50) {
        throw invalidValue(name, String(ids.length), "Expecting at most 50 ids.");
    }
    const service = services?.find((one) => one.serviceId === serviceId);
    if (service === undefined) {
        throw noService(serviceId);
    }
    if (attachments && service.gatewayLoadBalancerArns === undefined) {
        // "supported only for Gateway Load Balancer endpoint services"; the code is not documented.
        throw new Refusal(400, "InvalidParameter", `${serviceId} is no Gateway Load Balancer endpoint service`);
    }
    const code = attachments ? "InvalidTransitGatewayAttachmentID.NotFound" : "InvalidVpcEndpointId.NotFound";
    return {
        ids,
        connections: attachments ? service.transitGatewayConnections : service.connections,
        unknown: (id: string) => [code, `The id '${id}' does not exist`] as const,
    };
}

/** The filters of DescribeVpcEndpointConnections (botocore 1.44), without those that are refused. */
export function connectionFilters(regionName: string, refused: readonly string[]): Filters<Listed> {
    const ofEndpoint =
        (fact: (endpoint: VpcEndpointConnection) => string | undefined) =>
        ({ connection }: Listed) =>
            "vpcEndpointId" in connection ? [fact(connection)] : [];
    const filters: Filters<Listed> = {
        "service-id": ({ service }) => [service.serviceId],
        "vpc-endpoint-owner": ofEndpoint(({ owner }) => owner),
        "vpc-endpoint-state": ({ connection }) => [connection.state],
        "vpc-endpoint-region": ofEndpoint(({ vpcEndpointRegion }) => vpcEndpointRegion ?? regionName),
        "ip-address-type": ofEndpoint(({ ipAddressType }) => ipAddressType ?? "ipv4"),
        "vpc-endpoint-id": ofEndpoint(({ vpcEndpointId }) => vpcEndpointId),
        "transit-gateway-attachment-id": ({ connection }) =>
            "transitGatewayAttachmentId" in connection ? [connection.transitGatewayAttachmentId] : [],
    };
    return Object.fromEntries(Object.entries(filters).filter(([name]) => !refused.includes(name)));
}
