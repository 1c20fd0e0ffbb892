/** A Pulumi project of one contender, run by the real CLI against a simulator in this process; every operation is measured. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { findPulumi } from "../tools/pulumi/install.mjs";

export const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);
const { startSimulator } = require(path.join(repository, "dist/simulator/index.js"));

export const SERVICE = "vpce-svc-0123456789abcdef0";
/** The resource plugin as a release has it. */
export const PLUGIN_FOLDER = path.join(repository, "dist/release");
const contenders = path.join(repository, "bench/contenders");
/** How often the memory of processes is looked at. */
const SAMPLE_MS = 400;

/** Ids of the first `n` endpoints. */
export function endpointIds(n) {
    return Array.from({ length: n }, (_, i) => `vpce-${(i + 1).toString(16).padStart(17, "0")}`);
}

/** A simulator with `n` connections of one endpoint service: waiting ones of one requester, unless told otherwise by position. */
export function startClouds(n, options = {}, connection = () => ({})) {
    const connections = endpointIds(n).map((vpcEndpointId, i) => ({
        vpcEndpointId,
        owner: "111122223333",
        state: "pendingAcceptance",
        ...connection(i),
    }));
    const service = { serviceId: SERVICE, connections };
    const world = { aws: [{ account: "123456789012", region: "eu-west-1", endpointServices: [service] }] };
    return startSimulator({ world, ...options });
}

/**
 * The project of a contender. `world` is what its program declares about, beside the service.
 *
 * @param {{contender: string, world: object, simulator: object, env?: Record<string, string>, parallel?: number}} options
 */
export async function openProject({ contender, world, simulator, env = {}, parallel }) {
    const bin = await findPulumi();
    if (bin === undefined) {
        throw new Error("no Pulumi CLI; run `npm run pulumi`");
    }
    const folder = mkdtempSync(path.join(tmpdir(), "connection-decision-bench-"));
    symlinkSync(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
    const plugins = { providers: [{ name: "connections", path: PLUGIN_FOLDER }] };
    writeFileSync(path.join(folder, "Pulumi.yaml"), JSON.stringify({ name: "bench", runtime: "nodejs", plugins }));
    writeFileSync(path.join(folder, "package.json"), "{}\n");
    writeFileSync(
        path.join(folder, "index.js"),
        `require(${JSON.stringify(path.join(contenders, `${contender}.cjs`))}).declare(JSON.parse(process.env.BENCH_WORLD));\n`,
    );
    const environment = {
        ...process.env,
        ...simulator.env,
        BENCH_SAME_BYTES: path.join(contenders, "same-bytes.cjs"),
        BENCH_FLOOR: path.join(contenders, "floor.cjs"),
        BENCH_ACCEPTER: path.join(contenders, "accepter.cjs"),
        BENCH_WORLD: JSON.stringify({ serviceId: SERVICE, ...world }),
        PATH: `${bin}${path.delimiter}${process.env.PATH}`,
        PULUMI_HOME: path.join(folder, "home"),
        PULUMI_BACKEND_URL: `file://${folder}`,
        PULUMI_CONFIG_PASSPHRASE: "bench",
        PULUMI_SKIP_UPDATE_CHECK: "true",
        PULUMI_NODEJS_TYPESCRIPT: "false",
        ...env,
    };
    const flags = {
        preview: parallel === undefined ? [] : ["--parallel", `${parallel}`],
        up: ["--yes", "--skip-preview", ...(parallel === undefined ? [] : ["--parallel", `${parallel}`])],
        refresh: ["--yes", "--skip-preview"],
        destroy: ["--yes", "--skip-preview"],
    };
    await run(path.join(bin, "pulumi"), ["stack", "init", "bench", "--non-interactive"], folder, environment);
    return {
        folder,
        /** One operation; `failed` where the CLI ended with an error. */
        run: (operation) =>
            run(path.join(bin, "pulumi"), [operation, "--non-interactive", ...flags[operation]], folder, environment),
        /** Records of the contender's resources in the state file, and the file's size. */
        state() {
            const text = readFileSync(path.join(folder, ".pulumi/stacks/bench/bench.json"), "utf8");
            const resources = (JSON.parse(text).checkpoint.latest.resources ?? []).filter(({ type }) =>
                /^(pulumi-nodejs:dynamic|connections:)/.test(type),
            );
            return { resources, bytes: text.length };
        },
        close: () => rmSync(folder, { recursive: true, force: true }),
    };
}

/** The loop of single calls, which is no Pulumi program. */
export function runLoop(ids, simulator) {
    const env = { ...process.env, ...simulator.env, BENCH_WORLD: JSON.stringify({ serviceId: SERVICE, ids }) };
    return run(process.execPath, [path.join(contenders, "loop.cjs")], repository, env);
}

/** Calls by action, and how many the cloud throttled. */
export function callsOf(simulator) {
    const actions = {};
    let throttled = 0;
    for (const { action, outcome } of simulator.calls) {
        const word = action.split(":")[1].replace("VpcEndpoint", "");
        actions[word] = (actions[word] ?? 0) + 1;
        throttled += outcome === "RequestLimitExceeded" ? 1 : 0;
    }
    return { actions, throttled };
}

/** How many of the service's connections are accepted. */
export function acceptedIn(simulator) {
    return simulator.world.aws[0].endpointServices[0].connections.filter(({ state }) => state === "available").length;
}

/** Not spawnSync: the simulator answers from this process. */
async function run(command, args, cwd, env) {
    const started = performance.now();
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    let peakMb = 0;
    const sampling = setInterval(async () => {
        peakMb = Math.max(peakMb, await providerMb(child.pid));
    }, SAMPLE_MS);
    const code = await new Promise((resolve) => child.once("close", resolve));
    clearInterval(sampling);
    const own = /^\{"peakMb":(.*)\}$/m.exec(output);
    return {
        seconds: (performance.now() - started) / 1000,
        peakMb: own === null ? peakMb : Number(own[1]),
        failed: code !== 0,
        output,
    };
}

/** Resident memory of the provider's processes below `ancestor`, MiB. */
async function providerMb(ancestor) {
    const ps = spawn("ps", ["-A", "-o", "pid=,ppid=,rss=,args="], { stdio: ["ignore", "pipe", "ignore"] });
    let text = "";
    ps.stdout.on("data", (chunk) => (text += chunk));
    await new Promise((resolve) => ps.once("close", resolve));
    const processes = new Map(
        text
            .trim()
            .split("\n")
            .map((line) => /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(.*)$/.exec(line))
            .filter((match) => match !== null)
            .map(([, pid, ppid, rss, args]) => [Number(pid), { parent: Number(ppid), rss: Number(rss), args }]),
    );
    const below = (pid) => {
        for (let at = pid; at > 1; at = processes.get(at)?.parent ?? 0) {
            if (at === ancestor) {
                return true;
            }
        }
        return false;
    };
    return [...processes]
        .filter(
            ([pid, { args }]) => /node.*(cmd\/dynamic-provider|pulumi-resource-connections)/.test(args) && below(pid),
        )
        .reduce((sum, [, { rss }]) => sum + rss / 1024, 0);
}
