/**
 * Words and shapes shared by every room: which connection, which decision, which status.
 * Types and pure functions only.
 */

/** A VPC endpoint that knocks at an AWS endpoint service (PrivateLink), seen by the owner of the service. */
export interface AwsVpcEndpointConnection {
    kind: "aws:vpcEndpoint";
    /** Region of the endpoint service. Default: `connections:awsRegion`, `aws:region`, then the AWS default chain. */
    region?: string;
    /** Endpoint service, `vpce-svc-` and 8 or 17 hexadecimal digits. */
    serviceId: string;
    /** The requester's endpoint, `vpce-` and 8 or 17 hexadecimal digits. */
    endpointId: string;
}

/** A cross-cluster search connection into an Amazon OpenSearch Service domain of this account. */
export interface AwsOpenSearchInboundConnection {
    kind: "aws:openSearchInbound";
    /** Region of the domain that receives the connection. Default as for `aws:vpcEndpoint`. */
    region?: string;
    /** 10 to 256 characters, a lower-case letter first, then lower-case letters, digits and hyphens. */
    connectionId: string;
}

/** A VPC peering request from another Alibaba Cloud account to a VPC of this account. */
export interface AlibabaVpcPeeringConnection {
    kind: "alibaba:vpcPeering";
    /** The peering connection, `pcc-` and lower-case letters and digits. */
    instanceId: string;
}

/** A VPC endpoint that knocks at a VPC endpoint service (VPCEP) of Huawei Cloud. */
export interface HuaweiVpcEndpointConnection {
    kind: "huawei:vpcEndpoint";
    /** Region of the endpoint service. Default: `connections:huaweiRegion`, then `HUAWEICLOUD_SDK_REGION` or `HW_REGION_NAME`. */
    region?: string;
    /** Project of the service's owner. Default: `connections:huaweiProjectId`, the environment, then the project named like the region. */
    projectId?: string;
    /** Endpoint service, a UUID. */
    serviceId: string;
    /** The requester's endpoint, a UUID. */
    endpointId: string;
}

/** The same on Open Telekom Cloud, which speaks the same API with its own endpoints and environment variables. */
export interface OtcVpcEndpointConnection {
    kind: "otc:vpcEndpoint";
    /** Region of the endpoint service. Default: `connections:otcRegion`, then `OS_REGION_NAME`. */
    region?: string;
    /** Project of the service's owner. Default: `connections:otcProjectId`, `OS_PROJECT_ID`, then the project named like the region. */
    projectId?: string;
    /** Endpoint service, a UUID. */
    serviceId: string;
    /** The requester's endpoint, a UUID. */
    endpointId: string;
}

/** Which connection, discriminated by `kind`. */
export type Connection =
    | AwsVpcEndpointConnection
    | AwsOpenSearchInboundConnection
    | AlibabaVpcPeeringConnection
    | HuaweiVpcEndpointConnection
    | OtcVpcEndpointConnection;

export type ConnectionKindName = Connection["kind"];

/**
 * Where connections arrive, discriminated by `kind`: an endpoint service, a region's OpenSearch inbound connections, an
 * account's peerings. The fields of a connection without its own id.
 */
export type ConnectionScope =
    | Omit<AwsVpcEndpointConnection, "endpointId">
    | Omit<AwsOpenSearchInboundConnection, "connectionId">
    | Omit<AlibabaVpcPeeringConnection, "instanceId">
    | Omit<HuaweiVpcEndpointConnection, "endpointId">
    | Omit<OtcVpcEndpointConnection, "endpointId">;

/** What the owner decides. */
export type Decision = "accept" | "reject";

/**
 * The same words for every cloud. `unconnected`: cut off, undecided or rejected, the cloud does not say.
 * `removing`: traffic may still flow. `unknown`: unreadable, or a word this version does not know; nothing is ever sent on it.
 */
export type Status =
    | "pending"
    | "accepting"
    | "accepted"
    | "rejecting"
    | "rejected"
    | "unconnected"
    | "removing"
    | "expired"
    | "failed"
    | "absent"
    | "unknown";

/** What a rule says about a connection: a decision, or that people decide. */
export type Verdict = Decision | "review";

/** What an admission does about connections accepted earlier that its rules do not allow. */
export type Existing = "report" | "enforce";

/** What to do about a decision that somebody undid outside. */
export type OnDrift = "correct" | "hold";

/** What deleting the resource does to the connection. */
export type OnDelete = "keep" | "reject" | "remove";

/** JSON-pure facts. Long numbers (account ids, `marker_id`) are strings. */
export type Facts = Readonly<Record<string, string | boolean | readonly string[]>>;

/**
 * What the provider saw when it checked the resource: added to the inputs, so that preview, `--json`,
 * policy packs and update plans see it. `status` and the request's own facts; a kind may add more.
 */
export interface ObservedConnection {
    status: Status;
    /** The account, project owner or domain that asks, in the cloud's own format. Absent where the cloud does not tell. */
    requester?: string;
    /** When the request was made, as the cloud writes it. */
    requestedAt?: string;
    /** When the request lapses undecided, where the cloud says so. */
    expiresAt?: string;
    /** Of `absent`: the request was there in an earlier run. */
    gone?: boolean;
    /** Text the requester wrote (a name, a description): one escaped line, cut. Never proof of anything. */
    requesterSays?: string;
    /** Further facts the cloud vouches for: region, VPC, CIDRs, domain. */
    [fact: string]: string | boolean | readonly string[] | undefined;
}

/**
 * Version of what this package writes into a stack's state. A newer one is refused with a sentence. 1: 0.1.0. 2: time-boxes by rule,
 * `__listed` by status.
 */
export const SCHEMA_VERSION = 2;

/** The type token of every decision. A contract with every state file and policy pack. */
export const TYPE_TOKEN = "pulumi-nodejs:dynamic/connection:ConnectionDecision";

/** The type token of every admission. A contract with every state file and policy pack. */
export const ADMISSION_TYPE_TOKEN = "pulumi-nodejs:dynamic/connection:ConnectionAdmission";

/** The arguments of a decision that a program may pass; what else an input holds is ours. */
export const ARGUMENTS = [
    "connection",
    "decision",
    "expectedRequester",
    "expectedEvidence",
    "reason",
    "until",
    "onDrift",
    "onDelete",
    "allowRemoval",
    "waitForRequest",
    "timeout",
] as const;

/** The arguments of an admission that a program may pass; what else an input holds is ours. */
export const ADMISSION_ARGUMENTS = [
    "scope",
    "rules",
    "otherwise",
    "existing",
    "except",
    "reason",
    "onDelete",
    "allowRemoval",
    "timeout",
] as const;

/**
 * The id of a decision in the state: the kind and the resolved parts that identify the connection,
 * `aws:vpcEndpoint/eu-west-1/vpce-svc-0a1b/vpce-0c2d`. The id alone suffices to find the connection again.
 */
export function formatKey(kind: string, parts: readonly string[]): string {
    return [kind, ...parts].join("/");
}

/** Splits an id written by {@link formatKey}. */
export function parseKey(key: string): { kind: string; parts: string[] } {
    const [kind = "", ...parts] = key.split("/");
    return { kind, parts };
}
