import type { Setting } from "../cloud";

/** By the names of Pulumi's Azure Native provider. Data only: the user's program loads it too. */
export const azureSettings = {
    /**
     * Subscription whose requests `connection-decision list` shows. A decision's own is in its `resourceId`.
     *
     * @default ARM_SUBSCRIPTION_ID, AZURE_SUBSCRIPTION_ID, then all that the credentials see
     */
    subscriptionId: { sameAs: "azure-native:subscriptionId" },
    /**
     * Tenant whose credentials are used.
     *
     * @default ARM_TENANT_ID, what `@azure/identity` finds
     */
    tenantId: { sameAs: "azure-native:tenantId" },
    /**
     * Azure cloud: public, usgovernment or china.
     *
     * @default ARM_ENVIRONMENT, AZURE_ENVIRONMENT, public
     */
    environment: { sameAs: "azure-native:environment" },
    /**
     * URL of Azure Resource Manager.
     *
     * @default ARM_RESOURCE_MANAGER_ENDPOINT, the cloud's own
     */
    resourceManagerEndpoint: { sameAs: "azure-native:resourceManagerEndpoint" },
    /**
     * What tokens are for, instead of the URL of the cloud's Azure Resource Manager.
     *
     * @default ARM_RESOURCE_MANAGER_AUDIENCE, that URL
     */
    resourceManagerAudience: { sameAs: "azure-native:resourceManagerAudience" },
    /**
     * URL of Microsoft Entra ID.
     *
     * @default ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST, AZURE_AUTHORITY_HOST, the cloud's own
     */
    activeDirectoryAuthorityHost: { sameAs: "azure-native:activeDirectoryAuthorityHost" },
    /**
     * True: do not ask Microsoft's public cloud whether that URL is known, as private clouds need.
     *
     * @default ARM_DISABLE_INSTANCE_DISCOVERY, false
     */
    disableInstanceDiscovery: { sameAs: "azure-native:disableInstanceDiscovery", flag: true },
} as const satisfies Readonly<Record<string, Setting>>;
