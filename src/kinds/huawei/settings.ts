import type { Setting } from "../cloud";

/** Settings of a cloud that speaks the VPCEP API. Data only: the user's program loads it too. */
export const vpcepSettings = {
    /** Region of connections that name none. */
    region: {},
    /** Project of the endpoint services. */
    projectId: {},
    /** URL of the VPC endpoint API, instead of the region's own. */
    vpcepEndpoint: {},
    /** URL of the IAM API, instead of the cloud's own. */
    iamEndpoint: {},
} as const satisfies Readonly<Record<string, Setting>>;
