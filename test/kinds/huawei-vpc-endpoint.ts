import { DOMAIN, PROJECT, VPCEP_ENDPOINT, VPCEP_SERVICE, worldWith } from "../support/clouds";
import { DOCUMENTED } from "../support/documented";
import type { KindRows } from "./kind-rows";

/** VPC Endpoint API Reference, "Querying Connections of a VPC Endpoint Service". */
export const rows: KindRows = {
    names: ["huawei:vpcEndpoint", "otc:vpcEndpoint"],
    connection: { serviceId: VPCEP_SERVICE, endpointId: VPCEP_ENDPOINT },
    world: (vpcep) => worldWith({ vpcep }),
    calls: { accept: "vpcep:connections:update", reject: "vpcep:connections:update" },
    decided(world) {
        const status = world.huawei?.[0]?.endpointServices?.[0]?.connections?.[0]?.status;
        return status === "rejected" ? "reject" : "accept";
    },
    states: {
        pendingAcceptance: ["pending", "accept", "reject"],
        creating: ["accepting", ">", ">"],
        accepted: ["accepted", "=", "reject"],
        rejected: ["rejected", "accept", "="],
        failed: ["failed", "!", "="],
        deleting: ["removing", "!", "="],
    },
    requester: { asking: DOMAIN, other: PROJECT },
    answers: {
        empty: DOCUMENTED.vpcep.empty,
        unreadable: [
            '{"connections":[]}',
            '{"connections":{},"total_count":0}',
            '{"connections":[{}],"total_count":1}',
            '{"connections":[],"total_count":null}',
            '{"connections":[],"total_count":-1}',
            '{"connections":[],"total_count":7}',
        ],
    },
};
