import * as pulumi from "@pulumi/pulumi";
import type { Connection, ConnectionKindName, EvidenceOf } from "../kinds";
import { ARGUMENTS, SCHEMA_VERSION } from "../shared/contract";
import { ownId } from "../shared/key";
import type { Decision, Facts, ObservedConnection, OnDelete, OnDrift, Status } from "../shared/vocabulary";
import type { ConnectionByKind, ConnectionInput, EvidenceInput, RequesterInput } from "./arguments";
import { reportGone } from "./gone";
import { dynamicHost, type Host, isOfType, refuseOptions } from "./host";
import { declare, fillIn, refuseArguments } from "./resource";

/**
 * Arguments of {@link ConnectionDecision}. `K` is the name of the connection's kind: it says which fields the connection has and which
 * facts `expectedEvidence` may ask for. Without it: a connection of any kind.
 */
export type ConnectionDecisionArgs<K extends ConnectionKindName = ConnectionKindName> = DecisionArgs<
    K,
    ConnectionInput<K>
>;

/**
 * Only an accept has an end: of the others the compiler says that `until` does not exist. The last one is for a decision that the compiler
 * does not know, such as `late ? "reject" : "accept"`.
 */
type DecisionArgs<K extends ConnectionKindName, C> = AcceptArgs<K, C> | RejectArgs<K, C> | EitherArgs<K, C>;

interface AcceptArgs<K extends ConnectionKindName, C> extends CommonArgs<K, C> {
    /** What shall hold: `"accept"` or `"reject"`. A decision undone outside is drift, see {@link onDrift}. */
    decision: pulumi.Input<"accept">;
    /**
     * Of an accept: until when. A date (`"2026-12-31"`, that day included, UTC), a time (`"2026-12-31T18:00:00Z"`) or a Go-style duration
     * from the acceptance (`"30d"`; it counts from the full day after the preview that plans the acceptance, a shorter one from the full hour, so that
     * an update plan finds the same end). Then the decision is reject: the next preview shows the cut with its reason, and `up` carries it out. Within seven
     * days before, a warning. A new decision whose time is over fails the preview.
     *
     * @example "2026-12-31"
     * @default the acceptance has no end
     */
    until?: pulumi.Input<string>;
}

interface RejectArgs<K extends ConnectionKindName, C> extends CommonArgs<K, C> {
    /** What shall hold: `"accept"` or `"reject"`. A decision undone outside is drift, see {@link onDrift}. */
    decision: "reject";
}

interface EitherArgs<K extends ConnectionKindName, C> extends CommonArgs<K, C> {
    /** What shall hold: `"accept"` or `"reject"`. A decision undone outside is drift, see {@link onDrift}. */
    decision: pulumi.Input<Decision>;
}

