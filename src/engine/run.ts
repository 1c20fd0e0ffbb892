import { whoOf } from "../decision/case";
import { exceptKeys } from "../decision/except";
import { isRecord } from "../decision/fields";
import { findKind } from "../kinds/index";
import type { Observed } from "../kinds/kind";
import { soughtKey } from "../kinds/selectors";
import { spelled } from "../kinds/spelling";
import { ANY, keyInScope, kindOf, ownId, parseKey } from "../shared/key";
import type { Ledger, LedgerEntry } from "../shared/ledger";
import { DecisionError, problemText } from "../shared/problem";

type Claim<K extends LedgerEntry["is"]> = Omit<Extract<LedgerEntry, { is: K }>, "is">;

/** What a resource of the program says about one connection or scope. */
export type DecisionClaim = Claim<"decision">;
export type AdmissionClaim = Claim<"admission">;

/** A connection or a scope whose resource is deleted. */
export interface Deleted {
    readonly key: string;
    readonly account: string | undefined;
    readonly urn: string | undefined;
    /** As the decision declared it: an `except` may know it by its selectors. */
    readonly connection?: unknown;
}

/** Connections of which an error names so many. */
const NAMED = 10;

/** Stands for a decision that only `up` knows. */
const ONLY_IN_UP = "only known in up";

/**
 * What all provider processes of one engine run know together: which connections the program declares, and which working ones it cuts.
 * The only memory of a run that is shared; nothing of it outlives the run.
 */
export class Run {
    private readonly decisions = new Map<string, Map<string, DecisionClaim>>();
    private readonly admissions = new Map<string, Map<string, AdmissionClaim>>();
    private readonly declared = new Map<string, Map<string, Claim<"declared">>>();
    private readonly cuts = new Map<string, string>();

    constructor(private readonly ledger: Ledger) {}

    /** Why other processes of this run are not seen; undefined: they are. */
    get unreachable(): string | undefined {
        return this.ledger.unreachable;
    }

    /**
     * Declares a decision.
     *
     * @returns the other resources that declare the same decision about the same connection
     * @throws {DecisionError} where another resource decides otherwise, or an admission covers the connection
     */
    claimDecision(claim: DecisionClaim): readonly DecisionClaim[] {
        this.ledger.add({ is: "decision", ...claim });
        this.sync();
        const others = [...(this.decisions.get(claim.key)?.values() ?? [])].filter(
            (other) => other.urn !== claim.urn && sameAccount(other, claim),
        );
        const opposite = others.find(({ decision }) => ![claim.decision, ONLY_IN_UP].includes(decision));
        if (opposite !== undefined) {
            throw new DecisionError(
                problemText(
                    "This program declares two opposite decisions about one connection.",
                    {
                        connection: claim.key,
                        [resourceName(opposite.urn)]: opposite.decision,
                        [resourceName(claim.urn)]: claim.decision,
                    },
                    "keep one of them",
                ),
            );
        }
        const undoing = [claim, ...others].find(({ onDelete }) => onDelete !== "keep");
        if (others.length > 0 && undoing !== undefined) {
            throw new DecisionError(
                problemText(
                    "This program declares one connection twice, and deleting one of the two would undo the other.",
                    {
                        connection: claim.key,
                        resources: [claim, ...others].map(({ urn }) => resourceName(urn)).join(", "),
                        onDelete: `${undoing.onDelete} (${resourceName(undoing.urn)})`,
                    },
                    'keep one of them, or set onDelete: "keep" on all',
                ),
            );
        }
        this.refuseCovered(claim);
        return others;
    }

    /**
     * Declares, in a preview, a decision of which more is only known in `up`. The admission of its scope must name it all the same: in `up` it
     * may be carried out before the decision is known.
     *
     * @param key of the connection, or of its scope where the connection is not known
     */
    claimUnknown(urn: string, key: string): void {
        const claim = { urn, key, decision: ONLY_IN_UP, onDelete: "keep" };
        this.ledger.add({ is: "decision", ...claim });
        this.sync();
        this.refuseCovered(claim);
    }

    private refuseCovered(claim: DecisionClaim): void {
        for (const admission of this.admissions.get(keyInScope(claim.key))?.values() ?? []) {
            if (covers(admission, claim)) {
                throw coveredTwice(admission, [claim]);
            }
        }
    }

