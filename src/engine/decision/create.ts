import type { Connection, Status } from "../../shared/vocabulary";
import type { Memory } from "../../decision/plan";
import { openCase, refuseMovedAccount, seenFrom, wantedOf } from "../assess";
import { named, urnOf } from "./check";
import type { Context, Place } from "../context";
import { declarationOf } from "./declaration";
import { report } from "./lines";
import { authorOf, outputsOf, PartialFailure } from "./outputs";
import type { Wire } from "../wire";

/**
 * Makes the decision hold. What is decided already is adopted, whoever did it; what is not is read again, guarded and sent, as far as
 * the preview announced it.
 */
export async function create(context: Context, inputs: Wire): Promise<{ id: string; outs: Wire }> {
    const declaration = declarationOf(inputs);
    const { target } = await context.locate(inputs.connection as Connection, inputs.__place as Place | undefined);
    const from = inputs.__from as Status | undefined;
    const opened = await openCase(target, declaration, seenFrom((inputs.__memory ?? {}) as Memory, from), false);
    refuseMovedAccount(opened);
    const urn = urnOf(inputs);
    const { key } = target.address;
    const timeouts = inputs.__timeouts as { create?: string } | undefined;
    const outcome = await context.reconciler.decide(
        wantedOf(context, opened, { from }, declaration.timeout ?? timeouts?.create, urn),
    );
    const outs = outputsOf(inputs, opened, outcome, authorOf(outcome, declaration.decision, undefined));
    if (outcome.unsettled !== undefined) {
        throw new PartialFailure(key, outs, inputs.__provider, outcome.unsettled);
    }
    const line = report(opened, outcome);
    if (line !== undefined) {
        context.report(line.level, named(urn, line.text), urn);
    }
    return { id: key, outs };
}
