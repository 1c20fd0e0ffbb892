import { kind } from "../server/kind";
import { Refusal } from "../server/message";
import { type ArmCall, type ArmReply, arm, listing, type Route } from "./arm";
import { type Connection, connectionAt, exists, later, operationRoute, refuseList, shown, wanted } from "./connections";
import {
    type Part,
    providerRoute,
    RESOURCE_PATH,
    RESOURCES,
    resourceAt,
    resourceRoute,
    resourcesRoute,
    rulesAt,
    typeName,
    versionsAt,
} from "./resources";
import { refuseTransition, type Switches, UNDOCUMENTED } from "./transitions";

type Call = ArmCall<Part>;

const BELOW = `${RESOURCE_PATH}/privateEndpointConnections`;
const ONE = new RegExp(`^${BELOW}/(?<name>[^/]+)$`, "i");
const LIMITS = "https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling";

/** Private endpoint connections, which each resource provider answers for in its own way: resource-types.ts. */
export const privateEndpointConnection = kind<Part, Switches>({
    names: ["azure:privateEndpointConnection"],
    world: RESOURCES,
    connections: ({ resources = [] }) =>
        resources.flatMap(({ privateEndpointConnections = [] }) => privateEndpointConnections),
    fillIn: () => {},
    expire: () => {},
    undocumented: UNDOCUMENTED,
    rates: [
        { action: /\/privateEndpointConnections\/write$/, burst: 200, perSecond: 10, source: LIMITS },
        { action: /\/privateEndpointConnections\/delete$/, burst: 200, perSecond: 10, source: LIMITS },
        { action: /^Microsoft\..*\/read$/, burst: 250, perSecond: 25, source: LIMITS },
    ],
    api: arm<Part>([
        resourcesRoute,
        providerRoute,
        resourceRoute((call, resource) =>
            (resource.privateEndpointConnections ?? []).filter(exists).map((one) => shown(call, resource, one)),
        ),
        {
            method: "GET",
            path: new RegExp(`^${BELOW}$`, "i"),
            action: actionOf("read"),
            versions: versionsAt,
            run: listAll,
        },
        { method: "GET", path: ONE, action: actionOf("read"), ids: named, versions: versionsAt, run: getOne },
        { method: "PUT", path: ONE, action: actionOf("write"), ids: named, versions: versionsAt, run: decide },
        { method: "DELETE", path: ONE, action: actionOf("delete"), ids: named, versions: versionsAt, run: remove },
        operationRoute,
    ]),
});

function actionOf(verb: string): Route<Part>["action"] {
    return (path) => `${typeName(path)}/privateEndpointConnections/${verb}`;
}

function named({ name = "" }: Readonly<Record<string, string>>): string[] {
    return [name];
}

function listAll(call: Call): ArmReply {
    const resource = resourceAt(call);
    refuseList(call);
    const all: Connection[] = (resource.privateEndpointConnections ?? []).filter(exists);
    const { items, ...next } = listing(call, all, 100);
    call.hooks.list(items.map(({ name }) => name));
    return { content: { value: items.map((one) => shown(call, resource, one)), ...next } };
}

function getOne(call: Call): ArmReply {
    const resource = resourceAt(call);
    const one = connectionAt(call, resource);
    const [status, code] = rulesAt(call.path).missing.get;
    if (one === undefined && status !== 204) {
        throw new Refusal(status, code, `The private endpoint connection '${call.path.name}' was not found.`);
    }
    return one === undefined ? { status } : { content: shown(call, resource, one) };
}

/** PUT: approve or reject. Only the status and the description of the state are taken. */
function decide(call: Call): ArmReply {
    const { state, hooks, path } = call;
    const rules = rulesAt(path);
    const resource = resourceAt(call);
    const { status, description } = wanted(call.body, rules);
    const one = connectionAt(call, resource);
    if (one === undefined) {
        const [code, word] = rules.missing.put;
        throw new Refusal(code, word, `The private endpoint connection '${path.name}' was not found.`);
    }
    if (hooks.refuseId(one.name)) {
        throw new Refusal(403, "RequestDisallowedByPolicy", `Resource '${one.name}' was disallowed by policy.`);
    }
    refuseTransition(one, status, rules, state);
    one.description = description ?? "";
    state.move(one, rules.later.put ? one.status : status, ...(rules.later.put ? [status] : []));
    return rules.later.put ? later(call, one) : { content: shown(call, resource, one) };
}

/** DELETE. What is not there answers 204. */
function remove(call: Call): ArmReply {
    const one = connectionAt(call, resourceAt(call));
    if (one === undefined) {
        return { status: 204 };
    }
    const waits = rulesAt(call.path).later.remove;
    call.state.move(one, waits ? one.status : "Removed", ...(waits ? ["Removed"] : []));
    return waits ? later(call, one) : {};
}
