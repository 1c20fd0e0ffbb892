import { readDeclaration } from "../../decision/declaration";
import { ARGUMENTS } from "../../shared/contract";
import type { Status } from "../../shared/vocabulary";
import { customTimeout, refuseNewerState, urnOf } from "../inputs";
import type { ProviderProcess } from "../process";
import { omit, pick, toWire, type Wire } from "../wire";
import { report } from "./lines";
import { reopen, shownBy, taskOf, viewCase } from "./open";
import { authorOf, ENDING, type OutputMemory, outputsOf, PartialFailure } from "./outputs";

/**
 * Brings a decision up to date: sends what the preview announced, or only stores what moved (a status, a reason), which calls no cloud
 * beyond what check has read.
 */
export async function update(process: ProviderProcess, id: string, olds: Wire, news: Wire): Promise<{ outs: Wire }> {
    refuseNewerState(olds);
    const declaration = readDeclaration(news);
    const target = await process.places.stored(id, news.connection);
    const from = news.__from as Status | undefined;
    const memory = { ...(olds.__memory as OutputMemory | undefined), ...(news.__memory as OutputMemory | undefined) };
    const established = news.__established === true;
    const one = await reopen(target, declaration, memory, { established, from });
    const urn = urnOf(news);
    const task = taskOf(process, one, shownBy(news), customTimeout(news, "update"), urn);
    const now = established || news.__held === true ? await viewCase(process, one, urn) : undefined;
    if (now?.plan.step.do === "unknown" && established) {
        // Unreadable, and nothing due: only the declaration's own words are stored.
        return { outs: toWire({ ...omit(olds, ARGUMENTS), ...pick(news, [...ARGUMENTS, ...ENDING, "__timeouts"]) }) };
    }
    const outcome = news.__held === true && now !== undefined ? { view: now } : await process.reconciler.carryOut(task);
    const outs = outputsOf(news, one, outcome, authorOf(outcome, declaration.decision, olds));
    if (outcome.unsettled !== undefined) {
        throw new PartialFailure(id, outs, news.__provider, outcome.unsettled);
    }
    process.messages.reportNamed(report(one.case, outcome), urn);
    return { outs };
}
