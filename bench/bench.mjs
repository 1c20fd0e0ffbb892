/**
 * `npm run bench`: what decisions cost, beside what they could cost. Prints tables and every figure with its limit, writes them to
 * bench/results/ (JSON and Markdown) and exits 1 on a shortfall. `npm run bench -- --short`: N = 1 and 100, under two minutes.
 * `-- --sizes 1,200`: other sizes. `-- --only footprint|cost|comparison|engine|admission|scale|throttled`: one part.
 *
 * Contenders, on the same simulator of EC2 with the same requests (bench/contenders/):
 * ours; plugin, ours with the resource plugin; same bytes, a provider that does nothing and stores what ours stores; floor, a provider that does nothing and stores an id;
 * dynamic, what a user would write today; accepter, the calls of Terraform's accepter; loop, single calls from a script.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { loadTime, modules, pluginStart } from "./footprint.mjs";
import { acceptedIn, callsOf, endpointIds, openProject, repository, runLoop, startClouds } from "./project.mjs";

const { values: options } = parseArgs({
    options: { short: { type: "boolean" }, only: { type: "string" }, sizes: { type: "string" } },
});
const short = options.short === true;
const SIZES = options.sizes?.split(",").map(Number) ?? (short ? [1, 100] : [1, 200, 1_000]);
/** Repeats of what is compared closely, by size. */
const REPEATS = { 1: short ? 1 : 5, 200: 3 };
const OPERATIONS = ["preview", "up", "preview again", "refresh", "destroy"];
/** Creates that the engine has under way at once by default. */
const IN_FLIGHT = 4 * availableParallelism();
/** The engine writes its state at the end only. */
const SKIP_CHECKPOINTS = { PULUMI_SKIP_CHECKPOINTS: "true", PULUMI_EXPERIMENTAL: "true" };
/** EC2: ten accepts at once, then one a second. https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html */
const ACCEPTS = { burst: 10, perSecond: 1 };
/** What one decision may keep alive in the provider. As the SDK hands it out, one connection of a listing takes 0.8 KiB. */
const KEPT_PER_DECISION_KIB = 2;

const figures = [];
const rows = [];
const scratch = mkdtempSync(path.join(tmpdir(), "connection-decision-bench-"));
const template = path.join(scratch, "template.json");
const started = Date.now();

try {
    await recordTemplate();
    const parts = { footprint, cost, comparison, engine, admission, scale, throttled };
    for (const [name, part] of Object.entries(parts)) {
        if (
            (options.only ?? name) === name &&
            !(short && ["engine", "admission", "scale", "throttled"].includes(name))
        ) {
            progress(name);
            await part();
        }
    }
} finally {
    rmSync(scratch, { recursive: true, force: true });
}
report();

/** Loading, and what one decision keeps in the state. */
async function footprint() {
    figures.push(...loadTime(short ? 5 : 15), ...modules(), await pluginStart(short ? 5 : 15));
}

/** Ours against the engine: the same bytes and no work, and the bare floor. Taken in turns, because machines drift. */
async function cost() {
    for (const n of SIZES) {
        const times = { ours: [], plugin: [], "same-bytes": [], floor: [] };
        for (let repeat = 0; repeat < (REPEATS[n] ?? 1); repeat++) {
            for (const contender of Object.keys(times)) {
                progress(`${contender}, ${n}, round ${repeat + 1} of ${REPEATS[n] ?? 1}`);
                times[contender].push(await measure(contender, n, { env: { CONNECTIONS_PACE: "false" } }));
            }
        }
        const median = (contender, operation) => {
            const all = times[contender].map(({ seconds }) => seconds[operation]).sort((a, b) => a - b);
            return all[Math.floor(all.length / 2)];
        };
        for (const contender of Object.keys(times)) {
            const last = times[contender].at(-1);
            const seconds = Object.fromEntries(OPERATIONS.map((o) => [o, median(contender, o)]));
            rows.push({ ...last, seconds, ratio: seconds.up / median("floor", "up") });
        }
        for (const operation of OPERATIONS) {
            figures.push({
                what: `${operation} of ${n} over the same bytes without work (over the floor: ${round(median("ours", operation) / median("floor", operation))})`,
                value: median("ours", operation) / median("same-bytes", operation),
                limit: 1.1,
                unit: "times",
            });
        }
        for (const operation of ["preview", "up"]) {
            figures.push({
                what: `${operation} of ${n} with the resource plugin, over the dynamic provider`,
                value: median("plugin", operation) / median("ours", operation),
                limit: 1.05,
                unit: "times",
            });
        }
        figures.push(...callFigures(n, times.ours.at(-1)));
    }
}

