import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, onTestFinished } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/index";
import { cliEnv, makeStack, pulumiFolder } from "../support/cli";
import { worldWith } from "../support/clouds";
import { LONG } from "../support/long-runs";
import { startMoto } from "../support/moto";

const run = promisify(execFile);
const repository = path.resolve(__dirname, "../..");
const examples = path.join(repository, "examples");
const policy = path.join(examples, "policy");

/** Examples whose providers run here, and what their clouds say afterwards. */
const RUNNABLE: Readonly<Record<string, (world: Simulator["world"]) => unknown>> = {
    quickstart: ({ aws, alibaba, huawei }) => [
        aws?.[0]?.endpointServices?.[0]?.connections?.map((c) => c.state),
        aws?.[0]?.openSearchInboundConnections?.map((c) => c.status),
        alibaba?.[0]?.vpcPeerConnections?.map((c) => c.status),
        huawei?.[0]?.endpointServices?.[0]?.connections?.map((c) => c.status),
    ],
    "opensearch-cross-cluster": ({ aws }) => aws?.[0]?.openSearchInboundConnections?.map((c) => c.status),
    "alibaba-vpc-peering": ({ alibaba }) => alibaba?.[0]?.vpcPeerConnections?.map((c) => c.status),
    "otc-vpcep": ({ huawei }) => huawei?.[0]?.endpointServices?.[0]?.connections?.map((c) => c.status),
    "network-hub": ({ aws }) => [
        aws?.[0]?.transitGateways?.[0]?.vpcAttachments?.map((c) => c.state),
        aws?.[0]?.vpcPeeringConnections?.map((c) => c.status),
        aws?.[0]?.receivedResourceShares?.map((c) => c.status),
        aws?.[0]?.coreNetworks?.[0]?.attachments?.map((c) => c.state),
    ],
    "two-accounts": ({ aws }) => aws?.map((region) => region.endpointServices?.[0]?.connections?.[0]?.state),
};

/** Where else an example is previewed from, or with what beside its README's line, and what that preview says and does not say. */
const PREVIEWS: Readonly<Record<string, { folder?: string; args?: readonly string[]; says: string; never?: string }>> =
    {
        // The repository's top folder runs it.
        quickstart: { folder: repository, says: "+ 8 to create" },
        // The policies let it through.
        "two-accounts": { args: ["--policy-pack", policy], says: "connections", never: "mandatory" },
    };

const ALWAYS = ["quickstart", "network-hub"];

const DECIDED: Readonly<Record<string, unknown>> = {
    quickstart: [["available", "rejected", "rejected"], ["ACTIVE"], ["Activated", "Rejected"], ["accepted"]],
    "opensearch-cross-cluster": ["ACTIVE", "DELETED"],
    "alibaba-vpc-peering": ["Activated", "Rejected"],
    "otc-vpcep": ["accepted", "rejected"],
    "network-hub": [["available", "pendingAcceptance"], ["active", "rejected"], ["ACTIVE"], ["AVAILABLE"]],
    "two-accounts": [undefined, "available", "rejected"],
};

describe("every example", () => {
    // Those of other languages: test/languages.
    const names = readdirSync(examples).filter((name) => name !== "languages");

    it.each(names)("%s has its project file, package.json, index.ts and README.md", (name) => {
        expect(readdirSync(path.join(examples, name))).toEqual(
            expect.arrayContaining([
                name === "policy" ? "PulumiPolicy.yaml" : "Pulumi.yaml",
                "README.md",
                "index.ts",
                "package.json",
            ]),
        );
    });

    it("type-checks, under its own rules, which are everybody's; so do the programs in the documents", {
        timeout: 120_000,
    }, async () => {
        const [rules = "", ...others] = names.map((name) =>
            readFileSync(path.join(examples, name, "tsconfig.json"), "utf8"),
        );
        expect(others.every((other) => other === rules)).toBe(true);
        // One compiler for all: each alone reads the SDK's types again. Below node_modules, so that the linters beside the tests do not meet it.
        const cache = path.join(repository, "node_modules/.cache/examples");
        mkdirSync(cache, { recursive: true });
        const project = path.join(cache, "tsconfig.json");
        const { compilerOptions } = JSON.parse(rules);
        writePrograms(path.join(cache, "documents"));
        writeFileSync(
            project,
            JSON.stringify({
                compilerOptions: { ...compilerOptions, incremental: true, tsBuildInfoFile: "tsbuildinfo" },
                include: ["../../../examples/*/index.ts", "documents/*.ts"],
            }),
        );
        await run(process.execPath, [require.resolve("typescript/bin/tsc"), "--project", project]);
    });

    it("is run here or under mocks", () => {
        expect(names.sort()).toEqual([...Object.keys(RUNNABLE), "aws-endpoint-service", "fleet", "policy"].sort());
    });
});

