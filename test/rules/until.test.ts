import { describe, expect, it } from "vitest";
import { beginning, endOf, readUntil } from "../../src/decision/until";
import type { Wire } from "../../src/engine/wire";
import { endpoint, PEERING, SERVICE, useClouds, worldWith } from "../support/clouds";
import { onEndpoint, onPeering } from "../support/declarations";
import { TestStack } from "../support/engine";

/** Acceptances for a time. */
const clouds = useClouds();
const DAY = 86_400_000;

function state() {
    return clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.[0]?.state;
}

/** A stack whose clock the test moves. */
function stackAt(start: number) {
    const clock = { now: start };
    const stack = new TestStack(
        clouds.simulator,
        {},
        {},
        {
            now: () => clock.now,
            random: () => 0.5,
            async sleep(ms) {
                clock.now += ms;
                clouds.simulator.advance(ms);
            },
        },
    );
    return { stack, clock };
}

describe("until", () => {
    it.each([
        ["2026-12-31", "2027-01-01T00:00:00.000Z"],
        ["2026-12-31T18:00:00Z", "2026-12-31T18:00:00.000Z"],
        ["2026-12-31T18:00:00+02:00", "2026-12-31T16:00:00.000Z"],
        ["30d", "2026-12-22T00:00:00.000Z"],
        ["4h", "2026-11-21T17:00:00.000Z"],
    ])("%s ends at %s for what is accepted at 12:34 on 2026-11-21", (text, end) => {
        const until = readUntil(text);
        const since = beginning(until, Date.parse("2026-11-21T12:34:00Z"));
        expect(new Date(endOf(until, since) ?? 0).toISOString()).toBe(end);
    });

    it.each(["", "soon", "2026-13-01", "2026-12-31T18:00", "0d", "30", "-3d", 7, null])("%j is refused", (text) => {
        expect(() => readUntil(text)).toThrow(/is not a/);
    });
});

describe("an acceptance for a time", () => {
    it("shows its end, warns in its last week, is cut with its reason, and stays cut", async () => {
        const { stack, clock } = stackAt(Date.parse("2026-11-21T12:34:00Z"));
        const program = { a: onEndpoint(1, "accept", { until: "30d" }) };
        const created = await stack.up(program);
        expect(created.steps[0]?.inputs.acceptedUntil).toBe("2026-12-22T00:00:00.000Z");
        expect([state(), stack.outputs("a").acceptedUntil]).toEqual(["available", "2026-12-22T00:00:00.000Z"]);
        clock.now += 10 * DAY;
        expect((await stack.preview(program)).steps[0]?.op).toBe("same");
        await stack.refresh();
        clock.now = Date.parse("2026-12-16T00:00:00Z");
        const warned = await stack.up(program);
        expect(warned.steps[0]).toMatchObject({
            op: "update",
            inputs: { warnings: ["accepted until 2026-12-22T00:00:00.000Z, then rejected"] },
        });
        expect((await stack.preview(program)).steps[0]?.op).toBe("same");
        clock.now = Date.parse("2026-12-22T00:00:00Z");
        const over = await stack.preview(program);
        expect(over.steps[0]).toMatchObject({
            op: "update",
            inputs: {
                transition:
                    "reject: accepted -> rejected (CUTS a working connection) (accepted until 2026-12-22T00:00:00.000Z)",
            },
        });
        expect((await stack.up(program)).failures).toEqual({});
        expect(state()).toBe("rejected");
        expect((await stack.preview(program)).steps[0]?.op).toBe("same");
        await stack.refresh();
        expect((await stack.preview(program)).steps[0]?.op).toBe("same");
    });

    it("goes on when its time is extended", async () => {
        const { stack, clock } = stackAt(Date.parse("2026-11-21T12:34:00Z"));
        await stack.up({ a: onEndpoint(1, "accept", { until: "2026-11-30" }) });
        clock.now = Date.parse("2026-12-02T00:00:00Z");
        await stack.up({ a: onEndpoint(1, "accept", { until: "2026-11-30" }) });
        expect(state()).toBe("rejected");
        const extended = { a: onEndpoint(1, "accept", { until: "2026-12-31" }) };
        expect((await stack.up(extended)).failures).toEqual({});
        expect(state()).toBe("available");
        const longer = { a: onEndpoint(1, "accept") };
        await stack.up(longer);
        expect(stack.outputs("a").acceptedUntil).toBeUndefined();
        expect((await stack.preview(longer)).steps[0]?.op).toBe("same");
    });

    it("counts as a cut for connections:maxCuts when it is over", async () => {
        clouds.simulator.world = worldWith({ endpoints: ["pendingAcceptance"] });
        const { stack, clock } = stackAt(Date.parse("2026-11-21T12:34:00Z"));
        const program = { a: onEndpoint(1, "accept", { until: "2026-11-30" }) };
        await stack.up(program);
        clock.now = Date.parse("2026-12-02T00:00:00Z");
        const braked = new TestStack(
            clouds.simulator,
            { "connections:maxCuts": "0" },
            {},
            {
                now: () => clock.now,
                random: () => 0.5,
                sleep: async () => {},
            },
        );
        for (const [name, resource] of stack.state) {
            braked.state.set(name, resource);
        }
        expect((await braked.preview(program)).failures.a).toContain("would cut more than 0 connections");
    });

    it.each<[string, Wire, string]>([
        ["that is over already", onEndpoint(1, "accept", { until: "2020-01-01" }), "would be over already"],
        ["of a reject", onEndpoint(1, "reject", { until: "2030-01-01" }), "nothing is accepted here"],
        ["in no format", onEndpoint(1, "accept", { until: "next week" }), 'until "next week" is not a date'],
        ["of a kind that could only delete", onPeering("accept", { until: "30d" }), "set allowRemoval: true"],
    ])("%s fails the preview", async (_what, args, text) => {
        const { failures } = await new TestStack(clouds.simulator).preview({ a: args });
        expect(failures.a).toContain(text);
    });

    it("deletes where that is allowed", async () => {
        const { stack, clock } = stackAt(Date.parse("2026-11-21T12:34:00Z"));
        const program = { a: onPeering("accept", { until: "1d", allowRemoval: true }) };
        await stack.up(program);
        clock.now += 3 * DAY;
        expect((await stack.up(program)).failures).toEqual({});
        expect(clouds.simulator.calls.filter(({ action }) => action.includes("Delete")).map(({ ids }) => ids)).toEqual([
            [PEERING],
        ]);
        expect((await stack.preview(program)).steps[0]?.op).toBe("same");
    });

    it("reads an unreadable service as before, and sends nothing", async () => {
        const { stack, clock } = stackAt(Date.parse("2026-11-21T12:34:00Z"));
        const program = { a: onEndpoint(1, "accept", { until: "2026-11-30" }) };
        await stack.up(program);
        clock.now = Date.parse("2026-12-02T00:00:00Z");
        clouds.simulator.addFaults({ action: "ec2:Describe*", fault: "error", status: 503, times: 500 });
        const { failures } = await stack.up(program);
        expect(failures.a).toContain("cannot be read");
        expect(state()).toBe("available");
        expect(stack.outputs("a").connection).toEqual({
            kind: "aws:vpcEndpoint",
            serviceId: SERVICE,
            endpointId: endpoint(1),
        });
    });
});
