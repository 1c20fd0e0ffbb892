import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { LANGUAGES } from "../../src/cli/emit";
import { main } from "../../src/cli/main";
import { kinds } from "../../src/kinds";
import { systemClock } from "../../src/shared/clock";
import { runBin } from "../cli-command/bin";
import { cliEnv, makeStack, pulumiFolder } from "../support/cli";
import {
    ALIBABA_REQUESTER,
    DOMAIN,
    endpoint,
    INBOUND,
    PEERING,
    REQUESTER,
    SERVICE,
    useClouds,
    VPCEP_ENDPOINT,
    VPCEP_SERVICE,
    worldWith,
} from "../support/clouds";

/** `connection-decision list` against the simulated clouds. */
const clouds = useClouds({ settleMs: 200 });
const repository = path.resolve(__dirname, "../..");
const run = promisify(execFile);

async function inbox(
    argv: string[] = [],
    environment: Readonly<Record<string, string>> = clouds.simulator.env,
    look: { columns?: number; colour?: boolean; watched?: boolean } = {},
) {
    let out = "";
    let err = "";
    const status = await main(["list", ...argv], {
        environment,
        clock: systemClock,
        out(text) {
            out += text;
        },
        err(text) {
            err += text;
        },
        input: async () => "",
        watched: look.watched ?? false,
        columns: look.columns,
        errColumns: look.columns,
        colour: look.colour ?? false,
    });
    return { out, err, status };
}

