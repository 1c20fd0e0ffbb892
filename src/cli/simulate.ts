import { type ChildProcessByStdio, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import path from "node:path";
import type { Readable } from "node:stream";
import { whenGone } from "../shared/alive";
import { oneLine } from "../shared/problem";
import type { Simulator, World } from "../simulator/index";
import type { Terminal } from "./terminal";
import { UsageError } from "./usage";

export interface SimulateOptions {
    /** 0: a free one. */
    readonly port: number;
    /** A world file. */
    readonly world: string | undefined;
    readonly throttle: "documented" | "off";
    readonly settleMs: number;
    readonly latencyMs: number;
    /** Go on when the process that started this one has ended. */
    readonly detached: boolean;
}

/** `connection-decision simulate`: says where the clouds are and runs until it is stopped. */
export async function simulate(options: SimulateOptions, terminal: Terminal): Promise<number> {
    const parent = process.ppid;
    const simulator = await start(options);
    terminal.out(`${JSON.stringify({ url: simulator.url, env: simulator.env })}\n`);
    terminal.err("ready, Ctrl-C to stop\n");
    await new Promise<void>((resolve) => {
        process.once("SIGINT", resolve);
        process.once("SIGTERM", resolve);
        if (!options.detached) {
            whenGone(parent, resolve);
        }
    });
    await simulator.close();
    return 0;
}

/** `connection-decision simulate -- COMMAND`: runs a command that talks to the clouds, ends with it and as it. */
export async function simulateFor(
    command: readonly string[],
    options: SimulateOptions,
    terminal: Terminal,
): Promise<number> {
    const simulator = await start(options);
    try {
        return await run(command, { ...terminal.environment, ...simulator.env });
    } finally {
        await simulator.close();
    }
}

/**
 * `connection-decision simulate --print shell`: starts this command again in the background, prints its environment as shell code, and
 * ends, because `eval "$(…)"` waits for that. The code makes the shell end the simulator when the shell itself ends.
 */
export async function simulateInBackground(options: SimulateOptions, terminal: Terminal): Promise<number> {
    const { port, world, throttle, settleMs, latencyMs } = options;
    const child = spawn(
        process.execPath,
        [
            ...[path.join(__dirname, "main.js"), "simulate", "--port", `${port}`, "--throttle", throttle],
            ...["--settle", `${settleMs}ms`, "--latency", `${latencyMs}ms`, "--detached"],
            ...(world === undefined ? [] : ["--world", world]),
        ],
        { detached: true, stdio: ["ignore", "pipe", "pipe"] },
    );
    const [first, said] = await firstLine(child);
    if (first === undefined) {
        terminal.err(said);
        return child.exitCode ?? 1;
    }
    const { env } = JSON.parse(first) as { env: Record<string, string> };
    const lines = Object.entries(env).map(([name, value]) => `export ${name}='${value.replaceAll("'", "'\\''")}'`);
    terminal.out([...lines, `trap 'kill ${child.pid}' EXIT`, ""].join("\n"));
    terminal.err(`ready; ends with this shell, or with: kill ${child.pid}\n`);
    child.stdout.destroy();
    child.stderr.destroy();
    child.unref();
    return 0;
}

/** The first line of a process, or undefined where it ended before; and what it said on stderr until then. */
function firstLine(child: ChildProcessByStdio<null, Readable, Readable>): Promise<[string | undefined, string]> {
    return new Promise((resolve) => {
        let out = "";
        let err = "";
        child.stderr.on("data", (chunk) => {
            err += chunk;
        });
        child.stdout.on("data", (chunk) => {
            out += chunk;
            if (out.includes("\n")) {
                resolve([out.slice(0, out.indexOf("\n")), err]);
            }
        });
        child.once("close", () => resolve([undefined, err]));
    });
}

/** Signals that the command gets too. */
const PASSED = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Runs a command to its end; its exit status, 128 and the signal's number where one ended it, as shells count. */
function run([file = "", ...argv]: readonly string[], env: Readonly<Record<string, string | undefined>>) {
    return new Promise<number>((resolve, reject) => {
        const child = spawn(file, argv, { env: { ...env }, stdio: "inherit" });
        // At a terminal, Ctrl-C reaches the command by itself: sent twice, Pulumi would take it for "end at once".
        const atTerminal = [process.stdin, process.stdout, process.stderr].some(({ isTTY }) => isTTY);
        const pass = (signal: NodeJS.Signals) => void (signal !== "SIGINT" || !atTerminal ? child.kill(signal) : false);
        for (const signal of PASSED) {
            process.on(signal, pass);
        }
        child.once("error", (error: NodeJS.ErrnoException) => {
            reject(
                new UsageError(`${oneLine(file, 80)}: ${error.code === "ENOENT" ? "no such command" : error.message}`),
            );
        });
        child.once("close", (status, signal) => {
            for (const signal of PASSED) {
                process.off(signal, pass);
            }
            resolve(status ?? 128 + (signal === null ? 0 : constants.signals[signal]));
        });
    });
}

async function start({ port, world, throttle, settleMs, latencyMs }: SimulateOptions): Promise<Simulator> {
    const { startSimulator } = await import("../simulator/index.js");
    const read = world === undefined ? {} : { world: await readWorldFile(world) };
    try {
        return await startSimulator({ port, throttle, settleMs, latencyMs, ...read });
    } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === "EADDRINUSE" || code === "EACCES") {
            throw new UsageError(`--port ${port} ${code === "EACCES" ? "is not allowed" : "is taken"}`);
        }
        throw error;
    }
}

/** Everything that is wrong with a world file names the file, and the place in it. */
async function readWorldFile(file: string): Promise<World> {
    const { readWorld } = await import("../simulator/clouds.js");
    try {
        return readWorld(JSON.parse(readFileSync(file, "utf8")));
    } catch (error) {
        const { code, message } = error as NodeJS.ErrnoException;
        const why =
            code === "ENOENT"
                ? "no such file"
                : code === "EISDIR"
                  ? "a folder, not a file"
                  : error instanceof SyntaxError
                    ? `not JSON: ${message}`
                    : message;
        throw new UsageError(`--world ${oneLine(file, 200)}: ${oneLine(why, 300)}`);
    }
}
