import type { World } from "./world";

/** Credentials of the first account of each cloud. Keys name their account; secrets and tokens follow from keys. */
export function environment(url: string, world: World): Record<string, string> {
    const aws = world.aws?.[0];
    const account = world.alibaba?.[0]?.account;
    const huawei = world.huawei?.[0];
    return {
        ...(aws === undefined
            ? {}
            : {
                  AWS_ENDPOINT_URL: url,
                  AWS_ACCESS_KEY_ID: `AKIA${aws.account}`,
                  AWS_SECRET_ACCESS_KEY: `secret-of-AKIA${aws.account}`,
                  AWS_REGION: aws.region,
                  AWS_DEFAULT_REGION: aws.region,
                  AWS_EC2_METADATA_DISABLED: "true",
              }),
        ...(account === undefined
            ? {}
            : {
                  ALIBABA_CLOUD_VPCPEER_ENDPOINT: url,
                  ALIBABA_CLOUD_STS_ENDPOINT: url,
                  ALIBABA_CLOUD_ACCESS_KEY_ID: `LTAI${account}`,
                  ALIBABA_CLOUD_ACCESS_KEY_SECRET: `secret-of-LTAI${account}`,
                  ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true",
              }),
        ...(huawei === undefined
            ? {}
            : {
                  HUAWEICLOUD_VPCEP_ENDPOINT: url,
                  HUAWEICLOUD_IAM_ENDPOINT: url,
                  HUAWEICLOUD_SDK_AK: `HPUA${huawei.projectId}`,
                  HUAWEICLOUD_SDK_SK: `secret-of-HPUA${huawei.projectId}`,
                  HUAWEICLOUD_SDK_REGION: huawei.region,
                  HUAWEICLOUD_SDK_PROJECT_ID: huawei.projectId,
                  OTC_VPCEP_ENDPOINT: url,
                  OTC_IAM_ENDPOINT: url,
                  OS_ACCESS_KEY: `HPUA${huawei.projectId}`,
                  OS_SECRET_KEY: `secret-of-HPUA${huawei.projectId}`,
                  OS_REGION_NAME: huawei.region,
                  OS_PROJECT_ID: huawei.projectId,
                  OS_AUTH_URL: `${url}/v3`,
                  OS_USERNAME: `HPUA${huawei.projectId}`,
                  OS_PASSWORD: `secret-of-HPUA${huawei.projectId}`,
                  OS_USER_DOMAIN_NAME: huawei.domainName ?? "simulated",
                  OS_IDENTITY_API_VERSION: "3",
              }),
    };
}
