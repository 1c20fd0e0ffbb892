import { describe, expect, it } from "vitest";
import { exceptKeys } from "../../src/decision/except";
import { Run } from "../../src/engine/run";
import type { Wire } from "../../src/engine/wire";
import { kinds } from "../../src/kinds";
import { oneSpelling } from "../../src/kinds/azure/fields";
import type { ConnectionKind } from "../../src/kinds/kind";
import { MemoryLedger } from "../../src/shared/ledger";
import type { World } from "../../src/simulator/index";
import { useClouds } from "../support/clouds";
import { TestStack, virtualClock } from "../support/engine";

/** The provider decides what the simulated Azure holds, type by type. Rules of both sides are written separately, from the documents. */
const SUBSCRIPTION = "0b1f6471-1bf0-4dda-aec3-cb9272f09590";
const REQUESTER = "5fc973ee-a581-4909-97e8-2ea11a1df31f";
const TENANT = "7f1c4b1e-0d7a-4d2c-9a39-2a4a5a1f6c11";

const idOf = (type: string) => `/subscriptions/${SUBSCRIPTION}/resourceGroups/orders/providers/${type}/ledger`;
const endpoint = (name: string) =>
    `/subscriptions/${REQUESTER}/resourceGroups/net/providers/Microsoft.Network/privateEndpoints/${name}`;

const TYPES = [
    "Microsoft.Network/privateLinkServices",
    "Microsoft.Storage/storageAccounts",
    "Microsoft.Sql/servers",
    "Microsoft.KeyVault/vaults",
    "Microsoft.DocumentDB/databaseAccounts",
    "Microsoft.Web/sites",
] as const;

function worldOf(status: string, undocumented: World["undocumented"] = {}): World {
    return {
        azure: [
            {
                tenantId: TENANT,
                subscriptionId: SUBSCRIPTION,
                resources: TYPES.map((type) => ({
                    id: idOf(type),
                    privateEndpointConnections: [
                        {
                            name: "ledger.77",
                            status,
                            privateEndpointId: endpoint("pe-analytics"),
                            description: "CHG-7 please",
                            groupIds: ["blob"],
                        },
                    ],
                })),
            },
        ],
        undocumented,
    };
}

const clouds = useClouds({ world: worldOf("Pending"), settleMs: 200 });

function declare(type: string, decision: "accept" | "reject", more: Wire = {}): Record<string, Wire> {
    const { connection, ...rest } = more as { connection?: Wire };
    return {
        a: {
            connection: {
                kind: "azure:privateEndpointConnection",
                resourceId: idOf(type),
                ...(connection ?? { connectionName: "ledger.77" }),
            },
            decision,
            timeout: "2m",
            ...rest,
        },
    };
}

function statusOf(type: string, called = "ledger.77"): string | undefined {
    const resource = clouds.simulator.world.azure?.[0]?.resources?.find(({ id }) => id === idOf(type));
    return resource?.privateEndpointConnections?.find(({ name }) => name === called)?.status;
}

/** A requester asks, while everything else stays as it is. */
function arrive(type: string, request: { name: string; privateEndpointId: string; status?: string }): void {
    const world = structuredClone(clouds.simulator.world);
    const resource = world.azure?.[0]?.resources?.find(({ id }) => id === idOf(type));
    resource?.privateEndpointConnections?.push({ status: "Pending", ...request });
    clouds.simulator.world = world;
}

/** The connection changes, while everything else stays as it is. */
function becomes(type: string, change: Wire): void {
    const world = structuredClone(clouds.simulator.world);
    const resource = world.azure?.[0]?.resources?.find(({ id }) => id === idOf(type));
    Object.assign(resource?.privateEndpointConnections?.[0] ?? {}, change);
    clouds.simulator.world = world;
}

const written = () => clouds.simulator.calls.filter(({ action }) => /\/(write|delete)$/.test(action));

