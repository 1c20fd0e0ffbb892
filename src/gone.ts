import * as pulumi from "@pulumi/pulumi";
import { parseKey } from "./connection";

/** Resources resolve one by one; what arrives within this pause is one message. */
const QUIET_MS = 200;

const gone = new Map<string, Set<string>>();
let timer: NodeJS.Timeout | undefined;
let release: (() => void) | undefined;

/**
 * A connection was decided earlier and is gone: normal life (the requester deleted its endpoint), so one warning per scope
 * with their number, not one for each.
 */
export function reportGone(id: string): void {
    const { kind, parts } = parseKey(id);
    const scope = [kind, ...parts.slice(0, -1)].join("/");
    const ids = gone.get(scope) ?? new Set();
    ids.add(parts.at(-1) ?? id);
    gone.set(scope, ids);
    // Else the program would be over, and its connection to the engine closed, before the message leaves.
    release ??= pulumi.runtime.rpcKeepAlive();
    clearTimeout(timer);
    timer = setTimeout(() => void flush(), QUIET_MS);
}

async function flush(): Promise<void> {
    const messages = [...gone].map(([scope, ids]) => {
        const some = [...ids].slice(0, 3).join(", ");
        const more = ids.size > 3 ? `, … ${ids.size - 3} more` : "";
        return `${scope}: ${ids.size} decided ${ids.size === 1 ? "connection is" : "connections are"} gone (${some}${more}). Remove the declarations when the record is no longer needed.`;
    });
    gone.clear();
    await Promise.all(messages.map((message) => pulumi.log.warn(message)));
    release?.();
    release = undefined;
}
