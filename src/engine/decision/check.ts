import { ARGUMENTS, type Connection, type ObservedConnection, SCHEMA_VERSION, type Status } from "../../shared/vocabulary";
import { idField } from "../../decision/admission";
import { type Declaration, isRecord, onDeleteProblem, parseArguments } from "../../decision/declaration";
import { cuts, goal, type Memory, type Plan } from "../../decision/plan";
import { beginning, endOf, NOTICE_MS } from "../../decision/until";
import { optional } from "../../kinds/answer";
import type { Action, Observed } from "../../kinds/kind";
import { findKind, kinds } from "../../kinds";
import { DecisionError, statusOf } from "../../reconcile/carry-out";
import type { Reading } from "../../reconcile/inventory";
import type { Target } from "../../place/session";
import { unknownNames } from "../../shared/suggest";
import { problemText } from "../../shared/problem";
import {
    admitCut,
    assess,
    type Case,
    type Evidence,
    inspectKnown,
    openCase,
    readCase,
    refuseMovedAccount,
    trust,
    unreadText,
    whyUnread,
} from "../assess";
import { type Context, type Declared, type Located, type Place, refuseNewerState } from "../context";
import { ENDING, ending } from "./declaration";
import { announcement, replacementLine } from "./lines";
import { resourceName } from "../run";
import { hasUnknown, toWire, UNKNOWN, type Wire } from "../wire";

export interface CheckResult {
    readonly inputs: Wire;
    readonly failures?: { readonly property: string; readonly reason: string }[];
}

/** Inputs that check adds and a program never writes. */
const EVIDENCE = [
    "observed",
    "transition",
    "warnings",
    "__preview",
    "__held",
    "__established",
    "__from",
    "__place",
    "__memory",
    ...ENDING,
] as const;

/**
 * Validates the arguments, reads the live connection and adds what a reviewer must see: `observed`, `transition`,
 * `warnings`. Certain impossibility fails the preview, and so does what cannot be read; what only the requester caused is a warning.
 */
export async function check(context: Context, olds: Wire, news: Wire): Promise<CheckResult> {
    // ignoreChanges puts old evidence into the new inputs: what was written is what counts.
    const inputs = omit(news, EVIDENCE);
    const preview = news.__preview === true;
    try {
        refuseNewerState(olds);
        refuseUnknownArguments(inputs, ARGUMENTS, "ConnectionDecision");
        // Not known yet in this preview: nothing to read. Other unknown arguments are left out of what is judged.
        if (hasUnknown(inputs.connection) || inputs.decision === UNKNOWN) {
            await claimUnknown(context, olds, inputs);
            return notKnownYet(context, inputs, "the connection or the decision");
        }
        const unknown = ARGUMENTS.filter((name) => hasUnknown(inputs[name]));
        const known = {
            ...omit(inputs, unknown),
            // Not known yet: the preview shows the most that may happen.
            ...(unknown.includes("allowRemoval") ? { allowRemoval: true } : {}),
        };
        const parsed = parseArguments(known, findKind, Object.keys(kinds), (v) => v === UNKNOWN);
        if ("problems" in parsed) {
            return failed(inputs, list(parsed.problems));
        }
        const { declaration, kind } = parsed;
        if (context.configUnknown(kind)) {
            return notKnownYet(context, inputs, "the provider's configuration");
        }
        const problem =
            onDeleteProblem(kind, declaration) ??
            ledgerProblem(context, declaration.onDelete) ??
            (unknown.includes("expectedRequester") ? undefined : missingRequester(context, declaration));
        if (problem !== undefined) {
            return failed(inputs, problem);
        }
        const shown = await evidence(context, declaration, olds, inputs, { preview, unknown });
        return { inputs: toWire({ ...inputs, ...shown }) };
    } catch (error) {
        if (error instanceof DecisionError) {
            return failed(inputs, error.message);
        }
        throw error;
    }
}

/** What a check was given beside the arguments. */
interface Asked {
    readonly preview: boolean;
    /** Arguments that are not known yet. */
    readonly unknown: readonly string[];
    readonly urn: string | undefined;
}

