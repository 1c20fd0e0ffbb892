import { exceptKeys } from "../../decision/except";
import { findKind } from "../../kinds/index";
import { ADMISSION_ARGUMENTS } from "../../shared/contract";
import { kindOf, ownId } from "../../shared/key";
import { hasUnknown } from "../../shared/unknown";
import { type DiffResult, keyOf, renamed } from "../decision/diff";
import { urnOf } from "../inputs";
import type { ProviderProcess } from "../process";
import { sameJson, type Wire } from "../wire";
import { type AdmissionMemory, anyOf } from "./open";

/** What is compared between two runs: what is not as the rules want it. The rest may come and go. */
const COMPARED = ["verdicts", "counts", "warnings"] as const;

/** As `diff` of a decision: keys and meanings, never spellings. */
export async function diffAdmission(process: ProviderProcess, id: string, olds: Wire, news: Wire): Promise<DiffResult> {
    const { readings, checked } = process.spoken;
    const reading = readings.get(id);
    if (reading !== undefined && !checked.has(urnOf(news) ?? id)) {
        return { changes: reading.changed };
    }
    if (hasUnknown(news.scope) || (await keyOf(process, id, anyOf(news.scope), news.__place)) !== id) {
        return { changes: true, replaces: ["scope"] };
    }
    const declared = ADMISSION_ARGUMENTS.some(
        (name) =>
            name !== "scope" &&
            !sameJson(olds[name], news[name]) &&
            !(name === "except" && namesWhatWasLeftOut(id, olds, news.except)),
    );
    const since = ({ __memory }: Wire) => (__memory as AdmissionMemory | undefined)?.since ?? {};
    const moved =
        news.__unread !== true &&
        (news.transition !== undefined || different(olds, news) || !sameJson(since(olds), since(news)));
    return { changes: declared || moved || renamed(olds, news) };
}

/** Whether two records of a scope differ in what is not as the rules want it. */
export function different(olds: Wire, news: Wire): boolean {
    return (
        COMPARED.some((name) => !sameJson(olds[name] ?? {}, news[name] ?? {})) ||
        !sameJson(...comparable(olds.__listed, news.__listed))
    );
}

/** Version 0.1.0 left out by itself what decisions of the program declared: naming just that is no change. */
function namesWhatWasLeftOut(id: string, olds: Wire, except: unknown): boolean {
    const { elsewhere } = (olds.__memory ?? {}) as AdmissionMemory;
    const kind = findKind(kindOf(id));
    if (olds.except !== undefined || elsewhere === undefined || kind === undefined) {
        return false;
    }
    const named = exceptKeys(kind, id, except).map(ownId);
    return sameJson([...new Set(named)].sort(), [...elsewhere].sort());
}

/** Two lists in one form. Version 0.1.0 wrote `{ group: [ids] }`, without the status. */
function comparable(old: unknown, now: unknown): [unknown, unknown] {
    const isOld = Object.values((old ?? {}) as object).some(Array.isArray);
    return isOld ? [old, withoutStatus((now ?? {}) as Record<string, string>)] : [old ?? {}, now ?? {}];
}

function withoutStatus(listed: Readonly<Record<string, string>>): Record<string, string[]> {
    const groups: Record<string, string[]> = {};
    for (const [name, ids] of Object.entries(listed)) {
        const group = name.split(" ", 1)[0] ?? "";
        groups[group] = [...(groups[group] ?? []), ...ids.split(" ")].sort();
    }
    return groups;
}
