import { ADMISSION_ARGUMENTS } from "../../shared/contract";
import { refuseNewerState } from "../inputs";
import type { ProviderProcess } from "../process";
import { toWire, type Wire } from "../wire";
import { applyAdmission } from "./apply";

/** Carries out what check listed, where the id says. */
export async function updateAdmission(
    process: ProviderProcess,
    id: string,
    olds: Wire,
    news: Wire,
): Promise<{ outs: Wire }> {
    refuseNewerState(olds);
    if (news.__unread === true) {
        // Unreadable, and nothing due: only the declaration's own words are stored.
        const declared = Object.fromEntries(ADMISSION_ARGUMENTS.map((name) => [name, news[name]]));
        return { outs: toWire({ ...olds, ...declared }) };
    }
    const target = await process.places.stored(id, news.scope);
    const { outs } = await applyAdmission(process, target, news, "update");
    return { outs };
}
