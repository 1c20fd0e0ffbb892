import type { Cloud } from "./cloud";
import type { Connection, Decision, Facts, Status } from "../shared/vocabulary";

/** What can be sent to a cloud about a connection. `remove` deletes it: the requester must ask again. */
export type Action = Decision | "remove";

/** One cell of a lifecycle table: what a decision means for a connection in one status. */
export interface Rule {
    /**
     * `none`: satisfied. `settle`: on its way, wait. `awaitRequest`: no request yet.
     * `impossible`: only the requester can help. Actions run in order, each settled before the next.
     */
    readonly do: "none" | "settle" | "awaitRequest" | "impossible" | readonly Action[];
    /**
     * `inferred`: follows from what a document says of something else, the source says from what. `tried`: no document
     * covers it; the preview says so and a refusal is reported verbatim.
     */
    readonly basis: "documented" | "inferred" | "tried";
    /** Where the rule comes from. */
    readonly source: string;
    /** Of `impossible`: what the owner or the requester can do. */
    readonly remedy?: string;
}

/** Statuses for which a table has a row. Nothing is ever planned on `unknown`. */
export type KnownStatus = Exclude<Status, "unknown">;

/** A kind's whole behaviour as data: documentation tables and tests are made from it. */
export type Lifecycle = Readonly<Record<Decision, Readonly<Record<KnownStatus, Rule>>>>;

/** What one listing answers for: a service, or an account and region. */
export interface Scope {
    readonly key: string;
    /** As error texts name it, `endpoint service vpce-svc-… in eu-west-1`. */
    readonly title: string;
    readonly facts: Facts;
}

/** The scope itself, read before any connection of it may be called absent. */
export interface ScopeState {
    /** Not `yes`: its connections are unknown, never absent. */
    readonly found: "yes" | "missing";
    /** Who else decides beside this API. */
    readonly admission: "manual" | "automatic" | "unknown";
    readonly settings: Facts;
}

/** Where a connection is, resolved: defaults filled in, two spellings give one key. */
export interface Address {
    readonly scope: Scope;
    /** The id in the state. */
    readonly key: string;
    /** The cloud's id of the connection. */
    readonly id: string;
}

/** A connection as its cloud shows it now. */
export interface Observed {
    readonly id: string;
    readonly status: Status;
    /** The cloud's own word, verbatim. */
    readonly cloudStatus: string;
    /** Absent: the cloud does not tell; the guard then refuses. */
    readonly requester?: string;
    /** The account that may decide, where the cloud says: another one than ours is an error that names both. */
    readonly decider?: string;
    readonly requestedAt?: string;
    readonly expiresAt?: string;
    /** Facts the cloud vouches for. */
    readonly evidence: Facts;
    /** The request itself is still being made: nobody has decided yet, and nothing flows, whatever the status is called. */
    readonly making?: boolean;
    /** Written by the requester: shown escaped, never identity. */
    readonly requesterSays?: string;
    /** What the reviewer should know of it beside its status, in sentences. */
    readonly warnings?: readonly string[];
}

/** One connection to act on. */
export interface Order {
    /** Just re-read. */
    readonly seen: Observed;
    /** The same for every resend of one decision: an idempotency token where the API has one. */
    readonly token: string;
}

/** The answer to one order. `busy`: not done, send again later. `unknown`: read before anything else. */
export interface Receipt {
    readonly id: string;
    readonly result: "sent" | "already" | "refused" | "busy" | "unknown";
    /** The cloud's own words. */
    readonly code?: string;
    readonly text?: string;
    readonly requestId?: string;
    /** What the owner can do about a refusal that nobody else can mend. */
    readonly remedy?: string;
    /** The whole request was refused for its content; smaller ones may pass. */
    readonly wholeRequest?: boolean;
}

/** What a call to a cloud may use besides its arguments. */
export interface Call<K> {
    readonly clients: K;
    readonly signal: AbortSignal;
    /** Milliseconds since 1970, by the clock of whoever asks. */
    readonly now: () => number;
}

