import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Clock } from "../../src/shared/clock";
import { startSimulator, type World } from "../../src/simulator/index";
import { ALIBABA_ACCOUNT, OTHER_ACCOUNT, PEERING, useClouds, worldWith } from "../support/clouds";
import { onEndpoint, onInbound, onPeering, onVpcep } from "../support/declarations";
import { TestStack, virtualClock } from "../support/engine";

/** What is read, how often, and what a read proves. */
const clouds = useClouds();

function calls(action: string) {
    return clouds.simulator.calls.filter((call) => call.action === action);
}

describe("a listing", () => {
    it("is read page by page, only as far as the sought connection, and once for many", async () => {
        clouds.simulator.world = worldWith({ endpoints: Array.from({ length: 2_300 }, () => "pendingAcceptance") });
        await new TestStack(clouds.simulator).preview({ a: onEndpoint(1, "accept") });
        expect(calls("ec2:DescribeVpcEndpointConnections")).toHaveLength(1);
        clouds.simulator.clearCalls();
        const program = Object.fromEntries([1_500, 2, 1_999, 700].map((n) => [`a${n}`, onEndpoint(n, "accept")]));
        const { steps } = await new TestStack(clouds.simulator).preview(program);
        expect(steps.map((step) => step.inputs.transition)).toEqual(
            Array.from({ length: 4 }, () => "accept: pending -> accepted"),
        );
        expect(calls("ec2:DescribeVpcEndpointConnections")).toHaveLength(2);
    });

    describe("of many pages is read again by who asked", () => {
        const FAR = 4_900;
        const far = { ...onEndpoint(FAR, "accept"), expectedRequester: OTHER_ACCOUNT };

        function longService(undocumented: World["undocumented"] = {}) {
            clouds.simulator.world = worldWith({
                endpoints: Array.from({ length: 5_000 }, (_, i) =>
                    i + 1 === FAR ? { state: "pendingAcceptance", owner: OTHER_ACCOUNT } : "pendingAcceptance",
                ),
                undocumented,
            });
        }

        it("one call before sending, and one per look", async () => {
            longService();
            const stack = new TestStack(clouds.simulator);
            const { failures } = await stack.up({ a: far });
            expect(failures).toEqual({});
            expect(stack.outputs("a").observed).toMatchObject({ status: "accepted", requester: OTHER_ACCOUNT });
            const reads = clouds.simulator.calls.map(({ action }) => action);
            const sent = reads.indexOf("ec2:AcceptVpcEndpointConnections");
            const lists = (calls: readonly string[]) =>
                calls.filter((action) => action === "ec2:DescribeVpcEndpointConnections").length;
            expect(lists(reads.slice(0, sent))).toBe(5 + 1);
            const looks = lists(reads.slice(sent));
            expect(looks).toBeGreaterThan(0);
            expect(looks).toBeLessThan(5);
        });

        it("and whole where the cloud refuses to, which is tried once", async () => {
            longService({ ec2OwnerFilter: "InvalidFilter" });
            const stack = new TestStack(clouds.simulator);
            const { failures } = await stack.up({ a: far });
            expect(failures).toEqual({});
            expect(stack.outputs("a").observed).toMatchObject({ status: "accepted" });
            const refused = calls("ec2:DescribeVpcEndpointConnections").filter(
                ({ outcome }) => outcome === "InvalidFilter",
            );
            expect(refused).toHaveLength(1);
        });

        it("and absent only when the whole listing has no such connection", async () => {
            longService();
            const { failures } = await new TestStack(clouds.simulator).up({ a: far }, () => {
                const { world } = clouds.simulator;
                world.aws?.[0]?.endpointServices?.[0]?.connections?.splice(FAR - 1, 1);
                clouds.simulator.world = world;
            });
            expect(failures.a).toContain("the request went away before it was accepted");
            expect(calls("ec2:AcceptVpcEndpointConnections")).toHaveLength(0);
            expect(calls("ec2:DescribeVpcEndpointConnections")).toHaveLength(5 + 1 + 5);
        });
    });

    it("says how far it is when it takes long", async () => {
        clouds.simulator.world = worldWith({ endpoints: Array.from({ length: 6_000 }, () => "pendingAcceptance") });
        let now = Date.now();
        // Each look at this clock takes four seconds.
        const slow: Clock = { ...virtualClock(clouds.simulator), now: () => (now += 4_000) };
        const { logs, steps } = await new TestStack(clouds.simulator, {}, {}, slow).preview({
            a: onEndpoint(5_999, "accept"),
        });
        expect(steps[0]?.inputs.transition).toBe("accept: pending -> accepted");
        const progress = logs.filter(({ level }) => level === "info");
        expect(progress.length).toBeGreaterThan(0);
        expect(progress[0]?.text).toMatch(
            /^reading endpoint service vpce-svc-\w+ in eu-west-1: [1-5]000 connections so far$/,
        );
        expect(progress[0]?.urn).toContain("::a");
    });

    it("proves absence only at its end", async () => {
        clouds.simulator.world = worldWith({ endpoints: Array.from({ length: 2_300 }, () => "pendingAcceptance") });
        clouds.simulator.addFaults({
            action: "ec2:DescribeVpcEndpointConnections",
            fault: "error",
            status: 503,
            times: 100,
        });
        const broken = await new TestStack(clouds.simulator).preview({ a: onEndpoint(9_999, "reject") });
        expect(broken.failures.a).toContain("cannot be read");
        clouds.simulator.clearFaults();
        clouds.simulator.clearCalls();
        const whole = await new TestStack(clouds.simulator).preview({ a: onEndpoint(9_999, "reject") });
        expect(whole.steps[0]?.inputs.observed).toEqual({ status: "absent" });
        expect(calls("ec2:DescribeVpcEndpointConnections")).toHaveLength(3);
    });

    it("is not read where few are wanted and the cloud looks up by id, and is where many are", async () => {
        const world = worldWith({});
        const connections = world.alibaba?.[0]?.vpcPeerConnections ?? [];
        for (let i = 0; i < 150; i++) {
            connections.push({
                instanceId: `pcc-0000000000${String(i).padStart(4, "0")}`,
                status: "Accepting",
                ownerId: "983117732402483989",
            });
        }
        clouds.simulator.world = world;
        await new TestStack(clouds.simulator).preview({ a: onPeering("accept") });
        expect([calls("vpc:GetVpcPeerConnectionAttribute").length, calls("vpc:ListVpcPeerConnections").length]).toEqual(
            [1, 0],
        );
        clouds.simulator.clearCalls();
        const program = Object.fromEntries(
            connections.map(({ instanceId }) => [
                instanceId,
                { connection: { kind: "alibaba:vpcPeering", instanceId }, decision: "accept" },
            ]),
        );
        const { steps } = await new TestStack(clouds.simulator).preview(program);
        expect(steps.every((step) => step.inputs.transition === "accept: pending -> accepted")).toBe(true);
        expect([calls("vpc:GetVpcPeerConnectionAttribute").length, calls("vpc:ListVpcPeerConnections").length]).toEqual(
            [3, 2],
        );
    });

    it("that offset paging made incomplete is completed by id (VPCEP)", async () => {
        const world = worldWith({});
        const connections = world.huawei?.[0]?.endpointServices?.[0]?.connections ?? [];
        for (let i = 0; i < 5; i++) {
            connections.push({
                id: `${i}05290f3-0d00-41f2-aedc-71e09844e879`,
                domainId: "5fc973eea581490997e82ea11a1df31f",
                status: "pendingAcceptance",
            });
        }
        clouds.simulator.world = world;
        const program = Object.fromEntries(
            connections.map(({ id }) => [
                id,
                { ...onVpcep("accept"), connection: { ...(onVpcep("accept").connection as object), endpointId: id } },
            ]),
        );
        const absent = "905290f3-0d00-41f2-aedc-71e09844e879";
        const { steps } = await new TestStack(clouds.simulator).preview({
            ...program,
            absent: {
                ...onVpcep("reject"),
                connection: { ...(onVpcep("reject").connection as object), endpointId: absent },
            },
        });
        expect(steps.at(-1)?.inputs.observed).toEqual({ status: "absent" });
        expect(calls("vpcep:connections:list").length).toBeLessThanOrEqual(5);
    });
});

