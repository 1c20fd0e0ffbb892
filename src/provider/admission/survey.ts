import {
    ADMISSION_ARGUMENTS,
    type Connection,
    type ConnectionScope,
    type Existing,
    SCHEMA_VERSION,
} from "../../connection";
import { type Admission, idField, parseAdmission } from "../../decision/admission-arguments";
import { type PlanOptions, plan } from "../../decision/plan";
import { type Judgement, judge } from "../../decision/rules";
import { beginning } from "../../decision/until";
import type { ConnectionKind, Observed } from "../../kinds/kind";
import { findKind, kinds } from "../../kinds/registry";
import { DecisionError } from "../../reconcile/decide";
import type { Target } from "../../reconcile/session";
import { oneLine } from "../../text";
import { type Case, openPlace } from "../assess";
import type { Context } from "../context";
import { pick } from "../outputs";
import { toWire, type Wire } from "../wire";

/** An admission, its scope and what holds there: what check, create, update, read and delete have in common. */
export interface OpenAdmission extends Pick<Case, "scope" | "lifecycle" | "account" | "locked"> {
    readonly admission: Admission;
    readonly kind: ConnectionKind;
    /** The id in the state: the key of a connection with `*` for the connection. */
    readonly key: string;
    readonly memory: AdmissionMemory;
    /** Any connection of the scope. */
    target(id: string): Target;
    /** Decided elsewhere: in `except`, or declared by a decision of the program. */
    isElsewhere(id: string): boolean;
    /** Declared by a decision of the program, as far as this run or its memory knows. */
    isDeclared(id: string): boolean;
}

/** What earlier runs left behind. */
export interface AdmissionMemory {
    readonly account?: string;
    /** When acceptances under a rule with a duration began, by connection. */
    readonly since?: Readonly<Record<string, string>>;
    /** Connections that decisions of the program declared: refresh and destroy do not see the program. */
    readonly elsewhere?: readonly string[];
}

/**
 * What becomes of a connection. `accept`, `reject`, `cut`: `up` does it. `review`: people decide. `wouldCut`: accepted earlier, the
 * rules would reject it, and `existing: "report"` leaves it. `tooLate`: accepted by a rule, rejected for good on this cloud.
 * `settled`: as the rules want it, or over.
 */
export type Group = "accept" | "reject" | "cut" | "review" | "wouldCut" | "tooLate" | "settled";

/** Groups that `up` carries out. */
export const DUE = ["accept", "reject", "cut"] as const;

export interface Placement {
    readonly group: Group;
    readonly text: string;
    readonly judgement: Judgement;
}

export interface Entry extends Placement {
    readonly seen: Observed;
}

/** Verdicts that the inputs show by name; the rest is counted, and in `__listed`. */
const SHOWN = 100;

/** The admission in inputs or outputs; throws what is wrong with it. */
export function admissionOf(stored: Wire): { admission: Admission; kind: ConnectionKind } {
    const parsed = parseAdmission(pick(stored, ADMISSION_ARGUMENTS), findKind, Object.keys(kinds));
    if ("problems" in parsed) {
        throw new DecisionError(
            parsed.problems.length === 1
                ? (parsed.problems[0] ?? "")
                : ["several arguments are wrong:", ...parsed.problems.map((text) => `  ${text}`)].join("\n"),
        );
    }
    return parsed;
}

/** The id of the admission of a scope, under today's defaults. Calls no cloud; throws what is wrong with the scope. */
export async function keyOf(context: Context, scope: unknown): Promise<string> {
    const { kind, admission } = admissionOf({ scope, rules: [] });
    return (await anyOf(context, kind, admission.scope)).address.key;
}

