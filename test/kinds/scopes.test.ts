import { describe, expect, it } from "vitest";
import { main } from "../../src/cli/main";
import type { Wire } from "../../src/engine/wire";
import { kinds } from "../../src/kinds";
import { systemClock } from "../../src/shared/clock";
import { useClouds } from "../support/clouds";
import { TestStack } from "../support/engine";
import { ROWS, rejectedState, scopeOf, waitingState } from "../support/kind-rows";
import { pendingEverywhere, sentActions } from "../support/rows-clouds";
import { stateIn } from "../support/worlds";

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

    it("goes by what the requester writes, where the cloud tells that, and refuses a ticket where it does not", async () => {
        clouds.simulator.world = rows.world(waitingState(rows));
        const rule = { name: "known", requester: asking, verdict: "accept", ticket: "." };
        const { steps, failures } = await new TestStack(clouds.simulator).preview(
            admit("accept", asking, { rules: [rule] }),
        );
        if (kinds[name].says === undefined) {
            expect(failures.a).toContain("rule known: ticket never matches");
        } else {
            expect([steps[0]?.inputs.transition, failures]).toEqual(["accept 1", {}]);
        }
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

/** Where the cloud asks nobody about what the deciding account makes itself. */
const OWN = [...ROWS].flatMap(([name, rows]) => (rows.own === undefined ? [] : [[name, rows, rows.own] as const]));

describe.each(OWN)("a connection of %s that the deciding account made itself", (name, rows, own) => {
    const declare = (more: Wire) => ({ a: { connection: { kind: name, ...rows.connection }, ...more } });
    const made = () => {
        clouds.simulator.world = structuredClone(own);
        return new TestStack(clouds.simulator);
    };
    const untouched = () => {
        expect([sentActions(clouds.simulator, rows), stateIn(clouds.simulator.world)]).toEqual([[], stateIn(own)]);
    };

    it("is no request, neither in the inbox nor to an admission, whatever its rules say", async () => {
        const stack = made();
        expect((await inbox("--kind", name)).read.pending).toEqual([]);
        const program = {
            a: { scope: scopeOf(name, rows), rules: [], otherwise: "reject", existing: "enforce", allowRemoval: true },
        };
        const { steps, failures } = await stack.preview(program);
        expect([steps[0]?.inputs.verdicts, steps[0]?.inputs.transition, failures]).toEqual([{}, undefined, {}]);
        expect((await stack.up(program)).failures).toEqual({});
        untouched();
    });

    it("is never asked for: the simulator accepts it by itself", async () => {
        clouds.simulator.world = JSON.parse(JSON.stringify(own).replaceAll(stateIn(own) ?? "", waitingState(rows)));
        expect(stateIn(clouds.simulator.world)).toBe(stateIn(own));
    });

    it("says so to an accept, which has nothing to do, and fails the preview of everything else", async () => {
        const stack = made();
        const { steps, failures } = await stack.up(declare({ decision: "accept" }));
        expect(failures).toEqual({});
        expect(steps[0]?.inputs.warnings).toEqual([expect.stringContaining("there is nothing to decide")]);
        expect((await stack.preview(declare({ decision: "accept" }))).steps.map(({ op }) => op)).toEqual(["same"]);
        for (const more of [
            { decision: "reject", allowRemoval: true },
            { decision: "accept", onDelete: "remove" },
        ]) {
            const { failures } = await new TestStack(clouds.simulator).preview(declare(more));
            expect(failures.a).toContain("there is nothing to decide");
        }
        untouched();
    });

    it("is left as it is by a deletion, whatever was declared", async () => {
        clouds.simulator.world = rows.world(waitingState(rows));
        const stack = new TestStack(clouds.simulator);
        expect((await stack.up(declare({ decision: "accept", onDelete: "remove" }))).failures).toEqual({});
        clouds.simulator.clearCalls();
        clouds.simulator.world = structuredClone(own);
        const { failures, logs } = await stack.destroy();
        expect([failures, stack.state.size]).toEqual([{}, 0]);
        expect(logs.map(({ text }) => text).join()).toContain("as it is: this account has made it itself");
        untouched();
    });
});

it.each([...ROWS])("the own id of a connection of %s, and its selectors, are in no scope", (name, rows) => {
    const { id, selectors = [] } = kinds[name];
    expect(Object.keys(scopeOf(name, rows)).filter((field) => [id, ...selectors].includes(field))).toEqual([]);
});
