import { execFile, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { findPulumi } from "../../tools/pulumi/install.mjs";
import { endpoint, REQUESTER, SERVICE, useClouds, worldWith } from "../support/clouds";
import { CLI_ENV } from "../support/pulumi";

/** docs/operations.md, every command of it, with the real CLI, in the order of the page. */
const clouds = useClouds({ settleMs: 200 });
const repository = path.resolve(__dirname, "../..");
const run = promisify(execFile);

const PROGRAM = `
const { Config } = require("@pulumi/pulumi");
const { ConnectionDecision } = require("pulumi-connection-decision");
const config = new Config("operations");
for (const name of (config.get("names") ?? "analytics").split(",").filter((name) => name !== "")) {
    const decision = new ConnectionDecision(name, {
        connection: { kind: "aws:vpcEndpoint", serviceId: "${SERVICE}", endpointId: config.require(name) },
        decision: config.get("decision") ?? "accept",
        expectedRequester: "${REQUESTER}",
        onDelete: config.get("onDelete"),
        reason: "as the guide says",
    });
    if (config.get("watch") !== undefined) {
        exports[name] = decision.status;
    }
    if (config.get("watch") === "strictly") {
        decision.status.apply((status) => {
            if (status !== "accepted") {
                throw new Error(name + " is " + status);
            }
        });
    }
}`;

/** Commands of the page's shell blocks. */
function commandsOfPage(): string[] {
    const page = readFileSync(path.join(repository, "docs/operations.md"), "utf8");
    return [...page.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap((block) => (block[1] ?? "").trim().split("\n"));
}

it("operations.md: every command does what the page says", { timeout: 600_000 }, async () => {
    clouds.simulator.world = worldWith({
        endpoints: ["pendingAcceptance", "pendingAcceptance"],
        inbound: "ACTIVE",
        peering: "Activated",
        vpcep: "accepted",
    });
    const states = () => clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.map((c) => c.state);
    const sent = () => clouds.simulator.calls.filter(({ action }) => /Accept|Reject/.test(action)).length;
    const bin = (await findPulumi()) ?? "";
    const folder = mkdtempSync(path.join(tmpdir(), "connection-decision-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    mkdirSync(path.join(folder, "bin"));
    symlinkSync(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
    // What npx finds in a project that has installed the package.
    writeFileSync(path.join(folder, "bin/npx"), `#!/bin/sh\nshift\nexec node "${repository}/dist/cli/main.js" "$@"\n`, {
        mode: 0o755,
    });
    writeFileSync(path.join(folder, "package.json"), "{}");
    writeFileSync(path.join(folder, "Pulumi.yaml"), "name: operations\nruntime: nodejs\n");
    writeFileSync(path.join(folder, "index.js"), PROGRAM);
    const env = {
        ...process.env,
        ...CLI_ENV,
        ...clouds.simulator.env,
        PATH: `${path.join(folder, "bin")}${path.delimiter}${bin}${path.delimiter}${process.env.PATH}`,
        PULUMI_HOME: path.join(folder, "home"),
        PULUMI_BACKEND_URL: `file://${folder}`,
        PULUMI_NON_INTERACTIVE: "true",
    };
    const shell = (command: string) =>
        run("sh", ["-c", command], { cwd: folder, env }).then(
            ({ stdout, stderr }) => ({ status: 0, text: stdout + stderr }),
            ({ code, stdout, stderr }) => ({ status: code as number, text: `${stdout}${stderr}` }),
        );
    const prepare = async (...commands: string[]) => {
        for (const command of commands) {
            const { status, text } = await shell(command);
            expect(status, `${command}:\n${text}`).toBe(0);
        }
    };
    const page = commandsOfPage();
    let last = "";
    /** The page's next commands, which must be these; the status of the last one. */
    const follow = async (...commands: string[]): Promise<number> => {
        expect(page.splice(0, commands.length)).toEqual(commands);
        const { status, text } = await shell(commands.join("\n"));
        last = text;
        return status;
    };
    await prepare("pulumi stack init old", `pulumi config set analytics ${endpoint(1)}`);

    // Review in a pull request, apply after approval.
    Object.assign(env, { PULUMI_EXPERIMENTAL: "true" });
    expect(await follow("export PULUMI_EXPERIMENTAL=true", "pulumi preview --diff --save-plan plan.json"), last).toBe(
        0,
    );
    expect(last).toMatch(new RegExp(`requester *: "${REQUESTER}"`));
    expect(
        await follow(
            "pulumi preview --json --show-sames > preview.json",
            "npx connection-decision review --fail-on unguarded < preview.json > review.md",
        ),
        last,
    ).toBe(0);
    expect(readFileSync(path.join(folder, "review.md"), "utf8")).toContain("decisions: 1 accepted as expected\n");
    expect(await follow("pulumi up --yes --plan plan.json"), last).toBe(0);
    expect(states()).toEqual(["available", "pendingAcceptance"]);

    // Watch at night.
    expect(await follow("pulumi preview --expect-no-changes"), last).toBe(0);
    expect(await follow("npx connection-decision list --fail-if-pending"), last).toBe(3);
    expect(last).toContain(endpoint(2));
    expect(await follow("npx connection-decision list --kind aws:vpcEndpoint --emit ts"), last).toBe(0);
    expect(last).toContain(`expectedRequester: "${REQUESTER}"`);
    Object.assign(clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.[0] ?? {}, {
        state: "rejected",
    });
    expect((await shell("pulumi preview --expect-no-changes")).status).not.toBe(0);
    await prepare("pulumi up --yes --skip-preview");
    expect((await shell("pulumi preview --expect-no-changes")).status).toBe(0);
    // Green means that everything was read.
    const blind = await shell("AWS_ENDPOINT_URL=http://127.0.0.1:1 pulumi preview --expect-no-changes");
    expect(blind.status).not.toBe(0);
    expect(blind.text).toContain("cannot be read");

    // Green does not mean that every accept holds.
    const late = clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.[1] ?? {};
    await prepare("pulumi config set names analytics,late", `pulumi config set late ${endpoint(2)}`);
    await prepare("pulumi config set watch strictly", "pulumi preview");
    Object.assign(late, { state: "expired" });
    await prepare("pulumi config set watch loosely", "pulumi up --yes --skip-preview");
    expect((await shell("pulumi stack output late")).text.trim()).toBe("expired");
    const green = await shell("pulumi preview --expect-no-changes --json");
    expect([green.status, JSON.parse(green.text).diagnostics]).toEqual([
        0,
        [
            {
                urn: expect.stringMatching(/::late$/),
                severity: "warning",
                message: expect.stringContaining("cannot be accepted: the request is expired"),
            },
        ],
    ]);
    expect((await shell("npx connection-decision list --kind aws:vpcEndpoint")).text).not.toContain(endpoint(2));
    await prepare("pulumi config set watch strictly");
    const strict = await shell("pulumi preview");
    expect([strict.status === 0, strict.text.includes("late is expired")]).toEqual([false, true]);
    await prepare("pulumi config rm watch", "pulumi config set names analytics", "pulumi up --yes --skip-preview");
    Object.assign(late, { state: "pendingAcceptance" });

    // Cut somebody off now.
    await prepare("pulumi config set decision reject");
    expect(await follow("pulumi preview --diff --target '**::analytics'"), last).toBe(0);
    expect(last).toContain("reject: accepted -> rejected");
    expect(await follow("pulumi up --yes --skip-preview --target '**::analytics'"), last).toBe(0);
    expect(states()?.[0]).toBe("rejected");
    await prepare(
        "pulumi config set decision accept",
        "pulumi up --yes --skip-preview",
        "pulumi config set decision reject",
    );
    Object.assign(env, { CONNECTIONS_MAX_CUTS: "0" });
    expect((await shell("pulumi up --yes --skip-preview")).text).toContain("would cut more than 0 connections");
    expect(await follow("CONNECTIONS_MAX_CUTS=25 pulumi up --yes --skip-preview"), last).toBe(0);
    expect(states()?.[0]).toBe("rejected");
    Object.assign(env, { CONNECTIONS_MAX_CUTS: "10" });
    await prepare("pulumi config set decision accept", "pulumi up --yes --skip-preview");

    // Destroy an endpoint service: saying what shall become of its connections calls no cloud.
    await prepare("pulumi config set onDelete reject");
    const before = sent();
    expect(await follow("pulumi up --yes --skip-preview", "pulumi destroy --yes --skip-preview"), last).toBe(0);
    expect([states()?.[0], sent() - before]).toEqual(["rejected", 1]);

    // Move a decision to another stack.
    await prepare(
        "pulumi config rm onDelete",
        "pulumi up --yes --skip-preview",
        "pulumi config set names ''",
        "pulumi stack init new",
        `pulumi config set analytics ${endpoint(1)} --stack new`,
    );
    const calls = sent();
    expect(
        await follow("pulumi up --yes --skip-preview --stack new", "pulumi up --yes --skip-preview --stack old"),
        last,
    ).toBe(0);
    expect([states()?.[0], sent() - calls]).toEqual(["available", 0]);
    expect((await shell("pulumi preview --expect-no-changes --stack new")).status).toBe(0);
    expect(page).toEqual([]);
});

it("operations.md: the workflows are valid, and no job has more than it needs", () => {
    const page = readFileSync(path.join(repository, "docs/operations.md"), "utf8");
    const [github, gitlab] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => parse(text ?? ""));
    expect(github.permissions).toEqual({});
    expect(github.jobs.preview.permissions).toEqual({ contents: "read", "id-token": "write" });
    expect(github.jobs.comment.permissions).toEqual({ "pull-requests": "write" });
    const runs: { run?: string; uses?: string }[] = github.jobs.comment.steps;
    // What may write runs nothing of the pull request.
    expect(runs.some(({ uses, run }) => uses?.startsWith("actions/checkout") || run?.includes("npm"))).toBe(false);
    expect(gitlab.comment.variables.GIT_STRATEGY).toBe("none");
    const scripts = [
        ...[...github.jobs.preview.steps, ...runs].flatMap(({ run }) => run ?? []),
        gitlab.preview.script.join("\n"),
        gitlab.comment.script.join("\n"),
    ];
    for (const script of scripts) {
        execFileSync("sh", ["-n"], { input: script });
    }
});
