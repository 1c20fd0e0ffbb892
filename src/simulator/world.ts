/**
 * What a simulated world holds. The file format of `simulate --world` and of `GET|PUT /_simulator/world`.
 * States are written as the clouds write them.
 */
export interface World {
    aws?: AwsRegion[];
    alibaba?: AlibabaAccount[];
    huawei?: HuaweiProject[];
    /** Behaviours that no document settles; every test of a client should pass with each. */
    undocumented?: Partial<Undocumented>;
}

/** Credentials beside the account's own, with fewer rights. */
export interface Principal {
    accessKeyId: string;
    /** Actions it may not do, as the cloud's policies name them: `ec2:RejectVpcEndpointConnections`. */
    denied?: string[];
}

export interface AwsRegion {
    account: string;
    region: string;
    endpointServices?: EndpointService[];
    openSearchInboundConnections?: OpenSearchInboundConnection[];
    principals?: Principal[];
}

export interface EndpointService {
    serviceId: string;
    /** Default true, as CreateVpcEndpointServiceConfiguration. */
    acceptanceRequired?: boolean;
    connections?: VpcEndpointConnection[];
}

export interface VpcEndpointConnection {
    vpcEndpointId: string;
    owner?: string;
    state: string;
    creationTimestamp?: string;
    vpcEndpointRegion?: string;
    ipAddressType?: string;
}

export interface OpenSearchInboundConnection {
    connectionId: string;
    status: string;
    localDomain?: OpenSearchDomain;
    remoteDomain?: OpenSearchDomain;
    connectionMode?: string;
}

export interface OpenSearchDomain {
    ownerId: string;
    domainName: string;
    region: string;
}

export interface AlibabaAccount {
    account: string;
    vpcPeerConnections?: VpcPeerConnection[];
    principals?: Principal[];
}

export interface VpcPeerConnection {
    instanceId: string;
    status: string;
    /** The requester's account. */
    ownerId: string;
    regionId?: string;
    name?: string;
    description?: string;
    vpc?: AlibabaVpc;
    acceptingRegionId?: string;
    acceptingVpc?: AlibabaVpc;
    gmtCreate?: string;
}

export interface AlibabaVpc {
    vpcId: string;
    ipv4Cidrs?: string[];
    ipv6Cidrs?: string[];
}

export interface HuaweiProject {
    projectId: string;
    region: string;
    endpointServices?: VpcepService[];
    principals?: Principal[];
}

export interface VpcepService {
    id: string;
    /** Default true, as the API. */
    approvalEnabled?: boolean;
    status?: string;
    connections?: VpcepConnection[];
}

export interface VpcepConnection {
    id: string;
    domainId: string;
    status: string;
    /** An integer beyond 2^53: text here, a JSON number on the wire. */
    markerId?: string;
    createdAt?: string;
}

/** What the documents do not say, one switch each; the first word is the default. */
export interface Undocumented {
    /** EC2 accept of a rejected connection. */
    ec2AcceptRejected: "accepts" | "unsuccessful";
    /** EC2: the decision that holds already, sent again. */
    ec2Repeat: "nothing" | "unsuccessful";
    /** EC2: an id the service does not have. */
    ec2UnknownEndpoint: "unsuccessful" | "wholeRequest";
    /** EC2: the documented filter `vpc-endpoint-id`, seen to fail (terraform-provider-aws PR #48442). */
    ec2EndpointIdFilter: "InvalidFilter" | "works";
    /** EC2: the documented filter `vpc-endpoint-owner`, the neighbour of the one that was seen to fail. */
    ec2OwnerFilter: "works" | "InvalidFilter";
    /** OpenSearch accept of a rejected connection. */
    openSearchAcceptRejected: "refuses" | "accepts";
    /** OpenSearch: whether DELETED stays listed. */
    openSearchDeleted: "vanishes" | "listed";
    /** Alibaba dry run: whether it looks at the status. */
    alibabaDryRunStatus: "ignored" | "checked";
    /** VPCEP receive of a rejected connection. */
    vpcepAcceptRejected: "accepts" | "refuses";
    /** VPCEP: the decision that holds already, sent again. */
    vpcepRepeat: "ok" | "Endpoint.2014";
}