/** Finds out what holds for an admission, apart from its connections. */
export async function openAdmission(context: Context, stored: Wire, memory: AdmissionMemory): Promise<OpenAdmission> {
    const { admission, kind } = admissionOf(stored);
    const any = await anyOf(context, kind, admission.scope);
    const { scope, key } = any.address;
    const prefix = key.slice(0, -1);
    const except = new Set(
        await Promise.all(
            admission.except.map(async (item) =>
                typeof item !== "string"
                    ? (await context.target(item)).address.key
                    : item.includes("/")
                      ? item
                      : `${prefix}${item}`,
            ),
        ),
    );
    const declared = new Set(memory.elsewhere);
    const isDeclared = (id: string) => declared.has(id) || context.declared.has(`${prefix}${id}`);
    return {
        ...(await openPlace(any)),
        admission,
        kind,
        key,
        memory,
        target: (id) => ({ ...any, address: { scope, key: `${prefix}${id}`, id } }),
        isElsewhere: (id) => except.has(`${prefix}${id}`) || isDeclared(id),
        isDeclared,
    };
}

/** Every connection of the scope with what becomes of it, by id; or why they cannot be read. */
export async function survey(
    context: Context,
    opened: OpenAdmission,
    urn: string | undefined,
): Promise<{ entries: readonly Entry[]; memory: AdmissionMemory } | { unreadable: string }> {
    if (opened.locked !== undefined) {
        return { unreadable: opened.locked };
    }
    const note = (text: string) => context.parts.log("info", text, urn);
    const reading = await context.reconciler.inventory.readAll(opened.target("*"), note);
    if (reading.state !== "found") {
        return { unreadable: reading.state === "unreadable" ? reading.why : "" };
    }
    const now = context.parts.clock.now();
    const entries = reading.all
        .filter(({ id }) => !opened.isElsewhere(id))
        .map((seen): Entry => ({ seen, ...place(opened, seen, now) }))
        .sort((a, b) => (a.seen.id < b.seen.id ? -1 : 1));
    const since = entries.flatMap(({ seen, group, judgement: { until } }) =>
        until === undefined || !("after" in (until.rule.until ?? {})) || !holdsOrWill(group, seen)
            ? []
            : [[seen.id, opened.memory.since?.[seen.id] ?? beginning(until.rule.until ?? { at: 0 }, now)] as const],
    );
    const account = opened.memory.account ?? opened.account;
    const elsewhere = reading.all.map(({ id }) => id).filter((id) => opened.isDeclared(id));
    return {
        entries,
        memory: {
            ...(account === undefined ? {} : { account }),
            ...(elsewhere.length === 0 ? {} : { elsewhere: elsewhere.sort() }),
            ...(since.length === 0 ? {} : { since: Object.fromEntries(since) }),
        },
    };
}

/** What becomes of one connection, as it was read. Pure, apart from what `opened` was given. */
export function place(opened: OpenAdmission, seen: Observed, now: number): Placement {
    const { admission, lifecycle, memory } = opened;
    const judgement = judge(admission, seen, memory.since?.[seen.id], now);
    const { verdict, why } = judgement;
    const who = `${why}, requester ${oneLine(seen.requester ?? "not told", 80)}`;
    const works = seen.status === "accepted" || seen.status === "accepting";
    const as = (group: Group, text: string): Placement => ({ group, text, judgement });
    if (verdict === "review") {
        return works
            ? as("review", `review: accepted now, ${who}`)
            : seen.status === "pending"
              ? as("review", `review: ${who}`)
              : as("settled", "");
    }
    const { step, warnings } = plan(
        lifecycle,
        verdict,
        { status: seen.status, cloudStatus: seen.cloudStatus },
        { seen: seen.status },
        options(admission),
    );
    if (verdict === "reject" && works && !cutsExisting(admission.existing, judgement)) {
        return as("wouldCut", `would cut: ${who}`);
    }
    if (step.do === "act" || step.do === "settle") {
        const waiting = step.do === "settle" ? " (waiting for the cloud)" : "";
        return verdict === "reject" && works
            ? as("cut", `cut: ${who}${waiting}`)
            : as(verdict, `${verdict}, ${who}${waiting}`);
    }
    return verdict === "accept" && seen.status === "rejected"
        ? as("tooLate", `cannot be accepted: ${warnings.join("; ")}, ${who}`)
        : as("settled", "");
}

