import { foreignAccount } from "../../decision/case";
import type { AnyConnection } from "../../kinds/kind";
import { ADMISSION_ARGUMENTS } from "../../shared/contract";
import { DecisionError } from "../../shared/problem";
import { placeOf, type ReadResult } from "../decision/read";
import { refuseNewerState, urnOf } from "../inputs";
import type { ProviderProcess } from "../process";
import { keepUnread } from "../unread";
import { pick, toWire, type Wire } from "../wire";
import { different } from "./diff";
import { evidenceOf, outputsOf } from "./evidence";
import { type AdmissionMemory, anyOf, openAdmission } from "./open";
import { survey } from "./survey";

/** The scope as it stands now, where the id says. What cannot be read fails the refresh, or stays as it was with a warning. */
export async function readAdmission(process: ProviderProcess, id: string, props: Wire): Promise<ReadResult> {
    refuseNewerState(props);
    if (props.rules === undefined) {
        throw new DecisionError(`${id} is an admission; there is nothing to get: read its connections instead`);
    }
    const urn = urnOf(props);
    const target = await process.places.stored(id, props.scope);
    const opened = await openAdmission(target, props, (props.__memory ?? {}) as AdmissionMemory);
    const foreign = foreignAccount(opened);
    const found = foreign === undefined ? await survey(process, opened, urn, true) : { unreadable: foreign };
    if ("unreadable" in found) {
        return keepUnread(process, id, props, found.unreadable, urn);
    }
    const outs = outputsOf(props, evidenceOf(opened, found));
    process.spoken.readings.set(id, { changed: different(props, outs) });
    const inputs = {
        ...pick(props, [...ADMISSION_ARGUMENTS, "__provider", "__timeouts"]),
        ...outs,
        __place: placeOf(target, anyOf(props.scope) as AnyConnection),
    };
    return { id, props: outs, inputs: toWire(inputs) };
}
