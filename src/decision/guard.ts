import { inside } from "../shared/cidr";
import type { Facts } from "../shared/vocabulary";
import type { ConnectionKind, Observed } from "../kinds/kind";
import { oneLine } from "../shared/problem";

/** Facts that must hold before a decision is sent. */
export interface Expectations {
    readonly requesters?: readonly string[];
    readonly evidence?: Facts;
}

/**
 * `holds`; `untold`: the cloud does not say, so nothing may be sent; `violated`: it says otherwise.
 * `text` tells what was expected and what is.
 */
export type GuardVerdict =
    | { readonly result: "holds" }
    | { readonly result: "untold" | "violated"; readonly text: string };

/** Compares what a declaration expects with what the cloud vouches for. Pure. */
export function guard(expected: Expectations, seen: Observed): GuardVerdict {
    return (
        requesterVerdict(expected.requesters, seen) ?? evidenceVerdict(expected.evidence, seen) ?? { result: "holds" }
    );
}

/** What is known to be another one than expected, whatever else the cloud does not tell. */
export function violation(
    expected: Expectations,
    seen: Observed,
): { of: "requester" | "evidence"; text: string } | undefined {
    const requester = requesterVerdict(expected.requesters, seen);
    if (requester?.result === "violated") {
        return { of: "requester", text: requester.text };
    }
    const told = Object.entries(expected.evidence ?? {}).filter(([fact]) => Object.hasOwn(seen.evidence, fact));
    const evidence = evidenceVerdict(Object.fromEntries(told), seen);
    return evidence?.result === "violated" ? { of: "evidence", text: evidence.text } : undefined;
}

/** Sentences for expectations that can never hold for this kind, such as a malformed account or a fact it never tells. */
export function impossibleExpectations(kind: ConnectionKind, expected: Expectations): string[] {
    const requesters = (expected.requesters ?? [])
        .filter((requester) => !kind.requester.format.test(requester))
        .map((requester) => `expectedRequester "${oneLine(requester, 80)}" must be ${kind.requester.describes}`);
    const known = Object.keys(kind.evidence);
    const facts = Object.keys(expected.evidence ?? {})
        .filter((fact) => !known.includes(fact))
        .map(
            (fact) =>
                `expectedEvidence.${oneLine(fact, 40)} is never told for ${kind.name}; it tells ${known.join(", ")}`,
        );
    return [...requesters, ...facts];
}

function requesterVerdict(expected: readonly string[] | undefined, seen: Observed): GuardVerdict | undefined {
    if (expected === undefined) {
        return undefined;
    }
    if (seen.requester === undefined) {
        return { result: "untold", text: `the cloud does not tell who asks; expected ${expected.join(" or ")}` };
    }
    return expected.includes(seen.requester)
        ? undefined
        : {
              result: "violated",
              text: `the requester is ${oneLine(seen.requester)}, expected ${expected.join(" or ")}`,
          };
}

/**
 * A single expected value must be the fact. A list allows any of its values; where the fact itself is a list
 * (CIDR blocks), everything in it must be among the expected ones. A CIDR block is among them also where it lies inside one.
 */
function evidenceVerdict(expected: Facts | undefined, seen: Observed): GuardVerdict | undefined {
    for (const [fact, wanted] of Object.entries(expected ?? {})) {
        const actual = Object.hasOwn(seen.evidence, fact) ? seen.evidence[fact] : undefined;
        if (actual === undefined) {
            return { result: "untold", text: `the cloud does not tell ${fact}; expected ${show(wanted)}` };
        }
        const allowed = (Array.isArray(wanted) ? wanted : [wanted]).map(String);
        const values = (Array.isArray(actual) ? actual : [actual]).map(String);
        if (
            values.length === 0 ||
            !values.every((value) => allowed.some((one) => one === value || inside(value, one)))
        ) {
            return { result: "violated", text: `${fact} is ${show(actual)}, expected ${show(wanted)}` };
        }
    }
    return undefined;
}

function show(value: Facts[string]): string {
    return oneLine(Array.isArray(value) ? value.join(", ") : String(value));
}
