/** What the package costs before it does anything. */
import { execFileSync } from "node:child_process";
import { repository } from "./project.mjs";

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
