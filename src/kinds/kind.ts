import type { Decision, Facts, Status } from "../shared/vocabulary";
import type { Cloud, FailureClass } from "./cloud";
import type { Action, Lifecycle } from "./table";

/** The arguments that identify a connection: its kind, and texts. */
export interface ConnectionFields {
    kind: string;
}

/** The arguments of any connection, as shared code handles them. */
export type AnyConnection = ConnectionFields & Readonly<Record<string, string | undefined>>;

/** Fields of a connection with their values: defaults filled in, one spelling each. */
export type FieldValues = Readonly<Record<string, string>>;

/** Where people find the value of a field: in the cloud's console, and with its command line. */
export interface Whereabouts {
    readonly console: string;
    readonly cli: string;
}

/** One argument of a connection. */
export interface Field {
    readonly required: boolean;
    readonly format: RegExp;
    /** Completes "must be …". */
    readonly describes: string;
    readonly whereabouts: Whereabouts;
    /** The one spelling of a value that may be written in several ways. */
    canonical?(value: string): string;
    /** A path such as an ARM id. It stands in ids as it is, see shared/key.ts. At most one field of a kind. */
    readonly path?: true;
}

/** The fields of a connection type: required where its type says so. */
export type FieldsOf<C extends ConnectionFields> = {
    readonly [F in Exclude<keyof C, "kind"> & string]-?: Field & {
        readonly required: Record<never, never> extends Pick<C, F> ? false : true;
    };
};

/** What one listing answers for: a service, a resource, or an account's region. */
export interface Scope {
    /** Unique among the scopes of its kind and session. */
    readonly key: string;
    /** As texts name it, `endpoint service vpce-svc-… in eu-west-1`. */
    readonly title: string;
    /** The fields of the connection, but for its own id and its selectors. */
    readonly at: FieldValues;
}

/** The scope itself, read before any connection of it may be called absent. */
export interface ScopeState {
    /** Not `yes`: its connections are unknown, never absent. */
    readonly found: "yes" | "missing";
    /** Who else decides beside this API. */
    readonly admission: "manual" | "automatic" | "unknown";
}

/** A connection as its cloud shows it now. */
export interface Observed {
    readonly id: string;
    readonly status: Status;
    /** The cloud's own word, verbatim. */
    readonly cloudStatus: string;
    /** Absent: the cloud does not tell; the guard then refuses. */
    readonly requester?: string;
    /**
     * The account that may decide, where the cloud says. Requests that we made ourselves name another account than ours. Where it may
     * decide in another region only, that is said too, and it is not ours either: `123456789012 in eu-west-1`.
     */
    readonly decider?: string;
    /** The id under which it is decided, where each side has its own and this one is the requester's: nothing is sent about this one. */
    readonly decidedAs?: string;
    readonly requestedAt?: string;
    readonly expiresAt?: string;
    /** Facts the cloud vouches for. */
    readonly evidence: Facts;
    /** The request itself is still being made: nobody has decided yet, and nothing flows, whatever the status is called. */
    readonly making?: boolean;
    /** It works, whatever the status is called: an accepted one that waits again. Rejecting it counts as a cut. */
    readonly working?: boolean;
    /**
     * The account that decides has made it itself, and does not wait for a decision. `no`: the cloud asks nobody about such ones, so that it
     * is no request, and nothing is decided about it. `untold`: it may have waited once.
     */
    readonly asked?: "no" | "untold";
    /** Written by the requester: shown escaped, never identity. */
    readonly requesterSays?: string;
    /** What the requester wrote is not known any more: whoever decided may have written over it. That nothing is told proves nothing then. */
    readonly overwritten?: boolean;
    /** What the reviewer should know of it beside its status, in sentences. */
    readonly warnings?: readonly string[];
    /** Whatever the kind needs to send about it (an etag, the whole body). Handed back with the order; never stored, never shown. */
    readonly handle?: unknown;
}

/** How a connection compares with selectors. `untold`: nothing speaks against it, but the cloud does not tell all that they say (any more). */
export type Match = "yes" | "no" | "untold";

/** One connection to act on. */
export interface Order {
    /** Just re-read. */
    readonly seen: Observed;
    /** The same for every resend of one decision: an idempotency token where the API has one. */
    readonly token: string;
}

/**
 * The answer to one order. `already`: it held before. `refused`: the cloud says no. `busy`: not done, send again later.
 * `conflict`: not done, it changed meanwhile (an etag): read, judge and send again. `unknown`: read before anything else.
 */