/** The evidence of a declaration: where it is, how it stands, what will happen. Fails where nothing may. */
async function evidence(
    context: Context,
    declared: Declaration,
    olds: Wire,
    inputs: Wire,
    given: Omit<Asked, "urn">,
): Promise<Wire> {
    const asked: Asked = { ...given, urn: urnOf(inputs) };
    const located = await locate(context, declared.connection, declaredBefore(olds, olds.connection), asked.urn);
    const { target, kept } = located;
    const { declaration, memory } = timed(declared, kept ? memoryOf(olds) : {}, context.parts.clock.now());
    refuseOver(declaration, target.address.key, kept && olds.decision === "accept");
    const place = await openCase(target, declaration, memory, false);
    const opened = { ...place, established: kept && isEstablished(olds, declaration, place) };
    refuseMovedAccount(opened);
    refuseLocked(opened, kept);
    tellAlone(context);
    claim(context, opened, asked.urn);
    const reading = await readAgain(context, opened, given.preview, await readCase(context, opened, asked.urn));
    context.checked.add(asked.urn ?? target.address.key);
    const assessed = assess(opened, reading);
    await refuseOrProbe(context, opened, reading, assessed, asked.urn);
    if (given.preview && !kept) {
        await tellLeft(context, olds, asked.urn);
    }
    tell(context, opened, reading, assessed, asked);
    return stamped(opened, located.place, reading, assessed, given.preview);
}

/** Fails the preview where nothing may be sent; asks the cloud whether it would allow what is due. */
async function refuseOrProbe(
    context: Context,
    opened: Case,
    reading: Reading,
    { plan, observed }: Evidence,
    urn: string | undefined,
): Promise<void> {
    const { target, declaration } = opened;
    const { key } = target.address;
    refuseUnread(context, key, reading, urn);
    if (reading.state === "found") {
        inspectKnown(opened, reading.seen, sends(plan, declaration));
        if (cuts(plan.step, reading.seen.status)) {
            admitCut(context, key, reading.seen);
        }
    }
    if (plan.step.do === "refuse") {
        throw new DecisionError(
            problemText(
                `Cannot ${declaration.decision}: ${plan.step.why}.`,
                { connection: key, status: observed.status, requester: observed.requester },
                plan.step.remedy,
            ),
        );
    }
    if (plan.step.do === "act" && reading.state === "found") {
        await probe(context, target, plan.step.actions[0] ?? declaration.decision, reading.seen, urn);
    }
}

/** Says on the resource what a reviewer should know, and in a preview what will happen. */
function tell(
    context: Context,
    opened: Case,
    reading: Reading,
    { plan, warnings }: Evidence,
    { preview, unknown, urn }: Asked,
): void {
    for (const warning of warnings) {
        context.say("warning", warning, urn);
    }
    if (preview && plan.transition !== undefined) {
        const { level, text } = announcement(opened, plan, reading, unknown);
        context.say(level, named(urn, text), urn);
    }
}

/** What check adds to the inputs: what the preview shows, and what every later step reads. */
function stamped(
    { declaration, memory, established, account }: Case,
    place: Place,
    reading: Reading,
    { plan, observed, warnings }: Evidence,
    preview: boolean,
): Wire {
    const due = plan.step.do === "act" || plan.step.do === "settle" || plan.step.do === "awaitRequest";
    return {
        // What `up` changes is not known in a preview; what `up` stores is what will hold.
        observed: due ? { ...observed, status: preview ? UNKNOWN : outcomeOf(plan, declaration) } : observed,
        ...(plan.transition === undefined ? {} : { transition: plan.transition }),
        ...(warnings.length === 0 ? {} : { warnings }),
        ...(plan.step.do === "hold" ? { __held: true } : {}),
        ...(established ? { __established: true } : {}),
        ...(due ? { __from: statusOf(reading) } : {}),
        ...(declaration.ending === undefined
            ? {}
            : { acceptedUntil: declaration.ending.at, __ending: declaration.ending.phase }),
        ...(Object.keys(place).length === 0 ? {} : { __place: place }),
        __memory: { ...memory, ...optional("account", memory.account ?? account) },
        __schemaVersion: SCHEMA_VERSION,
    };
}

/**
 * In `up`, a request that was never seen may have been made by this very run, after its scope was listed: absence from an old listing is
 * not believed.
 */
async function readAgain(context: Context, opened: Case, preview: boolean, reading: Reading): Promise<Reading> {
    return preview || reading.state !== "absent" || opened.memory.seen !== undefined
        ? reading
        : trust(opened, await context.reconciler.inventory.confirm(opened.target));
}

