import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import * as dynamic from "pulumi-connection-decision";
import * as plugin from "pulumi-connection-decision/plugin";
import { describe, expect, it } from "vitest";
import { endpoint, mutationsOf, REQUESTER, SERVICE, useClouds, worldWith } from "../support/clouds";
import { diagnostics, failure, operations, type Printed, realStack } from "../support/pulumi";

/** The resource plugin as a release has it, in the real engine. */
const clouds = useClouds();
const OPERATION_MS = 180_000;
const STRANGER = "999988887777";
const SCOPE = { kind: "aws:vpcEndpoint", serviceId: SERVICE } as const;
const at = (n: number) => ({ kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(n) }) as const;

function set(n: number, state: string): void {
    Object.assign(clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.[n - 1] as object, { state });
}

function states(): (string | undefined)[] {
    return (clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections ?? []).map(({ state }) => state);
}

/** Outputs of the stack as the run's events have them, unknown ones left out. */
function stackOutputs({ events }: Printed): Record<string, unknown> {
    const found = events.map((e) => e.resOutputsEvent?.metadata).find((m) => m?.type === "pulumi:pulumi:Stack");
    return (found?.new?.outputs ?? {}) as Record<string, unknown>;
}

describe("the resource plugin", { timeout: OPERATION_MS }, () => {
    it("previews, decides, shows drift value by value, heals, updates, replaces and keeps on destroy", async () => {
        clouds.simulator.world = worldWith({ endpoints: ["pendingAcceptance", "pendingAcceptance"] });
        const real = await realStack(clouds.simulator.env, { "connections:awsRegion": "eu-west-1" }, "plugin");
        const program = (n: number, reason: string) => async () => {
            const connection = at(n);
            const it = new plugin.ConnectionDecision("it", { connection, decision: "accept", reason });
            return { status: it.status, requester: it.requester, by: it.decidedBy, id: it.connectionId };
        };
        const preview = await real.preview(program(1, "CHG-1"), { diff: true });
        expect(preview.text).toMatch(/transition +: "accept: pending -> accepted"/);
        expect(preview.text).toContain(`it: accept ${REQUESTER} (nobody expected): pending -> accepted`);
        expect(preview.text).toMatch(/status +: \[unknown\]/);
        expect(mutationsOf(clouds.simulator)).toEqual([]);

        const up = await real.up(program(1, "CHG-1"));
        expect(stackOutputs(up)).toEqual({
            status: "accepted",
            requester: REQUESTER,
            by: "us",
            id: endpoint(1),
        });

        set(1, "rejected");
        const drift = await real.preview(program(1, "CHG-1"), { diff: true });
        expect(drift.text).toContain('~ status: "accepted" => "rejected"');
        expect(drift.text).toContain('+ transition: "accept: rejected -> accepted');
        const healed = await real.up(program(1, "CHG-2"), { diff: true });
        expect(healed.text).toContain('~ reason    : "CHG-1" => "CHG-2"');
        expect(states()).toEqual(["available", "pendingAcceptance"]);
        await real.preview(program(1, "CHG-2"), { expectNoChanges: true });

        const replaced = await real.up(program(2, "CHG-2"), { diff: true });
        expect(operations(replaced)).toEqual({ it: "delete-replaced" });
        expect(replaced.text).toMatch(new RegExp(`~ endpointId: "${endpoint(1)}" => "${endpoint(2)}"`));
        expect(states()).toEqual(["available", "available"]);
        await real.destroy();
        expect(states()).toEqual(["available", "available"]);
        expect(mutationsOf(clouds.simulator)).toHaveLength(3);
    });

    it("finds out about drift in a refresh, which shows old and new", async () => {
        const real = await realStack(clouds.simulator.env, {}, "plugin");
        const program = async () => {
            new plugin.ConnectionDecision("it", { connection: at(1), decision: "accept", onDrift: "hold" });
        };
        await real.up(program);
        set(1, "rejected");
        const refreshed = await real.cli("refresh", "--yes", "--diff", "--stack", "test", "--non-interactive");
        expect(refreshed.text).toMatch(/~ status *: "accepted" => "rejected"/);
        expect(refreshed.text).toMatch(/~ cloudStatus *: "available" => "rejected"/);
        const held = await real.up(program);
        expect(diagnostics(held).join("\n")).toContain("hold");
        expect(states()).toEqual(["rejected"]);
    });

    it("refuses a plan when somebody acted in between, and carries it out when nobody did", async () => {
        const env = { ...clouds.simulator.env, PULUMI_EXPERIMENTAL: "true" };
        clouds.simulator.world = worldWith({ endpoints: ["pendingAcceptance", "pendingAcceptance"] });
        const real = await realStack(env, {}, "plugin");
        const program = async () => {
            const one = new plugin.ConnectionDecision("one", { connection: at(1), decision: "accept" });
            const rules = new plugin.ConnectionAdmission("rules", {
                scope: SCOPE,
                rules: [{ name: "analytics", requester: REQUESTER, verdict: "accept" }],
                except: [one],
            });
            return { status: one.status, observed: one.observed, counts: rules.counts, verdicts: rules.verdicts };
        };
        const plan = path.join(real.folder, "plan.json");
        await real.preview(program, { plan });
        set(1, "rejected");
        const text = await failure(real.up(program, { plan }));
        expect(text).toContain("violates plan");
        expect(states()).toEqual(["rejected", "pendingAcceptance"]);
        set(1, "pendingAcceptance");
        const up = await real.up(program, { plan });
        expect(states()).toEqual(["available", "available"]);
        expect(stackOutputs(up)).toMatchObject({ status: "accepted", counts: {}, verdicts: {} });
    });

    it("lists what is pending and looks at a connection, in functions of the package", async () => {
        clouds.simulator.world = worldWith({ endpoints: ["pendingAcceptance", "available"], inbound: "ACTIVE" });
        const real = await realStack(clouds.simulator.env, { "connections:awsRegion": "eu-west-1" }, "plugin");
        const invoke = (name: string, args: object) => pulumi.runtime.invoke(`connections:index:${name}`, args);
        let found: unknown;
        await real.preview(async () => {
            const pending = await invoke("listPending", { kinds: ["aws:vpcEndpoint", "aws:openSearchInbound"] });
            const second = await invoke("getConnection", { id: `aws:vpcEndpoint/eu-west-1/${SERVICE}/${endpoint(2)}` });
            found = { pending, second };
        });
        expect(found).toMatchObject({
            pending: {
                complete: true,
                failed: [],
                requests: [{ connectionId: endpoint(1), requester: REQUESTER, status: "pending", connection: at(1) }],
            },
            second: { status: "accepted", requester: REQUESTER, connectionId: endpoint(2), connection: at(2) },
        });
        const text = await failure(real.preview(async () => void (await invoke("listPending", { kind: "x" }))));
        expect(text).toContain("kind is not an argument of connections:index:listPending; did you mean kinds?");
    });

    it("fails a preview for a stranger, an unknown argument and an unknown setting, each with what to do", async () => {
        clouds.simulator.world = worldWith({ endpoints: [{ state: "pendingAcceptance", owner: STRANGER }] });
        const real = await realStack(clouds.simulator.env, {}, "plugin");
        const declared = (more: object) => async () => {
            new plugin.ConnectionDecision("it", { connection: at(1), decision: "accept", ...more });
        };
        expect(await failure(real.preview(declared({ expectedRequester: REQUESTER })))).toContain(STRANGER);
        const raw = async () => {
            // A program of another language has no class of ours that could refuse it.
            class Plain extends pulumi.CustomResource {}
            new Plain("connections:index:ConnectionDecision", "it", {
                connection: at(1),
                decision: "accept",
                expectedRequestor: [REQUESTER],
            });
        };
        const misspelled = await failure(real.preview(raw));
        expect(misspelled).toContain("expectedRequestor is not an argument of ConnectionDecision; did you mean");
        expect(misspelled).not.toContain("at Object");
        real.setConfig({ "connections:maxCut": "3" });
        expect(await failure(real.preview(declared({})))).toContain("did you mean maxCuts?");
        expect(mutationsOf(clouds.simulator)).toEqual([]);
    });

    it("names the setting that a plugin can see where another package's does not reach it", async () => {
        const { AWS_REGION: _region, AWS_DEFAULT_REGION: _default, ...env } = clouds.simulator.env;
        const real = await realStack({ ...env, AWS_REGION: "" }, { "aws:region": "eu-west-1" }, "plugin");
        const text = await failure(
            real.preview(async () => {
                new plugin.ConnectionDecision("it", { connection: at(1), decision: "accept" });
            }),
        );
        expect(text).toContain("No region for this VPC endpoint connection.");
        expect(text).toContain("aws:region does not reach a resource plugin; set connections:awsRegion");
    });

    it("shares contradictions and the brake of a run with the dynamic provider", async () => {
        const real = await realStack(clouds.simulator.env, {}, "plugin");
        const program = async () => {
            new dynamic.ConnectionDecision("ours", { connection: at(1), decision: "accept" });
            new plugin.ConnectionDecision("theirs", { connection: at(1), decision: "reject" });
        };
        expect(await failure(real.preview(program))).toContain(
            "This program declares two opposite decisions about one connection.",
        );
    });
});

