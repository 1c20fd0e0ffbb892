import { type ConnectionKindName, kinds } from "../../src/kinds";
import type { Action } from "../../src/kinds/table";
import { formatKey } from "../../src/shared/key";
import type { Status } from "../../src/shared/vocabulary";
import { CLOUDS } from "../../src/simulator/clouds";
import type { Call, World } from "../../src/simulator/index";
import type { Kind } from "../../src/simulator/server/kind";
import { compact } from "../../src/simulator/server/message";
import { type Expected, type KindRows, ROWS } from "./kind-rows";
import { mergedWorlds } from "./worlds";

/** One connection in a world that holds some of every kind. */
export interface Slot {
    readonly kind: ConnectionKindName;
    readonly rows: KindRows;
    /** As a program declares it. */
    readonly connection: Readonly<Record<string, string>>;
    readonly id: string;
    readonly key: string;
    /** The cloud's words for states that last: a connection may start in them, and others may bring it there. */
    readonly words: readonly string[];
}

/** A connection in the world: it moves between states, and is about somebody. */
export type Live = Record<string, unknown> & { state?: string; status?: string };

/** Where the simulator keeps the connections of each kind. */
const SIMULATED: ReadonlyMap<string, { readonly cloud: keyof World; readonly simulated: Kind }> = new Map(
    CLOUDS.flatMap(({ name, kinds }) =>
        (kinds as readonly Kind[]).flatMap((simulated) =>
            simulated.names.map((kind) => [kind, { cloud: name, simulated }] as const),
        ),
    ),
);

/** The connection of the rows of every kind, and two more of those kinds that act on several with one call. */
export const SLOTS: readonly Slot[] = [...ROWS]
    .filter(([name, { names }]) => name === names[0])
    .flatMap(([name, rows]) => {
        const many = kinds[name].limits.idsPerOrder > 1;
        return (many ? ["", "a", "b"] : [""]).map((last) => slotOf(name, rows, last));
    });

/** `last` takes the place of the last character of the id, if it is given. */
function slotOf(name: ConnectionKindName, rows: KindRows, last: string): Slot {
    const kind = kinds[name];
    const own = rows.connection[kind.id] ?? "";
    const id = last === "" ? own : own.slice(0, -1) + last;
    return {
        kind: name,
        rows,
        connection: { ...rows.connection, [kind.id]: id },
        id,
        key: formatKey(kind, { ...rows.resolved, [kind.id]: id }),
        words: Object.entries(rows.states)
            .filter(([, [status]]) => !["accepting", "rejecting", "removing", "absent"].includes(status))
            .map(([word]) => word),
    };
}

/** A world in which each of these slots is in that state. */
export function worldOfSlots(wordOf: (slot: Slot, n: number) => string): World {
    return mergedWorlds(...SLOTS.map((slot, n) => worldOfSlot(slot, wordOf(slot, n))));
}

/** The connection of a slot; undefined: it is not there any more. */
export function liveOf(world: World, slot: Pick<Slot, "kind" | "id">): Live | undefined {
    return objectsOf(world, slot)[0];
}

/** The cloud's word for its state. Where several objects make a connection (an invitation and its share): as the rows write it. */
export function wordOf(world: World, slot: Pick<Slot, "kind" | "id" | "rows">): string | undefined {
    const words = objectsOf(world, slot).map(({ state, status }) => state ?? status);
    const all = words.join(", ");
    return all in slot.rows.states ? all : words[0];
}

/** What the simulator keeps about a connection. */
function objectsOf(world: World, { kind, id }: Pick<Slot, "kind" | "id">): Live[] {
    const { cloud, simulated } = SIMULATED.get(kind) as { cloud: keyof World; simulated: Kind };
    const entries = (world[cloud] ?? []) as object[];
    const all = entries.flatMap((entry) => simulated.connections(entry)) as Live[];
    return all.filter((one) => Object.values(one).includes(id));
}

