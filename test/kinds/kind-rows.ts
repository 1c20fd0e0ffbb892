import type { ConnectionKindName } from "../../src/kinds";
import type { Status } from "../../src/shared/vocabulary";
import type { World } from "../../src/simulator/index";

/**
 * What happens to a decision in a state of the cloud. `=`: it holds, nothing is sent. `>`: it waits, nothing is sent. `!`: it fails in up.
 * `x`: it fails in the preview. A word: that call is sent.
 */
export type Expected = "=" | ">" | "!" | "x" | "accept" | "reject" | "remove";

/**
 * What the suites need of a kind. One file a kind, `test/kinds/<cloud>-<kind>.ts`, written by hand from the documents: never taken from
 * the kind's own tables.
 */
export interface KindRows {
    /** The kinds it is about: two clouds may have one API. */
    readonly names: readonly ConnectionKindName[];
    /** The connection as a program declares it. */
    readonly connection: Readonly<Record<string, string>>;
    /** A simulated world that holds it, in the given state of the cloud. */
    world(cloudState: string): World;
    /** The calls that decide, as the simulator names them. */
    readonly calls: Readonly<Partial<Record<"accept" | "reject" | "remove", string>>>;
    /** Which decision was carried out, where one call serves both; from the world after it. */
    decided?(world: World): "accept" | "reject";
    /** The cloud's state: status, what an accept does, what a reject does. */
    readonly states: Readonly<Record<string, readonly [Status, Expected, Expected]>>;
    /** Who asks in that world, and a requester that does not. */
    readonly requester: { readonly asking: string; readonly other: string };
    /** Answers of the API, for a cloud that answers anything. */
    readonly answers: {
        /** A listing that says that nothing is there. */
        readonly empty: string;
        /** Listings that prove nothing: the list is missing, of another type, or holds something else. */
        readonly unreadable: readonly string[];
        /** Actions whose documented answer has no content. */
        readonly withoutContent?: readonly ("accept" | "reject" | "remove")[];
    };
}
