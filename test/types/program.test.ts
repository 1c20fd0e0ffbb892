import * as pulumi from "@pulumi/pulumi";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
    type AdmissionRuleArgs,
    type Connection,
    ConnectionAdmission,
    type ConnectionAdmissionArgs,
    ConnectionDecision,
    type ConnectionDecisionArgs,
    type ConnectionInput,
    type ConnectionKindName,
    type LookedUpConnection,
    Provider,
    type ProviderArgs,
    type VpcepArgs,
} from "../../src/index";
import { kinds } from "../../src/kinds";
import * as clouds from "../../src/program/clouds";

/** Programs that must compile, and lines that must not. Nothing of them runs: the compiler is the test (`npm run lint`). */
declare const late: boolean;
declare const text: pulumi.Output<string>;
declare const config: pulumi.Output<"accept" | "reject">;
declare const anyArgs: ConnectionDecisionArgs;
declare const rulesOfAnyKind: ConnectionAdmissionArgs["rules"];
declare const decision: ConnectionDecision;

const PEERING = { kind: "alibaba:vpcPeering", instanceId: "pcc-guzvyqlj0n6e10" } as const;

/** Arguments of 0.1.0, where no kind has a name in the types. */
function withoutKind(): unknown[] {
    const wrapped = (args: ConnectionDecisionArgs) => new ConnectionDecision("a", { ...args, decision: "reject" });
    const completed = (more: Partial<ConnectionDecisionArgs>): ConnectionDecisionArgs => ({
        connection: PEERING,
        decision: "accept",
        ...more,
    });
    const partial = (more: Partial<ConnectionDecisionArgs>) =>
        new ConnectionDecision("b", { connection: PEERING, decision: "accept", ...more });
    const connection: ConnectionInput = late ? PEERING : { kind: "aws:openSearchInbound", connectionId: text };
    return [
        new ConnectionDecision("c", anyArgs),
        new ConnectionDecision("d", { connection, decision: "accept" }),
        new ConnectionDecision("e", { connection: pulumi.output(PEERING), decision: "accept" }),
        new ConnectionAdmission("f", { scope: { kind: "alibaba:vpcPeering" }, rules: rulesOfAnyKind }),
        wrapped,
        completed,
        partial,
    ];
}

/** Where the compiler cannot know the decision, all compiles without an end. */
function unknownDecision(): void {
    new ConnectionDecision("a", { connection: PEERING, decision: late ? "accept" : "reject" });
    new ConnectionDecision("b", { connection: PEERING, decision: config });
    new ConnectionDecision("c", { connection: PEERING, decision: late ? "accept" : "reject", until: "30d" });
    // @ts-expect-error an output of both is no accept
    new ConnectionDecision("d", { connection: PEERING, decision: config, until: "30d" });
}

function decisions(): void {
    new ConnectionDecision("a", { connection: PEERING, decision: "accept", until: text });
    new ConnectionDecision("b", { connection: PEERING, decision: "reject" });
    new ConnectionDecision("c", {
        connection: { kind: "aws:vpcEndpoint", serviceId: text, endpointId: text },
        decision: pulumi.output("accept" as const),
        expectedRequester: [text, "111122223333"],
        until: "30d",
    });
    // @ts-expect-error nothing is accepted here
    new ConnectionDecision("d", { connection: PEERING, decision: "reject", until: "2026-12-31" });
    // @ts-expect-error no such decision
    new ConnectionDecision("e", { connection: PEERING, decision: "maybe" });
    // @ts-expect-error no such argument
    new ConnectionDecision("f", { connection: PEERING, decision: "accept", expectedRequestor: "1234567890123456" });
    // @ts-expect-error no decision
    new ConnectionDecision("g", { connection: PEERING });
}