/** What else there is. */
async function comparison() {
    for (const n of SIZES) {
        for (const contender of ["dynamic", "accepter", "loop"]) {
            progress(`${contender}, ${n}`);
            const row =
                contender === "loop"
                    ? await measureLoop(n)
                    : await measure(contender, n, short ? { operations: ["preview", "up"] } : {});
            const floor = rows.find((other) => other.contender === "floor" && other.n === n);
            rows.push({ ...row, ratio: floor && row.seconds.up / floor.seconds.up });
        }
    }
}

/** What the engine's ways of writing its state change for a thousand decisions. */
async function engine() {
    const n = 1_000;
    for (const [way, settings] of [
        ["--parallel 64", { parallel: 64 }],
        ["PULUMI_SKIP_CHECKPOINTS", { env: SKIP_CHECKPOINTS }],
    ]) {
        progress(`ours, ${n}, ${way}`);
        const row = await measure("ours", n, {
            ...settings,
            env: { CONNECTIONS_PACE: "false", ...settings.env },
            operations: ["up", "destroy"],
        });
        rows.push({ ...row, contender: `ours, ${way}` });
    }
}

/** A service with 2,000 connections under twelve rules, and the same work as one decision each. */
async function admission() {
    const all = 2_000;
    const verdicts = [
        "accept",
        "accept",
        "reject",
        "accept",
        "accept",
        "review",
        "accept",
        "accept",
        "reject",
        "accept",
        "accept",
        "accept",
    ];
    const requesterOf = (i) => `11112222${String(1000 + (i % verdicts.length))}`;
    const rules = verdicts.map((verdict, i) => ({ name: `customer ${i}`, requester: requesterOf(i), verdict }));
    // Every fourth was accepted earlier, from the first rule's customer.
    const connection = (i) => (i % 4 === 3 ? { owner: requesterOf(0), state: "available" } : { owner: requesterOf(i) });
    const decided = endpointIds(all).flatMap((endpointId, i) => {
        const decision = verdicts[i % verdicts.length];
        return i % 4 === 3 || decision === "review" ? [] : [{ endpointId, decision, requester: requesterOf(i) }];
    });
    const times = {};
    for (const contender of ["admission", "decisions-by-rule"]) {
        progress(`${contender}: ${decided.length} decisions among ${all} connections`);
        const simulator = await startClouds(all, {}, connection);
        const project = await openProject({ contender, world: { rules, decided }, simulator });
        const row = { contender, n: all, seconds: {}, calls: {}, peakMb: 0, failed: [] };
        for (const operation of OPERATIONS) {
            simulator.clearCalls();
            const run = await project.run(operation.split(" ")[0]);
            row.seconds[operation] = run.seconds;
            row.calls[operation] = callsOf(simulator);
            row.peakMb = Math.max(row.peakMb, run.peakMb);
            row.failed.push(...(run.failed ? [operation] : []));
            if (operation === "up") {
                row.bytes = project.state().bytes;
                const states = simulator.world.aws[0].endpointServices[0].connections.map(({ state }) => state);
                const wanted = Object.fromEntries(decided.map(({ endpointId, decision }) => [endpointId, decision]));
                row.missing = endpointIds(all).filter(
                    (id, i) =>
                        states[i] !== { accept: "available", reject: "rejected" }[wanted[id]] &&
                        wanted[id] !== undefined,
                ).length;
            }
            if (operation === "refresh") {
                row.bytesSettled = project.state().bytes;
            }
        }
        rows.push(row);
        times[contender] = row;
        project.close();
        await simulator.close();
    }
    const ours = times.admission;
    const accepts = decided.filter(({ decision }) => decision === "accept").length;
    const pages = Math.ceil(all / 1_000);
    // Each batch reads again before it is sent, and the cloud is looked at until all is settled.
    const batches = Math.ceil(accepts / 500) + Math.ceil((decided.length - accepts) / 500);
    figures.push(
        { what: `admission: of ${decided.length} due, not carried out`, value: ours.missing, limit: 0 },
        {
            what: "admission: list calls of the preview",
            value: ours.calls.preview.actions.DescribeConnections,
            limit: pages,
            unit: "calls",
        },
        {
            what: `admission: list calls of the up (${pages} pages to check, ${batches} batches read again, looks until settled)`,
            value: ours.calls.up.actions.DescribeConnections,
            limit: pages * (1 + batches + 2),
            unit: "calls",
        },
        {
            what: "admission: accept calls",
            value: ours.calls.up.actions.AcceptConnections,
            limit: Math.ceil(accepts / 500),
            unit: "calls",
        },
        {
            what: "admission: reject calls",
            value: ours.calls.up.actions.RejectConnections,
            limit: Math.ceil((decided.length - accepts) / 500),
            unit: "calls",
        },
        {
            what: `admission: state after up and refresh, over that of a decision each (${Math.round(ours.bytesSettled / 1024)} and ${Math.round(times["decisions-by-rule"].bytesSettled / 1024)} KiB)`,
            value: ours.bytesSettled / times["decisions-by-rule"].bytesSettled,
            limit: 0.05,
            unit: "times",
        },
        {
            what: `admission: up, over the same with a decision each (${round(ours.seconds.up)} and ${round(times["decisions-by-rule"].seconds.up)} s)`,
            value: ours.seconds.up / times["decisions-by-rule"].seconds.up,
            limit: 0.1,
            unit: "times",
        },
    );
}

