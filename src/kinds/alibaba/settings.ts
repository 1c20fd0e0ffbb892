import type { Setting } from "../cloud";

/** Data only: the user's program loads it too. */
export const alibabaSettings = {
    /** Region of connections that name none. */
    region: { sameAs: "alicloud:region" },
    /** Profile of the Alibaba Cloud CLI, `~/.aliyun/config.json`. */
    profile: {},
    /** RAM role to assume, as an ARN. */
    roleArn: {},
    /** URL of the VPC peering API, instead of `https://vpcpeer.aliyuncs.com`. */
    vpcPeerEndpoint: {},
    /** URL of the PrivateLink API, instead of the region's own. */
    privateLinkEndpoint: {},
    /** URL of the STS API, instead of `https://sts.aliyuncs.com`. */
    stsEndpoint: {},
} as const satisfies Readonly<Record<string, Setting>>;
