import { describe, expect, it } from "vitest";
import type { Wire } from "../../src/engine/wire";
import { endpoint, REQUESTER, SERVICE, useClouds, worldWith } from "../support/clouds";
import { onEndpoint, onInbound, onPeering, onVpcep } from "../support/declarations";
import { TestStack, virtualClock } from "../support/engine";

const clouds = useClouds({ settleMs: 2_000 });

function stack(config: Record<string, string> = {}, environment: Record<string, string> = {}) {
    return new TestStack(clouds.simulator, config, environment);
}

function mutations(): string[] {
    return clouds.simulator.calls
        .filter((call) => /Accept|Reject|Delete|update/.test(call.action))
        .map((call) => `${call.action} ${call.ids.join(",")}`);
}

function stateOf(n: number): string | undefined {
    return clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.[n - 1]?.state;
}

function setEndpoint(n: number, state: string | undefined, owner = REQUESTER) {
    const { world } = clouds.simulator;
    const connections = world.aws?.[0]?.endpointServices?.[0]?.connections ?? [];
    const index = connections.findIndex((connection) => connection.vpcEndpointId === endpoint(n));
    if (state === undefined) {
        connections.splice(index, 1);
    } else if (index < 0) {
        connections.push({ vpcEndpointId: endpoint(n), owner, state });
    } else {
        Object.assign(connections[index] as object, { state, owner });
    }
    clouds.simulator.world = world;
}

describe("the review", () => {
    it("shows who asks, where the connection stands and what will happen, and stores only inputs", async () => {
        const { steps } = await stack().preview({ a: onEndpoint(1, "accept") });
        expect(steps[0]).toMatchObject({
            op: "create",
            inputs: {
                observed: { status: "pending", requester: REQUESTER, endpointRegion: "eu-west-1" },
                transition: "accept: pending -> accepted",
                __memory: { account: "123456789012" },
            },
        });
        expect(mutations()).toEqual([]);
    });

    it("is unchanged once decided, whoever reads it and however often", async () => {
        const s = stack();
        await s.up({ a: onEndpoint(1, "accept") });
        for (const run of ["preview", "up", "preview"] as const) {
            const { steps } = await s[run]({ a: onEndpoint(1, "accept") });
            expect(steps.map((step) => step.op)).toEqual(["same"]);
            expect(steps[0]?.inputs).not.toHaveProperty("transition");
        }
        expect(mutations()).toEqual([`ec2:AcceptVpcEndpointConnections ${endpoint(1)}`]);
    });

    it("ignores evidence that ignoreChanges puts back into the inputs", async () => {
        const { steps } = await stack().preview({
            a: onEndpoint(1, "accept", {
                observed: { status: "accepted" },
                transition: "old",
                warnings: ["old"],
                __held: true,
            }),
        });
        expect(steps[0]?.inputs).toMatchObject({
            observed: { status: "pending" },
            transition: "accept: pending -> accepted",
        });
        expect(steps[0]?.inputs).not.toHaveProperty("warnings");
        expect(steps[0]?.inputs).not.toHaveProperty("__held");
    });

    it("does not react to an unknown connection or decision, and judges what is known of the rest", async () => {
        const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
        const { steps, failures } = await stack().preview({
            a: { ...onEndpoint(1, "accept"), decision: unknown },
            b: {
                connection: { kind: "aws:vpcEndpoint", serviceId: unknown, endpointId: endpoint(1) },
                decision: "accept",
            },
            c: onEndpoint(1, "accept", { expectedRequester: unknown, reason: unknown }),
        });
        expect(failures).toEqual({});
        expect(steps.map((step) => step.inputs.transition)).toEqual([unknown, unknown, "accept: pending -> accepted"]);
    });

    it("replaces by the resolved connection, not by its spelling", async () => {
        const s = stack();
        await s.up({ a: onEndpoint(1, "accept") });
        const spelled = onEndpoint(1, "accept");
        Object.assign(spelled.connection as Wire, { region: "eu-west-1" });
        expect((await s.preview({ a: spelled })).steps.map((step) => step.op)).toEqual(["same"]);
        setEndpoint(2, "pendingAcceptance");
        expect((await s.preview({ a: onEndpoint(2, "accept") })).steps.map((step) => step.op)).toContain("replace");
    });
});

describe("adoption and authorship", () => {
    it("adopts what is decided already and sends nothing", async () => {
        setEndpoint(1, "available");
        const s = stack();
        await s.up({ a: onEndpoint(1, "accept") });
        expect(mutations()).toEqual([]);
        expect(s.outputs("a")).toMatchObject({
            observed: { status: "accepted" },
            cloudStatus: "available",
            decidedBy: "found",
        });
        expect(s.outputs("a")).not.toHaveProperty("decidedAt");
    });

    it("says when this stack decided, and keeps saying so", async () => {
        const s = stack();
        await s.up({ a: onEndpoint(1, "accept") });
        const { decidedBy, decidedAt } = s.outputs("a");
        expect(decidedBy).toBe("us");
        expect(Date.parse(String(decidedAt))).toBeGreaterThan(0);
        await s.up({ a: onEndpoint(1, "accept", { reason: "because" }) });
        expect(s.outputs("a")).toMatchObject({ decidedBy, decidedAt, reason: "because" });
    });

    it("calls no mutating operation when only the reason changes", async () => {
        const s = stack();
        await s.up({ a: onEndpoint(1, "accept", { reason: "one" }) });
        clouds.simulator.clearCalls();
        const { steps } = await s.up({ a: onEndpoint(1, "accept", { reason: "two" }) });
        expect(steps.map((step) => step.op)).toEqual(["update"]);
        expect(mutations()).toEqual([]);
    });
});