export interface Receipt {
    readonly id: string;
    readonly result: "sent" | "already" | "refused" | "busy" | "conflict" | "unknown";
    /** The cloud's own words. */
    readonly code?: string;
    readonly text?: string;
    readonly requestId?: string;
    /** The call that failed, as its cloud names it, and how it failed. */
    readonly call?: string;
    readonly failure?: FailureClass;
    /** What the owner can do about a refusal that nobody else can mend. */
    readonly remedy?: string;
    /** The whole request was refused for its content; smaller ones may pass. */
    readonly wholeRequest?: boolean;
    /** Of `sent`, where the cloud goes on by itself: asks how that ended, see {@link ConnectionKind.operation}. */
    readonly operation?: string;
}

/** How an operation of the cloud ended. */
export type OperationState =
    | { readonly state: "running" | "done" }
    | { readonly state: "failed"; readonly code: string; readonly text: string };

/** What a call to a cloud may use besides its arguments. */
export interface Call<K> {
    readonly clients: K;
    readonly signal: AbortSignal;
    /** Milliseconds since 1970, by the clock of whoever asks. */
    readonly now: () => number;
}

/** One page of a listing. */
export interface Page {
    readonly items: readonly Observed[];
    /** Where the next page starts; an empty page may have one. */
    readonly next?: string;
    /** Connections of a form that this kind does not know and cannot decide: counted, never dropped in silence. */
    readonly others?: number;
}

/** Sends one action about some connections of one scope; one receipt for each order. */
export type Send<K> = (scope: Scope, orders: readonly Order[], call: Call<K>) => Promise<readonly Receipt[]>;

/** Several tables, by name, and the choice between them: by the type of the resource, or the scope's own settings. */
export interface Lifecycles {
    readonly tables: Readonly<Record<string, Lifecycle>>;
    /** Of each table: for which scopes it holds, as a sentence. */
    readonly about: Readonly<Record<string, string>>;
    choose(scope: Scope, state: ScopeState): string;
}

/** Documented rate of one action: a token bucket. */
export interface Rate {
    readonly burst: number;
    readonly perSecond: number;
    readonly source: string;
}

/**
 * One kind of connection: everything the provider knows about it. Data first, calls after. A kind is one file under
 * `src/kinds/<cloud>/` and a line in `src/kinds/index.ts`; nothing shared knows its name. `docs/adding-a-kind.md` walks through one.
 *
 * C: the arguments that identify a connection. I: the field that is its own id. E: names of the facts its cloud tells.
 * S: the fields that are selectors. K: the clients its cloud gives it.
 */
export interface ConnectionKind<
    C extends ConnectionFields = ConnectionFields,
    I extends string = string,
    E extends string = string,
    S extends string = string,
    K = unknown,
