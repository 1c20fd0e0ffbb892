import type { Wire } from "../../src/engine/wire";
import { endpoint, INBOUND, PEERING, SERVICE, VPCEP_ENDPOINT, VPCEP_SERVICE } from "./clouds";

/** A decision on the n-th endpoint of the endpoint service. */
export function onEndpoint(n: number, decision: "accept" | "reject", more: Wire = {}): Wire {
    return { connection: { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(n) }, decision, ...more };
}

export function onInbound(decision: "accept" | "reject", more: Wire = {}): Wire {
    return { connection: { kind: "aws:openSearchInbound", connectionId: INBOUND }, decision, ...more };
}

export function onPeering(decision: "accept" | "reject", more: Wire = {}): Wire {
    return { connection: { kind: "alibaba:vpcPeering", instanceId: PEERING }, decision, ...more };
}

export function onVpcep(decision: "accept" | "reject", more: Wire = {}, kind = "otc:vpcEndpoint"): Wire {
    return { connection: { kind, serviceId: VPCEP_SERVICE, endpointId: VPCEP_ENDPOINT }, decision, ...more };
}
