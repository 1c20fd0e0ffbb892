import { PRINCIPALS, type WithPrincipals } from "../server/principal";
import { type FieldsOf, type Members, text, textLike } from "../server/schema";
import type { State } from "../server/state";

const FIELDS = {
    /** Twelve digits. */
    account: textLike(/^\d{12}$/),
    /** `eu-west-1` */
    region: text,
};

/** An entry of the world, without the parts of the kinds. */
export interface AwsAccount extends Members<typeof FIELDS>, WithPrincipals {}

/** Whose an entry of the world is, and where. */
export const ACCOUNT: FieldsOf<AwsAccount> = { ...FIELDS, ...PRINCIPALS };

/** The entries of the world; `Part` is what the caller's kind adds to one. */
export function regionsOf<Part>(state: State): (AwsAccount & Part)[] {
    return state.entries("aws");
}

/** The entry of an account in a region; undefined: the world has nothing of it there. */
export function regionOf<Part>(state: State, account: string, region: string): (AwsAccount & Part) | undefined {
    return regionsOf<Part>(state).find((entry) => entry.account === account && entry.region === region);
}
