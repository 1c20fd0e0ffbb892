import { ARGUMENTS, SCHEMA_VERSION } from "../connection";
import { type Declaration, onDeleteProblem, parseArguments } from "../decision/arguments";
import { cuts, type Memory } from "../decision/plan";
import { beginning, endOf, NOTICE_MS } from "../decision/until";
import type { Action, Observed } from "../kinds/kind";
import { findKind, kinds } from "../kinds/registry";
import { DecisionError } from "../reconcile/decide";
import type { Reading } from "../reconcile/inventory";
import type { Target } from "../reconcile/session";
import { problemText } from "../text";
import { admitCut, assess, type Case, inspect, openCase, readCase, refuseMovedAccount, remember } from "./assess";
import { type Context, refuseNewerState } from "./context";
import { ENDING, ending } from "./declaration";
import { hasUnknown, toWire, UNKNOWN, type Wire } from "./wire";

export interface CheckResult {
    readonly inputs: Wire;
    readonly failures?: { readonly property: string; readonly reason: string }[];
}

/** Inputs that check adds and a program never writes. */
const EVIDENCE = ["observed", "transition", "warnings", "__held", "__memory", ...ENDING] as const;

/**
 * Validates the arguments, reads the live connection and adds what a reviewer must see: `observed`, `transition`,
 * `warnings`. Certain impossibility fails the preview; what only the requester caused is a warning.
 */
export async function check(context: Context, olds: Wire, news: Wire): Promise<CheckResult> {
    // ignoreChanges puts old evidence into the new inputs: what was written is what counts.
    const inputs = omit(news, EVIDENCE);
    try {
        refuseNewerState(olds);
        // Not known yet in this preview: nothing to read. Other unknown arguments are left out of what is judged.
        if (hasUnknown(inputs.connection) || inputs.decision === UNKNOWN) {
            return { inputs: toWire(inputs) };
        }
        const unknown = ARGUMENTS.filter((name) => hasUnknown(inputs[name]));
        const parsed = parseArguments(omit(inputs, unknown), findKind, Object.keys(kinds), (v) => v === UNKNOWN);
        if ("problems" in parsed) {
            return failed(inputs, list(parsed.problems));
        }
        const { declaration, kind } = parsed;
        if (context.configUnknown(kind)) {
            return { inputs: toWire(inputs) };
        }
        const problem =
            onDeleteProblem(kind, declaration) ??
            (unknown.includes("expectedRequester") ? undefined : missingRequester(context, declaration));
        if (problem !== undefined) {
            return failed(inputs, problem);
        }
        const now = context.parts.clock.now();
        return { inputs: toWire({ ...inputs, ...(await evidence(context, declaration, now, olds, inputs)) }) };
    } catch (error) {
        if (error instanceof DecisionError) {
            return failed(inputs, error.message);
        }
        throw error;
    }
}

async function evidence(context: Context, declared: Declaration, now: number, olds: Wire, inputs: Wire): Promise<Wire> {
    const { key } = (await context.target(declared.connection)).address;
    const kept = (await previousKey(context, olds)) === key;
    const { declaration, memory } = timed(declared, kept ? ((olds.__memory ?? {}) as Memory) : {}, now);
    const before = olds.__ending === "over" ? "reject" : olds.decision;
    const established = kept && before === declaration.decision;
    if (declaration.ending?.phase === "over" && !(kept && olds.decision === "accept")) {
        throw new DecisionError(
            problemText(
                `This acceptance would be over already: until is ${declaration.ending.at}.`,
                { connection: key },
                "correct until, or declare reject",
            ),
        );
    }
    const opened = await openCase(context, declaration, memory, established);
    const urn = typeof inputs.__urn === "string" ? inputs.__urn : undefined;
    refuseMovedAccount(opened);
    if (opened.locked !== undefined && !kept) {
        throw new DecisionError(
            problemText(
                `No working credentials for ${opened.target.kind.cloud.title}.`,
                { connection: key, reason: opened.locked },
                "give this process credentials of the account that owns the connection",
            ),
        );
    }
    refuseContradiction(context, key, declaration, urn);
    const reading = await readCase(context, opened, urn);
    context.checked.add(urn ?? key);
    const { plan, observed, warnings } = assess(opened, reading);
    if (reading.state === "found") {
        inspectKnown(opened, reading);
        if (cuts(plan.step, reading.seen.status)) {
            admitCut(context, key, reading.seen);
        }
    }
    if (reading.state === "unreadable") {
        noteOnce(
            context,
            `${opened.target.address.scope.title}: ${reading.why}`,
            urn,
            (text) => `cannot be read: ${text}`,
        );
    }
    if (plan.step.do === "refuse" && plan.step.fault === "declaration") {
        throw new DecisionError(
            problemText(
                `Cannot ${declaration.decision}: ${plan.step.why}.`,
                {
                    connection: key,
                    status: observed.status,
                    requester: observed.requester,
                },
                plan.step.remedy,
            ),
        );
    }
    if (plan.step.do === "act" && reading.state === "found") {
        await probe(context, opened.target, plan.step.actions[0] ?? declaration.decision, reading.seen, urn);
    }
    return {
        observed,
        ...(plan.transition === undefined ? {} : { transition: plan.transition }),
        ...(warnings.length === 0 ? {} : { warnings }),
        ...(plan.step.do === "hold" ? { __held: true } : {}),
        ...(declaration.ending === undefined
            ? {}
            : { acceptedUntil: declaration.ending.at, __ending: declaration.ending.phase }),
        __memory: remember(memory, opened.account, reading),
        __schemaVersion: SCHEMA_VERSION,
    };
}

