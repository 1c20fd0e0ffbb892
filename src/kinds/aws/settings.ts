import type { Setting } from "../cloud";

/** Data only: the user's program loads it too. */
export const awsSettings = {
    /** Region of connections that name none. */
    region: { sameAs: "aws:region" },
    /** Profile of the shared AWS configuration files. */
    profile: { sameAs: "aws:profile" },
    /** Role to assume, as an ARN. An external id belongs into the profile (`external_id`), not here. */
    roleArn: {},
    /** URL of the EC2 API, instead of the region's own. */
    ec2Endpoint: {},
    /** URL of the Network Firewall API, instead of the region's own. */
    networkfirewallEndpoint: {},
    /** URL of the Network Manager API (Cloud WAN), which is one for all regions. */
    networkmanagerEndpoint: {},
    /** URL of the OpenSearch Service API, instead of the region's own. */
    opensearchEndpoint: {},
    /** URL of the Resource Access Manager API, instead of the region's own. */
    ramEndpoint: {},
    /** URL of the STS API, instead of the region's own. */
    stsEndpoint: {},
} as const satisfies Readonly<Record<string, Setting>>;
