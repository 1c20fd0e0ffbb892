import { readDeclaration } from "../../decision/declaration";
import type { Memory } from "../../decision/plan";
import type { AnyConnection } from "../../kinds/kind";
import type { Place } from "../../place/places";
import type { Status } from "../../shared/vocabulary";
import { customTimeout, urnOf } from "../inputs";
import type { ProviderProcess } from "../process";
import type { Wire } from "../wire";
import { report } from "./lines";
import { reopen, shownBy, taskOf } from "./open";
import { authorOf, outputsOf, PartialFailure } from "./outputs";

/**
 * Makes the decision hold. What is decided already is adopted, whoever did it; what is not is read again, guarded and sent, as far as
 * the preview announced it.
 */
export async function create(process: ProviderProcess, inputs: Wire): Promise<{ id: string; outs: Wire }> {
    const declaration = readDeclaration(inputs);
    const from = inputs.__from as Status | undefined;
    const { places, reconciler, messages } = process;
    const located = await places.locate(inputs.connection as AnyConnection, inputs.__place as Place | undefined);
    const target = await reconciler.find(located.target, from === "absent" ? declaration.waitMs : 0);
    const one = await reopen(target, declaration, (inputs.__memory ?? {}) as Memory, { established: false, from });
    const urn = urnOf(inputs);
    const { key } = target.address;
    const outcome = await reconciler.carryOut(
        taskOf(process, one, shownBy(inputs), customTimeout(inputs, "create"), urn),
    );
    const outs = outputsOf(inputs, one, outcome, authorOf(outcome, declaration.decision, undefined));
    if (outcome.unsettled !== undefined) {
        throw new PartialFailure(key, outs, inputs.__provider, outcome.unsettled);
    }
    messages.reportNamed(report(one.case, outcome), urn);
    return { id: key, outs };
}
