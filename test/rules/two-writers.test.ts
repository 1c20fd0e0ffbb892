import { describe, expect, it } from "vitest";
import { endpoint, useClouds, worldWith } from "../support/clouds";
import { onEndpoint } from "../support/declarations";
import { TestStack } from "../support/engine";

/** Two stacks that decide about the same connections. */
const clouds = useClouds({ settleMs: 1_000 });

function mutations() {
    return clouds.simulator.calls.filter((call) => /(Accept|Reject)Vpc/.test(call.action));
}

describe("two stacks with opposite decisions", () => {
    it("each see the other as drift, decide once a run, and never loop", async () => {
        const [accepting, rejecting] = [new TestStack(clouds.simulator), new TestStack(clouds.simulator)];
        const [accept, reject] = [{ a: onEndpoint(1, "accept") }, { a: onEndpoint(1, "reject") }];
        for (let round = 1; round <= 3; round++) {
            await accepting.up(accept);
            expect(mutations()).toHaveLength(2 * round - 1);
            expect((await rejecting.preview(reject)).steps[0]?.inputs.transition).toBe(
                "reject: accepted -> rejected (CUTS a working connection)",
            );
            await rejecting.up(reject);
            expect(mutations()).toHaveLength(2 * round);
            expect((await accepting.preview(accept)).steps[0]?.inputs.transition).toContain(
                "accept: rejected -> accepted",
            );
        }
    });

    it("at the same time both end, each with what it saw", async () => {
        const results = await Promise.all([
            new TestStack(clouds.simulator).up({ a: onEndpoint(1, "accept", { timeout: "1m" }) }),
            new TestStack(clouds.simulator).up({ a: onEndpoint(1, "reject", { timeout: "1m" }) }),
        ]);
        const state = clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.[0]?.state;
        expect(["available", "rejected"]).toContain(state);
        for (const { failures } of results) {
            expect(failures.a ?? endpoint(1)).toContain(endpoint(1));
        }
        expect(mutations().length).toBeLessThanOrEqual(6);
    });
});

describe("two ups at once on one service", () => {
    it("decide everything between them, and nothing is lost", async () => {
        clouds.simulator.world = worldWith({ endpoints: Array.from({ length: 20 }, () => "pendingAcceptance") });
        const half = (from: number) =>
            Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`a${from + i}`, onEndpoint(from + i, "accept")]));
        const results = await Promise.all([
            new TestStack(clouds.simulator).up(half(1)),
            new TestStack(clouds.simulator).up(half(11)),
        ]);
        expect(results.map((result) => result.failures)).toEqual([{}, {}]);
        const states = clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.map((c) => c.state);
        expect(new Set(states)).toEqual(new Set(["available"]));
    });
});
