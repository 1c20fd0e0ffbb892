import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { guard, violation } from "../../src/decision/guard";
import { cuts, plan } from "../../src/decision/plan";
import { sameJson, toWire } from "../../src/engine/wire";
import { kinds } from "../../src/kinds";
import { lifecyclesOf } from "../../src/kinds/lifecycle";
import { formatDuration, milliseconds } from "../../src/shared/duration";
import { oneLine } from "../../src/shared/problem";
import type { Decision, Status } from "../../src/shared/vocabulary";
import { rejectedStatus, STATUSES } from "../support/kind-data";

/** Every table of every kind. */
const OF_KINDS = Object.values(kinds).flatMap((kind) => lifecyclesOf(kind).map(([, table]) => ({ kind, table })));
const TABLES = OF_KINDS.map(({ table }) => table);

const situations = fc.record({
    table: fc.constantFrom(...TABLES),
    decision: fc.constantFrom<Decision>("accept", "reject"),
    status: fc.constantFrom(...STATUSES),
    seen: fc.option(fc.constantFrom<Status>("pending", "accepted", "rejected"), { nil: undefined }),
    allowRemoval: fc.boolean(),
    hold: fc.boolean(),
    established: fc.boolean(),
});

function planned({
    table,
    decision,
    status,
    seen,
    allowRemoval,
    hold,
    established,
}: typeof situations extends fc.Arbitrary<infer T> ? T : never) {
    const memory = seen === undefined ? {} : { seen };
    return plan(table, decision, { status }, memory, {
        allowRemoval,
        onDrift: hold ? "hold" : "correct",
        established,
        waitForRequest: "1m",
    });
}

describe("plan, for every kind, status, decision and option", () => {
    it("never sends anything on an unknown status, nor on a connection that is not there", () => {
        fc.assert(
            fc.property(situations, (s) => {
                if (s.status === "unknown" || s.status === "absent") {
                    expect(planned(s).step.do).not.toBe("act");
                }
            }),
        );
    });

    it("never accepts for a reject, nor cuts for an accept", () => {
        fc.assert(
            fc.property(situations, (s) => {
                const { step } = planned(s);
                if (step.do === "act") {
                    expect(step.action === "accept").toBe(s.decision === "accept");
                    expect(s.decision === "accept" && cuts(step, s)).toBe(false);
                }
            }),
        );
    });

    it("never removes without allowRemoval", () => {
        fc.assert(
            fc.property(situations, (s) => {
                const { step } = planned({ ...s, allowRemoval: false });
                expect(step.do === "act" && step.action === "remove").toBe(false);
            }),
        );
    });

    it("under hold sends nothing against a decision that was carried out and undone", () => {
        fc.assert(
            fc.property(situations, (s) => {
                const undone =
                    s.decision === "accept" ? ["rejected", "rejecting", "unconnected"] : ["accepted", "accepting"];
                if (undone.includes(s.status)) {
                    expect(planned({ ...s, hold: true, established: true }).step.do).not.toBe("act");
                }
            }),
        );
    });

    it("has a transition exactly when something will happen or is held", () => {
        fc.assert(
            fc.property(situations, (s) => {
                const { step, transition } = planned(s);
                expect(transition !== undefined).toBe(["act", "settle", "awaitRequest", "hold"].includes(step.do));
            }),
        );
    });

    it("is satisfied with what it led to", () => {
        for (const { kind, table } of OF_KINDS) {
            for (const [decision, status] of [
                ["accept", "accepted"],
                ["reject", rejectedStatus(kind)],
            ] as const) {
                expect(
                    planned({
                        table,
                        decision,
                        status,
                        seen: "pending",
                        allowRemoval: false,
                        hold: false,
                        established: true,
                    }),
                ).toEqual({
                    step: { do: "none" },
                    warnings: [],
                });
            }
        }
    });
});

describe("guard", () => {
    const seen = {
        id: "x",
        status: "pending" as const,
        cloudStatus: "p",
        evidence: { cidrs: ["a", "b"], region: "r" },
    };

    it("never holds for a requester that is not among the expected, or not told", () => {
        fc.assert(
            fc.property(
                fc.array(fc.string(), { minLength: 1 }),
                fc.option(fc.string(), { nil: undefined }),
                (requesters, requester) => {
                    const verdict = guard(
                        {},
                        { requesters },
                        { ...seen, ...(requester === undefined ? {} : { requester }) },
                    );
                    expect(verdict.result === "holds").toBe(requester !== undefined && requesters.includes(requester));
                },
            ),
        );
    });

    it("asks whether it is still what the selectors name, and what is not told holds for nothing", () => {
        const matches = (_selected: unknown, { requesterSays }: { requesterSays?: string }) =>
            (requesterSays ?? "untold") as "yes" | "no" | "untold";
        const kind = { selectors: ["region", "requester"], matches };
        const selected = { kind: "test:invented", region: "s", requester: "them" } as never;
        const told = (requesterSays: string) => ({ ...seen, requester: "me", requesterSays });
        expect(guard(kind, { selected }, told("yes"))).toEqual({ result: "holds" });
        expect(guard(kind, { selected }, seen)).toMatchObject({
            of: "selectors",
            result: "untold",
            text: "the cloud does not tell whether it is the connection that is declared, by region s, requester them",
        });
        expect(violation(kind, { selected }, seen)).toBeUndefined();
        expect(violation(kind, { selected }, told("no"))).toMatchObject({
            of: "selectors",
            result: "violated",
            text: "it is another connection than declared: region r, requester me; declared region s, requester them",
        });
    });

    it("takes no property of every object for a fact", () => {
        expect(guard({}, { evidence: { constructor: "x" } }, seen).result).toBe("untold");
    });
});

describe("small things", () => {
    it("read durations as Go writes them", () => {
        expect(["90s", "1h30m", "250ms", "1d", "1.5h"].map(milliseconds)).toEqual([
            90_000, 5_400_000, 250, 86_400_000, 5_400_000,
        ]);
        for (const wrong of ["", "20", "m", "-1m", "1m ", "1 m", "1y", "1m!"]) {
            expect(() => milliseconds(wrong), wrong).toThrow("is not a duration");
        }
        expect([formatDuration(90_000), formatDuration(3_600_000)]).toEqual(["1m30s", "1h"]);
    });

    it("write one line whatever comes", () => {
        fc.assert(
            fc.property(fc.string({ unit: "binary" }), (text) => {
                const line = oneLine(text);
                expect(line.length).toBeLessThanOrEqual(200);
                expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
            }),
        );
    });

    it("make values JSON-pure and fresh", () => {
        const date = new Date(0);
        const value = { a: undefined, b: [1, undefined, { c: undefined }], d: date, e: 10n };
        expect(toWire(value)).toEqual({ b: [1, {}], d: "1970-01-01T00:00:00.000Z", e: "10" });
        expect(sameJson({ a: 1, b: { c: 2, d: 3 } }, { b: { d: 3, c: 2 }, a: 1 })).toBe(true);
        expect(sameJson({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
    });
});
