import { Refusal } from "../server/message";
import { anyText, connection, list, type Members, optional, record, text } from "../server/schema";
import { same } from "./account";
import { type ArmCall, type ArmReply, listing, notFound, type Route } from "./arm";
import { rulesOf, type TypeRules, typesOf } from "./resource-types";

const CONNECTION = {
    /** The last part of its id; the resource provider assigns it. */
    name: text,
    /** `Pending`, `Approved`, `Rejected`, `Disconnected`. */
    status: text,
    /** ARM id of the requester's private endpoint. Left out: Azure does not tell. */
    privateEndpointId: optional(text),
    /** Written by the requester, until a decision writes another one. */
    description: optional(anyText),
    /** Parts of the resource that are asked for: `blob`. */
    groupIds: optional(list(text)),
    /** Of a Private Link Service. */
    linkIdentifier: optional(text),
    /** Of a Private Link Service: the region of the private endpoint. */
    privateEndpointLocation: optional(text),
    /** What the requester must do. Default None. */
    actionsRequired: optional(text),
    /** Instead of the one that follows from what is under way: `Failed`. */
    provisioningState: optional(text),
};
/** A private endpoint connection of a resource. */
export interface PrivateEndpointConnection extends Members<typeof CONNECTION> {}

const RESOURCE = {
    /** Its ARM id. Its type must be one that the simulator models. */
    id: text,
    /** Default westeurope. */
    location: optional(text),
    /** Of a Private Link Service: subscriptions whose private endpoints are approved by themselves. */
    autoApprovedSubscriptions: optional(list(text)),
    privateEndpointConnections: optional(list(connection<PrivateEndpointConnection>(CONNECTION))),
};
/** A resource that private endpoints connect to. */
export interface AzureResource extends Members<typeof RESOURCE> {}

/** What an entry of the world holds. */
export const RESOURCES = {
    /** Resources that private endpoints connect to. */
    resources: optional(list(record<AzureResource>(RESOURCE))),
};
export interface Part extends Members<typeof RESOURCES> {}

type Call = ArmCall<Part>;

/** `…/providers/Microsoft.Sql/servers/orders`: below the subscription. Types with a part of their own are not modelled. */
export const RESOURCE_PATH =
    "/resourceGroups/(?<group>[^/]+)/providers/(?<namespace>[^/]+)/(?<type>[^/]+)/(?<resource>[^/]+)";

/** The full name of the type in a path, as Microsoft spells it. */
export function typeName({ namespace = "", type = "" }: Readonly<Record<string, string>>): string {
    return rulesOf(`${namespace}/${type}`)?.name ?? `${namespace}/${type}`;
}

/** What holds for the type in a path. */
export function rulesAt(path: Readonly<Record<string, string>>): TypeRules {
    const rules = rulesOf(typeName(path));
    if (rules === undefined) {
        throw new Refusal(404, "InvalidResourceType", `The resource type '${typeName(path)}' could not be found.`);
    }
    return rules;
}

export function versionsAt(path: Readonly<Record<string, string>>): readonly string[] | undefined {
    return rulesOf(typeName(path))?.versions;
}

/** The resource that a path names. */
export function resourceAt({ subscription, path }: Call): AzureResource {
    const { group, namespace, type, resource } = path;
    const id = `/subscriptions/${subscription.subscriptionId}/resourceGroups/${group}/providers/${namespace}/${type}/${resource}`;
    const found = subscription.resources?.find((one) => same(one.id, id));
    if (found === undefined) {
        throw notFound(`${typeName(path)}/${resource}`);
    }
    return found;
}

/** GET of a resource. A type without the list call shows its connections there; so do some with it. */
export function resourceRoute(shown: (call: Call, resource: AzureResource) => readonly object[]): Route<Part> {
    return {
        method: "GET",
        path: new RegExp(`^${RESOURCE_PATH}$`, "i"),
        action: (path) => `${typeName(path)}/read`,
        versions: versionsAt,
        run(call) {
            const rules = rulesAt(call.path);
            const resource = resourceAt(call);
            const approved = resource.autoApprovedSubscriptions;
            return {
                content: {
                    ...brief(resource, rules),
                    properties: {
                        privateEndpointConnections: shown(call, resource),
                        ...(approved === undefined ? {} : { autoApproval: { subscriptions: approved } }),
                    },
                },
            };
        },
    };
}

/** https://learn.microsoft.com/rest/api/resources/resources/list */
export const resourcesRoute: Route<Part> = {
    method: "GET",
    path: /^\/resources$/i,
    action: () => "Microsoft.Resources/subscriptions/resources/read",
    run(call): ArmReply {
        const { items, ...next } = listing(call, call.subscription.resources ?? [], 1000);
        const known = items.map((resource) => brief(resource, rulesOf(typeOfId(resource.id))));
        return { content: { value: known, ...next } };
    },
};

/** https://learn.microsoft.com/rest/api/resources/providers/get */
export const providerRoute: Route<Part> = {
    method: "GET",
    path: /^\/providers\/(?<namespace>[^/]+)$/i,
    action: () => "Microsoft.Resources/subscriptions/providers/read",
    run({ path: { namespace = "" } }): ArmReply {
        const types = typesOf(namespace);
        if (types.length === 0) {
            throw new Refusal(404, "InvalidResourceNamespace", `The resource namespace '${namespace}' is invalid.`);
        }
        const resourceTypes = types.map(({ name, versions }) => ({
            resourceType: name.slice(name.indexOf("/") + 1),
            apiVersions: [...versions, "2099-01-01-preview"],
        }));
        return { content: { namespace, registrationState: "Registered", resourceTypes } };
    },
};

/** `Microsoft.Sql/servers` of an id. */
export function typeOfId(id: string): string {
    return id.split("/").slice(6, 8).join("/");
}

function brief({ id, location = "westeurope" }: AzureResource, rules: TypeRules | undefined): object {
    return { id, name: id.split("/").at(-1), type: rules?.name ?? typeOfId(id), location };
}
