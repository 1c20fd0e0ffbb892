import * as pulumi from "@pulumi/pulumi";
import type { Connection, ConnectionKindName, ConnectionScope, EvidenceOf } from "../kinds";
import { ADMISSION_ARGUMENTS, SCHEMA_VERSION } from "../shared/contract";
import type { Existing, Facts, OnDelete, Verdict } from "../shared/vocabulary";
import type { ConnectionInput, EvidenceInput, RequesterInput, ScopeByKind, ScopeInput } from "./arguments";
import { ConnectionDecision, type LookedUpConnection } from "./connection-decision";
import { dynamicHost, type Host, isOfType, refuseOptions } from "./host";
import { declare, fillIn, refuseArguments } from "./resource";

/**
 * One rule of a {@link ConnectionAdmission}. It must name a requester or evidence: something the cloud vouches for.
 *
 * `K` is the name of the scope's kind: it says which facts `evidence` may ask for.
 */
export type AdmissionRuleArgs<K extends ConnectionKindName = ConnectionKindName> = RuleSubject<EvidenceOf<K>> &
    RuleVerdict;

/** Whom a rule is about: a requester, evidence, or both. */
type RuleSubject<Fact extends string> = RequesterUnlessEvidence<Fact> | EvidenceUnlessRequester<Fact>;

interface RequesterUnlessEvidence<Fact extends string> {
    /** The accounts, project owners or domains it is about, in the cloud's own format: any of them. */
    requester: RequesterInput;
    /**
     * Facts the cloud vouches for that must all hold, such as `{ cidrs: ["10.0.0.0/8"] }`: a list allows any of its values, a CIDR block
     * matches inside a range. Where the cloud does not tell one of them, the connection is for review, whatever the next rules say.
     */
    evidence?: pulumi.Input<EvidenceInput<Fact>>;
}

interface EvidenceUnlessRequester<Fact extends string> {
    /** The accounts, project owners or domains it is about, in the cloud's own format: any of them. */
    requester?: RequesterInput;
    /**
     * Facts the cloud vouches for that must all hold, such as `{ cidrs: ["10.0.0.0/8"] }`: a list allows any of its values, a CIDR block
     * matches inside a range. Where the cloud does not tell one of them, the connection is for review, whatever the next rules say.
     */
    evidence: pulumi.Input<EvidenceInput<Fact>>;
}

/**
 * Only an accept has an end and can be narrowed: of the others the compiler says that `until` and `ticket` do not exist. The last one is for
 * a verdict that the compiler does not know.
 */
type RuleVerdict = AcceptingRule | OtherRule | EitherRule;

interface AcceptingRule extends NamedRule {
    /** What holds for connections that match: `"accept"`, `"reject"`, or `"review"`, left to people. */
    verdict: pulumi.Input<"accept">;
    /**
     * Of `accept`: until when. A date (`"2026-12-31"`, that day included, UTC), a time (`"2026-12-31T18:00:00Z"`) or a Go-style duration
     * from the acceptance (`"30d"`; it counts from the next full day, a shorter one from the next full hour). Then the verdict is reject: the next preview
     * shows the cut. Within seven days before, a warning. What is over stays over while the rule stands. With a duration, another connection of
     * the same requester has a time of its own: who must not come back gets a date.
     */
    until?: pulumi.Input<string>;
    /**
     * A regular expression (RE2: no backreferences, no lookaround) that the requester's own text (a name, a description) must match, else this rule does not. Requesters write what
     * they like: it can narrow an accept, so that a request without a ticket number waits for people, and nothing else. Refused where the cloud tells no such text.
     */
    ticket?: pulumi.Input<string>;
}

interface OtherRule extends NamedRule {
    /** What holds for connections that match: `"accept"`, `"reject"`, or `"review"`, left to people. */
    verdict: "reject" | "review";
}

interface EitherRule extends NamedRule {
    /** What holds for connections that match: `"accept"`, `"reject"`, or `"review"`, left to people. */
    verdict: pulumi.Input<Verdict>;
}

interface NamedRule {
    /** Unique in the admission; verdicts name it. Letters, digits, spaces and `_ . : / @ -`. */
    name: pulumi.Input<string>;
}

/**
 * Arguments of {@link ConnectionAdmission}. `K` is the name of the scope's kind. Without it: a scope of any kind.
 */
