import {
    ADMISSION_ARGUMENTS,
    type Connection,
    type ConnectionScope,
    type Existing,
    SCHEMA_VERSION,
    type Status,
} from "../../shared/vocabulary";
import { type Admission, idField, parseAdmission } from "../../decision/admission";
import { readExcept } from "../../decision/except";
import { isWorking, type PlanOptions, plan } from "../../decision/plan";
import { type Judgement, judge } from "../../decision/rules";
import { Beginnings, type TimeBoxes } from "../../decision/time-boxes";
import { beginning } from "../../decision/until";
import type { ConnectionKind, Observed } from "../../kinds/kind";
import { findKind, kinds } from "../../kinds";
import { DecisionError } from "../../reconcile/carry-out";
import type { Target } from "../../place/session";
import { oneLine } from "../../shared/problem";
import { type Case, mayDecide, openPlace, whyUnconfirmed } from "../assess";
import { list } from "../decision/check";
import type { Context } from "../context";
import { pick } from "../decision/outputs";
import { toWire, type Wire } from "../wire";

/** An admission, its scope and what holds there: what check, create, update, read and delete have in common. */
export interface OpenAdmission extends Pick<Case, "scope" | "lifecycle" | "account" | "unconfirmed" | "locked"> {
    readonly admission: Admission;
    readonly kind: ConnectionKind;
    /** The id in the state: the key of a connection with `*` for the connection. */
    readonly key: string;
    readonly memory: AdmissionMemory;
    /** Keys of connections that are decided elsewhere. */
    readonly except: ReadonlySet<string>;
    /** Any connection of the scope. */
    target(id: string): Target;
}

/** What earlier runs left behind. */
export interface AdmissionMemory {
    readonly account?: string;
    readonly since?: TimeBoxes;
    /** Version 0.1.0 only: connections that decisions of the program declared. They stay left out until the admission is checked. */
    readonly elsewhere?: readonly string[];
}

/**
 * What becomes of a connection. `accept`, `reject`, `cut`: `up` does it. `review`: people decide. `wouldCut`, `wouldAccept`: decided
 * otherwise earlier, and `existing: "report"` leaves it. `tooLate`: accepted by a rule, rejected for good on this cloud.
 * `settled`: as the rules want it, or over.
 */
export type Group = "accept" | "reject" | "cut" | "review" | "wouldCut" | "wouldAccept" | "tooLate" | "settled";

/** Groups that `up` carries out, the loudest first. */
export const DUE = ["cut", "reject", "accept"] as const;

/** Groups that the inputs show, the most urgent first: a flood of requests must not hide a cut. */
const OPEN = [...DUE, "wouldCut", "wouldAccept", "tooLate", "review"] as const;

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
        throw new DecisionError(list(parsed.problems));
    }
    return parsed;
}

/** Any connection of a declared scope; throws what is wrong with the scope. */
export function anyOf(scope: unknown): Connection {
    const { kind, admission } = admissionOf({ scope, rules: [] });
    return { ...(admission.scope as ConnectionScope), [idField(kind)]: "*" } as unknown as Connection;
}

/** Finds out what holds for an admission at a place, apart from its connections. */
export async function openAdmission(any: Target, stored: Wire, memory: AdmissionMemory): Promise<OpenAdmission> {
    const { admission, kind } = admissionOf(stored);
    const { scope, key } = any.address;
    const prefix = key.slice(0, -1);
    const except = new Set([
        ...exceptOf(kind, key, admission),
        ...(memory.elsewhere ?? []).map((id) => `${prefix}${id}`),
    ]);
    return {
        ...(await openPlace(any)),
        admission,
        kind,
        key,
        memory,
        except,
        target: (id) => ({ ...any, address: { scope, key: `${prefix}${id}`, id } }),
    };
}

/** What a scope holds. */
export interface Survey {
    readonly entries: readonly Entry[];
    /** So many connections are of a form that the kind does not know; nothing is decided about them. */
    readonly others: number;
    readonly memory: AdmissionMemory;
}