/** Memory with many decisions, and one decision among very many connections. */
async function scale() {
    const many = 5_000;
    const live = {};
    const peaks = {};
    for (const contender of ["ours", "same-bytes"]) {
        for (const n of [1, many]) {
            progress(`memory of ${contender}, ${n}`);
            const heap = path.join(scratch, "live-heap");
            const { peakMb, missing } = await measure(contender, n, {
                env: {
                    ...SKIP_CHECKPOINTS,
                    CONNECTIONS_PACE: "false",
                    NODE_OPTIONS: `--require ${path.join(repository, "bench/live-heap.cjs")}`,
                    BENCH_LIVE_HEAP: heap,
                },
                operations: ["preview", "up"],
            });
            peaks[`${contender} ${n}`] = peakMb;
            live[`${contender} ${n}`] = Number(readFileSync(heap, "utf8")) / 2 ** 20;
            if (contender === "ours" && n === many) {
                figures.push({ what: `of ${many} decisions, not carried out`, value: missing, limit: 0 });
            }
        }
    }
    const growth = (measured, contender) => measured[`${contender} ${many}`] - measured[`${contender} 1`];
    figures.push({
        what: `live heap that ${many} decisions have added to the provider at the end of an up, over what they add to one that does nothing (${round(growth(live, "ours"))} and ${round(growth(live, "same-bytes"))} MiB; the processes grow by ${Math.round(growth(peaks, "ours"))} and ${Math.round(growth(peaks, "same-bytes"))} MiB)`,
        value: growth(live, "ours") - growth(live, "same-bytes"),
        limit: round((KEPT_PER_DECISION_KIB * many) / 1024),
        unit: "MiB",
    });

    const all = 50_000;
    const ids = endpointIds(all);
    // A hundred endpoints a customer.
    const ownerOf = (i) => String(111122220000 + Math.floor(i / 100));
    const simulator = await startClouds(all, {}, (i) => ({ owner: ownerOf(i) }));
    /** Accepts these and says what it took. */
    const accept = async (operation, positions) => {
        const decided = positions.map((i) => ({ endpointId: ids[i], decision: "accept", requester: ownerOf(i) }));
        const project = await openProject({ contender: "decisions-by-rule", world: { decided }, simulator });
        simulator.clearCalls();
        const { seconds, failed } = await project.run(operation);
        project.close();
        progress(`${operation} of ${positions.length} of ${all} connections: ${round(seconds)} s`);
        return { lists: callsOf(simulator).actions.DescribeConnections, failed };
    };
    for (const [position, pages] of [
        [2_499, 3],
        [all - 1, 50],
    ]) {
        const { lists, failed } = await accept("preview", [position]);
        figures.push({
            what: `pages read for connection ${position + 1} of ${all}`,
            value: failed ? Number.NaN : lists,
            limit: pages,
            unit: "calls",
        });
    }

    const spread = 200;
    const positions = Array.from({ length: spread }, (_, i) => ((i + 1) * all) / spread - 1);
    const { lists } = await accept("up", positions);
    const batches = Math.ceil(spread / IN_FLIGHT);
    figures.push(
        {
            what: `list calls of an up of ${spread} decisions spread over ${all} connections (${all / 1_000} pages to check, ${batches} batches read again, looks until settled)`,
            value: lists,
            limit: all / 1_000 + batches * (1 + 2),
            unit: "calls",
        },
        { what: "of these, not carried out", value: spread - acceptedIn(simulator), limit: 0 },
    );
    await simulator.close();
}

