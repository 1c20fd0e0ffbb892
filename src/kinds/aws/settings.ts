import type { Setting } from "../cloud";

/** Data only: the user's program loads it too. */
export const awsSettings = {
    /**
     * Region of connections that name none.
     *
     * @default AWS_REGION, AWS_DEFAULT_REGION, the profile's
     */
    region: { sameAs: "aws:region" },
    /**
     * Profile of the shared AWS configuration files.
     *
     * @default the SDK's default chain
     */
    profile: { sameAs: "aws:profile" },
    /**
     * Role to assume, as an ARN. An external id belongs into the profile (`external_id`), not here.
     *
     * @default none
     */
    roleArn: {},
    /**
     * URL of the EC2 API.
     *
     * @default AWS_ENDPOINT_URL_EC2, AWS_ENDPOINT_URL, the region's own
     */
    ec2Endpoint: {},
    /**
     * URL of the Network Firewall API.
     *
     * @default AWS_ENDPOINT_URL_NETWORK_FIREWALL, AWS_ENDPOINT_URL, the region's own
     */
    networkfirewallEndpoint: {},
    /**
     * URL of the Network Manager API (Cloud WAN), which is one for all regions.
     *
     * @default AWS_ENDPOINT_URL_NETWORKMANAGER, AWS_ENDPOINT_URL, the partition's own
     */
    networkmanagerEndpoint: {},
    /**
     * URL of the OpenSearch Service API.
     *
     * @default AWS_ENDPOINT_URL_OPENSEARCH, AWS_ENDPOINT_URL, the region's own
     */
    opensearchEndpoint: {},
    /**
     * URL of the Resource Access Manager API.
     *
     * @default AWS_ENDPOINT_URL_RAM, AWS_ENDPOINT_URL, the region's own
     */
    ramEndpoint: {},
    /**
     * URL of the STS API.
     *
     * @default AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL, the region's own
     */
    stsEndpoint: {},
} as const satisfies Readonly<Record<string, Setting>>;
