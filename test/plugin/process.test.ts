import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createProviders } from "../../src/engine/providers";
import type { Wire } from "../../src/engine/wire";
import { admissionType } from "../../src/plugin/admission";
import { decisionType } from "../../src/plugin/decision";
import { PluginResource } from "../../src/plugin/resource";
import { fromStruct, toStruct } from "../../src/plugin/wire";
import { MemoryLedger } from "../../src/shared/ledger";
import { UNKNOWN } from "../../src/shared/unknown";
import { endpoint, SERVICE, useClouds, worldWith } from "../support/clouds";
import { virtualClock, wire } from "../support/engine";

/** One process of the plugin, asked as the engine asks it. */
const clouds = useClouds();
const at = (n: number) => ({ kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(n) });
const IT = { urn: "urn:pulumi:test::test::connections:index:ConnectionDecision::it" };
const DAY_MS = 86_400_000;
const SCOPE = { kind: "aws:vpcEndpoint", serviceId: SERVICE };
const SCOPE_ID = `aws:vpcEndpoint/eu-west-1/${SERVICE}/*`;

function started(environment: Readonly<Record<string, string>> = {}, aheadMs = 0) {
    const clock = virtualClock(clouds.simulator);
    const { decisions, admissions } = createProviders({
        environment: { ...clouds.simulator.env, ...environment },
        clock: { ...clock, now: () => clock.now() + aheadMs },
        log: () => {},
        ledger: new MemoryLedger(),
        signal: new AbortController().signal,
        newToken: randomUUID,
        previewsOutputs: true,
    });
    return {
        decision: new PluginResource(decisions, decisionType),
        admission: new PluginResource(admissions, admissionType),
    };
}

/** Inputs and outputs of a resource that an earlier run has created. */
async function created(type: keyof ReturnType<typeof started>, args: Wire) {
    const resource = started()[type];
    const { inputs, reasons } = await resource.check(IT, {}, wire(args));
    expect(reasons).toEqual([]);
    return { inputs, ...(await resource.create(IT, wire(inputs))) };
}

describe("a preview in which a value is not known yet", () => {
    it("knows nothing of what would be observed, and says which connection it is about", async () => {
        const { decision } = started();
        const { inputs } = await decision.check(IT, {}, { connection: at(1), decision: UNKNOWN });
        const outputs = await decision.previewCreate(IT, wire(inputs));
        expect(outputs).toMatchObject({
            observed: UNKNOWN,
            status: UNKNOWN,
            requester: UNKNOWN,
            decidedBy: UNKNOWN,
            connectionId: endpoint(1),
        });
        const unknown = await decision.check(IT, {}, { connection: UNKNOWN, decision: "accept" });
        expect(await decision.previewCreate(IT, wire(unknown.inputs))).toMatchObject({
            observed: UNKNOWN,
            connectionId: UNKNOWN,
        });
    });

    it.each([
        ["decision", { connection: at(1), decision: "accept" }, { connection: at(1), decision: UNKNOWN }],
        ["decision", { connection: at(1), decision: "accept" }, { connection: UNKNOWN, decision: "accept" }],
        ["admission", { scope: SCOPE, rules: [] }, { scope: SCOPE, rules: UNKNOWN }],
    ] as const)("after a refresh shows a %s as changed, as without one", async (type, before, now) => {
        clouds.simulator.world = worldWith({ endpoints: ["available"] });
        const { id, outputs, inputs } = await created(type, before);
        const resource = started()[type];
        const read = await resource.read(IT, id, wire(outputs));
        const kept = wire(read.inputs ?? {});
        await resource.diff(IT, id, wire(read.outputs), wire(inputs), wire(inputs));
        const checked = await resource.check(IT, kept, wire(now));
        const diff = await resource.diff(IT, id, wire(read.outputs), wire(checked.inputs), kept);
        expect(diff.changes).toBe(true);
    });
});

