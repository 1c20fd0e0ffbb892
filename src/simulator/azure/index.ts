import { cloud } from "../server/kind";
import { ACCOUNT, type Subscription } from "./account";
import { unknownArm } from "./arm";
import { identity, identityEnvironment } from "./identity";
import { privateEndpointConnection } from "./private-endpoint-connection";
import { subscriptions } from "./subscriptions";

/** Microsoft Azure, as far as Azure Resource Manager answers for resources that private endpoints connect to. */
export const azure = cloud<Subscription>()({
    name: "azure",
    account: ACCOUNT,
    kinds: [privateEndpointConnection],
    apis: [identity, subscriptions, unknownArm],
    rates: [],
    environment: (url, { subscriptionId, tenantId }) => ({
        ARM_RESOURCE_MANAGER_ENDPOINT: url,
        ARM_SUBSCRIPTION_ID: subscriptionId,
        ARM_TENANT_ID: tenantId,
        ...identityEnvironment(url, subscriptionId),
    }),
});
