import type * as pulumi from "@pulumi/pulumi";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
    type AdmissionRuleArgs,
    ConnectionAdmission,
    type ConnectionAdmissionArgs,
    ConnectionDecision,
    type ConnectionDecisionArgs,
    type LookedUpConnection,
} from "../../src/index";
import { kinds } from "../../src/kinds";
import { SECTIONS } from "../../src/program/provider";

/** Programs that must compile, and lines that must not. Nothing of this runs: the compiler is the test. */
const PEERING = { kind: "alibaba:vpcPeering", instanceId: "pcc-guzvyqlj0n6e10" } as const;
declare const late: boolean;
declare const account: pulumi.Output<string>;
declare const anyArgs: ConnectionDecisionArgs;
declare const decision: ConnectionDecision;

function decisions(): void {
    new ConnectionDecision("a", { connection: PEERING, decision: "accept", until: "2026-12-31" });
    new ConnectionDecision("b", { connection: PEERING, decision: late ? "accept" : "reject" });
    new ConnectionDecision("c", anyArgs);
    new ConnectionDecision("d", {
        connection: PEERING,
        decision: "accept",
        expectedRequester: [account, "1234567890123456"],
        expectedEvidence: { cidrs: [account, "10.0.0.0/8"] },
    });
    new ConnectionDecision("e", {
        connection: PEERING,
        decision: "accept",
        // @ts-expect-error a fact that this kind never tells: the error names those that it does
        expectedEvidence: { cidr: ["10.0.0.0/8"] },
    });
    // @ts-expect-error nothing is accepted here
    new ConnectionDecision("f", { connection: PEERING, decision: "reject", until: "2026-12-31" });
    // @ts-expect-error no such kind
    new ConnectionDecision("g", { connection: { kind: "alibaba:vpcPeerin", instanceId: "pcc-1" }, decision: "accept" });
    // @ts-expect-error a field of another kind
    new ConnectionDecision("h", { connection: { kind: "alibaba:vpcPeering", peeringId: "pcc-1" }, decision: "accept" });
    // @ts-expect-error no such argument
    new ConnectionDecision("i", { connection: PEERING, decision: "accept", expectedRequestor: "1234567890123456" });
}

function admissions(): void {
    const scope = { kind: "aws:vpcPeering", region: account } as const;
    new ConnectionAdmission("a", {
        scope,
        rules: [
            { name: "by account", requester: [account], verdict: "accept", until: "30d", ticket: "CHG-\\d+" },
            { name: "by network", evidence: { cidrs: ["10.0.0.0/8"] }, verdict: "reject" },
        ],
        except: [decision, "pcx-0a1b2c3d4e5f60718"],
    });
    // @ts-expect-error a rule names a requester or evidence
    new ConnectionAdmission("b", { scope, rules: [{ name: "nobody", verdict: "accept" }] });
    // @ts-expect-error a fact that this kind never tells
    new ConnectionAdmission("c", { scope, rules: [{ name: "x", evidence: { domain: "logs" }, verdict: "accept" }] });
    // @ts-expect-error only an accept ends
    new ConnectionAdmission("d", { scope, rules: [{ name: "x", requester: "1", verdict: "reject", until: "30d" }] });
    // @ts-expect-error the connection's own id is no part of a scope
    new ConnectionAdmission("e", { scope: { ...scope, vpcPeeringConnectionId: "pcx-0a1b2c3d" }, rules: [] });
}

describe("the types of the program side", () => {
    it("compile, and refuse what is wrong", () => {
        expect([decisions, admissions].every((one) => typeof one === "function")).toBe(true);
    });

    it("say what may be missing of a connection that is only looked at", () => {
        expectTypeOf(ConnectionDecision.get).returns.toEqualTypeOf<LookedUpConnection>();
        expectTypeOf<LookedUpConnection["decision"]>().toEqualTypeOf<pulumi.Output<undefined>>();
    });

    it("can be used without the name of a kind", () => {
        expectTypeOf<ConnectionDecisionArgs<"aws:vpcEndpoint">>().toExtend<ConnectionDecisionArgs>();
        expectTypeOf<ConnectionAdmissionArgs["rules"]>().not.toBeNever();
        expectTypeOf<AdmissionRuleArgs["name"]>().toEqualTypeOf<pulumi.Input<string>>();
        expectTypeOf<ConnectionAdmission["except"]>().not.toBeAny();
    });

    it("know every setting of every cloud", () => {
        const clouds = new Map(
            Object.values(kinds).map(({ cloud }) => [cloud.name, Object.keys(cloud.settings).sort()]),
        );
        const known = Object.entries(SECTIONS).map(([name, settings]) => [name, [...settings].sort()] as const);
        expect(new Map(known)).toEqual(clouds);
    });

    it("recognise their own objects", () => {
        expect([ConnectionDecision.isInstance({}), ConnectionAdmission.isInstance(undefined)]).toEqual([false, false]);
    });
});