describe("the inbox", () => {
    it("finds what is pending on every cloud, its scopes by itself", async () => {
        clouds.simulator.world = worldWith({ endpoints: ["pendingAcceptance", "available", "pendingAcceptance"] });
        clouds.simulator.world.aws?.[0]?.endpointServices?.push({
            serviceId: "vpce-svc-0fffffffffffffff0",
            connections: [{ vpcEndpointId: endpoint(9), owner: "444455556666", state: "pendingAcceptance" }],
        });
        const { out, status } = await inbox(["--json"]);
        const { pending, failed } = JSON.parse(out);
        expect([status, failed]).toEqual([0, []]);
        expect(new Set(pending.map((p: { connection: object }) => JSON.stringify(p.connection)))).toEqual(
            new Set(
                [
                    ...[1, 3].map((n) => ({
                        kind: "aws:vpcEndpoint",
                        region: "eu-west-1",
                        serviceId: SERVICE,
                        endpointId: endpoint(n),
                    })),
                    {
                        kind: "aws:vpcEndpoint",
                        region: "eu-west-1",
                        serviceId: "vpce-svc-0fffffffffffffff0",
                        endpointId: endpoint(9),
                    },
                    { kind: "aws:openSearchInbound", region: "eu-west-1", connectionId: INBOUND },
                    { kind: "alibaba:vpcPeering", instanceId: PEERING },
                    // The simulator's env points both at one world.
                    ...["huawei:vpcEndpoint", "otc:vpcEndpoint"].map((kind) => ({
                        kind,
                        region: "eu-de",
                        serviceId: VPCEP_SERVICE,
                        endpointId: VPCEP_ENDPOINT,
                    })),
                ].map((connection) => JSON.stringify(connection)),
            ),
        );
        const requesters = new Set(pending.map((p: { requester: string }) => p.requester));
        expect(requesters).toEqual(new Set([REQUESTER, "444455556666", ALIBABA_REQUESTER, DOMAIN]));
    });

    it("prints a table with who asks, where, and what the requester says, harmless", async () => {
        Object.assign(clouds.simulator.world.alibaba?.[0]?.vpcPeerConnections?.[0] ?? {}, {
            name: "\u001b[2J\u202eplease",
        });
        const { out } = await inbox();
        expect(out).toMatch(new RegExp(`^aws:vpcEndpoint +${REQUESTER} .*eu-west-1 +${SERVICE} +${endpoint(1)}`, "m"));
        expect(out).toContain("\\u{1b}[2J\\u{202e}please");
        expect(out).not.toContain("\u001b[2J");
        expect(out).toMatch(/^kind +requester +age +expires +region +scope +connection +the requester says$/m);
    });

    it("leaves out what nothing is set up for, and says so, unless it was chosen", async () => {
        const none = Object.fromEntries(
            Object.entries(clouds.simulator.env).filter(([name]) => !/^(HUAWEI|HW|OS|OTC)/.test(name)),
        );
        const { err, status } = await inbox([], none);
        expect(status).toBe(0);
        expect(err).toMatch(/ skipped: .*huawei:vpcEndpoint, otc:vpcEndpoint \(no credentials, no region\)/);
        expect((await inbox(["--kind", "otc:vpcEndpoint"], none)).status).toBe(4);
    });

    it("looks only where it is told, and says so when nothing is there", async () => {
        const { out, status } = await inbox([
            "--kind",
            "aws:vpcEndpoint",
            "--region",
            "eu-west-1",
            "--scope",
            "vpce-svc-0ffffffffffffffff",
        ]);
        expect([out, status]).toEqual(["", 4]);
        const actions = new Set(clouds.simulator.calls.map(({ action }) => action));
        expect(actions).toEqual(new Set(["sts:GetCallerIdentity", "ec2:DescribeVpcEndpointServiceConfigurations"]));
        const one = await inbox(["--kind", "aws:vpcEndpoint", "--scope", SERVICE, "--json"]);
        expect(JSON.parse(one.out).pending).toHaveLength(1);
    });

    it("reports a place that fails, shows the rest, and ends with status 4", async () => {
        clouds.simulator.addFaults({
            action: "ec2:DescribeVpcEndpointServiceConfigurations",
            fault: "error",
            status: 503,
            times: 50,
        });
        const { out, err, status } = await inbox(["--json"]);
        expect(status).toBe(4);
        expect(err).toMatch(/^NOT READ aws:vpcEndpoint in eu-west-1: ec2:DescribeVpcEndpointServiceConfigurations: /m);
        expect(JSON.parse(out).pending).toHaveLength(4);
    });

    it("reads several regions, the rest when one has nothing", async () => {
        clouds.simulator.world.aws?.push({
            account: "123456789012",
            region: "us-east-1",
            endpointServices: [
                {
                    serviceId: "vpce-svc-0aaaaaaaaaaaaaaa0",
                    connections: [{ vpcEndpointId: endpoint(7), owner: REQUESTER, state: "pendingAcceptance" }],
                },
            ],
        });
        const regions = ["eu-west-1", "us-east-1", "ap-south-1"].flatMap((region) => ["--region", region]);
        const { out } = await inbox(["--kind", "aws:vpcEndpoint", ...regions, "--json"]);
        expect(JSON.parse(out).pending.map((p: { connection: { region: string } }) => p.connection.region)).toEqual(
            expect.arrayContaining(["eu-west-1", "us-east-1"]),
        );
    });

    it("ends with status 3 where pipelines ask for it", async () => {
        expect((await inbox(["--fail-if-pending"])).status).toBe(3);
        clouds.simulator.world = worldWith({
            endpoints: [],
            inbound: "ACTIVE",
            peering: "Activated",
            vpcep: "accepted",
        });
        expect((await inbox(["--fail-if-pending"])).status).toBe(0);
    });
});

