import { CloudError } from "../kinds/cloud";
import type { ObservedConnection, Status } from "../shared/vocabulary";
import type { Declaration } from "../decision/declaration";
import { guard, violation } from "../decision/guard";
import { announces, type Memory, type Plan } from "../decision/plan";
import { milliseconds } from "../shared/duration";
import { optional } from "../kinds/answer";
import type { Lifecycle, Observed, ScopeState } from "../kinds/kind";
import { DecisionError, planFor, statusOf, type Wanted } from "../reconcile/carry-out";
import { type Reading, whyUnreadable } from "../reconcile/inventory";
import type { Target } from "../place/session";
import { oneLine, problemText } from "../shared/problem";
import type { Context } from "./context";

/** A decision, its connection and what holds there: what check, create, update and delete have in common. */
export interface Case {
    readonly target: Target;
    readonly declaration: Declaration;
    readonly memory: Memory;
    /** An earlier run carried this decision out, or began to. Check judges it; the others read what it stamped. */
    readonly established: boolean;
    readonly scope: ScopeState;
    readonly lifecycle: Lifecycle;
    /** Undefined: it could not be confirmed. */
    readonly account: string | undefined;
    /** Why the account could not be confirmed. */
    readonly unconfirmed: string | undefined;
    /** There are no working credentials, or the scope itself cannot be read: why. Nothing more is asked. */
    readonly locked: string | undefined;
}

/** A case as far as it concerns whose account it is. */
type Owned = Pick<Case, "target" | "account" | "unconfirmed"> & { readonly memory: Pick<Memory, "account"> };

/** What the preview shows. */
export interface Evidence {
    readonly plan: Plan;
    readonly observed: ObservedConnection;
    readonly warnings: readonly string[];
}

/** Finds out what holds for a declaration, apart from the connection itself. */
export async function openCase(
    target: Target,
    declaration: Declaration,
    memory: Memory,
    established: boolean,
): Promise<Case> {
    return { target, declaration, memory, established, ...(await openPlace(target)) };
}

/** Where a case takes place: whose account it is, and how its scope is set. */
export async function openPlace({
    kind,
    address,
    session,
}: Target): Promise<Pick<Case, "scope" | "lifecycle" | "account" | "unconfirmed" | "locked">> {
    let account: string | undefined;
    let unconfirmed: string | undefined;
    let locked: string | undefined;
    let scope: ScopeState = { found: "missing", admission: "unknown", settings: {} };
    try {
        account = await session.account();
    } catch (error) {
        locked = whyLocked(error);
        unconfirmed = (error as Error).message;
    }
    if (locked === undefined) {
        try {
            scope = await session.describe(kind, address.scope);
        } catch (error) {
            // Its settings decide what is planned and warned of: without them nothing is known for sure.
            locked = whyUnreadable(kind, error);
        }
    }
    return { scope, lifecycle: kind.lifecycle(scope), account, unconfirmed, locked };
}

/** Reads through the process's listing; without working credentials nothing is asked. */
export async function readCase(context: Context, opened: Case, urn: string | undefined): Promise<Reading> {
    if (opened.locked !== undefined) {
        return { state: "unreadable", why: opened.locked };
    }
    const note = (text: string) => context.report("info", text, urn);
    return trust(opened, await context.reconciler.inventory.read(opened.target, note));
}

/**
 * What a reading is worth. One read with an account that is not confirmed is worth nothing: the resource would belong to nobody, and the
 * next run could decide in another account. Nor is an absence from any account but the remembered one.
 */
export function trust({ target, memory, account, unconfirmed }: Owned, reading: Reading): Reading {
    const { accountTitle } = target.kind.cloud;
    if (account === undefined) {
        return reading.state === "unreadable"
            ? reading
            : { state: "unreadable", why: whyUnconfirmed(accountTitle, unconfirmed) };
    }
    return reading.state === "absent" && (memory.account ?? account) !== account
        ? { state: "unreadable", why: whyForeign(accountTitle, memory.account, account) }
        : reading;
}

/** Credentials of another account than the remembered one tell nothing. */
export function whyForeign(accountTitle: string, remembered: string | undefined, account: string): string {
    return `it belongs to ${accountTitle} ${remembered}, the credentials to ${account}`;
}

/** Whose credentials these are is not known. */
export function whyUnconfirmed(accountTitle: string, why: string | undefined): string {
    return `the ${accountTitle} of these credentials could not be confirmed${why === undefined ? "" : `: ${why}`}`;
}

