import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ConnectionDecision, Provider } from "pulumi-connection-decision/plugin";
import { describe, expect, it } from "vitest";
import { endpoint, mutationsOf, REQUESTER, SERVICE, useClouds, worldWith } from "../support/clouds";
import { failure, filesBelow, operations, type RealStack, realStack } from "../support/pulumi";

/** Imports, secrets, unknown values, failures half way and interruptions with the resource plugin in the real engine. */
const clouds = useClouds();
const OPERATION_MS = 180_000;
const HOUR = 3_600_000;
const at = (n: number) => ({ kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(n) }) as const;
const idOf = (n: number) => `aws:vpcEndpoint/eu-west-1/${SERVICE}/${endpoint(n)}`;

function states(): (string | undefined)[] {
    return (clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections ?? []).map(({ state }) => state);
}

async function resourceOf(real: RealStack) {
    const { resources = [] } = JSON.parse(await real.state()).checkpoint.latest;
    return resources.find(({ type }: { type: string }) => type === "connections:index:ConnectionDecision");
}

describe("import", { timeout: OPERATION_MS }, () => {
    it("takes over what is decided, with who asked as the guard, and says that what is pending is not decided", async () => {
        clouds.simulator.world = worldWith({ endpoints: ["available", "pendingAcceptance", "rejected"] });
        const real = await realStack(clouds.simulator.env, {}, "plugin");
        const importing = (...args: string[]) =>
            real.cli("import", ...args, "--yes", "--generate-code=false", "--stack", "test", "--non-interactive");
        const imported = await importing("connections:index:ConnectionDecision", "one", idOf(1));
        expect(imported.code, imported.text).toBe(0);
        expect((await resourceOf(real)).inputs).toMatchObject({ decision: "accept", expectedRequester: [REQUESTER] });
        const pending = await importing("connections:index:ConnectionDecision", "two", idOf(2));
        expect(pending.text).toContain("is pending: no decision holds that could be imported");
        expect(pending.text).toContain("declare the decision without import");

        const program = (decision: "accept" | "reject") => async () => {
            new ConnectionDecision("one", { connection: at(1), decision: "accept", expectedRequester: [REQUESTER] });
            new ConnectionDecision("three", { connection: at(3), decision }, { import: idOf(3) });
        };
        const opposite = await real.preview(program("accept"));
        expect(opposite.text).toContain("three: accept 111122223333 (nobody expected): rejected -> accepted");
        await real.up(program("reject"));
        await real.preview(program("reject"), { expectNoChanges: true });
        expect(mutationsOf(clouds.simulator)).toEqual([]);
    });
});

describe("values", { timeout: OPERATION_MS }, () => {
    it("that are secret stay so in the state, the preview and errors; those not known yet are decided in up", async () => {
        const real = await realStack(clouds.simulator.env, {}, "plugin");
        const program = async () => {
            const first = new ConnectionDecision("first", {
                connection: { ...at(1), endpointId: pulumi.secret(endpoint(1)) },
                decision: "accept",
                reason: pulumi.secret("canary-of-a-reason"),
            });
            // Known once the first one is decided.
            const decision = first.decidedBy.apply((by) => (by === "us" ? "reject" : "accept"));
            new ConnectionDecision("second", {
                connection: { kind: "aws:openSearchInbound", connectionId: "a1b2c3d4e5f6" },
                decision,
            });
        };
        const preview = await real.preview(program, { diff: true });
        expect(preview.text).toContain("what happens is only known in `up`");
        expect(preview.text).not.toContain("canary-of-a-reason");
        const up = await real.up(program);
        expect(operations(up)).toEqual({ first: "create", second: "create" });
        expect(states()).toEqual(["available"]);
        expect(clouds.simulator.world.aws?.[0]?.openSearchInboundConnections?.[0]?.status).toMatch(/REJECT/);
        await real.refresh(program);
        const written = filesBelow(path.join(real.folder, "backend"));
        expect(written.filter((file) => readFileSync(file, "utf8").includes("canary-of-a-reason"))).toEqual([]);
        await real.preview(program, { expectNoChanges: true });
    });

    it("of an explicit provider decide where: its region, its account at destroy, and wrong ones are named", async () => {
        const env = { ...clouds.simulator.env, AWS_REGION: "us-east-1", AWS_DEFAULT_REGION: "us-east-1" };
        const real = await realStack(env, {}, "plugin");
        const program = (settings: object) => async () => {
            const provider = new Provider("here", settings);
            const args = { connection: at(1), decision: "accept", onDelete: "reject" } as const;
            new ConnectionDecision("it", args, { provider });
        };
        await real.up(program({ aws: { region: "eu-west-1" } }));
        expect(states()).toEqual(["available"]);
        const wrong = program({ aws: { region: "eu-west-1", ec2Endpoint: "ftp://nowhere" } });
        expect(await failure(real.preview(wrong))).toContain("is not a URL");
        real.setConfig({ "connections:requireExpectedRequester": "true" });
        // A provider of another language, which has no class of ours that would hand the policy on.
        class Plain extends pulumi.ProviderResource {}
        const unguarded = async () => {
            const provider = new Plain("connections", "here", { awsRegion: "eu-west-1" });
            new ConnectionDecision("it", { connection: at(1), decision: "accept" }, { provider });
        };
        expect(await failure(real.preview(unguarded))).toContain("connections:requireExpectedRequester is set");
        await real.destroy();
        expect(states()).toEqual(["rejected"]);
    });
});

