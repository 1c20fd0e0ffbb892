import { cloud } from "../server/kind";
import { ACCOUNT, type Account } from "./account";
import { privateLinkEndpoint } from "./private-link-endpoint";
import { unknownRpc } from "./rpc";
import { sts } from "./sts";
import { vpcPeering } from "./vpc-peering";

export const alibaba = cloud<Account>()({
    name: "alibaba",
    account: ACCOUNT,
    kinds: [vpcPeering, privateLinkEndpoint],
    apis: [sts, unknownRpc],
    rates: [],
    environment: (url, { account }) => ({
        ALIBABA_CLOUD_VPCPEER_ENDPOINT: url,
        ALIBABA_CLOUD_PRIVATELINK_ENDPOINT: url,
        ALIBABA_CLOUD_STS_ENDPOINT: url,
        ALIBABA_CLOUD_REGION: "cn-hangzhou",
        ALIBABA_CLOUD_ACCESS_KEY_ID: `LTAI${account}`,
        ALIBABA_CLOUD_ACCESS_KEY_SECRET: `secret-of-LTAI${account}`,
        ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true",
    }),
});
