import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, it } from "vitest";
import { isAlive } from "../../src/shared/alive";
import { PLUGIN_FOLDER } from "../support/pulumi";

it("a plugin whose engine is killed ends: nobody else would end it", async () => {
    // The shell stands for the engine. It says who its child is, after the child's port, and waits.
    const script = '"$0/pulumi-resource-connections" 127.0.0.1:1 & child=$!; echo "$child"; read -r _';
    const engine = spawn("sh", ["-c", script, PLUGIN_FOLDER], { stdio: ["pipe", "pipe", "inherit"] });
    const lines: number[] = [];
    createInterface({ input: engine.stdout }).on("line", (line) => lines.push(Number(line)));
    await expect.poll(() => lines.length, { timeout: 20_000, interval: 20 }).toBe(2);
    const [plugin] = lines as [number];
    expect(isAlive(plugin)).toBe(true);
    // Closed once nobody writes to it any more: the plugin has ended, too.
    const closed = once(engine, "close");
    engine.kill("SIGKILL");
    await closed;
}, 30_000);
