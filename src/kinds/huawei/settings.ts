import type { Setting } from "../cloud";

/** Settings of a cloud that speaks the VPCEP API. Data only: the user's program loads it too. */
export const vpcepSettings = {
    /**
     * Region of connections that name none.
     *
     * @default HUAWEICLOUD_SDK_REGION or HW_REGION_NAME; of Open Telekom Cloud OS_REGION_NAME
     */
    region: {},
    /**
     * Project of the endpoint services.
     *
     * @default HUAWEICLOUD_SDK_PROJECT_ID or HW_PROJECT_ID; of Open Telekom Cloud OS_PROJECT_ID or OS_TENANT_ID; then the project named like the region
     */
    projectId: {},
    /**
     * URL of the VPC endpoint API.
     *
     * @default HUAWEICLOUD_VPCEP_ENDPOINT; of Open Telekom Cloud OTC_VPCEP_ENDPOINT; then the region's own
     */
    vpcepEndpoint: {},
    /**
     * URL of the IAM API.
     *
     * @default HUAWEICLOUD_IAM_ENDPOINT; of Open Telekom Cloud OTC_IAM_ENDPOINT; then the cloud's own
     */
    iamEndpoint: {},
} as const satisfies Readonly<Record<string, Setting>>;
