import path from "node:path";
import { ConnectionAdmission, type ConnectionAdmissionArgs, ConnectionDecision } from "pulumi-connection-decision";
import { describe, expect, it } from "vitest";
import { endpoint, mutationsOf, REQUESTER, SERVICE, useClouds, worldWith } from "../support/clouds";
import { failure, realStack } from "../support/pulumi";

/** What went wrong once with update plans, drift and exports. The real CLI and engine. */
const clouds = useClouds();
const OPERATION_MS = 180_000;
const STRANGER = "999988887777";
const SCOPE = { kind: "aws:vpcEndpoint", serviceId: SERVICE } as const;
const analytics: ConnectionAdmissionArgs["rules"] = [{ name: "analytics", requester: REQUESTER, verdict: "accept" }];
const onFirst = { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(1) } as const;

function states(): (string | undefined)[] {
    return (clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections ?? []).map(({ state }) => state);
}

function set(n: number, state: string): void {
    Object.assign(clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.[n - 1] as object, { state });
}

describe("drift", { timeout: OPERATION_MS }, () => {
    it("shows what was, not what the last plan saw, and its exports do not promise what up will heal", async () => {
        const real = await realStack(clouds.simulator.env);
        const program = async () => {
            const it = new ConnectionDecision("it", { connection: onFirst, decision: "accept" });
            return { status: it.status };
        };
        await real.up(program);
        set(1, "rejected");
        const { text } = await real.preview(program, { diff: true });
        expect(text).not.toMatch(/"pending" => /);
        expect(text).not.toMatch(/=> "rejected"/);
        expect(text).toContain("accept 111122223333 (nobody expected): rejected -> accepted");
    });
});

describe("update plans", { timeout: OPERATION_MS }, () => {
    it("succeed with everything exported, and store the outputs", async () => {
        const real = await realStack({ ...clouds.simulator.env, PULUMI_EXPERIMENTAL: "true" });
        clouds.simulator.world = worldWith({
            endpoints: ["pendingAcceptance", "pendingAcceptance", { state: "pendingAcceptance", owner: STRANGER }],
        });
        const program = async () => {
            const one = new ConnectionDecision("one", { connection: onFirst, decision: "accept" });
            const rules = new ConnectionAdmission("rules", { scope: SCOPE, rules: analytics, except: [one] });
            return {
                status: one.status,
                cloudStatus: one.cloudStatus,
                observed: one.observed,
                requester: one.requester,
                decidedBy: one.decidedBy,
                counts: rules.counts,
                verdicts: rules.verdicts,
                warnings: rules.warnings,
            };
        };
        const plan = path.join(real.folder, "plan.json");
        await real.preview(program, { plan });
        await real.up(program, { plan });
        expect(states()).toEqual(["available", "available", "pendingAcceptance"]);
        expect(real.outputs()).toMatchObject({ status: "accepted", requester: REQUESTER, counts: { review: "1" } });
        // Once more when nothing is due, and for an accept that the rules change into a cut.
        await real.preview(program, { plan, expectNoChanges: true });
        await real.up(program, { plan });
        const cutting = async () => {
            const rules = new ConnectionAdmission("rules", {
                scope: SCOPE,
                rules: [{ name: "none", requester: REQUESTER, verdict: "reject" }],
                existing: "enforce",
            });
            return { counts: rules.counts, verdicts: rules.verdicts };
        };
        await real.preview(cutting, { plan });
        await real.up(cutting, { plan });
        expect(states()).toEqual(["rejected", "rejected", "pendingAcceptance"]);
    });

    it("refuse readably when a human rejected what was pending", async () => {
        const real = await realStack({ ...clouds.simulator.env, PULUMI_EXPERIMENTAL: "true" });
        const program = async () => {
            new ConnectionAdmission("rules", { scope: SCOPE, rules: analytics, existing: "enforce" });
        };
        const plan = path.join(real.folder, "plan.json");
        await real.preview(program, { plan });
        set(1, "rejected");
        const text = await failure(real.up(program, { plan }));
        expect(text).toContain("violates plan");
        expect(text).not.toContain("__memory");
        expect([states(), mutationsOf(clouds.simulator)]).toEqual([["rejected"], []]);
    });
});