describe("drift", () => {
    it("is shown in the preview without a refresh, and corrected", async () => {
        const s = stack();
        await s.up({ a: onEndpoint(1, "accept") });
        setEndpoint(1, "rejected");
        const { steps } = await s.preview({ a: onEndpoint(1, "accept") });
        expect(steps[0]).toMatchObject({
            op: "update",
            inputs: {
                observed: { status: "rejected" },
                transition: "accept: rejected -> accepted (undocumented: tried, the cloud may refuse)",
            },
        });
        await s.up({ a: onEndpoint(1, "accept") });
        expect(stateOf(1)).toBe("available");
    });

    it("under hold is shown on every run and nothing is sent until the declaration changes, with and without refresh", async () => {
        const s = stack();
        const held = onEndpoint(1, "accept", { onDrift: "hold" });
        await s.up({ a: held });
        setEndpoint(1, "rejected");
        clouds.simulator.clearCalls();
        for (const run of ["preview", "up", "refresh", "up", "preview", "up"] as const) {
            const result = run === "refresh" ? await s.refresh() : await s[run]({ a: held });
            if (run !== "refresh") {
                expect(result.steps[0]).toMatchObject({
                    op: "update",
                    inputs: { transition: "held: declared accept, rejected outside (onDrift: hold; nothing is sent)" },
                });
            }
        }
        expect(mutations()).toEqual([]);
        expect(s.outputs("a").observed).toMatchObject({ status: "rejected" });
        await s.up({ a: onEndpoint(1, "accept", { onDrift: "correct" }) });
        expect(stateOf(1)).toBe("available");
    });

    it("does not hold back a decision that was never carried out", async () => {
        const s = stack();
        await s.up({ a: onEndpoint(1, "reject", { onDrift: "hold" }) });
        await s.up({ a: onEndpoint(1, "accept", { onDrift: "hold" }) });
        expect(stateOf(1)).toBe("available");
    });

    it("stores a status that moved by itself, without a call that changes anything", async () => {
        const s = stack();
        await s.up({ a: onEndpoint(1, "reject") });
        setEndpoint(1, "expired");
        clouds.simulator.clearCalls();
        const { steps } = await s.up({ a: onEndpoint(1, "reject") });
        expect(steps.map((step) => step.op)).toEqual(["update"]);
        expect(s.outputs("a").observed).toMatchObject({ status: "expired" });
        expect((await s.preview({ a: onEndpoint(1, "reject") })).steps.map((step) => step.op)).toEqual(["same"]);
        expect(mutations()).toEqual([]);
    });

    it("is seen by refresh too, and refresh right after up sees none", async () => {
        const s = stack();
        await s.up({ a: onEndpoint(1, "accept") });
        expect((await s.refresh()).steps.map((step) => step.op)).toEqual(["same"]);
        setEndpoint(1, "rejected");
        expect((await s.refresh()).steps.map((step) => step.op)).toEqual(["refresh"]);
        expect((await s.preview({ a: onEndpoint(1, "accept") })).steps[0]).toMatchObject({ op: "update" });
    });
});

