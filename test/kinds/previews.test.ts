import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import { isRecord } from "../../src/decision/fields";
import { createProviders } from "../../src/engine/providers";
import type { Wire } from "../../src/engine/wire";
import { decisionType } from "../../src/plugin/decision";
import { PluginResource } from "../../src/plugin/resource";
import { MemoryLedger } from "../../src/shared/ledger";
import { UNKNOWN } from "../../src/shared/unknown";
import { useClouds } from "../support/clouds";
import { virtualClock, wire } from "../support/engine";
import { liveOf, putInto, SLOTS, type Slot, worldOfSlots } from "../support/slots";

/** What a preview of the plugin tells of outputs, of every kind: whatever it gives a value, `up` gives the same. */
const clouds = useClouds({ world: worldOfSlots(({ words }) => words[0] as string) });
const DECISIONS = ["accept", "reject"] as const;

/** So many outputs of previews were compared. */
let compared = 0;

describe.each(SLOTS.filter(({ kind }, n) => SLOTS.findIndex((one) => one.kind === kind) === n))("$kind", (slot) => {
    it.each(DECISIONS)("a preview of a new %s tells nothing that up changes", async (decision) => {
        const wrong: string[] = [];
        compared = 0;
        for (const word of slot.words) {
            clouds.simulator.world = slot.rows.world(word);
            const declared = { connection: { kind: slot.kind, ...slot.connection }, decision, allowRemoval: true };
            const stack = new OneDecision();
            const previewed = await stack.preview(declared);
            const outputs = await stack.up(declared);
            wrong.push(...changed(previewed, outputs).map((what) => `${word}: ${what}`));
        }
        expect(wrong).toEqual([]);
        expect(compared).toBeGreaterThan(1);
    });

    it.each(DECISIONS)("a preview of an %s that was declared before, or the opposite, neither", async (decision) => {
        const wrong: string[] = [];
        compared = 0;
        for (const before of DECISIONS) {
            for (const word of oneOfEach(slot)) {
                clouds.simulator.world = slot.rows.world(slot.words[0] as string);
                const stack = new OneDecision();
                const declared = { connection: { kind: slot.kind, ...slot.connection }, allowRemoval: true };
                await stack.up({ ...declared, decision: before });
                put(slot, word);
                const previewed = await stack.preview({ ...declared, decision });
                const outputs = await stack.up({ ...declared, decision });
                wrong.push(...changed(previewed, outputs).map((what) => `${before}, then ${word}: ${what}`));
            }
        }
        expect(wrong).toEqual([]);
        expect(compared).toBeGreaterThan(1);
    });
});

/** A word for each status. */
function oneOfEach({ words, rows: { states } }: Slot): string[] {
    return words.filter((word, n) => words.findIndex((other) => states[other]?.[0] === states[word]?.[0]) === n);
}

function put(slot: Slot, word: string): void {
    const live = liveOf(clouds.simulator.world, slot);
    if (live !== undefined) {
        putInto(live, slot, word);
    }
}

/** Where a Cloud WAN attachment is and shall be: after a change of tags, the preview tells what the cloud tells of it then. */
const PROPOSED = ["observed.currentSegment", "observed.segment"];

/** Paths of what a preview gave a value and `up` another one. `transition` is of previews only. */
function changed(previewed: Wire | undefined, outputs: Wire | undefined): string[] {
    if (previewed === undefined || outputs === undefined) {
        return [];
    }
    compared += 1;
    const shown = Object.entries(previewed).filter(([name]) => !name.startsWith("__") && name !== "transition");
    return shown.flatMap(([name, value]) => differing(name, value, outputs[name]));
}

function differing(path: string, previewed: unknown, now: unknown): string[] {
    if (previewed === UNKNOWN || PROPOSED.includes(path)) {
        return [];
    }
    if (isRecord(previewed) && isRecord(now)) {
        return Object.entries(previewed).flatMap(([key, value]) => differing(`${path}.${key}`, value, now[key]));
    }
    const [before, after] = [previewed, now].map((value) => JSON.stringify(value));
    return before === after ? [] : [`${path}: ${before} in the preview, then ${after}`];
}

describe("an import", () => {
    it("stores the one spelling of an id: with another one, the next preview would replace it", async () => {
        const slot = SLOTS.find(({ kind }) => kind === "azure:privateEndpointConnection") as Slot;
        clouds.simulator.world = slot.rows.world("Approved");
        const own = slot.key.lastIndexOf("/") + 1;
        const typed = `${slot.key.slice(0, own)}${slot.key.slice(own).toUpperCase()}`;
        const imported = await pluginProcess().read(SUBJECT, typed, undefined);
        const stack = new OneDecision();
        await stack.up({ connection: { kind: slot.kind, ...slot.connection }, decision: "accept" });
        expect(imported.id).not.toBe(typed);
        expect(imported.id).toBe(stack.id);
        expect(imported.outputs).toMatchObject({ connectionId: slot.id.toLowerCase(), status: "accepted" });
    });
});

/** A decision as the engine keeps it. Each operation has a process of its own. */
class OneDecision {
    private stored: { readonly id: string; inputs: Wire; outputs: Wire } | undefined;

    get id(): string | undefined {
        return this.stored?.id;
    }

    /** The outputs of a preview; undefined: it fails, or nothing is to do. */
    preview(args: Wire): Promise<Wire | undefined> {
        return this.run(args, (resource, inputs) => {
            const { stored } = this;
            return stored === undefined
                ? resource.previewCreate(SUBJECT, wire(inputs))
                : resource.previewUpdate(SUBJECT, stored.id, wire(stored.outputs), wire(inputs));
        });
    }

    /** The outputs of an `up`; undefined: it fails, or nothing is to do. */
    async up(args: Wire): Promise<Wire | undefined> {
        try {
            return await this.run(args, async (resource, inputs) => {
                const { stored } = this;
                if (stored === undefined) {
                    const { id, outputs } = await resource.create(SUBJECT, wire(inputs));
                    this.stored = { id, inputs, outputs };
                } else {
                    const outputs = await resource.update(SUBJECT, stored.id, wire(stored.outputs), wire(inputs));
                    Object.assign(stored, { inputs, outputs });
                }
                return this.stored?.outputs as Wire;
            });
        } catch {
            return undefined;
        }
    }

    private async run(args: Wire, act: (resource: PluginResource, inputs: Wire) => Promise<Wire>) {
        const resource = pluginProcess();
        const { stored } = this;
        const { inputs, reasons } = await resource.check(SUBJECT, wire(stored?.inputs ?? {}), wire(args));
        if (reasons.length > 0) {
            return undefined;
        }
        if (stored !== undefined) {
            const { id, outputs } = stored;
            const { changes } = await resource.diff(SUBJECT, id, wire(outputs), wire(inputs), wire(stored.inputs));
            if (!changes) {
                return undefined;
            }
        }
        return act(resource, inputs);
    }
}

const SUBJECT = { urn: "urn:pulumi:test::test::connections:index:ConnectionDecision::it" };

function pluginProcess(): PluginResource {
    const { simulator } = clouds;
    const { decisions } = createProviders({
        environment: simulator.env,
        clock: virtualClock(simulator),
        log: () => {},
        ledger: new MemoryLedger(),
        signal: new AbortController().signal,
        newToken: randomUUID,
        previewsOutputs: true,
    });
    return new PluginResource(decisions, decisionType);
}
