/** What the package costs before it does anything. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { PLUGIN_FOLDER, repository } from "./project.mjs";

/** Median over so many fresh processes of the time `require` of this package takes once @pulumi/pulumi is loaded. */
export function loadTime(processes) {
    const script = `require("@pulumi/pulumi"); const start = process.hrtime.bigint(); require("pulumi-connection-decision"); console.log(Number(process.hrtime.bigint() - start) / 1e6)`;
    const times = Array.from({ length: processes }, () => Number(node(script)));
    times.sort((a, b) => a - b);
    return [
        {
            what: `loading the package in a program, over @pulumi/pulumi alone (median of ${processes})`,
            value: times[Math.floor(processes / 2)],
            limit: 20,
            unit: "ms",
        },
    ];
}

/** Median over so many processes of the time from the plugin's start to the port that it serves. */
export async function pluginStart(processes) {
    const times = [];
    for (let i = 0; i < processes; i++) {
        const started = performance.now();
        const executable = path.join(PLUGIN_FOLDER, "pulumi-resource-connections");
        const plugin = spawn(executable, ["127.0.0.1:1"], { stdio: ["ignore", "pipe", "inherit"] });
        await once(plugin.stdout, "data");
        times.push(performance.now() - started);
        plugin.kill("SIGKILL");
        await once(plugin, "close");
    }
    times.sort((a, b) => a - b);
    return {
        what: `start of the resource plugin, until it serves (median of ${processes})`,
        value: times[Math.floor(processes / 2)],
        limit: 200,
        unit: "ms",
    };
}

/** Modules of cloud SDKs that a program, and a provider before its first check, have loaded. */
export function modules() {
    const count = (script) =>
        Number(
            node(
                `${script}; console.log(Object.keys(require.cache).filter((file) => /@aws-sdk|@smithy|@alicloud/.test(file)).length)`,
            ),
        );
    return [
        {
            what: "modules of cloud SDKs loaded in a program",
            value: count(`require("pulumi-connection-decision")`),
            limit: 0,
        },
        {
            what: "modules of cloud SDKs loaded by the provider before the first check",
            value: count(`require("pulumi-connection-decision/provider")`),
            limit: 0,
        },
    ];
}

function node(script) {
    return execFileSync(process.execPath, ["-e", script], { cwd: repository, encoding: "utf8" })
        .trim()
        .split("\n")
        .at(-1);
}