    /** Declares an admission. Throws where another one has its scope, or a decision one of its connections. */
    claimAdmission(claim: AdmissionClaim): void {
        this.ledger.add({ is: "admission", ...claim });
        this.sync();
        const other = [...(this.admissions.get(claim.key)?.values() ?? [])].find(
            ({ urn, account }) => urn !== claim.urn && sameAccount({ account }, claim),
        );
        if (other !== undefined) {
            throw new DecisionError(
                problemText(
                    "This program declares two admissions of one scope.",
                    { admission: claim.key, resources: `${resourceName(other.urn)}, ${resourceName(claim.urn)}` },
                    "put their rules into one",
                ),
            );
        }
        const covered = this.decisionsWithin(claim.key).filter((decision) => covers(claim, decision));
        if (covered.length > 0) {
            throw coveredTwice(claim, covered);
        }
    }

    /** The error where decisions of this run, or of its program, declare connections that an admission covers; undefined where none does. */
    declaredByDecisions(admission: AdmissionClaim, keys: readonly string[]): DecisionError | undefined {
        this.sync();
        const claims = keys.flatMap((key) => this.decisionsOn(key)).filter((claim) => covers(admission, claim));
        return claims.length === 0 ? undefined : coveredTwice(admission, claims);
    }

    /** What the program declares counts where it was not checked: `up --target` checks targets only. */
    private decisionsOn(key: string): DecisionClaim[] {
        const checked = this.decisions.get(key);
        const others = this.declaredOn(key).filter(({ urn }) => !checked?.has(urn));
        return [
            ...(checked?.values() ?? []),
            ...others.map(({ urn, connection }) => ({
                urn,
                key,
                ...soughtName(key, connection),
                decision: "no target of this run",
                onDelete: "keep",
            })),
        ];
    }

    /**
     * Who else in this run, or in the program, still declares a connection or a scope that is about to be acted on because its resource is
     * deleted; undefined: nobody.
     */
    stillDeclares({ key, account, urn, connection }: Deleted): string | undefined {
        this.sync();
        const owner = account === undefined ? {} : { account };
        const scope = keyInScope(key);
        const names = namesOf({ key, ...soughtName(key, connection) });
        const leavesOut = (except: readonly string[]) => names.some((name) => except.includes(name));
        const claims = [
            ...(this.decisions.get(key)?.values() ?? []),
            ...(this.admissions.get(key)?.values() ?? []),
            ...[...(this.admissions.get(scope)?.values() ?? [])].filter(
                (admission) => !leavesOut(admission.except ?? []),
            ),
        ].filter((claim) => sameAccount(claim, owner));
        // What the program declares counts where it was not checked: deleting itself (`destroy --run-program`) is no reason.
        const over = [...(this.declared.get(scope)?.values() ?? [])].filter(
            (other) => scope !== key && !leavesOut(keysIn(scope, other.except)),
        );
        const declared = [...this.declaredOn(key), ...over].filter((other) => other.urn !== urn);
        const [first] = [...claims, ...declared];
        return first === undefined ? undefined : resourceName(first.urn);
    }

    /** Resources that the program declares about this connection or scope; of those that are not there yet, what their arguments name. */
    private declaredOn(key: string): Claim<"declared">[] {
        const unmade = [...(this.declared.get("")?.values() ?? [])].filter(({ connection }) => names(connection, key));
        return [...(this.declared.get(key)?.values() ?? []), ...unmade];
    }

    /**
     * The brake: counts a working connection that this run cuts.
     *
     * @throws {DecisionError} on one more than `maxCuts`, with the list
     */
    admitCut(key: string, seen: Pick<Observed, "requester">, maxCuts: number): void {
        this.sync();
        if (this.cuts.has(key)) {
            return;
        }
        this.ledger.add({ is: "cut", key, text: `${key} (requester ${whoOf(seen)})` });
        this.sync();
        // All processes see one order: who is beyond the limit in it is beyond it for everybody.
        const rank = [...this.cuts.keys()].indexOf(key);
        if (rank >= maxCuts) {
            const list = [...this.cuts.values()];
            this.ledger.add({ is: "uncut", key });
            throw new DecisionError(
                [
                    `This run would cut more than ${maxCuts} connections that work now:`,
                    ...list.slice(0, NAMED * 2).map((line) => `  ${line}`),
                    "  what to do: cut fewer at a time, or raise connections:maxCuts to the number that you mean to cut",
                ].join("\n"),
            );
        }
    }