interface CommonArgs<K extends ConnectionKindName, C> {
    /**
     * Which connection, discriminated by `kind`. Its identity: another connection is another resource. Stating the
     * default region explicitly causes no diff.
     *
     * @example { kind: "aws:vpcEndpoint", serviceId: service.id, endpointId: "vpce-0a1b2c3d4e5f60718" }
     */
    connection: pulumi.Input<C>;
    /**
     * The account, project owner or domain that must be the one asking, or several of them, in the cloud's own format.
     * If another one asks, the preview fails and nothing is ever sent; it is checked again right before sending. Where the
     * cloud does not tell who asks, the preview warns and `up` refuses.
     *
     * @example "111122223333"
     * @example ["111122223333", "444455556666"]
     * @default nobody in particular; `connections:requireExpectedRequester` makes it mandatory for accepts
     */
    expectedRequester?: RequesterInput;
    /**
     * Further facts the cloud vouches for that must hold in the preview and again right before sending, such as
     * `{ cidrs: ["10.1.0.0/16"] }`. A list allows any of its values; a fact that is itself a list must have all of its values among them.
     * On a connection that is settled, a fact that changed is a warning: the requester may change it, and must not stop your other decisions.
     * docs/kinds.md leads to each kind's facts; a name that the kind does not tell is refused.
     *
     * @example { cidrs: ["10.20.0.0/16", "10.21.0.0/16"] }
     * @default none
     */
    expectedEvidence?: pulumi.Input<EvidenceInput<EvidenceOf<K>>>;
    /**
     * Why, for whoever audits the state: one text of any form. It never leaves the state; changing only the reason calls no cloud.
     *
     * @example "CHG-2041 analytics reads the ledger API"
     * @default none
     */
    reason?: pulumi.Input<string>;
    /**
     * What to do when somebody undid the decision outside: `"correct"` decides again. `"hold"` shows it as drift on every
     * run and sends nothing until the declaration changes, so that a connection cut at night is not opened by the next pipeline.
     *
     * @default "correct"
     */
    onDrift?: pulumi.Input<OnDrift>;
    /**
     * What removing this resource does: `"keep"` changes nothing in the cloud, `"reject"` rejects, `"remove"` deletes the
     * connection where its owner can. Skipped, and said so, where the same run or its program still declares the connection: under another
     * name, or by an admission. Deletes have no preview: what is cut is said before it is, and a connection that selectors name is cut only
     * where a run has shown it and it matches them still.
     *
     * @default "keep"
     */
    onDelete?: pulumi.Input<OnDelete>;
    /**
     * Some kinds cannot reject what was accepted; the only way is to delete the connection, and the requester must ask again.
     * Without this the preview fails and says so. docs/kinds.md says which kinds do that.
     *
     * @default false
     */
    allowRemoval?: pulumi.Input<boolean>;
    /**
     * How long `up` waits for a request that is not there yet, as a Go-style duration: numbers with units (ms, s, m, h, d, w). After it the
     * accept fails and says where it was looked for.
     *
     * @example "15m"
     * @default "1m"
     */
    waitForRequest?: pulumi.Input<string>;
    /**
     * How long the decision may take to settle after it was sent, as a Go-style duration. After it `up` fails for this resource, and the next
     * one goes on waiting; nothing is sent twice.
     *
     * @example "1h30m"
     * @default `customTimeouts` of the resource options, else the kind's own (20m for endpoints)
     */
    timeout?: pulumi.Input<string>;
}

/**
 * What {@link ConnectionDecision.get} returns: a connection as it stands. Nothing is declared about it, so there is no decision, and no
 * argument but the connection.
 */
export interface LookedUpConnection extends pulumi.CustomResource {
    /** The connection that the id names. */
    readonly connection: pulumi.Output<Connection>;
    /** The cloud's id of the connection. */
    readonly connectionId: pulumi.Output<string>;
    /** Where the connection stands, in the same words for every cloud. */
    readonly status: pulumi.Output<Status>;
    /** Who asked, where the cloud tells. */
    readonly requester: pulumi.Output<string | undefined>;
    /** The cloud's own word for the status. */
    readonly cloudStatus: pulumi.Output<string | undefined>;
    /** What the provider saw: status, requester and the facts the cloud vouches for. */
    readonly observed: pulumi.Output<ObservedConnection>;
    /** Always undefined: nothing is declared. */
    readonly decision: pulumi.Output<undefined>;
    /** Always undefined: nothing is declared. */
    readonly expectedRequester: pulumi.Output<undefined>;
    /** Always undefined: nothing is declared. */
    readonly expectedEvidence: pulumi.Output<undefined>;
    /** Always undefined: nothing is declared. */
    readonly reason: pulumi.Output<undefined>;
    /** Always undefined: nothing is declared. */
    readonly until: pulumi.Output<undefined>;
    /** Always undefined: nothing is declared. */
    readonly onDrift: pulumi.Output<undefined>;
    /** Always undefined: nothing is declared. */
    readonly onDelete: pulumi.Output<undefined>;
    /** Always undefined: nothing is declared. */
    readonly allowRemoval: pulumi.Output<undefined>;
    /** Always undefined: nothing is declared. */
    readonly waitForRequest: pulumi.Output<undefined>;
    /** Always undefined: nothing is declared. */
    readonly timeout: pulumi.Output<undefined>;
}