/** Writes each program of the documents into a file of its own: the blocks of TypeScript that import something. */
function writePrograms(folder: string): void {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const docs = readdirSync(path.join(repository, "docs"), { recursive: true, encoding: "utf8" });
    for (const page of ["README.md", ...docs.filter((name) => name.endsWith(".md")).map((name) => `docs/${name}`)]) {
        const text = readFileSync(path.join(repository, page), "utf8");
        for (const [i, [, block = ""]] of [...text.matchAll(/```ts\n([\s\S]*?)```/g)].entries()) {
            if (/^import /m.test(block)) {
                writeFileSync(path.join(folder, `${page.replace(/\W/g, "-")}-${i}.ts`), block);
            }
        }
    }
}

describe("as a user would run it, with the real CLI against the simulator", () => {
    // The others are like these two here: `npm run test:faults` runs them too.
    const always = Object.entries(RUNNABLE).filter(([name]) => LONG || ALWAYS.includes(name));

    it.each(always)("%s: preview --diff, up, converged", { timeout: 120_000 }, async (name, view) => {
        const folder = path.join(examples, name);
        const world = JSON.parse(readFileSync(path.join(folder, "world.json"), "utf8"));
        const { simulator, cli, shell } = await inFolder(folder, world);
        // The line of its README, in one go: simulator and preview.
        const [, line = ""] =
            /```sh\n(npx connection-decision simulate .*)\n```/.exec(
                readFileSync(path.join(folder, "README.md"), "utf8"),
            ) ?? [];
        const { folder: elsewhere, args = [], says = "", never } = PREVIEWS[name] ?? {};
        const preview = await shell([line, ...args].join(" "));
        expect(elsewhere === undefined ? preview : await cli(["preview"], elsewhere)).toContain(says);
        if (never !== undefined) {
            expect(preview).not.toContain(never);
        }
        for (const resource of readFileSync(path.join(folder, "index.ts"), "utf8").matchAll(
            /decision: "(accept|reject)"/g,
        )) {
            expect(preview).toMatch(new RegExp(`transition *: "${resource[1]}: `));
        }
        expect(preview).toMatch(/requester *: "\w+"/);
        await cli(["up", "--yes", "--skip-preview"]);
        await cli(["preview", "--expect-no-changes"]);
        expect(view(simulator.world)).toEqual(DECIDED[name]);
    });
});

