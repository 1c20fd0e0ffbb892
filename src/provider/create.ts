import type { Memory } from "../decision/plan";
import { openCase, refuseMovedAccount, wantedOf } from "./assess";
import type { Context } from "./context";
import { declarationOf } from "./declaration";
import { authorOf, outputsOf, PartialFailure } from "./outputs";
import type { Wire } from "./wire";

/**
 * Makes the decision hold. What is decided already is adopted, whoever did it; what is not is read again, guarded and sent.
 */
export async function create(context: Context, inputs: Wire): Promise<{ id: string; outs: Wire }> {
    const declaration = declarationOf(inputs);
    const opened = await openCase(context, declaration, (inputs.__memory ?? {}) as Memory, false);
    refuseMovedAccount(opened);
    const { address } = opened.target;
    const timeouts = inputs.__timeouts as { create?: string } | undefined;
    const outcome = await context.reconciler.decide(
        wantedOf(context, opened, declaration.timeout ?? timeouts?.create, inputs.__urn as string | undefined),
    );
    const outs = outputsOf(inputs, opened, outcome.reading, authorOf(outcome, declaration.decision, undefined));
    if (outcome.unsettled !== undefined) {
        throw new PartialFailure(address.key, outs, inputs.__provider, outcome.unsettled);
    }
    return { id: address.key, outs };
}
