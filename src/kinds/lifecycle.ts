import type { Status } from "../shared/vocabulary";
import type { ConnectionKind, Scope, ScopeState } from "./kind";
import type { Lifecycle } from "./table";

/** The table that holds for a scope. */
export function lifecycleOf(
    { lifecycle }: Pick<ConnectionKind, "lifecycle">,
    scope: Scope,
    state: ScopeState,
): Lifecycle {
    if (!("tables" in lifecycle)) {
        return lifecycle;
    }
    const name = lifecycle.choose(scope, state);
    const table = lifecycle.tables[name];
    if (table === undefined) {
        throw new Error(`there is no lifecycle table ${name}`);
    }
    return table;
}

/** All tables of a kind; the only one has the name "". */
export function lifecyclesOf({
    lifecycle,
}: Pick<ConnectionKind, "lifecycle">): readonly (readonly [string, Lifecycle])[] {
    return "tables" in lifecycle ? Object.entries(lifecycle.tables) : [["", lifecycle]];
}

/** Whether a request in that status may wait for its decision. A cloud without a word for that shows it as cut off. */
export function mayWait({ statuses }: Pick<ConnectionKind, "statuses">, status: Status): boolean {
    return status === "pending" || (status === "unconnected" && !Object.values(statuses).includes("pending"));
}
