import type { AnyConnection } from "../../kinds/kind";
import type { Place } from "../../place/places";
import { ARGUMENTS } from "../../shared/contract";
import { hasUnknown, UNKNOWN } from "../../shared/unknown";
import type { ObservedConnection } from "../../shared/vocabulary";
import type { ProviderProcess } from "../process";
import { sameJson, type Wire } from "../wire";
import { moved } from "./outputs";

/** What diff answers. */
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
export async function diff(process: ProviderProcess, id: string, olds: Wire, news: Wire): Promise<DiffResult> {
    const { readings, checked } = process.spoken;
    const reading = readings.get(id);
    if (reading !== undefined && !checked.has(typeof news.__urn === "string" ? news.__urn : id)) {
        return { changes: reading.changed };
    }
    if (hasUnknown(news.connection) || (await keyOf(process, id, news.connection, news.__place)) !== id) {
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

/** The id that checked inputs stand for. Where check could not say where it is, because something else is not known yet, it stays. */
export async function keyOf(
    { places }: ProviderProcess,
    id: string,
    connection: unknown,
    checked: unknown,
): Promise<string> {
    const place = checked === UNKNOWN ? places.connectionOf(id) : checked;
    return (await places.locate(connection as AnyConnection, place as Place | undefined)).target.address.key;
}
