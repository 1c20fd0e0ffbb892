import { ConnectionDecision } from "pulumi-connection-decision";
import { describe, expect, it } from "vitest";
import { mutationsOf, useClouds, worldWith } from "../support/clouds";
import { failure, operations, realStack } from "../support/pulumi";
import { endpointsOf, OPERATION_MS, onEndpoint } from "../support/real-decisions";

/** The real CLI and engine, the SDK's real provider process, simulated clouds: what happens when a resource goes, and when it does not settle. */
const clouds = useClouds({ settleMs: 200 });
const { stateOf } = endpointsOf(clouds);

describe("a connection under onDelete: reject", { timeout: OPERATION_MS }, () => {
    const named = (name: string) => async () => {
        new ConnectionDecision(name, onEndpoint(1, "accept", { onDelete: "reject" }));
    };

    it("survives a rename", async () => {
        const real = await realStack(clouds.simulator.env);
        await real.up(named("before"));
        const renamed = await real.up(named("after"));
        expect(operations(renamed)).toEqual({ after: "create", before: "delete" });
        expect(renamed.text).toContain("onDelete: reject is skipped");
        expect(stateOf(1)).toBe("available");
    });

    it("survives up --replace and state taint", async () => {
        const real = await realStack(clouds.simulator.env);
        await real.up(named("a"));
        const urn = real.deployed().resources?.find(({ type }) => type.includes("ConnectionDecision"))?.urn ?? "";
        await real.up(named("a"), { replace: [urn] });
        expect(stateOf(1)).toBe("available");
        expect((await real.cli("state", "taint", urn, "--yes", "--stack", "test")).code).toBe(0);
        await real.up(named("a"));
        expect(stateOf(1)).toBe("available");
        expect(mutationsOf(clouds.simulator)).toHaveLength(1);
    });

    it("is rejected when the resource is removed, and by destroy", async () => {
        const real = await realStack(clouds.simulator.env);
        await real.up(named("a"));
        await real.up(async () => {});
        expect(stateOf(1)).toBe("rejected");
    });
});

describe("a decision that does not settle in time", { timeout: OPERATION_MS }, () => {
    const program = async () => {
        new ConnectionDecision("slow", onEndpoint(1, "accept", { onDelete: "reject" }), {
            customTimeouts: { create: "1s" },
        });
    };

    it("is recorded, survives refresh and destroy, and leaves the cloud as declared", async () => {
        const { startSimulator } = await import("../../src/simulator/index");
        const slow = await startSimulator({ world: worldWith({}), settleMs: 3_600_000 });
        try {
            const real = await realStack(slow.env);
            const text = await failure(real.up(program));
            expect(text).toContain("accept is not settled after");
            expect(text).toContain("run `pulumi up` again to go on waiting");
            await real.refresh();
            slow.advance(3_600_000);
            await real.up(program);
            expect(real.state()).toContain('"status": "accepted"');
            expect(slow.calls.filter((call) => call.action === "ec2:AcceptVpcEndpointConnections")).toHaveLength(1);

            slow.world = worldWith({});
            const again = await realStack(slow.env);
            await failure(again.up(program));
            await again.refresh();
            slow.advance(3_600_000);
            await again.destroy();
            expect(slow.world.aws?.[0]?.endpointServices?.[0]?.connections?.[0]?.state).toBe("rejected");
        } finally {
            await slow.close();
        }
    });
});
