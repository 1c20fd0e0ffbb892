import type { Setting } from "../cloud";

/** Data only: the user's program loads it too. */
export const alibabaSettings = {
    /**
     * Region of connections that name none.
     *
     * @default ALIBABA_CLOUD_REGION, ALICLOUD_REGION, ALIBABA_CLOUD_REGION_ID
     */
    region: { sameAs: "alicloud:region" },
    /**
     * Profile of the Alibaba Cloud CLI, `~/.aliyun/config.json`.
     *
     * @default the default chain of `@alicloud/credentials`
     */
    profile: {},
    /**
     * RAM role to assume, as an ARN.
     *
     * @default none
     */
    roleArn: {},
    /**
     * URL of the VPC peering API.
     *
     * @default ALIBABA_CLOUD_VPCPEER_ENDPOINT, `https://vpcpeer.aliyuncs.com`
     */
    vpcPeerEndpoint: {},
    /**
     * URL of the PrivateLink API.
     *
     * @default ALIBABA_CLOUD_PRIVATELINK_ENDPOINT, the region's own
     */
    privateLinkEndpoint: {},
    /**
     * URL of the STS API.
     *
     * @default ALIBABA_CLOUD_STS_ENDPOINT, `https://sts.aliyuncs.com`
     */
    stsEndpoint: {},
} as const satisfies Readonly<Record<string, Setting>>;