describe("a resend", () => {
    it("carries the ClientToken of the first attempt, so that Alibaba takes it for the same request", async () => {
        clouds.simulator.addFaults([
            { action: "vpc:AcceptVpcPeerConnection", fault: "throttle", when: "after" },
            // Check and create have read by then: the read before the resend still shows the old status.
            { action: "vpc:GetVpcPeerConnectionAttribute", fault: "staleRead", times: 1_000 },
        ]);
        const up = new TestStack(clouds.simulator).up({ a: onPeering("accept", { timeout: "5s" }) });
        await up;
        const outcomes = calls("vpc:AcceptVpcPeerConnection").map((call) => call.outcome);
        expect(outcomes.slice(0, 2)).toEqual(["ok, then throttle", "ok"]);
        expect(outcomes).not.toContain("IncorrectStatus.VpcPeer");
        expect(
            clouds.simulator.world.alibaba?.[0]?.vpcPeerConnections?.find((c) => c.instanceId === PEERING)?.status,
        ).toBe("Activated");
    });
});

describe("a profile", () => {
    it("of another account satisfies nothing and sends nothing", async () => {
        const folder = mkdtempSync(path.join(tmpdir(), "connection-decision-"));
        onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
        const file = path.join(folder, "credentials");
        const entry = (name: string, account: string) =>
            `[${name}]\naws_access_key_id = AKIA${account}\naws_secret_access_key = secret-of-AKIA${account}\n`;
        writeFileSync(file, entry("own", "123456789012") + entry("other", "210987654321"));
        const before = process.env.AWS_SHARED_CREDENTIALS_FILE;
        process.env.AWS_SHARED_CREDENTIALS_FILE = file;
        try {
            const own = new TestStack(clouds.simulator, { "connections:awsProfile": "own" });
            expect((await own.preview({ a: onEndpoint(1, "reject") })).steps[0]?.inputs.observed).toMatchObject({
                status: "pending",
            });
            const other = new TestStack(clouds.simulator, { "aws:profile": "other" });
            const { steps, failures } = await other.preview({ a: onEndpoint(1, "reject"), b: onInbound("reject") });
            expect(failures.a).toContain("was not found with these credentials");
            expect(steps[0]?.inputs).toMatchObject({
                observed: { status: "absent" },
                warnings: [expect.stringContaining("no such request has been seen yet, so nothing is rejected now")],
            });
            const up = await other.up({ a: onEndpoint(1, "reject") });
            expect(up.failures.a).toContain("cannot be read");
        } finally {
            process.env.AWS_SHARED_CREDENTIALS_FILE = before;
        }
        expect(calls("ec2:RejectVpcEndpointConnections")).toEqual([]);
    });
});