describe("what does not settle in time", { timeout: OPERATION_MS }, () => {
    it("is recorded with its outputs, and the next up goes on without sending again", async () => {
        const real = await realStack(clouds.simulator.env, {}, "plugin");
        clouds.simulator.settleMs = HOUR;
        const program = async () => {
            const opts = { customTimeouts: { create: "1s", update: "1s" } };
            new ConnectionDecision("it", { connection: at(1), decision: "accept" }, opts);
        };
        expect(await failure(real.up(program))).toContain("accepting");
        const recorded = await resourceOf(real);
        expect(recorded.initErrors).toHaveLength(1);
        expect(recorded.outputs).toMatchObject({ connectionId: endpoint(1), requester: REQUESTER });
        clouds.simulator.advance(HOUR);
        await real.up(program);
        clouds.simulator.settleMs = 0;
        expect((await resourceOf(real)).outputs.status).toBe("accepted");
        await real.preview(program, { expectNoChanges: true });
        expect(mutationsOf(clouds.simulator)).toHaveLength(1);
    });
});

describe("an up that is stopped while a decision settles", { timeout: OPERATION_MS }, () => {
    /** A program without a language host's help: plain JavaScript in the stack's folder. */
    async function waiting(): Promise<RealStack> {
        const real = await realStack(clouds.simulator.env, {}, "plugin");
        clouds.simulator.settleMs = HOUR;
        const source = `const { ConnectionDecision } = require("pulumi-connection-decision/plugin");
new ConnectionDecision("it", { connection: ${JSON.stringify(at(1))}, decision: "accept" });
`;
        writeFileSync(path.join(real.folder, "index.js"), source);
        writeFileSync(path.join(real.folder, "package.json"), "{}\n");
        return real;
    }

    async function goesOn(real: RealStack): Promise<void> {
        clouds.simulator.advance(HOUR);
        const again = await real.cli("up", "--yes", "--skip-preview", "--stack", "test", "--non-interactive");
        clouds.simulator.settleMs = 0;
        expect(again.code, again.text).toBe(0);
        expect((await resourceOf(real)).outputs).toMatchObject({ status: "accepted" });
        expect(mutationsOf(clouds.simulator)).toHaveLength(1);
    }

    it("by one Ctrl-C in a terminal ends the wait, with the connection recorded", async () => {
        const real = await waiting();
        const up = real.inTerminal("up", "--yes", "--skip-preview", "--stack", "test");
        const closed = once(up, "close");
        await expect.poll(() => mutationsOf(clouds.simulator).length, { timeout: 60_000, interval: 20 }).toBe(1);
        const pressed = performance.now();
        up.stdin?.write("\x03");
        await closed;
        // 0.2 s as measured. The bound only tells it from a wait that goes on, or a process that is killed after its grace period.
        expect(performance.now() - pressed).toBeLessThan(15_000);
        expect(await resourceOf(real)).toMatchObject({
            id: idOf(1),
            initErrors: [expect.stringContaining("the wait was interrupted")],
        });
        await goesOn(real);
    });

    it("by the death of the plugin loses nothing: the next up adopts it and sends nothing again", async () => {
        const real = await waiting();
        const up = real.start("up", "--yes", "--skip-preview", "--stack", "test", "--non-interactive");
        const closed = once(up, "close");
        await expect.poll(() => mutationsOf(clouds.simulator).length, { timeout: 60_000, interval: 20 }).toBe(1);
        const killed = spawn("pkill", ["-KILL", "-P", String(up.pid), "-f", "pulumi-resource-connections"]);
        expect(await once(killed, "close")).toEqual([0, null]);
        await closed;
        await goesOn(real);
    });
});