/**
 * A declaration with the end of its acceptance. A duration counts from the first check that plans the acceptance or finds it;
 * later ones remember that.
 */
function timed(declaration: Declaration, memory: Memory, now: number): { declaration: Declaration; memory: Memory } {
    const { until } = declaration;
    if (until === undefined) {
        const { since: _since, ...rest } = memory;
        return { declaration, memory: rest };
    }
    const since = "after" in until ? (memory.since ?? beginning(until, now)) : undefined;
    const end = endOf(until, since) ?? 0;
    const phase = now >= end ? "over" : end - now <= NOTICE_MS ? "soon" : undefined;
    return {
        declaration: ending(declaration, new Date(end).toISOString(), phase),
        memory: since === undefined ? memory : { ...memory, since },
    };
}

/** What the guard can say in a preview: a violation fails it, what the cloud does not tell is a warning. */
function inspectKnown({ target, declaration, account }: Case, { seen }: Extract<Reading, { state: "found" }>): void {
    const { expected } = declaration;
    inspect(
        target,
        {
            ...declaration,
            expected: {
                ...(expected.requesters === undefined || seen.requester === undefined
                    ? {}
                    : { requesters: expected.requesters }),
                ...(expected.evidence === undefined
                    ? {}
                    : {
                          evidence: Object.fromEntries(
                              Object.entries(expected.evidence).filter(([fact]) => Object.hasOwn(seen.evidence, fact)),
                          ),
                      }),
            },
        },
        account,
        seen,
    );
}

/** The key of the connection that the old inputs declared, under today's defaults; undefined where there is none. */
async function previousKey(context: Context, olds: Wire): Promise<string | undefined> {
    const connection = olds.connection as Declaration["connection"] | undefined;
    if (connection === undefined || hasUnknown(connection)) {
        return undefined;
    }
    try {
        return (await context.target(connection)).address.key;
    } catch {
        return undefined;
    }
}

function missingRequester(context: Context, { decision, expected }: Declaration): string | undefined {
    return decision === "accept" && expected.requesters === undefined && context.options().requireExpectedRequester
        ? "connections:requireExpectedRequester is set: an accept must say who is expected to ask; set expectedRequester"
        : undefined;
}

/** Two declarations of one connection: with opposite decisions an error, with the same one a warning. */
function refuseContradiction(context: Context, key: string, { decision }: Declaration, urn: string | undefined): void {
    const name = urn ?? "";
    const others = context.declared.get(key) ?? new Map<string, string>();
    for (const [other, otherDecision] of others) {
        if (other === name) {
            continue;
        }
        if (otherDecision !== decision) {
            throw new DecisionError(
                problemText(
                    `This program declares two opposite decisions about one connection.`,
                    { connection: key, [resourceName(other)]: otherDecision, [resourceName(name)]: decision },
                    "keep one of them",
                ),
            );
        }
        noteOnce(context, `${key} ${name}`, urn, () => `${key} is declared twice, also as ${resourceName(other)}`);
    }
    others.set(name, decision);
    context.declared.set(key, others);
}

/** Asks the cloud whether it would allow the action: once per scope or account. A warning, never evidence. */
export async function probe(
    context: Context,
    target: Target,
    action: Action,
    seen: Observed,
    urn: string | undefined,
): Promise<void> {
    const { kind, address, session } = target;
    if (!context.options().probe || kind.probe === undefined) {
        return;
    }
    const per = kind.limits.probePer === "account" ? session.key : `${session.key} ${address.scope.key}`;
    const question = `probe ${kind.name} ${per} ${action}`;
    if (context.noted.has(question)) {
        return;
    }
    context.noted.add(question);
    const answer = await session
        .reading(async () =>
            kind.probe?.(address.scope, action, { seen, token: context.parts.newToken() }, session.call),
        )
        .catch(() => "cannotTell");
    if (answer === "denied") {
        context.parts.log(
            "warning",
            `permission missing: these credentials may not ${action} here; up needs ${(kind.permissions[action] ?? []).join(" and ")}`,
            urn,
        );
    }
}

export function noteOnce(
    context: Context,
    fact: string,
    urn: string | undefined,
    text: (fact: string) => string,
): void {
    if (!context.noted.has(fact)) {
        context.noted.add(fact);
        context.parts.log("warning", text(fact), urn);
    }
}

export function resourceName(urn: string): string {
    return urn.split("::").at(-1) || "a resource without a name";
}

/** `property: ""`: with a name, the CLI would print the property's value, secrets in clear. */
export function failed(inputs: Wire, reason: string): CheckResult {
    return { inputs: toWire(inputs), failures: [{ property: "", reason }] };
}

export function list(problems: readonly string[]): string {
    return problems.length === 1
        ? (problems[0] ?? "")
        : ["several arguments are wrong:", ...problems.map((p) => `  ${p}`)].join("\n");
}

export function omit(record: Wire, keys: readonly string[]): Wire {
    return Object.fromEntries(Object.entries(record).filter(([key]) => !keys.includes(key)));
}
