import { ConnectionDecision } from "pulumi-connection-decision";
import { describe, expect, it } from "vitest";
import { endpoint, mutationsOf, useClouds, worldWith } from "../support/clouds";
import { failure, operations, type RealStack, realStack } from "../support/pulumi";
import { endpointsOf, OPERATION_MS, onEndpoint } from "../support/real-decisions";

/** The real CLI and engine, the SDK's real provider process, simulated clouds: what happens when a resource goes, and when it does not settle. */
const clouds = useClouds({ settleMs: 200 });
const { stateOf } = endpointsOf(clouds);

describe("a connection under onDelete: reject", { timeout: OPERATION_MS }, () => {
    const named = (name: string) => async () => {
        new ConnectionDecision(name, onEndpoint(1, "accept", { onDelete: "reject" }));
    };

    it("survives a rename, up --replace and state taint, and is rejected when the resource is removed", async () => {
        const real = await realStack(clouds.simulator.env);
        await real.up(named("before"));
        const renamed = await real.up(named("after"));
        expect(operations(renamed)).toEqual({ after: "create", before: "delete" });
        expect(renamed.text).toContain("onDelete: reject is skipped");
        expect(stateOf(1)).toBe("available");

        const urn = real.deployed().resources?.find(({ type }) => type.includes("ConnectionDecision"))?.urn ?? "";
        await real.up(named("after"), { replace: [urn] });
        expect(stateOf(1)).toBe("available");
        expect((await real.cli("state", "taint", urn, "--yes", "--stack", "test")).code).toBe(0);
        await real.up(named("after"));
        expect(stateOf(1)).toBe("available");
        expect(mutationsOf(clouds.simulator)).toHaveLength(1);

        await real.up(async () => {});
        expect(stateOf(1)).toBe("rejected");
    });
});

describe("a decision that does not settle in time", { timeout: OPERATION_MS }, () => {
    const program = async () => {
        for (const n of [1, 2]) {
            new ConnectionDecision(`slow${n}`, onEndpoint(n, "accept", { onDelete: "reject" }), {
                customTimeouts: { create: "1s" },
            });
        }
    };

    it("is recorded, survives refresh and destroy, and leaves the cloud as declared", async () => {
        const { startSimulator } = await import("../../src/simulator/index");
        const world = worldWith({ endpoints: ["pendingAcceptance", "pendingAcceptance"] });
        const slow = await startSimulator({ world, settleMs: 3_600_000 });
        try {
            const real = await realStack(slow.env);
            const text = await failure(real.up(program, { continueOnError: true }));
            expect(text).toContain("accept is not settled after");
            expect(text).toContain("run `pulumi up` again to go on waiting");
            await real.refresh();
            slow.advance(3_600_000);
            const urn = real.deployed().resources?.find(({ urn }) => urn.endsWith("::slow1"))?.urn ?? "";
            await real.up(program, { target: [urn] });
            // The other one goes from what the refresh recorded.
            expect(statuses(real)).toEqual({ slow1: "accepted", slow2: "accepting" });
            const accepted = slow.calls.filter((call) => call.action === "ec2:AcceptVpcEndpointConnections");
            expect(accepted.flatMap(({ ids }) => ids).sort()).toEqual([endpoint(1), endpoint(2)]);
            await real.destroy();
            const connections = slow.world.aws?.[0]?.endpointServices?.[0]?.connections ?? [];
            expect(connections.map(({ state }) => state)).toEqual(["rejected", "rejected"]);
        } finally {
            await slow.close();
        }
    });
});

/** The statuses in the state, by name. */
function statuses(real: RealStack): Record<string, unknown> {
    const decisions = real.deployed().resources?.filter(({ type }) => type.includes("ConnectionDecision")) ?? [];
    return Object.fromEntries(
        decisions.map(({ urn, outputs }) => [
            urn.split("::").at(-1),
            (outputs as { observed: { status: string } }).observed.status,
        ]),
    );
}
