#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { milliseconds } from "../duration";
import { systemClock } from "../reconcile/clock";

const USAGE = `connection-decision: decisions about cloud connections

  connection-decision list [--kind KIND]… [--region REGION]… [--scope ID]… [--json | --emit ts [--decision accept|reject]]
                           [--fail-if-pending]

      Shows what waits for a decision: in every kind whose credentials and region are set, or in those chosen. --emit ts writes
      the decisions' code, reject unless told otherwise. Exit status: 1 where something could not be read, 3 where --fail-if-pending found something.

  connection-decision simulate [--port N] [--world FILE] [--throttle documented|off] [--settle 2s] [--latency 20ms] [--detached]

      Runs simulated clouds on loopback. The first line on stdout is JSON: {"url": …, "env": {…}}; env is everything a
      program, a CLI or an SDK needs to talk to them. Ends with Ctrl-C, and with the process that started it unless --detached.
      The README has the world file's format.
`;

/** Runs a command line; the exit status is the promise's value. */
export async function main(argv: readonly string[]): Promise<number> {
    const [command, ...rest] = argv;
    if (command === undefined || command === "help" || command === "--help" || command === "-h") {
        process.stdout.write(USAGE);
        return command === undefined ? 2 : 0;
    }
    try {
        if (command === "list") {
            const { list } = await import("./list.js");
            return await list(rest, {
                environment: process.env,
                clock: systemClock,
                out: (text) => void process.stdout.write(text),
                err: (text) => void process.stderr.write(text),
                watched: process.stderr.isTTY === true,
            });
        }
        if (command !== "simulate") {
            throw new Error(`unknown command "${command}"`);
        }
        return await simulate(rest);
    } catch (error) {
        process.stderr.write(`connection-decision: ${(error as Error).message}\n\n${USAGE}`);
        return 2;
    }
}

async function simulate(argv: string[]): Promise<number> {
    const { values } = parseArgs({
        args: argv,
        options: {
            port: { type: "string", default: "0" },
            world: { type: "string" },
            throttle: { type: "string", default: "off" },
            settle: { type: "string", default: "0s" },
            latency: { type: "string", default: "0ms" },
            detached: { type: "boolean", default: false },
        },
    });
    if (values.throttle !== "documented" && values.throttle !== "off") {
        throw new Error(`--throttle must be "documented" or "off"`);
    }
    if (!/^\d{1,5}$/.test(values.port)) {
        throw new Error("--port must be a number");
    }
    const parent = process.ppid;
    const { startSimulator } = await import("../simulator/index.js");
    const simulator = await startSimulator({
        port: Number(values.port),
        throttle: values.throttle,
        settleMs: milliseconds(values.settle),
        latencyMs: milliseconds(values.latency),
        ...(values.world === undefined ? {} : { world: JSON.parse(readFileSync(values.world, "utf8")) }),
    });
    process.stdout.write(`${JSON.stringify({ url: simulator.url, env: simulator.env })}\n`);
    await new Promise<void>((resolve) => {
        process.once("SIGINT", resolve);
        process.once("SIGTERM", resolve);
        if (!values.detached) {
            whenGone(parent, resolve);
        }
    });
    await simulator.close();
    return 0;
}

const PARENT_LOOK_MS = 250;

/** Calls back once the parent process has ended: the system then gives its children another parent, except on Windows. */
function whenGone(parent: number, callback: () => void): void {
    const timer = setInterval(() => {
        if (process.ppid !== parent || !isRunning(parent)) {
            clearInterval(timer);
            callback();
        }
    }, PARENT_LOOK_MS);
}

/** Signal 0 asks only; a process of another user may not be asked, but it is there. */
function isRunning(pid: number): boolean {
    try {
        return process.kill(pid, 0);
    } catch (error) {
        return (error as NodeJS.ErrnoException).code === "EPERM";
    }
}

if (require.main === module) {
    void main(process.argv.slice(2)).then((status) => {
        process.exitCode = status;
    });
}
