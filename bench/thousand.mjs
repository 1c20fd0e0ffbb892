/**
 * `npm run bench`: what the package costs. Prints figures with the limit each is held to; exits 1 on a shortfall.
 *
 * Load time: a program that requires this package, over one that requires @pulumi/pulumi alone. Modules: which cloud SDKs a
 * provider loads. State: bytes per decision, and calls, of a real `pulumi up` against the simulator.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, tmpdir, totalmem } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { findPulumi } from "../tools/pulumi/install.mjs";

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);
const { startSimulator } = require(path.join(repository, "dist/simulator/index.js"));

const DECISIONS = 1000;
const SERVICE = "vpce-svc-0123456789abcdef0";

const results = [...loadTime(), ...modules(), ...(await footprint())];
console.log(
    `${availableParallelism()} CPUs (${cpus()[0]?.model}), ${Math.round(totalmem() / 2 ** 30)} GiB, Node.js ${process.version}\n`,
);
console.table(
    results.map(({ what, value, unit, limit }) => ({
        what,
        value: `${value} ${unit}`,
        limit: `${limit} ${unit}`,
        result: value <= limit ? "pass" : "SHORTFALL",
    })),
);
mkdirSync(path.join(repository, "bench/results"), { recursive: true });
writeFileSync(path.join(repository, "bench/results/thousand.json"), `${JSON.stringify(results, null, 4)}\n`);
process.exitCode = results.every(({ value, limit }) => value <= limit) ? 0 : 1;

/** Median over fresh processes of the time `require` of this package takes once @pulumi/pulumi is loaded. */
function loadTime() {
    const script = `require("@pulumi/pulumi"); const start = process.hrtime.bigint(); require("pulumi-connection-decision"); console.log(Number(process.hrtime.bigint() - start) / 1e6)`;
    const times = Array.from({ length: 15 }, () =>
        Number(execFileSync(process.execPath, ["-e", script], { cwd: repository, encoding: "utf8" })),
    );
    times.sort((a, b) => a - b);
    return [
        {
            what: "loading the package in a program, over @pulumi/pulumi alone (median of 15)",
            value: round(times[7]),
            unit: "ms",
            limit: 20,
        },
    ];
}

/** Packages of cloud SDKs that a program, and a provider deciding about one cloud, have loaded. */
function modules() {
    const count = (script, foreign) => {
        const { stdout } = spawnSync(
            process.execPath,
            ["-e", `${script}; console.log(Object.keys(require.cache).filter((f) => ${foreign}.test(f)).length)`],
            {
                cwd: repository,
                encoding: "utf8",
            },
        );
        return Number(stdout.trim().split("\n").at(-1));
    };
    return [
        {
            what: "modules of cloud SDKs loaded in a program",
            value: count(`require("pulumi-connection-decision")`, "/@aws-sdk|@smithy|@alicloud/"),
            unit: "modules",
            limit: 0,
        },
        {
            what: "modules of cloud SDKs loaded by the provider before the first check",
            value: count(`require("pulumi-connection-decision/provider")`, "/@aws-sdk|@smithy|@alicloud/"),
            unit: "modules",
            limit: 0,
        },
    ];
}

/** Bytes and calls of one `pulumi up` with many decisions on one service. */
async function footprint() {
    const bin = await findPulumi();
    const folder = mkdtempSync(path.join(tmpdir(), "connection-decision-bench-"));
    const ids = Array.from({ length: DECISIONS }, (_, i) => `vpce-${(i + 1).toString(16).padStart(17, "0")}`);
    const simulator = await startSimulator({
        world: {
            aws: [
                {
                    account: "123456789012",
                    region: "eu-west-1",
                    endpointServices: [
                        {
                            serviceId: SERVICE,
                            connections: ids.map((vpcEndpointId) => ({
                                vpcEndpointId,
                                owner: "111122223333",
                                state: "pendingAcceptance",
                            })),
                        },
                    ],
                },
            ],
        },
    });
    try {
        symlinkSync(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
        writeFileSync(path.join(folder, "Pulumi.yaml"), "name: bench\nruntime: nodejs\n");
        writeFileSync(path.join(folder, "package.json"), "{}\n");
        writeFileSync(
            path.join(folder, "index.js"),
            `const { ConnectionDecision } = require("pulumi-connection-decision");
for (const endpointId of ${JSON.stringify(ids)}) {
    new ConnectionDecision(endpointId, {
        connection: { kind: "aws:vpcEndpoint", serviceId: "${SERVICE}", endpointId },
        decision: "accept",
        expectedRequester: "111122223333",
        reason: "CHG-2041 analytics reads the ledger API",
    });
}
`,
        );
        const env = {
            ...process.env,
            ...simulator.env,
            PATH: `${bin}${path.delimiter}${process.env.PATH}`,
            PULUMI_HOME: path.join(folder, "home"),
            PULUMI_BACKEND_URL: `file://${folder}`,
            PULUMI_CONFIG_PASSPHRASE: "bench",
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_NODEJS_TYPESCRIPT: "false",
        };
        const pulumi = (...args) => spawnAsync(path.join(bin, "pulumi"), [...args, "--non-interactive"], folder, env);
        await pulumi("stack", "init", "bench");
        await pulumi("preview");
        const previewLists = count(simulator, "ec2:DescribeVpcEndpointConnections");
        simulator.clearCalls();
        await pulumi("up", "--yes", "--skip-preview");
        const file = readFileSync(path.join(folder, ".pulumi/stacks/bench/bench.json"), "utf8");
        const decisions = JSON.parse(file).checkpoint.latest.resources.filter((resource) =>
            resource.type.includes("ConnectionDecision"),
        );
        const sizes = decisions.map((resource) => JSON.stringify(resource).length);
        const own = decisions.map(({ inputs, outputs }) => JSON.stringify({ inputs, outputs }).length);
        const accepted = simulator.world.aws[0].endpointServices[0].connections.filter(
            (c) => c.state === "available",
        ).length;
        return [
            {
                what: `of ${DECISIONS} decisions, not carried out`,
                value: DECISIONS - accepted,
                unit: "decisions",
                limit: 0,
            },
            {
                what: "state per decision, its whole record as JSON (largest)",
                value: Math.max(...sizes),
                unit: "bytes",
                limit: 3_000,
            },
            { what: "of that, inputs and outputs", value: Math.max(...own), unit: "bytes", limit: 3_000 },
            { what: "list calls of a preview", value: previewLists, unit: "calls", limit: 1 },
            {
                what: "accept calls of an up",
                value: count(simulator, "ec2:AcceptVpcEndpointConnections"),
                unit: "calls",
                limit: Math.ceil(DECISIONS / (4 * availableParallelism())),
            },
        ];
    } finally {
        await simulator.close();
        rmSync(folder, { recursive: true, force: true });
    }
}

function count(simulator, action) {
    return simulator.calls.filter((call) => call.action === action).length;
}

/** Not spawnSync: the simulator answers from this process. */
async function spawnAsync(command, args, cwd, env) {
    const { spawn } = await import("node:child_process");
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    child.stdout.on("data", (chunk) => (output += chunk));
    child.stderr.on("data", (chunk) => (output += chunk));
    const code = await new Promise((resolve) => child.once("close", resolve));
    if (code !== 0) {
        throw new Error(`pulumi ${args.join(" ")} ended with status ${code}:\n${output}`);
    }
}

function round(value) {
    return Math.round(value * 10) / 10;
}
