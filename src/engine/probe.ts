import type { Observed } from "../kinds/kind";
import { permissionsFor } from "../kinds/remedies";
import type { Action } from "../kinds/table";
import type { Target } from "../place/target";
import type { ProviderProcess } from "./process";

/** Asks the cloud whether it would allow the action: once per scope or account. A warning, never evidence. */
export async function probe(
    { configuration, messages, newToken }: ProviderProcess,
    { kind, address, session }: Target,
    action: Action,
    seen: Observed,
    urn: string | undefined,
): Promise<void> {
    if (!configuration.options().probe || kind.probe === undefined) {
        return;
    }
    const per = kind.limits.probePer === "account" ? session.key : `${session.key} ${address.scope.key}`;
    if (!messages.first(`probe ${kind.name} ${per} ${action}`)) {
        return;
    }
    const answer = await session
        .reading(async () => kind.probe?.(address.scope, action, { seen, token: newToken() }, session.call))
        .catch(() => "cannotTell");
    if (answer === "denied") {
        const needed = permissionsFor(kind, address.scope, action);
        const text = `permission missing: these credentials may not ${action} here; up needs ${needed}`;
        messages.say({ level: "warning", text }, urn);
    }
}
