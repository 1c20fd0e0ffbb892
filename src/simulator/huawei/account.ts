import { PRINCIPALS, type WithPrincipals } from "../server/principal";
import { type FieldsOf, type Members, optional, text } from "../server/schema";
import type { Caller, State } from "../server/state";

const FIELDS = {
    /** The id of the project: Huawei Cloud and Open Telekom Cloud keep one for each region. */
    projectId: text,
    /** `eu-de`, `eu-nl` and `eu-ch2` are Open Telekom Cloud's; all others are Huawei Cloud's. */
    region: text,
    /** The account the project belongs to, where tokens and services name it. */
    domainId: optional(text),
    domainName: optional(text),
};

/** An entry of the world, without the parts of the kinds. */
export interface Project extends Members<typeof FIELDS>, WithPrincipals {}

/** Whose an entry of the world is, and where. */
export const ACCOUNT: FieldsOf<Project> = { ...FIELDS, ...PRINCIPALS };

/** The entries of the world; `Part` is what the caller's kind adds to one. */
export function projectsOf<Part>(state: State): (Project & Part)[] {
    return state.entries("huawei");
}

/** Who has a key: the project's own, which begins with the prefix, or a principal of the world. */
export function keyHolder(state: State, prefix: string, accessKeyId: string): Caller | undefined {
    const entries = projectsOf<object>(state).map(({ projectId: id, principals }) => ({
        id,
        ...(principals ? { principals } : {}),
    }));
    return state.caller(prefix, entries, accessKeyId);
}