export type ConnectionAdmissionArgs<K extends ConnectionKindName = ConnectionKindName> = AdmissionArgs<
    K,
    ScopeInput<K>
>;

interface AdmissionArgs<K extends ConnectionKindName, S> {
    /**
     * Where the connections arrive, discriminated by `kind`: its identity.
     *
     * @example { kind: "aws:vpcEndpoint", serviceId: service.id }
     */
    scope: pulumi.Input<S>;
    /** In order: the first that matches a connection says what becomes of it. An empty list leaves every request to `otherwise`. */
    rules: pulumi.Input<pulumi.Input<AdmissionRuleArgs<K>>[]>;
    /**
     * What becomes of a connection that no rule matches.
     *
     * @default "review"
     */
    otherwise?: pulumi.Input<Verdict>;
    /**
     * What to do about connections that somebody decided otherwise earlier, in both directions: accepted ones that the rules reject, rejected
     * ones that a rule would accept. `"report"` shows them and leaves them, `"enforce"` changes them. Connections that are for review are
     * never touched.
     *
     * @default "report"
     */
    existing?: pulumi.Input<Existing>;
    /**
     * Connections that are decided elsewhere, the only way out of the rules: a `ConnectionDecision`, its `connection` or its id, or a
     * connection's id. They get no verdict. A connection that a decision of the same program declares and that is not named here is an
     * error; so is an entry that names no connection of this scope.
     *
     * @example [own, "vpce-0a1b2c3d4e5f60718"]
     * @default none
     */
    except?: pulumi.Input<pulumi.Input<string | ConnectionInput | ConnectionDecision | LookedUpConnection>[]>;
    /**
     * Why, for whoever audits the state: one text of any form. It never leaves the state.
     *
     * @default none
     */
    reason?: pulumi.Input<string>;
    /**
     * What removing this resource does: `"keep"` changes nothing in the cloud, `"reject"` rejects what the rules accept and works now, `"remove"`
     * deletes it where the owner can, except what decisions of the same run declare. `connections:maxCuts` holds here too.
     *
     * @default "keep"
     */
    onDelete?: pulumi.Input<OnDelete>;
    /**
     * Some kinds cannot reject what was accepted; the only way is to delete the connection. `existing: "enforce"`, `onDelete: "reject"` and `until` need it there.
     *
     * @default false
     */
    allowRemoval?: pulumi.Input<boolean>;
    /**
     * How long all decisions of one run may take to settle, as a Go-style duration.
     *
     * @default `customTimeouts` of the resource options, else the kind's own (20m for endpoints)
     */
    timeout?: pulumi.Input<string>;
}

/** One rule, as the outputs have it. */
export interface AdmissionRule {
    /** Its name, unique in the admission. */
    name: string;
    /** Whom it is about. */
    requester?: string | string[];
    /** Facts that must hold. */
    evidence?: Facts;
    /** The expression that the requester's text must match. */
    ticket?: string;
    /** What holds for connections that match. */
    verdict: Verdict;
    /** Of an accept: until when, as declared. */
    until?: string;
}

/**
 * Who may connect to a whole service. Rules decide about every request that arrives in one scope. The preview shows each verdict. What no rule
 * matches is left to people. The first preview after a request came in shows it; `up` decides what its own check listed, and nothing that
 * arrived since.
 *
 * State holds the rules and what is not as they want it, never a row per connection.
 *
 * `K` is the kind of the scope. The compiler finds it in the arguments, and uses it for nothing else.
 *
 * @example
 * ```ts
 * new ConnectionAdmission("ledger", {
 *     scope: { kind: "aws:vpcEndpoint", serviceId: service.id },
 *     rules: [
 *         { name: "blocked", requester: "999988887777", verdict: "reject" },
 *         { name: "analytics", requester: ["111122223333", "444455556666"], verdict: "accept" },
 *         { name: "migration", requester: "777766665555", verdict: "accept", until: "2026-12-31" },
 *     ],
 * });
 * ```
 */
export class ConnectionAdmission<K extends ConnectionKindName = ConnectionKindName> extends pulumi.CustomResource {
    /** @internal */
    static readonly host: Host = dynamicHost;