describe("fleet, as a user would run it", () => {
    it.runIf(LONG)(
        "deploys its stacks side by side into one S3 backend (moto) and goes on after a failed one",
        {
            timeout: 300_000,
        },
        async () => {
            const folder = path.join(examples, "fleet");
            const simulator = await startSimulator({
                world: JSON.parse(readFileSync(path.join(folder, "world.json"), "utf8")),
                settleMs: 300,
            });
            const bucket = await startBucket();
            const bin = pulumiFolder();
            const env = await cliEnv();
            const scratch = mkdtempSync(path.join(tmpdir(), "connection-decision-"));
            onTestFinished(async () => {
                await simulator.close();
                rmSync(scratch, { recursive: true, force: true });
                rmSync(path.join(folder, "dist"), { recursive: true, force: true });
                for (const file of readdirSync(folder).filter((name) => /^Pulumi\..+\.yaml$/.test(name))) {
                    rmSync(path.join(folder, file));
                }
            });
            const fleet = (command: string, ...args: string[]) =>
                run(command, args, {
                    cwd: folder,
                    env: {
                        ...process.env,
                        ...env,
                        ...simulator.env,
                        PATH: `${bin}${path.delimiter}${process.env.PATH}`,
                        PULUMI_HOME: path.join(scratch, "home"),
                        PULUMI_BACKEND_URL: bucket.backend,
                    },
                }).then(
                    ({ stdout }) => ({ code: 0, text: stdout }),
                    ({ code, stdout, stderr }) => ({ code, text: `${stdout}${stderr}` }),
                );

            const first = await fleet("npm", "start", "--silent", "--", "up");
            expect(first.text).toMatch(
                /production-us-east-1.*FAILED.*billing: Will not accept: the requester is 999988887777/,
            );
            for (const stack of ["production-eu-west-1", "search-eu-west-1", "staging-eu-west-1"]) {
                expect(first.text).toMatch(new RegExp(`'${stack}' *│ 'done'`));
            }
            expect(first.code).toBe(1);
            const states = () =>
                simulator.world.aws?.map((account) => [
                    ...(account.endpointServices ?? []).flatMap((s) => s.connections?.map((c) => c.state)),
                    ...(account.openSearchInboundConnections ?? []).map((c) => c.status),
                ]);
            expect(states()).toEqual([[], ["available", "rejected"], ["pendingAcceptance"], ["available"], ["ACTIVE"]]);
            expect((await bucket.keys()).filter((key) => key.endsWith(".json")).sort()).toEqual(
                expect.arrayContaining([
                    ".pulumi/stacks/fleet/production-eu-west-1.json",
                    ".pulumi/stacks/fleet/search-eu-west-1.json",
                    ".pulumi/stacks/fleet/staging-eu-west-1.json",
                ]),
            );

            const pending = simulator.world.aws?.[2]?.endpointServices?.[0]?.connections?.[0];
            Object.assign(pending ?? {}, { owner: "444455556666" });
            // It is compiled.
            const second = await fleet(process.execPath, "dist/index.js", "up");
            expect(second.code, second.text).toBe(0);
            expect(states()?.[2]).toEqual(["available"]);
            expect(second.text).toMatch(/'production-eu-west-1' *│ 'done' *│ 0 *│ 2 /);
        },
    );
});

describe("policy, as a user would run it", () => {
    it("names every violation", { timeout: 240_000 }, async () => {
        const bad = mkdtempSync(path.join(tmpdir(), "connection-decision-"));
        onTestFinished(() => rmSync(bad, { recursive: true, force: true }));
        symlinkSync(path.join(repository, "node_modules"), path.join(bad, "node_modules"));
        writeFileSync(path.join(bad, "package.json"), "{}");
        writeFileSync(
            path.join(bad, "Pulumi.yaml"),
            "name: bad\nruntime: {name: nodejs, options: {typescript: false}}\n",
        );
        writeFileSync(
            path.join(bad, "index.js"),
            `const { ConnectionAdmission, ConnectionDecision } = require("pulumi-connection-decision");
            const at = (endpointId) => ({ kind: "aws:vpcEndpoint", serviceId: "vpce-svc-0123456789abcdef0", endpointId });
            new ConnectionDecision("anybody", { connection: at("vpce-00000000000000001"), decision: "accept" });
            new ConnectionDecision("cut", { connection: at("vpce-00000000000000002"), decision: "reject" });
            new ConnectionDecision("refused", { connection: at("vpce-00000000000000003"), decision: "reject" });
            new ConnectionDecision("peer", {
                connection: { kind: "alibaba:vpcPeering", instanceId: "pcc-guzvyqlj0n6e10" },
                decision: "reject",
                onDelete: "remove",
            });
            new ConnectionAdmission("everybody", {
                scope: { kind: "aws:openSearchInbound" },
                rules: [],
                otherwise: "accept",
            });`,
        );
        const { cli } = await inFolder(
            bad,
            worldWith({ endpoints: ["pendingAcceptance", "available", "pendingAcceptance"] }),
        );
        const text = await cli(["preview", "--policy-pack", policy]).catch((error) => (error as Error).message);
        for (const [policy, name] of [
            ["accepts-expect-their-requester", "anybody"],
            ["cuts-have-a-reason", "cut"],
            ["destroy-removes-nothing", "peer"],
            ["nobody-is-let-in-by-default", "everybody"],
        ]) {
            expect(text).toMatch(new RegExp(`mandatory.*${policy}.*${name}`));
        }
        expect(text).not.toMatch(/mandatory.*refused/);
    });
});

