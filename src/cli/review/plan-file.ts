import { isRecord, type Stored } from "../../decision/fields";
import { type Change, harmless, type Preview, resourceTypeOf, stackOf, urnParts } from "./change";

/** An update plan (`pulumi preview --save-plan`). It holds every resource, no messages, and nothing of what a delete does. */
export function readPlan(resourcePlans: Stored): Preview {
    return {
        ...stackOf(Object.keys(resourcePlans)),
        changes: Object.entries(resourcePlans).flatMap(([urn, plan]) =>
            isRecord(plan) ? (plannedChange(urn, plan) ?? []) : [],
        ),
        messages: [],
        hidden: 0,
        problems: [],
    };
}

function plannedChange(urn: string, { goal, steps, state }: Stored): Change | undefined {
    const { type, name } = urnParts(urn);
    const resource = resourceTypeOf(type);
    if (resource === undefined) {
        return undefined;
    }
    const ops = Array.isArray(steps) ? steps.map(String) : [];
    const difference = isRecord(goal) && isRecord(goal.inputDiff) ? goal.inputDiff : {};
    const [adds, updates] = [harmless(difference.adds), harmless(difference.updates)];
    const deletes = Array.isArray(difference.deletes) ? difference.deletes.map(String) : [];
    // The state of a resource that changes is its inputs; of one that does not, its outputs.
    const inputs = Object.entries({ ...harmless(state), ...adds, ...updates });
    return {
        type: resource,
        name,
        urn,
        op: ops.includes("replace") ? "replace" : (ops.at(-1) ?? "none"),
        ...(isRecord(goal) ? { after: Object.fromEntries(inputs.filter(([key]) => !deletes.includes(key))) } : {}),
        planned: [...Object.keys(adds), ...Object.keys(updates), ...deletes],
    };
}
