import type * as pulumi from "@pulumi/pulumi";
import type { ConnectionKindName, ConnectionOf, ScopeOf } from "../kinds";

/** Fields that may be outputs of other resources. The kind is always written out. */
type InputFields<C> = { [F in keyof C as F extends "kind" ? never : F]: pulumi.Input<NonNullable<C[F]>> };

/** A connection whose fields may be outputs of other resources. The kind is always written out. */
export type ConnectionInput<K extends ConnectionKindName = ConnectionKindName> = K extends ConnectionKindName
    ? { kind: K } & InputFields<ConnectionOf<K>>
    : never;

/** A scope whose fields may be outputs of other resources. The kind is always written out. */
export type ScopeInput<K extends ConnectionKindName = ConnectionKindName> = K extends ConnectionKindName
    ? { kind: K } & InputFields<ScopeOf<K>>
    : never;

/**
 * The same as {@link ConnectionInput}, for constructors: from `kind` the compiler infers `K`, and for a wrong one its error lists every kind
 * there is. With a `K` of several kinds it does not tie the fields to the kind.
 */
export type ConnectionByKind<K extends ConnectionKindName> = { kind: K } & (K extends ConnectionKindName
    ? InputFields<ConnectionOf<K>>
    : never);

/** The same as {@link ScopeInput}, for constructors, see {@link ConnectionByKind}. */
export type ScopeByKind<K extends ConnectionKindName> = { kind: K } & (K extends ConnectionKindName
    ? InputFields<ScopeOf<K>>
    : never);

/** Facts by name. The parameter is the names, not the kind: the compiler's error about a wrong name then lists the right ones. */
export type EvidenceInput<Fact extends string> = {
    [F in Fact]?: pulumi.Input<string | boolean | pulumi.Input<string>[]>;
};

/** Accounts, project owners or domains, in the cloud's own format: one or several. */
export type RequesterInput = pulumi.Input<string | pulumi.Input<string>[]>;
