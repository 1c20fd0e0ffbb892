import { cloud } from "../server/kind";
import { ACCOUNT, type AwsAccount } from "./account";
import { cloudWan } from "./cloud-wan";
import { EC2_RATES, unknownEc2 } from "./ec2";
import { networkFirewallAttachment } from "./network-firewall-attachment";
import { openSearch } from "./opensearch";
import { resourceShareInvitation } from "./resource-share-invitation";
import { sts } from "./sts";
import { transitGatewayPeering } from "./transit-gateway-peering";
import { transitGatewayVpcAttachment } from "./transit-gateway-vpc-attachment";
import { vpcEndpoint } from "./vpc-endpoint";
import { vpcPeering } from "./vpc-peering";

export const aws = cloud<AwsAccount>()({
    name: "aws",
    account: ACCOUNT,
    kinds: [
        vpcEndpoint,
        openSearch,
        vpcPeering,
        transitGatewayVpcAttachment,
        transitGatewayPeering,
        networkFirewallAttachment,
        resourceShareInvitation,
        cloudWan,
    ],
    apis: [sts, unknownEc2],
    rates: EC2_RATES,
    environment: (url, { account, region }) => ({
        AWS_ENDPOINT_URL: url,
        AWS_ACCESS_KEY_ID: `AKIA${account}`,
        AWS_SECRET_ACCESS_KEY: `secret-of-AKIA${account}`,
        AWS_REGION: region,
        AWS_DEFAULT_REGION: region,
        AWS_EC2_METADATA_DISABLED: "true",
    }),
});
