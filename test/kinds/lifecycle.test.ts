import { describe, expect, it } from "vitest";
import { type Plan, plan } from "../../src/decision/plan";
import type { Wire } from "../../src/engine/wire";
import { type ConnectionKindName, kinds } from "../../src/kinds";
import { lifecyclesOf } from "../../src/kinds/lifecycle";
import type { Lifecycle } from "../../src/kinds/table";
import type { Decision, Status } from "../../src/shared/vocabulary";
import { useClouds } from "../support/clouds";
import { TestStack } from "../support/engine";
import { STATUSES } from "../support/kind-data";
import {
    type Expected,
    type LifecycleRows,
    lifecycleRowsOf,
    ROWS,
    rejectedState,
    stateWith,
    statusOf,
} from "../support/kind-rows";
import { pendingEverywhere, sentActions } from "../support/rows-clouds";

/**
 * Every row of every kind: what is planned in that status, and what becomes of it on the simulated cloud. What is expected is written by
 * hand in the files of rows, from the documents, not taken from the tables.
 */
const DECISIONS: readonly Decision[] = ["accept", "reject"];
const clouds = useClouds({ world: pendingEverywhere() });

const ALL = [...ROWS].flatMap(([name, rows]) =>
    lifecycleRowsOf(rows).map(([table, own]) => ({ name, table, title: `${name} ${table}`.trim(), rows: own })),
);

describe.each(ALL)("$title", ({ name, table, rows }) => {
    const lifecycle = tableOf(name, table);

    it.each(cellsOf(rows))("$decision of $state ($status) is planned: $expected", ({ decision, status, expected }) => {
        expect(inWords(planned(lifecycle, decision, status, false), decision, status, rows)).toBe(expected);
    });

    it("has a row for every status its cloud has a word for, and plans nothing for the others", () => {
        const words = new Set<Status>([...Object.values(kinds[name].statuses), "absent"]);
        for (const decision of DECISIONS) {
            const rowsOfTable = Object.keys(lifecycle[decision]);
            expect([...words].filter((status) => !rowsOfTable.includes(status))).toEqual([]);
            for (const status of STATUSES.filter((one) => !rowsOfTable.includes(one))) {
                expect(planned(lifecycle, decision, status, true)).toEqual({ step: { do: "unknown" }, warnings: [] });
            }
        }
    });

    it("has a source for every row, and says of every undocumented action that it is tried", () => {
        for (const decision of DECISIONS) {
            for (const [status, cell] of Object.entries(lifecycle[decision])) {
                expect(cell.source, `${decision} of ${status}`).not.toBe("");
                if (cell.basis === "tried") {
                    expect(["accept", "reject", "remove"]).toContain(cell.do);
                    expect(planned(lifecycle, decision, status as Status, true).transition).toContain("undocumented");
                }
            }
        }
    });
});

const SIMULATED = ALL.filter(({ rows }) => rows.world !== undefined);

