import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";

const run = promisify(execFile);
const repository = path.resolve(__dirname, "../..");
const { version } = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8"));
const GITHUB = { GITHUB_SERVER_URL: "https://github.example", GITHUB_REPOSITORY: "somebody/something" };

/** The workflow's own steps, as far as they run without its secrets: the check of the tag, the tarball, and a dry run of publishing it. */
describe("tools/publish.mjs", () => {
    let folder: string;

    beforeAll(() => {
        folder = mkdtempSync(path.join(tmpdir(), "connection-decision-"));
        for (const name of ["package.json", "README.md", "LICENSE", "SECURITY.md", "dist", "docs"]) {
            cpSync(path.join(repository, name), path.join(folder, name), { recursive: true });
        }
        const changes = readFileSync(path.join(repository, "CHANGELOG.md"), "utf8");
        writeFileSync(path.join(folder, "CHANGELOG.md"), changes.replace(" (unreleased)", " (2026-12-01)"));
        return () => rmSync(folder, { recursive: true, force: true });
    });

    const publish = (tag: string, env: Readonly<Record<string, string>> = GITHUB) =>
        run(process.execPath, [path.join(repository, "tools/publish.mjs"), tag, "tarball"], {
            cwd: folder,
            env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
        }).then(
            ({ stdout }) => ({ status: 0, text: stdout.trim() }),
            ({ code, stderr }) => ({ status: code as number, text: stderr as string }),
        );

    it("refuses another tag than the version", async () => {
        const { status, text } = await publish("v0.0.1");
        expect([status, text]).toEqual([1, expect.stringContaining(`they must be v${version}`)]);
    });

    it("refuses a version that the changelog calls unreleased, or does not know", async () => {
        const changelog = path.join(folder, "CHANGELOG.md");
        const changes = readFileSync(changelog, "utf8");
        onTestFinished(() => writeFileSync(changelog, changes));
        writeFileSync(changelog, changes.replace(" (2026-12-01)", " (unreleased)"));
        expect((await publish(`v${version}`)).text).toContain(`CHANGELOG.md calls ${version} unreleased`);
        writeFileSync(changelog, "# Changelog\n");
        expect((await publish(`v${version}`)).text).toContain(`CHANGELOG.md has no section ${version}`);
    });

    it("refuses to guess the repository", async () => {
        expect((await publish(`v${version}`, {})).status).toBe(1);
    });

    it("packs what a dry run publishes, with the repository that provenance needs", { timeout: 120_000 }, async () => {
        const { status, text } = await publish(`v${version}`);
        expect(status, text).toBe(0);
        const { stdout } = await run("tar", ["xzOf", text, "package/package.json"]);
        expect(JSON.parse(stdout)).toMatchObject({
            name: "pulumi-connection-decision",
            version,
            repository: { type: "git", url: "git+https://github.example/somebody/something.git" },
            homepage: "https://github.example/somebody/something#readme",
            bugs: { url: "https://github.example/somebody/something/issues" },
        });
        const flags = ["--dry-run", "--ignore-scripts", "--access", "public", "--offline"];
        const dry = await run("npm", ["publish", text, ...flags]);
        expect(dry.stdout).toContain(`+ pulumi-connection-decision@${version}`);
    });
});

describe(".github/workflows/publish.yml", () => {
    const workflow = readFileSync(path.join(repository, ".github/workflows/publish.yml"), "utf8");
    const jobs = workflow.split(/^ {2}(?=\w+:$)/m);

    it("installs and tests in a job that can neither publish nor sign", () => {
        const working = jobs.filter((job) => /npm (ci|test|audit)/.test(job));
        expect(working.length).toBeGreaterThan(0);
        expect(working.filter((job) => /id-token|secrets\./.test(job))).toEqual([]);
        expect(workflow.match(/npm ci.*/g)).toEqual(["npm ci --ignore-scripts"]);
    });

    it("publishes in an environment, with provenance, and runs no script of the package", () => {
        const publishing = jobs.filter((job) => job.includes("npm publish"));
        expect(publishing).toEqual([
            expect.stringMatching(/environment: npm\n[\s\S]*id-token: write[\s\S]*registry-url:/),
        ]);
        expect(publishing[0]).toMatch(/npm publish .*--ignore-scripts --provenance/);
    });

    it("and the others pin every action to a commit", () => {
        for (const name of ["publish", "faults"]) {
            const text = readFileSync(path.join(repository, `.github/workflows/${name}.yml`), "utf8");
            const used = text.match(/uses: .*/g) ?? [];
            expect(used.filter((line) => !/@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
        }
    });
});
