/**
 * `npm run plugin && node tools/previews/record.mjs`: records test/fixtures/previews with the real CLI, on simulated clouds.
 *
 * Each scene is previewed in the forms that `review` reads: `--json`, streamed JSON, and an update plan. Left out of what is recorded:
 * where this machine keeps its files, and debug messages, which name such places too.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startSimulator } from "../../dist/simulator/index.js";
import { findPulumi } from "../pulumi/install.mjs";
import { world } from "./world.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const fixtures = path.resolve(here, "../../test/fixtures/previews");
const scratch = mkdtempSync(path.join(tmpdir(), "connection-decision-previews-"));
let simulator;
const bin = await findPulumi();
const plan = path.join(scratch, "plan.json");

try {
    await recordAll("", {});
    await recordAll("plugin-", { HOST: "plugin" });
} finally {
    rmSync(scratch, { recursive: true, force: true });
}

/** Every scene, with one host. */
async function recordAll(prefix, host) {
    simulator = await startSimulator({ world: world() });
    try {
        await pulumi({}, "stack", "init");
        await record("first", prefix, host);
        await pulumi(host, "up", "--yes", "--skip-preview");
        // Somebody accepts what is rejected and held, and rejects what is accepted.
        const [ledger] = simulator.world.aws[0].endpointServices;
        ledger.connections.find(({ vpcEndpointId }) => vpcEndpointId.endsWith("03")).state = "available";
        await record("changed", prefix, host, "--show-sames");
        await record("refused", prefix, host, "--show-sames");
        simulator.addFaults({ action: "ec2:DescribeVpcEndpointConnections", fault: "error", status: 400, times: 1000 });
        await record("unreadable", prefix, { ...host, CONNECTIONS_UNREADABLE: "warn" });
        await pulumi({}, "stack", "rm", "--yes", "--force");
    } finally {
        await simulator.close();
    }
}

/** One scene in every form. A preview that fails is recorded like any other, and leaves no plan. */
async function record(scene, prefix, env, ...flags) {
    const more = { SCENE: scene, ...env };
    const json = await pulumi(
        { ...more, PULUMI_EXPERIMENTAL: "true" },
        "preview",
        "--json",
        "--save-plan",
        plan,
        ...flags,
    );
    write(`${prefix}${scene}.json`, harmless(JSON.parse(json)));
    const streamed = await pulumi({ ...more, PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" }, "preview", "--json");
    const events = streamed
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
    const told = events.filter(({ diagnosticEvent }) => diagnosticEvent?.severity !== "debug");
    writeFileSync(
        path.join(fixtures, `${prefix}${scene}.jsonl`),
        told.map((event) => `${JSON.stringify(event)}\n`).join(""),
    );
    const saved = readIfThere(plan);
    if (saved !== undefined) {
        write(`${prefix}${scene}.plan.json`, JSON.parse(saved));
        rmSync(plan);
    }
}

function write(name, value) {
    writeFileSync(path.join(fixtures, name), `${JSON.stringify(value, null, 1)}\n`);
}

function readIfThere(file) {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return undefined;
    }
}

/** Without the places of source files. */
function harmless(digest) {
    return JSON.parse(
        JSON.stringify(digest, (key, value) => (/^(sourcePosition|stackTrace)$/.test(key) ? undefined : value)),
    );
}

function pulumi(env, ...args) {
    return new Promise((resolve) => {
        const options = {
            cwd: here,
            maxBuffer: 1e9,
            env: {
                ...process.env,
                ...simulator.env,
                ...env,
                PATH: `${bin}${path.delimiter}${process.env.PATH}`,
                PULUMI_BACKEND_URL: `file://${scratch}`,
                PULUMI_HOME: path.join(scratch, "home"),
                PULUMI_CONFIG_PASSPHRASE: "recorded",
                PULUMI_SKIP_UPDATE_CHECK: "true",
                PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            },
        };
        const where = ["--stack", "recorded", "--non-interactive", "--config-file", path.join(scratch, "config.yaml")];
        const all = args[0] === "stack" ? [...args, ...where.slice(0, 3)] : [...args, ...where];
        execFile(path.join(bin, "pulumi"), all, options, (error, out, err) => {
            process.stderr.write(`pulumi ${args.join(" ")}: ${error?.code ?? 0}\n${err}`);
            resolve(out);
        });
    });
}