describe("the guard", () => {
    it("fails the preview when another account asks, with the live facts and the remedy, and sends nothing", async () => {
        const { failures } = await stack().up({ a: onEndpoint(1, "accept", { expectedRequester: "999988887777" }) });
        expect(failures.a).toBe(
            [
                `Will not accept: the requester is ${REQUESTER}, expected 999988887777.`,
                `  connection: aws:vpcEndpoint/eu-west-1/${SERVICE}/${endpoint(1)}`,
                "  status: pending (pendingAcceptance)",
                `  requester: ${REQUESTER}`,
                `  requested at: ${clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.[0]?.creationTimestamp}`,
                "  what to do: find out who asks; correct the declaration only if this is the request you mean",
            ].join("\n"),
        );
        expect(mutations()).toEqual([]);
    });

    it("takes any of several accounts", async () => {
        const { failures } = await stack().up({
            a: onEndpoint(1, "accept", { expectedRequester: ["999988887777", REQUESTER] }),
        });
        expect(failures).toEqual({});
    });

    it("warns where the cloud does not tell who asks, and up refuses", async () => {
        const { world } = clouds.simulator;
        delete world.aws?.[0]?.endpointServices?.[0]?.connections?.[0]?.owner;
        clouds.simulator.world = world;
        const program = { a: onEndpoint(1, "accept", { expectedRequester: REQUESTER }) };
        const preview = await stack().preview(program);
        expect(preview.steps[0]?.inputs.warnings).toEqual([
            `the cloud does not tell who asks; expected ${REQUESTER}; up will not send anything`,
        ]);
        const up = await stack().up(program);
        expect(up.failures.a).toContain("Will not accept: the cloud does not tell who asks");
        expect(mutations()).toEqual([]);
    });

    it("looks at evidence: one value, any of a list, all of a list of the cloud's", async () => {
        const s = stack();
        const preview = (more: Wire) => s.preview({ a: onPeering("accept", more) });
        expect((await preview({ expectedEvidence: { vpcId: "vpc-bp1aevy8sofi8mh1q" } })).failures).toEqual({});
        expect((await preview({ expectedEvidence: { cidrs: ["10.20.0.0/16", "10.21.0.0/16"] } })).failures).toEqual({});
        expect((await preview({ expectedEvidence: { cidrs: ["10.21.0.0/16"] } })).failures.a).toContain(
            "Will not accept: cidrs is 10.20.0.0/16, expected 10.21.0.0/16.",
        );
        expect((await preview({ expectedEvidence: { vpc: "x" } })).failures.a).toBe(
            "expectedEvidence.vpc is never told for alibaba:vpcPeering; it tells vpcId, cidrs, region, acceptingVpcId, acceptingRegion, businessStatus",
        );
    });

    it("is mandatory for accepts under connections:requireExpectedRequester", async () => {
        const { failures } = await stack({ "connections:requireExpectedRequester": "true" }).preview({
            a: onEndpoint(1, "accept"),
            b: onInbound("reject"),
        });
        expect(Object.keys(failures)).toEqual(["a"]);
        expect(failures.a).toContain("set expectedRequester");
    });
});

describe("what cannot be", () => {
    it("fails the preview for rejecting what was accepted on a kind that cannot, and does it with allowRemoval", async () => {
        clouds.simulator.world = worldWith({ inbound: "ACTIVE", peering: "Activated" });
        const s = stack();
        const { failures } = await s.up({ a: onInbound("reject"), b: onPeering("reject") });
        for (const name of ["a", "b"]) {
            expect(failures[name]).toContain(
                "this kind of connection cannot be rejected once it is accepted; the only way is to delete it",
            );
            expect(failures[name]).toContain("set allowRemoval: true");
        }
        const allowed = {
            a: onInbound("reject", { allowRemoval: true }),
            b: onPeering("reject", { allowRemoval: true }),
        };
        const { steps } = await s.preview(allowed);
        expect(steps[0]?.inputs.transition).toBe(
            "reject: accepted -> absent (CUTS a working connection; the connection is deleted, the requester must ask again)",
        );
        expect((await s.up(allowed)).failures).toEqual({});
        expect(mutations().sort()).toEqual([
            "es:DeleteInboundConnection a1b2c3d4e5f6",
            "vpc:DeleteVpcPeerConnection pcc-guzvyqlj0n6e10",
        ]);
        expect((await s.preview(allowed)).steps.map((step) => step.op)).toEqual(["same", "same"]);
    });

    it("fails on onDelete that the kind cannot do, when declared", async () => {
        const { failures } = await stack().preview({
            a: onEndpoint(1, "accept", { onDelete: "remove" }),
            b: onPeering("accept", { onDelete: "reject" }),
            c: onInbound("accept", { onDelete: "remove" }),
            d: onVpcep("accept", { onDelete: "reject" }),
        });
        expect(Object.keys(failures)).toEqual(["a", "b"]);
        expect(failures.a).toContain(
            'onDelete: "remove" is not possible: the owner of aws:vpcEndpoint connections cannot delete them',
        );
        expect(failures.b).toContain("an accepted alibaba:vpcPeering connection cannot be rejected, only deleted");
    });

    it("fails on two opposite declarations of one connection, and warns on two equal ones", async () => {
        const opposite = await stack().preview({ a: onEndpoint(1, "accept"), b: onEndpoint(1, "reject") });
        expect(opposite.failures.b).toContain("This program declares two opposite decisions about one connection.");
        expect(opposite.failures.b).toMatch(/a: accept\n {2}b: reject/);
        const equal = await stack().preview({ a: onEndpoint(1, "accept"), b: onEndpoint(1, "accept") });
        expect(equal.failures).toEqual({});
        expect(equal.logs.filter(({ level }) => level === "warning").map((log) => log.text)).toEqual([
            expect.stringContaining("is declared twice, also as a"),
        ]);
    });

    it("reports a request that lapsed before this run, decides the others, and fails for one that lapsed meanwhile", async () => {
        clouds.simulator.world = worldWith({ endpoints: ["expired", "pendingAcceptance", "failed"] });
        const program = { a: onEndpoint(1, "accept"), b: onEndpoint(2, "accept"), c: onEndpoint(3, "accept") };
        const preview = await stack().preview(program);
        expect(preview.failures).toEqual({});
        expect(preview.steps[0]?.inputs.warnings).toEqual([
            "cannot be accepted: the request is expired; ask the requester to create the endpoint again",
        ]);
        const s = stack();
        const up = await s.up(program);
        expect(up.failures).toEqual({});
        expect(s.outputs("a")).toMatchObject({ observed: { status: "expired" }, warnings: [expect.anything()] });
        expect(stateOf(2)).toBe("available");
        expect((await s.preview(program)).steps.map((step) => step.op)).toEqual(["same", "same", "same"]);
        clouds.simulator.world = worldWith({ endpoints: ["pendingAcceptance"] });
        const meanwhile = await stack().up({ a: onEndpoint(1, "accept") }, () => setEndpoint(1, "expired"));
        expect(meanwhile.failures.a).toContain("Cannot accept: the request is expired and can no longer be accepted.");
    });

    it("reports the refusal of an undocumented transition verbatim", async () => {
        clouds.simulator.world = worldWith({
            endpoints: ["rejected"],
            undocumented: { ec2AcceptRejected: "unsuccessful" },
        });
        const { failures } = await stack().up({ a: onEndpoint(1, "accept") });
        expect(failures.a).toContain("Cannot accept: the cloud refused.");
        expect(failures.a).toContain("code: InvalidParameter");
        expect(failures.a).toContain(`the cloud's words: VPC endpoint ${endpoint(1)} is in state rejected`);
    });
});

