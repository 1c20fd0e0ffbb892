import type { Connection, ConnectionKindName } from "../shared/vocabulary";
import { vpcPeering } from "./alibaba/vpc-peering";
import { openSearchInbound } from "./aws/opensearch-inbound";
import { vpcEndpoint } from "./aws/vpc-endpoint";
import { huaweiVpcEndpoint, otcVpcEndpoint } from "./huawei/vpc-endpoint";
import type { ConnectionKind } from "./kind";

/** Every kind of connection, by name. A new kind is one row here, one file beside, one member of the union. */
export const kinds: Readonly<Record<ConnectionKindName, ConnectionKind>> = {
    "aws:vpcEndpoint": erase(vpcEndpoint),
    "aws:openSearchInbound": erase(openSearchInbound),
    "alibaba:vpcPeering": erase(vpcPeering),
    "huawei:vpcEndpoint": erase(huaweiVpcEndpoint),
    "otc:vpcEndpoint": erase(otcVpcEndpoint),
};

/** The kind of that name, if there is one. Own properties only: `constructor` is no kind. */
export function findKind(name: unknown): ConnectionKind | undefined {
    return typeof name === "string" && Object.hasOwn(kinds, name) ? kinds[name as ConnectionKindName] : undefined;
}

/** Shared code hands each kind its own connections and clients back, and looks into neither. */
function erase<C extends Connection, K>(kind: ConnectionKind<C, K>): ConnectionKind {
    return kind as unknown as ConnectionKind;
}
