import type { ConnectionKind, Observed, Scope, ScopeState } from "../kinds/kind";
import type { Lifecycle } from "../kinds/table";
import { ANY, ownId } from "../shared/key";
import { DecisionError, oneLine, problemText } from "../shared/problem";
import type { Decision, Status } from "../shared/vocabulary";
import { type Doubt, type Expectations, guard, violation } from "./guard";
import type { Memory, PlanOptions } from "./plan";
import type { Reading } from "./reading";

/** Whose account a place is, and what holds in its scope. */
export interface Setting {
    readonly kind: ConnectionKind;
    readonly scope: Scope;
    readonly state: ScopeState;
    readonly lifecycle: Lifecycle;
    /** Undefined: it could not be confirmed. */
    readonly account: string | undefined;
    /** Why the account could not be confirmed. */
    readonly unconfirmed: string | undefined;
    /** There are no working credentials, or the scope itself cannot be read. Nothing more is asked. */
    readonly locked: Locked | undefined;
}

/** Why nothing can be read at a place. */
export interface Locked {
    readonly reason: string;
    /** Undefined: what the reason says. */
    readonly remedy: string | undefined;
}

/** One decision about one connection, and what holds there: all that a plan, a guard and a text need. */
export interface Case extends Setting {
    /** The id in the state. */
    readonly key: string;
    readonly decision: Decision;
    readonly expected: Expectations;
    readonly memory: Memory;
    readonly options: PlanOptions;
    /** When the acceptance ends, and whether that is near or over. */
    readonly ending?: { readonly at: string; readonly phase?: "soon" | "over" };
}

/** A case as far as it concerns whose account it is. */
export type Owned = Pick<Setting, "kind" | "account" | "unconfirmed"> & {
    readonly memory: { readonly account?: string };
};

/**
 * What a reading is worth. One read with an account that is not confirmed is worth nothing: the resource would belong to nobody, and the
 * next run could decide in another account. Nor is an absence from any account but the remembered one.
 */
export function trust({ kind, memory, account, unconfirmed }: Owned, reading: Reading): Reading {
    const { accountTitle } = kind.cloud;
    if (account === undefined) {
        return reading.state === "unreadable"
            ? reading
            : { state: "unreadable", why: whyUnconfirmed(accountTitle, unconfirmed) };
    }
    return reading.state === "absent" && (memory.account ?? account) !== account
        ? { state: "unreadable", why: whyForeign(accountTitle, memory.account, account) }
        : reading;
}

/** Why credentials tell nothing about a resource that belongs to another account; undefined: it belongs to theirs. */
export function foreignAccount({ kind, memory, account }: Owned): string | undefined {
    return memory.account !== undefined && account !== undefined && memory.account !== account
        ? whyForeign(kind.cloud.accountTitle, memory.account, account)
        : undefined;
}

function whyForeign(accountTitle: string, remembered: string | undefined, account: string): string {
    return `it belongs to ${accountTitle} ${remembered}, the credentials to ${account}`;
}

/** Whose credentials these are is not known. */
export function whyUnconfirmed(accountTitle: string, why: string | undefined): string {
    return `the ${accountTitle} of these credentials could not be confirmed${why === undefined ? "" : `: ${why}`}`;
}

/** Throws when the account is not the one the decision was made in. */
export function refuseMovedAccount({ kind, memory, account }: Owned, key: string): void {
    if (memory.account !== undefined && account !== undefined && memory.account !== account) {
        throw new DecisionError(
            problemText(
                `This decision belongs to ${kind.cloud.accountTitle} ${memory.account}; the credentials now belong to ${account}.`,
                { connection: key },
                `use the credentials of ${memory.account} (region, profile, role or provider of this resource); to decide a connection of ${account}, declare another resource`,
            ),
        );
    }
}

/** Why nothing is read at a place, on one line. */
export function whyLocked({ reason, remedy }: Locked): string {
    return remedy === undefined ? reason : `${reason}; ${remedy}`;
}

/** Throws where there are no working credentials, or the scope of something new cannot be read. */
export function refuseLocked({ kind, locked }: Pick<Setting, "kind" | "locked">, key: string): void {
    if (locked === undefined) {
        return;
    }
    const [what, fact] = isScope(key)
        ? [`The ${kind.title}s of this scope`, "admission"]
        : [`This ${kind.title}`, "connection"];
    throw new DecisionError(
        problemText(
            `${what} cannot be read.`,
            { [fact]: key, reason: locked.reason },
            locked.remedy ?? "mend what the reason names, then run it again",
        ),
    );
}

/** Throws where nothing may be sent about this connection: another account decides, or it is not the one expected. */
export function refuseStranger(one: Case, seen: Observed): void {
    refuseForeignDecider(one, seen);
    const result = guard(one.kind, one.expected, seen);
    if (result.result !== "holds") {
        throw guardError(one, seen, result);
    }
}

