import { describe, expect, it } from "vitest";
import { plan } from "../../src/decision/plan";
import type { Wire } from "../../src/engine/wire";
import { type ConnectionKindName, kinds } from "../../src/kinds";
import type { ConnectionKind } from "../../src/kinds/kind";
import { lifecycleOf, lifecyclesOf } from "../../src/kinds/lifecycle";
import type { Lifecycle } from "../../src/kinds/table";
import type { Status } from "../../src/shared/vocabulary";
import { useClouds } from "../support/clouds";
import { TestStack } from "../support/engine";
import { addressOf } from "../support/kind-data";
import { ROWS } from "./all-rows";
import type { Expected, KindRows } from "./kind-rows";

/**
 * Every row of every kind, against the simulator where its cloud has such a state. What is expected is written by hand in the files of
 * rows, from the documents, not taken from the tables.
 */
const STATUSES: readonly Status[] = [
    "pending",
    "accepting",
    "accepted",
    "rejecting",
    "rejected",
    "unconnected",
    "removing",
    "expired",
    "failed",
    "absent",
    "unknown",
];

const clouds = useClouds({
    world: Object.assign({}, ...[...ROWS.values()].map(({ world, states }) => world(Object.keys(states)[0] ?? ""))),
});

/** With a cloud of its own for each kind: the world says whose account it is. */
function declared(name: ConnectionKindName, rows: KindRows, decision: "accept" | "reject", more: Wire = {}): Wire {
    return { connection: { kind: name, ...rows.connection }, decision, ...more };
}

it("every kind has rows", () => {
    const missing = Object.keys(kinds).filter((name) => !ROWS.has(name as ConnectionKindName));
    const files = missing.map((name) => `test/kinds/${name.replace(":", "-")}.ts is missing: the rows of ${name}`);
    expect(files).toEqual([]);
});

describe.each([...ROWS])("%s", (name, rows) => {
    const kind = kinds[name];
    const declare = (decision: "accept" | "reject", more: Wire = {}) => declared(name, rows, decision, more);

    for (const [state, [status, ...expected]] of Object.entries(rows.states)) {
        for (const [i, decision] of (["accept", "reject"] as const).entries()) {
            const wanted = expected[i] as Expected;
            it(`${decision} of ${state} (${status}): ${wanted}`, async () => {
                clouds.simulator.world = rows.world(state);
                const stack = new TestStack(clouds.simulator);
                const program = { a: declare(decision, { timeout: "30s", waitForRequest: "5s" }) };
                const preview = await stack.preview(program);
                if (wanted === "x") {
                    expect(preview.failures.a).toContain("cannot be rejected once it is accepted");
                    const removal = { a: declare(decision, { timeout: "30s", allowRemoval: true }) };
                    expect((await stack.up(removal)).failures).toEqual({});
                    expect(sent(rows)).toEqual(["remove"]);
                    return;
                }
                expect(preview.failures).toEqual({});
                expect(preview.steps[0]?.inputs.observed).toMatchObject({ status });
                const { failures } = await stack.up(program);
                if (wanted === "!" && status === "absent") {
                    expect(failures.a).toContain("there is no such request after 5s");
                    expect(sent(rows)).toEqual([]);
                } else if (wanted === "!") {
                    expect(failures).toEqual({});
                    expect(preview.steps[0]?.inputs.warnings).toEqual([expect.stringMatching(/^cannot be accepted: /)]);
                    expect(sent(rows)).toEqual([]);
                } else if (wanted === ">") {
                    // A state nobody moves on: up waits for it until its time is over.
                    expect(preview.steps[0]?.inputs.transition).toContain("(waiting for the cloud)");
                    expect(failures.a).toContain("is not settled after");
                    expect(sent(rows)).toEqual([]);
                } else {
                    expect(failures).toEqual({});
                    expect(sent(rows)).toEqual(wanted === "=" ? [] : [wanted]);
                    expect((await stack.preview(program)).steps.map((step) => step.op)).toEqual(["same"]);
                }
            });
        }
    }

    it("has a source for every row, and says of every undocumented action that it is tried", () => {
        for (const [, table] of lifecyclesOf(kind)) {
            for (const decision of ["accept", "reject"] as const) {
                for (const [status, cell] of Object.entries(table[decision])) {
                    expect(cell.source, `${decision} of ${status}`).not.toBe("");
                    if (cell.basis === "tried") {
                        expect(["accept", "reject", "remove"]).toContain(cell.do);
                        const { transition } = planned(table, decision, status as Status);
                        expect(transition).toContain("undocumented");
                    }
                }
            }
        }
    });

    it("has a row for every status its cloud has a word for, and plans nothing for the others", () => {
        const words = new Set<Status>([
            ...Object.values(kind.statuses),
            ...Object.values(rows.states).map(([s]) => s),
            "absent",
        ]);
        for (const decision of ["accept", "reject"] as const) {
            const rowsOfTable = Object.keys(tableOf(kind, rows)[decision]);
            expect([...words].filter((status) => !rowsOfTable.includes(status))).toEqual([]);
            for (const status of STATUSES.filter((one) => !rowsOfTable.includes(one))) {
                expect(planned(tableOf(kind, rows), decision, status)).toEqual({
                    step: { do: "unknown" },
                    warnings: [],
                });
            }
        }
    });

    it("takes a status it does not know for unknown, and sends nothing", async () => {
        clouds.simulator.world = rows.world("SomethingNew");
        const stack = new TestStack(clouds.simulator);
        const preview = await stack.preview({ a: declare("reject") });
        expect(preview.failures.a).toContain('the cloud says "SomethingNew"');
        const warned = new TestStack(clouds.simulator, { "connections:unreadable": "warn" });
        expect((await warned.preview({ a: declare("reject") })).steps[0]?.inputs).toMatchObject({
            observed: { status: "unknown" },
            warnings: [expect.stringContaining('the cloud says "SomethingNew"')],
        });
        expect((await warned.up({ a: declare("reject") })).failures.a).toContain("nothing was sent");
        expect(sent(rows)).toEqual([]);
    });
});

