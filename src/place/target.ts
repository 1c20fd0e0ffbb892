import type { AnyConnection, ConnectionKind, Scope } from "../kinds/kind";
import { keyInScope } from "../shared/key";
import type { Session } from "./session";

/** Where a connection is, resolved: two spellings give one key. */
export interface Address {
    readonly scope: Scope;
    /** The id in the state. */
    readonly key: string;
    /** The cloud's id of the connection; see kinds/selectors.ts for one that is not found yet. */
    readonly id: string;
}

/** One connection in one place: everything a call about it needs. */
export interface Target {
    readonly kind: ConnectionKind;
    readonly address: Address;
    readonly session: Session;
    /** Its own id is not known: the fields that say which connection of the scope it is. */
    readonly sought?: AnyConnection;
}

/** Tells scopes apart, over kinds, places and credentials: what reads, sends and polls together has the same. */
export function scopeIn({ kind, address, session }: Target): string {
    return `${session.key} ${kind.name} ${address.scope.key}`;
}

/** Another connection of the same scope. */
export function targetInScope({ kind, address, session }: Target, id: string): Target {
    return { kind, session, address: { scope: address.scope, key: keyInScope(address.key, id), id } };
}