describe("a request that is still being made", () => {
    const made = () =>
        void Object.assign(clouds.simulator.world.alibaba?.[0]?.vpcPeerConnections?.[0] ?? {}, { status: "Accepting" });

    it.each(["accept", "reject"] as const)("is waited for, then %sed as the preview said", async (decision) => {
        clouds.simulator.world = worldWith({ peering: "Creating" });
        const s = stack();
        const preview = await s.preview({ a: onPeering(decision) });
        expect(preview.steps[0]?.inputs.transition).toContain(`${decision}: accepting -> ${decision}ed`);
        expect((await s.up({ a: onPeering(decision) }, made)).failures).toEqual({});
        expect(mutations()).toHaveLength(1);
        expect((await s.preview({ a: onPeering(decision) })).steps.map((step) => step.op)).toEqual(["same"]);
    });

    it("is no connection that works: rules that reject it would not cut anything", async () => {
        clouds.simulator.world = worldWith({ peering: "Creating" });
        const rules = [{ name: "blocked", requester: "983117732402483989", verdict: "reject" }];
        const { steps } = await stack().preview({ l: { scope: { kind: "alibaba:vpcPeering" }, rules } });
        expect(Object.values(steps[0]?.inputs.verdicts as object)).toEqual([
            "reject: accepting, rule blocked, requester 983117732402483989 (waiting for the cloud)",
        ]);
    });
});

