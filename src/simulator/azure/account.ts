import { PRINCIPALS, type WithPrincipals } from "../server/principal";
import { type FieldsOf, type Members, text } from "../server/schema";
import type { Caller, State } from "../server/state";

const FIELDS = {
    /** The directory that the credentials belong to, a GUID. */
    tenantId: text,
    /** A GUID. */
    subscriptionId: text,
};

/** An entry of the world, without the parts of the kinds. */
export interface Subscription extends Members<typeof FIELDS>, WithPrincipals {}

/** Whose an entry of the world is. */
export const ACCOUNT: FieldsOf<Subscription> = { ...FIELDS, ...PRINCIPALS };

/** The entries of the world; `Part` is what the caller's kind adds to one. */
export function subscriptionsOf<Part>(state: State): (Subscription & Part)[] {
    return state.entries("azure");
}

/** The subscription with this id, in any case. */
export function subscriptionAt<Part>(state: State, id: string): (Subscription & Part) | undefined {
    return subscriptionsOf<Part>(state).find(({ subscriptionId }) => same(subscriptionId, id));
}

/** Who has a token: the subscription's own identity, or a principal of the world by its client id. */
export function holderOf(state: State, subscriptionId: string, clientId: string | undefined): Caller | undefined {
    const entry = subscriptionAt<object>(state, subscriptionId);
    if (entry === undefined) {
        return undefined;
    }
    const principal = entry.principals?.find(({ accessKeyId }) => accessKeyId === clientId);
    return { account: entry.subscriptionId, accessKeyId: clientId ?? "", denied: principal?.denied ?? [] };
}

/** "ARM does not promise the casing it returns an ID in" (Azure Service Operator, PR#5673): compared without regard to it. */
export function same(one: string, other: string): boolean {
    return one.toLowerCase() === other.toLowerCase();
}
