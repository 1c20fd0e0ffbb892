import { awaits, holds, impossible, type Lifecycle, sends, settles, type Transition, tries } from "../table";

/** Types of Azure resources that receive private endpoint connections, and what differs between them, as data. */

/** One type of resource. */
export interface ResourceType {
    /** As Microsoft spells it. Permissions begin with it. */
    readonly name: string;
    /** Generally available, and known to have the calls that are used. Default: what the provider itself lists as its newest. */
    readonly apiVersion?: string;
    /** Its list call is documented. Others are asked for it, and then for the connections that the resource itself shows. */
    readonly lists?: true;
    /** It shows for which subscriptions it approves by itself. */
    readonly autoApproval?: true;
    readonly lifecycle: TableName;
}

export type TableName = "direct" | "general" | "byRemoval" | "untold";

/**
 * Types whose calls were looked up in the REST reference, 2026-11-25. Which sovereign cloud has which version is undocumented, so the
 * versions are old ones.
 */
const CHECKED: readonly ResourceType[] = [
    {
        name: "Microsoft.Network/privateLinkServices",
        apiVersion: "2023-09-01",
        lists: true,
        autoApproval: true,
        lifecycle: "direct",
    },
    { name: "Microsoft.Network/applicationGateways", apiVersion: "2023-09-01", lists: true, lifecycle: "direct" },
    { name: "Microsoft.Storage/storageAccounts", apiVersion: "2023-05-01", lists: true, lifecycle: "general" },
    { name: "Microsoft.Sql/servers", apiVersion: "2021-11-01", lists: true, lifecycle: "byRemoval" },
    { name: "Microsoft.Sql/managedInstances", apiVersion: "2021-11-01", lists: true, lifecycle: "byRemoval" },
    { name: "Microsoft.KeyVault/vaults", apiVersion: "2023-07-01", lists: true, lifecycle: "direct" },
    { name: "Microsoft.KeyVault/managedHSMs", apiVersion: "2023-07-01", lists: true, lifecycle: "direct" },
    { name: "Microsoft.DocumentDB/databaseAccounts", apiVersion: "2023-11-15", lists: true, lifecycle: "general" },
];

/**
 * The other types that the general page or Azure's Go SDK names, by their provider; without Microsoft.Authorization/resourceManagementPrivateLinks, whose
 * connections are ids only. https://learn.microsoft.com/azure/private-link/private-endpoint-overview#private-link-resource
 */
const NAMED: Readonly<Record<string, readonly string[]>> = {
    "Microsoft.ApiManagement": ["service"],
    "Microsoft.App": ["managedEnvironments"],
    "Microsoft.AppConfiguration": ["configurationStores"],
    "Microsoft.Attestation": ["attestationProviders"],
    "Microsoft.Automation": ["automationAccounts"],
    "Microsoft.Batch": ["batchAccounts"],
    "Microsoft.Cache": ["redis", "redisEnterprise"],
    "Microsoft.CognitiveServices": ["accounts"],
    "Microsoft.Compute": ["diskAccesses"],
    "Microsoft.ContainerRegistry": ["registries"],
    "Microsoft.ContainerService": ["managedClusters"],
    "Microsoft.DataFactory": ["factories"],
    "Microsoft.Databricks": ["workspaces"],
    "Microsoft.DBforMariaDB": ["servers"],
    "Microsoft.DBforMySQL": ["servers", "flexibleServers"],
    "Microsoft.DBforPostgreSQL": ["servers", "flexibleServers", "serverGroupsv2"],
    "Microsoft.DesktopVirtualization": ["hostpools", "workspaces"],
    "Microsoft.DeviceUpdate": ["accounts"],
    "Microsoft.Devices": ["IotHubs", "provisioningServices"],
    "Microsoft.DigitalTwins": ["digitalTwinsInstances"],
    "Microsoft.DocumentDB": ["mongoClusters"],
    "Microsoft.EventGrid": ["domains", "topics"],
    "Microsoft.EventHub": ["namespaces"],
    "Microsoft.HDInsight": ["clusters"],
    "Microsoft.HealthcareApis": ["services"],
    "Microsoft.Insights": ["privateLinkScopes"],
    "Microsoft.IoTCentral": ["iotApps"],
    "Microsoft.Kusto": ["clusters"],
    "Microsoft.Logic": ["integrationAccounts"],
    "Microsoft.MachineLearningServices": ["registries", "workspaces"],
    "Microsoft.Media": ["mediaservices"],
    "Microsoft.Migrate": ["assessmentProjects"],
    "Microsoft.PowerBI": ["privateLinkServicesForPowerBI"],
    "Microsoft.Purview": ["accounts"],
    "Microsoft.RecoveryServices": ["vaults"],
    "Microsoft.Relay": ["namespaces"],
    "Microsoft.Search": ["searchServices"],
    "Microsoft.ServiceBus": ["namespaces"],
    "Microsoft.SignalRService": ["signalR", "webPubSub"],
    "Microsoft.StorageSync": ["storageSyncServices"],
    "Microsoft.Synapse": ["privateLinkHubs", "workspaces"],
    "Microsoft.Web": ["hostingEnvironments", "sites", "staticSites"],
};