describe.each(SIMULATED)("$title on the simulated cloud", ({ name, rows }) => {
    const declare = (decision: Decision, more: Wire = {}): Wire => ({
        connection: { kind: name, ...rows.connection },
        decision,
        timeout: "30s",
        waitForRequest: "5s",
        ...more,
    });
    const put = (state: string) => {
        clouds.simulator.world = rows.world?.(state) ?? {};
        return new TestStack(clouds.simulator);
    };
    const sent = () => sentActions(clouds.simulator, rows);

    it.each(cellsOf(rows))(
        "$decision of $state ($status): $expected",
        async ({ state, decision, status, expected }) => {
            const stack = put(state);
            const program = { a: declare(decision) };
            const preview = await stack.preview(program);
            if (expected === "x") {
                expect(preview.failures.a).toContain("cannot be rejected once it is accepted");
                expect((await stack.up({ a: declare(decision, { allowRemoval: true }) })).failures).toEqual({});
                expect(sent()).toEqual(["remove"]);
                return;
            }
            expect(preview.failures).toEqual({});
            expect(preview.steps[0]?.inputs.observed).toMatchObject({ status });
            const { failures } = await stack.up(program);
            const said = { failures, inputs: preview.steps[0]?.inputs ?? {} };
            if (expected === "!" || expected === ">") {
                expectNothingDone(said, expected, status);
                expect(sent()).toEqual([]);
            } else {
                expect(failures).toEqual({});
                expect(sent()).toEqual(expected === "=" ? [] : [expected]);
                expect((await stack.preview(program)).steps.map((step) => step.op)).toEqual(["same"]);
            }
        },
    );

    const underway = Object.entries(rows.states).filter(
        ([, [status, , reject]]) => status === "accepting" && reject === ">",
    );

    it.each(underway)("a reject of %s that works by then cuts it only where the preview says so", async (state) => {
        const stack = put(state);
        const program = { a: declare("reject", { allowRemoval: true }) };
        const { transition } = (await stack.preview(program)).steps[0]?.inputs ?? {};
        const shown = String(transition).includes("CUTS a working connection");
        const { failures } = await stack.up(program, () => put(stateWith("accepted", rows)));
        expect([sent().length, failures.a ?? ""]).toEqual(
            shown ? [1, ""] : [0, expect.stringContaining("changed since the preview")],
        );
        const kept = declare("reject");
        const removes = sent()[0] === "remove";
        const { steps } = await put(state).preview({ a: kept });
        expect(String(steps[0]?.inputs.transition).includes("allowRemoval")).toBe(removes);
    });

    it.runIf(underway.length > 0)("counts what a reject of what is being accepted will cut", async () => {
        const failures: unknown[] = [];
        for (const [state] of underway) {
            put(state);
            const none = new TestStack(clouds.simulator, { "connections:maxCuts": "0" });
            failures.push((await none.preview({ a: declare("reject", { allowRemoval: true }) })).failures.a);
        }
        expect(failures.join()).toContain("would cut more than 0 connections");
    });

    it("takes a status it does not know for unknown, and sends nothing", async () => {
        const preview = await put("SomethingNew").preview({ a: declare("reject") });
        expect(preview.failures.a).toContain('the cloud says "SomethingNew"');
        const warned = new TestStack(clouds.simulator, { "connections:unreadable": "warn" });
        expect((await warned.preview({ a: declare("reject") })).steps[0]?.inputs).toMatchObject({
            observed: { status: "unknown" },
            warnings: [expect.stringContaining('the cloud says "SomethingNew"')],
        });
        expect((await warned.up({ a: declare("reject") })).failures.a).toContain("nothing was sent");
        expect(sent()).toEqual([]);
    });
});

/** What `up` says where it can do nothing, or waits for the cloud. In the simulator nobody moves such a state on. */
function expectNothingDone(said: { failures: Result["failures"]; inputs: Wire }, expected: "!" | ">", status: Status) {
    const { failures, inputs } = said;
    if (expected === ">") {
        expect(inputs.transition).toContain("waiting for the cloud");
        expect(failures.a).toContain("is not settled after");
    } else if (status === "absent") {
        expect(failures.a).toContain("there is no such request after 5s");
    } else {
        expect(failures).toEqual({});
        expect(inputs.warnings).toEqual([expect.stringMatching(/^cannot be accepted: /)]);
    }
}

type Result = Awaited<ReturnType<TestStack["up"]>>;

function cellsOf({ states }: LifecycleRows) {
    return Object.entries(states).flatMap(([state, [status, accept, reject]]) => [
        { state, status, decision: "accept" as const, expected: accept },
        { state, status, decision: "reject" as const, expected: reject },
    ]);
}

function tableOf(name: ConnectionKindName, table: string): Lifecycle {
    const found = lifecyclesOf(kinds[name]).find(([one]) => one === table)?.[1];
    if (found === undefined) {
        throw new Error(`${name} has no lifecycle table "${table}"`);
    }
    return found;
}

function planned(table: Lifecycle, decision: Decision, status: Status, allowRemoval: boolean): Plan {
    const memory = status === "absent" ? {} : ({ seen: "pending" } as const);
    const options = { allowRemoval, onDrift: "correct", established: false, waitForRequest: "1m" } as const;
    return plan(table, decision, { status }, memory, options);
}

/** A plan in the words of the rows. Its text says what an action leads to, and that it cuts what works. */
function inWords(
    { step, transition = "" }: Plan,
    decision: Decision,
    status: Status,
    rows: LifecycleRows,
): Expected | string {
    const words = { none: "=", settle: ">", awaitRequest: "!", lapsed: "!", hold: "held", unknown: "unknown" };
    if (step.do === "refuse") {
        return step.remedy.includes("allowRemoval") ? "x" : step.why;
    }
    if (step.do !== "act") {
        return words[step.do];
    }
    const goal = decision === "accept" ? "accepted" : statusOf(rejectedState(rows), rows);
    const cut = status === "accepted" ? "CUTS a working connection" : "";
    const shown = transition.startsWith(`${decision}: ${status} -> ${goal}`) && transition.includes(cut);
    return shown ? step.action : transition;
}
