import { execFile, execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { parse } from "yaml";
import { cliEnv, configure, makeStack, pulumiFolder } from "../support/cli";
import { endpoint, REQUESTER, SERVICE, useClouds, worldWith } from "../support/clouds";
import { readersFolder } from "./transcript";

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
    const connections = () => clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections ?? [];
    const states = () => connections().map(({ state }) => state);
    const setState = (n: number, state: string) => Object.assign(connections()[n - 1] ?? {}, { state });
    const sent = () => clouds.simulator.calls.filter(({ action }) => /Accept|Reject/.test(action)).length;
    const bin = pulumiFolder();
    const folder = readersFolder();
    writeFileSync(
        path.join(folder, "Pulumi.yaml"),
        JSON.stringify({ name: "operations", runtime: { name: "nodejs", options: { typescript: false } } }),
    );
    writeFileSync(path.join(folder, "index.js"), PROGRAM);
    const env = {
        ...process.env,
        ...(await cliEnv()),
        ...clouds.simulator.env,
        PATH: `${path.join(folder, "bin")}${path.delimiter}${bin}${path.delimiter}${process.env.PATH}`,
        PULUMI_HOME: path.join(folder, "home"),
        PULUMI_BACKEND_URL: `file://${folder}`,
        PULUMI_NON_INTERACTIVE: "true",
        PULUMI_STACK: "old",
    };
    const shell = (command: string) =>
        run("sh", ["-c", command], { cwd: folder, env }).then(
            ({ stdout, stderr }) => ({ status: 0, text: stdout + stderr }),
            ({ code, stdout, stderr }) => ({ status: code as number, text: `${stdout}${stderr}` }),
        );
    const up = async () => {
        const { status, text } = await shell("pulumi up --yes --skip-preview");
        expect(status, text).toBe(0);
    };
    const old = { folder, backend: folder, project: "operations", stack: "old" };
    const fresh = { ...old, stack: "new" };
    /** What `pulumi config set` would write. */
    const config = (settings: Record<string, string>, place = old) =>
        configure(
            place,
            Object.fromEntries(Object.entries(settings).map(([name, value]) => [`operations:${name}`, value])),
        );
    const page = commandsOfPage();
    let last = "";
    /** The page's next commands, which must be these; the status of the last one. */
    const follow = async (...commands: string[]): Promise<number> => {
        expect(page.splice(0, commands.length)).toEqual(commands);
        const { status, text } = await shell(commands.join("\n"));
        last = text;
        return status;
    };
    const analytics = endpoint(1);
    const watched = { analytics, watch: "strictly" };
    makeStack(old);
    config(watched);

    // Review in a pull request, apply after approval. A program that watches passes while `up` is still to decide.
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
    setState(1, "rejected");
    expect((await shell("pulumi preview --expect-no-changes")).status).not.toBe(0);
    await up();
    expect(await follow("pulumi preview --expect-no-changes"), last).toBe(0);
    expect(await follow("npx connection-decision list --fail-if-pending"), last).toBe(3);
    expect(last).toContain(endpoint(2));
    expect(await follow("npx connection-decision list --kind aws:vpcEndpoint --emit ts"), last).toBe(0);
    expect(last).toContain(`expectedRequester: "${REQUESTER}"`);
    // Green means that everything was read.
    const blind = await shell("AWS_ENDPOINT_URL=http://127.0.0.1:1 pulumi preview --expect-no-changes");
    expect(blind.status).not.toBe(0);
    expect(blind.text).toContain("cannot be read");

    // Green does not mean that every accept holds.
    const late = { names: "analytics,late", analytics, late: endpoint(2) };
    setState(2, "expired");
    config({ ...late, watch: "loosely" });
    await up();
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
    config({ ...late, watch: "strictly" });
    const strict = await shell("pulumi preview");
    expect([strict.status === 0, strict.text.includes("late is expired")]).toEqual([false, true]);

    // Cut somebody off now, and nobody else.
    setState(2, "pendingAcceptance");
    config({ ...late, decision: "reject" });
    expect(await follow("pulumi preview --diff --target '**::analytics'"), last).toBe(0);
    expect(last).toContain("reject: accepted -> rejected");
    expect(await follow("pulumi up --yes --skip-preview --target '**::analytics'"), last).toBe(0);
    expect(states()).toEqual(["rejected", "pendingAcceptance"]);
    // Somebody lets them in again outside: the next run cuts once more.
    setState(1, "available");
    config({ analytics, decision: "reject" });
    Object.assign(env, { CONNECTIONS_MAX_CUTS: "0" });
    expect((await shell("pulumi up --yes --skip-preview")).text).toContain("would cut more than 0 connections");
    expect(await follow("CONNECTIONS_MAX_CUTS=25 pulumi up --yes --skip-preview"), last).toBe(0);
    expect(states()).toEqual(["rejected", "pendingAcceptance"]);
    Object.assign(env, { CONNECTIONS_MAX_CUTS: "10" });

    // Destroy an endpoint service: saying what shall become of its connections calls no cloud.
    setState(1, "available");
    config({ analytics, onDelete: "reject" });
    const before = sent();
    expect(await follow("pulumi up --yes --skip-preview", "pulumi destroy --yes --skip-preview"), last).toBe(0);
    expect([states()[0], sent() - before]).toEqual(["rejected", 1]);

    // Move a decision to another stack.
    config({ analytics });
    await up();
    config({ names: "" });
    makeStack(fresh);
    config({ analytics }, fresh);
    const calls = sent();
    expect(
        await follow("pulumi up --yes --skip-preview --stack new", "pulumi up --yes --skip-preview --stack old"),
        last,
    ).toBe(0);
    expect([states()[0], sent() - calls]).toEqual(["available", 0]);
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