export interface Page {
    readonly items: readonly Observed[];
    /** Where the next page starts; an empty page may have one. */
    readonly next?: string;
    /** Connections of a form that this kind does not know and cannot decide: counted, never dropped in silence. */
    readonly others?: number;
}

export type Send<K> = (scope: Scope, orders: readonly Order[], call: Call<K>) => Promise<readonly Receipt[]>;

/** One argument of a connection. */
export interface Field {
    readonly required: boolean;
    readonly format: RegExp;
    /** Completes "must be …". */
    readonly describes: string;
}

/** Documented rate of one action: a token bucket. */
export interface Rate {
    readonly burst: number;
    readonly perSecond: number;
    readonly source: string;
}

/**
 * One kind of connection. Data first, calls after. A kind is one file under `src/kinds/<cloud>/`,
 * a member of the `Connection` union and a row of the registry; nothing shared knows its name.
 *
 * C: the arguments that identify a connection. K: the clients its cloud gives it.
 */
export interface ConnectionKind<C extends { kind: string } = Connection, K = unknown> {
    readonly name: C["kind"];
    /** As texts name one connection of it, `VPC endpoint connection`. */
    readonly title: string;
    readonly cloud: Cloud<K>;
    readonly fields: Readonly<Record<string, Field>> & Readonly<Record<Exclude<keyof C, "kind">, Field>>;
    /** The parts of the key, in order: fields, or `region` filled in from the defaults. */
    readonly identity: readonly string[];
    readonly requester: Pick<Field, "format" | "describes">;
    /** Names of the facts that `Observed.evidence` may hold, with their meaning: what `expectedEvidence` may ask for. */
    readonly evidence: Readonly<Record<string, string>>;
    /** The cloud's words and the statuses they stand for. */
    readonly statuses: Readonly<Record<string, Status>>;
    /** The permission each call needs, as the cloud's policies name it. */
    readonly permissions: Readonly<Record<"read" | Decision, readonly string[]>> & {
        readonly remove?: readonly string[];
    };
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
        /** What one dry run answers for, with `probe` only. */
        readonly probePer?: "scope" | "account";
    };
    /** Pure. The connection's arguments are valid and its defaults filled in. */
    locate(connection: C): Address;
    /** Pure: the table that holds under these settings of the scope. */
    lifecycle(scope: ScopeState): Lifecycle;
    /** Pure: warnings that follow from the scope's own settings. */
    settingsWarnings?(scope: Scope, state: ScopeState, decision: Decision): readonly string[];
    /** Orders of one lane never overlap; null: free. */
    lane(scope: Scope, id: string, action: Action): string | null;
    /** The scope itself; a missing one is an answer, a refused call an error. */
    describe(scope: Scope, call: Call<K>): Promise<ScopeState>;
    /**
     * The scopes of the account beside this one, as the fields that tell them apart: what an inbox looks through. `scope` says the region only.
     */
    discover(scope: Scope, call: Call<K>): Promise<readonly Readonly<Record<string, string>>[]>;
    /** One page of the scope's connections. */
    list(scope: Scope, cursor: string | undefined, call: Call<K>): Promise<Page>;
    /**
     * One page of what these requesters asked for, where the API filters by them: connections seen before are read again without the rest of
     * a long listing. It proves no absence; what it does not tell is read with `list`.
     */
    listOf?(scope: Scope, requesters: readonly string[], cursor: string | undefined, call: Call<K>): Promise<Page>;
    /** By ids. What is not found is left out; one bad id never fails its neighbours. */
    lookup?(scope: Scope, ids: readonly string[], call: Call<K>): Promise<readonly Observed[]>;
    readonly actions: Readonly<Record<Decision, Send<K>> & Partial<Record<"remove", Send<K>>>>;
    /** A dry run of one action: is it allowed? Changes nothing. */
    probe?(scope: Scope, action: Action, order: Order, call: Call<K>): Promise<"allowed" | "denied" | "cannotTell">;
}
