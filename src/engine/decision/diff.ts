import { ARGUMENTS, type Connection, type ObservedConnection } from "../../shared/vocabulary";
import type { Context, Place } from "../context";
import { moved } from "./outputs";
import { hasUnknown, sameJson, UNKNOWN, type Wire } from "../wire";

export interface DiffResult {
    readonly changes: boolean;
    readonly replaces?: string[];
}

/**
 * Compares resolved keys and what the declaration means, never spellings, evidence or hidden keys.
 *
 * In a preview the new inputs are fresh, from check, and the old outputs stale; in a refresh the old outputs are fresh, from
 * read, and the "new" inputs are old ones. Nothing in the call tells which it is: inputs that check has not spoken about are old.
 */
export async function diff(context: Context, id: string, olds: Wire, news: Wire): Promise<DiffResult> {
    const reading = context.readings.get(id);
    if (reading !== undefined && !context.checked.has(typeof news.__urn === "string" ? news.__urn : id)) {
        return { changes: reading.changed };
    }
    if (hasUnknown(news.connection) || (await keyOf(context, id, news)) !== id) {
        return { changes: true, replaces: ["connection"] };
    }
    return { changes: argumentsChanged(olds, news) || situationChanged(olds, news) || renamed(olds, news) };
}

/** An alias gave it another name; the outputs of a delete that acts must know it by the new one. */
export function renamed(olds: Wire, news: Wire): boolean {
    return olds.__urn !== undefined && news.__urn !== undefined && olds.__urn !== news.__urn;
}

function argumentsChanged(olds: Wire, news: Wire): boolean {
    return ARGUMENTS.some((name) => name !== "connection" && !sameJson(olds[name], news[name]));
}

/** Something to do, or something to store: a status that moved, another requester, new warnings. */
function situationChanged(olds: Wire, news: Wire): boolean {
    const observed = news.observed as ObservedConnection | undefined;
    if (observed === undefined || news.transition !== undefined) {
        return true;
    }
    // Unreadable now, and told so: what was decided stays as it is.
    return observed.status !== "unknown" && moved(olds, news);
}

async function keyOf(context: Context, id: string, { connection, __place }: Wire): Promise<string> {
    // Check could not say where it is, because something else is not known yet: it stays where it was.
    const place = __place === UNKNOWN ? context.connectionOf(id) : __place;
    return (await context.locate(connection as Connection, place as Place | undefined)).target.address.key;
}
