import { describe, expect, it } from "vitest";
import { useClouds } from "../support/clouds";
import { TestStack } from "../support/engine";
import { NOTHING, startSaying } from "../support/hostile-server";
import { stateWith } from "../support/kind-rows";
import { decisionsOnAll, endpointSettings, pendingEverywhere } from "../support/rows-clouds";

/** Decisions whose clouds answer something else later. Apart from answers.test.ts: a process keeps Azure's first token. */
describe("a stack whose clouds answer something else", { timeout: 60_000 }, () => {
    const clouds = useClouds({ world: pendingEverywhere() });
    const program = decisionsOnAll((rows) => ({
        onDelete: rows.states[stateWith("accepted", rows)]?.[2] === "x" ? "remove" : "reject",
    }));

    it.each(NOTHING)("(%s) loses no connection, and deletes nothing without saying so", async (body) => {
        const settings: Record<string, string> = { "connections:unreadable": "warn" };
        const stack = new TestStack(clouds.simulator, settings);
        expect((await stack.up(program)).failures).toEqual({});
        Object.assign(settings, endpointSettings((await startSaying(body)).url));
        clouds.simulator.clearCalls();
        const refreshed = await stack.refresh().catch(() => undefined);
        for (const { inputs } of refreshed?.steps ?? []) {
            expect(JSON.stringify(inputs.observed)).not.toContain("absent");
        }
        const { failures } = await stack.destroy();
        expect(Object.keys(failures).sort()).toEqual(Object.keys(program).sort());
        expect(clouds.simulator.calls).toEqual([]);
    });
});
