import { describe, expect, it } from "vitest";
import { differences } from "../../src/plugin/detailed-diff";
import schema from "../../src/plugin/schema.json";
import { readerOf, settingProblems, stackPolicies, withOwnSettings } from "../../src/plugin/settings";
import { ADMISSION_ARGUMENTS, ARGUMENTS, OPTIONS } from "../../src/shared/contract";
import { endpoint, mutationsOf, REQUESTER, SERVICE, useClouds, worldWith } from "../support/clouds";
import { TestStack } from "../support/engine";

const clouds = useClouds();
const at = (n: number) => ({ kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(n) });

interface Described {
    readonly description?: string;
    readonly properties?: Readonly<Record<string, Described>>;
    readonly inputProperties?: Readonly<Record<string, Described>>;
    readonly enum?: readonly Described[];
}

describe("the resource plugin's schema", () => {
    const { resources, types, provider, functions } = schema;
    const decision = resources["connections:index:ConnectionDecision"];
    const admission = resources["connections:index:ConnectionAdmission"];

    it("has every argument that the provider knows, and no other", () => {
        expect(Object.keys(decision.inputProperties)).toEqual([...ARGUMENTS]);
        expect(Object.keys(admission.inputProperties)).toEqual([...ADMISSION_ARGUMENTS]);
        for (const option of OPTIONS) {
            expect(provider.inputProperties).toHaveProperty(option);
        }
    });

    it("describes every property, type and choice", () => {
        const undescribed = (name: string, { description, properties, inputProperties, enum: words }: Described) => [
            ...(description === undefined || description.length < 5 ? [name] : []),
            ...Object.entries({ ...properties, ...inputProperties }).flatMap(([key, inner]): string[] =>
                undescribed(`${name}.${key}`, inner),
            ),
            ...(words ?? []).flatMap((word, i): string[] => undescribed(`${name}[${i}]`, word)),
        ];
        const all: Readonly<Record<string, Described>> = { ...resources, ...types, provider };
        expect(Object.entries(all).flatMap(([name, one]) => undescribed(name, one))).toEqual([]);
        const parts = Object.values(functions).flatMap(({ inputs, outputs }) => [inputs, outputs]);
        expect(parts.flatMap((one) => undescribed("", { description: "a function", ...one }))).toEqual([]);
    });

    it("names every output that a decision and an admission have", async () => {
        const stack = new TestStack(clouds.simulator, {}, {}, undefined, "resource plugin");
        clouds.simulator.world = worldWith({ endpoints: ["pendingAcceptance", "pendingAcceptance"] });
        const scope = { kind: "aws:vpcEndpoint", serviceId: SERVICE };
        const accept = { connection: at(1), decision: "accept", until: "2999-12-31", reason: "x" };
        await stack.up({ it: accept, rules: { scope, rules: [], except: [endpoint(1)] } });
        const shown = (name: string) => Object.keys(stack.outputs(name)).filter((key) => !key.startsWith("__"));
        expect(Object.keys(decision.properties)).toEqual(expect.arrayContaining(shown("it")));
        expect(Object.keys(admission.properties)).toEqual(expect.arrayContaining(shown("rules")));
        expect(shown("it")).toEqual(expect.arrayContaining(["connectionId", "status", "requester", "decidedBy"]));
    });
});

