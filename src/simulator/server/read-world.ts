import { UNDOCUMENTED, type World } from "./world";

/** Checks one value of a world; throws a sentence with its place: `aws[0].endpointServices[1].serviceId`. */
type Check = (value: unknown, at: string) => void;
type Fields = Readonly<Record<string, Check>>;

/** A member that must be there. */
const REQUIRED = new WeakSet<Check>();

/**
 * Checks a world and fills nothing in. A field that no cloud has is refused: a misspelled one would otherwise test nothing.
 */
export function readWorld(value: unknown): World {
    WORLD(value, "world");
    return structuredClone(value) as World;
}

const text = textLike(/./);
const account = required(textLike(/^\d{12}$/));
const uid = required(textLike(/^\d+$/));
const name = required(text);
const flag: Check = (value, at) => mustBe(typeof value === "boolean", at, "true or false");
const integer: Check = (value, at) => mustBe(Number.isInteger(value), at, "an integer");
const texts = list(text);
const tags: Check = (value, at) => {
    for (const [key, tag] of Object.entries(object(value, at))) {
        mustBe(typeof tag === "string", `${at}.${key}`, "text");
    }
};
const principals = list(members({ accessKeyId: name, denied: texts }));

/** What the simulator notes beside a connection; a live world that is put back carries it. */
const BOOKKEEPING: Fields = { next: () => {}, before: () => {}, changedAt: () => {} };

const domain = members({ ownerId: name, domainName: name, region: name });
const vpc = members({ vpcId: name, ipv4Cidrs: texts, ipv6Cidrs: texts });
const vpcepErrors = list(members({ errorCode: name, errorMessage: name }));

const ENDPOINT = members({
    ...BOOKKEEPING,
    vpcEndpointId: name,
    owner: text,
    state: name,
    creationTimestamp: text,
    vpcEndpointRegion: text,
    ipAddressType: text,
    dnsEntries: list(members({ dnsName: name, hostedZoneId: text })),
    tags,
});

const ATTACHMENT = members({
    ...BOOKKEEPING,
    transitGatewayAttachmentId: name,
    transitGatewayAttachmentOwner: text,
    state: name,
    creationTimestamp: text,
    tags,
});

const SERVICE = members({
    serviceId: name,
    acceptanceRequired: flag,
    serviceName: text,
    serviceState: text,
    networkLoadBalancerArns: texts,
    gatewayLoadBalancerArns: texts,
    availabilityZones: texts,
    privateDnsName: text,
    supportedIpAddressTypes: texts,
    tags,
    connections: list(ENDPOINT),
    transitGatewayConnections: list(ATTACHMENT),
});

const INBOUND = members({
    ...BOOKKEEPING,
    connectionId: name,
    status: name,
    localDomain: domain,
    remoteDomain: domain,
    connectionMode: text,
    message: text,
});

const PEERING = members({
    ...BOOKKEEPING,
    instanceId: name,
    status: name,
    ownerId: uid,
    regionId: text,
    name: anyText,
    description: anyText,
    vpc,
    acceptingRegionId: text,
    acceptingVpc: vpc,
    gmtCreate: text,
    gmtModified: text,
    bizStatus: text,
    bandwidth: integer,
    linkType: text,
    resourceGroupId: text,
    tags,
    routes: texts,
});

const VPCEP_CONNECTION = members({
    ...BOOKKEEPING,
    id: name,
    domainId: name,
    status: name,
    markerId: textLike(/^\d+$/),
    createdAt: text,
    updatedAt: text,
    description: anyText,
    error: vpcepErrors,
});

const VPCEP_SERVICE = members({
    id: name,
    approvalEnabled: flag,
    status: text,
    name: text,
    description: anyText,
    tags,
    createdAt: text,
    updatedAt: text,
    error: vpcepErrors,
    connections: list(VPCEP_CONNECTION),
});

const WORLD = members({
    aws: list(
        members({
            account,
            region: name,
            endpointServices: list(SERVICE),
            openSearchInboundConnections: list(INBOUND),
            principals,
        }),
    ),
    alibaba: list(members({ account: uid, vpcPeerConnections: list(PEERING), principals })),
    huawei: list(
        members({
            projectId: name,
            region: name,
            domainId: text,
            domainName: text,
            endpointServices: list(VPCEP_SERVICE),
            principals,
        }),
    ),
    undocumented: switches,
});

/** The world's switches and their words. */
function switches(value: unknown): void {
    for (const [key, choice] of Object.entries(object(value, "undocumented"))) {
        const choices = (UNDOCUMENTED as Record<string, readonly string[]>)[key];
        if (!choices?.includes(choice as string)) {
            throw new Error(
                `undocumented.${key} must be ${choices?.map((c) => `"${c}"`).join(" or ") ?? "left out: there is no such switch"}`,
            );
        }
    }
}

function members(fields: Fields): Check {
    return (value, at) => {
        const given = object(value, at);
        const inside = (key: string) => (at === "world" ? key : `${at}.${key}`);
        const strange = Object.keys(given).find((key) => !Object.hasOwn(fields, key));
        if (strange !== undefined) {
            const known = Object.keys(fields).filter((key) => !Object.hasOwn(BOOKKEEPING, key));
            throw new Error(`${inside(strange)} is not known; ${at} has ${known.join(", ")}`);
        }
        for (const [key, check] of Object.entries(fields)) {
            if (given[key] !== undefined || REQUIRED.has(check)) {
                check(given[key], inside(key));
            }
        }
    };
}

function list(check: Check): Check {
    return (value, at) => {
        if (!Array.isArray(value)) {
            throw new Error(`${at} must be a list`);
        }
        value.forEach((item, i) => {
            check(item, `${at}[${i}]`);
        });
    };
}

function required(check: Check): Check {
    const needed: Check = (value, at) => check(value, at);
    REQUIRED.add(needed);
    return needed;
}

function textLike(format: RegExp): Check {
    return (value, at) => {
        if (typeof value !== "string" || !format.test(value)) {
            throw new Error(`${at} is missing or malformed`);
        }
    };
}

function anyText(value: unknown, at: string): void {
    mustBe(typeof value === "string", at, "text");
}

function object(value: unknown, at: string): Record<string, unknown> {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
        throw new Error(`${at} must be an object`);
    }
    return value as Record<string, unknown>;
}

function mustBe(holds: boolean, at: string, what: string): void {
    if (!holds) {
        throw new Error(`${at} must be ${what}`);
    }
}
