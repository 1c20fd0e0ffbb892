import { ConnectionAdmission, ConnectionDecision } from "pulumi-connection-decision";
import type { World } from "../../src/simulator/index";
import {
    DOMAIN,
    endpoint,
    INBOUND,
    PEERING,
    REQUESTER,
    SERVICE,
    VPCEP_ENDPOINT,
    VPCEP_SERVICE,
    worldWith,
} from "./clouds";

/** The program behind test/fixtures/state-<version>.json: one decision of every kind, with every argument somewhere, and an admission. */
export async function recordedProgram(): Promise<void> {
    const ec2 = new ConnectionDecision("ec2", {
        connection: { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(1) },
        decision: "accept",
        expectedRequester: [REQUESTER],
        reason: "recorded",
        onDrift: "hold",
        onDelete: "reject",
    });
    new ConnectionDecision("search", {
        connection: { kind: "aws:openSearchInbound", region: "eu-west-1", connectionId: INBOUND },
        decision: "reject",
        allowRemoval: true,
    });
    new ConnectionDecision(
        "peering",
        {
            connection: { kind: "alibaba:vpcPeering", instanceId: PEERING },
            decision: "accept",
            expectedEvidence: { cidrs: ["10.20.0.0/16"] },
            waitForRequest: "2m",
        },
        { customTimeouts: { create: "5m" } },
    );
    new ConnectionDecision("huawei", {
        connection: { kind: "huawei:vpcEndpoint", serviceId: VPCEP_SERVICE, endpointId: VPCEP_ENDPOINT },
        decision: "accept",
        expectedRequester: DOMAIN,
        timeout: "30m",
        until: "2099-12-31",
    });
    new ConnectionDecision("otc", {
        connection: {
            kind: "otc:vpcEndpoint",
            region: "eu-de",
            serviceId: VPCEP_SERVICE,
            endpointId: "805290f3-0d00-41f2-aedc-71e09844e879",
        },
        decision: "reject",
    });
    new ConnectionAdmission("rules", {
        scope: { kind: "aws:vpcEndpoint", serviceId: SERVICE },
        rules: [
            { name: "known", requester: REQUESTER, verdict: "accept", until: "2099-12-31" },
            { name: "for people", requester: "444455556666", verdict: "review" },
        ],
        existing: "report",
        // Version 0.1.0 left it out by itself; naming it is no change.
        except: [ec2],
    });
}

/** The world it was applied to. */
export function recordedWorld(): World {
    const world = worldWith({
        inbound: "ACTIVE",
        endpoints: ["pendingAcceptance", "pendingAcceptance", { state: "pendingAcceptance", owner: "444455556666" }],
    });
    world.huawei?.[0]?.endpointServices?.[0]?.connections?.push({
        id: "805290f3-0d00-41f2-aedc-71e09844e879",
        domainId: DOMAIN,
        status: "pendingAcceptance",
    });
    return world;
}