/** How the shared plan treats a connection under rules: what its requester ended is no failure. */
export function options({ allowRemoval }: Admission): PlanOptions {
    return { allowRemoval, onDrift: "correct", established: true, waitForRequest: "0s" };
}

/** What the preview shows. Depends on the connections' state alone: an update plan binds every character. */
export function evidenceOf(opened: OpenAdmission, entries: readonly Entry[], memory: AdmissionMemory): Wire {
    const { admission, kind, scope } = opened;
    const open = entries.filter(({ group }) => group !== "settled");
    const listed = Object.fromEntries(
        (["accept", "reject", "cut", "review", "wouldCut", "tooLate"] as const).flatMap((group) => {
            const ids = open.filter((entry) => entry.group === group).map(({ seen }) => seen.id);
            return ids.length === 0 ? [] : [[group, ids]];
        }),
    );
    const counts = Object.fromEntries(Object.entries(listed).map(([group, ids]) => [group, String(ids.length)]));
    const due = DUE.flatMap((group) => (counts[group] === undefined ? [] : [`${group} ${counts[group]}`]));
    const left = [
        ...(counts.review === undefined ? [] : [`${counts.review} for review`]),
        ...(counts.wouldCut === undefined ? [] : [`${counts.wouldCut} accepted earlier that no rule allows`]),
    ];
    const rejects = [admission.otherwise, ...admission.rules.map(({ verdict }) => verdict)].includes("reject");
    const settings = rejects ? (kind.settingsWarnings?.(opened.target("*").address.scope, scope, "reject") ?? []) : [];
    const warnings = [...endingSoon(entries), ...settings].map((text) => oneLine(text, 400));
    return {
        ...(open.length === 0
            ? {}
            : { verdicts: Object.fromEntries(open.slice(0, SHOWN).map(({ seen, text }) => [seen.id, text])), counts }),
        ...(due.length === 0
            ? {}
            : { transition: `${due.join(", ")}${left.length === 0 ? "" : ` (not touched: ${left.join(", ")})`}` }),
        ...(warnings.length === 0 ? {} : { warnings }),
        ...(open.length === 0 ? {} : { __listed: listed }),
        __memory: memory,
        __schemaVersion: SCHEMA_VERSION,
    };
}

/** Outputs: the arguments and what is not as the rules want it. Never a row for each connection. */
export function outputsOf(inputs: Wire, evidence: Wire): Wire {
    const { transition: _transition, ...rest } = evidence;
    return toWire({ ...pick(inputs, [...ADMISSION_ARGUMENTS, "__timeouts"]), ...rest });
}

/** Stands for any connection of a scope. */
function anyOf(context: Context, kind: ConnectionKind, scope: ConnectionScope): Promise<Target> {
    return context.target({ ...scope, [idField(kind)]: "*" } as unknown as Connection);
}

/** Accepted by somebody earlier: cut where the admission enforces its rules, or where the rule that let it in says that its time is over. */
function cutsExisting(existing: Existing, { until }: Judgement): boolean {
    return existing === "enforce" || until?.over === true;
}

function holdsOrWill(group: Group, { status }: Observed): boolean {
    return group === "accept" || status === "accepted" || status === "accepting";
}

/** One line per rule whose acceptances end within the notice. */
function endingSoon(entries: readonly Entry[]): string[] {
    const byRule = new Map<string, number[]>();
    for (const {
        group,
        seen,
        judgement: { until },
    } of entries) {
        if (until?.soon && until.end !== undefined && holdsOrWill(group, seen)) {
            byRule.set(until.rule.name, [...(byRule.get(until.rule.name) ?? []), until.end]);
        }
    }
    return [...byRule].map(
        ([name, ends]) =>
            `rule ${name}: ${ends.length} accepted for a time, the first until ${new Date(Math.min(...ends)).toISOString()}, then cut`,
    );
}