/**
 * What the guard can say in a preview. A wrong requester always fails. Another fact that changed, which is the requester's own doing, or
 * another connection that has the id now, fails only where something would be sent; elsewhere it is among the warnings.
 */
export function refuseKnownStranger(one: Case, seen: Observed, sends: boolean): void {
    refuseForeignDecider(one, seen);
    const wrong = violation(one.kind, one.expected, seen);
    if (wrong !== undefined && (wrong.of === "requester" || sends)) {
        throw guardError(one, seen, wrong);
    }
}

/** Whether there is something for the account to decide: listings may hold requests of its own, and what nobody was asked about. */
export function mayDecide(account: string | undefined, seen: Observed): boolean {
    return seen.asked !== "no" && seen.decidedAs === undefined && isOurs(account, seen);
}

function isOurs(account: string | undefined, { decider }: Observed): boolean {
    return decider === undefined || decider === account;
}

/** Who asks, as texts name it. */
export function whoOf({ requester }: Pick<Observed, "requester">, limit?: number): string {
    return oneLine(requester ?? "not told", limit);
}

/** A request that the preview planned from has been there: gone is another thing than not there yet. */
export function seenFrom(memory: Memory, from: Status | undefined): Memory {
    return from === undefined || from === "absent" ? memory : { ...memory, seen: memory.seen ?? from };
}

/** What is wrong, why, and the way out. */
export function unreadText(key: string, why: string): string {
    return unread(key, why, "they do not count as unchanged", "it does not count as unchanged", GO_ON);
}

/** The same of a delete that acts: it cannot go on, because what it was to do would never be done. */
export function undeletedText(key: string, why: string, urn: string | undefined): string {
    const undone = "what onDelete says cannot be done";
    return unread(key, why, undone, undone, leave(urn));
}

function unread(key: string, why: string, ofMany: string, ofOne: string, wayOut: string): string {
    const what = isScope(key)
        ? `The connections of this scope cannot be read, so ${ofMany}.`
        : `This connection cannot be read, so ${ofOne}.`;
    return problemText(what, { id: key, reason: why }, `mend what the reason names; ${wayOut}`);
}

function isScope(key: string): boolean {
    return ownId(key) === ANY;
}

const GO_ON = 'connections:unreadable: "warn" goes on with a warning and sends nothing';

/** Names the resource as the command takes it. */
function leave(urn: string | undefined): string {
    const command = urn === undefined ? "`pulumi state delete` with its URN" : `\`pulumi state delete '${urn}'\``;
    return `where it is gone for good, ${command} removes the resource from the state and leaves the cloud as it is. So does declaring it with onDelete: "keep" first, for one run of \`CONNECTIONS_UNREADABLE=warn pulumi up\``;
}

function refuseForeignDecider({ kind, key, account }: Case, seen: Observed): void {
    if (seen.decidedAs !== undefined) {
        throw new DecisionError(
            problemText(
                `This is the requester's side of the request, which cannot be decided; the other side is ${seen.decidedAs}.`,
                { ...factsOf(key, seen), "decided by": seen.decider },
                `declare the other side: ${kind.id}: "${seen.decidedAs}"`,
            ),
        );
    }
    if (account === undefined || isOurs(account, seen)) {
        return;
    }
    const elsewhere = seen.decider?.startsWith(`${account} `) === true;
    throw new DecisionError(
        problemText(
            elsewhere
                ? `This request is addressed to ${kind.cloud.accountTitle} ${seen.decider}, and can be decided only there.`
                : `This request is addressed to ${kind.cloud.accountTitle} ${seen.decider}; the credentials belong to ${account}, which cannot decide it.`,
            factsOf(key, seen),
            elsewhere
                ? "declare the connection there: set its region, or pass a provider of that region"
                : `use the credentials of ${seen.decider}`,
        ),
    );
}

function guardError({ key, kind, decision }: Case, seen: Observed, { of, result, text }: Doubt): DecisionError {
    const byId = `if this is the connection you mean, name it by connection.${kind.id}`;
    const remedy =
        of === "selectors"
            ? `find out whose it is; ${byId}`
            : result === "violated"
              ? "find out who asks; correct the declaration only if this is the request you mean"
              : "leave out the expectation, or decide this one by hand";
    return new DecisionError(problemText(`Will not ${decision}: ${text}.`, factsOf(key, seen), remedy));
}

function factsOf(key: string, seen: Observed): Record<string, string | undefined> {
    return {
        connection: key,
        status: `${seen.status} (${seen.cloudStatus})`,
        requester: seen.requester,
        "requested at": seen.requestedAt,
    };
}
