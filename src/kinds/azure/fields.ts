import type { Field } from "../kind";

/** What fields of Azure connections look like, and what can be read from an ARM id. */

const GUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}";
/** A name in an ARM id. A name of dots only would climb in a URL. */
const NAME = "(?!\\.+(?:/|$))[-\\p{L}\\p{N}_.()]+";
const GROUP = `/subscriptions/${GUID}/resourceGroups/${NAME}/providers`;

/** The id of a resource in a resource group. It stands in ids of decisions as it is. */
export const resourceId = {
    required: true,
    format: new RegExp(`^${GROUP}/${NAME}(?:/${NAME}/${NAME})+$`, "iu"),
    describes:
        'the id of an Azure resource, such as "/subscriptions/…/resourceGroups/…/providers/Microsoft.Sql/servers/…"',
    whereabouts: {
        console: "the resource > Overview > JSON View > Resource ID",
        cli: "az resource list --query [].id",
    },
    canonical: oneSpelling,
    path: true,
} as const satisfies Field;

/** The id of a private endpoint. */
export const privateEndpointId = {
    required: false,
    format: new RegExp(`^${GROUP}/Microsoft\\.Network/privateEndpoints/${NAME}$`, "iu"),
    describes: 'the id of a private endpoint, "/subscriptions/…/providers/Microsoft.Network/privateEndpoints/…"',
    whereabouts: {
        console:
            "the resource > Networking > Private endpoint connections > the private endpoint, if you may see its subscription",
        cli: "az network private-endpoint-connection list --id <resourceId> (properties.privateEndpoint.id)",
    },
    canonical: oneSpelling,
} as const satisfies Field;

/** The name of a connection, which its resource provider assigns: letters, digits, and a few other characters. */
export const connectionName = {
    required: false,
    format: new RegExp(`^(?=.{1,260}$)${NAME}$`, "u"),
    describes: "the name of a private endpoint connection, the last part of its id",
    whereabouts: {
        console: "the resource > Networking > Private endpoint connections > Connection name",
        cli: "az network private-endpoint-connection list --id <resourceId>",
    },
    canonical: lowerCase,
} as const satisfies Field;

/** A pattern for names: `*` stands for any text. */
export const namePattern = {
    required: false,
    format: /^[-\p{L}\p{N}_.()*]{1,260}$/u,
    describes: 'the name of a private endpoint, in which "*" stands for any text',
    whereabouts: {
        console: "the resource > Networking > Private endpoint connections > Private endpoint",
        cli: "az network private-endpoint-connection list --id <resourceId> (properties.privateEndpoint.id)",
    },
    canonical: lowerCase,
} as const satisfies Field;

/** A subscription. */
export const subscription = {
    required: false,
    format: new RegExp(`^${GUID}$`, "i"),
    describes: "the id of an Azure subscription, a GUID",
    whereabouts: {
        console: "the third part of the private endpoint's id; the requester finds it under Subscriptions",
        cli: "az account show --query id, run by the requester",
    },
    canonical: lowerCase,
} as const satisfies Field;

/** A version of an API: the day of its release, and `-preview` where it is none. */
export const apiVersion = {
    required: false,
    format: /^\d{4}-\d{2}-\d{2}(-[a-z]+)?$/,
    describes: 'an API version of the resource type, such as "2023-05-01"',
    whereabouts: {
        console: "nowhere; leave it out",
        cli: "az provider show --namespace <namespace> (apiVersions of the type)",
    },
} as const satisfies Field;

/**
 * One spelling of an ARM id, for people to read. "ARM does not promise the casing it returns an ID in" (Azure Service Operator, PR#5673),
 * so all but the fixed words is in lower case. Names of resource types, too: an id must not change when a version knows one more.
 */
export function oneSpelling(id: string): string {
    return id.toLowerCase().replace(/^(\/subscriptions\/[^/]*\/)resourcegroups\//, "$1resourceGroups/");
}

/** The subscription in an ARM id; undefined: it is none, or of another form. */
export function subscriptionIn(id: string): string | undefined {
    const [, found] = new RegExp(`^/subscriptions/(${GUID})/`, "i").exec(id) ?? [];
    return found?.toLowerCase();
}

/** The resource group in an ARM id. */
export function groupIn(id: string): string {
    return id.split("/")[4] ?? "";
}

/** The type of the resource with this ARM id, `microsoft.sql/servers`, spelled as in the id. */
export function typeIn(id: string): string {
    const mark = "/providers/";
    const [namespace = "", ...rest] = id.slice(id.lastIndexOf(mark) + mark.length).split("/");
    return [namespace, ...rest.filter((_part, i) => i % 2 === 0)].join("/");
}

/** The last part of an ARM id. */
export function nameIn(id: string): string {
    return id.slice(id.lastIndexOf("/") + 1);
}

/** Whether two ids, names or GUIDs of Azure are the same. */
export function same(one: string, other: string): boolean {
    return one.toLowerCase() === other.toLowerCase();
}

/** Whether a text fits a {@link namePattern}, without regard to case. Time grows with the length of both, not faster. */
export function fitsPattern(pattern: string, name: string): boolean {
    const text = name.toLowerCase();
    const [first = "", ...rest] = pattern.toLowerCase().split("*");
    const last = rest.pop();
    if (last === undefined) {
        return text === first;
    }
    let end = text.startsWith(first) ? first.length : -1;
    for (const part of rest) {
        const found = end === -1 ? -1 : text.indexOf(part, end);
        end = found === -1 ? -1 : found + part.length;
    }
    return end !== -1 && text.endsWith(last) && text.length - last.length >= end;
}

function lowerCase(text: string): string {
    return text.toLowerCase();
}