function connections(): void {
    new ConnectionDecision("a", {
        // @ts-expect-error no such kind
        connection: { kind: "alibaba:vpcPeerin", instanceId: "pcc-1" },
        decision: "accept",
    });
    // @ts-expect-error a field of another kind
    new ConnectionDecision("b", { connection: { kind: "alibaba:vpcPeering", peeringId: "pcc-1" }, decision: "accept" });
    // @ts-expect-error a field that is missing
    new ConnectionDecision("c", { connection: { kind: "aws:vpcEndpoint", serviceId: text }, decision: "accept" });
    new ConnectionDecision("d", {
        connection: PEERING,
        decision: "accept",
        expectedEvidence: { cidrs: [text, "10.0.0.0/8"], region: text },
    });
    new ConnectionDecision("e", {
        connection: PEERING,
        decision: "accept",
        // @ts-expect-error a fact that this kind never tells
        expectedEvidence: { cidr: ["10.0.0.0/8"] },
    });
    // @ts-expect-error a fact of another kind
    const evidence: ConnectionDecisionArgs<"alibaba:vpcPeering">["expectedEvidence"] = { groupIds: ["blob"] };
    expectTypeOf(evidence).not.toBeAny();
}

function admissions(): void {
    const scope = { kind: "aws:vpcPeering", region: text } as const;
    new ConnectionAdmission("a", {
        scope,
        rules: [
            { name: "by account", requester: [text], verdict: "accept", until: "30d", ticket: "CHG-\\d+" },
            { name: "by network", evidence: { cidrs: [text, "10.0.0.0/8"] }, verdict: "reject" },
            { name: "by both", requester: text, evidence: { region: "eu-west-1" }, verdict: "review" },
            { name: "by season", requester: text, verdict: late ? "accept" : "review" },
            pulumi.output({ name: "later", requester: "1", verdict: "accept" as const }),
        ],
        except: [
            decision,
            decision.connection,
            "pcx-0a1b2c3d4e5f60718",
            text,
            { ...scope, vpcPeeringConnectionId: text },
        ],
    });
    // @ts-expect-error the connection's own id is no part of a scope
    new ConnectionAdmission("b", { scope: { ...scope, vpcPeeringConnectionId: "pcx-0a1b2c3d" }, rules: [] });
    // @ts-expect-error no such kind
    new ConnectionAdmission("c", { scope: { kind: "aws:vpcPeerings" }, rules: [] });
    // @ts-expect-error a scope of this kind names its service
    new ConnectionAdmission("d", { scope: { kind: "aws:vpcEndpoint" }, rules: [] });
}

function rules(): void {
    const scope = { kind: "aws:vpcPeering" } as const;
    // @ts-expect-error a rule names a requester or evidence
    new ConnectionAdmission("a", { scope, rules: [{ name: "nobody", verdict: "accept" }] });
    // @ts-expect-error a fact that this kind never tells
    new ConnectionAdmission("b", { scope, rules: [{ name: "x", evidence: { domain: "logs" }, verdict: "accept" }] });
    // @ts-expect-error only an accept ends
    new ConnectionAdmission("c", { scope, rules: [{ name: "x", requester: "1", verdict: "reject", until: "30d" }] });
    // @ts-expect-error only an accept can be narrowed
    new ConnectionAdmission("d", { scope, rules: [{ name: "x", requester: "1", verdict: "review", ticket: "CHG" }] });
}

function providers(): void {
    new Provider("a", {
        aws: { region: text, ec2Endpoint: "https://ec2.example.com" },
        azure: { tenantId: text, disableInstanceDiscovery: true },
        otc: { projectId: text },
        maxCuts: 3,
    });
    // @ts-expect-error no such setting
    new Provider("b", { aws: { regoin: "eu-west-1" } });
    // @ts-expect-error no such cloud
    new Provider("c", { amazon: { region: "eu-west-1" } });
}