    private decisionsWithin(scope: string): DecisionClaim[] {
        return [...this.decisions].flatMap(([key, claims]) => (keyInScope(key) === scope ? [...claims.values()] : []));
    }

    private sync(): void {
        for (const entry of this.ledger.news()) {
            switch (entry.is) {
                case "decision":
                    file(this.decisions, entry.key, entry);
                    break;
                case "admission":
                    file(this.admissions, entry.key, entry);
                    break;
                case "cut":
                    this.cuts.set(entry.key, entry.text);
                    break;
                case "uncut":
                    this.cuts.delete(entry.key);
                    break;
                case "declared":
                    file(this.declared, entry.id, entry);
            }
        }
    }
}

/** The name of a resource, as texts call it. */
export function resourceName(urn: string): string {
    return urn.split("::").at(-1) || "a resource without a name";
}

function file<C extends { readonly urn: string }>(into: Map<string, Map<string, C>>, key: string, claim: C): void {
    const claims = into.get(key) ?? new Map<string, C>();
    into.set(key, claims.set(claim.urn, claim));
}

/** Two accounts may use one key (a region's connections); where one of them is not known, it may be the same. */
function sameAccount(
    a: { readonly account?: string | undefined },
    b: { readonly account?: string | undefined },
): boolean {
    return a.account === undefined || b.account === undefined || a.account === b.account;
}

/** Whether the rules of an admission are about the connection of a decision. An `except` that is not known yet may name it. */
function covers(admission: AdmissionClaim, decision: DecisionClaim): boolean {
    return (
        admission.except !== undefined &&
        !namesOf(decision).some((key) => admission.except?.includes(key)) &&
        sameAccount(admission, decision)
    );
}

/** The keys under which a program knows the connection of a decision: its own, and the one from before it was found. */
function namesOf({ key, soughtAs }: Pick<DecisionClaim, "key" | "soughtAs">): string[] {
    return soughtAs === undefined ? [key] : [key, soughtAs];
}

/** The name that a connection had before its selectors found it, as part of a claim. */
export function soughtName(key: string, connection: unknown): Pick<DecisionClaim, "soughtAs"> {
    const kind = findKind(kindOf(key));
    const soughtAs =
        kind === undefined || !isRecord(connection) ? undefined : soughtKey(kind, keyInScope(key), connection);
    return soughtAs === undefined ? {} : { soughtAs };
}

/** Whether a connection as declared is the one of a key: by its own id, and whatever else of the key it states. */
function names(connection: unknown, key: string): boolean {
    const kind = findKind(kindOf(key));
    const values = kind === undefined ? undefined : parseKey(kind, key);
    return (
        kind !== undefined &&
        isRecord(connection) &&
        connection.kind === kind.name &&
        typeof connection[kind.id] === "string" &&
        Object.entries(values ?? {}).every(
            ([name, value]) =>
                connection[name] === undefined || spelled(kind, name, String(connection[name])) === value,
        )
    );
}

/** The keys in the `except` of an admission that was not checked. */
function keysIn(scope: string, except: unknown): string[] {
    const kind = findKind(kindOf(scope));
    return kind === undefined ? [] : exceptKeys(kind, scope, except);
}

function coveredTwice(admission: AdmissionClaim, decisions: readonly DecisionClaim[]): DecisionError {
    const ids = decisions.map(({ key, urn }) => {
        const id = ownId(key);
        // Not known yet: the decision itself stands for its connection.
        return id === ANY ? `<the decision ${resourceName(urn)}>` : JSON.stringify(id);
    });
    const some = (items: readonly string[]) =>
        `${items.slice(0, NAMED).join(", ")}${items.length > NAMED ? `, … ${items.length - NAMED} more` : ""}`;
    return new DecisionError(
        problemText(
            "A decision and an admission of this program are about the same connection.",
            {
                connection: some(decisions.map(({ key }) => key)),
                decision: some(decisions.map(({ urn, decision }) => `${resourceName(urn)} (${decision})`)),
                admission: `${resourceName(admission.urn)} (${admission.key})`,
            },
            `say in the admission that the decision decides, except: [${some(ids)}], or remove the decision`,
        ),
    );
}
