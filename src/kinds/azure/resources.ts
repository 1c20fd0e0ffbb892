import { documentedCursor, documentedList, documentedText, type Fields, list, record, text } from "../answer";
import { everyPage, MISSING_SCOPE, unlessMissing } from "../calls";
import { CloudError, unreadableAnswer } from "../cloud";
import type { Call, FieldValues, Scope, ScopeState } from "../kind";
import type { ArmAnswer, ArmCall, AzureClients } from "./cloud";
import { same, subscriptionIn, typeIn } from "./fields";
import { knownType, type ResourceType, resourceType } from "./resource-types";

/** Azure resources that receive private endpoint connections: which there are, which version speaks to them, what they say. */

export type AzureCall = Call<AzureClients>;

/** Whether the resource is there, and whether it approves by itself. Only Private Link Services tell that. */
export function describeResource(scope: Scope, call: AzureCall): Promise<ScopeState> {
    const find = async (): Promise<ScopeState> => {
        const { type, resource } = await readResource(scope, call);
        const approved = list(record(record(record(resource).properties).autoApproval).subscriptions);
        const admission = !type.autoApproval ? "unknown" : approved.length > 0 ? "automatic" : "manual";
        return { found: "yes", admission };
    };
    return unlessMissing(find, MISSING_SCOPE);
}

/**
 * Resources of the known types in one subscription, or in all that the credentials see. `GET …/resources` tells reader rights only what
 * they may see. https://learn.microsoft.com/rest/api/resources/resources/list
 */
export async function discoverResources(_scope: Scope, call: AzureCall): Promise<FieldValues[]> {
    const { subscription } = call.clients;
    const subscriptions = subscription === undefined ? await everySubscription(call) : [subscription];
    const action = "Microsoft.Resources/subscriptions/resources/read";
    const found: FieldValues[] = [];
    for (const one of subscriptions) {
        const first = `/subscriptions/${encodeURIComponent(one)}/resources?api-version=2021-04-01`;
        const resources = await everyItem(action, "id", first, call);
        const ids = resources
            .filter((resource) => knownType(text(resource.type) ?? "") !== undefined)
            .map((resource) => documentedText(action, resource, "id"));
        found.push(...ids.map((resourceId) => ({ resourceId })));
    }
    return found;
}

/** https://learn.microsoft.com/rest/api/resources/subscriptions/list. A deleted subscription holds nothing that could be decided. */
async function everySubscription(call: AzureCall): Promise<string[]> {
    const action = "Microsoft.Resources/subscriptions/read";
    const found = await everyItem(action, "subscriptionId", "/subscriptions?api-version=2022-12-01", call);
    const kept = found.filter(({ state }) => !same(text(state) ?? "", "Deleted"));
    return kept.map((one) => documentedText(action, one, "subscriptionId"));
}

function everyItem(action: string, idField: string, first: string, call: AzureCall): Promise<Fields[]> {
    const idOf = (item: Fields) => documentedText(action, item, idField);
    return everyPage(action, call, idOf, async (cursor) => {
        const { body } = await ask({ action, method: "GET", target: cursor ?? first }, call);
        return { items: documentedList(action, body, "value"), ...documentedCursor(action, body, "nextLink") };
    });
}

/** One call. */
export function ask(what: Omit<ArmCall, "signal">, { clients, signal }: AzureCall): Promise<ArmAnswer> {
    return clients.arm({ ...what, signal });
}

/** The resource itself; the answer must be about it. */
export async function readResource(scope: Scope, call: AzureCall): Promise<{ type: ResourceType; resource: unknown }> {
    const type = typeOf(scope);
    const action = `${type.name}/read`;
    const target = `${pathOf(scope)}?api-version=${await versionFor(scope, call)}`;
    const { body } = await ask({ action, method: "GET", target }, call);
    const id = documentedText(action, body, "id");
    if (!same(id, scope.at.resourceId ?? "")) {
        throw unreadableAnswer(action, `the answer is about ${id}, not about ${scope.at.resourceId}`);
    }
    return { type, resource: body };
}

/** Where connections are; `rest`: the one of them. */
export async function connectionsUrl(scope: Scope, rest: string, call: AzureCall): Promise<string> {
    return `${pathOf(scope)}/privateEndpointConnections${rest}?api-version=${await versionFor(scope, call)}`;
}

/** Letters of every alphabet may be in a name: `encodeURI` leaves the slashes. */
function pathOf(scope: Scope): string {
    return encodeURI(scope.at.resourceId ?? "");
}

/** What is known of the type of the resource. */
export function typeOf(scope: Scope): ResourceType {
    return resourceType(typeIn(scope.at.resourceId ?? ""));
}

/** The declared version, the known one, or the newest that the provider lists: asked for once. */
async function versionFor(scope: Scope, call: AzureCall): Promise<string> {
    const known = scope.at.apiVersion ?? typeOf(scope).apiVersion;
    if (known !== undefined) {
        return known;
    }
    const { versions } = call.clients;
    const type = typeIn(scope.at.resourceId ?? "");
    const key = `${subscriptionIn(scope.at.resourceId ?? "")} ${type}`;
    const asked = versions.get(key) ?? newestVersion(scope, type, call);
    versions.set(key, asked);
    asked.catch(() => versions.delete(key));
    return asked;
}

/**
 * The newest generally available version of a type and of its connections, where both are listed.
 * https://learn.microsoft.com/rest/api/resources/providers/get
 */
async function newestVersion(scope: Scope, type: string, call: AzureCall): Promise<string> {
    const action = "Microsoft.Resources/subscriptions/providers/read";
    const [namespace = "", ...path] = type.split("/");
    const target = `/subscriptions/${subscriptionIn(scope.at.resourceId ?? "")}/providers/${encodeURIComponent(namespace)}?api-version=2021-04-01`;
    const { body } = await ask({ action, method: "GET", target }, call);
    const types = documentedList(action, body, "resourceTypes");
    const versionsOf = (name: string) => {
        const found = types.find((one) => same(text(one.resourceType) ?? "", name));
        return found === undefined ? undefined : list(found.apiVersions).filter(isGenerallyAvailable);
    };
    const own = versionsOf(path.join("/")) ?? [];
    const ofConnections = versionsOf(`${path.join("/")}/privateEndpointConnections`);
    const both = own.filter((version) => ofConnections?.includes(version) ?? true);
    const newest = both.sort().at(-1);
    if (newest === undefined) {
        throw new CloudError({
            action,
            failure: "refused",
            code: "NoApiVersion",
            text: `${namespace} lists no generally available version of ${path.join("/")}`,
            remedy: "set connection.apiVersion",
        });
    }
    return newest;
}

function isGenerallyAvailable(version: unknown): version is string {
    return typeof version === "string" && /^\d{4}-\d{2}-\d{2}$/.test(version);
}
