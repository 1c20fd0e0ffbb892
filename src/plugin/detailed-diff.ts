import { isRecord } from "../decision/fields";
import { sameJson, type Wire } from "../engine/wire";

/** How one property differs, as the engine shows it. */
export interface Difference {
    readonly path: string;
    readonly kind: "add" | "delete" | "update";
    /** The old value is an input: outputs do not have it. */
    readonly ofInputs: boolean;
}

/** What a person sees of one property: records field by field, anything else as a whole. Hidden keys (`__memory`) are not shown. */
export function differences(
    names: readonly string[],
    olds: Wire,
    news: Wire,
    ofInputs: boolean = false,
): readonly Difference[] {
    return names.flatMap((name) => differencesAt(name, olds[name], news[name], ofInputs));
}

function differencesAt(path: string, old: unknown, now: unknown, ofInputs: boolean): readonly Difference[] {
    if (sameJson(old, now)) {
        return [];
    }
    if (isRecord(old) && isRecord(now)) {
        const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])];
        return keys.flatMap((key) => differencesAt(`${path}${step(key)}`, old[key], now[key], ofInputs));
    }
    const kind = old === undefined ? "add" : now === undefined ? "delete" : "update";
    return [{ path, kind, ofInputs }];
}

/** A property path as the engine reads it: `.name`, or `["vpce-1"]` for what is no identifier. */
function step(key: string): string {
    return /^[a-zA-Z_$][\w$]*$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}