/** Deletes have no preview: what a replacement does to the connection that it leaves is said by the check of its successor. */
async function tellLeft(context: Context, olds: Wire, urn: string | undefined): Promise<void> {
    const before = declaredBefore(olds, olds.connection);
    if (before === undefined || olds.onDelete === undefined || olds.onDelete === "keep") {
        return;
    }
    const { target } = await context.locate(before.connection, before.place);
    const reading = await context.reconciler.inventory.read(target);
    if (reading.state === "found") {
        const { level, text } = replacementLine(String(olds.onDelete), target.address.key, reading.seen);
        context.say(level, named(urn, text), urn);
    }
}

/** What is known of the connection tells whether an admission of this program covers it. */
async function claimUnknown(context: Context, olds: Wire, { connection, __urn }: Wire): Promise<void> {
    const kind = isRecord(connection) ? findKind(connection.kind) : undefined;
    if (kind === undefined || typeof __urn !== "string" || context.configUnknown(kind)) {
        return;
    }
    const id = idField(kind);
    const written = connection as Wire;
    const known = { ...written, [id]: hasUnknown(written[id]) ? "*" : written[id] };
    if (!hasUnknown(known)) {
        const place = olds.__place as Place | undefined;
        const { target } = await context.locate(known as unknown as Connection, place);
        context.run.claimUnknown(__urn, target.address.key);
    }
}

/** In a preview, what depends on a value that only `up` knows. */
function notKnownYet(context: Context, inputs: Wire, what: string): CheckResult {
    const urn = urnOf(inputs);
    context.say("info", named(urn, `what happens is only known in \`up\`: ${what} is not known yet`), urn);
    return { inputs: unknownEvidence(inputs, EVIDENCE) };
}

/** Evidence that only `up` can give. Hidden keys too: an update plan refuses those that it does not hold. */
export function unknownEvidence(inputs: Wire, keys: readonly string[]): Wire {
    const unknown = keys.filter((key) => key !== "__preview").map((key) => [key, UNKNOWN]);
    return toWire({ ...inputs, ...Object.fromEntries(unknown) });
}

/** Arguments that do not exist are refused: a misspelled guard would let a stranger in. */
export function refuseUnknownArguments(inputs: Wire, known: readonly string[], type: string): void {
    const names = Object.keys(inputs).filter((name) => !name.startsWith("__"));
    const problems = unknownNames(names, known, type);
    if (problems.length > 0) {
        throw new DecisionError(list(problems));
    }
}

/** Where the resource is, by the defaults of the day when it was new; a replacement is checked again without its old inputs. */
export async function locate(
    context: Context,
    connection: Connection,
    before: Declared | undefined,
    urn: string | undefined,
): Promise<Located> {
    const located = await context.locateDeclared(connection, before ?? context.placed.get(urn ?? ""));
    if (urn !== undefined) {
        context.placed.set(urn, { connection, place: located.place });
    }
    return before === undefined ? { ...located, kept: false } : located;
}

/** The connection that old inputs declared, and where it was placed; undefined where there is none. */
export function declaredBefore(olds: Wire, connection: unknown): Declared | undefined {
    return connection === undefined || hasUnknown(connection)
        ? undefined
        : { connection: connection as Connection, place: olds.__place as Place | undefined };
}

/** Without a shared ledger the policies of a run hold in each provider process alone: said once. */
export function tellAlone(context: Context): void {
    const { unreachable } = context.run;
    if (unreachable !== undefined) {
        context.say(
            "warning",
            `contradictions and connections:maxCuts are watched in each provider alone, because the processes of this run cannot tell each other what they do: ${unreachable}`,
            undefined,
        );
    }
}

/** A delete that acts must see the whole run: said when declared, because at destroy it is too late to change the program. */
export function ledgerProblem(context: Context, onDelete: string): string | undefined {
    const { unreachable } = context.run;
    return onDelete === "keep" || unreachable === undefined
        ? undefined
        : problemText(
              `onDelete: "${onDelete}" is not possible here: the processes of this run cannot tell each other what they declare.`,
              { reason: unreachable },
              'let TMPDIR name a folder that this user can write to and that all processes of the run share, or use onDelete: "keep"',
          );
}