/** What a state of it means in our words, and to a decision. A word that the rows do not have: it is over. */
export function meaningOf({ rows }: Slot, word: string | undefined, decision: "accept" | "reject") {
    const [status, accept, reject] = rows.states[word ?? ""] ?? (["absent", "!", "="] as const);
    return { status: status as Status, expected: (decision === "accept" ? accept : reject) as Expected };
}

/** Who asks, of those that the rows know. */
export function askingOf(connection: Live | undefined, { rows: { requester } }: Slot): "asking" | "other" | undefined {
    const text = JSON.stringify(connection) ?? "";
    return text.includes(requester.asking) ? "asking" : text.includes(requester.other) ? "other" : undefined;
}

/** Somebody outside brings it into another state, at once. */
export function putInto(connection: Live, slot: Slot, word: string): void {
    const shown = (of: string) => liveOf(worldOfSlot(slot, of), slot) ?? {};
    const told = new Set(slot.words.flatMap((one) => Object.keys(shown(one))));
    const template = shown(word);
    for (const field of told) {
        if (!(field in template)) {
            delete connection[field];
        }
    }
    const { state, status, provisioningState } = template;
    Object.assign(connection, compact({ state, status, provisioningState }), { next: [], before: state ?? status });
}

/** Somebody brings it into a state, where that can be: a share does not become an invitation, and what both make together no other one. */
export function move(world: World, slot: Slot, word: string): void {
    const [connection, ...others] = objectsOf(world, slot);
    if (connection === undefined) {
        return;
    }
    const template = liveOf(worldOfSlot(slot, word), slot) ?? {};
    if (!isOfSeveral(slot) || (others.length === 0 && sameForm(template, connection))) {
        putInto(connection, slot, word);
    }
}

/** Whether several objects of the cloud make a connection, each with states of its own. */
function isOfSeveral({ rows }: Slot): boolean {
    return Object.keys(rows.states).some((word) => word.includes(", "));
}

/** Two objects of one list: what names them is the same. */
function sameForm(a: object, b: object): boolean {
    const names = (one: object) => Object.keys(one).filter((key) => /(id|arn|name)$/i.test(key));
    return names(a).sort().join() === names(b).sort().join();
}

/** Somebody else asks from now on. */
export function askAs(connection: Live, { rows: { requester } }: Slot, who: "asking" | "other"): void {
    const [from, to] = who === "asking" ? [requester.other, requester.asking] : [requester.asking, requester.other];
    Object.assign(connection, JSON.parse(JSON.stringify(connection).replaceAll(from, to)));
}

/** The slots that a call changes, and how. One call may carry out both decisions: then it does not say which. */
export function mutationsOf({
    action,
    ids,
}: Call): { readonly slot: Slot | undefined; readonly id: string; readonly does: readonly Action[] }[] {
    const does = actionsOf(action);
    const known = SLOTS.filter((slot) => Object.values(slot.rows.calls).includes(action));
    return does.length === 0 ? [] : ids.map((id) => ({ slot: known.find((slot) => isNamed(slot, id)), id, does }));
}

/** Whether an id of a call means it: some clouds name a request and what becomes of it differently. */
export function isNamed(slot: Slot, id: string): boolean {
    return slot.id === id || (WORLDS.get(slot) ?? "").includes(`"${id}"`);
}

/** What its world says, as text. */
const WORLDS: ReadonlyMap<Slot, string> = new Map(
    SLOTS.map((slot) => [slot, JSON.stringify(worldOfSlot(slot, slot.words[0] ?? ""))]),
);

/** Whether a call changes connections. */
export function isMutation({ action }: Call): boolean {
    return actionsOf(action).length > 0;
}

function actionsOf(call: string): Action[] {
    const all = SLOTS.flatMap(({ rows }) => Object.entries(rows.calls));
    return [...new Set(all.filter(([, name]) => name === call).map(([action]) => action as Action))];
}

function worldOfSlot({ rows, kind, id }: Slot, word: string): World {
    const own = rows.connection[kinds[kind].id] ?? "";
    return JSON.parse(JSON.stringify(rows.world(word)).replaceAll(own, id));
}
