import { compact } from "../server/message";
import type { Action } from "../server/protocol";
import type { Ec2Call } from "./ec2";
import { type Filters, itemsOf, matching, PAGED, pageOf, tagSet } from "./ec2-values";
import { balancersOf, type EndpointService, noService } from "./endpoint-service";

type ServiceCall = Ec2Call<{ endpointServices?: EndpointService[] }>;

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointServiceConfigurations.html */
export const describeServices: Action<ServiceCall> = {
    parameters: [...PAGED, "ServiceId.#"],
    run(call) {
        const { parameters, region } = call;
        const ids = parameters.list("ServiceId");
        const services = region?.endpointServices ?? [];
        const missing = ids.find((id) => !services.some((service) => service.serviceId === id));
        if (missing !== undefined) {
            throw noService(missing);
        }
        const matches = matching(parameters, filtersOf(call.regionName), (service) => service.tags);
        const wanted = services.filter(
            (service) => (ids.length === 0 || ids.includes(service.serviceId)) && matches(service),
        );
        const { items, token } = pageOf(call, wanted);
        return { serviceConfigurationSet: { item: items.map((service) => shown(service, call)) }, ...token };
    },
};

/** The filters of DescribeVpcEndpointServiceConfigurations (botocore 1.44), besides those of tags. */
function filtersOf(regionName: string): Filters<EndpointService> {
    return {
        "service-id": ({ serviceId }) => [serviceId],
        "service-name": (service) => [nameOf(service, regionName)],
        "service-state": ({ serviceState }) => [serviceState ?? "Available"],
        "supported-ip-address-types": ({ supportedIpAddressTypes }) => supportedIpAddressTypes ?? ["ipv4"],
    };
}

/** "com.amazonaws.vpce.us-east-1.vpce-svc-…", the name that CreateVpcEndpointServiceConfiguration gives. */
function nameOf({ serviceName, serviceId }: EndpointService, regionName: string): string {
    return serviceName ?? `com.amazonaws.vpce.${regionName}.${serviceId}`;
}

/** ServiceConfiguration of botocore's model. */
function shown(service: EndpointService, call: Ec2Call): object {
    const serviceType = service.gatewayLoadBalancerArns === undefined ? "Interface" : "GatewayLoadBalancer";
    return compact({
        serviceType: { item: { serviceType } },
        serviceId: service.serviceId,
        serviceName: nameOf(service, call.regionName),
        serviceState: service.serviceState ?? "Available",
        availabilityZoneSet: itemsOf(service.availabilityZones),
        acceptanceRequired: service.acceptanceRequired ?? true,
        managesVpcEndpoints: false,
        ...balancersOf(service, call),
        supportedIpAddressTypeSet: itemsOf(service.supportedIpAddressTypes ?? ["ipv4"]),
        baseEndpointDnsNameSet: itemsOf([`${service.serviceId}.${call.regionName}.vpce.amazonaws.com`]),
        privateDnsName: service.privateDnsName,
        tagSet: tagSet(service.tags),
    });
}