/** What the preview shows for a reading. Depends on the connection's state alone: an update plan binds every character. */
export function assess(
    { target, declaration, memory, established, scope, lifecycle }: Case,
    reading: Reading,
): Evidence {
    const { kind, address } = target;
    const plan = planFor(
        { lifecycle, decision: declaration.decision, memory, options: planOptions(declaration, established) },
        reading,
    );
    const over = declaration.ending?.phase === "over" ? ` (accepted until ${declaration.ending.at})` : "";
    const warnings = [
        ...plan.warnings,
        ...(declaration.ending?.phase === "soon" ? [`accepted until ${declaration.ending.at}, then rejected`] : []),
        ...guardWarnings(declaration, reading),
        ...(reading.state === "found" ? (reading.seen.warnings ?? []) : []),
        ...(kind.settingsWarnings?.(address.scope, scope, declaration.decision) ?? []),
    ];
    return {
        plan: plan.transition === undefined ? plan : { ...plan, transition: `${plan.transition}${over}` },
        observed: observedOf(reading, memory),
        warnings: warnings.map((warning) => oneLine(warning, 400)),
    };
}

/** Why nothing may be concluded from a reading: it failed, or the cloud says a word that this version does not know. */
export function whyUnread(reading: Reading): string | undefined {
    if (reading.state === "unreadable") {
        return reading.why;
    }
    return reading.state === "found" && reading.seen.status === "unknown"
        ? `the cloud says "${reading.seen.cloudStatus}", a status this version does not know; a newer version of pulumi-connection-decision may know it`
        : undefined;
}

const GO_ON = 'connections:unreadable: "warn" goes on with a warning and sends nothing';
const LEAVE = "`pulumi state delete` removes the resource from the state and leaves the cloud as it is";

/** What is wrong, why, and the way out. A delete that acts cannot go on: what it was to do would never be done. */
export function unreadText(key: string, why: string, operation: "reading" | "deleting" = "reading"): string {
    return problemText(
        key.endsWith("*")
            ? "The connections of this scope cannot be read, so they do not count as unchanged."
            : "This connection cannot be read, so it does not count as unchanged.",
        { id: key, reason: why },
        `mend what the reason names; ${operation === "reading" ? GO_ON : LEAVE}`,
    );
}

/** What create, update and delete may do: what the preview announced, and nothing else. */
export interface Announced {
    /** The status from which the preview planned an action; undefined: it planned none. */
    readonly from: Status | undefined;
    /** A delete has no preview. */
    readonly withoutPreview?: boolean;
}

/** What the reconciler needs to carry a case out. */
export function wantedOf(
    context: Context,
    opened: Case,
    { from, withoutPreview = false }: Announced,
    timeout: string | undefined,
    urn: string | undefined,
): Wanted {
    const { target, declaration, memory, established, lifecycle, account } = opened;
    const { kind, address } = target;
    return {
        target,
        lifecycle,
        decision: declaration.decision,
        memory,
        options: planOptions(declaration, established),
        trust: (reading) => trust(opened, reading),
        due: from !== undefined,
        announced: (status) => withoutPreview || announces(from, status),
        inspect: (seen) => inspect(target, declaration, account, seen),
        admitCut: (seen) => admitCut(context, address.key, seen),
        timeoutMs: milliseconds(timeout ?? kind.limits.settleWithin),
        waitMs: milliseconds(declaration.waitForRequest),
        token: context.parts.newToken(),
        note: (text) => context.report("info", text, urn),
    };
}

/** Throws where this connection must not be touched. */
export function inspect(
    target: Target,
    { expected, decision }: Pick<Declaration, "expected" | "decision">,
    account: string | undefined,
    seen: Observed,
): void {
    refuseForeignDecider(target, account, seen);
    const verdict = guard(expected, seen);
    if (verdict.result !== "holds") {
        throw guardError(target, decision, seen, verdict);
    }
}

/**
 * What the guard can say in a preview. A wrong requester always fails. Another fact that changed, which is the requester's own doing,
 * fails only where something would be sent; elsewhere it is among the warnings.
 */
export function inspectKnown({ target, declaration, account }: Case, seen: Observed, sends: boolean): void {
    refuseForeignDecider(target, account, seen);
    const wrong = violation(declaration.expected, seen);
    if (wrong !== undefined && (wrong.of === "requester" || sends)) {
        throw guardError(target, declaration.decision, seen, { result: "violated", text: wrong.text });
    }
}

