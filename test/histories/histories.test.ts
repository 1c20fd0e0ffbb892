import fc from "fast-check";
import { describe, it } from "vitest";
import { useClouds } from "../support/clouds";
import type { HostName } from "../support/plugin-host";
import { FOUND } from "./found";
import { HistoryRun } from "./history";
import { type History, histories } from "./program";

/**
 * Random programs through random histories, on virtual time: previews, ups, plans, refreshes, destroys, targets, other regions and credentials, clouds
 * that cannot be read, days, people who decide outside, killed processes. What must hold is judged on the clouds' own log.
 *
 * HISTORIES: how many (`npm run test:faults` lives 10,000); HISTORIES_SEED and HISTORIES_PATH: which;
 * HISTORIES_ONLY: names of invariants, where only some shall be looked at.
 */
const COUNT = Number(process.env.HISTORIES ?? "48");
const LONG = COUNT >= 1_000;
const SEED = Number(process.env.HISTORIES_SEED ?? (LONG ? Date.now() % 2 ** 31 : 20261125));
const PATH = process.env.HISTORIES_PATH;
const ONLY = process.env.HISTORIES_ONLY?.split(",");

let current: HistoryRun | undefined;
const clouds = useClouds({ onCall: (call) => current?.observe(call) });

async function live(history: History, host: HostName): Promise<void> {
    const run = new HistoryRun(clouds.simulator, history, host);
    current = run;
    try {
        await run.live();
    } finally {
        current = undefined;
    }
    const violations = run.violations.filter(({ invariant }) => ONLY?.includes(invariant) ?? true);
    if (violations.length > 0) {
        const all = violations.map(({ invariant, text }) => `${invariant}: ${text}`);
        throw new Error([...all, "", "what happened:", ...run.trace].join("\n"));
    }
}

const HOSTS: readonly HostName[] = ["dynamic provider", "resource plugin"];

describe.each(HOSTS)("histories found earlier, in the %s", (host) => {
    it.each(Object.entries(FOUND))("%s", async (_name, history) => {
        await live(history, host);
    });
});

describe.each(HOSTS)("random histories, in the %s", (host) => {
    // The plugin adds little of its own: fewer of them.
    const count = host === "dynamic provider" ? COUNT : Math.ceil(COUNT / 4);

    it(`hold every invariant (${count} histories, seed ${SEED})`, {
        timeout: Math.max(120_000, count * 2_000),
    }, async () => {
        const began = Date.now();
        let lived = 0;
        process.stdout.write(`histories: ${count}, seed ${SEED}, ${host}\n`);
        const property = fc.asyncProperty(histories, async (history) => {
            lived += 1;
            await live(history, host);
        });
        const rerun = `rerun: HISTORIES_SEED=${SEED} HISTORIES=${COUNT} npx vitest run test/histories`;
        try {
            await fc.assert(property, {
                numRuns: count,
                seed: SEED,
                timeout: 60_000,
                ...(PATH === undefined ? {} : { path: PATH }),
            });
        } catch (error) {
            process.stdout.write(`a history broke an invariant; ${rerun}, with the path below as HISTORIES_PATH\n`);
            throw error;
        } finally {
            const seconds = (Date.now() - began) / 1_000;
            process.stdout.write(
                `histories: ${lived} in ${seconds.toFixed(0)} s, ${(lived / seconds).toFixed(1)} a second\n`,
            );
        }
    });
});
