import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { startSimulator } from "../../src/simulator/index";
import { failure, operations, realStack, type StoredResource } from "../support/pulumi";
import { recordedProgram, recordedWorld } from "../support/recorded";

/** States of earlier releases, with the world they were applied to: every later version must preview them clean. */
const fixtures = path.resolve(__dirname, "../fixtures");

describe.each(readdirSync(fixtures).filter((file) => file.startsWith("state-")))("%s", { timeout: 120_000 }, (file) => {
    const recorded = () => JSON.parse(readFileSync(path.join(fixtures, file), "utf8"));

    it("previews clean, refreshes clean and destroys with the real CLI", async () => {
        const { state, world } = recorded();
        const simulator = await startSimulator({ world });
        const real = await realStack(simulator.env);
        await real.importStack(state);
        const preview = await real.preview(recordedProgram, { expectNoChanges: true });
        expect(Object.values(operations(preview))).toEqual(["same", "same", "same", "same", "same"]);
        expect(Object.values(operations(await real.refresh()))).toEqual(["same", "same", "same", "same", "same"]);
        await real.destroy();
        // Its onDelete: reject is honoured by this version too.
        expect(simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.[0]?.state).toBe("rejected");
        await simulator.close();
    });

    it("is refused when a newer version wrote it, with what to do", async () => {
        const { state, world } = recorded();
        for (const resource of state.deployment.resources) {
            for (const properties of [resource.inputs, resource.outputs]) {
                if (properties?.__schemaVersion !== undefined) {
                    properties.__schemaVersion = 3;
                }
            }
        }
        const simulator = await startSimulator({ world });
        const real = await realStack(simulator.env);
        await real.importStack(state);
        const sentence =
            "was written by a newer pulumi-connection-decision (state schema 3, this version knows up to 2); install that version or a newer one";
        expect(await failure(real.preview(recordedProgram))).toContain(sentence);
        const refresh = await failure(real.refresh());
        expect(refresh).toContain(sentence);
        expect(refresh).not.toMatch(/\n\s+at .*\.js:\d+/);
        await simulator.close();
    });
});

describe("what this version writes", { timeout: 120_000 }, () => {
    // RECORD_STATE=1 records it anew.
    it("has the keys of its recorded state: a change needs a new schema version and a new recording", async () => {
        const { version } = JSON.parse(readFileSync(path.resolve(__dirname, "../../package.json"), "utf8"));
        const simulator = await startSimulator({ world: recordedWorld() });
        const real = await realStack(simulator.env);
        await real.up(recordedProgram);
        if (process.env.RECORD_STATE === "1") {
            const recorded = { state: { version: 3, deployment: real.deployed() }, world: simulator.world };
            writeFileSync(path.join(fixtures, `state-${version}.json`), `${JSON.stringify(recorded, portable, 4)}\n`);
        }
        const { state } = JSON.parse(readFileSync(path.join(fixtures, `state-${version}.json`), "utf8"));
        expect(keysOf(real.deployed().resources)).toEqual(keysOf(state.deployment.resources));
        await simulator.close();
    });
});

/** Where on the recording machine a resource was written down is nobody's business. */
function portable(name: string, value: unknown): unknown {
    return name === "sourcePosition" || name === "stackTrace" ? undefined : value;
}

/** Id, and the names of inputs and outputs, of every decision. */
function keysOf(resources: readonly StoredResource[] = []) {
    return Object.fromEntries(
        resources
            .filter((resource) => /Connection(Decision|Admission)$/.test(resource.type))
            .map(({ urn, id, inputs, outputs }) => [
                urn,
                { id, inputs: Object.keys(inputs).sort(), outputs: Object.keys(outputs).sort() },
            ]),
    );
}
