import type { World } from "../../src/simulator/index";
import { DOMAIN, PROJECT } from "../support/accounts";
import type { KindRows } from "../support/kind-rows";

export const VPCEP_SERVICE = "4189d3c2-8882-4871-a3c2-d380272eed88";
export const VPCEP_ENDPOINT = "705290f3-0d00-41f2-aedc-71e09844e879";

/** The endpoint service with an endpoint in that state. */
export function vpcepWorld(status: string, approvalEnabled = true, more: { markerId?: string } = {}): World {
    const connections = [{ id: VPCEP_ENDPOINT, domainId: DOMAIN, status, ...more }];
    const service = { id: VPCEP_SERVICE, approvalEnabled, connections };
    return { huawei: [{ projectId: PROJECT, region: "eu-de", endpointServices: [service] }] };
}

const connection = { serviceId: VPCEP_SERVICE, endpointId: VPCEP_ENDPOINT };
const list = JSON.stringify({ connections: [{ id: VPCEP_ENDPOINT, status: "pendingAcceptance" }], total_count: 1 });
const found = JSON.stringify({ id: VPCEP_SERVICE, approval_enabled: true });
const sent = (status: string) => JSON.stringify({ connections: [{ id: VPCEP_ENDPOINT, status }] });
/** "Accepts or rejects", with an action in the body. */
const UPDATE = "vpcep:connections:update";

/** VPC Endpoint API Reference, "Querying Connections of a VPC Endpoint Service". */
export const rows: KindRows = {
    names: ["huawei:vpcEndpoint", "otc:vpcEndpoint"],
    connection,
    resolved: { region: "eu-de", ...connection },
    world: (status) => vpcepWorld(status, true, { markerId: "322312312312" }),
    calls: { accept: UPDATE, reject: UPDATE },
    states: {
        pendingAcceptance: ["pending", "accept", "reject"],
        creating: ["accepting", ">", ">"],
        accepted: ["accepted", "=", "reject"],
        rejected: ["rejected", "accept", "="],
        failed: ["failed", "!", "="],
        deleting: ["removing", "!", "="],
    },
    requester: { asking: DOMAIN, other: PROJECT },
    evidence: { told: { markerId: "322312312312" }, other: { markerId: "1" } },
    answers: {
        list,
        empty: '{"connections":[],"total_count":0}',
        unreadable: [
            '{"connections":[]}',
            '{"connections":{},"total_count":0}',
            '{"connections":[{}],"total_count":1}',
            '{"connections":[],"total_count":null}',
            '{"connections":[],"total_count":-1}',
            '{"connections":[],"total_count":7}',
        ],
        pages: {
            by: "count",
            // More than 2^53: JSON.stringify would round it.
            page: (ns, next) =>
                `{"connections":${JSON.stringify(ns.map((n) => ({ id: `id-${n}` })))},"total_count":${next === undefined ? ns.length : "9007199254740992"}}`,
        },
        lookup: { asks: /[?&]id=/, named: list, others: [] },
        scope: {
            asks: /vpc-endpoint-services\/[^/]+$/,
            found,
            admission: "manual",
            others: [found.replace(VPCEP_SERVICE, "another")],
        },
        sent: { accept: sent("accepted"), reject: sent("rejected") },
    },
};
