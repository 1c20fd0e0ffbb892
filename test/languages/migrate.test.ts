import * as pulumi from "@pulumi/pulumi";
import * as dynamic from "pulumi-connection-decision";
import { expect, it } from "vitest";
import { endpoint, mutationsOf, REQUESTER, SERVICE, useClouds, worldWith } from "../support/clouds";
import { operations, realStack } from "../support/pulumi";

/** From a TypeScript program with dynamic providers to a program of another language, by the aliases of docs/languages.md. */
const clouds = useClouds();
const OPERATION_MS = 180_000;

/** A resource as a program of another language declares it: no class of ours. */
class Plain extends pulumi.CustomResource {
    declare readonly connectionId: pulumi.Output<string>;
    declare readonly status: pulumi.Output<string>;
    declare readonly requester: pulumi.Output<string>;

    constructor(type: string, name: string, args: object) {
        const outputs = { connectionId: undefined, status: undefined, requester: undefined };
        const aliases = [{ type: `pulumi-nodejs:dynamic/connection:${type}` }];
        super(`connections:index:${type}`, name, { ...args, ...outputs }, { aliases });
    }
}

it("a decision and its admission are taken over, with nothing sent and no output missing", {
    timeout: OPERATION_MS,
}, async () => {
    clouds.simulator.world = worldWith({ endpoints: ["pendingAcceptance", "pendingAcceptance"] });
    const real = await realStack(clouds.simulator.env, {}, "plugin");
    const scope = { kind: "aws:vpcEndpoint", serviceId: SERVICE } as const;
    const args = {
        connection: { ...scope, endpointId: endpoint(1) },
        decision: "accept" as const,
        expectedRequester: [REQUESTER],
        onDelete: "reject" as const,
    };
    const rules = {
        scope,
        rules: [{ name: "analytics", requester: [REQUESTER], verdict: "accept" as const }],
        onDelete: "reject" as const,
    };
    await real.up(async () => {
        const it = new dynamic.ConnectionDecision("it", args);
        new dynamic.ConnectionAdmission("rest", { ...rules, except: [it] });
    });
    expect(mutationsOf(clouds.simulator)).toHaveLength(2);

    const program = async () => {
        const { connectionId, status, requester } = new Plain("ConnectionDecision", "it", args);
        new Plain("ConnectionAdmission", "rest", { ...rules, except: [connectionId] });
        return { connectionId, status, requester };
    };
    const up = await real.up(program);
    expect(operations(up)).toEqual({ it: "update" });
    const outputs = up.events.map((e) => e.resOutputsEvent?.metadata).find((m) => m?.type === "pulumi:pulumi:Stack");
    expect(outputs?.new?.outputs).toEqual({ connectionId: endpoint(1), status: "accepted", requester: REQUESTER });
    await real.preview(program, { expectNoChanges: true });
    expect(mutationsOf(clouds.simulator)).toHaveLength(2);
});
