import type { RE2JS } from "re2js";
import type { ConnectionKind, Observed } from "../kinds/kind";
import { oneLine } from "../shared/problem";
import type { Facts, Verdict } from "../shared/vocabulary";
import { guard } from "./guard";
import { endOf, NOTICE_MS, type Until } from "./until";

/** One rule of an admission, validated. */
export interface AdmissionRule {
    readonly name: string;
    /** Any of these asks. */
    readonly requesters?: readonly string[];
    /** All of these facts hold, by the rules of `expectedEvidence`. */
    readonly evidence?: Facts;
    /** Narrows only: what the requester wrote must match, else the rule does not. */
    readonly ticket?: RE2JS;
    readonly verdict: Verdict;
    readonly until?: Until;
}

export interface Rules {
    readonly rules: readonly AdmissionRule[];
    /** Of a connection that no rule matches. */
    readonly otherwise: Verdict;
}

/** What the rules say about one connection. */
export interface Judgement {
    readonly verdict: Verdict;
    /** For people: the rule and, where it is not plain, why. */
    readonly why: string;
    /** A rule matched. Else it is what holds of everybody. */
    readonly byRule?: true;
    /** The rule that matched accepts for a time: when that is over, milliseconds since 1970. */
    readonly until?: {
        readonly rule: AdmissionRule;
        readonly end: number | undefined;
        readonly over: boolean;
        readonly soon: boolean;
    };
}

/**
 * The first rule that matches decides; pure. A rule that cannot be judged, because the cloud does not tell what it asks for, does
 * not let the next one decide: people do.
 *
 * @param since when the acceptance of this connection under a rule with a duration began
 */
export function judge(
    kind: Pick<ConnectionKind, "sameRequester" | "sameEvidence">,
    { rules, otherwise }: Rules,
    seen: Observed,
    since: (rule: AdmissionRule) => string | undefined,
    now: number,
): Judgement {
    for (const rule of rules) {
        const match = matches(kind, rule, seen);
        if (typeof match === "object") {
            return { verdict: "review", why: `rule ${rule.name} cannot be judged: ${match.untold}` };
        }
        if (match === "no") {
            continue;
        }
        if (rule.verdict !== "accept" || rule.until === undefined) {
            return { verdict: rule.verdict, why: `rule ${rule.name}`, byRule: true };
        }
        const end = endOf(rule.until, since(rule));
        const over = end !== undefined && now >= end;
        const soon = !over && end !== undefined && end - now <= NOTICE_MS;
        const until = { rule, end, over, soon };
        return over
            ? {
                  verdict: "reject",
                  why: `rule ${rule.name} accepted until ${new Date(end).toISOString()}`,
                  until,
                  byRule: true,
              }
            : { verdict: "accept", why: `rule ${rule.name}`, until, byRule: true };
    }
    return { verdict: otherwise, why: "no rule" };
}

/** `no` as soon as one condition fails; why it cannot be told where the others hold and the cloud does not tell one. */
function matches(
    kind: Pick<ConnectionKind, "sameRequester" | "sameEvidence">,
    rule: AdmissionRule,
    seen: Observed,
): "yes" | "no" | { readonly untold: string } {
    const overwritten = rule.ticket !== undefined && seen.overwritten === true;
    if (!overwritten && rule.ticket?.matcher(oneLine(seen.requesterSays ?? "")).find() === false) {
        return "no";
    }
    const conditions = [
        ...(rule.requesters === undefined ? [] : [{ requesters: rule.requesters }]),
        ...Object.entries(rule.evidence ?? {}).map(([fact, value]) => ({ evidence: { [fact]: value } })),
    ];
    const results = conditions.map((condition) => guard(kind, condition, seen).result);
    if (results.includes("violated")) {
        return "no";
    }
    if (results.includes("untold")) {
        return { untold: "the cloud does not tell what it asks for" };
    }
    return overwritten ? { untold: "what the requester wrote may have been overwritten by whoever decided" } : "yes";
}
