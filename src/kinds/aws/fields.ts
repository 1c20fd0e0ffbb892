import type { Field, Whereabouts } from "../kind";

/**
 * Region of a connection. Every partition: `eu-west-1`, `us-gov-west-1`, `us-isob-east-1`, `eusc-de-east-1` (regionRegex of the
 * SDKs' partitions.json). Looser than those: a new region needs no new version.
 */
export const region = {
    required: false,
    format: /^[a-z]{2,8}(-[a-z]+)+-\d+$/,
    describes: 'an AWS region such as "eu-west-1"',
    whereabouts: { console: "the Region selector at the top", cli: "aws configure get region" },
} as const satisfies Field;

/** The account that asks. */
export const account = { format: /^\d{12}$/, describes: "a 12-digit AWS account id", example: "111122223333" };

/** Where people find the ids of EC2, by their prefixes. */
export const EC2_IDS = {
    "vpce-svc": {
        console: "VPC > Endpoint services > Service ID",
        cli: "aws ec2 describe-vpc-endpoint-service-configurations",
    },
    vpce: {
        console: "VPC > Endpoint services > the service > Endpoint connections > Endpoint ID",
        cli: "aws ec2 describe-vpc-endpoint-connections",
    },
    pcx: {
        console: "VPC > Peering connections > Peering connection ID",
        cli: "aws ec2 describe-vpc-peering-connections --filters Name=status-code,Values=pending-acceptance",
    },
    tgw: { console: "VPC > Transit gateways > Transit gateway ID", cli: "aws ec2 describe-transit-gateways" },
    "tgw-attach": {
        console: "VPC > Transit gateway attachments > Transit gateway attachment ID",
        cli: "aws ec2 describe-transit-gateway-attachments --filters Name=state,Values=pendingAcceptance",
    },
} as const satisfies Readonly<Record<string, Whereabouts>>;

/** Where people find the other ids. */
export const IDS = {
    inboundConnection: {
        console: "Amazon OpenSearch Service > Domains > the domain > Connections > Inbound connections > Connection ID",
        cli: "aws opensearch describe-inbound-connections",
    },
    coreNetwork: {
        console: "Network Manager > Global networks > the network > Core network > Core network ID",
        cli: "aws networkmanager list-core-networks",
    },
    coreNetworkAttachment: {
        console: "Network Manager > Global networks > the network > Core network > Attachments > Attachment ID",
        cli: "aws networkmanager list-attachments --core-network-id core-network-…",
    },
    resourceShare: {
        console: "Resource Access Manager > Shared with me > Resource shares > the share > ARN",
        cli: "aws ram get-resource-share-invitations (resourceShareArn)",
    },
    resourceShareInvitation: {
        console: "shown in no place; take the share's ARN",
        cli: "aws ram get-resource-share-invitations (resourceShareInvitationArn)",
    },
} as const satisfies Readonly<Record<string, Whereabouts>>;
