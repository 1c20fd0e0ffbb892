import { PRINCIPALS, type WithPrincipals } from "../server/principal";
import { type FieldsOf, type Members, textLike } from "../server/schema";
import type { State } from "../server/state";

/** The id of an account: digits. */
export const UID = textLike(/^\d+$/);

const FIELDS = {
    /** The account's id, up to 18 digits. */
    account: UID,
};

/** An entry of the world, without the parts of the kinds. */
export interface Account extends Members<typeof FIELDS>, WithPrincipals {}

/** Whose an entry of the world is. */
export const ACCOUNT: FieldsOf<Account> = { ...FIELDS, ...PRINCIPALS };

/** The entries of the world; `Part` is what the caller's kind adds to one. */
export function accountsOf<Part>(state: State): (Account & Part)[] {
    return state.entries("alibaba");
}