> {
    readonly name: C["kind"];
    /** As texts name one connection of it, `VPC endpoint connection`. */
    readonly title: string;
    readonly cloud: Cloud<K>;
    /** A connection as a program writes it: for documents and error texts. */
    readonly example: C;
    readonly fields: Readonly<Record<string, Field>> & FieldsOf<C>;
    /** Fields that say where a connection arrives, in the order of the key. Optional ones have a default. */
    readonly scope: readonly (keyof C & string)[];
    /** The field that is the connection's own id: the last part of the key. Optional where `selectors` can stand for it. */
    readonly id: I;
    /**
     * Fields that name a connection by what is known of it where its id is not known in advance. Exactly one connection of the scope
     * must match; once found, its id is pinned in the state.
     */
    readonly selectors?: readonly S[];
    /** What is wrong with fields that are well-formed each, in a sentence about the connection. */
    contradiction?(connection: C): string | undefined;
    /** As texts name a scope, `endpoint service vpce-svc-… in eu-west-1`. */
    scopeTitle(at: FieldValues): string;
    readonly requester: Pick<Field, "format" | "describes" | "canonical"> & { readonly example: string };
    /** Names of the facts that `Observed.evidence` may hold, with their meaning: what `expectedEvidence` may ask for. */
    readonly evidence: Readonly<Record<E, string>>;
    /** What requesters write, where the cloud tells it: what `ticket` of rules goes by. Left out: nothing is told, `Observed.requesterSays` neither. */
    readonly says?: string;
    /** The cloud's words and the statuses they stand for. */
    readonly statuses: Readonly<Record<string, Status>>;
    /** What each decision means in each status. One table, or several with the choice between them. */
    readonly lifecycle: Lifecycle | Lifecycles;
    /** The permission each call needs, as the cloud's policies name it. A part such as `{type}` differs from scope to scope. */
    readonly permissions: Readonly<Record<"read" | Decision, readonly string[]>> & {
        readonly remove?: readonly string[];
    };
    /** What stands for the parts of `permissions` in one scope, by name. */
    permissionParts?(at: FieldValues): FieldValues;
    readonly limits: {
        readonly idsPerOrder: number;
        /** With `lookup` only. */
        readonly idsPerLookup?: number;
        /** With `listOf` only. */
        readonly requestersPerList?: number;
        /** Longest pause between two polls while a decision settles. */
        readonly settleEvery: string;
        /** Default of `timeout`. */
        readonly settleWithin: string;
        readonly rates?: Partial<Record<Action, Rate>>;
        /** What one dry run answers for, with `probe` only. Default: the scope. */
        readonly probePer?: "scope" | "account";
    };
    /**
     * What reads may show for a while after an action, beside the status from before it, where the cloud shows the request no more and not
     * yet what became of it.
     */
    readonly meanwhile?: Partial<Record<Action, Status>>;
    /** Orders with the same lane run one at a time. `none`: no limit. */
    readonly lane: "none" | "connection" | "scope" | "account";
    /** The sentence for a reject in a scope that accepts requests by itself: what will happen, and what to do about it. */
    automaticAcceptance?(scope: Scope): string;
    /** Whether a declared requester is the one that asks, where one account has several names. Default: the same text. */
    sameRequester?(declared: string, asking: string): boolean;
    /** Whether a declared fact is the one that the cloud tells, where it may be written in several ways. Default: the same text. */
    sameEvidence?(fact: E, declared: string, told: string): boolean;
    /**
     * With `selectors`: whether a connection of the scope is the one that they name. It is asked when the connection is sought, where only
     * `yes` counts, and before anything is sent, then with the id that was found in `connection`. A kind whose ids are never given to another
     * connection answers `yes` for that id.
     */
    matches?(connection: C, seen: Observed): Match;

    /** The scope itself; a missing one is an answer, a refused call an error. Default: it is the account's own and always there. */
    describe?(scope: Scope, call: Call<K>): Promise<ScopeState>;
    /** The scopes of the account, as the fields that tell them apart; `scope` says the region only. Default: one for each region. */
    discover?(scope: Scope, call: Call<K>): Promise<readonly FieldValues[]>;
    /** One page of the scope's connections. */
    list(scope: Scope, cursor: string | undefined, call: Call<K>): Promise<Page>;
    /**
     * One page of what these requesters asked for, where the API filters by them: connections seen before are read again without the rest of
     * a long listing. It proves no absence; what it does not tell is read with `list`.
     */
    listOf?(scope: Scope, requesters: readonly string[], cursor: string | undefined, call: Call<K>): Promise<Page>;
    /** By ids. What is not found is left out; one bad id never fails its neighbours. */
    lookup?(scope: Scope, ids: readonly string[], call: Call<K>): Promise<readonly Observed[]>;
    accept(scope: Scope, orders: readonly Order[], call: Call<K>): ReturnType<Send<K>>;
    reject(scope: Scope, orders: readonly Order[], call: Call<K>): ReturnType<Send<K>>;
    /** Deletes the connection: the requester must ask again. Only where its owner can. */
    remove?(scope: Scope, orders: readonly Order[], call: Call<K>): ReturnType<Send<K>>;
    /** How an operation that a receipt named goes on. */
    operation?(name: string, call: Call<K>): Promise<OperationState>;
    /** A dry run of one action: is it allowed? Changes nothing. */
    probe?(scope: Scope, action: Action, order: Order, call: Call<K>): Promise<"allowed" | "denied" | "cannotTell">;
}

/**
 * Defines a kind. `C` and the clients are written out, the rest is inferred: the field that is the id, the selectors, and the facts.
 * What comes back does not name the clients any more: a user's program, which reads these types, then needs no types of an SDK.
 *
 * @example export const vpcEndpoint = defineKind<AwsVpcEndpointConnection, AwsClients>()({ name: "aws:vpcEndpoint", … });
 */
export function defineKind<C extends ConnectionFields, K>() {
    return <I extends keyof C & string, E extends string, S extends keyof C & string = never>(
        kind: ConnectionKind<C, I, E, S, K>,
    ): ConnectionKind<C, I, E, S> => kind as ConnectionKind<C, I, E, S>;
}
