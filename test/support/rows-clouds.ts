import type { Wire } from "../../src/engine/wire";
import { kinds } from "../../src/kinds";
import type { Status } from "../../src/shared/vocabulary";
import type { Simulator, World } from "../../src/simulator/index";
import { type KindRows, type LifecycleRows, ROWS, scopeOf, waitingState } from "./kind-rows";
import { wordOf } from "./slots";
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

/** An accept of the connection of every kind, by the kind's name. Two kinds with one API share a connection: the later one is left out. */
export function decisionsOnAll(more: (rows: KindRows) => Wire): Readonly<Record<string, Wire>> {
    return Object.fromEntries(
        EACH.map(([name, rows]) => [
            name,
            { connection: { kind: name, ...rows.connection }, decision: "accept", ...more(rows) },
        ]),
    );
}

/** An admission to the scope of every kind that accepts who asks there. */
export function admissionsToAll(more: Wire): Readonly<Record<string, Wire>> {
    return Object.fromEntries(
        EACH.map(([name, rows]) => {
            const rules = [{ name: "known", requester: rows.requester.asking, verdict: "accept" }];
            return [`admission to ${name}`, { scope: scopeOf(name, rows), rules, ...more }];
        }),
    );
}

/** The calls of all kinds that decided or removed something. */
export function sentToAll(simulator: Simulator): string[] {
    const known = EACH.flatMap(([, { calls }]) => Object.values(calls));
    return simulator.calls.map(({ action }) => action).filter((action) => known.includes(action));
}

/** What has become of the connection of every kind. */
export function statusesOfAll(world: World): (Status | undefined)[] {
    return EACH.map(([kind, rows]) => {
        const id = rows.connection[kinds[kind].id] ?? "";
        return rows.states[wordOf(world, { kind, id, rows }) ?? ""]?.[0];
    });
}

/** One kind for each file of rows. */
const EACH = [...ROWS].filter(([name, { names }]) => name === names[0]);

/** Config that sends the calls of every cloud to `url`, but not those for credentials. */
export function endpointSettings(url: string): Record<string, string> {
    const all = Object.values(kinds).flatMap(({ cloud }) =>
        Object.keys(cloud.settings)
            .filter((name) => name.endsWith("Endpoint"))
            .map((name) => [`connections:${cloud.name}${name.charAt(0).toUpperCase()}${name.slice(1)}`, url]),
    );
    return Object.fromEntries(all);
}
