import { ConnectionAdmission, type ConnectionAdmissionArgs, ConnectionDecision } from "pulumi-connection-decision";
import { describe, expect, it } from "vitest";
import { endpoint, REQUESTER, SERVICE, useClouds, worldWith } from "../support/clouds";
import { diagnostics, failure, operations, realStack } from "../support/pulumi";

/** What went wrong once where the engine's own behaviour matters: targets and handing over. The real CLI and engine. */
const clouds = useClouds();
const OPERATION_MS = 180_000;
const SCOPE = { kind: "aws:vpcEndpoint", serviceId: SERVICE } as const;
const TYPE = "pulumi-nodejs:dynamic/connection:ConnectionDecision";
const analytics: ConnectionAdmissionArgs["rules"] = [{ name: "analytics", requester: REQUESTER, verdict: "accept" }];
const onFirst = { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(1) } as const;

function urn(name: string): string {
    return `urn:pulumi:test::decisions::${TYPE}::${name}`;
}

function states(): (string | undefined)[] {
    return (clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections ?? []).map(({ state }) => state);
}

describe("a target", { timeout: OPERATION_MS }, () => {
    it("that leaves out a decision does not let an admission decide its connection", async () => {
        clouds.simulator.world = worldWith({ endpoints: ["available"] });
        const real = await realStack(clouds.simulator.env);
        const program = async () => {
            const it = new ConnectionDecision("it", { connection: onFirst, decision: "accept" });
            // After the engine has answered for the decision: which of two is registered first is a race.
            it.id.apply(() => {
                new ConnectionAdmission("rules", { scope: SCOPE, rules: [], otherwise: "reject", existing: "enforce" });
            });
        };
        await real.up(program, { target: [urn("it")] });
        const rules = urn("rules").replace("Decision", "Admission");
        for (const run of [real.preview, real.up]) {
            const text = await failure(run(program, { target: [rules] }));
            expect(text).toContain("A decision and an admission of this program are about the same connection.");
            expect(text).toContain("decision: it (no target of this run)");
        }
        expect(states()).toEqual(["available"]);
    });
});

describe("handing over", { timeout: OPERATION_MS }, () => {
    const decided = (name: string) => async () => {
        new ConnectionDecision(name, { connection: onFirst, decision: "accept", onDelete: "reject" });
    };
    const admitted = async () => {
        new ConnectionAdmission("rules", { scope: SCOPE, rules: analytics, onDelete: "reject" });
    };

    it.each([
        ["a decision to an admission", decided("it"), admitted],
        ["an admission to a decision", admitted, decided("it")],
    ])("from %s in one change keeps the connection", async (_what, before, after) => {
        const real = await realStack(clouds.simulator.env);
        await real.up(before);
        const change = await real.up(after);
        expect(states()).toEqual(["available"]);
        expect(change.text).toContain("onDelete: reject is skipped");
        await real.preview(after, { expectNoChanges: true });
    });

    it("by a rename in two targeted steps, in either order, keeps the connection; a targeted destroy of one of two says what it cuts before it does", async () => {
        clouds.simulator.world = worldWith({ endpoints: ["pendingAcceptance", "pendingAcceptance"] });
        const real = await realStack(clouds.simulator.env);
        const both = (name: string) => async () => {
            await decided(name)();
            new ConnectionDecision(`${name}2`, {
                connection: { ...onFirst, endpointId: endpoint(2) },
                decision: "accept",
                onDelete: "reject",
            });
        };
        await real.up(both("before"));
        await real.up(both("after"), { target: [urn("after"), urn("after2")] });
        const deleted = await real.up(both("after"), { target: [urn("before")] });
        expect(operations(deleted)).toMatchObject({ before: "delete" });
        expect(states()).toEqual(["available", "available"]);
        // The old one goes first; the new one is no target, and not there yet.
        const first = await real.up(both("last"), { target: [urn("after")] });
        expect(operations(first)).toMatchObject({ after: "delete" });
        expect(diagnostics(first).join("\n")).toContain("onDelete: reject is skipped: last declares");
        expect(states()).toEqual(["available", "available"]);
        const destroyed = await real.destroy(undefined, { target: [urn("before2")] });
        expect(diagnostics(destroyed)).toContainEqual(
            expect.stringMatching(
                new RegExp(`^warning before2: before2: onDelete: reject CUTS a working connection of ${REQUESTER} now`),
            ),
        );
        expect(states()).toEqual(["available", "rejected"]);
    });

    it("two decisions on one connection are refused where deleting one would undo the other", async () => {
        const real = await realStack(clouds.simulator.env);
        const text = await failure(
            real.preview(async () => {
                await decided("one")();
                await decided("two")();
            }),
        );
        expect(text).toContain("deleting one of the two would undo the other");
    });
});
