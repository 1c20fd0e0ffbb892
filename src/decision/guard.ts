import type { AnyConnection, ConnectionKind, Observed } from "../kinds/kind";
import { inside } from "../shared/cidr";
import { oneLine } from "../shared/problem";
import type { Facts } from "../shared/vocabulary";
import { isFact, isRecord } from "./fields";

/** Facts that must hold before a decision is sent. */
export interface Expectations {
    readonly requesters?: readonly string[];
    readonly evidence?: Facts;
    /** What selectors say of the connection they found: a cloud may have given its id to another one since. */
    readonly selected?: AnyConnection;
}

/** How a kind compares requesters, facts and selectors. */
type Comparing = Pick<ConnectionKind, "sameRequester" | "sameEvidence" | "selectors" | "matches">;

/** What is not as expected: what was expected and what is, and who could mend it. */
export interface Doubt {
    readonly of: "requester" | "selectors" | "evidence";
    /** `untold`: the cloud does not say, so nothing may be sent; `violated`: it says otherwise. */
    readonly result: "untold" | "violated";
    readonly text: string;
}

export type GuardResult = { readonly result: "holds" } | Doubt;

/** Compares what a declaration expects with what the cloud vouches for. Pure. */
export function guard(kind: Comparing, expected: Expectations, seen: Observed): GuardResult {
    return (
        requesterResult(kind, expected.requesters, seen) ??
        selectorResult(kind, expected.selected, seen) ??
        evidenceResult(kind, expected.evidence, seen) ?? { result: "holds" }
    );
}

/** What is known to be another one than expected, whatever else the cloud does not tell. */
export function violation(kind: Comparing, expected: Expectations, seen: Observed): Doubt | undefined {
    const told = Object.entries(expected.evidence ?? {}).filter(([fact]) => Object.hasOwn(seen.evidence, fact));
    return [
        requesterResult(kind, expected.requesters, seen),
        selectorResult(kind, expected.selected, seen),
        evidenceResult(kind, Object.fromEntries(told), seen),
    ].find((doubt) => doubt?.result === "violated");
}

/** Why a connection with the id that selectors found may not be what they name any more; undefined: it is. */
export function selectorResult(
    kind: Comparing,
    selected: AnyConnection | undefined,
    seen: Observed,
): Doubt | undefined {
    if (selected === undefined) {
        return undefined;
    }
    const match = kind.matches?.(selected, seen);
    if (match === "yes") {
        return undefined;
    }
    const names = (kind.selectors ?? []) as readonly string[];
    const declared = namedFacts(names, selected);
    return match === "untold"
        ? {
              of: "selectors",
              result: "untold",
              text: `the cloud does not tell whether it is the connection that is declared, by ${declared}`,
          }
        : {
              of: "selectors",
              result: "violated",
              text: `it is another connection than declared: ${namedFacts(names, { ...seen.evidence, requester: seen.requester })}; declared ${declared}`,
          };
}

/** The expectations in arguments that check has let through. */
export function readExpectations(requester: unknown, evidence: unknown): Expectations {
    const facts = (evidence ?? {}) as Facts;
    return {
        ...(requester === undefined ? {} : { requesters: [requester].flat() as string[] }),
        // No fact is nothing expected: it must not read as a guard.
        ...(Object.keys(facts).length === 0 ? {} : { evidence: facts }),
    };
}

/** What the arguments that hold expectations are called: those of a decision, or of a rule. */
interface Names {
    readonly requester: string;
    readonly evidence: string;
}

const OF_A_DECISION: Names = { requester: "expectedRequester", evidence: "expectedEvidence" };

/** What is wrong with expectations: of the wrong type, or such that they can never hold for this kind. */
export function expectationProblems(
    kind: ConnectionKind | undefined,
    requester: unknown,
    evidence: unknown,
    names = OF_A_DECISION,
): string[] {
    return [
        ...(requester === undefined ? [] : requesterProblems(kind, [requester].flat(), names)),
        ...(evidence === undefined ? [] : evidenceProblems(kind, evidence, names)),
    ];
}

