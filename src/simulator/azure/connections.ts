import { findById } from "../server/by-id";
import { compact, notSimulated, Refusal } from "../server/message";
import { shownState } from "../server/protocol";
import type { Moving } from "../server/schema";
import { same } from "./account";
import { type ArmCall, type ArmReply, originOf, type Route } from "./arm";
import type { TypeRules } from "./resource-types";
import { type AzureResource, type Part, type PrivateEndpointConnection, rulesAt, typeName } from "./resources";

/** How a private endpoint connection looks on the wire, and how a change of it goes on. */

type Call = ArmCall<Part>;
export type Connection = PrivateEndpointConnection & Moving;
export type Decided = "Approved" | "Rejected";

/** A removed connection is not there any more. */
export function exists({ status }: Connection): boolean {
    return status !== "Removed";
}

/** The connection that the path names, in any case. */
export function connectionAt({ path }: Call, resource: AzureResource): Connection | undefined {
    const wanted = (path.name ?? "").toLowerCase();
    const all: Connection[] | undefined = resource.privateEndpointConnections;
    const one = findById(all, [wanted], ({ name }) => name.toLowerCase()).get(wanted);
    return one !== undefined && exists(one) ? one : undefined;
}

/** PrivateEndpointConnection of the REST references. */
export function shown(call: Call, resource: AzureResource, one: Connection): object {
    const rules = rulesAt(call.path);
    const id = `${resource.id}/privateEndpointConnections/${one.name}`;
    const { linkIdentifier, privateEndpointLocation, groupIds } = one;
    const properties = compact({
        privateEndpoint: one.privateEndpointId === undefined ? undefined : { id: one.privateEndpointId },
        privateLinkServiceConnectionState: {
            status: shownState(one, one.status, call.hooks.stale),
            description: one.description ?? "",
            [rules.actions]: one.actionsRequired ?? "None",
        },
        provisioningState: provisioningState(one, rules),
        groupIds,
        linkIdentifier,
        privateEndpointLocation,
    });
    // Key Vault's items have no name and no type: PrivateEndpointConnectionItem of azure-mgmt-keyvault.
    const isItem = rules.bareItems === true && call.path.name === undefined;
    return isItem
        ? { id, properties }
        : { id, name: one.name, type: `${rules.name}/privateEndpointConnections`, properties };
}

/** What a PUT asks for. Whatever else it holds is refused: "Property set method not found." (Azure/azure-cli#20424). */
export function wanted(body: unknown, rules: TypeRules): { status: Decided; description: string | undefined } {
    const { properties } = (body ?? {}) as { properties?: Record<string, unknown> };
    const state = properties?.privateLinkServiceConnectionState as Record<string, unknown> | undefined;
    const others = Object.keys(properties ?? {}).filter((name) => name !== "privateLinkServiceConnectionState");
    if (others.length > 0) {
        throw new Refusal(400, "InvalidResource", "Property set method not found.");
    }
    if (state === undefined) {
        throw new Refusal(400, "NullPrivateEndpointConnectionProperties", "The properties of the connection are null.");
    }
    const { status, description } = state;
    if (status !== "Approved" && status !== "Rejected") {
        throw new Refusal(
            400,
            "IncorrectPrivateLinkServiceConnectionStateStatus",
            'The status must be "Approved" or "Rejected".',
        );
    }
    if (rules.needsDescription && (typeof description !== "string" || description === "")) {
        throw new Refusal(400, "NullRemotePrivateLinkServiceConnectionState", "The description is required.");
    }
    return { status, description: typeof description === "string" ? description : undefined };
}

/** An answer before the change is carried out: where to ask how it goes on. */
export function later({ request, state, path, subscription }: Call, one: Connection): ArmReply {
    const { next = [] } = one;
    const operation = Buffer.from(JSON.stringify([path, one.name, next.at(-1)?.at ?? state.now()])).toString(
        "base64url",
    );
    const version = request.url.searchParams.get("api-version") ?? "";
    const at = `${originOf(request)}/subscriptions/${subscription.subscriptionId}/providers/${path.namespace}/locations/westeurope/operationResults/${operation}?api-version=${version}`;
    return { status: 202, headers: { location: at, "retry-after": "0" } };
}

/**
 * `Location` answers 202 while it runs, then 200.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations#url-to-monitor-status
 */
export const operationRoute: Route<Part> = {
    method: "GET",
    path: /^\/providers\/(?<namespace>[^/]+)\/locations\/[^/]+\/operationResults\/(?<operation>[^/]+)$/i,
    action: ({ namespace }) => `${namespace}/locations/operationResults/read`,
    run({ state, path: { operation = "" }, request }): ArmReply {
        const at = endOf(operation);
        if (at === undefined) {
            throw notSimulated("operations that it did not hand out");
        }
        return at > state.now()
            ? {
                  status: 202,
                  headers: {
                      location: originOf(request) + request.url.pathname + request.url.search,
                      "retry-after": "0",
                  },
              }
            : { status: 200 };
    },
};

/** When an operation ends; undefined: the id is none that {@link later} made. */
function endOf(operation: string): number | undefined {
    try {
        const parts: unknown = JSON.parse(Buffer.from(operation, "base64url").toString("utf8"));
        return Array.isArray(parts) && Number.isFinite(parts[2]) ? parts[2] : undefined;
    } catch {
        return undefined;
    }
}

/** For a type without a list call. */
export function refuseList({ path }: Call): void {
    if (!rulesAt(path).lists) {
        const message = `The resource type '${typeName(path)}/privateEndpointConnections' could not be found.`;
        throw new Refusal(404, "InvalidResourceType", message);
    }
}

/** The word of what is under way, or of what is settled. */
function provisioningState({ next = [], provisioningState: stated }: Connection, rules: TypeRules): string {
    const goal = next.at(-1)?.state;
    const word = (["Approved", "Rejected", "Removed"] as const).find((one) => same(one, goal ?? ""));
    return word === undefined ? (stated ?? rules.settled) : rules.changing[word];
}
