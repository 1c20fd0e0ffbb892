import { RE2JS } from "re2js";
import type { ConnectionFields, ConnectionKind } from "../kinds/kind";
import { type Lifecycle, removesAccepted } from "../kinds/table";
import { milliseconds } from "../shared/duration";
import { didYouMean } from "../shared/suggest";
import type { Existing, OnDelete, Verdict } from "../shared/vocabulary";
import { removeProblem } from "./declaration";
import { connectionProblems, durationProblem, isRecord, reasonProblem, type Stored, show, wordProblem } from "./fields";
import { expectationProblems, readExpectations } from "./guard";
import type { AdmissionRule, Rules } from "./rules";
import { readUntil, untilProblem } from "./until";

/** The arguments of an admission: defaults filled in. */
export interface Admission extends Rules {
    readonly scope: ConnectionFields;
    readonly existing: Existing;
    /** Decided elsewhere: ids of connections, keys of decisions, or connections; as written. */
    readonly except: readonly unknown[];
    readonly onDelete: OnDelete;
    readonly allowRemoval: boolean;
    /** The kind's own limit where nothing is declared. */
    readonly timeoutMs?: number;
}

const RULE_FIELDS = ["name", "requester", "evidence", "ticket", "verdict", "until"];
const VERDICTS: readonly Verdict[] = ["accept", "reject", "review"];

/** Everything that is wrong with arguments as they arrive from the engine, in sentences. Pure. */
export function admissionProblems(inputs: Stored, kinds: readonly ConnectionKind[]): string[] {
    const { kind, problems } = connectionProblems("scope", inputs.scope, kinds, () => false);
    return [
        ...problems,
        ...rulesProblems(inputs.rules, kind),
        ...wordProblem("otherwise", inputs.otherwise, VERDICTS),
        ...wordProblem("existing", inputs.existing, ["report", "enforce"]),
        ...wordProblem("onDelete", inputs.onDelete, ["keep", "reject", "remove"]),
        ...wordProblem("allowRemoval", inputs.allowRemoval, [true, false]),
        ...reasonProblem(inputs.reason),
        ...(inputs.except === undefined || Array.isArray(inputs.except)
            ? []
            : ["except must be a list of connection ids, of decisions, or of the connections of decisions"]),
        ...durationProblem("timeout", inputs.timeout),
        ...(kind === undefined ? [] : removeProblem(kind, inputs.onDelete)),
    ];
}

/** The admission in arguments that check has let through, as this run has it or as an earlier one left it. */
export function readAdmission(stored: Stored): Admission {
    const { timeout } = stored;
    return {
        scope: stored.scope as ConnectionFields,
        rules: ((stored.rules ?? []) as Stored[]).map(readRule),
        otherwise: (stored.otherwise ?? "review") as Verdict,
        existing: (stored.existing ?? "report") as Existing,
        except: (stored.except ?? []) as unknown[],
        onDelete: (stored.onDelete ?? "keep") as OnDelete,
        allowRemoval: stored.allowRemoval === true,
        ...(timeout === undefined ? {} : { timeoutMs: milliseconds(String(timeout)) }),
    };
}

/**
 * What the policy `requireExpectedRequester` says of an admission: whoever is let in is named. A sentence where somebody is not.
 */
export function unnamedAccepts({ rules, otherwise }: Rules): string | undefined {
    const unnamed = [
        ...rules
            .filter(({ verdict, requesters }) => verdict === "accept" && requesters === undefined)
            .map(({ name }) => `rule ${name}`),
        ...(otherwise === "accept" ? ['otherwise: "accept"'] : []),
    ];
    return unnamed.length === 0
        ? undefined
        : `connections:requireExpectedRequester is set: whoever is accepted must be named by a rule's requester; ${unnamed.join(", ")} ${unnamed.length === 1 ? "names" : "name"} nobody`;
}