/** Under the documented rates. */
async function throttled() {
    const physical = (calls) => Math.max(0, calls - ACCEPTS.burst) / ACCEPTS.perSecond;
    for (const contender of ["ours", "dynamic", "accepter", "loop"]) {
        const n = 200;
        progress(`${contender}, ${n}, throttled`);
        const row =
            contender === "loop"
                ? await measureLoop(n, { throttle: "documented" })
                : await measure(contender, n, { throttle: "documented", operations: ["up"] });
        rows.push({ ...row, contender: `${contender}, throttled` });
        if (contender === "ours") {
            const least = physical(Math.ceil(n / IN_FLIGHT));
            figures.push(
                {
                    what: `${n} accepts under the documented rates, over the ${least} s that the rates alone take`,
                    value: row.seconds.up / least,
                    limit: 1.5,
                    unit: "times",
                },
                { what: `of these, not carried out`, value: row.missing, limit: 0 },
                { what: `of these runs, failed`, value: row.failed.length, limit: 0 },
            );
        }
    }
    const [n, parallel] = [1_000, 256];
    progress(`same-bytes and ours, ${n} with --parallel ${parallel}, throttled`);
    const engine = await measure("same-bytes", n, { operations: ["up"], parallel });
    const row = await measure("ours", n, { throttle: "documented", operations: ["up"], parallel });
    rows.push(
        { ...engine, contender: `same-bytes, --parallel ${parallel}` },
        { ...row, contender: `ours, throttled, --parallel ${parallel}` },
    );
    const least = Math.max(physical(Math.ceil(n / parallel)), engine.seconds.up);
    figures.push(
        {
            what: `${n} accepts with --parallel ${parallel} under the documented rates, over the ${round(least)} s of the engine and the rates`,
            value: row.seconds.up / least,
            limit: 1.5,
            unit: "times",
        },
        { what: "of these, not carried out", value: row.missing, limit: 0 },
        { what: "of these runs, failed", value: row.failed.length, limit: 0 },
        {
            what: "of these, accept calls",
            value: row.calls.up.actions.AcceptConnections ?? 0,
            limit: Math.ceil(n / parallel),
            unit: "calls",
        },
    );
}

/** How many calls ours made, against what the issue of scale allows. */
function callFigures(n, row) {
    const lists = (operation) => row.calls[operation]?.actions.DescribeConnections ?? 0;
    return [
        {
            what: `list calls of a preview of ${n}`,
            value: lists("preview"),
            limit: Math.ceil(n / 1_000),
            unit: "calls",
        },
        {
            what: `accept calls of an up of ${n} (${IN_FLIGHT} in flight)`,
            value: row.calls.up.actions.AcceptConnections ?? 0,
            limit: Math.ceil(n / IN_FLIGHT),
            unit: "calls",
        },
        { what: `of ${n} decisions, not carried out`, value: row.missing, limit: 0 },
        { what: `state of a decision as JSON, of ${n} (largest)`, value: row.bytes, limit: 3_000, unit: "bytes" },
    ];
}