/** Whether the account may decide about a request: listings may hold requests of its own. */
export function mayDecide(account: string | undefined, { decider }: Observed): boolean {
    return decider === undefined || decider === account;
}

/** Throws when the account is not the one the decision was made in. */
export function refuseMovedAccount({ target, memory, account }: Pick<Owned, "target" | "account" | "memory">): void {
    if (memory.account !== undefined && account !== undefined && memory.account !== account) {
        const { kind, address } = target;
        throw new DecisionError(
            problemText(
                `This decision belongs to ${kind.cloud.accountTitle} ${memory.account}; the credentials now belong to ${account}.`,
                { connection: address.key },
                `use the credentials of ${memory.account} (region, profile, role or provider of this resource); to decide a connection of ${account}, declare another resource`,
            ),
        );
    }
}

/** The brake: counts working connections that this run cuts, and throws on one too many, with the list. */
export function admitCut(context: Context, key: string, seen: Observed): void {
    context.run.admitCut(key, whoOf(seen), context.options().maxCuts);
}

/** Who asks, as texts name it. */
export function whoOf({ requester }: Pick<Observed, "requester">): string {
    return oneLine(requester ?? "not told");
}

/** A request that the preview planned from has been there: gone is another thing than not there yet. */
export function seenFrom(memory: Memory, from: Status | undefined): Memory {
    return from === undefined || from === "absent" ? memory : { ...memory, seen: memory.seen ?? from };
}

/** What the state remembers after a reading. */
export function remember(memory: Memory, account: string | undefined, reading: Reading): Memory {
    const status = statusOf(reading);
    const seen: Status | undefined = status === "absent" || status === "unknown" ? memory.seen : status;
    return {
        ...optional("account", memory.account ?? account),
        ...optional("seen", seen),
        ...optional("since", memory.since),
    };
}

function guardWarnings({ expected }: Declaration, reading: Reading): string[] {
    if (reading.state !== "found") {
        return [];
    }
    const wrong = violation(expected, reading.seen);
    if (wrong !== undefined) {
        return [`${wrong.text}; nothing is sent for it`];
    }
    const verdict = guard(expected, reading.seen);
    return verdict.result === "untold" ? [`${verdict.text}; up will not send anything`] : [];
}

function refuseForeignDecider({ kind, address }: Target, account: string | undefined, seen: Observed): void {
    if (account !== undefined && !mayDecide(account, seen)) {
        throw new DecisionError(
            problemText(
                `This request is addressed to ${kind.cloud.accountTitle} ${seen.decider}; the credentials belong to ${account}, which cannot decide it.`,
                factsOf(address.key, seen),
                `use the credentials of ${seen.decider}`,
            ),
        );
    }
}

function guardError(
    { address }: Target,
    decision: Declaration["decision"],
    seen: Observed,
    { result, text }: { readonly result: "untold" | "violated"; readonly text: string },
): DecisionError {
    return new DecisionError(
        problemText(
            `Will not ${decision}: ${text}.`,
            factsOf(address.key, seen),
            result === "violated"
                ? "find out who asks; correct the declaration only if this is the request you mean"
                : "leave out the expectation, or decide this one by hand",
        ),
    );
}

function factsOf(key: string, seen: Observed): Record<string, string | undefined> {
    return {
        connection: key,
        status: `${seen.status} (${seen.cloudStatus})`,
        requester: seen.requester,
        "requested at": seen.requestedAt,
    };
}

function planOptions({ allowRemoval, onDrift, waitForRequest }: Declaration, established: boolean): Wanted["options"] {
    return { allowRemoval, onDrift, established, waitForRequest };
}

function observedOf(reading: Reading, memory: Memory): ObservedConnection {
    if (reading.state !== "found") {
        const gone = reading.state === "absent" && memory.seen !== undefined;
        return { status: statusOf(reading), ...(gone ? { gone } : {}) };
    }
    const { seen } = reading;
    return {
        ...seen.evidence,
        status: seen.status,
        ...optional("requester", seen.requester),
        ...optional("requestedAt", seen.requestedAt),
        ...optional("expiresAt", seen.expiresAt),
        ...optional("requesterSays", seen.requesterSays),
    };
}

/** The reason, if a cloud's error means that there are no working credentials. Anything but a cloud's error is a bug and thrown on. */
function whyLocked(error: unknown): string | undefined {
    if (!(error instanceof CloudError)) {
        throw error;
    }
    return error.failure === "credentials" ? error.message : undefined;
}