describe("how it looks", () => {
    const ESCAPE = "\u001b";
    const DAY_MS = 24 * 3_600_000;
    const ago = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();

    function busyWorld() {
        const world = worldWith({ endpoints: ["pendingAcceptance", "pendingAcceptance"] });
        Object.assign(world.aws?.[0]?.endpointServices?.[0]?.connections?.[0] ?? {}, { creationTimestamp: ago(8) });
        Object.assign(world.aws?.[0]?.endpointServices?.[0]?.connections?.[1] ?? {}, { creationTimestamp: ago(1) });
        Object.assign(world.alibaba?.[0]?.vpcPeerConnections?.[0] ?? {}, {
            gmtCreate: ago(6.5).replace(/\.\d+/, ""),
            description: "please accept 财务系统 before Friday ".repeat(4),
        });
        return world;
    }

    /** Columns of a line as a terminal counts them: of these texts, only Chinese is wide. */
    const columnsOf = (line: string) =>
        [...line].reduce((sum, char) => sum + (/\p{Script=Han}/u.test(char) ? 2 : 1), 0);

    it.each([80, 120, 200])("fits %i columns, with every id whole", async (columns) => {
        clouds.simulator.world = busyWorld();
        const { out, err } = await inbox([], clouds.simulator.env, { columns });
        const widths = `${out}${err}`.split("\n").map(columnsOf);
        expect(Math.max(...widths)).toBeLessThanOrEqual(columns);
        for (const id of [SERVICE, endpoint(1), endpoint(2), INBOUND, PEERING, VPCEP_SERVICE, VPCEP_ENDPOINT, DOMAIN]) {
            expect(out).toContain(id);
        }
        expect(out.startsWith(columns === 200 ? "kind " : "aws:vpcEndpoint\n  requester   111122223333\n")).toBe(true);
    });

    it("is a table at 120 columns where that fits", async () => {
        const { out } = await inbox(["--kind", "aws:vpcEndpoint"], clouds.simulator.env, { columns: 120 });
        expect(out.split("\n")[0]).toMatch(/^kind +requester +age +region +scope +connection$/);
    });

    it("colours what is old and what ends soon, on a terminal only", async () => {
        clouds.simulator.world = busyWorld();
        const { out } = await inbox([], clouds.simulator.env, { colour: true });
        expect(out).toContain("\u001b[33m8d\u001b[39m");
        expect(out).toMatch(new RegExp(`${ESCAPE}\\[31min 1[12]h${ESCAPE}\\[39m`));
        expect((await inbox()).out).not.toContain("\u001b");
    });

    it.each([
        [{}, false],
        [{ FORCE_COLOR: "1" }, true],
        [{ FORCE_COLOR: "0" }, false],
        [{ FORCE_COLOR: "1", NO_COLOR: "1" }, false],
    ])("into a pipe with %j: coloured is %s", async (more, coloured) => {
        clouds.simulator.world = busyWorld();
        const { out } = await runBin(["list", "--kind", "aws:vpcEndpoint"], { ...clouds.simulator.env, ...more });
        expect(out).toContain("8d");
        expect(out.includes(ESCAPE)).toBe(coloured);
    });

    it("shows its progress on a terminal and clears it", async () => {
        const { err } = await inbox([], clouds.simulator.env, { watched: true });
        expect(err).toMatch(new RegExp(`\r${ESCAPE}\\[2Kreading: (\\d+) of \\1\r${ESCAPE}\\[2K\nRead \\d+ places`));
    });

    it("has the same order in every run, the oldest first", async () => {
        clouds.simulator.world = busyWorld();
        const first = (await inbox(["--json"])).out;
        expect((await inbox(["--json"])).out).toBe(first);
        const kinds = JSON.parse(first).pending.map((p: { connection: { kind: string } }) => p.connection.kind);
        expect(kinds.slice(0, 3)).toEqual(["aws:vpcEndpoint", "alibaba:vpcPeering", "aws:vpcEndpoint"]);
    });
});

