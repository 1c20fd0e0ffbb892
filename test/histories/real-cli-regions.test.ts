import { ConnectionAdmission, type ConnectionAdmissionArgs, ConnectionDecision } from "pulumi-connection-decision";
import { describe, expect, it } from "vitest";
import type { World } from "../../src/simulator/index";
import { ACCOUNT, endpoint, INBOUND, REQUESTER, SERVICE, useClouds, worldWith } from "../support/clouds";
import { LONG } from "../support/long-runs";
import { failure, operations, realStack } from "../support/pulumi";

/** What went wrong once under another region, and where a cloud cannot be read. The real CLI and engine. */
const clouds = useClouds();
const OPERATION_MS = 180_000;
const analytics: ConnectionAdmissionArgs["rules"] = [{ name: "analytics", requester: REQUESTER, verdict: "accept" }];
const onFirst = { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(1) } as const;

/** An inbound connection of the same id in two regions, both working. */
function twoRegions(): World {
    const world = worldWith({ inbound: "ACTIVE" });
    world.aws?.push({
        account: ACCOUNT,
        region: "eu-central-1",
        openSearchInboundConnections: [
            {
                connectionId: INBOUND,
                status: "ACTIVE",
                localDomain: { ownerId: REQUESTER, domainName: "audit", region: "us-east-1" },
                remoteDomain: { ownerId: ACCOUNT, domainName: "logs", region: "eu-central-1" },
            },
        ],
    });
    return world;
}

function inbound(): string[] {
    return (clouds.simulator.world.aws ?? []).flatMap(({ region, openSearchInboundConnections: all = [] }) =>
        all.map(({ status }) => `${region} ${status}`),
    );
}

const ELSEWHERE = { AWS_REGION: "eu-central-1", AWS_DEFAULT_REGION: "eu-central-1" };

describe.runIf(LONG)("another AWS_REGION", { timeout: OPERATION_MS }, () => {
    it("at up, refresh and destroy of a decision touches nothing there", async () => {
        clouds.simulator.world = twoRegions();
        const real = await realStack(clouds.simulator.env);
        const program = async () => {
            new ConnectionDecision("it", {
                connection: { kind: "aws:openSearchInbound", connectionId: INBOUND },
                decision: "accept",
                onDelete: "remove",
            });
        };
        await real.up(program);
        real.setEnv(ELSEWHERE);
        expect(operations(await real.up(program))).toEqual({ it: "same" });
        expect(operations(await real.refresh())).toEqual({ it: "same" });
        await real.destroy();
        expect(inbound()).toEqual(["eu-west-1 DELETED", "eu-central-1 ACTIVE"]);
    });

    it("at refresh and destroy of an admission touches nothing there", async () => {
        clouds.simulator.world = twoRegions();
        const real = await realStack(clouds.simulator.env);
        await real.up(async () => {
            new ConnectionAdmission("it", {
                scope: { kind: "aws:openSearchInbound" },
                rules: analytics,
                onDelete: "remove",
                allowRemoval: true,
            });
        });
        real.setEnv(ELSEWHERE);
        await real.refresh();
        await real.destroy();
        expect(inbound()).toEqual(["eu-west-1 DELETED", "eu-central-1 ACTIVE"]);
    });
});

describe.runIf(LONG)("what cannot be read", { timeout: OPERATION_MS }, () => {
    it("makes --expect-no-changes red, with dead endpoints and with expired keys", async () => {
        const real = await realStack(clouds.simulator.env);
        const program = async () => {
            new ConnectionDecision("it", { connection: onFirst, decision: "accept" });
        };
        await real.up(program);
        clouds.simulator.addFaults({ cloud: "aws", fault: "expired", times: 1_000 });
        const expired = await failure(real.preview(program, { expectNoChanges: true }));
        expect(expired).toContain("resource 'it' has a problem");
        clouds.simulator.clearFaults();
        real.setEnv({ AWS_ENDPOINT_URL: "http://127.0.0.1:1" });
        const dead = await failure(real.preview(program, { expectNoChanges: true }));
        expect(dead).toContain("resource 'it' has a problem");
        expect(dead).toMatch(/ECONNREFUSED|refused/);
        expect(dead).not.toMatch(/\n\s+at .*\.js:\d+/);
    });
});
