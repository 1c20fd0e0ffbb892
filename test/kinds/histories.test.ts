import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Wire } from "../../src/engine/wire";
import type { Action } from "../../src/kinds/table";
import { useClouds } from "../support/clouds";
import { type Result, TestStack } from "../support/engine";
import { SEED } from "../support/long-runs";
import {
    askAs,
    askingOf,
    liveOf,
    meaningOf,
    move,
    mutationsOf,
    SLOTS,
    type Slot,
    wordOf,
    worldOfSlots,
} from "../support/slots";

/**
 * One decision of every kind through random histories: declared in one way, then in another, while others decide, vanish and ask
 * again outside. Each `up` follows a preview, which must have shown what it does.
 *
 * HISTORIES: how many of each kind; FAULT_SEED: which.
 */
const COUNT = Math.max(8, Math.round(Number(process.env.HISTORIES ?? "0") / 20));

const clouds = useClouds({ world: worldOfSlots(({ words }) => words[0] as string) });

interface Declared {
    readonly decision: "accept" | "reject";
    readonly allowRemoval: boolean;
    readonly onDrift: "correct" | "hold";
    readonly onDelete: "keep" | "reject" | "remove";
    readonly guard: "asking" | "other" | "none";
}

type Step =
    | { readonly do: "up" | "refresh" | "destroy" }
    | { readonly do: "declare"; readonly declared: Declared }
    | { readonly do: "move"; readonly to: number }
    | { readonly do: "ask"; readonly who: "asking" | "other" };

const declarations: fc.Arbitrary<Declared> = fc.record({
    decision: fc.constantFrom("accept", "reject"),
    allowRemoval: fc.boolean(),
    onDrift: fc.constantFrom("correct", "correct", "hold"),
    onDelete: fc.constantFrom("keep", "reject", "remove"),
    guard: fc.constantFrom("none", "asking", "asking", "other"),
});

const steps: fc.Arbitrary<Step> = fc.oneof(
    { weight: 4, arbitrary: fc.constant({ do: "up" } as const) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("move" as const), to: fc.nat(30) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("declare" as const), declared: declarations }) },
    {
        weight: 1,
        arbitrary: fc.record({
            do: fc.constant("ask" as const),
            who: fc.constantFrom("asking" as const, "other" as const),
        }),
    },
    { weight: 1, arbitrary: fc.constant({ do: "refresh" } as const) },
    { weight: 1, arbitrary: fc.constant({ do: "destroy" } as const) },
);

describe.each(SLOTS.filter(({ id, rows, kind }, n) => SLOTS.findIndex((one) => one.kind === kind) === n && id && rows))(
    "$kind",
    (slot) => {
        it(`shows what it does, through ${COUNT} histories`, { timeout: 30_000 + COUNT * 3_000 }, async () => {
            const histories = fc.record({
                first: declarations,
                start: fc.nat(30),
                steps: fc.array(steps, { maxLength: 8 }),
            });
            await fc.assert(
                fc.asyncProperty(histories, (history) =>
                    new Life(slot, history.first, history.start).live(history.steps),
                ),
                { numRuns: COUNT, seed: SEED },
            );
        });
    },
);

/** One stack with one decision, and its cloud. */
class Life {
    private readonly stack = new TestStack(clouds.simulator);
    /** What happened, for whoever reads a counterexample. */
    private readonly trace: string[] = [];
    private readonly words: readonly string[];

    constructor(
        private readonly slot: Slot,
        private declared: Declared,
        start: number,
    ) {
        const gone = Object.entries(slot.rows.states).filter(([, [status]]) => status === "absent");
        this.words = [...slot.words, ...gone.map(([word]) => word)];
        clouds.simulator.world = slot.rows.world(slot.words[start % slot.words.length] as string);
        this.trace.push(`${this.word()}; ${JSON.stringify(declared)}`);
    }

    async live(history: readonly Step[]): Promise<void> {
        for (const step of [...history, { do: "up" } as const]) {
            this.trace.push(JSON.stringify(step));
            await this.take(step);
        }
    }

    private async take(step: Step): Promise<void> {
        const connection = liveOf(clouds.simulator.world, this.slot);
        switch (step.do) {
            case "up":
                return this.up();
            case "refresh":
                await this.stack.refresh();
                return this.sentOnly([]);
            case "destroy":
                return this.destroy();
            case "declare":
                this.declared = step.declared;
                return;
            case "move":
                move(clouds.simulator.world, this.slot, this.words[step.to % this.words.length] as string);
                return;
            case "ask":
                if (connection !== undefined) {
                    askAs(connection, this.slot, step.who);
                }
                return;
        }
    }

