import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/index";
import { cliEnv, makeStack, pulumiFolder } from "../support/cli";
import { endpoint, SERVICE, worldWith } from "../support/clouds";
import { deadLinks } from "../support/links";
import { LONG } from "../support/long-runs";

const run = promisify(execFile);
const repository = path.resolve(__dirname, "../..");
const PACKAGE_MS = 300_000;
/** As the README says. */
const OLDEST_TYPESCRIPT = "~4.7.4";
/** Packages whose types a program must not need: the compiler would read them with every build. */
const CLOUD_SDK = /@(aws-sdk|smithy|azure|alicloud)\//;

/** The tarball as it would be published, installed in a fresh project outside the repository. */
let folder: string;
let tarball: string;
let simulator: Simulator;

beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), "connection-decision-packed-"));
    await run("npm", ["pack", "--ignore-scripts", "--pack-destination", folder], { cwd: repository });
    tarball = path.join(folder, readdirSync(folder).find((name) => name.endsWith(".tgz")) ?? "");
    simulator = await startSimulator({ world: worldWith({}) });
}, PACKAGE_MS);

afterAll(async () => {
    await simulator.close();
    rmSync(folder, { recursive: true, force: true });
}, PACKAGE_MS);

describe("the packed tarball", () => {
    it("holds the build, the documents and examples that its README leads to, and nothing else", async () => {
        const files = [...(await contents(tarball)).keys()];
        expect(files).toEqual(
            expect.arrayContaining([
                "package.json",
                "README.md",
                "LICENSE",
                "CHANGELOG.md",
                "SECURITY.md",
                "docs/README.md",
                "examples/quickstart/index.ts",
                "dist/index.js",
                "dist/index.d.ts",
                "dist/cli/main.js",
            ]),
        );
        expect(
            files.filter(
                (name) =>
                    !/^(dist\/|docs\/|package\.json$|LICENSE$|(README|CHANGELOG|SECURITY)\.md$)/.test(name) &&
                    !/^examples\/languages\//.test(name) &&
                    !/^examples\/[\w-]+\/(index\.ts|README\.md|Pulumi(Policy)?\.yaml|\w+\.json)$/.test(name),
            ),
        ).toEqual([]);
        // Source maps lead to src, which is not in the package.
        expect(files.filter((name) => /\.(tsbuildinfo|map)$/.test(name))).toEqual([]);
    });

    it("has no dead link", async () => {
        expect(deadLinks(await contents(tarball))).toEqual([]);
    });

    it
        .runIf(LONG)
        .each([
            ["npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts"]] as const,
            ["pnpm", ["install", "--ignore-scripts"]] as const,
        ])(
        "works in a fresh project with %s: types, require, import, up, with the dynamic provider and the plugin",
        { timeout: PACKAGE_MS },
        async (manager, args) => {
            const project = path.join(folder, manager);
            mkdirSync(project);
            const versions = {
                "@pulumi/pulumi": "3.248.0",
                typescript: "~5.9.3",
                "typescript-oldest": `npm:typescript@${OLDEST_TYPESCRIPT}`,
                "@types/node": "^20",
            };
            write(project, {
                "package.json": JSON.stringify({
                    name: "fresh",
                    private: true,
                    dependencies: { ...versions, "pulumi-connection-decision": `file:${tarball}` },
                }),
                "Pulumi.yaml": JSON.stringify({
                    name: "fresh",
                    runtime: "nodejs",
                    plugins: { providers: [{ name: "connections", path: "node_modules/.bin" }] },
                }),
                "tsconfig.json": JSON.stringify({
                    compilerOptions: {
                        strict: true,
                        module: "node16",
                        moduleResolution: "node16",
                        target: "es2022",
                        noEmit: true,
                    },
                }),
                "index.ts": `import { ConnectionDecision } from "pulumi-connection-decision";
import * as plugin from "pulumi-connection-decision/plugin";
import { startSimulator } from "pulumi-connection-decision/simulator";
export const start: typeof startSimulator = startSimulator;
const decision = new ConnectionDecision("a", {
    connection: { kind: "aws:vpcEndpoint", serviceId: "${SERVICE}", endpointId: "${endpoint(1)}" },
    decision: "accept",
});
export const status = decision.status;
const other = new plugin.ConnectionDecision("b", {
    connection: { kind: "aws:vpcEndpoint", serviceId: "${SERVICE}", endpointId: "${endpoint(2)}" },
    decision: "reject",
});
export const otherStatus = other.status;
`,
                "wrong.ts": `import { ConnectionDecision } from "pulumi-connection-decision";
// @ts-expect-error: an OpenSearch connection has no endpointId
new ConnectionDecision("b", { connection: { kind: "aws:openSearchInbound", endpointId: "x" }, decision: "accept" });
// @ts-expect-error: no such decision
new ConnectionDecision("c", { connection: { kind: "aws:openSearchInbound", connectionId: "x" }, decision: "maybe" });
`,
            });
            const command = manager === "npm" ? ["npm", ...args] : ["npx", "--yes", "pnpm@10", ...args];
            await run(command[0] as string, command.slice(1), { cwd: project, env: { ...process.env, CI: "true" } });
            const tsc = path.join(project, "node_modules/typescript/bin/tsc");
            const compiled = await run(process.execPath, [tsc, "--project", project, "--listFiles"]);
            expect(compiled.stdout).toContain("pulumi-connection-decision/dist/kinds/index.d.ts");
            expect(compiled.stdout.split("\n").filter((file) => CLOUD_SDK.test(file))).toEqual([]);
            // The declarations of @types/node need a newer one: libraries are read, not checked.
            const oldest = path.join(project, "node_modules/typescript-oldest/bin/tsc");
            await run(process.execPath, [oldest, "--project", project, "--skipLibCheck"]);
            await run(
                process.execPath,
                [
                    "--input-type=module",
                    "-e",
                    'import { ConnectionDecision, Provider } from "pulumi-connection-decision"; if (!ConnectionDecision || !Provider) process.exit(1);',
                ],
                { cwd: project },
            );
            await run(
                process.execPath,
                [path.join(project, "node_modules/pulumi-connection-decision/dist/cli/main.js"), "--help"],
                { cwd: project },
            );

            const bin = pulumiFolder();
            const env = {
                ...process.env,
                ...(await cliEnv()),
                ...simulator.env,
                PATH: `${bin}${path.delimiter}${process.env.PATH}`,
                PULUMI_HOME: path.join(project, "home"),
                PULUMI_BACKEND_URL: `file://${project}`,
                // tsc has checked the types above.
                PULUMI_NODEJS_TRANSPILE_ONLY: "true",
            };
            simulator.world = worldWith({ endpoints: ["pendingAcceptance", "pendingAcceptance"] });
            makeStack({ folder: project, backend: project, project: "fresh", stack: "test" });
            const up = await run(
                path.join(bin, "pulumi"),
                ["up", "--yes", "--skip-preview", "--stack", "test", "--non-interactive"],
                { cwd: project, env },
            );
            expect(up.stdout).toMatch(/ status *: "accepted"/);
            expect(up.stdout).toMatch(/otherStatus *: "rejected"/);
            const connections = simulator.world.aws?.[0]?.endpointServices?.[0]?.connections;
            expect(connections?.map(({ state }) => state)).toEqual(["available", "rejected"]);
        },
    );
});

/** The files of a tarball, by their paths in the package. */
async function contents(file: string): Promise<Map<string, string>> {
    const into = mkdtempSync(path.join(folder, "contents-"));
    await run("tar", ["xzf", file, "-C", into]);
    const root = path.join(into, "package");
    const names = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    return new Map(
        names.map(({ parentPath, name }) => {
            const full = path.join(parentPath, name);
            return [path.relative(root, full).split(path.sep).join("/"), readFileSync(full, "utf8")];
        }),
    );
}

function write(project: string, files: Readonly<Record<string, string>>): void {
    for (const [name, content] of Object.entries(files)) {
        writeFileSync(path.join(project, name), content);
    }
}
