import { ConnectionDecision } from "pulumi-connection-decision/plugin";
import { describe, expect, it } from "vitest";
import { endpoint, REQUESTER, SERVICE, useClouds, worldWith } from "../support/clouds";
import { realStack } from "../support/pulumi";

const clouds = useClouds();
const first = { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(1) } as const;
describe("explore", { timeout: 180_000 }, () => {
    it("walk", async () => {
        const real = await realStack(clouds.simulator.env, {}, "plugin");
        const program = async () => {
            const it = new ConnectionDecision("it", {
                connection: first,
                decision: "accept",
                expectedRequester: REQUESTER,
                reason: "x",
            });
            return { status: it.status, requester: it.requester, id: it.connectionId, by: it.decidedBy } as never;
        };
        const show = async (what: string, run: Promise<{ text: string }>) => {
            try {
                console.log(`=== ${what}\n${(await run).text}`);
            } catch (e) {
                console.log(`=== ${what} FAILED\n${(e as Error).message}`);
            }
        };
        await show("preview", real.preview(program, { diff: true }));
        await show("up", real.up(program));
        await show("again", real.preview(program, { diff: true }));
        clouds.simulator.world = worldWith({ endpoints: ["rejected"] });
        await show("drift", real.preview(program, { diff: true }));
        await show("drift", real.preview(program));
        await show("refresh", real.refresh(program, { diff: true } as never));
        await show("heal", real.up(program, { diff: true }));
        console.log(JSON.stringify(JSON.parse(await real.state()).checkpoint.latest.resources.at(-1), undefined, 1));
        await show("destroy", real.destroy(program));
        expect(1).toBe(1);
    });
});