describe("a plugin", () => {
    it("tells which decided connections are gone: three by name, then that there are more", async () => {
        const stack = new TestStack(clouds.simulator, {}, {}, undefined, "resource plugin");
        clouds.simulator.world = worldWith({ endpoints: Array.from({ length: 6 }, () => "available") });
        const program = Object.fromEntries(
            [1, 2, 3, 4, 5, 6].map((n) => [`it${n}`, { connection: at(n), decision: "accept" }]),
        );
        await stack.up(program);
        clouds.simulator.world = worldWith({ endpoints: [] });
        const { logs } = await stack.preview(program);
        const gone = logs.filter(({ text }) => text.includes("gone"));
        expect(gone.map(({ text }) => text.replace(/ Remove.*/, ""))).toEqual([
            ...[1, 2, 3].map((n) => expect.stringContaining(`a decided connection is gone (${endpoint(n)}).`)),
            expect.stringContaining("more decided connections are gone"),
        ]);
        expect(mutationsOf(clouds.simulator)).toEqual([]);
    });

    it("announces in a preview what a replacement does to the connection that it leaves, and only there", async () => {
        const stack = new TestStack(clouds.simulator, {}, {}, undefined, "resource plugin");
        clouds.simulator.world = worldWith({ endpoints: ["available", "pendingAcceptance"] });
        const declared = (n: number) => ({ it: { connection: at(n), decision: "accept", onDelete: "reject" } });
        await stack.up(declared(1));
        const said = ({ logs }: { logs: readonly { text: string }[] }) => logs.map(({ text }) => text).join("\n");
        const preview = said(await stack.preview(declared(2)));
        expect(preview).toContain(`replacing it CUTS a working connection of ${REQUESTER}`);
        expect(preview).toContain("it: accept");
        expect(said(await stack.up(declared(2)))).not.toContain("replacing it CUTS");
    });
});

describe("differences", () => {
    it("are told field by field, with paths as the engine reads them", () => {
        const olds = {
            observed: { status: "accepted", cidrs: ["10.0.0.0/8"] },
            verdicts: { "vpce-1": "a" },
            reason: "x",
        };
        const news = { observed: { status: "rejected", cidrs: ["10.0.0.0/9"] }, verdicts: {}, transition: "accept: …" };
        const names = ["observed", "verdicts", "reason", "transition", "warnings"];
        expect(differences(names, olds, news)).toEqual([
            { path: "observed.status", kind: "update" },
            { path: "observed.cidrs", kind: "update" },
            { path: 'verdicts["vpce-1"]', kind: "delete" },
            { path: "reason", kind: "delete" },
            { path: "transition", kind: "add" },
        ]);
    });
});

describe("the settings of a plugin", () => {
    it("are checked: names, values and endpoints", () => {
        expect(settingProblems({ awsRegion: "eu-west-1", maxCuts: 3, version: "0.2.0" }, {})).toEqual([]);
        expect(settingProblems({ awsRegoin: "eu-west-1" }, {})).toEqual([expect.stringContaining("awsRegion?")]);
        // Passed over, the region of the environment would decide.
        expect(settingProblems({ awsRegion: 5 }, {})).toEqual(["awsRegion must be a text"]);
        expect(settingProblems({ azureDisableInstanceDiscovery: true }, {})).toEqual([]);
        expect(readerOf({ azureDisableInstanceDiscovery: true })("connections:azureDisableInstanceDiscovery")).toBe(
            "true",
        );
        expect(settingProblems({ maxCuts: "many" }, {})).toEqual([expect.stringContaining("must be a whole number")]);
        expect(settingProblems({ awsEc2Endpoint: "nowhere" }, {})).toEqual([expect.stringContaining("is not a URL")]);
    });

    it("include the policies of the stack, unless the provider says them itself, and nothing else of it", () => {
        const stack = stackPolicies({ PULUMI_CONFIG: '{"maxCuts":"3","awsRegion":"us-east-1"}' });
        expect(readerOf({}, stack)("connections:maxCuts")).toBe("3");
        expect(readerOf({ maxCuts: "5" }, stack)("connections:maxCuts")).toBe("5");
        expect(readerOf({}, stack)("connections:awsRegion")).toBeUndefined();
        expect(stackPolicies({ PULUMI_CONFIG: "not JSON" })).toEqual({});
    });

    it("are what an error names, beside what does not reach a plugin", () => {
        expect(withOwnSettings("tried: connections:awsRegion, aws:region")).toContain("set connections:awsRegion");
        expect(withOwnSettings("nothing of the kind")).toBe("nothing of the kind");
    });
});
