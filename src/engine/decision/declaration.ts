import { type Declaration, parseArguments } from "../../decision/declaration";
import { findKind, kinds } from "../../kinds";
import { DecisionError } from "../../reconcile/carry-out";
import type { Wire } from "../wire";

/**
 * The declaration in inputs or outputs that check has seen before, as it was to be carried out then: an acceptance whose time was over is a
 * reject. Throws what is wrong with it where check has not seen it.
 */
export function declarationOf(stored: Wire): Declaration {
    const parsed = parseArguments(stored, findKind, Object.keys(kinds), () => false);
    if ("problems" in parsed) {
        throw new DecisionError(parsed.problems.join("\n"));
    }
    return ending(parsed.declaration, stored.acceptedUntil, stored.__ending);
}

/** A declaration whose acceptance ends `at`. */
export function ending(declaration: Declaration, at: unknown, phase: unknown): Declaration {
    if (typeof at !== "string") {
        return declaration;
    }
    return {
        ...declaration,
        decision: phase === "over" ? "reject" : declaration.decision,
        ending: { at, ...(phase === "soon" || phase === "over" ? { phase } : {}) },
    };
}

/** What inputs and outputs keep of it, beside the arguments. */
export const ENDING = ["acceptedUntil", "__ending"] as const;
