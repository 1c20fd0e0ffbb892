import { cloud } from "../server/kind";
import { ACCOUNT, type AwsAccount } from "./account";
import { cloudWan } from "./cloud-wan";
import { EC2_RATES, unknownEc2 } from "./ec2";
import { openSearch } from "./opensearch";
import { sts } from "./sts";
import { vpcEndpoint } from "./vpc-endpoint";
import { vpcPeering } from "./vpc-peering";

export const aws = cloud<AwsAccount>()({
    name: "aws",
    account: ACCOUNT,
    kinds: [vpcEndpoint, openSearch, vpcPeering, cloudWan],
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