describe("absence", () => {
    it("waits for a request that is not there yet, and says so when it does not come", async () => {
        const program = { a: onEndpoint(9, "accept", { waitForRequest: "10s" }) };
        const preview = await stack().preview(program);
        expect(preview.steps[0]?.inputs).toMatchObject({
            observed: { status: "absent" },
            transition: "accept: absent -> accepted (up waits 10s for the request)",
            warnings: ["there is no such request yet"],
        });
        const { failures } = await stack().up(program);
        expect(failures.a).toContain("Cannot accept: there is no such request after 10s.");
        expect(failures.a).toContain(`looked in: endpoint service ${SERVICE} in eu-west-1`);
    });

    it("accepts a request that comes while up waits", async () => {
        const s = stack();
        const running = s.up({ a: onEndpoint(9, "accept", { waitForRequest: "1h" }) });
        setTimeout(() => setEndpoint(9, "pendingAcceptance"), 200);
        expect((await running).failures).toEqual({});
        expect(s.outputs("a")).toMatchObject({ observed: { status: "accepted" }, decidedBy: "us" });
    });

    it("keeps a reject of a request never seen, with a warning, and decides it when it comes", async () => {
        const s = stack();
        const program = { a: onEndpoint(9, "reject") };
        await s.up(program);
        expect(s.outputs("a")).toMatchObject({
            observed: { status: "absent" },
            warnings: [expect.stringContaining("no such request has been seen yet")],
        });
        expect((await s.preview(program)).steps.map((step) => step.op)).toEqual(["same"]);
        setEndpoint(9, "pendingAcceptance");
        await s.up(program);
        expect(s.outputs("a")).toMatchObject({ observed: { status: "rejected" }, decidedBy: "us" });
        expect(s.outputs("a")).not.toHaveProperty("warnings");
    });

    it("keeps what was decided and is gone as absent, without failing, through refresh and up", async () => {
        const s = stack();
        const program = { a: onEndpoint(1, "accept") };
        await s.up(program);
        setEndpoint(1, undefined);
        for (const run of ["preview", "refresh", "up", "refresh", "up"] as const) {
            const result = run === "refresh" ? await s.refresh() : await s[run](program);
            expect(result.failures).toEqual({});
        }
        expect(s.outputs("a")).toMatchObject({ observed: { status: "absent", gone: true } });
        expect((await s.preview(program)).steps.map((step) => step.op)).toEqual(["same"]);
    });

    it("of a request that was rejected here is not called withdrawn", async () => {
        const s = stack();
        await s.up({ a: onEndpoint(1, "reject") });
        setEndpoint(1, undefined);
        const accept = { a: onEndpoint(1, "accept") };
        const told = [
            "cannot be accepted: declared reject earlier, and the request is gone; ask the requester to send it again",
        ];
        expect([(await s.up(accept)).failures, s.outputs("a").warnings]).toEqual([{}, told]);
        // Later runs and a refresh say the same: nothing changes.
        await s.refresh();
        const { steps } = await s.preview(accept);
        expect([steps.map(({ op }) => op), steps[0]?.inputs.warnings]).toEqual([["same"], told]);
        const back = await s.preview({ a: onEndpoint(1, "reject") });
        expect(back.steps[0]?.inputs.__memory).not.toHaveProperty("rejected");
    });

    it("is no proof with a missing service, another region, or a denied read: unknown, nothing satisfied, nothing sent", async () => {
        const elsewhere = { kind: "aws:vpcEndpoint", serviceId: "vpce-svc-0fffffffffffffff0", endpointId: endpoint(1) };
        const cases: Record<string, Wire> = {
            service: { connection: elsewhere, decision: "reject" },
            region: onEndpoint(1, "reject", {
                connection: { ...(onEndpoint(1, "reject").connection as Wire), region: "us-east-1" },
            }),
        };
        for (const args of Object.values(cases)) {
            const failed = await stack().preview({ a: args });
            expect(failed.failures.a).toContain("was not found with these credentials");
            expect(failed.failures.a).toContain('connections:unreadable: "warn" goes on');
            const s = stack({ "connections:unreadable": "warn" });
            const preview = await s.preview({ a: args });
            expect(preview.failures).toEqual({});
            expect(preview.steps[0]?.inputs.observed).toEqual({ status: "unknown" });
            expect(preview.logs.map((log) => log.text).join()).toContain("was not found with these credentials");
            const up = await s.up({ a: args });
            expect(up.failures.a).toContain("Cannot reject: the connection cannot be read, so nothing was sent.");
            expect(s.state.size).toBe(0);
        }
        expect(mutations()).toEqual([]);
    });

    it("fails preview, up and refresh of converged resources when the cloud cannot be read", async () => {
        const s = stack();
        await s.up({ a: onEndpoint(1, "accept") });
        clouds.simulator.addFaults({ action: "ec2:Describe*", fault: "error", status: 503, times: 1_000 });
        for (const { failures } of [
            await s.preview({ a: onEndpoint(1, "accept") }),
            await s.up({ a: onEndpoint(1, "accept", { reason: "new" }) }),
            await s.refresh(),
        ]) {
            expect(failures.a).toMatch(/cannot be read.*\n.*\n {2}reason: ec2:Describe/);
        }
        expect(mutations()).toHaveLength(1);
    });

    it("leaves converged resources as they are where that is only to be warned of, by name", async () => {
        const s = stack({ "connections:unreadable": "warn" });
        await s.up({ a: onEndpoint(1, "accept") });
        const outputs = s.outputs("a");
        clouds.simulator.addFaults({ action: "ec2:Describe*", fault: "error", status: 503, times: 1_000 });
        const preview = await s.preview({ a: onEndpoint(1, "accept") });
        expect(preview.steps.map((step) => step.op)).toEqual(["same"]);
        expect(preview.logs[0]?.text).toContain("cannot be read");
        await s.refresh();
        expect(s.outputs("a")).toEqual(outputs);
        const up = await s.up({ a: onEndpoint(1, "accept", { reason: "new" }) });
        expect(up.failures).toEqual({});
        expect(s.outputs("a")).toMatchObject({ reason: "new", observed: { status: "accepted" } });
        const flip = await s.up({ a: onEndpoint(1, "reject") });
        expect(flip.failures.a).toContain("the connection cannot be read, so nothing was sent");
    });
});

describe("another account", () => {
    it("is an error that names both, in preview, and refresh keeps the state", async () => {
        const s = stack();
        await s.up({ a: onEndpoint(1, "accept") });
        const other = { AWS_ACCESS_KEY_ID: "AKIA210987654321", AWS_SECRET_ACCESS_KEY: "secret-of-AKIA210987654321" };
        const before = { ...process.env };
        Object.assign(process.env, other);
        try {
            const { failures } = await s.preview({ a: onEndpoint(1, "accept") });
            expect(failures.a).toContain(
                "This decision belongs to AWS account 123456789012; the credentials now belong to 210987654321.",
            );
            const outputs = s.outputs("a");
            const refreshed = await s.refresh();
            expect(refreshed.failures.a).toContain(
                "it belongs to AWS account 123456789012, the credentials to 210987654321",
            );
            expect(s.outputs("a")).toEqual(outputs);
        } finally {
            Object.assign(process.env, before);
        }
    });

    it("of the requester cannot decide an Alibaba peering, and is told so", async () => {
        const { world } = clouds.simulator;
        world.alibaba?.push({ account: "983117732402483989" });
        clouds.simulator.world = world;
        const before = { ...process.env };
        Object.assign(process.env, {
            ALIBABA_CLOUD_ACCESS_KEY_ID: "LTAI983117732402483989",
            ALIBABA_CLOUD_ACCESS_KEY_SECRET: "secret-of-LTAI983117732402483989",
        });
        try {
            const { failures } = await stack().preview({ a: onPeering("accept") });
            expect(failures.a).toContain(
                "This request is addressed to Alibaba Cloud account 283117732402483989; the credentials belong to 983117732402483989",
            );
        } finally {
            Object.assign(process.env, before);
        }
    });
});