describe("a preview", () => {
    it("tells the id of a connection in the spelling that up gives it", async () => {
        const { decision } = started();
        const resourceId =
            "/subscriptions/00000000-1111-2222-3333-444444444444/resourceGroups/g/providers/Microsoft.Sql/servers/s";
        const inputs = {
            connection: { kind: "azure:privateEndpointConnection", resourceId, connectionName: "Ledger.A1" },
            decision: "accept",
            observed: { status: "accepted" },
        };
        expect(await decision.previewCreate(IT, inputs)).toMatchObject({ connectionId: "ledger.a1" });
    });

    it("of a request that is not there yet knows neither who asks nor what is warned of afterwards", async () => {
        clouds.simulator.world = worldWith({ endpoints: [] });
        const { decision } = started();
        const { inputs } = await decision.check(IT, {}, { connection: at(1), decision: "accept" });
        expect(inputs.warnings).toEqual(["there is no such request yet"]);
        expect(await decision.previewCreate(IT, wire(inputs))).toMatchObject({
            observed: UNKNOWN,
            requester: UNKNOWN,
            warnings: UNKNOWN,
        });
    });

    it("of what cannot be read does not tell that it is unknown: up leaves the outputs as they were", async () => {
        const declared = { connection: at(1), decision: "accept" };
        const { id, outputs, inputs } = await created("decision", declared);
        clouds.simulator.world = { aws: [] };
        const { decision } = started({ CONNECTIONS_UNREADABLE: "warn" });
        const next = wire((await decision.check(IT, wire(inputs), { ...declared, reason: "CHG-2" })).inputs);
        const previewed = await decision.previewUpdate(IT, id, wire(outputs), next);
        expect(previewed).toMatchObject({ observed: UNKNOWN, status: UNKNOWN, requester: UNKNOWN, reason: "CHG-2" });
        expect(await decision.update(IT, id, wire(outputs), next)).toMatchObject({ observed: outputs.observed });
    });

    it("of another reason keeps what up keeps", async () => {
        const declared = { connection: at(1), decision: "accept" };
        const { id, outputs, inputs } = await created("decision", declared);
        const { decision } = started();
        const next = await decision.check(IT, wire(inputs), { ...declared, reason: "CHG-2" });
        const { status, observed, decidedBy, decidedAt } = outputs;
        expect(await decision.previewUpdate(IT, id, wire(outputs), wire(next.inputs))).toMatchObject({
            ...{ status, observed, decidedBy, decidedAt },
            reason: "CHG-2",
        });
    });
});

describe("an acceptance that is over", () => {
    it("stays cut by us when its reason changes", async () => {
        const declared = { connection: at(1), decision: "accept", until: "1h" };
        const { id, outputs, inputs } = await created("decision", declared);
        const cut = started({}, 3 * DAY_MS).decision;
        const over = wire((await cut.check(IT, wire(inputs), declared)).inputs);
        expect(over.transition).toContain("reject: accepted -> rejected");
        const rejected = await cut.update(IT, id, wire(outputs), over);
        expect(rejected).toMatchObject({ status: "rejected", decidedBy: "us" });
        const later = started({}, 4 * DAY_MS).decision;
        const next = wire((await later.check(IT, over, { ...declared, reason: "CHG-3" })).inputs);
        const { decidedBy, decidedAt } = rejected;
        expect(await later.update(IT, id, wire(rejected), next)).toMatchObject({
            decidedBy,
            decidedAt,
            reason: "CHG-3",
        });
    });
});

describe("an import", () => {
    it("of an admission says what to do instead", async () => {
        await expect(started().admission.read(IT, SCOPE_ID, undefined)).rejects.toThrow("Declare it without import");
    });
});

describe("what the engine sends", () => {
    it("is its value where it is secret: a setting that is passed over would let another account decide", () => {
        const secret = (value: unknown) => ({
            "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
            value,
        });
        const sent = toStruct({
            awsRoleArn: secret("arn:…"),
            list: [secret("a"), { b: secret(true) }],
            awsRegion: "x",
        });
        expect(fromStruct(sent)).toEqual({ awsRoleArn: "arn:…", list: ["a", { b: true }], awsRegion: "x" });
    });
});
