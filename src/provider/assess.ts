import { CloudError } from "../clouds/cloud";
import type { Connection, ObservedConnection, Status } from "../connection";
import type { Declaration } from "../decision/arguments";
import { guard } from "../decision/guard";
import type { Memory, Plan } from "../decision/plan";
import { milliseconds } from "../duration";
import { optional } from "../kinds/answer";
import type { Lifecycle, Observed, ScopeState } from "../kinds/kind";
import { DecisionError, planFor, statusOf, type Wanted } from "../reconcile/decide";
import type { Reading } from "../reconcile/inventory";
import type { Target } from "../reconcile/session";
import { oneLine, problemText } from "../text";
import type { Context } from "./context";

/** A decision, its connection and what holds there: what check, create, update and delete have in common. */
export interface Case {
    readonly target: Target;
    readonly declaration: Declaration;
    readonly memory: Memory;
    /** An earlier run carried this decision out. */
    readonly established: boolean;
    readonly scope: ScopeState;
    readonly lifecycle: Lifecycle;
    /** Undefined: it could not be asked for. */
    readonly account: string | undefined;
    /** There are no working credentials: why. Nothing is asked with them. */
    readonly locked: string | undefined;
}

/** A case as far as it concerns whose account it is. */
type Owned = Pick<Case, "target" | "account"> & { readonly memory: Pick<Memory, "account"> };

/** What the preview shows. */
export interface Evidence {
    readonly plan: Plan;
    readonly observed: ObservedConnection;
    readonly warnings: readonly string[];
}

/** Finds out what holds for a declaration, apart from the connection itself. */
export async function openCase(
    context: Context,
    declaration: Declaration,
    memory: Memory,
    established: boolean,
): Promise<Case> {
    const target = await context.target(declaration.connection as Connection);
    return { target, declaration, memory, established, ...(await openPlace(target)) };
}

/** Where a case takes place: whose account it is, and how its scope is set. */
export async function openPlace({
    kind,
    address,
    session,
}: Target): Promise<Pick<Case, "scope" | "lifecycle" | "account" | "locked">> {
    let account: string | undefined;
    let locked: string | undefined;
    let scope: ScopeState = { found: "missing", admission: "unknown", settings: {} };
    try {
        account = await session.account();
    } catch (error) {
        locked = whyLocked(error);
    }
    if (locked === undefined) {
        try {
            scope = await session.describe(kind, address.scope);
        } catch (error) {
            locked = whyLocked(error);
        }
    }
    return { scope, lifecycle: kind.lifecycle(scope), account, locked };
}

/** Reads through the process's listing; without working credentials nothing is asked. */
export async function readCase(context: Context, opened: Case, urn: string | undefined): Promise<Reading> {
    if (opened.locked !== undefined) {
        return { state: "unreadable", why: opened.locked };
    }
    const note = (text: string) => context.parts.log("info", text, urn);
    return trust(opened, await context.reconciler.inventory.read(opened.target, note));
}

/** What a reading is worth: absent from an account that is not confirmed to be the remembered one proves nothing. */
export function trust({ target, memory, account }: Owned, reading: Reading): Reading {
    return reading.state === "absent" && (account === undefined || (memory.account ?? account) !== account)
        ? { state: "unreadable", why: `the ${target.kind.cloud.accountTitle} could not be confirmed` }
        : reading;
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
    const verdict = reading.state === "found" ? guard(declaration.expected, reading.seen) : undefined;
    const warnings = [
        ...plan.warnings,
        ...(declaration.ending?.phase === "soon" ? [`accepted until ${declaration.ending.at}, then rejected`] : []),
        ...(verdict?.result === "untold" ? [`${verdict.text}; up will not send anything`] : []),
        ...(kind.settingsWarnings?.(address.scope, scope, declaration.decision) ?? []),
    ];
    return {
        plan: plan.transition === undefined ? plan : { ...plan, transition: `${plan.transition}${over}` },
        observed: observedOf(reading, memory),
        warnings: warnings.map((warning) => oneLine(warning, 400)),
    };
}

/** What the reconciler needs to carry a case out. */
export function wantedOf(context: Context, opened: Case, timeout: string | undefined, urn: string | undefined): Wanted {
    const { target, declaration, memory, established, lifecycle, account } = opened;
    const { kind, address } = target;
    return {
        target,
        lifecycle,
        decision: declaration.decision,
        memory,
        options: planOptions(declaration, established),
        trust: (reading) => trust(opened, reading),
        inspect: (seen) => inspect(target, declaration, account, seen),
        admitCut: (seen) => admitCut(context, address.key, seen),
        timeoutMs: milliseconds(timeout ?? kind.limits.settleWithin),
        waitMs: milliseconds(declaration.waitForRequest),
        token: context.parts.newToken(),
        note: (text) => context.parts.log("info", text, urn),
    };
}

/** Throws where this connection must not be touched. */
export function inspect(
    { kind, address }: Target,
    { expected, decision }: Pick<Declaration, "expected" | "decision">,
    account: string | undefined,
    seen: Observed,
): void {
    const facts = {
        connection: address.key,
        status: `${seen.status} (${seen.cloudStatus})`,
        requester: seen.requester,
        "requested at": seen.requestedAt,
    };
    if (seen.decider !== undefined && account !== undefined && seen.decider !== account) {
        throw new DecisionError(
            problemText(
                `This request is addressed to ${kind.cloud.accountTitle} ${seen.decider}; the credentials belong to ${account}, which cannot decide it.`,
                facts,
                `use the credentials of ${seen.decider}`,
            ),
        );
    }
    const verdict = guard(expected, seen);
    if (verdict.result !== "holds") {
        throw new DecisionError(
            problemText(
                `Will not ${decision}: ${verdict.text}.`,
                facts,
                verdict.result === "violated"
                    ? "find out who asks; correct the declaration only if this is the request you mean"
                    : "leave out the expectation, or decide this one by hand",
            ),
        );
    }
}

/** Throws when the account is not the one the decision was made in. */
export function refuseMovedAccount({ target, memory, account }: Owned): void {
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
    const { maxCuts } = context.options();
    context.cuts.set(key, `${key} (requester ${oneLine(seen.requester ?? "not told")})`);
    if (context.cuts.size > maxCuts) {
        const list = [...context.cuts.values()];
        context.cuts.delete(key);
        throw new DecisionError(
            [
                `This run would cut more than ${maxCuts} connections that work now:`,
                ...list.map((line) => `  ${line}`),
                `  what to do: cut fewer at a time, or raise connections:maxCuts if all of these shall go`,
            ].join("\n"),
        );
    }
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
