import { execFile } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { mutationsOf, useClouds } from "../support/clouds";
import { cliOf, python, pythonSdk, scratchFolder } from "../support/languages";
import { LONG } from "../support/long-runs";

/** The Python program of docs/languages.md, in a fresh folder, command by command. */
const clouds = useClouds();
const repository = path.resolve(__dirname, "../..");
const run = promisify(execFile);

/** The blocks of the page's first section, by their language. */
function blocksOfPage(): Map<string, string[]> {
    const page = readFileSync(path.join(repository, "docs/languages.md"), "utf8");
    const [section = ""] = page.split("## Install the plugin");
    const blocks = new Map<string, string[]>();
    for (const [, language = "", text = ""] of section.matchAll(/```(\w*)\n([\s\S]*?)```/g)) {
        blocks.set(language, [...(blocks.get(language) ?? []), text]);
    }
    return blocks;
}

describe.skipIf(!LONG || !python)(
    `a Python program${python ? " (needs npm run test:faults)" : " (needs Python 3.10 with pip)"}`,
    () => {
        it("written from docs/languages.md decides, drifts, heals, imports and destroys", {
            timeout: 240_000,
        }, async () => {
            const folder = scratchFolder();
            const blocks = blocksOfPage();
            const [program = "", more = ""] = blocks.get("python") ?? [];
            const [world = ""] = blocks.get("json") ?? [];
            const commands = [...(blocks.get("sh") ?? [])];
            expect(commands.shift()).toBe(
                "npm install pulumi-connection-decision\npython3 -m venv venv\nvenv/bin/pip install pulumi\n",
            );
            installed(folder);
            writeFileSync(path.join(folder, "Pulumi.yaml"), blocks.get("yaml")?.[0] ?? "");
            writeFileSync(path.join(folder, "__main__.py"), program);
            const setUp = commands.shift() ?? "";
            expect(setUp).toContain('eval "$(npx connection-decision simulate --world world.json --print shell)"');
            clouds.simulator.world = JSON.parse(world);
            const env = {
                ...(await cliOf("python", folder)),
                ...clouds.simulator.env,
                PYTHONPATH: await pythonSdk(),
                PULUMI_CONFIG_PASSPHRASE: "",
            };
            const follow = async (command: string) => {
                expect(commands[0]?.startsWith(command), `next on the page:\n${commands[0]}`).toBe(true);
                const { stdout, stderr } = await run("sh", ["-e", "-c", commands.shift() ?? ""], { cwd: folder, env });
                return stdout + stderr;
            };
            const states = () =>
                clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.map((c) => c.state);
            await run("sh", ["-e", "-c", setUp.split("\n").slice(1).join("\n")], { cwd: folder, env });

            const decided = await follow("pulumi preview --diff\npulumi up");
            expect(decided).toContain('transition       : "accept: pending -> accepted"');
            expect(decided).toMatch(/requester *: "111122223333"/);
            expect(decided).toContain('status   : "accepted"');
            expect(states()).toEqual(["available", "available"]);

            const drift = await follow("curl");
            expect(states()).toEqual(["rejected", "available"]);
            expect(drift).toContain('~ status: "accepted" => "rejected"');
            await follow("pulumi up");
            expect(states()).toEqual(["available", "available"]);

            await follow("pulumi import");
            appendFileSync(path.join(folder, "__main__.py"), more);
            expect(await follow("pulumi preview --expect-no-changes")).toContain("3 unchanged");
            expect(await follow("pulumi destroy")).toContain("3 deleted");
            expect(states()).toEqual(["available", "available"]);
            expect(mutationsOf(clouds.simulator)).toHaveLength(2);
            expect(commands).toEqual([]);
        });
    },
);

/** What `npm install` puts into the folder. */
function installed(folder: string): void {
    const bin = path.join(folder, "node_modules/.bin");
    mkdirSync(bin, { recursive: true });
    // npm makes a link, and the file executable.
    const plugin = `#!/bin/sh\nexec node "${path.join(repository, "dist/plugin/main.js")}" "$@"\n`;
    writeFileSync(path.join(bin, "pulumi-resource-connections"), plugin, { mode: 0o755 });
}
