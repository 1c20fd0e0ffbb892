import path from "node:path";
import { ConnectionDecision } from "pulumi-connection-decision";
import { describe, expect, it } from "vitest";
import {
    ACCOUNT,
    endpoint,
    INBOUND,
    mutationsOf,
    PEERING,
    REQUESTER,
    SERVICE,
    useClouds,
    VPCEP_ENDPOINT,
    VPCEP_SERVICE,
    worldWith,
} from "../support/clouds";
import { diagnostics, failed, failure, inputsOf, operations, realStack } from "../support/pulumi";
import { endpointsOf, OPERATION_MS, onEndpoint } from "../support/real-decisions";

/** The real CLI and engine, the SDK's real provider process, simulated clouds: review, drift, plans, refusals. */
const clouds = useClouds({ settleMs: 200 });
const { outside, setEndpoint, stateOf } = endpointsOf(clouds);

describe("a stack over four systems", { timeout: OPERATION_MS }, () => {
    const program = async () => {
        new ConnectionDecision("ec2", onEndpoint(1, "accept", { expectedRequester: REQUESTER }));
        new ConnectionDecision("search", {
            connection: { kind: "aws:openSearchInbound", connectionId: INBOUND },
            decision: "reject",
        });
        new ConnectionDecision("peering", {
            connection: { kind: "alibaba:vpcPeering", instanceId: PEERING },
            decision: "accept",
        });
        const reporting = new ConnectionDecision("vpcep", {
            connection: { kind: "otc:vpcEndpoint", serviceId: VPCEP_SERVICE, endpointId: VPCEP_ENDPOINT },
            decision: "accept",
        });
        return { requester: reporting.observed.apply((o) => o.requester), status: reporting.status };
    };

    it("is previewed, applied, converged, seen drifting in preview, preview --refresh and refresh, healed and destroyed", async () => {
        const real = await realStack(clouds.simulator.env);
        const preview = await real.preview(program, { diff: true });
        expect(operations(preview)).toEqual({ ec2: "create", search: "create", peering: "create", vpcep: "create" });
        expect(inputsOf(preview, "ec2")).toMatchObject({
            observed: { requester: REQUESTER },
            transition: "accept: pending -> accepted",
        });
        expect(diagnostics(preview).filter((line) => line.includes(" ec2: "))).toEqual([
            `info ec2: ec2: accept ${REQUESTER} (expected): pending -> accepted`,
        ]);
        expect(preview.text).toContain(`transition       : "accept: pending -> accepted"`);
        expect(preview.text).toMatch(new RegExp(`requester {5}: "${REQUESTER}"`));
        expect(mutationsOf(clouds.simulator)).toEqual([]);

        await real.up(program);
        expect(stateOf(1)).toBe("available");
        expect(real.outputs()).toMatchObject({ status: "accepted" });

        const converged = await real.preview(program, { expectNoChanges: true });
        expect(operations(converged)).toEqual({ ec2: "same", search: "same", peering: "same", vpcep: "same" });

        setEndpoint(1, "rejected");
        const drifted = await failed(real.preview(program, { diff: true, expectNoChanges: true }));
        expect(operations(drifted)).toMatchObject({ ec2: "update", vpcep: "same" });
        expect(drifted.text).toMatch(/status *: "accepted" => \[unknown\]/);
        expect(drifted.text).toContain("accept: rejected -> accepted (undocumented: tried, the cloud may refuse)");

        await real.up(program);
        expect(stateOf(1)).toBe("available");
        const refreshed = await real.refresh();
        expect(operations(refreshed)).toEqual({ ec2: "same", search: "same", peering: "same", vpcep: "same" });
        expect(refreshed.text).toContain("unchanged");
        await real.preview(program, { expectNoChanges: true });

        setEndpoint(1, "rejected");
        expect(operations(await real.preview(program, { refresh: true })).ec2).toBe("update");
        expect((await real.refresh()).text).toContain("1 updated");
        expect(operations(await real.preview(program)).ec2).toBe("update");
        await real.up(program, { refresh: true });
        expect(stateOf(1)).toBe("available");
        await real.preview(program, { expectNoChanges: true });

        clouds.simulator.clearCalls();
        await real.destroy(program);
        expect(mutationsOf(clouds.simulator)).toEqual([]);
        expect(stateOf(1)).toBe("available");
    });
});

