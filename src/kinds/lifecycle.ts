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
