import { ARGUMENTS } from "../connection";
import { assess, openCase, readCase, refuseMovedAccount, wantedOf } from "./assess";
import { type Context, refuseNewerState } from "./context";
import { declarationOf, ENDING } from "./declaration";
import { authorOf, type OutputMemory, outputsOf, PartialFailure, pick } from "./outputs";
import { toWire, type Wire } from "./wire";

/**
 * Brings a decision up to date: sends what is due, or only stores what moved (a status, a reason), which calls no cloud
 * beyond what check has read.
 */
export async function update(context: Context, id: string, olds: Wire, news: Wire): Promise<{ outs: Wire }> {
    refuseNewerState(olds);
    const declaration = declarationOf(news);
    const remembered = (olds.__memory ?? {}) as OutputMemory;
    const memory = { ...remembered, ...(news.__memory as OutputMemory | undefined) };
    const established = remembered.decided === declaration.decision;
    const opened = await openCase(context, declaration, memory, established);
    refuseMovedAccount(opened);
    const reading = await readCase(context, opened, news.__urn as string | undefined);
    const held = news.__held === true;
    const { step } = assess(opened, reading).plan;
    if (step.do === "unknown" && established) {
        // Unreadable, and nothing due: only the declaration's own words are stored.
        return { outs: toWire({ ...withoutArguments(olds), ...pick(news, [...ARGUMENTS, ...ENDING, "__timeouts"]) }) };
    }
    const timeouts = news.__timeouts as { update?: string } | undefined;
    const outcome = held
        ? { reading }
        : await context.reconciler.decide(
              wantedOf(context, opened, declaration.timeout ?? timeouts?.update, news.__urn as string | undefined),
          );
    const outs = outputsOf(news, opened, outcome.reading, authorOf(outcome, declaration.decision, olds));
    if (held) {
        outs.__memory = { ...(outs.__memory as OutputMemory), decided: declaration.decision };
    }
    if ("unsettled" in outcome && outcome.unsettled !== undefined) {
        throw new PartialFailure(id, outs, news.__provider, outcome.unsettled);
    }
    return { outs };
}

function withoutArguments(outputs: Wire): Wire {
    return Object.fromEntries(
        Object.entries(outputs).filter(([key]) => !(ARGUMENTS as readonly string[]).includes(key)),
    );
}
