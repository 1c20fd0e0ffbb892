import { privateLinkEndpoint } from "./alibaba/private-link-endpoint";
import { vpcPeering as alibabaVpcPeering } from "./alibaba/vpc-peering";
import { cloudWanAttachment } from "./aws/cloud-wan-attachment";
import { networkFirewallAttachment } from "./aws/network-firewall-attachment";
import { openSearchInbound } from "./aws/opensearch-inbound";
import { resourceShareInvitation } from "./aws/resource-share-invitation";
import { transitGatewayPeering } from "./aws/transit-gateway-peering";
import { transitGatewayVpcAttachment } from "./aws/transit-gateway-vpc-attachment";
import { vpcEndpoint } from "./aws/vpc-endpoint";
import { vpcPeering as awsVpcPeering } from "./aws/vpc-peering";
import { privateEndpointConnection } from "./azure/private-endpoint-connection";
import { huaweiVpcEndpoint, otcVpcEndpoint } from "./huawei/vpc-endpoint";
import type { ConnectionKind } from "./kind";

/** Every kind of connection: a new one is one line here. Types, documents, tests and texts follow from this list. */
const ALL = [
    vpcEndpoint,
    openSearchInbound,
    awsVpcPeering,
    networkFirewallAttachment,
    resourceShareInvitation,
    transitGatewayVpcAttachment,
    transitGatewayPeering,
    cloudWanAttachment,
    alibabaVpcPeering,
    privateLinkEndpoint,
    huaweiVpcEndpoint,
    otcVpcEndpoint,
    privateEndpointConnection,
] as const;

/** What a kind is about: its arguments, the field that is its own id, its selectors, the names of its facts. */
type Parts<K> =
    K extends ConnectionKind<infer C, infer I, infer E, infer S>
        ? { connection: C; id: I; selectors: S; evidence: E }
        : never;
type AnyParts = Parts<(typeof ALL)[number]>;

/** The name of a kind, `aws:vpcEndpoint`. */
export type ConnectionKindName = AnyParts["connection"]["kind"];

/** The arguments that say which connection of that kind. */
export type ConnectionOf<K extends ConnectionKindName> = Extract<AnyParts["connection"], { kind: K }>;

/** Which connection, discriminated by `kind`. */
export type Connection = ConnectionOf<ConnectionKindName>;

type PartsOf<K extends ConnectionKindName> = Extract<AnyParts, { connection: { kind: K } }>;

/** Names of the facts that the cloud tells about connections of that kind: what `expectedEvidence` may ask for. */
export type EvidenceOf<K extends ConnectionKindName> = PartsOf<K>["evidence"];

/** Where connections of that kind arrive: the fields of a connection without its own id and its selectors. */
export type ScopeOf<K extends ConnectionKindName> = K extends ConnectionKindName
    ? Omit<ConnectionOf<K>, PartsOf<K>["id"] | PartsOf<K>["selectors"]>
    : never;

/**
 * Where connections arrive, discriminated by `kind`: an endpoint service, a region's OpenSearch inbound connections, an
 * account's peerings. The fields of a connection without its own id and its selectors.
 */
export type ConnectionScope = ScopeOf<ConnectionKindName>;

/** Every kind of connection, by name. */
export const kinds: Readonly<Record<ConnectionKindName, ConnectionKind>> = Object.fromEntries(
    ALL.map((kind) => [kind.name, kind as ConnectionKind]),
) as Record<ConnectionKindName, ConnectionKind>;

/** The kind of that name, if there is one. Own properties only: `constructor` is no kind. */
export function findKind(name: unknown): ConnectionKind | undefined {
    return typeof name === "string" && Object.hasOwn(kinds, name) ? kinds[name as ConnectionKindName] : undefined;
}

/** The name of version 0.1.0 for {@link ConnectionOf} `"alibaba:vpcPeering"`. */
export type AlibabaVpcPeeringConnection = ConnectionOf<"alibaba:vpcPeering">;
/** The name of version 0.1.0 for {@link ConnectionOf} `"aws:openSearchInbound"`. */
export type AwsOpenSearchInboundConnection = ConnectionOf<"aws:openSearchInbound">;
/** The name of version 0.1.0 for {@link ConnectionOf} `"aws:vpcEndpoint"`. */
export type AwsVpcEndpointConnection = ConnectionOf<"aws:vpcEndpoint">;
/** The name of version 0.1.0 for {@link ConnectionOf} `"huawei:vpcEndpoint"`. */
export type HuaweiVpcEndpointConnection = ConnectionOf<"huawei:vpcEndpoint">;
/** The name of version 0.1.0 for {@link ConnectionOf} `"otc:vpcEndpoint"`. */
export type OtcVpcEndpointConnection = ConnectionOf<"otc:vpcEndpoint">;
