import { ownId, scopeOf } from "../../shared/key";
import type { ObservedConnection } from "../../shared/vocabulary";
import type { ProviderProcess } from "../process";

/** Connections of a scope that are named; of the others one sentence says that there are more. */
const NAMED = 3;

/**
 * For a host that has no class in the program to count them: a connection was decided earlier and is gone. That is normal life (the requester deleted
 * its endpoint), so a scope gets a few warnings, not one for each.
 */
export function tellGone(
    { messages, spoken, previewsOutputs }: ProviderProcess,
    key: string,
    { gone }: ObservedConnection,
    urn: string | undefined,
): void {
    if (gone !== true || !previewsOutputs) {
        return;
    }
    const scope = scopeOf(key);
    const named = spoken.gone.get(scope) ?? new Set<string>();
    spoken.gone.set(scope, named.add(key));
    const text =
        named.size <= NAMED
            ? `${scope}: a decided connection is gone (${ownId(key)}). Remove the declaration when the record is no longer needed.`
            : `${scope}: more decided connections are gone; their outputs say so (observed.gone)`;
    if (named.size <= NAMED + 1) {
        messages.say({ level: "warning", text }, urn);
    }
}