    /** Twice: the second one has nothing left to do. */
    private async up(): Promise<void> {
        const preview = await this.stack.preview(this.program());
        this.sentOnly([]);
        this.green(preview);
        const up = await this.stack.up(this.program());
        const transition = String(up.steps[0]?.inputs.transition ?? "");
        // The preview says for how long it waits for a request: nobody can tell whether one comes.
        const waits = transition.includes("(up waits ");
        expect(shown(waits ? { ...up, failures: {} } : up), this.told("up shows what the preview showed")).toEqual(
            shown(preview),
        );
        this.sentOnly(up.steps.length === 0 ? [] : actionsIn(transition));
        if (up.failures.a !== undefined) {
            return;
        }
        if (actionsIn(transition).length > 0) {
            expect(this.expected(), this.told(`"${transition}" is done`)).toBe("=");
        }
        const again = await this.stack.up(this.program());
        this.sentOnly([]);
        const op = transition.startsWith("held: ") ? "update" : "same";
        expect([again.failures, again.steps.map((step) => step.op)], this.told("a second up")).toEqual([{}, [op]]);
    }

    private async destroy(): Promise<void> {
        const stays = this.stack.state.get("a")?.inputs;
        const { failures } = await this.stack.destroy();
        const removes = stays?.onDelete === "remove" || stays?.allowRemoval === true;
        this.sentOnly(
            stays === undefined || (stays.onDelete ?? "keep") === "keep"
                ? []
                : removes
                  ? ["reject", "remove"]
                  : ["reject"],
        );
        expect(this.stack.state.has("a"), this.told(`destroyed: ${failures.a}`)).toBe(failures.a !== undefined);
    }

    /** Nothing to do and nothing to say: then the decision holds, and whoever was expected asks. */
    private green({ steps: [step], failures }: Result): void {
        if (failures.a !== undefined || step?.op !== "same" || step.inputs.warnings !== undefined) {
            return;
        }
        const { guard } = this.declared;
        const asking = askingOf(liveOf(clouds.simulator.world, this.slot), this.slot);
        // What was decided and has gone since was said once; nothing can be done about it.
        const { status } = meaningOf(this.slot, this.word(), this.declared.decision);
        const told = (step.inputs.observed as Wire | undefined)?.status;
        const gone = this.expected() === "!" && told === status;
        expect(gone || this.expected() === "=", this.told(`a preview was green, and showed ${told}`)).toBe(true);
        expect(
            guard === "none" || this.expectsNobody() || asking === guard,
            this.told(`${asking} asks, and a preview was green`),
        ).toBe(true);
    }

    /** Rejecting what is over or rejected needs no guard. */
    private expectsNobody(): boolean {
        const { status } = meaningOf(this.slot, this.word(), this.declared.decision);
        return status !== "accepted";
    }

    private sentOnly(allowed: readonly Action[]): void {
        const sent = clouds.simulator.calls.flatMap(mutationsOf);
        clouds.simulator.clearCalls();
        for (const { id, slot, does } of sent) {
            expect(slot?.id, this.told(`sent about ${id}`)).toBe(this.slot.id);
            expect(
                does.some((action) => allowed.includes(action)),
                this.told(`${does} was sent, allowed: ${allowed}`),
            ).toBe(true);
        }
    }

    private program(): Readonly<Record<string, Wire>> {
        const { guard, ...declared } = this.declared;
        const { kind, connection, rows } = this.slot;
        const expected = guard === "none" ? {} : { expectedRequester: rows.requester[guard] };
        return {
            a: { connection: { kind, ...connection }, ...declared, ...expected, waitForRequest: "3s", timeout: "2m" },
        };
    }

    private expected(): string {
        return meaningOf(this.slot, this.word(), this.declared.decision).expected;
    }

    private word(): string | undefined {
        return wordOf(clouds.simulator.world, this.slot);
    }

    private told(what: string): string {
        return [what, `${this.slot.kind} is ${this.word()}`, ...this.trace].join("\n");
    }
}

/** What a person sees of a run. */
function shown({ steps, failures }: Result): unknown {
    return {
        failed: Object.keys(failures),
        steps: steps.map(({ op, name, inputs: { transition, warnings } }) => ({ op, name, transition, warnings })),
    };
}

/** What a transition says that will be sent. */
function actionsIn(transition: string): Action[] {
    const [, decision, goal] = /^(accept|reject): \S+ -> (\w+)/.exec(transition) ?? [];
    const waits = transition.includes("(waiting for the cloud)");
    return decision === undefined || waits ? [] : goal === "absent" ? ["remove"] : [decision as Action];
}