/** Where accepted connections can only be deleted, what asks for that must be allowed: said when declared. A sentence where it is not. */
export function admissionRemovalProblem(
    kind: ConnectionKind,
    lifecycle: Lifecycle,
    { existing, onDelete, rules, allowRemoval }: Admission,
): string | undefined {
    if (allowRemoval || !removesAccepted(lifecycle)) {
        return undefined;
    }
    const needed = [
        ...(existing === "enforce" ? ['existing: "enforce"'] : []),
        ...(onDelete === "reject" ? ['onDelete: "reject"'] : []),
        ...rules.filter(({ until }) => until !== undefined).map(({ name }) => `until of rule ${name}`),
    ];
    return needed.length === 0
        ? undefined
        : `${needed.join(", ")}: an accepted ${kind.name} connection cannot be rejected, only deleted, and the requester must ask again; set allowRemoval: true if it shall be`;
}

function readRule(rule: Stored): AdmissionRule {
    const { ticket, until } = rule;
    return {
        name: String(rule.name),
        verdict: rule.verdict as Verdict,
        ...readExpectations(rule.requester, rule.evidence),
        // RE2, not RegExp: a requester chooses the text, and with backtracking one text could stop every preview.
        ...(ticket === undefined ? {} : { ticket: RE2JS.compile(String(ticket)) }),
        ...(until === undefined ? {} : { until: readUntil(until) }),
    };
}

function rulesProblems(value: unknown, kind: ConnectionKind | undefined): string[] {
    if (!Array.isArray(value)) {
        return ["rules must be a list; an empty one leaves every request to otherwise"];
    }
    const names = value.map((rule) => (isRecord(rule) ? rule.name : undefined));
    const repeated = names.filter((name, i) => isRuleName(name) && names.indexOf(name) < i);
    return [
        ...value.flatMap((rule, i) => ruleProblems(rule, i, kind)),
        ...repeated.map((name) => `two rules are named ${name}`),
    ];
}

function ruleProblems(rule: unknown, i: number, kind: ConnectionKind | undefined): string[] {
    if (!isRecord(rule)) {
        return [`rules[${i}] must be a rule: { name, requester or evidence, verdict }`];
    }
    const at = isRuleName(rule.name) ? `rule ${rule.name}` : `rules[${i}]`;
    const names = { requester: `${at}: requester`, evidence: `${at}: evidence` };
    return [
        ...(isRuleName(rule.name)
            ? []
            : [`rules[${i}].name ${show(rule.name)} must be 1 to 64 letters, digits, spaces or one of _ . : / @ -`]),
        ...Object.keys(rule)
            .filter((field) => !RULE_FIELDS.includes(field))
            .map(
                (field) =>
                    `${at}: ${show(field)} is not a field of a rule; it has ${RULE_FIELDS.join(", ")}${didYouMean(field, RULE_FIELDS)}`,
            ),
        ...wordProblem(`${at}: verdict`, rule.verdict, VERDICTS, true),
        ...(namesSomebody(rule)
            ? expectationProblems(kind, rule.requester, rule.evidence, names)
            : [
                  `${at} names neither requester nor evidence: nothing that the cloud vouches for; what holds for everybody is otherwise`,
              ]),
        ...untilProblem(rule.until, rule.verdict, `${at}: `),
        ...ticketProblems(rule, at, kind),
    ];
}

function isRuleName(name: unknown): name is string {
    return typeof name === "string" && /^[\w .:/@-]{1,64}$/.test(name);
}

function namesSomebody({ requester, evidence }: Stored): boolean {
    return (
        requester !== undefined ||
        (evidence !== undefined && !(isRecord(evidence) && Object.keys(evidence).length === 0))
    );
}

/** Requesters write these texts: they may narrow an accept, and never be what lets somebody in or keeps somebody out. */
function ticketProblems({ ticket, verdict }: Stored, at: string, kind: ConnectionKind | undefined): string[] {
    if (ticket === undefined) {
        return [];
    }
    const useless = [
        ...(verdict === "accept"
            ? []
            : [`${at}: ticket is a text the requester writes; it can narrow an accept, nothing else`]),
        ...(kind === undefined || kind.says !== undefined
            ? []
            : [
                  `${at}: ticket never matches: ${kind.cloud.title} tells no text of who asks for ${kind.name} connections`,
              ]),
    ];
    try {
        RE2JS.compile(typeof ticket === "string" ? ticket : "[");
        return useless;
    } catch {
        return [
            ...useless,
            `${at}: ticket ${show(ticket)} must be a regular expression, in the syntax of RE2 (no backreferences, no lookaround)`,
        ];
    }
}
