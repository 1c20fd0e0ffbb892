import { ARGUMENTS, type Status } from "../../shared/vocabulary";
import { assess, openCase, readCase, refuseMovedAccount, seenFrom, wantedOf } from "../assess";
import { named, urnOf } from "./check";
import { type Context, refuseNewerState } from "../context";
import { declarationOf, ENDING } from "./declaration";
import { report } from "./lines";
import { authorOf, type OutputMemory, outputsOf, PartialFailure, pick } from "./outputs";
import { toWire, type Wire } from "../wire";

/**
 * Brings a decision up to date: sends what the preview announced, or only stores what moved (a status, a reason), which calls no cloud
 * beyond what check has read.
 */
export async function update(context: Context, id: string, olds: Wire, news: Wire): Promise<{ outs: Wire }> {
    refuseNewerState(olds);
    const declaration = declarationOf(news);
    const target = await context.stored(id, news.connection);
    const from = news.__from as Status | undefined;
    const memory = { ...(olds.__memory as OutputMemory | undefined), ...(news.__memory as OutputMemory | undefined) };
    const established = news.__established === true;
    const opened = await openCase(target, declaration, seenFrom(memory, from), established);
    refuseMovedAccount(opened);
    const urn = urnOf(news);
    const reading = await readCase(context, opened, urn);
    const { step } = assess(opened, reading).plan;
    if (step.do === "unknown" && established) {
        // Unreadable, and nothing due: only the declaration's own words are stored.
        return { outs: toWire({ ...withoutArguments(olds), ...pick(news, [...ARGUMENTS, ...ENDING, "__timeouts"]) }) };
    }
    const timeouts = news.__timeouts as { update?: string } | undefined;
    const outcome =
        news.__held === true
            ? { reading }
            : await context.reconciler.decide(
                  wantedOf(context, opened, { from }, declaration.timeout ?? timeouts?.update, urn),
              );
    const outs = outputsOf(news, opened, outcome, authorOf(outcome, declaration.decision, olds));
    if ("unsettled" in outcome && outcome.unsettled !== undefined) {
        throw new PartialFailure(id, outs, news.__provider, outcome.unsettled);
    }
    const line = report(opened, outcome);
    if (line !== undefined) {
        context.report(line.level, named(urn, line.text), urn);
    }
    return { outs };
}

function withoutArguments(outputs: Wire): Wire {
    return Object.fromEntries(
        Object.entries(outputs).filter(([key]) => !(ARGUMENTS as readonly string[]).includes(key)),
    );
}