describe("a profile of the Alibaba Cloud CLI", () => {
    it("is used where it is there, and named where it is not", async () => {
        const home = mkdtempSync(path.join(tmpdir(), "connection-decision-"));
        onTestFinished(() => rmSync(home, { recursive: true, force: true }));
        mkdirSync(path.join(home, ".aliyun"));
        const key = `LTAI${ALIBABA_ACCOUNT}`;
        const owner = {
            name: "owner",
            mode: "AK",
            access_key_id: key,
            access_key_secret: `secret-of-${key}`,
            region_id: "cn-hangzhou",
        };
        writeFileSync(path.join(home, ".aliyun/config.json"), JSON.stringify({ current: "owner", profiles: [owner] }));
        const before = { ...process.env };
        process.env.HOME = home;
        delete process.env.ALIBABA_CLOUD_ACCESS_KEY_ID;
        delete process.env.ALIBABA_CLOUD_ACCESS_KEY_SECRET;
        try {
            const found = new TestStack(clouds.simulator, { "connections:alibabaProfile": "owner" });
            expect((await found.preview({ a: onPeering("accept") })).steps[0]?.inputs.observed).toMatchObject({
                status: "pending",
            });
            const missing = new TestStack(clouds.simulator, { "connections:alibabaProfile": "nobody" });
            expect((await missing.preview({ a: onPeering("accept") })).failures.a).toContain(
                'no usable credentials in the Alibaba Cloud CLI profile "nobody"',
            );
        } finally {
            Object.assign(process.env, before);
        }
    });
});

describe("an account that cannot be confirmed", () => {
    it("makes absence no proof: a reject is not satisfied by it, in preview and in up", async () => {
        const s = new TestStack(clouds.simulator);
        await s.up({ a: onEndpoint(1, "accept") });
        const { world } = clouds.simulator;
        world.aws?.[0]?.endpointServices?.[0]?.connections?.splice(0, 1);
        clouds.simulator.world = world;
        clouds.simulator.addFaults({ action: "sts:GetCallerIdentity", fault: "error", status: 503, times: 1_000 });
        const preview = await s.preview({ a: onEndpoint(1, "reject") });
        expect(preview.failures.a).toContain("the AWS account of these credentials could not be confirmed");
        const up = await s.up({ a: onEndpoint(1, "reject") });
        expect(up.failures.a).toContain("the AWS account of these credentials could not be confirmed");
    });
});

describe("a lost answer", () => {
    it("that cannot be read after either is not called unsent", async () => {
        const accept = "ec2:AcceptVpcEndpointConnections";
        const blind = await startSimulator({
            world: worldWith({}),
            // From the moment of the call on, nothing can be read.
            onCall: ({ action }) => {
                if (action === accept) {
                    blind.addFaults({ action: "ec2:Describe*", fault: "error", status: 503, times: 1_000 });
                }
            },
        });
        const before = { ...process.env };
        Object.assign(process.env, blind.env);
        try {
            const s = new TestStack(blind);
            blind.addFaults({ action: accept, fault: "reset", when: "after" });
            const text = (await s.up({ a: onEndpoint(1, "accept") })).failures.a;
            expect(text).toContain(
                "accept was sent, but its answer was lost; whether it took effect could not be read.",
            );
            expect(text).not.toContain("nothing was sent");
            blind.clearFaults();
            expect((await s.up({ a: onEndpoint(1, "accept") })).failures).toEqual({});
            expect(blind.calls.filter((call) => call.action === accept)).toHaveLength(1);
        } finally {
            Object.assign(process.env, before);
            await blind.close();
        }
    });
});