describe("what is refused", { timeout: OPERATION_MS }, () => {
    it("is printed with its facts, without a stack trace, and without sending", async () => {
        const real = await realStack(clouds.simulator.env);
        const text = await failure(
            real.preview(async () => {
                new ConnectionDecision("analytics", onEndpoint(1, "accept", { expectedRequester: "999988887777" }));
            }),
        );
        expect(text).toContain(
            "resource 'analytics' has a problem: Will not accept: the requester is 111122223333, expected 999988887777.",
        );
        expect(text).toContain(
            "  what to do: find out who asks; correct the declaration only if this is the request you mean",
        );
        expect(text).not.toMatch(/\n\s+at .*\.js:\d+/);
        expect(mutationsOf(clouds.simulator)).toEqual([]);
    });

    it("includes opts.import, which creation makes needless", async () => {
        const real = await realStack(clouds.simulator.env);
        const printed = await failure(
            real.preview(async () => {
                new ConnectionDecision("x", onEndpoint(1, "accept"), { import: "x" });
            }),
        );
        expect(printed).toContain("opts.import is not possible and not needed");
        expect(printed).not.toMatch(/\n\s+at .*\.js:\d+/);
    });

    it("by the cloud in up is one resource only; the rest is done with --continue-on-error", async () => {
        clouds.simulator.world = worldWith({
            endpoints: ["rejected", "pendingAcceptance"],
            undocumented: { ec2AcceptRejected: "unsuccessful" },
        });
        const real = await realStack(clouds.simulator.env);
        const text = await failure(
            real.up(
                async () => {
                    new ConnectionDecision("late", onEndpoint(1, "accept"));
                    new ConnectionDecision("fine", onEndpoint(2, "accept"));
                },
                { continueOnError: true },
            ),
        );
        expect(text).toContain("Cannot accept: the cloud refused.");
        expect(text).not.toMatch(/\n\s+at .*\.js:\d+/);
        expect(stateOf(2)).toBe("available");
    });
});

describe("update plans", { timeout: OPERATION_MS }, () => {
    const program = async () => {
        new ConnectionDecision("a", onEndpoint(1, "accept"));
    };

    it("refuse readably what moved since the preview, and apply otherwise, also with other credentials", async () => {
        const real = await realStack({ ...clouds.simulator.env, PULUMI_EXPERIMENTAL: "true" });
        const plan = path.join(real.folder, "plan.json");
        await real.preview(program, { plan });
        setEndpoint(1, "rejected");
        const text = await failure(real.up(program, { plan }));
        expect(text).toContain("violates plan");
        expect(text).not.toContain("__memory");
        expect(mutationsOf(clouds.simulator)).toEqual([]);

        setEndpoint(1, "pendingAcceptance");
        outside((world) => {
            Object.assign(world.aws?.[0] as object, {
                principals: [{ accessKeyId: "AKIAREVIEWER", denied: ["ec2:AcceptVpcEndpointConnections"] }],
            });
        });
        real.setEnv({ AWS_ACCESS_KEY_ID: "AKIAREVIEWER" });
        await real.preview(program, { plan });
        real.setEnv({ AWS_ACCESS_KEY_ID: `AKIA${ACCOUNT}` });
        await real.up(program, { plan });
        expect(stateOf(1)).toBe("available");
    });
});

describe("preview of what is not known yet, targets, and get", { timeout: OPERATION_MS }, () => {
    it("handles ids that this run creates", async () => {
        const real = await realStack(clouds.simulator.env);
        const preview = await real.preview(async () => {
            const first = new ConnectionDecision("first", onEndpoint(1, "accept"));
            new ConnectionDecision("second", {
                connection: { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: first.connectionId },
                decision: "accept",
            });
        });
        expect(operations(preview)).toEqual({ first: "create", second: "create" });
        expect(diagnostics(preview)).toContain(
            "info second: second: what happens is only known in `up`: the connection or the decision is not known yet",
        );
    });

    it("acts on targets only", async () => {
        clouds.simulator.world = worldWith({ endpoints: ["pendingAcceptance", "pendingAcceptance"] });
        const real = await realStack(clouds.simulator.env);
        await real.up(
            async () => {
                new ConnectionDecision("a", onEndpoint(1, "accept"));
                new ConnectionDecision("b", onEndpoint(2, "accept"));
            },
            { target: ["urn:pulumi:test::decisions::pulumi-nodejs:dynamic/connection:ConnectionDecision::a"] },
        );
        expect([stateOf(1), stateOf(2)]).toEqual(["available", "pendingAcceptance"]);
    });

    it("looks at a connection by its id alone", async () => {
        const real = await realStack(clouds.simulator.env);
        await real.up(async () => {
            const looked = ConnectionDecision.get("look", `aws:vpcEndpoint/eu-west-1/${SERVICE}/${endpoint(1)}`);
            return { status: looked.status, requester: looked.requester };
        });
        expect(real.outputs()).toEqual({ status: "pending", requester: REQUESTER });
        expect(mutationsOf(clouds.simulator)).toEqual([]);
    });
});