    /** The scope as declared. */
    readonly scope!: pulumi.Output<ConnectionScope>;
    /** The rules as declared, in order. */
    readonly rules!: pulumi.Output<AdmissionRule[]>;
    /** As declared; undefined stands for `"review"`. */
    readonly otherwise!: pulumi.Output<Verdict | undefined>;
    /** As declared; undefined stands for `"report"`. */
    readonly existing!: pulumi.Output<Existing | undefined>;
    /** As declared; a secret stays one. */
    readonly reason!: pulumi.Output<string | undefined>;
    /** Decisions among the arguments are their connections here. */
    readonly except!: pulumi.Output<(string | Connection)[] | undefined>;
    /** As declared; undefined stands for `"keep"`. */
    readonly onDelete!: pulumi.Output<OnDelete | undefined>;
    /** As declared; undefined stands for false. */
    readonly allowRemoval!: pulumi.Output<boolean | undefined>;
    /** As declared, a Go-style duration; undefined stands for `customTimeouts`, then the kind's own. */
    readonly timeout!: pulumi.Output<string | undefined>;

    /**
     * Up to a hundred connections that are not as the rules want them, by id: cuts first, reviews last. In a preview, unknown where `up` will
     * change them.
     *
     * @example { "vpce-0a1b2c3d4e5f60718": "accept: pending, rule analytics, requester 111122223333" }
     */
    readonly verdicts!: pulumi.Output<Record<string, string>>;
    /**
     * How many there are of each, as texts: `accept`, `reject`, `cut`, `review`, `wouldCut`, `wouldAccept`, `tooLate`. In a preview, unknown
     * where `up` will change them.
     */
    readonly counts!: pulumi.Output<Record<string, string>>;
    /**
     * In previews: what will happen. Undefined when nothing will.
     *
     * @example "reject 1, accept 1 (not touched: 1 for review)"
     */
    readonly transition!: pulumi.Output<string | undefined>;
    /** What a reviewer should know, in sentences. They are printed on every run. Undefined: nothing. */
    readonly warnings!: pulumi.Output<string[] | undefined>;

    /**
     * Declares the rules of one scope.
     *
     * @param name the resource's name, unique in the stack
     * @param args the scope, and its rules in order
     * @param opts options of Pulumi; `provider` takes a {@link Provider}
     * @throws RunError, before anything is registered, on arguments that do not exist, on `import` and on the provider of another package
     */
    constructor(name: string, args: AdmissionArgs<K, ScopeByKind<K>>, opts?: pulumi.CustomResourceOptions) {
        const { host } = new.target;
        refuseOptions("ConnectionAdmission", host, name, opts);
        refuseArguments("ConnectionAdmission", name, args, ADMISSION_ARGUMENTS);
        // JavaScript may leave them out; check says what is missing.
        const except = (args as Partial<ConnectionAdmissionArgs> | undefined)?.except;
        super(
            host.tokens.ConnectionAdmission,
            name,
            {
                ...args,
                ...(except === undefined ? {} : { except: connectionsOf(except) }),
                verdicts: undefined,
                counts: undefined,
                transition: undefined,
                warnings: undefined,
                __schemaVersion: SCHEMA_VERSION,
                ...host.inputs("ConnectionAdmission", name, opts ?? {}),
            },
            host.options("ConnectionAdmission", opts ?? {}),
        );
        fillIn<ConnectionAdmission>(this, ADMISSION_ARGUMENTS);
        // The counts are unknown in a preview where `up` will change them; so are the verdicts, which the preview itself shows.
        this.verdicts = pulumi.all([this.verdicts, this.counts]).apply(([verdicts]) => verdicts);
        declare(this, { except: this.except });
    }

    /** Whether it is an admission, also one of another copy of this package. */
    static override isInstance(obj: unknown): obj is ConnectionAdmission {
        return isOfType(obj, "ConnectionAdmission");
    }
}

/** A decision stands for its connection. */
function connectionsOf(except: NonNullable<ConnectionAdmissionArgs["except"]>): pulumi.Output<unknown[]> {
    return pulumi
        .output(except)
        .apply((entries: unknown) =>
            pulumi.all(
                (Array.isArray(entries) ? entries : [entries]).map((entry: unknown) =>
                    ConnectionDecision.isInstance(entry) ? entry.connection : entry,
                ),
            ),
        ) as pulumi.Output<unknown[]>;
}