/** Every connection of the scope with what becomes of it, by id; or why they cannot be read. */
export async function survey(
    context: Context,
    opened: OpenAdmission,
    urn: string | undefined,
    anew: boolean,
): Promise<Survey | { unreadable: string }> {
    const { locked, account, unconfirmed, memory, kind, admission } = opened;
    if (locked !== undefined) {
        return { unreadable: locked };
    }
    if (account === undefined) {
        return { unreadable: whyUnconfirmed(kind.cloud.accountTitle, unconfirmed) };
    }
    const note = (text: string) => context.report("info", text, urn);
    const reading = await context.reconciler.inventory.readAll(opened.target("*"), note, anew);
    if (reading.state !== "found") {
        return { unreadable: reading.state === "unreadable" ? reading.why : "the listing gave no answer" };
    }
    const now = context.parts.clock.now();
    const beginnings = new Beginnings(memory.since);
    const entries = reading.all
        .filter((seen) => mayDecide(account, seen) && !opened.except.has(opened.target(seen.id).address.key))
        .map((seen): Entry => ({ seen, ...place(opened, seen, now, beginnings) }))
        .sort((a, b) => (a.seen.id < b.seen.id ? -1 : 1));
    for (const { seen, group, judgement } of entries) {
        begin(beginnings, seen, group, judgement, now);
    }
    const since = beginnings.stored(admission.rules);
    const { elsewhere } = memory;
    return {
        entries,
        others: reading.others,
        memory: {
            account: memory.account ?? account,
            ...(since === undefined ? {} : { since }),
            ...(elsewhere === undefined ? {} : { elsewhere }),
        },
    };
}

/** What becomes of one connection, as it was read. Pure, apart from what `opened` was given. */
export function place(
    opened: OpenAdmission,
    seen: Observed,
    now: number,
    beginnings = new Beginnings(opened.memory.since),
): Placement {
    const { admission, lifecycle } = opened;
    const judgement = judge(admission, seen, ({ name }) => beginnings.get(name, seen.id), now);
    const { verdict, why } = judgement;
    const who = `${why}, requester ${oneLine(seen.requester ?? "not told", 80)}`;
    const works = isWorking(seen.status) && seen.making !== true;
    const as = (group: Group, text: string): Placement => ({ group, text, judgement });
    if (seen.status === "unknown") {
        return as(
            "review",
            `review: the cloud says "${oneLine(seen.cloudStatus, 60)}", which this version does not know, ${who}`,
        );
    }
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
    if (verdict === "reject" && works && !changesExisting(admission.existing, judgement)) {
        return as("wouldCut", `would cut: ${who}`);
    }
    if (step.do === "act" || step.do === "settle") {
        if (verdict === "accept" && isRejected(seen.status) && admission.existing !== "enforce") {
            return as("wouldAccept", `would accept: rejected earlier, ${who}`);
        }
        const waiting = step.do === "settle" ? " (waiting for the cloud)" : "";
        const removed = step.do === "act" && step.actions.includes("remove") ? " (deletes the connection)" : "";
        return verdict === "reject" && works
            ? as("cut", `cut: ${seen.status}, ${who}${waiting}${removed}`)
            : as(verdict, `${verdict}: ${seen.status}, ${who}${waiting}${removed}`);
    }
    return verdict === "accept" && seen.status === "rejected"
        ? as("tooLate", `cannot be accepted: ${warnings.join("; ")}, ${who}`)
        : as("settled", "");
}

/** How the shared plan treats a connection under rules: what its requester ended is no failure. */
export function options({ allowRemoval }: Admission): PlanOptions {
    return { allowRemoval, onDrift: "correct", established: true, waitForRequest: "0s" };
}

/**
 * What the preview shows. Depends on the connections' state alone: an update plan binds every character.
 *
 * @param counted what the counts are about: of inputs of `up`, what is left once the due is done
 */
export function evidenceOf(
    opened: OpenAdmission,
    { entries, others, memory }: Survey,
    counted: "all" | "left" = "all",
): Wire {
    const { admission, kind, scope } = opened;
    const open = OPEN.flatMap((group) => entries.filter((entry) => entry.group === group));
    const all = countsOf(open);
    const due = DUE.flatMap((group) => (all[group] === undefined ? [] : [`${group} ${all[group]}`]));
    const counts = counted === "all" ? all : countsOf(open.filter(({ group }) => !isDue(group)));
    const rejects = [admission.otherwise, ...admission.rules.map(({ verdict }) => verdict)].includes("reject");
    const settings = rejects ? (kind.settingsWarnings?.(opened.target("*").address.scope, scope, "reject") ?? []) : [];
    const warnings = [
        ...endingSoon(entries),
        ...entries.flatMap(({ seen }) => (seen.warnings ?? []).map((text) => `${seen.id}: ${text}`)),
        ...(others === 0
            ? []
            : [`${others} connections of another form are not shown, and nothing is decided about them`]),
        ...settings,
    ].map((text) => oneLine(text, 400));
    return {
        verdicts: verdictsOf(open),
        counts,
        ...(due.length === 0 ? {} : { transition: `${due.join(", ")}${leftOf(all)}` }),
        ...(warnings.length === 0 ? {} : { warnings }),
        ...(open.length === 0 ? {} : { __listed: listedOf(open) }),
        __memory: memory,
        __schemaVersion: SCHEMA_VERSION,
    };
}