/**
 * A decision about a connection request that waits at its owner: **accepted** or **rejected**, declared in a program,
 * reviewed in `pulumi preview` with who is asking, where the connection stands and what will happen, and held by drift detection.
 *
 * A resource of its own, because the connection belongs to somebody else: creating it adopts what is decided already, and
 * deleting it leaves the cloud as it is unless told otherwise.
 *
 * `K` is the kind of the connection. The compiler finds it in the arguments, and uses it for nothing else.
 *
 * @example Accept, if the expected account asks
 * ```ts
 * new ConnectionDecision("analytics", {
 *     connection: { kind: "aws:vpcEndpoint", serviceId: service.id, endpointId: "vpce-0a1b2c3d4e5f60718" },
 *     decision: "accept",
 *     expectedRequester: "111122223333",
 *     reason: "CHG-2041 analytics reads the ledger API",
 * });
 * ```
 * @example Reject, and keep it rejected
 * ```ts
 * new ConnectionDecision("unknown-peer", {
 *     connection: { kind: "alibaba:vpcPeering", instanceId: "pcc-guzvyqlj0n6e10" },
 *     decision: "reject",
 * });
 * ```
 */
export class ConnectionDecision<K extends ConnectionKindName = ConnectionKindName> extends pulumi.CustomResource {
    /** @internal */
    static readonly host: Host = dynamicHost;

    /** The connection as declared, with the spellings of the program. */
    readonly connection!: pulumi.Output<Connection>;
    /** The decision as declared. What holds now is {@link status}. */
    readonly decision!: pulumi.Output<Decision>;
    /** As declared; undefined: nobody in particular was expected. */
    readonly expectedRequester!: pulumi.Output<string | string[] | undefined>;
    /** As declared, by the names of the facts. */
    readonly expectedEvidence!: pulumi.Output<Facts | undefined>;
    /** As declared; a secret stays one. */
    readonly reason!: pulumi.Output<string | undefined>;
    /** As declared. The moment that follows from it is {@link acceptedUntil}. */
    readonly until!: pulumi.Output<string | undefined>;
    /** As declared; undefined stands for `"correct"`. */
    readonly onDrift!: pulumi.Output<OnDrift | undefined>;
    /** As declared; undefined stands for `"keep"`. */
    readonly onDelete!: pulumi.Output<OnDelete | undefined>;
    /** As declared; undefined stands for false. */
    readonly allowRemoval!: pulumi.Output<boolean | undefined>;
    /** As declared, a Go-style duration; undefined stands for `"1m"`. */
    readonly waitForRequest!: pulumi.Output<string | undefined>;
    /** As declared, a Go-style duration; undefined stands for `customTimeouts`, then the kind's own. */
    readonly timeout!: pulumi.Output<string | undefined>;

    /** The cloud's own word for the status, such as `pendingAcceptance`. Undefined where there is no such connection. */
    readonly cloudStatus!: pulumi.Output<string | undefined>;
    /** What the provider saw: status, requester and the facts the cloud vouches for. In a preview, the status is unknown where `up` will change it. */
    readonly observed!: pulumi.Output<ObservedConnection>;
    /** Of an accept with `until`: when it ends, ISO 8601 in UTC. Known in previews. */
    readonly acceptedUntil!: pulumi.Output<string | undefined>;
    /**
     * In previews: what will happen, from where to where. Undefined when nothing will.
     *
     * @example "accept: pending -> accepted"
     */
    readonly transition!: pulumi.Output<string | undefined>;
    /** What a reviewer should know, in sentences. They are printed on every run. Undefined: nothing. */
    readonly warnings!: pulumi.Output<string[] | undefined>;
    /** `"us"` when this stack sent the decision, `"found"` when it was there already. */
    readonly decidedBy!: pulumi.Output<"us" | "found" | undefined>;
    /** When this stack sent the decision, ISO 8601 in UTC. Undefined where it was there already. */
    readonly decidedAt!: pulumi.Output<string | undefined>;

