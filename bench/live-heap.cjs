/**
 * Loaded into the processes of a run (NODE_OPTIONS=--require): in the dynamic provider's, collects garbage for a tenth of the time
 * and leaves in BENCH_LIVE_HEAP the bytes that were still alive after the last time. A run so watched is not timed.
 */
const { writeFileSync } = require("node:fs");
const { setFlagsFromString } = require("node:v8");
const { runInNewContext } = require("node:vm");

const LEAST_PAUSE_MS = 250;

if (process.argv.some((argument) => argument.includes("cmd/dynamic-provider"))) {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc");
    const watch = () => {
        const started = performance.now();
        collect();
        const { heapUsed, external } = process.memoryUsage();
        writeFileSync(process.env.BENCH_LIVE_HEAP, `${heapUsed + external}`);
        setTimeout(watch, Math.max(LEAST_PAUSE_MS, 9 * (performance.now() - started))).unref();
    };
    setTimeout(watch, LEAST_PAUSE_MS).unref();
}
