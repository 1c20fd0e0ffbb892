import { Refusal } from "../server/message";
import type { ParameterCall } from "../server/protocol";
import { anyText, flag, list, type Members, optional, record, tags, text } from "../server/schema";
import { accountsOf } from "./account";
import { CONNECTIONS } from "./private-link-connection";
import type { RpcAction } from "./rpc";
import { listing, refuseIf, tagList, wire } from "./rpc-values";

const SERVICE = {
    /** `epsrv-…` */
    serviceId: text,
    /** Default cn-hangzhou. */
    regionId: optional(text),
    /** Default false, as the API. */
    autoAcceptEnabled: optional(flag),
    /** Default Active. */
    serviceStatus: optional(text),
    /** Default: `com.aliyuncs.privatelink.` with its region and id. */
    serviceName: optional(text),
    serviceDescription: optional(anyText),
    resourceGroupId: optional(text),
    tags: optional(tags),
    /** As the API writes it. Default: when the simulator got the world. */
    createTime: optional(text),
    connections: optional(CONNECTIONS),
};
export interface PrivateLinkService extends Members<typeof SERVICE> {}

/** Part of an account in the world. */
export const SERVICES = {
    /** PrivateLink endpoint services of this account. */
    endpointServices: optional(list(record<PrivateLinkService>(SERVICE))),
};
export interface ServicesPart extends Members<typeof SERVICES> {}

/** GetVpcEndpointServiceAttribute. */
export const serviceAttribute: RpcAction = {
    parameters: ["RegionId", "ServiceId"],
    run: (call) => attributes(serviceOf(call)),
};

/** ListVpcEndpointServices, MaxResults 1 to 1000, 50 by default. ResourceId and the other filters are not modelled. */
export const listServices = listing<PrivateLinkService>({
    name: "Services",
    all: servicesOf,
    sizes: { most: 1000, usual: 50 },
    others: ["RegionId"],
    filters: {
        ServiceId: ({ serviceId }) => [serviceId],
        ServiceName: (service) => [nameOf(service)],
        ServiceStatus: ({ serviceStatus = "Active" }) => [serviceStatus],
        ResourceGroupId: ({ resourceGroupId }) => [resourceGroupId],
    },
    tags: { parameter: "Tag", of: (service) => service.tags },
    idOf: ({ serviceId }) => serviceId,
    shown: (service) => ({ ...attributes(service), Tags: tagList(service.tags) }),
});

/** The endpoint services of the caller in the region of the request. */
export function servicesOf({ state, caller, parameters }: ParameterCall): PrivateLinkService[] {
    const region = required(parameters.get("RegionId"), "RegionId");
    return accountsOf<ServicesPart>(state)
        .filter(({ account }) => account === caller.account)
        .flatMap(({ endpointServices = [] }) => endpointServices)
        .filter((service) => regionOf(service) === region);
}

/** The service that the request names. One of another account or region does not exist. */
export function serviceOf(call: ParameterCall): PrivateLinkService {
    const id = required(call.parameters.get("ServiceId"), "ServiceId");
    const service = servicesOf(call).find(({ serviceId }) => serviceId === id);
    if (service === undefined) {
        throw new Refusal(400, "EndpointServiceNotFound", "The specified Service does not exist.");
    }
    return service;
}

/** A parameter that must be there. */
export function required(value: string | undefined, name: string): string {
    refuseIf(value === undefined || value === "", `Missing${name}`, `${name} is mandatory for this action.`);
    return value ?? "";
}

export function regionOf({ regionId = "cn-hangzhou" }: PrivateLinkService): string {
    return regionId;
}

function attributes(service: PrivateLinkService): object {
    const regionId = regionOf(service);
    const { serviceId, autoAcceptEnabled = false, serviceStatus = "Active", createTime } = service;
    const { serviceDescription = "", resourceGroupId } = service;
    return {
        ...wire({
            serviceId,
            regionId,
            autoAcceptEnabled,
            serviceStatus,
            createTime,
            serviceDescription,
            resourceGroupId,
        }),
        ServiceName: nameOf(service),
        ServiceDomain: `${serviceId}.${regionId}.privatelink.aliyuncs.com`,
        ServiceBusinessStatus: "Normal",
        ServiceType: "Interface",
    };
}

function nameOf(service: PrivateLinkService): string {
    return service.serviceName ?? `com.aliyuncs.privatelink.${regionOf(service)}.${service.serviceId}`;
}