describe.each([...ROWS])("the requester of %s", (name, rows) => {
    const pending = Object.entries(rows.states).find(([, [status]]) => status === "pending")?.[0] ?? "";

    it("is who is expected, or nothing is sent", async () => {
        clouds.simulator.world = rows.world(pending);
        const stack = new TestStack(clouds.simulator);
        const { asking, other } = rows.requester;
        const wrong = await stack.preview({ a: declared(name, rows, "accept", { expectedRequester: other }) });
        expect(wrong.failures.a).toContain(`the requester is ${asking}, expected ${other}`);
        const right = { a: declared(name, rows, "accept", { expectedRequester: asking }) };
        expect((await stack.preview(right)).steps[0]?.inputs.observed).toMatchObject({ requester: asking });
        expect(sent(rows)).toEqual([]);
        expect((await stack.up(right)).failures).toEqual({});
        expect(sent(rows)).toEqual(["accept"]);
    });

    it("may ask again after a decision: what somebody undid outside is seen", async () => {
        clouds.simulator.world = rows.world(pending);
        const stack = new TestStack(clouds.simulator);
        const program = { a: declared(name, rows, "reject") };
        await stack.up(program);
        clouds.simulator.world = rows.world(pending);
        const { steps } = await stack.preview(program);
        expect(steps[0]).toMatchObject({ op: "update", inputs: { transition: "reject: pending -> rejected" } });
        const held = { a: declared(name, rows, "reject", { onDrift: "correct", onDelete: "keep" }) };
        expect((await stack.up(held)).failures).toEqual({});
    });
});

/** What the simulator carried out, in the words of the rows. */
function sent({ calls, decided }: KindRows): string[] {
    return clouds.simulator.calls.flatMap((call) => {
        const action = Object.entries(calls).find(([, name]) => name === call.action)?.[0];
        if (action === undefined || call.outcome !== "ok") {
            return [];
        }
        return [decided === undefined ? action : decided(clouds.simulator.world)];
    });
}

/** The table that holds for the connection of the rows. */
function tableOf(kind: ConnectionKind, { connection }: KindRows): Lifecycle {
    const { scope } = addressOf(kind, { region: "eu-west-1", ...connection });
    return lifecycleOf(kind, scope, { found: "yes", admission: "manual" });
}

function planned(table: Lifecycle, decision: "accept" | "reject", status: Status) {
    return plan(
        table,
        decision,
        { status },
        { seen: "pending" },
        { allowRemoval: true, onDrift: "correct", established: false, waitForRequest: "1m" },
    );
}