describe.each(TYPES)("%s", (type) => {
    it.each([
        ["accept", "Approved", "accepted"],
        ["reject", "Rejected", "rejected"],
    ] as const)("%s: shows who asks, sends once, holds", async (decision, status, stored) => {
        const stack = new TestStack(clouds.simulator);
        const program = declare(type, decision, { expectedRequester: REQUESTER });
        const preview = await stack.preview(program);
        expect(preview.failures).toEqual({});
        expect(preview.steps[0]?.inputs).toMatchObject({
            observed: { requester: REQUESTER, requesterSays: "CHG-7 please" },
            transition: `${decision}: pending -> ${stored}`,
        });
        expect(written()).toEqual([]);
        expect((await stack.up(program)).failures).toEqual({});
        expect(statusOf(type)).toBe(status);
        expect(written()).toHaveLength(1);
        expect((await stack.preview(program)).steps.map(({ op }) => op)).toEqual(["same"]);
        expect([...stack.state.values()][0]?.id).toBe(
            `azure:privateEndpointConnection${idOf(type).toLowerCase().replace("resourcegroups", "resourceGroups")}/ledger.77`,
        );
    });

    it("refuses another requester", async () => {
        const stack = new TestStack(clouds.simulator);
        const program = declare(type, "accept", { expectedRequester: SUBSCRIPTION });
        expect((await stack.preview(program)).failures.a).toContain(`the requester is ${REQUESTER}`);
        expect(written()).toEqual([]);
    });

    it("sees a decision that somebody undid outside, where its kind can undo it", async () => {
        const stack = new TestStack(clouds.simulator);
        const program = declare(type, "accept");
        await stack.up(program);
        clouds.simulator.world = worldOf("Rejected");
        const { steps, failures } = await stack.preview(program);
        expect(failures).toEqual({});
        expect(steps[0]?.inputs.observed).toMatchObject({ status: "rejected" });
        expect(steps[0]?.inputs.warnings).toEqual([expect.stringContaining("declared accept earlier")]);
    });

    it("keeps the requester's message", async () => {
        await new TestStack(clouds.simulator).up(declare(type, "accept"));
        const resource = clouds.simulator.world.azure?.[0]?.resources?.find(({ id }) => id === idOf(type));
        expect(resource?.privateEndpointConnections?.[0]?.description).toBe(
            "CHG-7 please (Approved by pulumi-connection-decision)",
        );
    });
});

describe("an approved connection", () => {
    it("of SQL can only be removed, and only where that is allowed", async () => {
        const type = "Microsoft.Sql/servers";
        clouds.simulator.world = worldOf("Approved");
        const stack = new TestStack(clouds.simulator);
        expect((await stack.preview(declare(type, "reject"))).failures.a).toContain(
            "cannot be rejected once it is accepted",
        );
        expect((await stack.up(declare(type, "reject", { allowRemoval: true }))).failures).toEqual({});
        expect(statusOf(type)).toBe("Removed");
        expect(written().map(({ action }) => action)).toEqual([`${type}/privateEndpointConnections/delete`]);
    });

    it.each(TYPES.filter((type) => type !== "Microsoft.Sql/servers"))("of %s is rejected", async (type) => {
        clouds.simulator.world = worldOf("Approved");
        const { failures } = await new TestStack(clouds.simulator).up(declare(type, "reject"));
        expect(failures).toEqual({});
        expect(statusOf(type)).toBe("Rejected");
    });

    it("that the cloud refuses to reject is reported in its own words", async () => {
        clouds.simulator.world = worldOf("Approved", { azureRejectApproved: "refuses" });
        const { failures } = await new TestStack(clouds.simulator).up(
            declare("Microsoft.Storage/storageAccounts", "reject"),
        );
        expect(failures.a).toMatch(/the cloud refused[\s\S]*BadRequest/);
    });
});