export const UNDOCUMENTED: Readonly<{ [K in keyof Undocumented]: readonly Undocumented[K][] }> = {
    ec2AcceptRejected: ["accepts", "unsuccessful"],
    ec2Repeat: ["nothing", "unsuccessful"],
    ec2UnknownEndpoint: ["unsuccessful", "wholeRequest"],
    ec2EndpointIdFilter: ["InvalidFilter", "works"],
    ec2OwnerFilter: ["works", "InvalidFilter"],
    openSearchAcceptRejected: ["refuses", "accepts"],
    openSearchDeleted: ["vanishes", "listed"],
    alibabaDryRunStatus: ["ignored", "checked"],
    vpcepAcceptRejected: ["accepts", "refuses"],
    vpcepRepeat: ["ok", "Endpoint.2014"],
};

/** A connection on its way to other states. Kept beside the world's own fields. */
export interface Moving {
    /** States to come, each with its time in milliseconds of the simulated clock. */
    next?: { at: number; state: string }[];
    /** The state before the last decision, for stale reads. */
    before?: string;
    /** Counts changes of state; tells a test that something moved. */
    changedAt?: number;
}

/**
 * Checks a world and fills nothing in. Throws sentences with the place: `aws[0].endpointServices[1].serviceId`.
 */
export function readWorld(value: unknown): World {
    const world = object(value, "world");
    allowOnly(world, ["aws", "alibaba", "huawei", "undocumented"], "world");
    each(world.aws, "aws", (region, at) => {
        text(region.account, `${at}.account`, /^\d{12}$/);
        text(region.region, `${at}.region`);
        each(region.endpointServices, `${at}.endpointServices`, (service, at) => {
            text(service.serviceId, `${at}.serviceId`);
            each(service.connections, `${at}.connections`, (connection, at) => {
                text(connection.vpcEndpointId, `${at}.vpcEndpointId`);
                text(connection.state, `${at}.state`);
            });
        });
        each(region.openSearchInboundConnections, `${at}.openSearchInboundConnections`, (connection, at) => {
            text(connection.connectionId, `${at}.connectionId`);
            text(connection.status, `${at}.status`);
        });
    });
    each(world.alibaba, "alibaba", (account, at) => {
        text(account.account, `${at}.account`, /^\d+$/);
        each(account.vpcPeerConnections, `${at}.vpcPeerConnections`, (connection, at) => {
            text(connection.instanceId, `${at}.instanceId`);
            text(connection.status, `${at}.status`);
            text(connection.ownerId, `${at}.ownerId`, /^\d+$/);
        });
    });
    each(world.huawei, "huawei", (project, at) => {
        text(project.projectId, `${at}.projectId`);
        text(project.region, `${at}.region`);
        each(project.endpointServices, `${at}.endpointServices`, (service, at) => {
            text(service.id, `${at}.id`);
            each(service.connections, `${at}.connections`, (connection, at) => {
                text(connection.id, `${at}.id`);
                text(connection.domainId, `${at}.domainId`);
                text(connection.status, `${at}.status`);
            });
        });
    });
    const switches = world.undocumented === undefined ? {} : object(world.undocumented, "undocumented");
    for (const [name, choice] of Object.entries(switches)) {
        const choices = (UNDOCUMENTED as Record<string, readonly string[]>)[name];
        if (!choices?.includes(choice as string)) {
            throw new Error(
                `undocumented.${name} must be ${choices?.map((c) => `"${c}"`).join(" or ") ?? "left out: there is no such switch"}`,
            );
        }
    }
    return structuredClone(value) as World;
}

type Json = Record<string, unknown>;

function object(value: unknown, at: string): Json {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
        throw new Error(`${at} must be an object`);
    }
    return value as Json;
}

function allowOnly(value: Json, keys: readonly string[], at: string): void {
    const strange = Object.keys(value).find((key) => !keys.includes(key));
    if (strange !== undefined) {
        throw new Error(`${at}.${strange} is not known; ${at} has ${keys.join(", ")}`);
    }
}

function each(value: unknown, at: string, visit: (item: Json, at: string) => void): void {
    if (value === undefined) {
        return;
    }
    if (!Array.isArray(value)) {
        throw new Error(`${at} must be a list`);
    }
    value.forEach((item, i) => {
        visit(object(item, `${at}[${i}]`), `${at}[${i}]`);
    });
}

function text(value: unknown, at: string, format = /./): void {
    if (typeof value !== "string" || !format.test(value)) {
        throw new Error(`${at} is missing or malformed`);
    }
}
