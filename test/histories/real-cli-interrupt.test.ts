import { once } from "node:events";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { endpoint, mutationsOf, SERVICE, useClouds } from "../support/clouds";
import { LONG } from "../support/long-runs";
import { realStack } from "../support/pulumi";

/** What went wrong once when somebody stopped an `up`. The real CLI and engine. */
const HOUR = 3_600_000;
const clouds = useClouds({ settleMs: HOUR });
const SOURCE = `const { ConnectionDecision } = require("pulumi-connection-decision");
const connection = { kind: "aws:vpcEndpoint", serviceId: "${SERVICE}", endpointId: "${endpoint(1)}" };
new ConnectionDecision("a", { connection, decision: "accept" });
`;

describe.runIf(LONG)("a second Ctrl-C", { timeout: 120_000 }, () => {
    it("leaves no record of what was sent; the next up adopts it and sends nothing again", async () => {
        const real = await realStack(clouds.simulator.env);
        writeFileSync(path.join(real.folder, "index.js"), SOURCE);
        writeFileSync(path.join(real.folder, "package.json"), "{}\n");
        const up = real.start("up", "--yes", "--skip-preview", "--stack", "test", "--non-interactive");
        const closed = once(up, "close");
        await expect.poll(() => mutationsOf(clouds.simulator).length, { timeout: 60_000, interval: 20 }).toBe(1);
        await expect
            .poll(
                () => {
                    up.kill("SIGINT");
                    return up.exitCode;
                },
                { timeout: 30_000, interval: 500 },
            )
            .not.toBeNull();
        await closed;
        const { resources = [], pending_operations: pending = [] } = real.deployed();
        expect([JSON.stringify(resources).includes("ConnectionDecision"), pending.length]).toEqual([false, 1]);

        clouds.simulator.advance(HOUR);
        const again = await real.cli("up", "--yes", "--skip-preview", "--stack", "test", "--non-interactive");
        expect(again.code, again.text).toBe(0);
        expect(again.text).toContain("interrupted while creating");
        const preview = await real.cli("preview", "--expect-no-changes", "--stack", "test", "--non-interactive");
        expect(preview.code, preview.text).toBe(0);
        expect(mutationsOf(clouds.simulator)).toHaveLength(1);
    });
});
