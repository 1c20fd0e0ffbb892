import { describe, expect, it } from "vitest";
import { cuts, type Plan, plan } from "../../src/decision/plan";
import { kinds } from "../../src/kinds";
import type { ConnectionKind } from "../../src/kinds/kind";
import type { Action, Lifecycle, Transition } from "../../src/kinds/table";
import type { Decision, OnDrift, Status } from "../../src/shared/vocabulary";
import { KNOWN_STATUSES, rejectedStatus, STATUSES, sendsOf, tablesOf } from "../support/kind-data";

/** Every decision, status, memory and option under every lifecycle table: nothing is sampled. */
const DECISIONS: readonly Decision[] = ["accept", "reject"];
const SEEN: readonly (Status | undefined)[] = [undefined, ...KNOWN_STATUSES.filter((status) => status !== "absent")];
const DRIFTS: readonly OnDrift[] = ["correct", "hold"];
const BOTH = [false, true] as const;

interface Cell {
    readonly kind: ConnectionKind;
    /** Made for the test: what a kind to come may say of this cell. */
    readonly invented: boolean;
    readonly table: Lifecycle;
    readonly decision: Decision;
    readonly status: Status;
    readonly seen: Status | undefined;
    readonly established: boolean;
    readonly allowRemoval: boolean;
    readonly onDrift: OnDrift;
}

/** A step of any kind, as far as the invariants look at it. */
interface Outcome {
    readonly does: Plan["step"]["do"];
    readonly actions: readonly Action[];
    /** What is said where nothing can be done. */
    readonly said: string;
    readonly plan: Plan;
}

/** A table that says the same of every connection that is there: no kind of today has all of these rules in every cell. */
function inventedTable(accept: Transition["do"], reject: Transition["do"], basis: Transition["basis"]): Lifecycle {
    const row = (does: Transition["do"], absent: Transition["do"]) =>
        Object.fromEntries(
            KNOWN_STATUSES.map((status) => [
                status,
                { do: status === "absent" ? absent : does, basis, source: "invented" },
            ]),
        ) as Lifecycle["accept"];
    return { accept: row(accept, "awaitRequest"), reject: row(reject, "none") };
}

const INVENTED: readonly Lifecycle[] = (["documented", "tried"] as const).flatMap((basis) => [
    inventedTable("none", "none", basis),
    inventedTable("settle", "settle", basis),
    inventedTable("impossible", "impossible", basis),
    inventedTable("accept", "reject", basis),
    inventedTable("accept", "remove", basis),
]);

function cellsOf(kind: ConnectionKind, table: Lifecycle, invented: boolean): Cell[] {
    return DECISIONS.flatMap((decision) =>
        STATUSES.flatMap((status) =>
            SEEN.flatMap((seen) =>
                BOTH.flatMap((established) =>
                    BOTH.flatMap((allowRemoval) =>
                        DRIFTS.map((onDrift) => ({
                            kind,
                            invented,
                            table,
                            decision,
                            status,
                            seen,
                            established,
                            allowRemoval,
                            onDrift,
                        })),
                    ),
                ),
            ),
        ),
    );
}

const CELLS: readonly Cell[] = [
    ...Object.values(kinds).flatMap((kind) => tablesOf(kind).flatMap((table) => cellsOf(kind, table, false))),
    ...INVENTED.flatMap((table) => cellsOf(kinds["alibaba:vpcPeering"], table, true)),
];

function outcomeOf(cell: Cell): Outcome {
    const { table, decision, status, seen, established, allowRemoval, onDrift } = cell;
    const planned = plan(table, decision, { status }, seen === undefined ? {} : { seen }, {
        allowRemoval,
        onDrift,
        established,
        waitForRequest: "1m",
    });
    const { step } = planned;
    return {
        does: step.do,
        actions: step.do === "act" ? [step.action] : [],
        said: [...("why" in step ? [step.why, step.remedy] : []), ...planned.warnings].join(" "),
        plan: planned,
    };
}

/** The table's word on a cell; undefined where it has none: its cloud has no such status. */
function ruleOf({ table, decision, status }: Cell): Transition | undefined {
    return status === "unknown" ? undefined : table[decision][status];
}

function tableActions(cell: Cell): readonly Action[] {
    const does = ruleOf(cell)?.do;
    return does === "accept" || does === "reject" || does === "remove" ? [does] : [];
}

/** What a reject sends once it works what is only being accepted now: shown like a cut, because it will be one. */
function laterActions({ table, decision, status, allowRemoval, onDrift, established }: Cell): readonly Action[] {
    const does = table.reject.accepted?.do;
    const waits = decision === "reject" && status === "accepting" && table.reject.accepting?.do === "settle";
    const isHeld = onDrift === "hold" && established;
    return waits && !isHeld && (does === "reject" || (does === "remove" && allowRemoval)) ? [does] : [];
}

function works(status: Status): boolean {
    return status === "accepted" || status === "accepting";
}

/** Runs through all cells and names those in which something does not hold. */
function inEveryCell(holds: (cell: Cell, outcome: Outcome) => boolean, cells = CELLS): void {
    const broken = cells.filter((cell) => !holds(cell, outcomeOf(cell)));
    const named = broken.map(({ kind, table: _table, ...cell }) => `${kind.name} ${JSON.stringify(cell)}`);
    expect(named.slice(0, 5), `${broken.length} of ${cells.length} cells`).toEqual([]);
}