describe("--json", () => {
    it("has the form that the operations guide documents", async () => {
        const guide = readFileSync(path.join(repository, "docs/operations.md"), "utf8");
        const documented = new Set([...guide.matchAll(/^\| `([a-zA-Z.[\]]+)` \|/gm)].map(([, name]) => name));
        const none = Object.fromEntries(Object.entries(clouds.simulator.env).filter(([name]) => !/^OS_/.test(name)));
        clouds.simulator.addFaults({ action: "vpcep:connections:list", fault: "error", status: 400, times: 50 });
        const { out } = await inbox(["--json"], none);
        const inboxRead = JSON.parse(out) as Record<string, unknown>;
        expect(pathsOf(inboxRead, "").filter((name) => !documented.has(name))).toEqual([]);
        expect(inboxRead).toMatchObject({
            complete: false,
            read: expect.arrayContaining([{ place: "aws:vpcEndpoint in eu-west-1", scopes: [expect.any(String)] }]),
            failed: [{ place: expect.stringMatching(/^huawei:vpcEndpoint in eu-de, /), why: expect.any(String) }],
            skipped: expect.arrayContaining([{ place: "otc:vpcEndpoint", why: "no credentials, no region" }]),
        });
    });
});

/** Names of everything in a JSON value, `pending[].scope`; a connection's fields and the evidence differ by kind. */
function pathsOf(value: unknown, at: string): string[] {
    if (Array.isArray(value)) {
        return [...new Set(value.flatMap((item) => pathsOf(item, `${at}[]`)))];
    }
    if (typeof value !== "object" || value === null || /\.(connection|evidence)$/.test(at)) {
        return [at];
    }
    return Object.entries(value).flatMap(([name, item]) => pathsOf(item, at === "" ? name : `${at}.${name}`));
}

describe("--emit python", () => {
    it("writes a program that Python reads, with its names and these values", async () => {
        const { out } = await inbox(["--emit", "python", "--decision", "accept"]);
        // What a program of it would call, without the package.
        const reader = `
import ast, json, sys
calls = [node.value for node in ast.parse(sys.stdin.read()).body if isinstance(node, ast.Expr)]
print(json.dumps([[ast.literal_eval(call.args[0]), {k.arg: ast.literal_eval(k.value) for k in call.keywords}, ast.unparse(call.func)] for call in calls]))`;
        const file = path.join(mkdtempSync(path.join(tmpdir(), "connection-decision-")), "emitted.py");
        onTestFinished(() => rmSync(path.dirname(file), { recursive: true, force: true }));
        writeFileSync(file, out);
        execFileSync("python3", ["-m", "py_compile", file]);
        const calls = JSON.parse(execFileSync("python3", ["-c", reader], { input: out, encoding: "utf8" }));
        expect(calls).toHaveLength(5);
        expect(calls).toContainEqual([
            endpoint(1),
            {
                connection: {
                    kind: "aws:vpcEndpoint",
                    region: "eu-west-1",
                    service_id: SERVICE,
                    endpoint_id: endpoint(1),
                },
                decision: "accept",
                expected_requester: REQUESTER,
            },
            "connections.ConnectionDecision",
        ]);
        expect(out.startsWith("import pulumi_connections as connections\n")).toBe(true);
    });

    it("writes the fields of every kind as Pulumi's Python programs do", () => {
        const fields = Object.values(kinds).flatMap((kind) => Object.keys(kind.fields));
        expect(fields.filter((name) => !/^[a-z]+([A-Z][a-z]+)*$/.test(name))).toEqual([]);
    });
});

describe("--emit yaml", () => {
    it("writes resources that a YAML parser reads as they were seen", async () => {
        const { out } = await inbox(["--emit", "yaml"]);
        const { resources } = parse(out);
        expect(Object.keys(resources)).toHaveLength(5);
        expect(resources[endpoint(1)]).toEqual({
            type: "connections:ConnectionDecision",
            properties: {
                connection: {
                    kind: "aws:vpcEndpoint",
                    region: "eu-west-1",
                    serviceId: SERVICE,
                    endpointId: endpoint(1),
                },
                decision: "reject",
                // A text, not a number.
                expectedRequester: REQUESTER,
            },
        });
    });
});

