import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { useClouds } from "../support/clouds";
import { cliOf, has, python, pythonSdk, scratchFolder } from "../support/languages";
import { LONG } from "../support/long-runs";

/** The SDKs that Pulumi's own generators make of the schema, and the examples of other languages with the real CLI. */
const clouds = useClouds();
const repository = path.resolve(__dirname, "../..");
const examples = path.join(repository, "examples/languages");
const sdks = path.join(repository, "dist/sdks");
const MINUTES = 60_000;
const run = promisify(execFile);

const go = has("go", "version");
const java = has("mvn", "--version");
const OUTPUTS = {
    status: "accepted",
    requester: "111122223333",
    open: { "vpce-00000000000000004": "review: no rule, requester 777766665555" },
};

/** Runs commands of the CLI in a folder, one after the other; what the first and the last printed. */
async function cli(folder: string, env: NodeJS.ProcessEnv, commands: readonly string[]): Promise<string[]> {
    const printed: string[] = [];
    for (const command of commands) {
        const { stdout } = await run("pulumi", command.split(" "), { cwd: folder, env }).catch((error) => {
            throw new Error(`pulumi ${command} failed:\n${error.stdout}${error.stderr}`);
        });
        printed.push(stdout);
    }
    return printed;
}

/** A program of examples/languages decides in the world of the examples, and has nothing to do afterwards. */
async function decides(folder: string, env: NodeJS.ProcessEnv): Promise<void> {
    clouds.simulator.world = JSON.parse(readFileSync(path.join(examples, "world.json"), "utf8"));
    const [, preview = "", ...others] = await cli(folder, { ...env, ...clouds.simulator.env }, [
        "stack init dev",
        "preview --diff",
        "up --yes --skip-preview",
        "preview --expect-no-changes",
        "stack output --json",
    ]);
    expect(preview).toContain('transition       : "accept: pending -> accepted"');
    expect(preview).toContain("accept: pending, rule partners, requester 444455556666");
    expect(JSON.parse(others.at(-1) ?? "")).toEqual(OUTPUTS);
    const connections = clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections;
    expect(connections?.map(({ state }) => state)).toEqual(["available", "rejected", "available", "pendingAcceptance"]);
}

/** A copy of an example, so that a run leaves nothing there, with the plugin and the SDKs where the example looks for them. */
function copyOf(language: string, scratch: string): string {
    const folder = path.join(scratch, "examples/languages", language);
    cpSync(path.join(examples, language), folder, { recursive: true });
    symlinkSync(path.join(repository, "dist"), path.join(scratch, "dist"));
    return folder;
}

const reason = (...missing: readonly (string | false)[]) => {
    const reasons = [!LONG && "npm run test:faults", ...missing].filter((text) => text !== false);
    return reasons.length === 0 ? "" : ` (needs ${reasons.join(" and ")})`;
};

describe.skipIf(!LONG || !go)(`SDKs that Pulumi's generators make${reason(!go && "Go")}`, () => {
    beforeAll(async () => {
        await run("npm", ["run", "--silent", "sdks"], { cwd: repository });
    }, 10 * MINUTES);

    it.skipIf(!python)(`Python: installed, and the example decides`, { timeout: 10 * MINUTES }, async () => {
        const scratch = scratchFolder();
        const installed = path.join(scratch, "packages");
        const options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--target", installed];
        // A copy: pip builds in the folder.
        cpSync(path.join(sdks, "python"), path.join(scratch, "sdk"), { recursive: true });
        await run("python3", ["-m", "pip", "install", ...options, path.join(scratch, "sdk")]);
        const env = await cliOf("python", scratch);
        env.PYTHONPATH = [installed, await pythonSdk()].join(path.delimiter);
        await decides(copyOf("python", scratch), env);
    });

    it("Go: every package passes vet, and the example decides", { timeout: 10 * MINUTES }, async () => {
        const scratch = scratchFolder();
        const folder = copyOf("go", scratch);
        // The SDK's own packages need what its go.mod asks for beside the example's.
        await run("go", ["vet", "-mod=mod", "./...", "example.com/pulumi-connections/sdk/go/..."], { cwd: folder });
        await decides(folder, await cliOf("go", scratch));
    });

    it("Node.js: compiled, and a program decides with words of the wrong kind refused", {
        timeout: 10 * MINUTES,
    }, async () => {
        const folder = scratchFolder();
        const tsc = require.resolve("typescript/bin/tsc");
        const packages = path.join(folder, "node_modules");
        mkdirSync(path.join(packages, "@pulumi"), { recursive: true });
        for (const name of ["@pulumi/pulumi", "@types"]) {
            symlinkSync(path.join(repository, "node_modules", name), path.join(packages, name));
        }
        cpSync(path.join(sdks, "nodejs"), path.join(folder, "sdk"), { recursive: true });
        await run(process.execPath, [tsc], { cwd: path.join(folder, "sdk") });
        // What `pulumi package pack-sdk` would make of it.
        cpSync(path.join(folder, "sdk/bin"), path.join(packages, "pulumi-connections"), { recursive: true });
        cpSync(path.join(folder, "sdk/package.json"), path.join(packages, "pulumi-connections/package.json"));
        writeFileSync(path.join(folder, "package.json"), "{}");
        writeFileSync(
            path.join(folder, "Pulumi.yaml"),
            `name: ledger\nruntime: nodejs\nplugins:\n  providers:\n    - name: connections\n      path: ${repository}/dist/release\n`,
        );
        const source = readFileSync(path.join(__dirname, "program.ts.txt"), "utf8");
        writeFileSync(path.join(folder, "wrong.ts"), source.replace("decision: Decision.Accept", 'decision: "acept"'));
        writeFileSync(path.join(folder, "index.ts"), source);
        const strict = ["--strict", "--module", "commonjs", "--target", "es2022", "--skipLibCheck"];
        await run(process.execPath, [tsc, ...strict, "index.ts"], { cwd: folder });
        await expect(
            run(process.execPath, [tsc, ...strict, "--noEmit", "wrong.ts"], { cwd: folder }),
        ).rejects.toThrow();
        await decides(folder, { ...(await cliOf("python", folder)), PULUMI_NODEJS_TYPESCRIPT: "false" });
    });
});

describe.skipIf(!LONG || !java)(`without an SDK${reason(!java && "Maven")}`, () => {
    it("Java: the example decides", { timeout: 10 * MINUTES }, async () => {
        const scratch = scratchFolder();
        await decides(copyOf("java", scratch), await cliOf("java", scratch));
    });
});
