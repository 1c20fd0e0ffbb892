import { cloud } from "../server/kind";
import { ACCOUNT, type Project } from "./account";
import { projects } from "./iam";
import { keystone } from "./keystone";
import { vpcEndpoint } from "./vpcep";

/** Huawei Cloud and Open Telekom Cloud: one API, told apart by the region. */
export const huawei = cloud<Project>()({
    name: "huawei",
    account: ACCOUNT,
    kinds: [vpcEndpoint],
    apis: [projects, keystone],
    rates: [],
    environment: (url, { projectId, region, domainName }) => ({
        HUAWEICLOUD_VPCEP_ENDPOINT: url,
        HUAWEICLOUD_IAM_ENDPOINT: url,
        HUAWEICLOUD_SDK_AK: `HPUA${projectId}`,
        HUAWEICLOUD_SDK_SK: `secret-of-HPUA${projectId}`,
        HUAWEICLOUD_SDK_REGION: region,
        HUAWEICLOUD_SDK_PROJECT_ID: projectId,
        OTC_VPCEP_ENDPOINT: url,
        OTC_IAM_ENDPOINT: url,
        OS_ACCESS_KEY: `HPUA${projectId}`,
        OS_SECRET_KEY: `secret-of-HPUA${projectId}`,
        OS_REGION_NAME: region,
        OS_PROJECT_ID: projectId,
        OS_AUTH_URL: `${url}/v3`,
        OS_USERNAME: `HPUA${projectId}`,
        OS_PASSWORD: `secret-of-HPUA${projectId}`,
        OS_USER_DOMAIN_NAME: domainName ?? "simulated",
        OS_IDENTITY_API_VERSION: "3",
    }),
});