const RESOURCE_TYPES: readonly ResourceType[] = [
    ...CHECKED,
    ...Object.entries(NAMED).flatMap(([provider, types]) =>
        types.map((type): ResourceType => ({ name: `${provider}/${type}`, lifecycle: "general" })),
    ),
];

const BY_NAME = new Map(RESOURCE_TYPES.map((type) => [type.name.toLowerCase(), type]));

/** What is known of a type, by its name in any case. */
export function knownType(name: string): ResourceType | undefined {
    return BY_NAME.get(name.toLowerCase());
}

/** What is known of a type. Any other may have connections as well: nothing is taken for granted then. */
export function resourceType(name: string): ResourceType {
    return knownType(name) ?? { name, lifecycle: "untold" };
}

const MANAGE = "https://learn.microsoft.com/azure/private-link/manage-private-endpoint";
const SQL = "https://learn.microsoft.com/rest/api/sql/private-endpoint-connections/create-or-update";
const BY_DESIGN =
    "Microsoft on GitHub, MicrosoftDocs/azure-docs#115121: a rejected connection cannot be approved, by design";
const OF_ALL = `${MANAGE} (of all resources: "The service provider can change the connection state at a later time without consumer intervention")`;
const SQL_ONLY_PENDING = `${SQL} (PrivateEndpointConnectionStatusNotPending: only a pending one is decided); MicrosoftDocs/azure-docs#71740`;
const UNTOLD = "nothing is known of this resource type; Azure's documents differ between types";
const CHANGING =
    "provisioningState in the REST references (Creating, Updating, Deleting; SQL: Approving, Rejecting, Dropping)";
const TIMEOUT = "models of azure-mgmt-machinelearningservices, which alone know Timeout";
const ASK_AGAIN = "ask the requester to delete the private endpoint and create it again";
const RECONNECT = `${ASK_AGAIN}, or to connect it again (Set-AzPrivateEndpoint)`;

/** What each decision means. Types differ in two cells: what cuts an approved connection, and whether a rejected one can be approved. */
export const tables: Readonly<Record<TableName, Lifecycle>> = {
    direct: table(sends("reject", MANAGE), impossible(RECONNECT, BY_DESIGN, "inferred")),
    general: table(sends("reject", OF_ALL, "inferred"), impossible(RECONNECT, BY_DESIGN, "inferred")),
    byRemoval: table(sends("remove", SQL_ONLY_PENDING), impossible(RECONNECT, SQL_ONLY_PENDING)),
    untold: table(tries("reject", UNTOLD), tries("accept", UNTOLD)),
};

/** Which types have which table. */
export const about: Readonly<Record<TableName, string>> = {
    direct: `${listed("direct")}. These are the network provider's own types, and Key Vault, for which Azure's command line tests approve and reject in a row (Azure/azure-cli#12073).`,
    general:
        "Every other type that Azure's documents name. Nothing but the general page says that an approved connection can be rejected.",
    byRemoval: `${listed("byRemoval")}. SQL decides what is pending and nothing else: an approved connection can only be deleted.`,
    untold: "Types of which this version knows nothing. Both undocumented decisions are tried.",
};

function listed(lifecycle: TableName): string {
    return CHECKED.filter((type) => type.lifecycle === lifecycle)
        .map(({ name }) => name)
        .join(", ");
}

function table(rejectAccepted: Transition, acceptRejected: Transition): Lifecycle {
    return {
        accept: {
            pending: sends("accept", MANAGE),
            accepting: settles(CHANGING, "inferred"),
            accepted: holds(MANAGE),
            rejecting: settles(CHANGING, "inferred"),
            rejected: acceptRejected,
            unconnected: impossible(ASK_AGAIN, MANAGE),
            removing: impossible(ASK_AGAIN, CHANGING, "inferred"),
            expired: impossible(ASK_AGAIN, TIMEOUT, "inferred"),
            absent: awaits(MANAGE),
        },
        reject: {
            pending: sends("reject", MANAGE),
            accepting: settles(CHANGING, "inferred"),
            accepted: rejectAccepted,
            rejecting: settles(CHANGING, "inferred"),
            rejected: holds(MANAGE),
            unconnected: holds(MANAGE),
            removing: settles(CHANGING, "inferred"),
            expired: holds(TIMEOUT, "inferred"),
            absent: holds(MANAGE),
        },
    };
}
