import { defineKind } from "../kind";
import { type AzureClients, azure } from "./cloud";
import * as fields from "./fields";
import { groupIn, nameIn, same, typeIn } from "./fields";
import { listPage, matchSought, statuses } from "./private-endpoint";
import { decide, operationState, removeConnection } from "./private-endpoint-api";
import { about, resourceType, tables } from "./resource-types";
import { describeResource, discoverResources } from "./resources";

/** A private endpoint that knocks at an Azure resource: a Private Link Service, a storage account, a SQL server and some fifty others. */
export interface AzurePrivateEndpointConnection {
    kind: "azure:privateEndpointConnection";
    /** The resource that is knocked at, its ARM id in any case. */
    resourceId: string;
    /** The connection's own name, the last part of its id. Azure assigns it, so it may be unknown: then say what is known instead. */
    connectionName?: string;
    /** Instead of the name: the requester's private endpoint, its ARM id in any case. */
    privateEndpointId?: string;
    /**
     * Instead of the name: the private endpoint's name, in which `*` stands for any text, such as `databricks-*-pe-rule`. The requester
     * chooses it, so name `requester` as well, or set `expectedRequester`, where that can be known.
     */
    privateEndpointName?: string;
    /** Instead of the name: the subscription of the private endpoint. */
    requester?: string;
    /** API version of the resource type. Default: one that this version knows, then the newest that the resource provider lists. */
    apiVersion?: string;
}

/** `{type}`: the type of the resource, such as Microsoft.Sql/servers. */
const CONNECTIONS = "{type}/privateEndpointConnections";
/** Some types ask for the second as well: which ones is undocumented. */
const WRITE = `${CONNECTIONS}/write (some types: also {type}/privateEndpointConnectionsApproval/action)`;
/** Of each subscription and principal; writes and deletes count apart. */
const RATE = {
    burst: 200,
    perSecond: 10,
    source: "https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling",
};

/** Private endpoint connections of an Azure resource. */
export const privateEndpointConnection = defineKind<AzurePrivateEndpointConnection, AzureClients>()({
    name: "azure:privateEndpointConnection",
    title: "private endpoint connection",
    cloud: azure,
    example: {
        kind: "azure:privateEndpointConnection",
        resourceId:
            "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590/resourceGroups/orders/providers/Microsoft.Sql/servers/orders",
        connectionName: "billing-5d0ba1f8-9e7f-4f0f-a9e1-3a5b3b3f9d1c",
    },
    fields: {
        resourceId: fields.resourceId,
        connectionName: fields.connectionName,
        privateEndpointId: fields.privateEndpointId,
        privateEndpointName: fields.namePattern,
        requester: fields.subscription,
        apiVersion: fields.apiVersion,
    },
    scope: ["resourceId"],
    id: "connectionName",
    selectors: ["privateEndpointId", "privateEndpointName", "requester"],
    scopeTitle: ({ resourceId = "" }) =>
        `${resourceType(typeIn(resourceId)).name} ${nameIn(resourceId)} in resource group ${groupIn(resourceId)}`,
    requester: { ...fields.subscription, example: "8c0f5d9e-4a5f-4a43-b1c1-5f0f6f2d1c7a" },
    evidence: {
        privateEndpointId: "ARM id of the requester's private endpoint, in lower case but for resourceGroups",
        groupIds: "Parts of the resource that are asked for, such as blob or sqlServer",
        linkIdentifier: "Number in the packets of the private endpoint, of Private Link Services",
        privateEndpointLocation: "Region of the private endpoint, of Private Link Services",
    },
    says: "The description, as long as nobody has decided: whoever does writes over it",
    statuses,
    lifecycle: { tables, about, choose: ({ at: { resourceId = "" } }) => resourceType(typeIn(resourceId)).lifecycle },
    permissions: {
        read: ["{type}/read", `${CONNECTIONS}/read`],
        accept: [WRITE],
        reject: [WRITE],
        remove: [`${CONNECTIONS}/delete`],
    },
    permissionParts: ({ resourceId = "" }) => ({ type: resourceType(typeIn(resourceId)).name }),
    limits: {
        idsPerOrder: 1,
        settleEvery: "5s",
        settleWithin: "20m",
        rates: { accept: RATE, reject: RATE, remove: RATE },
    },
    // The network provider refuses a change while another one of the same resource is under way (RetryableErrorDueToAnotherOperation).
    lane: "scope",
    automaticAcceptance: ({ title }) =>
        `${title} approves requests from some subscriptions by itself (autoApproval.subscriptions): a rejected requester among them is let in again with its next private endpoint. Take its subscription off that list, or off visibility.subscriptions.`,
    sameRequester: same,
    sameEvidence: (_fact, declared, told) => same(declared, told),
    matches: matchSought,
    describe: describeResource,
    discover: discoverResources,
    list: listPage,
    accept: decide("Approved"),
    reject: decide("Rejected"),
    remove: removeConnection,
    operation: operationState,
});
