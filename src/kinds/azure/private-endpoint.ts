import type { Status } from "../../shared/vocabulary";
import { type Fields, observed, optional, record, text } from "../answer";
import type { Match, Observed, Page, Scope } from "../kind";
import { type Description, readDescription } from "./description";
import { connectionName, fitsPattern, nameIn, oneSpelling, same, subscriptionIn } from "./fields";
import { type Handle, listConnections } from "./private-endpoint-api";
import type { AzureCall } from "./resources";

/** What Azure shows of a private endpoint connection. */

/** PrivateEndpointServiceConnectionStatus of the REST references; Timeout: machine learning; Removed: Private Link Services. */
export const statuses = {
    Pending: "pending",
    Approved: "accepted",
    Rejected: "rejected",
    Disconnected: "unconnected",
    Timeout: "expired",
    Removed: "absent",
} as const;

/**
 * What `provisioningState` says beside the status; every other word: settled. SQL: Ready, Approving, Rejecting, Dropping. What failed keeps the
 * status it shows, with a warning: an approved connection may go on working, and cutting it must count as a cut.
 */
const UNDER_WAY = new Map<string, Partial<Record<Status, Status>>>([
    ["creating", { pending: "accepting", accepted: "accepting", rejected: "rejecting" }],
    ["updating", { pending: "accepting", accepted: "accepting", rejected: "rejecting" }],
    ["approving", { pending: "accepting", accepted: "accepting", rejected: "accepting" }],
    ["rejecting", { pending: "rejecting", accepted: "rejecting", rejected: "rejecting" }],
    ["deleting", { pending: "removing", accepted: "removing", rejected: "removing", unconnected: "removing" }],
    ["dropping", { pending: "removing", accepted: "removing", rejected: "removing", unconnected: "removing" }],
]);

/** What selectors say; fields of a connection. */
interface Sought {
    readonly privateEndpointId?: string | undefined;
    readonly privateEndpointName?: string | undefined;
    readonly requester?: string | undefined;
}

/**
 * Whether a connection is the one that selectors name. Its own name proves nothing: names are freed when a connection is deleted. One
 * whose private endpoint is gone may no longer tell which that was.
 */
export function matchSought(sought: Sought, { evidence, requester: asking }: Observed): Match {
    const { privateEndpointId, privateEndpointName, requester } = sought;
    const endpoint = text(evidence.privateEndpointId);
    const matches = [
        compare(privateEndpointId, endpoint, same),
        compare(privateEndpointName, endpoint, (pattern, id) => fitsPattern(pattern, nameIn(id))),
        compare(requester, asking, same),
    ].filter((match) => match !== undefined);
    if (matches.length === 0 || matches.includes("no")) {
        return "no";
    }
    return matches.includes("untold") ? "untold" : "yes";
}

function compare(
    declared: string | undefined,
    told: string | undefined,
    agree: (declared: string, told: string) => boolean,
): Match | undefined {
    if (declared === undefined) {
        return undefined;
    }
    return told === undefined ? "untold" : agree(declared, told) ? "yes" : "no";
}

/** One page of the connections of a resource. An entry without a name cannot be decided. Key Vault's own entries have an id only. */
export async function listPage(scope: Scope, cursor: string | undefined, call: AzureCall): Promise<Page> {
    const { items, next } = await listConnections(scope, cursor, call);
    const seen = items.map(observe).filter((one) => one !== undefined);
    const others = items.length - seen.length;
    return { items: seen, ...(next === undefined ? {} : { next }), ...(others === 0 ? {} : { others }) };
}

function observe(connection: Fields): Observed | undefined {
    const name = text(connection.name) ?? nameIn(text(connection.id) ?? "");
    if (!connectionName.format.test(name)) {
        return undefined;
    }
    const properties = record(connection.properties);
    const state = record(properties.privateLinkServiceConnectionState);
    const endpoint = text(record(properties.privateEndpoint).id);
    const seen = observed(statuses, {
        id: name.toLowerCase(),
        status: state.status,
        requester: endpoint === undefined ? undefined : subscriptionIn(endpoint),
        evidence: {
            privateEndpointId: endpoint === undefined ? undefined : oneSpelling(endpoint),
            groupIds: properties.groupIds ?? properties.groupId,
            linkIdentifier: properties.linkIdentifier,
            privateEndpointLocation: properties.privateEndpointLocation,
        },
        warnings: warningsOf(text(properties.provisioningState), text(state.actionsRequired ?? state.actionRequired)),
    });
    const provisioning = text(properties.provisioningState)?.toLowerCase() ?? "";
    const status = UNDER_WAY.get(provisioning)?.[seen.status] ?? seen.status;
    // Nobody has decided: the request is being made, or its own side changes it.
    const making = seen.status === "pending" && status === "accepting" && provisioning !== "approving";
    const described = words(readDescription(text(state.description), making || status === "pending"), name);
    return { ...seen, status, ...(making ? { making } : {}), ...described };
}

function words(description: Description, name: string): Partial<Observed> {
    const handle: Handle = { name, description };
    return description.ofRequester
        ? { ...optional("requesterSays", description.text), handle }
        : { overwritten: true, handle };
}

function warningsOf(provisioning: string | undefined, required: string | undefined): string[] {
    return [
        ...(provisioning !== undefined && /^(failed|canceled)$/i.test(provisioning)
            ? [`the last change of it did not go well: its provisioningState is ${provisioning}`]
            : []),
        ...(required !== undefined && !same(required, "None") ? [`the requester must act: ${required}`] : []),
    ];
}