describe("a decision of a dynamic provider", { timeout: OPERATION_MS }, () => {
    it("is taken over by the plugin, and given back, with nothing sent and no output missing", async () => {
        const real = await realStack(clouds.simulator.env, {}, "plugin");
        const args = { connection: at(1), decision: "accept", onDelete: "reject" } as const;
        const outputsOf = (it: dynamic.ConnectionDecision) => ({
            status: it.status,
            requester: it.requester,
            id: it.connectionId,
            by: it.decidedBy,
        });
        const before = await real.up(async () => outputsOf(new dynamic.ConnectionDecision("it", args)));
        const toPlugin = await real.up(async () => outputsOf(new plugin.ConnectionDecision("it", args)));
        expect(operations(toPlugin)).toEqual({ it: "same" });
        expect(stackOutputs(toPlugin)).toEqual(stackOutputs(before));
        // A change that is stored, so that the plugin writes the state.
        const changed = { ...args, reason: "moved" };
        await real.up(async () => outputsOf(new plugin.ConnectionDecision("it", changed)));
        const aliases = [{ type: "connections:index:ConnectionDecision" }];
        const back = await real.up(async () => outputsOf(new dynamic.ConnectionDecision("it", changed, { aliases })));
        expect(stackOutputs(back)).toEqual(stackOutputs(before));
        expect(mutationsOf(clouds.simulator)).toHaveLength(1);
        expect(states()).toEqual(["available"]);
        const destroyed = await real.destroy();
        expect(states(), destroyed.text).toEqual(["rejected"]);
    });
});
