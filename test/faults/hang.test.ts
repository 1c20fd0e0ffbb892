import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { callLimits, withinCallTimeout } from "../../src/kinds/cloud";
import { systemClock } from "../../src/shared/clock";
import { useClouds } from "../support/clouds";
import { onEndpoint, onInbound, onPeering, onVpcep } from "../support/declarations";
import { TestStack } from "../support/engine";
import { LONG } from "../support/long-runs";

/** A call that is never answered, in real time: it is given up after 30 s, and read before anything is sent again. `npm test` waits shorter. */
const SHORT_TIMEOUT_MS = 1_000;
const clouds = useClouds();
const { timeoutMs: productionTimeoutMs } = callLimits;
beforeAll(() => {
    callLimits.timeoutMs = LONG ? productionTimeoutMs : SHORT_TIMEOUT_MS;
});
afterAll(() => {
    callLimits.timeoutMs = productionTimeoutMs;
});

it("a call may take 30 s", () => {
    expect(productionTimeoutMs).toBe(30_000);
});

describe.each(["before", "after"] as const)("a decision that hangs %s it took effect", (when) => {
    it("is given up, read, and sent again only if it did not", { timeout: 120_000 }, async () => {
        clouds.simulator.addFaults(
            ["ec2:Accept*", "es:Accept*", "vpc:Accept*", "vpcep:connections:update"].map((action) => ({
                action,
                fault: "hang",
                when,
            })),
        );
        const { failures } = await new TestStack(clouds.simulator, {}, {}, systemClock).up({
            ec2: onEndpoint(1, "accept", { timeout: "10m" }),
            search: onInbound("accept", { timeout: "10m" }),
            peering: onPeering("accept", { timeout: "10m" }),
            vpcep: onVpcep("accept", { timeout: "10m" }),
        });
        expect(failures).toEqual({});
        const { aws, alibaba, huawei } = clouds.simulator.world;
        expect([
            aws?.[0]?.endpointServices?.[0]?.connections?.[0]?.state,
            aws?.[0]?.openSearchInboundConnections?.[0]?.status,
            alibaba?.[0]?.vpcPeerConnections?.[0]?.status,
            huawei?.[0]?.endpointServices?.[0]?.connections?.[0]?.status,
        ]).toEqual(["available", "ACTIVE", "Activated", "accepted"]);
        const sent = clouds.simulator.calls.filter((call) => /Accept|connections:update/.test(call.action));
        expect(sent).toHaveLength(when === "before" ? 8 : 4);
    });
});

describe("a client that ignores its signal", () => {
    const deaf = () => new Promise<never>(() => {});

    it("is not waited for longer than a call may take", async () => {
        const { timeoutMs } = callLimits;
        callLimits.timeoutMs = 50;
        onTestFinished(() => {
            callLimits.timeoutMs = timeoutMs;
        });
        await expect(withinCallTimeout(new AbortController().signal, deaf)).rejects.toThrow("no answer in time");
    });

    it("is not waited for once the process is asked to end, before or during the call", async () => {
        await expect(withinCallTimeout(AbortSignal.abort(new Error("interrupted")), deaf)).rejects.toThrow(
            "interrupted",
        );
        const ending = new AbortController();
        const call = withinCallTimeout(ending.signal, deaf);
        ending.abort(new Error("interrupted"));
        await expect(call).rejects.toThrow("interrupted");
    });
});
