import { mayDecide, whyLocked, whyUnconfirmed } from "../../decision/case";
import { Beginnings } from "../../decision/time-boxes";
import { begin, doubtfulPlacement, type Entry, placementOf } from "../../decision/verdicts";
import { keyInScope } from "../../shared/key";
import type { ProviderProcess } from "../process";
import type { AdmissionMemory, OpenAdmission } from "./open";

/** What a scope holds. */
export interface Survey {
    readonly entries: readonly Entry[];
    /** So many connections are of a form that the kind does not know; nothing is decided about them. */
    readonly others: number;
    readonly memory: AdmissionMemory;
}

/**
 * Every connection of the scope with what becomes of it, by id; or why they cannot be read.
 *
 * @param anew nothing that was read before the call counts
 */
export async function survey(
    { reconciler, messages, clock }: ProviderProcess,
    opened: OpenAdmission,
    urn: string | undefined,
    anew: boolean,
): Promise<Survey | { unreadable: string }> {
    const { locked, account, unconfirmed, memory, kind, key, except } = opened;
    if (locked !== undefined) {
        return { unreadable: whyLocked(locked) };
    }
    if (account === undefined) {
        return { unreadable: whyUnconfirmed(kind.cloud.accountTitle, unconfirmed) };
    }
    const note = (text: string) => messages.report({ level: "info", text }, urn);
    const reading = await reconciler.inventory.readAll(opened.any, note, anew);
    if (reading.state !== "found") {
        return { unreadable: reading.state === "unreadable" ? reading.why : "the listing gave no answer" };
    }
    const now = clock.now();
    const beginnings = new Beginnings(memory.since);
    const left = new Set(except.keys);
    const here = reading.all.filter((seen) => mayDecide(account, seen) && !left.has(keyInScope(key, seen.id)));
    const selected = except.select(here);
    const entries = here
        .flatMap((seen): Entry[] => {
            const doubt = selected.get(seen.id);
            if (doubt === "only") {
                return [];
            }
            const placed =
                doubt === undefined ? placementOf(opened, seen, now, beginnings) : doubtfulPlacement(seen, doubt);
            return [{ seen, ...placed }];
        })
        .sort((a, b) => (a.seen.id < b.seen.id ? -1 : 1));
    for (const entry of entries) {
        begin(beginnings, entry, now);
    }
    return { entries, others: reading.others, memory: memoryAfter(opened, beginnings) };
}

function memoryAfter({ memory, account, admission }: OpenAdmission, beginnings: Beginnings): AdmissionMemory {
    const since = beginnings.stored(admission.rules);
    const { elsewhere } = memory;
    const owner = memory.account ?? account;
    return {
        ...(owner === undefined ? {} : { account: owner }),
        ...(since === undefined ? {} : { since }),
        ...(elsewhere === undefined ? {} : { elsewhere }),
    };
}
