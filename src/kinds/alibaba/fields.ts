import type { Field, Whereabouts } from "../kind";

/** The account that asks. */
export const account = {
    format: /^\d{12,18}$/,
    describes: "an Alibaba Cloud account id (UID) of 12 to 18 digits",
    example: "9876543210987654",
};

/** A region. Its default is the cloud's, see cloud.ts. */
export const region = {
    required: false,
    format: /^[a-z]{2}(-[a-z0-9]+)+$/,
    describes: 'a region such as "cn-hangzhou"',
    whereabouts: { console: "the region selector at the top", cli: "aliyun configure get region" },
} as const satisfies Field;

/** Where people find the ids. */
export const IDS = {
    peering: {
        console: "VPC > VPC Peering Connection > Instance ID, in the region of the accepting VPC",
        cli: "aliyun vpcpeer ListVpcPeerConnections --region cn-hangzhou",
    },
    service: {
        console: "PrivateLink > Endpoint Services > Endpoint Service Instance ID",
        cli: "aliyun privatelink ListVpcEndpointServices --RegionId cn-hangzhou",
    },
    endpoint: {
        console: "PrivateLink > Endpoint Services > the service > Endpoint Connections > Endpoint ID",
        cli: "aliyun privatelink ListVpcEndpointConnections --RegionId cn-hangzhou --ServiceId epsrv-…",
    },
} as const satisfies Readonly<Record<string, Whereabouts>>;
