import * as pulumi from "@pulumi/pulumi";
import { ownId, scopeOf } from "../shared/key";

/** Resources resolve one by one; what arrives within this pause is one message. */
const QUIET_MS = 200;

/** What one deployment still has to say. */
interface Unsaid {
    readonly ids: Map<string, Set<string>>;
    readonly release: () => void;
    timer?: NodeJS.Timeout;
}

/** By project and stack: the Automation API runs several deployments in one process. */
const unsaid = new Map<string, Unsaid>();

/**
 * A connection was decided earlier and is gone: normal life (the requester deleted its endpoint), so one warning per scope
 * with their number, not one for each.
 */
export function reportGone(id: string): void {
    const deployment = `${pulumi.getProject()}/${pulumi.getStack()}`;
    // Kept alive: else the program would be over, and its connection to the engine closed, before the message leaves.
    const gone: Unsaid = unsaid.get(deployment) ?? { ids: new Map(), release: pulumi.runtime.rpcKeepAlive() };
    unsaid.set(deployment, gone);
    const scope = scopeOf(id);
    gone.ids.set(scope, (gone.ids.get(scope) ?? new Set()).add(ownId(id)));
    clearTimeout(gone.timer);
    gone.timer = setTimeout(() => {
        unsaid.delete(deployment);
        void report(gone);
    }, QUIET_MS);
}

async function report({ ids, release }: Unsaid): Promise<void> {
    const messages = [...ids].map(([scope, missing]) => {
        const some = [...missing].slice(0, 3).join(", ");
        const more = missing.size > 3 ? `, … ${missing.size - 3} more` : "";
        return `${scope}: ${missing.size} decided ${missing.size === 1 ? "connection is" : "connections are"} gone (${some}${more}). Remove the declarations when the record is no longer needed.`;
    });
    await Promise.all(messages.map((message) => pulumi.log.warn(message))).finally(release);
}
