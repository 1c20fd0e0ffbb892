import path from "node:path";
import { ConnectionAdmission, type ConnectionAdmissionArgs, ConnectionDecision } from "pulumi-connection-decision";
import { describe, expect, it } from "vitest";
import { endpoint, REQUESTER, SERVICE, useClouds, worldWith } from "../support/clouds";
import { diagnostics, failure, inputsOf, type Printed, realStack } from "../support/pulumi";

/** A whole service under rules, with the real CLI and engine and the SDK's real provider process. */
const clouds = useClouds({ settleMs: 200 });
const OPERATION_MS = 120_000;
const STRANGER = "999988887777";
const PARTNER = "444455556666";

const SCOPE = { kind: "aws:vpcEndpoint", serviceId: SERVICE } as const;
const RULES: ConnectionAdmissionArgs["rules"] = [
    { name: "blocked", requester: STRANGER, verdict: "reject" },
    { name: "analytics", requester: [REQUESTER], verdict: "accept" },
];

function connections() {
    return clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections ?? [];
}

function operation({ events }: Printed): string | undefined {
    return events
        .map((event) => event.resourcePreEvent?.metadata ?? event.resOutputsEvent?.metadata)
        .find((metadata) => metadata?.type.includes("ConnectionAdmission"))?.op;
}

function calls(action: string): number {
    return clouds.simulator.calls.filter((call) => call.action === `ec2:${action}VpcEndpointConnections`).length;
}

describe("an admission", { timeout: OPERATION_MS }, () => {
    it("is reviewed, applied, converged, drifted, refreshed and destroyed", async () => {
        clouds.simulator.world = worldWith({
            endpoints: [
                "pendingAcceptance",
                { state: "pendingAcceptance", owner: STRANGER },
                { state: "pendingAcceptance", owner: PARTNER },
                "pendingAcceptance",
            ],
        });
        const stack = await realStack(clouds.simulator.env);
        const program = async () => {
            const own = new ConnectionDecision("own", {
                connection: { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(4) },
                decision: "reject",
            });
            const admission = new ConnectionAdmission("ledger", {
                scope: SCOPE,
                rules: RULES,
                except: [own.connection],
                reason: "the ledger API is for analytics",
            });
            return { waiting: admission.counts.apply((counts) => counts?.review ?? "0") };
        };
        const preview = await stack.preview(program, { diff: true });
        expect(preview.text).toContain(`${endpoint(1)}: "accept: pending, rule analytics, requester ${REQUESTER}"`);
        expect(preview.text).toContain(`${endpoint(2)}: "reject: pending, rule blocked, requester ${STRANGER}"`);
        expect(preview.text).toContain(`${endpoint(3)}: "review: no rule, requester ${PARTNER}"`);
        expect(preview.text).not.toContain("__");
        expect(diagnostics(preview)).toContain(
            [
                "info ledger: ledger: reject 1, accept 1 (not touched: 1 for review)",
                `  ${endpoint(2)} reject: pending, rule blocked, requester ${STRANGER}`,
                `  ${endpoint(1)} accept: pending, rule analytics, requester ${REQUESTER}`,
            ].join("\n"),
        );
        expect(preview.text).toMatch(/waiting *: \[unknown\]/);

        await stack.up(program);
        expect(connections().map(({ state }) => state)).toEqual([
            "available",
            "rejected",
            "pendingAcceptance",
            "rejected",
        ]);
        expect(operation(await stack.preview(program, { expectNoChanges: true }))).toBe("same");

        connections().push({ vpcEndpointId: endpoint(5), owner: PARTNER, state: "pendingAcceptance" });
        const arrived = await stack.preview(program, { diff: true });
        expect(arrived.text).toMatch(new RegExp(`\\+ *${endpoint(5)} *: "review: no rule, requester ${PARTNER}"`));
        await stack.refresh();
        expect(operation(await stack.preview(program, { expectNoChanges: true }))).toBe("same");
        const before = connections().map(({ state }) => state);
        await stack.destroy();
        expect(connections().map(({ state }) => state)).toEqual(before);
    });

    it("binds an update plan to its list", async () => {
        clouds.simulator.world = worldWith({ endpoints: ["pendingAcceptance"] });
        const stack = await realStack({ ...clouds.simulator.env, PULUMI_EXPERIMENTAL: "true" });
        const program = async () => {
            new ConnectionAdmission("ledger", { scope: SCOPE, rules: RULES });
        };
        const plan = path.join(stack.folder, "plan.json");
        await stack.preview(program, { plan });
        connections().push({ vpcEndpointId: endpoint(2), owner: REQUESTER, state: "pendingAcceptance" });
        expect(await failure(stack.up(program, { plan }))).toContain("violates plan");
        expect(calls("Accept")).toBe(0);
        connections().pop();
        await stack.up(program, { plan });
        expect(connections()[0]?.state).toBe("available");
    });

    it("names a hundred of many, lists all in JSON, and decides them in the fewest calls", async () => {
        const many = 700;
        clouds.simulator.world = worldWith({
            endpoints: Array.from({ length: many }, (_, i) =>
                i % 7 === 0 ? { state: "pendingAcceptance", owner: STRANGER } : "pendingAcceptance",
            ),
        });
        const stack = await realStack(clouds.simulator.env);
        const program = async () => {
            new ConnectionAdmission("ledger", { scope: SCOPE, rules: RULES });
        };
        const preview = await stack.preview(program);
        expect(calls("Describe")).toBe(1);
        const inputs = inputsOf(preview, "ledger");
        expect(Object.keys(inputs.verdicts as object)).toHaveLength(100);
        expect(inputs.transition).toBe("reject 100, accept 600");
        expect(inputs.__listed).toMatchObject({
            "accept pending": expect.stringContaining(endpoint(many)),
            "reject pending": expect.stringContaining(endpoint(1)),
        });
        await stack.up(program);
        expect([calls("Accept"), calls("Reject")]).toEqual([2, 1]);
        expect(connections().filter(({ state }) => state === "available")).toHaveLength(600);
        await stack.refresh();
        expect(stack.state().length).toBeLessThan(10_000);
    });

    it("records what is done when one fails, and goes on at the next up", async () => {
        clouds.simulator.world = worldWith({ endpoints: ["pendingAcceptance", "pendingAcceptance"] });
        clouds.simulator.addFaults({ action: "ec2:Accept*", fault: "refuseIds", ids: [endpoint(2)], times: 1 });
        const stack = await realStack(clouds.simulator.env);
        const program = async () => {
            new ConnectionAdmission("ledger", { scope: SCOPE, rules: RULES });
        };
        const text = await failure(stack.up(program));
        expect(text).toContain("1 of 2 connections failed; the others are done.");
        expect(text).toContain(endpoint(2));
        await stack.up(program);
        expect(connections().map(({ state }) => state)).toEqual(["available", "available"]);
        expect(calls("Accept")).toBe(2);
    });
});