describe("the types of programs", () => {
    it("compile, and refuse what is wrong", () => {
        const programs = [withoutKind, unknownDecision, decisions, connections, admissions, rules, providers];
        expect(programs.every((one) => typeof one === "function")).toBe(true);
    });

    it("know the facts of each kind", () => {
        type Facts<K extends ConnectionKindName> = keyof pulumi.Unwrap<
            NonNullable<ConnectionDecisionArgs<K>["expectedEvidence"]>
        >;
        expectTypeOf<Facts<"aws:openSearchInbound">>().not.toEqualTypeOf<Facts<"alibaba:vpcPeering">>();
        expectTypeOf<"cidrs">().toExtend<Facts<"alibaba:vpcPeering">>();
        expectTypeOf<"groupIds">().toExtend<Facts<"azure:privateEndpointConnection">>();
    });

    it("can be used without the name of a kind", () => {
        expectTypeOf<ConnectionDecisionArgs<"aws:vpcEndpoint">>().toExtend<ConnectionDecisionArgs>();
        expectTypeOf<ConnectionAdmissionArgs<"aws:vpcEndpoint">>().toExtend<ConnectionAdmissionArgs>();
        expectTypeOf<ConnectionDecision<"aws:vpcEndpoint">>().toExtend<ConnectionDecision>();
        expectTypeOf<AdmissionRuleArgs["name"]>().toEqualTypeOf<pulumi.Input<string>>();
    });

    it("declare the outputs of an admission", () => {
        expectTypeOf<ConnectionAdmission["except"]>().toEqualTypeOf<
            pulumi.Output<(string | Connection)[] | undefined>
        >();
        expectTypeOf<ConnectionAdmission["allowRemoval"]>().toEqualTypeOf<pulumi.Output<boolean | undefined>>();
        expectTypeOf<ConnectionAdmission["timeout"]>().toEqualTypeOf<pulumi.Output<string | undefined>>();
    });

    it("say what is missing of a connection that is only looked at", () => {
        expectTypeOf(ConnectionDecision.get).returns.toEqualTypeOf<LookedUpConnection>();
        expectTypeOf<LookedUpConnection["decision"]>().toEqualTypeOf<pulumi.Output<undefined>>();
        expectTypeOf<LookedUpConnection["requester"]>().toEqualTypeOf<pulumi.Output<string | undefined>>();
        expectTypeOf<LookedUpConnection>().not.toHaveProperty("decidedBy");
    });

    it("narrow to the class that isInstance asks for", () => {
        const narrow = (value: unknown) => [
            ConnectionDecision.isInstance(value) &&
                expectTypeOf(value.connection).toEqualTypeOf<pulumi.Output<Connection>>(),
            ConnectionAdmission.isInstance(value) && expectTypeOf(value).toEqualTypeOf<ConnectionAdmission>(),
            Provider.isInstance(value) && expectTypeOf(value).toEqualTypeOf<Provider>(),
        ];
        for (const value of [undefined, null, "pcx-1", {}, { __pulumiType: "x" }]) {
            expect(narrow(value)).toEqual([false, false, false]);
        }
    });
});

describe("the arguments of a provider", () => {
    it("have every setting of the cloud of every kind", () => {
        const known = new Map(Object.values(kinds).map(({ cloud }) => [cloud.name, Object.keys(cloud.settings)]));
        const taken = Object.entries(clouds).map(([name, settings]) => [name, Object.keys(settings)] as const);
        expect(new Map(taken), "src/program/clouds.ts has a line for each cloud").toEqual(known);
    });

    it("are texts, but for flags", () => {
        expectTypeOf<keyof NonNullable<ProviderArgs["aws"]>>().toEqualTypeOf<
            | "region"
            | "profile"
            | "roleArn"
            | "ec2Endpoint"
            | "networkfirewallEndpoint"
            | "networkmanagerEndpoint"
            | "opensearchEndpoint"
            | "ramEndpoint"
            | "stsEndpoint"
        >();
        expectTypeOf<NonNullable<ProviderArgs["azure"]>>()
            .toHaveProperty("tenantId")
            .toEqualTypeOf<pulumi.Input<string> | undefined>();
        expectTypeOf<NonNullable<ProviderArgs["azure"]>>()
            .toHaveProperty("disableInstanceDiscovery")
            .toEqualTypeOf<pulumi.Input<string | boolean> | undefined>();
        expectTypeOf<VpcepArgs>().toEqualTypeOf<ProviderArgs["otc"] & {}>();
    });
});
