import { RE2JS } from "re2js";
import type { ConnectionScope, Existing, Facts, OnDelete, Verdict } from "../shared/vocabulary";
import type { ConnectionKind } from "../kinds/kind";
import { didYouMean } from "../shared/suggest";
import { duration, fieldProblems, isFact, isRecord, oneOf, removesAccepted, show, untilOf } from "./declaration";
import { impossibleExpectations } from "./guard";
import type { Rule, Rules } from "./rules";

/** The arguments of an admission after validation. */
export interface Admission extends Rules {
    readonly scope: ConnectionScope;
    readonly existing: Existing;
    /** Decided elsewhere: ids of connections, keys of decisions, or connections; as written. */
    readonly except: readonly unknown[];
    readonly onDelete: OnDelete;
    readonly allowRemoval: boolean;
    /** As declared; the kind's own limit where nothing is. */
    readonly timeout?: string;
}

const RULE_FIELDS = ["name", "requester", "evidence", "ticket", "verdict", "until"];

/** Checks arguments as they arrive from the engine, and says everything that is wrong with them at once. Pure. */
export function parseAdmission(
    inputs: Readonly<Record<string, unknown>>,
    findKind: (name: unknown) => ConnectionKind | undefined,
    kindNames: readonly string[],
): { admission: Admission; kind: ConnectionKind } | { problems: string[] } {
    const problems: string[] = [];
    const problem = (text: string) => void problems.push(text);
    const { scope } = inputs;
    const kind = isRecord(scope) ? findKind(scope.kind) : undefined;
    if (!isRecord(scope)) {
        problem(
            `scope must say where connections arrive, for example { kind: "aws:vpcEndpoint", serviceId: "vpce-svc-…" }`,
        );
    } else if (kind === undefined) {
        problem(
            `scope.kind ${show(scope.kind)} is not a known kind; known are ${kindNames.join(", ")}${didYouMean(String(scope.kind), kindNames)}`,
        );
    } else {
        problems.push(...fieldProblems("scope", kind.name, scopeFields(kind), scope, () => false));
    }
    const rules = parseRules(inputs.rules, kind, problem);
    const otherwise =
        oneOf(inputs.otherwise, ["accept", "reject", "review"] as const, "otherwise", problem) ?? "review";
    const existing = oneOf(inputs.existing, ["report", "enforce"] as const, "existing", problem) ?? "report";
    const onDelete = oneOf(inputs.onDelete, ["keep", "reject", "remove"] as const, "onDelete", problem) ?? "keep";
    const allowRemoval = inputs.allowRemoval ?? false;
    if (typeof allowRemoval !== "boolean") {
        problem("allowRemoval must be true or false");
    }
    if (inputs.reason !== undefined && (typeof inputs.reason !== "string" || inputs.reason.trim() === "")) {
        problem("reason must be a text; leave it out where there is none");
    }
    const except = inputs.except ?? [];
    if (!Array.isArray(except)) {
        problem("except must be a list of connection ids, of decisions, or of the connections of decisions");
    }
    const timeout = duration(inputs.timeout, "timeout", problem);
    if (kind !== undefined && allowRemoval !== true) {
        problems.push(...removalProblems(kind, existing, onDelete, rules));
    }
    if (onDelete === "remove" && kind?.actions.remove === undefined && kind !== undefined) {
        problem(
            `onDelete: "remove" is not possible: the owner of ${kind.name} connections cannot delete them; use onDelete: "reject" or "keep"`,
        );
    }
    if (problems.length > 0 || kind === undefined) {
        return { problems };
    }
    return {
        kind,
        admission: {
            scope: scope as unknown as ConnectionScope,
            rules,
            otherwise,
            existing,
            except: except as unknown[],
            onDelete,
            allowRemoval: allowRemoval === true,
            ...(timeout === undefined ? {} : { timeout }),
        },
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

/** The field of a connection that is its own id; the others say where it arrives. */
export function idField(kind: ConnectionKind): string {
    return kind.identity.at(-1) ?? "";
}

function scopeFields(kind: ConnectionKind): ConnectionKind["fields"] {
    return Object.fromEntries(Object.entries(kind.fields).filter(([name]) => name !== idField(kind))) as never;
}

function parseRules(value: unknown, kind: ConnectionKind | undefined, problem: (text: string) => void): Rule[] {
    if (!Array.isArray(value)) {
        problem("rules must be a list; an empty one leaves every request to otherwise");
        return [];
    }
    const names = new Set<string>();
    return value.flatMap((item, i): Rule[] => {
        if (!isRecord(item)) {
            problem(`rules[${i}] must be a rule: { name, requester or evidence, verdict }`);
            return [];
        }
        const name = typeof item.name === "string" && /^[\w .:/@-]{1,64}$/.test(item.name) ? item.name : undefined;
        const at = name === undefined ? `rules[${i}]` : `rule ${name}`;
        if (name === undefined) {
            problem(
                `rules[${i}].name ${show(item.name)} must be 1 to 64 letters, digits, spaces or one of _ . : / @ -`,
            );
        } else if (names.has(name)) {
            problem(`two rules are named ${name}`);
        } else {
            names.add(name);
        }
        for (const field of Object.keys(item).filter((field) => !RULE_FIELDS.includes(field))) {
            problem(
                `${at}: ${show(field)} is not a field of a rule; it has ${RULE_FIELDS.join(", ")}${didYouMean(field, RULE_FIELDS)}`,
            );
        }
        const verdict = oneOf(item.verdict, ["accept", "reject", "review"] as const, `${at}: verdict`, problem);
        if (item.verdict === undefined) {
            problem(`${at}: verdict must be "accept", "reject" or "review"`);
        }
        const requesters = requestersOf(item.requester, at, problem);
        const evidence = evidenceOf(item.evidence, at, problem);
        if (requesters === undefined && evidence === undefined) {
            problem(
                `${at} names neither requester nor evidence: nothing that the cloud vouches for; what holds for everybody is otherwise`,
            );
        }
        if (kind !== undefined) {
            for (const text of impossibleExpectations(kind, {
                ...(requesters === undefined ? {} : { requesters }),
                ...(evidence === undefined ? {} : { evidence }),
            })) {
                problem(
                    `${at}: ${text.replace("expectedRequester", "requester").replace("expectedEvidence", "evidence")}`,
                );
            }
        }
        const until = untilOf(item.until, verdict, `${at}: `, problem);
        const ticket = ticketOf(item.ticket, verdict, at, problem);
        return [
            {
                name: name ?? "",
                verdict: verdict ?? "review",
                ...(requesters === undefined ? {} : { requesters }),
                ...(evidence === undefined ? {} : { evidence }),
                ...(ticket === undefined ? {} : { ticket }),
                ...(until === undefined ? {} : { until }),
            },
        ];
    });
}

function requestersOf(value: unknown, at: string, problem: (text: string) => void): string[] | undefined {
    if (value === undefined) {
        return undefined;
    }
    const all = Array.isArray(value) ? value : [value];
    if (all.length === 0 || !all.every((one): one is string => typeof one === "string")) {
        problem(`${at}: requester must be a text or a list of texts; write account ids in quotes, "012345678901"`);
        return undefined;
    }
    return all;
}

function evidenceOf(value: unknown, at: string, problem: (text: string) => void): Facts | undefined {
    if (value === undefined) {
        return undefined;
    }
    if (!isRecord(value) || Object.keys(value).length === 0 || !Object.values(value).every(isFact)) {
        problem(`${at}: evidence must name facts with a text, a list of texts, true or false`);
        return undefined;
    }
    return value as Facts;
}

/** Requesters write these texts: they may narrow an accept, and never be what lets somebody in or keeps somebody out. */
function ticketOf(
    value: unknown,
    verdict: Verdict | undefined,
    at: string,
    problem: (text: string) => void,
): RE2JS | undefined {
    if (value === undefined) {
        return undefined;
    }
    if (verdict !== "accept") {
        problem(`${at}: ticket is a text the requester writes; it can narrow an accept, nothing else`);
    }
    try {
        // RE2, not RegExp: a requester chooses the text, and with backtracking one text could stop every preview.
        return RE2JS.compile(typeof value === "string" ? value : "[");
    } catch {
        problem(
            `${at}: ticket ${show(value)} must be a regular expression, in the syntax of RE2 (no backreferences, no lookaround)`,
        );
        return undefined;
    }
}

/** Kinds that cannot reject what was accepted would have to delete it: said when declared, not when the time is over. */
function removalProblems(
    kind: ConnectionKind,
    existing: Existing,
    onDelete: OnDelete,
    rules: readonly Rule[],
): string[] {
    if (!removesAccepted(kind)) {
        return [];
    }
    const needed = [
        ...(existing === "enforce" ? ['existing: "enforce"'] : []),
        ...(onDelete === "reject" ? ['onDelete: "reject"'] : []),
        ...rules.filter(({ until }) => until !== undefined).map(({ name }) => `until of rule ${name}`),
    ];
    return needed.length === 0
        ? []
        : [
              `${needed.join(", ")}: an accepted ${kind.name} connection cannot be rejected, only deleted, and the requester must ask again; set allowRemoval: true if it shall be`,
          ];
}