function requesterProblems(kind: ConnectionKind | undefined, requesters: readonly unknown[], names: Names): string[] {
    if (requesters.length === 0) {
        return [`${names.requester} is an empty list, which nobody can satisfy; leave it out or name an account`];
    }
    if (!requesters.every((one) => typeof one === "string")) {
        return [`${names.requester} must be a text or a list of texts; write account ids in quotes, "012345678901"`];
    }
    const { format = /^/, describes = "" } = kind?.requester ?? {};
    return (requesters as string[])
        .filter((one) => !format.test(one))
        .map((one) => `${names.requester} "${oneLine(one, 80)}" must be ${describes}`);
}

function evidenceProblems(kind: ConnectionKind | undefined, evidence: unknown, names: Names): string[] {
    if (!isRecord(evidence) || !Object.values(evidence).every(isFact)) {
        return [`${names.evidence} must name facts with a text, a list of texts, true or false`];
    }
    return kind === undefined ? [] : neverTold(kind, Object.keys(evidence), names);
}

function neverTold(kind: ConnectionKind, facts: readonly string[], names: Names): string[] {
    const known = Object.keys(kind.evidence);
    return facts
        .filter((fact) => !known.includes(fact))
        .map(
            (fact) =>
                `${names.evidence}.${oneLine(fact, 40)} is never told for ${kind.name}; it tells ${known.join(", ")}`,
        );
}

function requesterResult(kind: Comparing, expected: readonly string[] | undefined, seen: Observed): Doubt | undefined {
    if (expected === undefined) {
        return undefined;
    }
    if (seen.requester === undefined) {
        return {
            of: "requester",
            result: "untold",
            text: `the cloud does not tell who asks; expected ${expected.join(" or ")}`,
        };
    }
    const { requester } = seen;
    return expected.some((one) => kind.sameRequester?.(one, requester) ?? one === requester)
        ? undefined
        : {
              of: "requester",
              result: "violated",
              text: `the requester is ${oneLine(seen.requester)}, expected ${expected.join(" or ")}`,
          };
}

/**
 * A single expected value must be the fact. A list allows any of its values; where the fact itself is a list
 * (CIDR blocks), everything in it must be among the expected ones. A CIDR block is among them also where it lies inside one.
 */
function evidenceResult(kind: Comparing, expected: Facts | undefined, seen: Observed): Doubt | undefined {
    for (const [fact, wanted] of Object.entries(expected ?? {})) {
        const actual = Object.hasOwn(seen.evidence, fact) ? seen.evidence[fact] : undefined;
        if (actual === undefined) {
            return {
                of: "evidence",
                result: "untold",
                text: `the cloud does not tell ${fact}; expected ${show(wanted)}`,
            };
        }
        const same = (declared: string, told: string) =>
            kind.sameEvidence?.(fact, declared, told) ?? (declared === told || inside(told, declared));
        if (!isAmong(actual, wanted, same)) {
            return { of: "evidence", result: "violated", text: `${fact} is ${show(actual)}, expected ${show(wanted)}` };
        }
    }
    return undefined;
}

function isAmong(
    actual: Facts[string],
    wanted: Facts[string],
    same: (declared: string, told: string) => boolean,
): boolean {
    const allowed = [wanted].flat().map(String);
    const values = [actual].flat().map(String);
    return values.length > 0 && values.every((value) => allowed.some((one) => same(one, value)));
}

/** Those of the named facts that are there, `requester 5fc9…, privateEndpointName *-pe`. */
function namedFacts(names: readonly string[], facts: Readonly<Record<string, unknown>>): string {
    return names
        .filter((name) => facts[name] !== undefined)
        .map((name) => `${name} ${show(facts[name] as Facts[string])}`)
        .join(", ");
}

function show(value: Facts[string]): string {
    return oneLine(Array.isArray(value) ? value.join(", ") : String(value));
}
