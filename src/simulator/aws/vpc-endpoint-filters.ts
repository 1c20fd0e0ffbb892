import { notSimulated, type Parameters } from "../server/parameters";
import { Refusal } from "../server/protocol";
import type { State } from "../server/state";
import type {
    AwsRegion,
    EndpointService,
    Moving,
    TransitGatewayConnection,
    VpcEndpointConnection,
} from "../server/world";

/** What a decision is about: a connection of an endpoint, or of a transit gateway attachment. */
export type Decided = (VpcEndpointConnection | TransitGatewayConnection) & Moving;

export interface Listed {
    readonly service: EndpointService;
    readonly connection: Decided;
}

/** "com.amazonaws.vpce.us-east-1.vpce-svc-…", the name that CreateVpcEndpointServiceConfiguration gives. */
export function nameOf(service: EndpointService, region: AwsRegion | undefined): string {
    return service.serviceName ?? `com.amazonaws.vpce.${region?.region}.${service.serviceId}`;
}

/** What a filter compares; one of several values is enough. */
type Facts<T> = (item: T, region: AwsRegion | undefined) => readonly string[];

function endpointOnly(fact: (connection: VpcEndpointConnection, region: AwsRegion | undefined) => string | undefined) {
    return ({ connection }: Listed, region: AwsRegion | undefined) =>
        "vpcEndpointId" in connection ? [fact(connection, region) ?? ""] : [];
}

/** The filters of DescribeVpcEndpointConnections (botocore 1.44). */
const CONNECTIONS: Readonly<Record<string, Facts<Listed>>> = {
    "service-id": ({ service }) => [service.serviceId],
    "vpc-endpoint-owner": endpointOnly(({ owner }) => owner),
    "vpc-endpoint-state": ({ connection }) => [connection.state],
    "vpc-endpoint-region": endpointOnly(({ vpcEndpointRegion }, region) => vpcEndpointRegion ?? region?.region),
    "ip-address-type": endpointOnly(({ ipAddressType }) => ipAddressType ?? "ipv4"),
    "vpc-endpoint-id": endpointOnly(({ vpcEndpointId }) => vpcEndpointId),
    "transit-gateway-attachment-id": ({ connection }) =>
        "transitGatewayAttachmentId" in connection ? [connection.transitGatewayAttachmentId] : [],
};

/** The filters of DescribeVpcEndpointServiceConfigurations (botocore 1.44); `tag:<key>` besides. */
const SERVICES: Readonly<Record<string, Facts<EndpointService>>> = {
    "service-id": ({ serviceId }) => [serviceId],
    "service-name": (service, region) => [nameOf(service, region)],
    "service-state": ({ serviceState }) => [serviceState ?? "Available"],
    "supported-ip-address-types": ({ supportedIpAddressTypes }) => supportedIpAddressTypes ?? ["ipv4"],
    "tag-key": ({ tags }) => Object.keys(tags ?? {}),
};

/** Whether a connection passes the filters of a request. */
export function connectionsBy(parameters: Parameters, region: AwsRegion | undefined, state: State) {
    return matching(parameters, region, (name) => {
        const refused =
            (name === "vpc-endpoint-id" && state.undocumented("ec2EndpointIdFilter") === "InvalidFilter") ||
            (name === "vpc-endpoint-owner" && state.undocumented("ec2OwnerFilter") === "InvalidFilter");
        return refused ? undefined : CONNECTIONS[name];
    });
}

/** Whether a service passes the filters of a request. */
export function servicesBy(parameters: Parameters, region: AwsRegion | undefined) {
    return matching<EndpointService>(parameters, region, (name) => {
        const key = /^tag:(.+)$/.exec(name)?.[1];
        return key === undefined
            ? SERVICES[name]
            : ({ tags = {} }) => (Object.hasOwn(tags, key) ? [tags[key] ?? ""] : []);
    });
}

/**
 * Filters are joined with AND, values with OR; names and values are case-sensitive (API_Filter).
 * Wildcards: the documents disagree on what `?` stands for, and a filter without values is not explained. Both are refused.
 */
function matching<T>(
    parameters: Parameters,
    region: AwsRegion | undefined,
    factsOf: (name: string) => Facts<T> | undefined,
): (item: T) => boolean {
    const filters = parameters.numbers("Filter").map((number) => {
        const name = parameters.get(`Filter.${number}.Name`) ?? "";
        const values = new Set(parameters.list(`Filter.${number}.Value`));
        const facts = factsOf(name);
        if (facts === undefined) {
            throw new Refusal(400, "InvalidFilter", `The filter '${name}' is invalid`);
        }
        const strange = [...values].find((value) => /[*?\\]/.test(value));
        if (values.size === 0 || strange !== undefined) {
            throw notSimulated(
                `filter ${name} with ${strange === undefined ? "no value" : `the wildcard value ${strange}`}`,
            );
        }
        return { facts, values };
    });
    return (item) => filters.every(({ facts, values }) => facts(item, region).some((fact) => values.has(fact)));
}
