/**
 * `npm run pulumi`: a Pulumi CLI for the tests and the quickstart.
 *
 * Takes `pulumi` from PATH; else one installed where the Automation API looks; else installs it with the Automation API's own
 * installer; else, where downloads are blocked and Go is present, builds it from this folder's module (about two minutes, once)
 * and puts a development-only language host beside it.
 */
import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, rename } from "node:fs/promises";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const here = path.dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);

/** The version `go.mod` pins: the last one that the Go module proxy serves and verifies in full. */
const BUILT_VERSION = "3.220.0";
/** What the SDK in package.json belongs to. */
const RELEASED_VERSION = require("@pulumi/pulumi/package.json").version;
const INSTALL_TIMEOUT_MS = 60_000;

/** The folder of a `pulumi` executable that works, or undefined. Installs nothing. */
export async function findPulumi() {
    const home = process.env.PULUMI_HOME ?? path.join(homedir(), ".pulumi");
    const folders = [
        ...(process.env.PATH ?? "").split(path.delimiter),
        path.join(home, "bin"),
        path.join(home, "versions", RELEASED_VERSION, "bin"),
        builtFolder(),
    ];
    for (const folder of folders.filter((f) => existsSync(path.join(f, "pulumi")))) {
        if ((await version(folder)) !== undefined) {
            return folder;
        }
    }
    return undefined;
}

async function installPulumi() {
    const found = await findPulumi();
    if (found === builtFolder()) {
        await addNeighbours(found);
    }
    return found ?? (await installRelease()) ?? (await buildFromSource());
}

/** The Automation API's own installer; undefined where it cannot download. */
async function installRelease() {
    note(`installing the Pulumi CLI ${RELEASED_VERSION} with the Automation API's installer`);
    const script = `
        const { PulumiCommand } = require("@pulumi/pulumi/automation");
        const semver = require(require.resolve("semver", { paths: [require.resolve("@pulumi/pulumi")] }));
        PulumiCommand.install({ version: new semver.SemVer("${RELEASED_VERSION}") }).then(
            (command) => console.log(command.command),
            () => process.exit(1),
        );`;
    try {
        const { stdout } = await run(process.execPath, ["-e", script], { cwd: here, timeout: INSTALL_TIMEOUT_MS });
        const folder = path.dirname(stdout.trim().split("\n").at(-1) ?? "");
        return (await version(folder)) === undefined ? undefined : folder;
    } catch {
        note("the download is not possible here");
        return undefined;
    }
}

async function buildFromSource() {
    await run("go", ["version"]).catch(() => {
        throw new Error(
            "No Pulumi CLI: none on PATH, the download failed, and there is no Go to build it with. Install it: https://www.pulumi.com/docs/install/",
        );
    });
    const folder = builtFolder();
    await mkdir(folder, { recursive: true });
    if (!existsSync(path.join(folder, "pulumi"))) {
        note(`building the Pulumi CLI ${BUILT_VERSION} from its Go module; about two minutes, only this once`);
        const started = Date.now();
        const ticker = setInterval(
            () => note(`still building, ${Math.round((Date.now() - started) / 1000)} s`),
            20_000,
        );
        const unfinished = path.join(folder, `.pulumi-${process.pid}`);
        try {
            await build(unfinished);
            await rename(unfinished, path.join(folder, "pulumi"));
        } finally {
            clearInterval(ticker);
        }
        note(`built in ${Math.round((Date.now() - started) / 1000)} s`);
    }
    await addNeighbours(folder);
    return folder;
}

/** What an official installation has beside the CLI; copied each time, so that they are this checkout's. */
async function addNeighbours(folder) {
    await executable(
        require.resolve("@pulumi/pulumi/pulumi-resource-pulumi-nodejs"),
        folder,
        "pulumi-resource-pulumi-nodejs",
    );
    await executable(path.join(here, "language-host.cjs"), folder, "pulumi-language-nodejs");
    await executable(path.join(here, "analyzer-policy.cjs"), folder, "pulumi-analyzer-policy");
}

function build(output) {
    const symbol = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
    const args = [
        "build",
        ...["-tags", "osusergo,grpcnotrace"],
        // Without a version the Automation API refuses the CLI.
        ...["-ldflags", `-s -w -X ${symbol}=v${BUILT_VERSION}`],
        ...["-o", output, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"],
    ];
    return new Promise((resolve, reject) => {
        const child = spawn("go", args, { cwd: here, stdio: ["ignore", "ignore", "inherit"] });
        child.once("error", reject);
        child.once("close", (code) =>
            code === 0 ? resolve() : reject(new Error(`go build failed with status ${code}`)),
        );
    });
}

async function executable(from, folder, name) {
    await copyFile(from, path.join(folder, name));
    await chmod(path.join(folder, name), 0o755);
}

function builtFolder() {
    return path.join(homedir(), ".pulumi", "versions", BUILT_VERSION, "bin");
}

async function version(folder) {
    try {
        const { stdout } = await run(path.join(folder, "pulumi"), ["version"], {
            env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
        });
        return /^v\d+\.\d+\.\d+/.exec(stdout.trim())?.[0];
    } catch {
        return undefined;
    }
}

function note(text) {
    process.stderr.write(`pulumi: ${text}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
    try {
        const folder = await installPulumi();
        note(`${await version(folder)} in ${folder}`);
    } catch (error) {
        process.stderr.write(`${error.message}\n`);
        process.exitCode = 1;
    }
}
