import type { AnyConnection } from "../../kinds/kind";
import type { Place } from "../../place/places";
import type { ProviderProcess } from "../process";
import type { Wire } from "../wire";
import { applyAdmission } from "./apply";
import { anyOf } from "./open";

/** Carries out what check listed, where check placed it. */
export async function createAdmission(process: ProviderProcess, inputs: Wire): Promise<{ id: string; outs: Wire }> {
    const scope = anyOf(inputs.scope) as AnyConnection;
    const { target } = await process.places.locate(scope, inputs.__place as Place | undefined);
    return applyAdmission(process, target, inputs, "create");
}
