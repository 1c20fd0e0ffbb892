import * as pulumi from "@pulumi/pulumi";
import { ConnectionAdmission, ConnectionDecision } from "pulumi-connection-decision";
import { describe, expect, it } from "vitest";
import { endpoint, REQUESTER, SERVICE, useClouds } from "../support/clouds";
import { inputsOf, realStack } from "../support/pulumi";

/** What went wrong once in components. The real CLI and engine. */
const clouds = useClouds();
const OPERATION_MS = 120_000;
const SCOPE = { kind: "aws:vpcEndpoint", serviceId: SERVICE } as const;
const onFirst = { ...SCOPE, endpointId: endpoint(1) } as const;
const KEY = `aws:vpcEndpoint/eu-west-1/${SERVICE}/${endpoint(1)}`;

describe("children of a component that depend on each other", { timeout: OPERATION_MS }, () => {
    it("do not wait for each other for ever", async () => {
        const real = await realStack(clouds.simulator.env);
        const program = async () => {
            const parent = new pulumi.ComponentResource("test:index:Component", "parent");
            const one = new ConnectionDecision("one", { connection: onFirst, decision: "accept" }, { parent });
            const rules = new ConnectionAdmission(
                "rules",
                { scope: SCOPE, rules: [{ name: "all", requester: REQUESTER, verdict: "accept" }], except: [one] },
                { parent },
            );
            const look = ConnectionDecision.get("look", one.id, { parent, dependsOn: [rules] });
            return { status: look.status };
        };
        const preview = await real.preview(program);
        expect(inputsOf(preview, "one").__urn).toBe(
            "urn:pulumi:test::decisions::test:index:Component$pulumi-nodejs:dynamic/connection:ConnectionDecision::one",
        );
        await real.up(program);
        expect(real.outputs()).toEqual({ status: "accepted" });
        await real.preview(program, { expectNoChanges: true });
    });

    it("a get beside a decision that is removed does not keep its connection", async () => {
        const real = await realStack(clouds.simulator.env);
        await real.up(async () => {
            new ConnectionDecision("it", { connection: onFirst, decision: "accept", onDelete: "reject" });
        });
        await real.up(async () => {
            ConnectionDecision.get("look", KEY);
        });
        expect(clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.[0]?.state).toBe("rejected");
    });

    it("an alias is no second declaration: destroy --run-program does what it declares", async () => {
        const real = await realStack(clouds.simulator.env);
        const named = (name: string, aliases: pulumi.Alias[]) => async () => {
            new ConnectionDecision(
                name,
                { connection: onFirst, decision: "accept", onDelete: "reject" },
                { aliases: [...aliases] },
            );
        };
        await real.up(named("before", []));
        const renamed = named("after", [{ name: "before" }]);
        await real.up(renamed);
        await real.destroy(renamed, { runProgram: true });
        expect(clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.[0]?.state).toBe("rejected");
    });
});
