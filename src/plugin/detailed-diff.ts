import { isRecord } from "../decision/fields";
import { sameJson, type Wire } from "../engine/wire";

/** How one property differs, as the engine shows it. */
export interface Difference {
    readonly path: string;
    readonly kind: "add" | "delete" | "update";
}

/** What a person sees of one property: records field by field, anything else as a whole. Hidden keys (`__memory`) are not shown. */
export function differences(names: readonly string[], olds: Wire, news: Wire): readonly Difference[] {
    return names.flatMap((name) => differencesAt(name, olds[name], news[name]));
}

function differencesAt(path: string, old: unknown, now: unknown): readonly Difference[] {
    if (sameJson(old, now)) {
        return [];
    }
    if (isRecord(old) && isRecord(now)) {
        const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])];
        return keys.flatMap((key) => differencesAt(`${path}${step(key)}`, old[key], now[key]));
    }
    const kind = old === undefined ? "add" : now === undefined ? "delete" : "update";
    return [{ path, kind }];
}

/** A property path as the engine reads it: `.name`, or `["vpce-1"]` for what is no identifier. */
function step(key: string): string {
    return /^[a-zA-Z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
