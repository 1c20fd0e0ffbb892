import type { Simulator, World } from "../../src/simulator/index";
import { type LifecycleRows, ROWS, waitingState } from "./kind-rows";
import { mergedWorlds, stateIn } from "./worlds";

/** A world with one pending request of every kind. */
export function pendingEverywhere(): World {
    return mergedWorlds(...[...ROWS.values()].map((rows) => rows.world(waitingState(rows))));
}

/**
 * The actions that the simulator carried out about the connection of the rows. Where one call carries out both decisions, the state that
 * it is in afterwards tells which it was.
 */
export function sentActions(simulator: Simulator, { calls, states }: LifecycleRows): string[] {
    return simulator.calls.flatMap(({ action, outcome }) => {
        const [known] = Object.entries(calls).find(([, name]) => name === action) ?? [];
        if (known === undefined || outcome !== "ok") {
            return [];
        }
        if (known === "remove" || calls.accept !== calls.reject) {
            return [known];
        }
        const [status] = states[stateIn(simulator.world) ?? ""] ?? [];
        return [status === "rejected" ? "reject" : status === "accepted" ? "accept" : `made it ${status}`];
    });
}
