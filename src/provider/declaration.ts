import { type Declaration, parseArguments } from "../decision/arguments";
import { findKind, kinds } from "../kinds/registry";
import { DecisionError } from "../reconcile/decide";
import type { Wire } from "./wire";

/** The declaration in inputs or outputs that check has seen before; throws what is wrong with them where it has not. */
export function declarationOf(stored: Wire): Declaration {
    const parsed = parseArguments(stored, findKind, Object.keys(kinds), () => false);
    if ("problems" in parsed) {
        throw new DecisionError(parsed.problems.join("\n"));
    }
    return parsed.declaration;
}