describe("in every cell", () => {
    it("there are all of them", () => {
        const tables = Object.values(kinds).reduce((sum, kind) => sum + tablesOf(kind).length, 0);
        expect(CELLS.length).toBe((tables + INVENTED.length) * 2 * STATUSES.length * SEEN.length * 8);
        expect(tables).toBeGreaterThanOrEqual(Object.keys(kinds).length);
    });

    it("an unknown status, and one its cloud does not have, leads to nothing", () => {
        inEveryCell(
            (cell, { does, plan: { transition } }) =>
                (ruleOf(cell) === undefined) === (does === "unknown") &&
                (does !== "unknown" || transition === undefined),
        );
    });

    it("no table leaves out a status its cloud has a word for, or the connection that is not there", () => {
        inEveryCell(
            (cell) =>
                ruleOf(cell) !== undefined ||
                (cell.status !== "absent" && !Object.values(cell.kind.statuses).includes(cell.status)) ||
                cell.status === "unknown",
        );
    });

    it("an action is what the table says for it, and one the kind has", () => {
        inEveryCell((cell, { does, actions }) =>
            does === "act"
                ? actions.length > 0 &&
                  actions.every((action) => sendsOf(cell.kind)[action] !== undefined) &&
                  JSON.stringify(actions) === JSON.stringify(tableActions(cell))
                : actions.length === 0,
        );
    });

    it("nothing is sent about what is not there", () => {
        inEveryCell(({ status }, { does }) => status !== "absent" || does !== "act");
    });

    it("an accept never takes away, a reject never lets in", () => {
        inEveryCell(({ decision }, { actions }) =>
            actions.every((action) => (action === "accept") === (decision === "accept")),
        );
    });

    it("nothing is removed without allowRemoval, and where that is missing it is named", () => {
        inEveryCell((cell, { does, actions, said }) => {
            const removes = tableActions(cell).includes("remove");
            if (cell.allowRemoval || !removes) {
                return cell.allowRemoval || !actions.includes("remove");
            }
            return does === "hold" || (does === "refuse" && said.includes("allowRemoval"));
        });
    });

    it("allowRemoval changes nothing where the table removes nothing", () => {
        inEveryCell(
            (cell, { plan: planned }) =>
                tableActions(cell).includes("remove") ||
                laterActions({ ...cell, allowRemoval: true }).includes("remove") ||
                JSON.stringify(planned) ===
                    JSON.stringify(outcomeOf({ ...cell, allowRemoval: !cell.allowRemoval }).plan),
        );
    });

    it("a cut is planned on a working connection only, under reject only, and the transition shows both ends", () => {
        inEveryCell((cell, { actions, plan: { step, transition } }) => {
            const { kind, invented, decision, status } = cell;
            const sends = [...actions, ...laterActions(cell)];
            const taken = works(status) && sends.some((action) => action !== "accept");
            if (cuts(step, { status }) !== taken) {
                return false;
            }
            const to = sends.includes("remove") ? "absent" : invented ? "rejected" : rejectedStatus(kind);
            const shown = transition?.includes(`${status} -> ${to}`) === true && transition.includes("CUTS");
            return taken ? decision === "reject" && shown : transition?.includes("CUTS") !== true;
        });
    });

    it("hold sends nothing against what was established and undone outside", () => {
        inEveryCell(({ decision, status, established, onDrift }, { does }) => {
            const undone =
                decision === "accept" ? ["rejected", "rejecting", "unconnected"].includes(status) : works(status);
            return does === "hold"
                ? onDrift === "hold" && established && undone
                : !(does === "act" && onDrift === "hold" && established && undone);
        });
    });

    it("a transition is shown exactly where something happens, is waited for or is held", () => {
        inEveryCell(({ decision, status }, { does, plan: { transition } }) =>
            ["act", "settle", "awaitRequest", "hold"].includes(does)
                ? transition?.includes(decision) === true && transition.includes(status)
                : transition === undefined,
        );
    });

    it("what is settled, awaited or satisfied is so by the table", () => {
        inEveryCell((cell, { does }) => {
            const rule = ruleOf(cell)?.do;
            switch (does) {
                case "settle":
                    return rule === "settle";
                case "awaitRequest":
                    return rule === "awaitRequest" && cell.seen === undefined && !cell.established;
                case "none":
                    // What the requester ended is no failure of a decision that was carried out.
                    return rule === "none" || cell.status === "absent" || (rule === "impossible" && cell.established);
                default:
                    return true;
            }
        });
    });

    it("what the table calls impossible is never tried, and never passes in silence", () => {
        inEveryCell(
            (cell, { does, said }) => ruleOf(cell)?.do !== "impossible" || (does !== "act" && said.trim() !== ""),
        );
    });

    it("what is said speaks of the decision that is declared", () => {
        inEveryCell(({ decision }, { does, said }) => {
            const other =
                decision === "accept" ? /\bbe rejected\b|\bcannot reject\b/i : /\bbe accepted\b|\bcannot accept\b/i;
            return !["refuse", "lapsed"].includes(does) || !other.test(said);
        });
    });

    it("memory counts where nothing is there, and nowhere else", () => {
        inEveryCell(
            (cell, { plan: planned }) =>
                cell.status === "absent" ||
                JSON.stringify(planned) === JSON.stringify(outcomeOf({ ...cell, seen: undefined }).plan),
        );
    });

    it("a reject that met nobody yet is said", () => {
        inEveryCell(
            ({ decision, status, seen }, { plan: { warnings } }) =>
                decision !== "reject" || status !== "absent" || (seen === undefined) === warnings.length > 0,
        );
    });

    it("is satisfied with what it leads to", () => {
        inEveryCell(
            (_cell, { does, plan: { warnings } }) => does === "none" && warnings.length === 0,
            CELLS.filter(
                ({ kind, invented, decision, status }) =>
                    !invented && status === (decision === "accept" ? "accepted" : rejectedStatus(kind)),
            ),
        );
    });

    it("says the same each time", () => {
        inEveryCell((cell, { plan: planned }) => JSON.stringify(planned) === JSON.stringify(outcomeOf(cell).plan));
    });
});
