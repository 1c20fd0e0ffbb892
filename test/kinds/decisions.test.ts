import { describe, expect, it } from "vitest";
import type { Wire } from "../../src/engine/wire";
import { kinds } from "../../src/kinds";
import type { Decision } from "../../src/shared/vocabulary";
import { useClouds } from "../support/clouds";
import { TestStack } from "../support/engine";
import { type Expected, ROWS, rejectedState, stateWith, statusOf, waitingState } from "../support/kind-rows";
import { pendingEverywhere, sentActions } from "../support/rows-clouds";
import { stateIn } from "../support/worlds";

/** What every kind does with one connection: its guard, what somebody undid outside, its deletion, its dry run. */
const clouds = useClouds({ world: pendingEverywhere() });

describe.each([...ROWS])("%s", (name, rows) => {
    const declare = (decision: Decision, more: Wire = {}) => ({
        a: { connection: { kind: name, ...rows.connection }, decision, ...more },
    });
    const put = (state: string) => {
        clouds.simulator.world = rows.world(state);
    };
    const sent = () => sentActions(clouds.simulator, rows);
    const waiting = waitingState(rows);
    const waits = statusOf(waiting, rows);
    const accepted = stateWith("accepted", rows);
    const rejected = rejectedState(rows);
    const ends = statusOf(rejected, rows);
    /** What an accept does once it is rejected, and a reject once it is accepted. */
    const revives = rows.states[rejected]?.[1] as Expected;
    const cuts = rows.states[accepted]?.[2] as Expected;
    const cutsBy = cuts === "x" ? "remove" : "reject";
    const possible = [...new Set([cutsBy, ...(rows.calls.remove === undefined ? [] : ["remove"])])];
    const impossible = ["reject", "remove"].filter((action) => !possible.includes(action));

    const sendsFor = (decision: Decision) => rows.states[waiting]?.[decision === "accept" ? 1 : 2] === decision;

    /** A stack that has carried a decision out, and a cloud in which somebody else changed it afterwards. */
    async function decided(decision: Decision, outside: string, more: Wire = {}): Promise<TestStack> {
        put(waiting);
        const stack = new TestStack(clouds.simulator);
        expect((await stack.up(declare(decision, more))).failures).toEqual({});
        put(outside);
        clouds.simulator.clearCalls();
        return stack;
    }

    describe("the guard", () => {
        const { requester, evidence } = rows;

        it("shows who asks and what the cloud vouches for, and lets what is expected through", async () => {
            put(waiting);
            const stack = new TestStack(clouds.simulator);
            const program = declare("accept", { expectedRequester: requester.asking, expectedEvidence: evidence.told });
            const { steps, failures } = await stack.preview(program);
            expect(failures).toEqual({});
            expect(steps[0]?.inputs).toMatchObject({
                observed: { status: waits, requester: requester.asking, ...evidence.told },
                transition: `accept: ${waits} -> accepted`,
            });
            expect(sent()).toEqual([]);
            expect((await stack.up(program)).failures).toEqual({});
            expect(sent()).toEqual(["accept"]);
        });

        it.each([
            ["requester", { expectedRequester: requester.other }, `the requester is ${requester.asking}`],
            ["fact", { expectedEvidence: evidence.other }, `${Object.keys(evidence.other)[0]} is `],
        ])("sends nothing where another %s is expected", async (_what, expectation, text) => {
            // A fact is no guard where nothing would be sent; a requester always is.
            const guarded = (["accept", "reject"] as const).filter(
                (decision) => "expectedRequester" in expectation || sendsFor(decision),
            );
            for (const decision of guarded) {
                put(waiting);
                const stack = new TestStack(clouds.simulator);
                const program = declare(decision, expectation);
                expect((await stack.preview(program)).failures.a).toContain(text);
                expect((await stack.up(program)).failures.a).toContain(text);
                expect([sent(), stateIn(clouds.simulator.world)]).toEqual([[], waiting]);
            }
        });
    });

    describe("what somebody undid outside", () => {
        it(`is shown in the preview: accepted, then rejected (${revives})`, async () => {
            const stack = await decided("accept", rejected);
            const { steps, failures } = await stack.preview(declare("accept"));
            expect(failures).toEqual({});
            if (revives === "!") {
                expect(steps[0]?.inputs.warnings).toEqual([
                    expect.stringMatching(/^declared accept earlier, and the connection is rejected /),
                ]);
            } else {
                expect(steps[0]?.inputs.transition).toContain(`accept: ${ends} -> accepted`);
            }
            expect((await stack.up(declare("accept"))).failures).toEqual({});
            expect(sent()).toEqual(revives === "!" ? [] : [revives]);
        });

        it(`is shown in the preview: rejected, then accepted (${cuts})`, async () => {
            const stack = await decided("reject", accepted);
            const program = declare("reject", cuts === "x" ? { allowRemoval: true } : {});
            const goal = cuts === "x" ? "absent" : ends;
            const { steps, failures } = await stack.preview(program);
            expect(failures).toEqual({});
            expect(steps[0]?.inputs.transition).toContain(`reject: accepted -> ${goal} (CUTS a working connection`);
            expect((await stack.up(program)).failures).toEqual({});
            expect(sent()).toEqual([cutsBy]);
        });

        it("is left alone with onDrift: hold", async () => {
            const stack = await decided("reject", accepted, { onDrift: "hold" });
            const program = declare("reject", { onDrift: "hold" });
            expect((await stack.preview(program)).steps[0]?.inputs.transition).toContain("held: declared reject");
            expect((await stack.up(program)).failures).toEqual({});
            expect([sent(), stateIn(clouds.simulator.world)]).toEqual([[], accepted]);
        });

        it.runIf(sendsFor("reject"))("is decided again: the requester asks again, and is rejected again", async () => {
            const stack = await decided("reject", waiting);
            const { steps } = await stack.preview(declare("reject"));
            expect(steps[0]).toMatchObject({ op: "update", inputs: { transition: `reject: ${waits} -> ${ends}` } });
            expect((await stack.up(declare("reject"))).failures).toEqual({});
            expect(sent()).toEqual(["reject"]);
        });
    });

    describe("its deletion", () => {
        it("sends nothing by default", async () => {
            const stack = await decided("accept", accepted);
            expect((await stack.destroy()).failures).toEqual({});
            expect([stack.state.size, sent(), stateIn(clouds.simulator.world)]).toEqual([0, [], accepted]);
        });

        it.each(possible)("with onDelete: %s sends that", async (onDelete) => {
            const stack = await decided("accept", accepted, { onDelete });
            expect((await stack.destroy()).failures).toEqual({});
            expect([stack.state.size, sent()]).toEqual([0, [onDelete]]);
            expect(stateIn(clouds.simulator.world)).not.toBe(accepted);
        });

        const standing = Object.entries(rows.states).filter(
            ([, [status]]) => !["accepting", "rejecting", "removing", "absent"].includes(status),
        );
        it.runIf(possible.includes("remove")).each(standing)("with onDelete: remove ends what is %s", async (state) => {
            const stack = await decided("accept", state, { onDelete: "remove", timeout: "20s" });
            expect((await stack.destroy()).failures).toEqual({});
            expect(stack.state.size).toBe(0);
            expect(["pending", "accepted"]).not.toContain(rows.states[stateIn(clouds.simulator.world) ?? ""]?.[0]);
        });

        it.each(impossible)("with onDelete: %s fails the preview", async (onDelete) => {
            put(waiting);
            const { failures } = await new TestStack(clouds.simulator).preview(declare("accept", { onDelete }));
            expect(failures.a).toContain(`onDelete: "${onDelete}" is not possible`);
        });
    });
});

describe.each([...ROWS].filter(([name]) => kinds[name].probe !== undefined))("the dry run of %s", (name, rows) => {
    const program = { a: { connection: { kind: name, ...rows.connection }, decision: "accept" } };

    it.each([
        ["allowed", [], []],
        ["denied", [rows.calls.accept ?? ""], [expect.stringContaining(`up needs ${rows.calls.accept}`)]],
    ])("says in the preview what is not allowed, and changes nothing: %s", async (_what, denied, warnings) => {
        const world = rows.world(waitingState(rows));
        const account = world.aws?.[0] ?? world.alibaba?.[0];
        Object.assign(account ?? {}, { principals: [{ accessKeyId: rows.accessKeyId ?? "", denied }] });
        clouds.simulator.world = world;
        const { failures, logs } = await new TestStack(clouds.simulator, { "connections:probe": "true" }).preview(
            program,
        );
        expect(failures).toEqual({});
        expect(logs.map(({ text }) => text).filter((text) => text.includes("permission missing"))).toEqual(warnings);
        expect(clouds.simulator.calls.filter(({ action }) => action === rows.calls.accept)).toHaveLength(1);
        expect(stateIn(clouds.simulator.world)).toBe(waitingState(rows));
    });
});
