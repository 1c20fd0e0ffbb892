import { spawn } from "node:child_process";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";

const main = path.resolve(__dirname, "../../dist/cli/main.js");

/** A process that starts `simulate` and says what that says, and its process id. It lives until it is killed. */
const PARENT = `
const child = require("node:child_process").spawn(process.execPath, [${JSON.stringify(main)}, "simulate", ...process.argv.slice(1)]);
child.stdout.once("data", (line) => console.log(JSON.stringify({ pid: child.pid, url: JSON.parse(line).url })));
setInterval(() => {}, 1_000);
`;

async function startBelowParent(...options: string[]) {
    const parent = spawn(process.execPath, ["-e", PARENT, "--", ...options], { stdio: ["ignore", "pipe", "inherit"] });
    const { pid, url } = await new Promise<{ pid: number; url: string }>((resolve) => {
        parent.stdout.once("data", (line) => resolve(JSON.parse(line)));
    });
    onTestFinished(() => {
        parent.kill("SIGKILL");
        if (isRunning(pid)) {
            process.kill(pid);
        }
    });
    const killed = new Promise((resolve) => parent.once("exit", resolve));
    return { pid, url, killParent: () => [parent.kill("SIGKILL"), killed][1] };
}

function isRunning(pid: number): boolean {
    try {
        return process.kill(pid, 0);
    } catch {
        return false;
    }
}

describe("simulate", () => {
    it("ends with the process that started it, though nobody tells it", async () => {
        const { pid, url, killParent } = await startBelowParent();
        expect((await fetch(`${url}/_simulator/calls`)).status).toBe(200);
        await killParent();
        await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false);
    });

    it("goes on where it is told to", async () => {
        const { pid, url, killParent } = await startBelowParent("--detached");
        await killParent();
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        expect([isRunning(pid), (await fetch(`${url}/_simulator/calls`)).status]).toEqual([true, 200]);
    });
});