describe("the scope's own settings", () => {
    it("warn that an automatic service undoes a reject", async () => {
        clouds.simulator.world = worldWith({ acceptanceRequired: false, approvalEnabled: false });
        const { steps } = await stack().preview({
            a: onEndpoint(1, "reject"),
            b: onVpcep("reject"),
            c: onEndpoint(1, "reject"),
        });
        expect(steps[0]?.inputs.warnings).toEqual([
            expect.stringContaining("accepts requests by itself (acceptanceRequired is false)"),
        ]);
        expect(steps[1]?.inputs.warnings).toEqual([
            expect.stringContaining("accepts requests by itself (approval_enabled is false)"),
        ]);
    });
});

describe("the brake", () => {
    it("fails the preview when more working connections would be cut than allowed, with the list", async () => {
        clouds.simulator.world = worldWith({ endpoints: Array.from({ length: 4 }, () => "available") });
        const program = Object.fromEntries([1, 2, 3, 4].map((n) => [`r${n}`, onEndpoint(n, "reject")]));
        const { failures } = await stack({ "connections:maxCuts": "3" }).preview(program);
        expect(Object.keys(failures)).toEqual(["r4"]);
        expect(failures.r4).toContain("This run would cut more than 3 connections that work now:");
        expect(failures.r4?.split("\n")).toHaveLength(6);
        expect((await stack({ "connections:maxCuts": "4" }).preview(program)).failures).toEqual({});
        expect((await stack({}, { CONNECTIONS_MAX_CUTS: "2" }).preview(program)).failures).toHaveProperty("r3");
    });

    it("does not count rejects of pending requests", async () => {
        clouds.simulator.world = worldWith({ endpoints: Array.from({ length: 4 }, () => "pendingAcceptance") });
        const program = Object.fromEntries([1, 2, 3, 4].map((n) => [`r${n}`, onEndpoint(n, "reject")]));
        expect((await stack({ "connections:maxCuts": "0" }).up(program)).failures).toEqual({});
    });

    it("counts deletes too", async () => {
        clouds.simulator.world = worldWith({ endpoints: ["available", "available"] });
        const s = stack({ "connections:maxCuts": "1" });
        await s.up({
            a: onEndpoint(1, "accept", { onDelete: "reject" }),
            b: onEndpoint(2, "accept", { onDelete: "reject" }),
        });
        const { failures } = await s.destroy();
        expect(Object.keys(failures)).toEqual(["b"]);
    });
});

describe("the permission probe", () => {
    it("is off by default, and asks once per scope and action when on; a denial is a logged warning, never evidence", async () => {
        clouds.simulator.world = worldWith({
            endpoints: ["pendingAcceptance", "pendingAcceptance", "pendingAcceptance"],
        });
        const { world } = clouds.simulator;
        Object.assign(world.aws?.[0] as object, {
            principals: [{ accessKeyId: "AKIA123456789012", denied: ["ec2:RejectVpcEndpointConnections"] }],
        });
        clouds.simulator.world = world;
        const program = {
            a: onEndpoint(1, "accept"),
            b: onEndpoint(2, "reject"),
            c: onEndpoint(3, "reject"),
            d: onPeering("accept"),
        };
        const off = await stack().preview(program);
        expect(clouds.simulator.calls.filter((call) => call.outcome === "DryRunOperation")).toEqual([]);
        const on = await stack({ "connections:probe": "true" }).preview(program);
        expect(on.logs.filter(({ level }) => level === "warning").map((log) => [log.level, log.text])).toEqual([
            [
                "warning",
                "permission missing: these credentials may not reject here; up needs ec2:RejectVpcEndpointConnections",
            ],
        ]);
        expect(on.steps.map((step) => step.inputs)).toEqual(off.steps.map((step) => step.inputs));
        expect(
            clouds.simulator.calls
                .filter((call) => ["DryRunOperation", "UnauthorizedOperation"].includes(call.outcome))
                .map((call) => call.action),
        ).toEqual([
            "ec2:AcceptVpcEndpointConnections",
            "ec2:RejectVpcEndpointConnections",
            "vpc:AcceptVpcPeerConnection",
        ]);
    });
});