    /**
     * Declares a decision.
     *
     * @param name the resource's name, unique in the stack
     * @param args which connection, and what shall hold for it
     * @param opts options of Pulumi; `provider` takes a {@link Provider}
     * @throws RunError, before anything is registered, on arguments that do not exist and on options that a decision cannot have: `import`
     * (creation adopts) and the provider of another package
     */
    constructor(name: string, args: DecisionArgs<K, ConnectionByKind<K>>, opts?: pulumi.CustomResourceOptions) {
        const { host } = new.target;
        refuseOptions("ConnectionDecision", host, name, opts);
        refuseArguments("ConnectionDecision", name, args, ARGUMENTS);
        super(
            host.tokens.ConnectionDecision,
            name,
            {
                ...args,
                cloudStatus: undefined,
                observed: undefined,
                acceptedUntil: undefined,
                transition: undefined,
                warnings: undefined,
                decidedBy: undefined,
                decidedAt: undefined,
                __schemaVersion: SCHEMA_VERSION,
                ...host.inputs("ConnectionDecision", name, opts ?? {}),
            },
            host.options("ConnectionDecision", opts ?? {}),
        );
        fillIn<ConnectionDecision>(this, ARGUMENTS);
        if (opts?.id === undefined) {
            // The argument: a resource that is no target has no outputs.
            declare(this, { connection: pulumi.output(args.connection as unknown) });
        }
        if (!host.tellsGone) {
            this.observed.apply((observed) => observed?.gone && this.id.apply((id) => id && reportGone(id)));
        }
    }

    // Accessors: made for every decision, used or not, these outputs were 0.8 of the 13.4 s a preview of 1,000 takes.

    /** The cloud's id of the connection. */
    get connectionId(): pulumi.Output<string> {
        return this.id.apply((id) => id && ownId(id));
    }

    /** Where the connection stands, in the same words for every cloud. In a preview, unknown where `up` will change it. */
    get status(): pulumi.Output<Status> {
        return fieldsOf(this.observed).status;
    }

    /** Who asked, where the cloud tells. Known in previews. */
    get requester(): pulumi.Output<string | undefined> {
        return fieldsOf(this.observed).requester;
    }

    /**
     * Looks at a connection without deciding anything: its status and requester as outputs, never changed and never deleted.
     *
     * @param name the resource's name, unique in the stack
     * @param id the id of a decision, `aws:vpcEndpoint/eu-west-1/vpce-svc-0a1b2c3d4e5f60718/vpce-0c2d3e4f5a6b70819`
     * @param opts options of Pulumi
     */
    static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): LookedUpConnection {
        // It decides nothing: there are no arguments, and their outputs are of undefined.
        const looked: pulumi.CustomResource = new this(name, {} as never, { ...opts, id });
        return looked as LookedUpConnection;
    }

    /** Whether it is a decision, or what {@link ConnectionDecision.get} returns; also one of another copy of this package. */
    static override isInstance(obj: unknown): obj is ConnectionDecision | LookedUpConnection {
        return isOfType(obj, "ConnectionDecision");
    }
}

/** Fields of `observed` are outputs of their own: in a preview, one may be known while another is not. */
function fieldsOf(observed: pulumi.Output<ObservedConnection>): {
    status: pulumi.Output<Status>;
    requester: pulumi.Output<string | undefined>;
} {
    return observed as unknown as { status: pulumi.Output<Status>; requester: pulumi.Output<string | undefined> };
}