describe("a connection that is named by what is known of it", () => {
    const type = "Microsoft.KeyVault/vaults";
    const sought = { connection: { privateEndpointId: endpoint("PE-Analytics") } };

    it("is found, decided, and pinned in the state", async () => {
        const stack = new TestStack(clouds.simulator);
        const program = declare(type, "accept", sought);
        expect((await stack.up(program)).failures).toEqual({});
        expect([...stack.state.values()][0]?.id).toMatch(/\/ledger\.77$/);
        expect((await stack.preview(program)).steps.map(({ op }) => op)).toEqual(["same"]);
        // A second connection of the same endpoint comes: the decision stays with the first.
        arrive(type, { name: "ledger.78", privateEndpointId: endpoint("pe-analytics") });
        const again = await stack.preview(program);
        expect([again.failures, again.steps.map(({ op }) => op)]).toEqual([{}, ["same"]]);
        expect((await new TestStack(clouds.simulator).preview(program)).failures.a).toMatch(
            /2 connections match[\s\S]*ledger\.77 \(accepted, .*ledger\.78 \(pending/,
        );
    });

    it("stays pinned, and remembered, where what is known of it is written in another case", async () => {
        const stack = new TestStack(clouds.simulator);
        const until = { until: "30d" };
        await stack.up(declare(type, "accept", { ...sought, ...until }));
        const { __memory, acceptedUntil } = stack.state.get("a")?.inputs ?? {};
        arrive(type, { name: "ledger.78", privateEndpointId: endpoint("pe-analytics") });
        const other = { connection: { privateEndpointId: endpoint("pe-ANALYTICS") } };
        const again = declare(type, "accept", { ...other, ...until });
        const { failures, steps } = await stack.preview(again);
        expect([failures, steps.map(({ op }) => op)]).toEqual([{}, ["same"]]);
        expect(steps[0]?.inputs).toMatchObject({ __memory, acceptedUntil });
    });

    it("is waited for, and said to be missing where it does not come", async () => {
        const stack = new TestStack(clouds.simulator);
        const program = declare(type, "accept", {
            connection: { privateEndpointId: endpoint("pe-late") },
            waitForRequest: "10s",
        });
        expect((await stack.preview(program)).steps[0]?.inputs.warnings).toEqual(["there is no such request yet"]);
        expect((await stack.up(program)).failures.a).toContain("there is no such request after 10s");
    });

    it("tells of a new one where its own is over", async () => {
        const stack = new TestStack(clouds.simulator);
        const program = declare(type, "accept", sought);
        await stack.up(program);
        clouds.simulator.world = worldOf("Disconnected");
        arrive(type, { name: "ledger.99", privateEndpointId: endpoint("pe-analytics") });
        const { logs } = await stack.preview(program);
        expect(logs.map(({ text }) => text).join("\n")).toContain("another connection matches now: ledger.99");
        expect(written()).toHaveLength(1);
    });
});

describe("a connection name that is somebody else's by now", () => {
    const type = "Microsoft.Storage/storageAccounts";
    const evil = endpoint("pe-evil").replace(REQUESTER, SUBSCRIPTION);
    const stranger = { status: "Pending", privateEndpointId: evil };
    const selectors = [
        ["endpoint", { privateEndpointId: endpoint("PE-Analytics") }],
        ["requester", { requester: REQUESTER.toUpperCase(), privateEndpointName: "pe-*" }],
    ] as const;
    const another = /it is another connection than declared: .*\/pe-evil.*; declared .*(pe-analytics|pe-\*)/i;

    it.each(selectors)("fails the preview where it would be accepted, by %s", async (_name, connection) => {
        const stack = new TestStack(clouds.simulator);
        const program = declare(type, "accept", { connection });
        await stack.up(program);
        becomes(type, stranger);
        expect((await stack.preview(program)).failures.a).toMatch(another);
        expect((await stack.up(program)).failures.a).toMatch(another);
        expect([statusOf(type), written().length]).toEqual(["Pending", 1]);
    });

    it.each(selectors)("is a warning where nothing would be sent, by %s", async (_name, connection) => {
        const stack = new TestStack(clouds.simulator);
        const program = declare(type, "accept", { connection });
        await stack.up(program);
        becomes(type, { ...stranger, status: "Approved" });
        const { failures, steps } = await stack.preview(program);
        expect([failures, steps.map(({ op }) => op)]).toEqual([{}, ["update"]]);
        expect(steps[0]?.inputs.warnings).toEqual([expect.stringMatching(another)]);
        await stack.refresh();
        expect(stack.outputs("a").warnings).toEqual([expect.stringMatching(another)]);
        expect((await stack.up(program)).failures).toEqual({});
        expect((await stack.preview(program)).steps.map(({ op }) => op)).toEqual(["same"]);
    });

    it.each([
        ["endpoint, with its requester", selectors[0][1], endpoint("pe-evil")],
        ["requester", selectors[1][1], evil],
    ])("is not accepted while an accept is put off, by %s", async (_name, connection, privateEndpointId) => {
        clouds.simulator.addFaults({ action: `${type}/privateEndpointConnections/write`, fault: "throttle", times: 2 });
        const clock = virtualClock(clouds.simulator);
        const sleep = (...given: Parameters<typeof clock.sleep>) => {
            if (written().length > 0) {
                becomes(type, { privateEndpointId });
            }
            return clock.sleep(...given);
        };
        const stack = new TestStack(clouds.simulator, {}, {}, { ...clock, sleep });
        const expected = "privateEndpointId" in connection ? { expectedRequester: REQUESTER } : {};
        const { failures } = await stack.up(declare(type, "accept", { connection, ...expected }));
        expect(failures.a).toMatch(another);
        expect([statusOf(type), written().length]).toEqual(["Pending", 1]);
    });

    it.each(["reject", "remove"])("is not cut by onDelete: %s", async (onDelete) => {
        const stack = new TestStack(clouds.simulator);
        await stack.up(declare(type, "accept", { connection: selectors[0][1], onDelete }));
        becomes(type, { ...stranger, status: "Approved" });
        const { failures, logs } = await stack.destroy();
        expect([failures, statusOf(type), written().length, stack.state.size]).toEqual([{}, "Approved", 1, 0]);
        expect(logs.map(({ text }) => text).join("\n")).toMatch(
            new RegExp(`onDelete: ${onDelete} leaves .*/ledger\\.77 of ${SUBSCRIPTION}, accepted, as it is: .*pe-evil`),
        );
    });

    it("is not cut by a replacement, and its preview says so", async () => {
        const stack = new TestStack(clouds.simulator);
        await stack.up(declare(type, "accept", { connection: selectors[0][1], onDelete: "reject" }));
        becomes(type, { ...stranger, status: "Approved" });
        arrive(type, { name: "ledger.99", privateEndpointId: endpoint("pe-analytics") });
        const named = declare(type, "accept", { connection: { connectionName: "ledger.99" }, onDelete: "reject" });
        const { logs } = await stack.preview(named);
        expect(logs.map(({ text }) => text).join("\n")).toMatch(/onDelete: reject leaves .*ledger\.77/);
        expect((await stack.up(named)).failures).toEqual({});
        expect([statusOf(type), statusOf(type, "ledger.99")]).toEqual(["Approved", "Approved"]);
    });

    it("tells of the one that matches now", async () => {
        const stack = new TestStack(clouds.simulator);
        const program = declare(type, "accept", { connection: selectors[0][1] });
        await stack.up(program);
        becomes(type, stranger);
        arrive(type, { name: "ledger.99", privateEndpointId: endpoint("pe-analytics") });
        const { logs, failures } = await stack.preview(program);
        expect(failures.a).toMatch(another);
        expect(logs.map(({ text }) => text).join("\n")).toContain("another connection matches now: ledger.99");
    });

    it("is decided where the declaration names it by its id", async () => {
        const stack = new TestStack(clouds.simulator);
        await stack.up(declare(type, "accept", { connection: selectors[0][1] }));
        becomes(type, stranger);
        expect((await stack.up(declare(type, "accept"))).failures).toEqual({});
        expect(statusOf(type)).toBe("Approved");
    });

    it.each([
        ["is no mismatch where nothing is sent", "Disconnected", undefined],
        ["is not decided again", "Pending", /the cloud does not tell whether it is the connection that is declared/],
    ])("that is not told any more %s", async (_name, status, failure) => {
        const stack = new TestStack(clouds.simulator);
        const program = declare(type, "accept", { connection: selectors[0][1], onDelete: "remove" });
        await stack.up(program);
        becomes(type, { status, privateEndpointId: undefined });
        const { failures, steps } = await stack.up(program);
        if (failure === undefined) {
            expect(failures).toEqual({});
            expect(String(steps[0]?.inputs.warnings)).not.toContain("does not tell");
        } else {
            expect(failures.a).toMatch(failure);
        }
        expect(written()).toHaveLength(1);
        const { logs } = await stack.destroy();
        expect([written().length, logs.map(({ text }) => text).join()]).toEqual([
            1,
            expect.stringContaining("onDelete: remove leaves"),
        ]);
    });
});

describe("several declarations about one storage account", () => {
    const type = "Microsoft.Storage/storageAccounts";
    const scope = { kind: "azure:privateEndpointConnection", resourceId: idOf(type) };
    const bySelector = { ...scope, privateEndpointId: endpoint("pe-analytics") };
    const byName = {
        ...scope,
        resourceId: idOf(type).toUpperCase().replace("/SUBSCRIPTIONS", "/subscriptions"),
        connectionName: "LEDGER.77",
    };
    const rules = [{ name: "analytics", requester: REQUESTER, verdict: "accept" }];

    it("an admission decides by the requester's subscription", async () => {
        const stack = new TestStack(clouds.simulator);
        const program = { all: { scope, rules } };
        expect((await stack.preview(program)).steps[0]?.inputs).toMatchObject({
            verdicts: { "ledger.77": `accept: pending, rule analytics, requester ${REQUESTER}` },
        });
        expect((await stack.up(program)).failures).toEqual({});
        expect(statusOf(type)).toBe("Approved");
        expect((await stack.preview(program)).steps.map(({ op }) => op)).toEqual(["same"]);
    });

    it("an admission says of what was rejected before it what is, not what it declared", async () => {
        clouds.simulator.world = worldOf("Rejected");
        const stack = new TestStack(clouds.simulator);
        const program = { all: { scope, rules, existing: "enforce" } };
        const said = `cannot be accepted: the request is rejected \\(Rejected\\); ask .*, rule analytics, requester ${REQUESTER}`;
        for (const { failures, steps } of [await stack.preview(program), await stack.up(program)]) {
            expect(failures).toEqual({});
            expect(steps[0]?.inputs.verdicts).toEqual({ "ledger.77": expect.stringMatching(`^${said}$`) });
        }
    });

    it.each([
        ["decision first", ["one", "all"]],
        ["admission first", ["all", "one"]],
    ])(
        "an admission leaves out what a decision finds by its selector, and only if it says so: %s",
        async (_name, order) => {
            const one = { connection: bySelector, decision: "reject" };
            const both = (except: Wire) => {
                const all: Record<string, Wire> = { one, all: { scope, rules, ...except } };
                return Object.fromEntries(order.map((name) => [name, all[name] as Wire]));
            };
            const covered = await new TestStack(clouds.simulator).preview(both({}));
            expect(Object.values(covered.failures).join()).toContain("are about the same connection");
            const stack = new TestStack(clouds.simulator);
            expect((await stack.up(both({ except: [bySelector] }))).failures).toEqual({});
            expect(statusOf(type)).toBe("Rejected");
            expect((await stack.preview(both({ except: [bySelector] }))).steps.map(({ op }) => op)).toEqual([
                "same",
                "same",
            ]);
        },
    );

    it.each([
        ["a name", ["LEDGER.77"]],
        ["a connection", [byName]],
        ["a selector", [{ ...scope, privateEndpointId: endpoint("PE-Analytics") }]],
    ])("an admission leaves out %s that is written in another case", async (_name, except) => {
        const stack = new TestStack(clouds.simulator);
        const program = { one: { connection: bySelector, decision: "reject" }, all: { scope, rules, except } };
        expect((await stack.up(program)).failures).toEqual({});
        expect(statusOf(type)).toBe("Rejected");
    });

    it("an admission leaves out one connection only: of several that a selector names it says so", async () => {
        const stack = new TestStack(clouds.simulator);
        const program = {
            one: { connection: bySelector, decision: "accept" },
            all: { scope, rules: [], otherwise: "reject", except: [bySelector] },
        };
        expect((await stack.up(program)).failures).toEqual({});
        arrive(type, { name: "ledger.78", privateEndpointId: endpoint("pe-analytics") });
        const { failures, steps } = await stack.preview(program);
        expect(failures).toEqual({});
        expect(steps[1]?.inputs.verdicts).toEqual({
            "ledger.77": expect.stringContaining("review: accepted, except names 2 connections"),
            "ledger.78": expect.stringContaining("review: pending, except names 2 connections"),
        });
        expect((await stack.up(program)).failures).toEqual({});
        expect(statusOf(type)).toBe("Approved");
        // Named by its id, it is left out alone.
        const named = { ...program, all: { ...program.all, except: ["ledger.77"] } };
        expect((await stack.up(named)).failures).toEqual({});
        expect([statusOf(type), statusOf(type, "ledger.78")]).toEqual(["Approved", "Rejected"]);
    });

    it("an admission that stays is no reason to skip the onDelete of what its except names by a selector", async () => {
        const stack = new TestStack(clouds.simulator);
        const all = { scope, rules: [], otherwise: "review", except: [bySelector] };
        await stack.up({ one: { connection: bySelector, decision: "accept", onDelete: "reject" }, all });
        expect(statusOf(type)).toBe("Approved");
        expect((await stack.up({ all })).failures).toEqual({});
        expect(statusOf(type)).toBe("Rejected");
    });

    it("a decision that is no target of this run is known by its selector too", () => {
        const key = `azure:privateEndpointConnection${oneSpelling(idOf(type))}/ledger.77`;
        const scopeKey = key.replace(/[^/]*$/, "*");
        const ledger = new MemoryLedger();
        ledger.add({ is: "declared", urn: "urn:one", id: key, connection: bySelector });
        const left = exceptKeys(kinds["azure:privateEndpointConnection"] as ConnectionKind, scopeKey, [bySelector]);
        const run = new Run(ledger.reader());
        expect(run.declaredByDecisions({ urn: "urn:all", key: scopeKey, except: left }, [key])).toBeUndefined();
        expect(run.declaredByDecisions({ urn: "urn:all", key: scopeKey, except: [] }, [key])?.message).toContain(
            "about the same connection",
        );
    });

    it("opposite decisions, by name and by selector, are a contradiction", async () => {
        const { failures } = await new TestStack(clouds.simulator).preview({
            a: { connection: byName, decision: "accept" },
            b: { connection: bySelector, decision: "reject" },
        });
        expect(failures.b).toContain("two opposite decisions about one connection");
    });

    it("another spelling of the same ids is no change", async () => {
        const stack = new TestStack(clouds.simulator);
        await stack.up({ a: { connection: { ...scope, connectionName: "ledger.77" }, decision: "accept" } });
        const { steps, failures } = await stack.preview({ a: { connection: byName, decision: "accept" } });
        expect([failures, steps.map(({ op }) => op)]).toEqual([{}, ["same"]]);
    });

    it("a reject that finds nothing is decided by the run that finds it", async () => {
        const stack = new TestStack(clouds.simulator);
        const late = { a: { connection: { ...scope, privateEndpointId: endpoint("pe-late") }, decision: "reject" } };
        expect((await stack.up(late)).failures).toEqual({});
        expect([...stack.state.values()][0]?.id).toContain("/?privateEndpointId=");
        expect((await stack.preview(late)).steps.map(({ op }) => op)).toEqual(["same"]);
        arrive(type, { name: "ledger.80", privateEndpointId: endpoint("pe-late") });
        const preview = await stack.preview(late);
        expect(preview.steps[0]?.inputs).toMatchObject({ transition: "reject: pending -> rejected" });
        expect((await stack.up(late)).failures).toEqual({});
        const found = clouds.simulator.world.azure?.[0]?.resources?.find(({ id }) => id === idOf(type));
        expect(found?.privateEndpointConnections?.map(({ name, status }) => [name, status])).toEqual([
            ["ledger.77", "Pending"],
            ["ledger.80", "Rejected"],
        ]);
        expect([...stack.state.values()].map(({ id }) => id.split("/").at(-1))).toEqual(["ledger.80"]);
    });

    describe("a reject that found nothing", () => {
        const late = { ...scope, privateEndpointId: endpoint("pe-late") };
        const program = { a: { connection: late, decision: "reject", onDelete: "reject" } };

        it("shows a request that came since in a refresh, and the next run decides it", async () => {
            const stack = new TestStack(clouds.simulator);
            await stack.up(program);
            arrive(type, { name: "ledger.80", privateEndpointId: endpoint("pe-late") });
            const { steps, failures } = await stack.refresh();
            expect([failures, steps.map(({ op }) => op)]).toEqual([{}, ["refresh"]]);
            expect(stack.outputs("a").observed).toMatchObject({ status: "pending", requester: REQUESTER });
            expect((await stack.up(program)).failures).toEqual({});
            expect(statusOf(type, "ledger.80")).toBe("Rejected");
            expect((await stack.preview(program)).steps.map(({ op }) => op)).toEqual(["same"]);
        });

        it("carries its onDelete out on what came since", async () => {
            const stack = new TestStack(clouds.simulator);
            await stack.up(program);
            arrive(type, { name: "ledger.80", privateEndpointId: endpoint("pe-late") });
            const { failures, logs } = await stack.destroy();
            expect(failures).toEqual({});
            expect(statusOf(type, "ledger.80")).toBe("Rejected");
            expect(logs.map(({ text }) => text).join("\n")).toMatch(
                /onDelete: reject is carried out now: .*ledger\.80/,
            );
        });

        it.each(["reject", "remove"])("leaves what came since and was accepted: onDelete: %s", async (onDelete) => {
            const stack = new TestStack(clouds.simulator);
            await stack.up({ a: { ...program.a, onDelete } });
            arrive(type, { name: "ledger.80", privateEndpointId: endpoint("pe-late"), status: "Approved" });
            const { failures, logs } = await stack.destroy();
            expect([failures, statusOf(type, "ledger.80"), written()]).toEqual([{}, "Approved", []]);
            expect(logs.map(({ text }) => text).join("\n")).toMatch(
                new RegExp(
                    `onDelete: ${onDelete} leaves .*ledger\\.80 of ${REQUESTER}, accepted, as it is: no run has shown`,
                ),
            );
        });

        it("leaves what is accepted between its last look and its call", async () => {
            const stack = new TestStack(clouds.simulator);
            await stack.up(program);
            arrive(type, { name: "ledger.80", privateEndpointId: endpoint("pe-late") });
            clouds.simulator.addFaults({
                action: `${type}/privateEndpointConnections/write`,
                fault: "throttle",
                times: 1,
            });
            const clock = virtualClock(clouds.simulator);
            const world = structuredClone(clouds.simulator.world);
            const late = world.azure?.[0]?.resources?.find(({ id }) => id === idOf(type))
                ?.privateEndpointConnections?.[1];
            Object.assign(late ?? {}, { status: "Approved" });
            const sleep = (...given: Parameters<typeof clock.sleep>) => {
                if (written().length > 0) {
                    clouds.simulator.world = world;
                }
                return clock.sleep(...given);
            };
            const other = new TestStack(clouds.simulator, {}, {}, { ...clock, sleep });
            for (const [name, resource] of stack.state) {
                other.state.set(name, resource);
            }
            expect((await other.destroy()).failures.a).toContain("the connection changed since");
            expect(statusOf(type, "ledger.80")).toBe("Approved");
        });

        it("leaves what came since to another decision of the run", async () => {
            const stack = new TestStack(clouds.simulator);
            await stack.up(program);
            arrive(type, { name: "ledger.80", privateEndpointId: endpoint("pe-late") });
            const b = { connection: { ...scope, connectionName: "ledger.80" }, decision: "accept" };
            expect((await stack.up({ b })).failures).toEqual({});
            expect(statusOf(type, "ledger.80")).toBe("Approved");
        });

        it("cannot be read by its id alone", async () => {
            const stack = new TestStack(clouds.simulator);
            await stack.up(program);
            const state = stack.state.get("a");
            stack.state.set("a", { ...(state as NonNullable<typeof state>), outs: {} });
            expect((await stack.refresh()).failures.a).toContain("a connection that no run has found yet");
        });
    });

    it("a delete that has nothing to send says nothing", async () => {
        clouds.simulator.world = worldOf("Rejected");
        const stack = new TestStack(clouds.simulator);
        await stack.up({ a: { connection: byName, decision: "reject", onDelete: "reject" } });
        const { failures, logs } = await stack.destroy();
        expect([failures, logs, written()]).toEqual([{}, [], []]);
    });
});

describe("Azure's refusals", () => {
    it.each([
        ["none", ""],
        ["no token", "Bearer x"],
        ["one that is not ours", tokenWith({ tid: TENANT })],
        ["one without an end", tokenWith({ tid: TENANT, sub: SUBSCRIPTION })],
        ["one of a day that is over", tokenWith({ tid: TENANT, sub: SUBSCRIPTION, exp: 1 })],
        ["one that says null", tokenWith(null)],
    ])("of a token: %s", async (_what, authorization) => {
        const url = `${clouds.simulator.url}${idOf(TYPES[0])}/privateEndpointConnections?api-version=2023-09-01`;
        const answer = await fetch(url, { headers: { authorization } });
        expect(answer.status).toBe(401);
    });

    it.each([
        ["text", "x"],
        ["JSON of another form", Buffer.from("{}").toString("base64url")],
    ])("of an operation that nobody started: %s", async (_what, operation) => {
        const authorization = tokenWith({ tid: TENANT, sub: SUBSCRIPTION, exp: Date.now() / 1000 + 60 });
        const path = `/subscriptions/${SUBSCRIPTION}/providers/Microsoft.Sql/locations/westeurope/operationResults/${operation}`;
        const url = `${clouds.simulator.url}${path}?api-version=2023-08-01`;
        const answer = await fetch(url, { headers: { authorization } });
        expect(answer.status).toBe(501);
        expect(await answer.json()).toMatchObject({ error: { code: "NotSimulated" } });
    });

    it("of a policy come verbatim", async () => {
        clouds.simulator.addFaults({
            action: "Microsoft.Sql/servers/privateEndpointConnections/write",
            fault: "refuseIds",
        });
        const { failures } = await new TestStack(clouds.simulator).up(declare("Microsoft.Sql/servers", "accept"));
        expect(failures.a).toMatch(/RequestDisallowedByPolicy[\s\S]*disallowed by policy/);
    });

    it("for too many requests are waited out", async () => {
        clouds.simulator.addFaults({
            action: "Microsoft.KeyVault/vaults/privateEndpointConnections/write",
            fault: "throttle",
            times: 2,
        });
        const { failures } = await new TestStack(clouds.simulator).up(declare("Microsoft.KeyVault/vaults", "accept"));
        expect(failures).toEqual({});
        expect(statusOf("Microsoft.KeyVault/vaults")).toBe("Approved");
    });

    it("of a resource that is not there are no absence", async () => {
        const stack = new TestStack(clouds.simulator);
        const program = declare("Microsoft.Sql/servers", "reject", { connection: { connectionName: "ledger.77" } });
        clouds.simulator.world = { azure: [{ tenantId: TENANT, subscriptionId: SUBSCRIPTION, resources: [] }] };
        expect((await stack.preview(program)).failures.a).toContain("cannot be read");
    });
});

function tokenWith(claims: object | null): string {
    const [header, payload] = [{ alg: "none" }, claims].map((part) =>
        Buffer.from(JSON.stringify(part)).toString("base64url"),
    );
    return `Bearer ${header}.${payload}.x`;
}