describe("sending", () => {
    it("takes many ids in one request where the API does, after one more read", async () => {
        clouds.simulator.world = worldWith({ endpoints: Array.from({ length: 12 }, () => "pendingAcceptance") });
        const program = Object.fromEntries(
            Array.from({ length: 12 }, (_, i) => [`a${i}`, onEndpoint(i + 1, "accept")]),
        );
        await stack().up(program);
        expect(mutations()).toHaveLength(1);
        const beforeSend = clouds.simulator.calls.findIndex(
            (call) => call.action === "ec2:AcceptVpcEndpointConnections",
        );
        const reads = clouds.simulator.calls
            .slice(0, beforeSend)
            .filter((call) => call.action === "ec2:DescribeVpcEndpointConnections");
        expect(reads).toHaveLength(2);
    });

    it("sends one by one where the API takes one id (Endpoint.2031)", async () => {
        const { world } = clouds.simulator;
        const connections = world.huawei?.[0]?.endpointServices?.[0]?.connections ?? [];
        connections.push({
            ...(connections[0] as (typeof connections)[0]),
            id: "805290f3-0d00-41f2-aedc-71e09844e879",
        });
        clouds.simulator.world = world;
        const second = onVpcep("accept");
        Object.assign(second.connection as Wire, { endpointId: "805290f3-0d00-41f2-aedc-71e09844e879" });
        const { failures } = await stack().up({ a: onVpcep("accept"), b: second });
        expect(failures).toEqual({});
        expect(mutations()).toHaveLength(2);
    });

    it("fails exactly the id that Unsuccessful names", async () => {
        clouds.simulator.world = worldWith({
            endpoints: ["pendingAcceptance", "pendingAcceptance", "pendingAcceptance"],
        });
        clouds.simulator.addFaults({
            action: "ec2:AcceptVpcEndpointConnections",
            fault: "refuseIds",
            ids: [endpoint(2)],
        });
        const program = { a: onEndpoint(1, "accept"), b: onEndpoint(2, "accept"), c: onEndpoint(3, "accept") };
        const { failures } = await stack().up(program);
        expect(Object.keys(failures)).toEqual(["b"]);
        expect(failures.b).toContain("code: InternalError");
        expect([stateOf(1), stateOf(2), stateOf(3)]).toEqual(["available", "pendingAcceptance", "available"]);
    });

    it("halves a refused batch until the offender stands alone", async () => {
        const endpoints = Array.from({ length: 5 }, () => "pendingAcceptance");
        clouds.simulator.world = worldWith({ endpoints });
        const program = Object.fromEntries(endpoints.map((_, i) => [`a${i + 1}`, onEndpoint(i + 1, "accept")]));
        clouds.simulator.addFaults({
            action: "ec2:AcceptVpcEndpointConnections",
            ids: [endpoint(4)],
            fault: "error",
            status: 400,
            code: "InvalidVpcEndpointId.NotFound",
            times: 100,
        });
        const { failures } = await stack().up(program);
        expect(Object.keys(failures)).toEqual(["a4"]);
        expect(failures.a4).toContain("code: InvalidVpcEndpointId.NotFound");
        expect(
            clouds.simulator.calls
                .filter((call) => call.action === "ec2:AcceptVpcEndpointConnections")
                .map((call) => call.ids.length),
        ).toEqual([5, 3, 2, 1, 1]);
        expect([1, 2, 3, 4, 5].map(stateOf)).toEqual(endpoints.map((state, i) => (i === 3 ? state : "available")));
    });

    it("resends what was throttled, with the same token, and nothing else", async () => {
        clouds.simulator.addFaults([
            { action: "ec2:AcceptVpcEndpointConnections", fault: "throttle", times: 3 },
            { action: "vpc:AcceptVpcPeerConnection", fault: "throttle", times: 2 },
            { action: "vpcep:connections:update", fault: "throttle", times: 2 },
            { action: "es:AcceptInboundConnection", fault: "throttle", times: 2 },
        ]);
        const { failures } = await stack().up({
            a: onEndpoint(1, "accept"),
            b: onPeering("accept"),
            c: onVpcep("accept"),
            d: onInbound("accept"),
        });
        expect(failures).toEqual({});
    });

    it.each(["reset", "error"] as const)(
        "reads after an unknown outcome (%s) and does not send what took effect",
        async (fault) => {
            for (const when of ["before", "after"] as const) {
                clouds.simulator.world = worldWith({});
                clouds.simulator.clearCalls();
                clouds.simulator.addFaults({ action: "*Accept*", fault, when, times: 1 });
                clouds.simulator.addFaults({ action: "vpcep:connections:update", fault, when, times: 1 });
                for (const args of [onEndpoint(1, "accept"), onVpcep("accept")]) {
                    clouds.simulator.clearCalls();
                    const { failures } = await stack().up({ a: args });
                    expect(failures).toEqual({});
                    expect(mutations()).toHaveLength(when === "before" ? 2 : 1);
                }
                clouds.simulator.clearFaults();
            }
        },
    );

    it("does not guard on an old read: a requester swapped before sending is refused", async () => {
        const program = { a: onEndpoint(1, "accept", { expectedRequester: REQUESTER }) };
        const swap = () => setEndpoint(1, "pendingAcceptance", "999988887777");
        const { failures, steps } = await stack().up(program, swap);
        expect(steps[0]?.inputs.observed).toMatchObject({ requester: REQUESTER });
        expect(failures.a).toContain("Will not accept: the requester is 999988887777");
        expect(mutations()).toEqual([]);
    });

    it("reads again after every wait: a requester swapped while a throttled accept waits is refused", async () => {
        clouds.simulator.addFaults({ action: "ec2:Accept*", fault: "throttle", times: 1 });
        const { sleep, ...clock } = virtualClock(clouds.simulator);
        const waiting = new TestStack(
            clouds.simulator,
            {},
            {},
            {
                ...clock,
                async sleep(ms, signal) {
                    if (mutations().length === 1) {
                        setEndpoint(1, "pendingAcceptance", "999988887777");
                    }
                    await sleep(ms, signal);
                },
            },
        );
        const { failures } = await waiting.up({ a: onEndpoint(1, "accept", { expectedRequester: REQUESTER }) });
        expect(failures.a).toContain("Will not accept: the requester is 999988887777");
        expect(mutations()).toHaveLength(1);
    });
});

