/**
 * `node tools/publish.mjs TAG FOLDER`: checks that TAG is the version, and packs the built package into FOLDER as it is to be published.
 * Prints the tarball's path. Sends nothing.
 *
 * The package names its repository only here: provenance compares it with the repository that the workflow ran in, which the workflow's
 * own environment tells (GITHUB_SERVER_URL, GITHUB_REPOSITORY).
 */
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

/** Of the package: npm scripts and the workflow run here. */
const root = process.cwd();
const [tag = "", folder = ""] = process.argv.slice(2);
const problems = problemsOf(tag, process.env);
if (folder === "" || problems.length > 0) {
    console.error([...(folder === "" ? ["usage: node tools/publish.mjs TAG FOLDER"] : []), ...problems].join("\n"));
    process.exitCode = 1;
} else {
    console.log(pack(path.resolve(folder), process.env));
}

/** What stands against publishing that tag, in sentences. */
function problemsOf(name, { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository }) {
    const { version } = readJson(path.join(root, "package.json"));
    const heading = new RegExp(`^## ${version.replaceAll(".", "\\.")}(.*)$`, "m");
    const [, rest] = heading.exec(readFileSync(path.join(root, "CHANGELOG.md"), "utf8")) ?? [];
    return [
        ...(name === `v${version}`
            ? []
            : [`the tag is "${name}", the version in package.json ${version}: they must be v${version}`]),
        ...(rest === undefined ? [`CHANGELOG.md has no section ${version}`] : []),
        ...(rest?.includes("unreleased") ? [`CHANGELOG.md calls ${version} unreleased`] : []),
        ...(server === undefined || repository === undefined
            ? ["GITHUB_SERVER_URL and GITHUB_REPOSITORY say which repository this is; they are not set"]
            : []),
    ];
}

/** Packs, and packs again with the repository in package.json: the working tree stays as it is. */
function pack(target, { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository }) {
    const scratch = mkdtempSync(path.join(tmpdir(), "connection-decision-publish-"));
    try {
        const first = npmPack(root, scratch);
        execFileSync("tar", ["xzf", first, "-C", scratch]);
        const manifest = path.join(scratch, "package/package.json");
        const address = `${server}/${repository}`;
        const named = {
            ...readJson(manifest),
            repository: { type: "git", url: `git+${address}.git` },
            homepage: `${address}#readme`,
            bugs: { url: `${address}/issues` },
        };
        writeFileSync(manifest, `${JSON.stringify(named, undefined, 2)}\n`);
        rmSync(first);
        const second = npmPack(path.join(scratch, "package"), scratch);
        mkdirSync(target, { recursive: true });
        const tarball = path.join(target, path.basename(second));
        renameSync(second, tarball);
        return tarball;
    } finally {
        rmSync(scratch, { recursive: true, force: true });
    }
}

function npmPack(from, to) {
    execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", to], {
        cwd: from,
        stdio: ["ignore", "ignore", "inherit"],
    });
    return path.join(
        to,
        readdirSync(to).find((name) => name.endsWith(".tgz")),
    );
}

function readJson(file) {
    return JSON.parse(readFileSync(file, "utf8"));
}