/** Fails, or warns by name, where nothing is known of a connection. */
function refuseUnread(context: Context, key: string, reading: Reading, urn: string | undefined): void {
    const why = whyUnread(reading);
    if (why === undefined) {
        return;
    }
    if (context.options().unreadable === "fail") {
        throw new DecisionError(unreadText(key, why));
    }
    context.say("warning", named(urn, `cannot be read, nothing is sent: ${why}`), urn);
}

function refuseLocked({ target, locked }: Case, kept: boolean): void {
    if (locked !== undefined && !kept) {
        const { kind, address } = target;
        throw new DecisionError(
            problemText(
                `This ${kind.title} cannot be read.`,
                { connection: address.key, reason: locked },
                `give this process working ${kind.cloud.title} credentials of the account that owns the connection, with ${kind.permissions.read.join(" and ")}`,
            ),
        );
    }
}

function refuseOver({ ending }: Declaration, key: string, accepted: boolean): void {
    if (ending?.phase === "over" && !accepted) {
        throw new DecisionError(
            problemText(
                `This acceptance would be over already: until is ${ending.at}.`,
                { connection: key },
                "correct until, or declare reject",
            ),
        );
    }
}

/** Tells the run, and warns of a second declaration. */
function claim(context: Context, { target, declaration, account }: Case, urn: string | undefined): void {
    const { key } = target.address;
    const others = context.run.claimDecision({
        urn: urn ?? "",
        key,
        ...(account === undefined ? {} : { account }),
        decision: declaration.decision,
        onDelete: declaration.onDelete,
    });
    for (const other of others) {
        context.say("warning", `${key} is declared twice, also as ${resourceName(other.urn)}`, urn);
    }
}

/**
 * What old inputs remember. Whether the request was ever seen follows from what they show: hidden memory that moves with every
 * status would be printed where an update plan is refused.
 */
function memoryOf(olds: Wire): Memory {
    const memory = (olds.__memory ?? {}) as Memory;
    const shown = [olds.__from, (olds.observed as ObservedConnection | undefined)?.status] as (Status | undefined)[];
    const seen = shown.find((status) => status !== undefined && status !== "absent" && status !== "unknown");
    return { ...memory, ...optional("seen", memory.seen ?? seen) };
}

/**
 * Whether an earlier run carried this decision out, or began to. Check judges it from its own old inputs: the same decision was declared,
 * and it held then or a transition was planned, which was carried out or the old inputs would not be there.
 */
function isEstablished(olds: Wire, { decision }: Declaration, { lifecycle }: Case): boolean {
    const before = olds.__ending === "over" ? "reject" : olds.decision;
    const shown = olds.observed as ObservedConnection | undefined;
    if (before !== decision || shown === undefined) {
        return false;
    }
    return olds.__established === true || olds.transition !== undefined || held(shown, decision, lifecycle);
}

function held(shown: ObservedConnection, decision: Declaration["decision"], lifecycle: Case["lifecycle"]): boolean {
    return shown.status === "absent"
        ? decision === "reject" && shown.gone === true
        : shown.status !== "unknown" && lifecycle[decision][shown.status].do === "none";
}

/** Whether carrying the plan out sends something. */
function sends({ step }: Plan, { decision }: Declaration): boolean {
    return step.do === "act" || step.do === "awaitRequest" || (step.do === "settle" && decision === "reject");
}

/** The status that holds once the plan is carried out. */
function outcomeOf({ step }: Plan, { decision }: Declaration): Status {
    return step.do === "act" && step.actions.includes("remove") ? "absent" : goal(decision);
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

function missingRequester(context: Context, { decision, expected }: Declaration): string | undefined {
    return decision === "accept" && expected.requesters === undefined && context.options().requireExpectedRequester
        ? "connections:requireExpectedRequester is set: an accept must say who is expected to ask; set expectedRequester"
        : undefined;
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
        context.say(
            "warning",
            `permission missing: these credentials may not ${action} here; up needs ${(kind.permissions[action] ?? []).join(" and ")}`,
            urn,
        );
    }
}

/** The resource's name before a line: not every display says whose line it is. */
export function named(urn: string | undefined, text: string): string {
    return urn === undefined ? text : `${resourceName(urn)}: ${text}`;
}

export function urnOf(inputs: Wire): string | undefined {
    return typeof inputs.__urn === "string" ? inputs.__urn : undefined;
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