describe("settling", () => {
    it("waits for the desired state, through the ones between", async () => {
        const s = stack();
        await s.up({
            a: onInbound("accept"),
            b: onPeering("accept"),
            c: onVpcep("accept"),
            d: onEndpoint(1, "accept"),
        });
        for (const name of ["a", "b", "c", "d"]) {
            expect(s.outputs(name).observed).toMatchObject({ status: "accepted" });
        }
    });

    it("that takes too long is a partial failure, which survives refresh and goes on without sending again", async () => {
        const s = stack();
        const short = onEndpoint(1, "accept", { timeout: "1s" });
        const { failures } = await s.up({ a: short });
        expect(failures.a).toContain("accept is not settled after");
        expect(s.outputs("a")).toMatchObject({ observed: { status: "accepting" }, decidedBy: "us" });
        await s.refresh();
        const again = await s.up({ a: onEndpoint(1, "accept") });
        expect(again.failures).toEqual({});
        expect(s.outputs("a").observed).toMatchObject({ status: "accepted" });
        expect(mutations()).toHaveLength(1);
    });

    it("takes the timeout from customTimeouts where none is declared", async () => {
        const { failures } = await stack().up({ a: onEndpoint(1, "accept", { __timeouts: { create: "1s" } }) });
        expect(failures.a).toContain("is not settled after");
    });
});

describe("deleting the resource", () => {
    it("changes nothing by default, rejects or removes when declared", async () => {
        clouds.simulator.world = worldWith({ endpoints: ["pendingAcceptance", "pendingAcceptance"] });
        const s = stack();
        await s.up({
            a: onEndpoint(1, "accept"),
            b: onEndpoint(2, "accept", { onDelete: "reject" }),
            c: onPeering("accept", { onDelete: "remove" }),
            d: onInbound("reject", { onDelete: "remove" }),
        });
        clouds.simulator.clearCalls();
        const { failures } = await s.destroy();
        expect(failures).toEqual({});
        expect(mutations().sort()).toEqual(
            [
                `ec2:RejectVpcEndpointConnections ${endpoint(2)}`,
                "es:DeleteInboundConnection a1b2c3d4e5f6",
                "vpc:DeleteVpcPeerConnection pcc-guzvyqlj0n6e10",
            ].sort(),
        );
        expect([stateOf(1), stateOf(2)]).toEqual(["available", "rejected"]);
    });

    it("is skipped, and said so, when the run declares the connection under another name", async () => {
        const s = stack();
        await s.up({ a: onEndpoint(1, "accept", { onDelete: "reject" }) });
        const { logs } = await s.up({ b: onEndpoint(1, "accept", { onDelete: "reject" }) });
        expect(stateOf(1)).toBe("available");
        expect(logs.map((log) => log.text)).toEqual([expect.stringContaining("onDelete: reject is skipped")]);
    });

    it("of something gone succeeds", async () => {
        const s = stack();
        await s.up({ a: onEndpoint(1, "accept", { onDelete: "reject" }) });
        setEndpoint(1, undefined);
        expect((await s.destroy()).failures).toEqual({});
    });
});

describe("state of other versions", () => {
    it("written by a newer version is refused with what to do", async () => {
        const s = stack();
        await s.up({ a: onEndpoint(1, "accept") });
        const recorded = s.state.get("a");
        Object.assign(recorded?.inputs ?? {}, { __schemaVersion: 3 });
        Object.assign(recorded?.outs ?? {}, { __schemaVersion: 3 });
        const { failures } = await s.preview({ a: onEndpoint(1, "accept") });
        expect(failures.a).toContain(
            "was written by a newer pulumi-connection-decision (state schema 3, this version knows up to 2)",
        );
        expect((await s.refresh()).failures.a).toContain("newer pulumi-connection-decision");
    });
});
