import { WORLD_MODEL } from "../../src/simulator/clouds";
import type { World } from "../../src/simulator/index";

type Entry = Record<string, unknown>;

/** One world with what is in all of them. Entries of the same account and region become one. */
export function mergedWorlds(...worlds: readonly World[]): World {
    const merged: Record<string, Entry | Entry[]> = {};
    for (const [cloud, part] of worlds.flatMap((world) => Object.entries(world))) {
        if (Array.isArray(part)) {
            merged[cloud] = part.reduce(withEntry, (merged[cloud] ?? []) as Entry[]);
        } else {
            merged[cloud] = { ...merged[cloud], ...part };
        }
    }
    return merged as World;
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

function withEntry(entries: readonly Entry[], added: Entry): Entry[] {
    const whose = ownerOf(added);
    const same = entries.find((entry) => ownerOf(entry) === whose);
    return same === undefined
        ? [...entries, added]
        : entries.map((entry) => (entry === same ? { ...entry, ...added } : entry));
}

/** Account, region, project: whatever is a text. The rest are lists of resources. */
function ownerOf(entry: Entry): string {
    return JSON.stringify(Object.entries(entry).filter(([, value]) => typeof value === "string"));
}
