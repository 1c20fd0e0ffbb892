import { type ConnectionKind, defineKind } from "../kind";
import { awaits, holds, impossible, type Lifecycle, sends, settles, tries } from "../table";
import { type HuaweiClients, huawei, otc } from "./cloud";
import { vpcepFields } from "./fields";
import { decide, describeService, discoverServices, listConnections, lookupConnections, statuses } from "./vpcep-api";

/** A VPC endpoint that knocks at a VPC endpoint service (VPCEP) of Huawei Cloud. */
export interface HuaweiVpcEndpointConnection {
    kind: "huawei:vpcEndpoint";
    /** Region of the endpoint service. Default: `connections:huaweiRegion`, then `HUAWEICLOUD_SDK_REGION` or `HW_REGION_NAME`. */
    region?: string;
    /** Project of the service's owner. Default: `connections:huaweiProjectId`, the environment, then the project named like the region. */
    projectId?: string;
    /** Endpoint service, a UUID. */
    serviceId: string;
    /** The requester's endpoint, a UUID. */
    endpointId: string;
}

/** The same on Open Telekom Cloud, which speaks the same API with its own endpoints and environment variables. */
export interface OtcVpcEndpointConnection {
    kind: "otc:vpcEndpoint";
    /** Region of the endpoint service. Default: `connections:otcRegion`, then `OS_REGION_NAME`. */
    region?: string;
    /** Project of the service's owner. Default: `connections:otcProjectId`, `OS_PROJECT_ID`, then the project named like the region. */
    projectId?: string;
    /** Endpoint service, a UUID. */
    serviceId: string;
    /** The requester's endpoint, a UUID. */
    endpointId: string;
}

/** Pages of Open Telekom Cloud's documents; Huawei Cloud's have the same text. */
const REFERENCE = "VPC Endpoint API Reference,";
const DECIDE = `${REFERENCE} "Accepting or Rejecting a VPC Endpoint for a VPC Endpoint Service"`;
const LIST = `${REFERENCE} "Querying Connections of a VPC Endpoint Service"`;
const PEER = "acceptance test TestAccVPCEndpointApproval_Basic of terraform-provider-huaweicloud";
const ASK_AGAIN = "ask the requester to delete the endpoint and buy it again";

const lifecycle: Lifecycle = {
    accept: {
        pending: sends("accept", DECIDE),
        accepting: settles(LIST),
        accepted: holds(LIST),
        rejected: tries("accept", "no document and no provider's test covers it"),
        removing: impossible(ASK_AGAIN, LIST),
        failed: impossible(ASK_AGAIN, `${LIST} (EndPoint.2047: a failed endpoint cannot be modified)`),
        absent: awaits(LIST),
    },
    reject: {
        pending: sends("reject", DECIDE),
        accepting: settles(`${LIST} (EndPoint.2019: being created)`),
        accepted: sends("reject", PEER),
        rejected: holds(LIST),
        removing: holds(`${LIST} (the requester is deleting the endpoint)`),
        failed: holds(LIST),
        absent: holds(LIST),
    },
};

/** VPC endpoint connections of a VPC endpoint service (VPCEP) on Huawei Cloud. */
export const huaweiVpcEndpoint = defineKind<HuaweiVpcEndpointConnection, HuaweiClients>()({
    ...vpcepKind(),
    name: "huawei:vpcEndpoint",
    cloud: huawei,
    fields: vpcepFields("huawei"),
    example: {
        kind: "huawei:vpcEndpoint",
        region: "eu-west-101",
        projectId: "6e9dfd51d1124e8d8498dce894923a0d",
        serviceId: "4189d3c2-8882-4871-a3c2-d380272eed88",
        endpointId: "705290f3-0d00-41f2-aedc-71e09844e879",
    },
    permissions: {
        read: [
            either("vpcep:connections:list", "vpcep:endpointServices:listConnections"),
            either("vpcep:epservices:get", "vpcep:endpointServices:get"),
        ],
        accept: [either("vpcep:connections:update", "vpcep:endpointServices:updateConnections")],
        reject: [either("vpcep:connections:update", "vpcep:endpointServices:updateConnections")],
    },
});

/** The same on Open Telekom Cloud. */
export const otcVpcEndpoint = defineKind<OtcVpcEndpointConnection, HuaweiClients>()({
    ...vpcepKind(),
    name: "otc:vpcEndpoint",
    cloud: otc,
    fields: vpcepFields("otc"),
    example: {
        kind: "otc:vpcEndpoint",
        region: "eu-de",
        projectId: "6e9dfd51d1124e8d8498dce894923a0d",
        serviceId: "4189d3c2-8882-4871-a3c2-d380272eed88",
        endpointId: "705290f3-0d00-41f2-aedc-71e09844e879",
    },
    permissions: {
        read: ["vpcep:connections:list", "vpcep:epservices:get"],
        accept: ["vpcep:connections:update"],
        reject: ["vpcep:connections:update"],
    },
});

/** Policies and identity policies name one permission differently: API reference, "Permissions and Supported Actions". */
function either(policy: string, identityPolicy: string): string {
    return `${policy} (in identity policies ${identityPolicy})`;
}

/** What is the same on every cloud that speaks the VPCEP API. */
function vpcepKind() {
    return {
        title: "VPC endpoint connection",
        scope: ["region", "serviceId"],
        id: "endpointId",
        scopeTitle: ({ region, serviceId }) => `endpoint service ${serviceId} in ${region}`,
        requester: {
            format: /^[0-9a-f]{32}$/,
            describes: "a domain (account) id, 32 hexadecimal digits",
            example: "5fc973eea581490997e82ea11a1df31f",
        },
        evidence: { markerId: "Packet id of the endpoint (marker_id), as text" },
        statuses,
        lifecycle,
        limits: {
            // "Each request accepts or rejects only one VPC endpoint"; more are EndPoint.2031.
            idsPerOrder: 1,
            idsPerLookup: 1,
            settleEvery: "5s",
            settleWithin: "20m",
        },
        lane: "connection",
        automaticAcceptance: ({ title }) =>
            `${title} accepts requests by itself (approval_enabled is false): the rejected requester is let in again with its next endpoint. Turn connection approval on, or take the requester off the whitelist.`,
        describe: describeService,
        discover: discoverServices,
        list: listConnections,
        lookup: lookupConnections,
        accept: decide("receive"),
        reject: decide("reject"),
    } as const satisfies Shared;
}

/** The parts of a kind that do not differ. */
type Shared = Omit<
    ConnectionKind<HuaweiVpcEndpointConnection, "endpointId", "markerId", never, HuaweiClients>,
    "name" | "cloud" | "example" | "fields" | "permissions"
>;
