import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { startSimulator, type World } from "../../src/simulator/index";
import { endpointWorld } from "../kinds/aws-vpc-endpoint";
import { cliEnv, pulumiFolder } from "../support/cli";
import { BIN } from "./bin";

/** `pulumi preview --json | connection-decision review`, with the real CLI on simulated clouds. */
const repository = path.resolve(__dirname, "../..");
const run = promisify(execFile);

it("docs/review.md shows the review of the quickstart's first preview", { timeout: 120_000 }, async () => {
    const quickstart = path.join(repository, "examples/quickstart");
    const { out, status } = await reviewOf(
        quickstart,
        JSON.parse(readFileSync(path.join(quickstart, "world.json"), "utf8")),
        ["--fail-on", "unguarded"],
    );
    const page = readFileSync(path.join(repository, "docs/review.md"), "utf8");
    const [, shown] = /<!-- quickstart -->\n\n([\s\S]*?)\n<!-- end of quickstart -->/.exec(page) ?? [];
    expect(shown).toBe(out);
    expect(status).toBe(0);
});

it("hundreds of requests under one admission: all counted, most folded", { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), "connection-decision-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    symlinkSync(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
    writeFileSync(path.join(folder, "package.json"), "{}");
    writeFileSync(path.join(folder, "Pulumi.yaml"), "name: many\nruntime: nodejs\n");
    writeFileSync(
        path.join(folder, "index.js"),
        `const { ConnectionAdmission } = require("pulumi-connection-decision");
        new ConnectionAdmission("ledger", {
            scope: { kind: "aws:vpcEndpoint", serviceId: "vpce-svc-0123456789abcdef0" },
            rules: [
                { name: "everybody we know", requester: "111122223333", verdict: "accept" },
                { name: "blocked", requester: "999988887777", verdict: "reject" },
            ],
            existing: "enforce",
        });`,
    );
    const states = [
        ...Array.from({ length: 40 }, () => ({ state: "available", owner: "999988887777" })),
        ...Array.from({ length: 200 }, () => "pendingAcceptance"),
        ...Array.from({ length: 60 }, () => ({ state: "pendingAcceptance", owner: "444455556666" })),
    ];
    const { out, err, status } = await reviewOf(folder, endpointWorld(states), ["--fail-on", "unguarded"], {
        CONNECTIONS_MAX_CUTS: "100",
    });
    expect(err).toBe("");
    expect(out).toContain("### Connection decisions: 40 **CUT**, 200 accepted as expected, 60 for review\n");
    expect(out.match(/^\| `ledger` \|/gm)).toHaveLength(300);
    expect(out.match(/<summary>(30|190|50) more<\/summary>/g)).toHaveLength(3);
    expect(out.length).toBeLessThan(65_536);
    expect(status).toBe(0);
});

/** A preview of the program in a folder, piped into the command. */
async function reviewOf(
    folder: string,
    world: World,
    argv: readonly string[],
    more: Readonly<Record<string, string>> = {},
): Promise<{ status: number; out: string; err: string }> {
    const simulator = await startSimulator({ world });
    const scratch = mkdtempSync(path.join(tmpdir(), "connection-decision-"));
    onTestFinished(async () => {
        await simulator.close();
        rmSync(scratch, { recursive: true, force: true });
        rmSync(path.join(folder, "Pulumi.dev.yaml"), { force: true });
    });
    const env = {
        ...process.env,
        ...(await cliEnv()),
        ...simulator.env,
        ...more,
        PATH: `${pulumiFolder()}${path.delimiter}${process.env.PATH}`,
        PULUMI_HOME: path.join(scratch, "home"),
        PULUMI_BACKEND_URL: `file://${scratch}`,
        PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    };
    const config = `--config-file "${path.join(scratch, "Pulumi.dev.yaml")}"`;
    const preview = `pulumi preview --stack dev --non-interactive ${config} --json --show-sames`;
    const script = `pulumi stack init dev --non-interactive >&2 2>/dev/null
        ${preview} | "${process.execPath}" "${BIN}" review ${argv.join(" ")}`;
    return run("sh", ["-c", script], { cwd: folder, env }).then(
        ({ stdout, stderr }) => ({ status: 0, out: stdout, err: stderr }),
        ({ code, stdout, stderr }) => ({ status: code, out: stdout, err: stderr }),
    );
}
