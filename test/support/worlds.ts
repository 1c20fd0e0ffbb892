import { WORLD_MODEL } from "../../src/simulator/clouds";
import type { World } from "../../src/simulator/index";

type Entry = Record<string, unknown>;

/** One world with what is in all of them. Entries of the same account and region become one, and so do resources with the same texts. */
export function mergedWorlds(...worlds: readonly World[]): World {
    return worlds.reduce<Entry>((merged, world) => mergedEntries(merged, world as Entry), {}) as World;
}

/** The states of the connections of a world, in the clouds' words. */
export function statesIn(world: World): string[] {
    const all = WORLD_MODEL.connectionsOf(world as Entry) as { state?: string; status?: string }[];
    return all.map(({ state, status }) => state ?? status ?? "");
}

/** The state of the only connection of a world. Undefined: it is not there any more. */
export function stateIn(world: World): string | undefined {
    return statesIn(world)[0];
}

function mergedEntries(one: Entry, added: Entry): Entry {
    const merged = { ...one };
    for (const [name, value] of Object.entries(added)) {
        const own = merged[name];
        merged[name] =
            Array.isArray(value) && Array.isArray(own)
                ? value.reduce(withItem, own)
                : isRecord(value) && isRecord(own)
                  ? mergedEntries(own, value)
                  : value;
    }
    return merged;
}

function withItem(items: readonly unknown[], added: unknown): unknown[] {
    const same = items.find((item) => isRecord(item) && isRecord(added) && textsOf(item) === textsOf(added));
    return same === undefined
        ? [...items, added]
        : items.map((item) => (item === same ? mergedEntries(same as Entry, added as Entry) : item));
}

/** Account, region, ids, states: whatever is a text. The rest are lists of resources. */
function textsOf(entry: Entry): string {
    return JSON.stringify(Object.entries(entry).filter(([, value]) => typeof value === "string"));
}

function isRecord(value: unknown): value is Entry {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
