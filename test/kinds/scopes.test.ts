import { describe, expect, it } from "vitest";
import { main } from "../../src/cli/main";
import type { Wire } from "../../src/engine/wire";
import { kinds } from "../../src/kinds";
import { systemClock } from "../../src/shared/clock";
import { useClouds } from "../support/clouds";
import { TestStack } from "../support/engine";
import { ROWS, rejectedState, scopeOf, waitingState } from "../support/kind-rows";
import { pendingEverywhere, sentActions } from "../support/rows-clouds";

/** What every kind does with all connections of a scope: the inbox and admissions. */
const clouds = useClouds({ world: pendingEverywhere() });

interface Pending {
    readonly connection: Readonly<Record<string, string>>;
    readonly requester: string;
    readonly evidence: Readonly<Record<string, unknown>>;
}

/** `connection-decision list --json` */
async function inbox(...argv: readonly string[]) {
    let [out, err] = ["", ""];
    const status = await main(["list", "--json", ...argv], {
        environment: clouds.simulator.env,
        clock: systemClock,
        out(text) {
            out += text;
        },
        err(text) {
            err += text;
        },
        input: async () => "",
        watched: false,
        columns: undefined,
        errColumns: undefined,
        colour: false,
    });
    return { status, err, read: JSON.parse(out) as { pending: Pending[]; failed: unknown[]; skipped: unknown[] } };
}

describe("the inbox", () => {
    it("shows what is pending of every kind, its scopes found by itself", async () => {
        const { status, err, read } = await inbox();
        expect([status, read.failed, read.skipped], err).toEqual([0, [], []]);
        const shown = read.pending.map(({ connection }) => connection.kind).sort();
        expect(shown).toEqual([...ROWS.keys()].sort());
    });

    it.each([...ROWS])(
        "shows who asks for a connection of %s, and the connection as a program declares it",
        async (name, rows) => {
            clouds.simulator.world = rows.world(waitingState(rows));
            const { status, read } = await inbox("--kind", name);
            const { requester, evidence } = rows;
            expect(status).toBe(0);
            expect(read.pending).toEqual([
                expect.objectContaining({
                    connection: { kind: name, ...rows.resolved },
                    requester: requester.asking,
                    evidence: expect.objectContaining(evidence.told),
                }),
            ]);
            const program = { a: { connection: read.pending[0]?.connection, decision: "accept" } as Wire };
            expect((await new TestStack(clouds.simulator).up(program)).failures).toEqual({});
            expect(sentActions(clouds.simulator, rows)).toEqual(["accept"]);
            expect((await inbox("--kind", name)).read.pending).toEqual([]);
        },
    );
});

/** Of the others, an admission cannot tell a new request from one that was rejected: their own tests are about it. */
const TELLING = [...ROWS].filter(([, rows]) => waitingState(rows) !== rejectedState(rows));

describe.each(TELLING)("an admission of %s", (name, rows) => {
    const { id } = kinds[name];
    const { asking, other } = rows.requester;
    const key = rows.resolved[id] ?? "";
    const admit = (verdict: string, requester: string, more: Wire = {}) => ({
        a: { scope: scopeOf(name, rows), rules: [{ name: "known", requester, verdict }], ...more },
    });

    it.each([
        ["accept", "accepted"],
        ["reject", "rejected"],
    ] as const)("decides what a rule knows: %s", async (verdict, status) => {
        clouds.simulator.world = rows.world(waitingState(rows));
        const stack = new TestStack(clouds.simulator);
        const { steps, failures } = await stack.preview(admit(verdict, asking));
        expect(failures).toEqual({});
        expect(steps[0]?.inputs).toMatchObject({
            verdicts: { [key]: `${verdict}: pending, rule known, requester ${asking}` },
            transition: `${verdict} 1`,
        });
        expect((await stack.up(admit(verdict, asking))).failures).toEqual({});
        expect(sentActions(clouds.simulator, rows)).toEqual([verdict]);
        expect((await stack.preview(admit(verdict, asking))).steps.map(({ op }) => op)).toEqual(["same"]);
        const decision = { connection: { kind: name, ...rows.connection }, decision: verdict };
        const { steps: seen } = await new TestStack(clouds.simulator).preview({ decision });
        expect(seen[0]?.inputs.observed).toMatchObject({ status });
    });

    it("leaves what no rule knows to people, or rejects it where that is declared", async () => {
        clouds.simulator.world = rows.world(waitingState(rows));
        const stack = new TestStack(clouds.simulator);
        const { steps } = await stack.preview(admit("accept", other));
        expect(steps[0]?.inputs.verdicts).toEqual({ [key]: `review: no rule, requester ${asking}` });
        await stack.up(admit("accept", other));
        expect(sentActions(clouds.simulator, rows)).toEqual([]);
        await stack.up(admit("accept", other, { otherwise: "reject" }));
        expect(sentActions(clouds.simulator, rows)).toEqual(["reject"]);
    });
});

it.each([...ROWS])("the own id of a connection of %s, and its selectors, are in no scope", (name, rows) => {
    const { id, selectors = [] } = kinds[name];
    expect(Object.keys(scopeOf(name, rows)).filter((field) => [id, ...selectors].includes(field))).toEqual([]);
});