describe("what requesters write", () => {
    const says = ["x", '"""', "\n", "'''", " # \\ $", "{resources} \u2028 } process.exit()"].join("");

    it.each(LANGUAGES)("is a comment on one line in %s", async (language) => {
        Object.assign(clouds.simulator.world.alibaba?.[0]?.vpcPeerConnections?.[0] ?? {}, { name: says });
        const { out } = await inbox(["--emit", language]);
        const lines = out.split(/[\n\u2028\u2029\r\u0085]/).filter((line) => line.includes("process.exit"));
        expect(lines).toEqual([expect.stringMatching(/^ *(\/\/|#) /)]);
    });

    it.each(LANGUAGES)("is no code in %s where nothing waits", async (language) => {
        clouds.simulator.world = worldWith({
            endpoints: [],
            inbound: "ACTIVE",
            peering: "Activated",
            vpcep: "accepted",
        });
        const { out } = await inbox(["--emit", language]);
        expect(out).toMatch(/^(\/\/|#) Nothing is pending in .*\.\n$/);
    });
});

describe("--emit ts", () => {
    it("writes code that compiles and, applied by the real CLI, converges", { timeout: 120_000 }, async () => {
        Object.assign(clouds.simulator.world.alibaba?.[0]?.vpcPeerConnections?.[0] ?? {}, {
            name: "\u2028process.exit() // ",
        });
        const { out } = await inbox(["--emit", "ts", "--decision", "accept"]);
        const folder = mkdtempSync(path.join(tmpdir(), "connection-decision-"));
        onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
        symlinkSync(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
        writeFileSync(path.join(folder, "index.ts"), out);
        writeFileSync(path.join(folder, "package.json"), "{}");
        writeFileSync(path.join(folder, "Pulumi.yaml"), "name: emitted\nruntime: nodejs\n");
        writeFileSync(
            path.join(folder, "tsconfig.json"),
            JSON.stringify({
                compilerOptions: { module: "node16", target: "es2022", strict: true, skipLibCheck: true, noEmit: true },
            }),
        );
        await run(process.execPath, [require.resolve("typescript/bin/tsc"), "--project", folder]);
        const bin = pulumiFolder();
        const env = {
            ...process.env,
            ...(await cliEnv()),
            ...clouds.simulator.env,
            PATH: `${bin}${path.delimiter}${process.env.PATH}`,
            PULUMI_HOME: path.join(folder, "home"),
            PULUMI_BACKEND_URL: `file://${folder}`,
            // tsc has checked the types above.
            PULUMI_NODEJS_TRANSPILE_ONLY: "true",
        };
        makeStack({ folder, backend: folder, project: "emitted", stack: "test" });
        const pulumi = (...args: string[]) =>
            run(path.join(bin, "pulumi"), [...args, "--stack", "test", "--non-interactive"], { cwd: folder, env });
        await pulumi("up", "--yes", "--skip-preview");
        await pulumi("preview", "--expect-no-changes");
        const { aws, alibaba, huawei } = clouds.simulator.world;
        expect([
            aws?.[0]?.endpointServices?.[0]?.connections?.[0]?.state,
            aws?.[0]?.openSearchInboundConnections?.[0]?.status,
            alibaba?.[0]?.vpcPeerConnections?.[0]?.status,
            huawei?.[0]?.endpointServices?.[0]?.connections?.[0]?.status,
        ]).toEqual(["available", "ACTIVE", "Activated", "accepted"]);
        expect((await inbox()).out).toMatch(/^Nothing is pending in alibaba:.*, aws:/);
    });

    it("rejects unless told otherwise, and expects the one who asks", async () => {
        const { out } = await inbox(["--emit", "ts", "--kind", "aws:vpcEndpoint"]);
        expect(out).toContain('    decision: "reject",\n    expectedRequester: "111122223333",\n');
        expect(out).not.toContain("accept");
    });
});