/** All operations of one contender on a fresh world. */
async function measure(contender, n, { throttle = "off", operations = OPERATIONS, parallel, env = {} } = {}) {
    const simulator = await startClouds(n, { throttle });
    const project = await openProject({
        contender,
        world: { ids: endpointIds(n) },
        simulator,
        parallel,
        env: {
            BENCH_TEMPLATE: template,
            ...(short ? { BENCH_ACCEPTER_WAIT_MS: "500" } : {}),
            ...env,
        },
    });
    const row = { contender, n, seconds: {}, calls: {}, peakMb: 0, failed: [] };
    try {
        for (const operation of operations) {
            simulator.clearCalls();
            const run = await project.run(operation.split(" ")[0]);
            row.seconds[operation] = run.seconds;
            row.calls[operation] = callsOf(simulator);
            row.peakMb = Math.max(row.peakMb, run.peakMb);
            if (run.failed) {
                row.failed.push(operation);
                if (contender === "ours" || contender === "same-bytes") {
                    throw new Error(`${operation} of ${n} failed:\n${run.output.slice(-4_000)}`);
                }
            }
            if (operation === "up") {
                const { resources, bytes } = project.state();
                row.bytes = Math.max(...resources.map((resource) => JSON.stringify(resource).length));
                row.stateKb = bytes / 1024;
                row.missing = n - acceptedIn(simulator);
            }
        }
        return row;
    } finally {
        project.close();
        await simulator.close();
    }
}

async function measureLoop(n, { throttle = "off" } = {}) {
    const simulator = await startClouds(n, { throttle });
    const run = await runLoop(endpointIds(n), simulator);
    const row = {
        contender: "loop",
        n,
        seconds: { up: run.seconds },
        calls: { up: callsOf(simulator) },
        peakMb: run.peakMb,
        failed: run.failed ? ["up"] : [],
        missing: n - acceptedIn(simulator),
    };
    await simulator.close();
    return row;
}

/** What ours stores for one decision, for the provider that stores the same bytes. */
async function recordTemplate() {
    const [endpoint] = endpointIds(1);
    const simulator = await startClouds(1);
    const project = await openProject({ contender: "ours", world: { ids: [endpoint] }, simulator });
    const run = await project.run("up");
    const [resource] = project.state().resources;
    if (run.failed || resource === undefined) {
        throw new Error(`the first up failed:\n${run.output}`);
    }
    const { id, inputs, outputs } = resource;
    writeFileSync(template, JSON.stringify({ id, inputs, outputs }).replaceAll(endpoint, "@ENDPOINT@"));
    project.close();
    await simulator.close();
}

function report() {
    const machine = `${availableParallelism()} CPUs (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node.js ${process.version}`;
    const judged = figures.map(({ what, value, limit, unit = "" }) => ({
        what,
        value: `${round(value)} ${unit}`.trim(),
        limit: `${limit} ${unit}`.trim(),
        result: round(value) <= limit ? "pass" : "shortfall",
    }));
    const table = rows
        .toSorted((a, b) => a.n - b.n)
        .map(({ contender, n, ratio, seconds, calls, bytes, peakMb, failed, missing }) => ({
            contender,
            N: n,
            "up / floor": ratio === undefined ? "" : round(ratio),
            ...Object.fromEntries(
                OPERATIONS.map((o) => [`${o}, s`, seconds[o] === undefined ? "" : round(seconds[o])]),
            ),
            "calls of up": Object.entries(calls.up?.actions ?? {})
                .map(([action, count]) => `${action} ${count}`)
                .join(", "),
            throttled: calls.up?.throttled ?? 0,
            "not accepted": missing,
            failed: failed.join(", "),
            "state, bytes": bytes ?? "",
            "peak, MiB": Math.round(peakMb),
        }));
    console.log(`\n${machine}, ${Math.round((Date.now() - started) / 1000)} s\n`);
    console.log(markdown(table));
    console.log(markdown(judged));
    const folder = path.join(repository, "bench/results");
    mkdirSync(folder, { recursive: true });
    const name = `${short ? "short" : "full"}${options.only === undefined ? "" : `-${options.only}`}`;
    writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify({ machine, figures, rows }, null, 4)}\n`);
    writeFileSync(path.join(folder, `${name}.md`), `${machine}\n\n${markdown(table)}\n${markdown(judged)}`);
    process.exitCode = judged.every(({ result }) => result === "pass") ? 0 : 1;
}

function markdown(objects) {
    const [first] = objects;
    if (first === undefined) {
        return "";
    }
    const line = (cells) => `| ${cells.join(" | ")} |\n`;
    return `${line(Object.keys(first))}${line(Object.keys(first).map(() => "---"))}${objects.map((o) => line(Object.values(o))).join("")}`;
}

function progress(text) {
    console.error(`${Math.round((Date.now() - started) / 1000)} s: ${text}`);
}

function round(value) {
    return Math.round(value * 100) / 100;
}
