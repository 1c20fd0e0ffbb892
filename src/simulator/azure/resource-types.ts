/** What the documents say of types of resources that receive private endpoint connections, each from its own pages. */
export interface TypeRules {
    readonly name: string;
    readonly versions: readonly string[];
    /** There is a list call; without one, the resource shows its connections. */
    readonly lists: boolean;
    /** A PUT is answered 202 and carried out later, `Location` says how it goes on; a DELETE likewise. */
    readonly later: { readonly put: boolean; readonly remove: boolean };
    /** Words of provisioningState: settled, and on the way to a status. */
    readonly settled: "Succeeded" | "Ready";
    readonly changing: Readonly<Record<"Approved" | "Rejected" | "Removed", string>>;
    /** Decides what is pending and nothing else; refuses with PrivateEndpointConnectionStatusNotPending. */
    readonly onlyPending?: true;
    /** What a PUT of the status that holds answers: documented, or a switch. */
    readonly equal: "refused" | "switch";
    /** From approved to rejected: documented, or a switch. */
    readonly undo: "documented" | "switch";
    /** From rejected to approved: a documented refusal, or a switch. */
    readonly revive: { readonly code: string; readonly message: string } | "switch";
    /** What a connection that is not there answers to GET and PUT. 204: no content. */
    readonly missing: { readonly get: readonly [number, string]; readonly put: readonly [number, string] };
    /** How the property is spelled that says what the requester must do. */
    readonly actions: "actionsRequired" | "actionRequired";
    /** A PUT without a description is refused. */
    readonly needsDescription?: true;
    /** A list item has no name, only an id. */
    readonly bareItems?: true;
}

const NOT_FOUND = [404, "ResourceNotFound"] as const;
const WORDS = { Approved: "Updating", Rejected: "Updating", Removed: "Deleting" };
const GENERAL: Omit<TypeRules, "name" | "versions"> = {
    lists: true,
    later: { put: false, remove: true },
    settled: "Succeeded",
    changing: WORDS,
    equal: "switch",
    undo: "documented",
    revive: "switch",
    missing: { get: NOT_FOUND, put: NOT_FOUND },
    actions: "actionsRequired",
};

/**
 * Sources: the REST references of the resource providers (models and operations of azure-mgmt-network 33.1.0, -storage 25.3.0,
 * -sql 4.0.0, -keyvault 14.1.0, -cosmosdb 10.0.0), https://learn.microsoft.com/azure/private-link/manage-private-endpoint, and the
 * threads that are named beside what they tell.
 */
const TYPES: readonly TypeRules[] = [
    {
        ...GENERAL,
        name: "Microsoft.Network/privateLinkServices",
        versions: ["2023-09-01", "2026-03-01"],
        // Azure/azure-sdk-for-go#9484.
        missing: { get: NOT_FOUND, put: [400, "PrivateEndpointConnectionCannotBeCreatedByServiceProvider"] },
    },
    {
        ...GENERAL,
        name: "Microsoft.Storage/storageAccounts",
        versions: ["2023-05-01", "2026-09-01"],
        later: { put: false, remove: false },
        // Azure/azure-rest-api-specs#30308.
        equal: "refused",
        undo: "switch",
        revive: {
            code: "InvalidValuesForRequestParameters",
            message: "Values for request parameters are invalid: privateLinkServiceConnectionState.status.",
        },
        // pulumi/pulumi-azure-native#1219.
        missing: { get: [400, "ResourceNotFound"], put: [400, "ResourceNotFound"] },
        actions: "actionRequired",
    },
    {
        ...GENERAL,
        name: "Microsoft.Sql/servers",
        versions: ["2021-11-01", "2025-01-01"],
        later: { put: true, remove: true },
        settled: "Ready",
        changing: { Approved: "Approving", Rejected: "Rejecting", Removed: "Dropping" },
        // PrivateEndpointConnectionStatusNotPending: REST reference, create or update; MicrosoftDocs/azure-docs#71740.
        onlyPending: true,
        equal: "refused",
        needsDescription: true,
    },
    {
        ...GENERAL,
        name: "Microsoft.KeyVault/vaults",
        versions: ["2023-07-01", "2026-05-15"],
        missing: { get: [204, ""], put: NOT_FOUND },
        bareItems: true,
    },
    {
        ...GENERAL,
        name: "Microsoft.DocumentDB/databaseAccounts",
        versions: ["2023-11-15", "2026-03-15"],
        later: { put: true, remove: true },
        undo: "switch",
        // Azure/azure-sdk-for-net PR#86823 quotes it.
        revive: {
            code: "BadRequest",
            message: "Approving rejected private endpoint connections is not supported.",
        },
        missing: { get: [404, "NotFound"], put: [404, "NotFound"] },
    },
    // As the types in azure-cli's table that have no list call: the resource itself shows its connections.
    { ...GENERAL, name: "Microsoft.Web/sites", versions: ["2023-12-01", "2024-04-01"], lists: false },
];

/** The rules of a type, by its name in any case; undefined: the simulator does not model it. */
export function rulesOf(type: string): TypeRules | undefined {
    return TYPES.find(({ name }) => name.toLowerCase() === type.toLowerCase());
}

/** The types of a resource provider. */
export function typesOf(namespace: string): readonly TypeRules[] {
    return TYPES.filter(({ name }) => name.toLowerCase().startsWith(`${namespace.toLowerCase()}/`));
}