/** Outputs: the arguments and what is not as the rules want it. Never a row for each connection. */
export function outputsOf(inputs: Wire, evidence: Wire): Wire {
    const { transition: _transition, ...rest } = evidence;
    const acts = inputs.onDelete !== undefined && inputs.onDelete !== "keep";
    return toWire({ ...pick(inputs, [...ADMISSION_ARGUMENTS, "__timeouts", ...(acts ? ["__urn"] : [])]), ...rest });
}

/** One connection that `up` is to decide, with the status from which the preview planned it. */
export interface Due {
    readonly id: string;
    readonly group: (typeof DUE)[number];
    readonly from: Status;
}

/** The list that check put into the inputs. */
export function dueOf(inputs: Wire): Due[] {
    return Object.entries((inputs.__listed ?? {}) as Record<string, string>).flatMap(([name, ids]) => {
        const [group = "", from = ""] = name.split(" ");
        return isDue(group) ? ids.split(" ").map((id): Due => ({ id, group, from: from as Status })) : [];
    });
}

function isDue(group: string): group is (typeof DUE)[number] {
    return (DUE as readonly string[]).includes(group);
}

/** `{ "accept pending": "vpce-1 vpce-2" }`: short, and readable where the engine prints it. */
function listedOf(open: readonly Entry[]): Record<string, string> {
    const listed: Record<string, string[]> = {};
    for (const { group, seen } of open) {
        const name = `${group} ${seen.status}`;
        listed[name] ??= [];
        listed[name].push(seen.id);
    }
    return Object.fromEntries(Object.entries(listed).map(([name, ids]) => [name, ids.join(" ")]));
}

function verdictsOf(open: readonly Entry[]): Record<string, string> {
    return Object.fromEntries(open.slice(0, SHOWN).map(({ seen, text }) => [oneLine(seen.id, 300), text]));
}

function countsOf(open: readonly Entry[]): Partial<Record<Group, string>> {
    return Object.fromEntries(
        OPEN.flatMap((group) => {
            const count = open.filter((entry) => entry.group === group).length;
            return count === 0 ? [] : [[group, String(count)]];
        }),
    );
}

function leftOf(counts: Partial<Record<Group, string>>): string {
    const left = [
        ...(counts.review === undefined ? [] : [`${counts.review} for review`]),
        ...(counts.wouldCut === undefined ? [] : [`${counts.wouldCut} accepted earlier that no rule allows`]),
        ...(counts.wouldAccept === undefined
            ? []
            : [`${counts.wouldAccept} rejected earlier that a rule would accept`]),
    ];
    return left.length === 0 ? "" : ` (not touched: ${left.join(", ")})`;
}

/** The keys that `except` names; throws where an entry names no connection of the scope. */
function exceptOf(kind: ConnectionKind, key: string, { except }: Admission): string[] {
    const read = except.map((entry) => readExcept(kind, key, entry));
    const problems = read.flatMap((entry, i) => ("problem" in entry ? [`except[${i}]: ${entry.problem}`] : []));
    if (problems.length > 0) {
        throw new DecisionError(problems.join("\n"));
    }
    return read.flatMap((entry) => ("key" in entry ? [entry.key] : []));
}

/** Decided by somebody earlier: changed where the admission enforces its rules, or where the rule that let it in says that its time is over. */
function changesExisting(existing: Existing, { until }: Judgement): boolean {
    return existing === "enforce" || until?.over === true;
}

function isRejected(status: Status): boolean {
    return status === "rejected" || status === "rejecting" || status === "unconnected";
}

function holdsOrWill(group: Group, { status }: Observed): boolean {
    return group === "accept" || isWorking(status);
}

/** An acceptance for a duration begins with the check that plans it, or finds it. */
function begin(beginnings: Beginnings, seen: Observed, group: Group, { until }: Judgement, now: number): void {
    const rule = until?.rule;
    if (rule?.until !== undefined && "after" in rule.until && holdsOrWill(group, seen)) {
        beginnings.set(rule.name, seen.id, beginnings.get(rule.name, seen.id) ?? beginning(rule.until, now));
    }
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