describe("under Pulumi's mocks, because @pulumi/aws's plugin cannot be downloaded here", () => {
    it("aws-endpoint-service decides on the connections of the service it creates", { timeout: 60_000 }, async () => {
        const created: pulumi.runtime.MockResourceArgs[] = [];
        pulumi.runtime.setMocks(
            {
                newResource(args) {
                    created.push(args);
                    return {
                        id: args.type.includes("VpcEndpointService") ? "vpce-svc-0123456789abcdef0" : `${args.name}-id`,
                        state: args.inputs,
                    };
                },
                call: () => ({}),
            },
            "aws-endpoint-service",
            "test",
        );
        pulumi.runtime.setAllConfig({
            "aws-endpoint-service:loadBalancerArn":
                "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/net/ledger/1",
            "aws-endpoint-service:customers": JSON.stringify({
                analytics: { endpointId: "vpce-0a1b2c3d4e5f60718", account: "111122223333" },
            }),
        });
        // By a name that the compiler does not follow: it would read all types of @pulumi/aws, which the examples' own check reads.
        await import(path.join(examples, "aws-endpoint-service/index.ts"));
        await expect.poll(() => created.length).toBe(2);
        expect(created[1]).toMatchObject({
            type: "pulumi-nodejs:dynamic/connection:ConnectionDecision",
            name: "analytics",
            inputs: {
                connection: {
                    kind: "aws:vpcEndpoint",
                    serviceId: "vpce-svc-0123456789abcdef0",
                    endpointId: "vpce-0a1b2c3d4e5f60718",
                },
                decision: "accept",
                expectedRequester: "111122223333",
                onDelete: "reject",
                __provider: expect.stringContaining('require("pulumi-connection-decision/provider").provider'),
            },
        });
    });
});

/** A simulator with this world, and the CLI in this folder, with a backend and a home of its own. */
async function inFolder(folder: string, world: Simulator["world"]) {
    const bin = pulumiFolder();
    const simulator = await startSimulator({ world, settleMs: 300 });
    const scratch = mkdtempSync(path.join(tmpdir(), "connection-decision-"));
    const folders = [folder, ...(folder === path.join(examples, "quickstart") ? [repository] : [])];
    onTestFinished(async () => {
        await simulator.close();
        rmSync(scratch, { recursive: true, force: true });
        for (const program of folders) {
            rmSync(path.join(program, "Pulumi.test.yaml"), { force: true });
        }
    });
    const env = {
        ...process.env,
        ...(await cliEnv()),
        ...simulator.env,
        PATH: `${bin}${path.delimiter}${process.env.PATH}`,
        PULUMI_HOME: path.join(scratch, "home"),
        PULUMI_BACKEND_URL: `file://${scratch}`,
        // Types have a test of their own.
        PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    };
    for (const program of folders) {
        const [, project = ""] = /^name: (.*)$/m.exec(readFileSync(path.join(program, "Pulumi.yaml"), "utf8")) ?? [];
        makeStack({ folder: program, backend: scratch, project, stack: "test" });
    }
    const cli = async (args: readonly string[], cwd = folder) => {
        try {
            const { stdout, stderr } = await run(
                path.join(bin, "pulumi"),
                [...args, "--stack", "test", "--non-interactive"],
                { cwd, env },
            );
            return stdout + stderr;
        } catch (error) {
            const { stdout, stderr } = error as { stdout: string; stderr: string };
            throw new Error(`pulumi ${args.join(" ")} failed:\n${stdout}${stderr}`);
        }
    };
    /** A command line as a reader copies it. */
    const shell = async (line: string) =>
        (await run("sh", ["-c", line], { cwd: folder, env: { ...env, PULUMI_STACK: "test" } })).stdout;
    return { simulator, cli, shell };
}

/** moto's S3 server with one bucket. */
async function startBucket() {
    const url = await startMoto();
    await fetch(`${url}/fleet`, { method: "PUT" });
    return {
        backend: `s3://fleet?endpoint=${url}&s3ForcePathStyle=true&region=eu-west-1`,
        async keys() {
            const listing = await (await fetch(`${url}/fleet?list-type=2`)).text();
            return [...listing.matchAll(/<Key>(.*?)<\/Key>/g)].map((match) => match[1] ?? "");
        },
    };
}
