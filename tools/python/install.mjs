/** Python packages for tests: installed on first use below node_modules/.cache, not on the machine. */
import { execFile, execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const cache = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../node_modules/.cache");

/** Whether there is a Python that can install packages, at least this old. */
export function hasPython(major, minor) {
    try {
        execFileSync("python3", ["-c", `import pip, sys; sys.exit(sys.version_info < (${major}, ${minor}))`], {
            stdio: "ignore",
        });
        return true;
    } catch {
        return false;
    }
}

/** The folder to put on PYTHONPATH, with the packages of a file of requirements; a new file is a new folder. */
export async function installPackages(name, requirements) {
    const version = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
    const folder = path.join(cache, `${name}-${version}`);
    if (!existsSync(folder)) {
        await mkdir(cache, { recursive: true });
        const unfinished = `${folder}-${process.pid}`;
        const options = ["--quiet", "--no-compile", "--disable-pip-version-check", "--target", unfinished];
        await run("python3", ["-m", "pip", "install", ...options, "-r", requirements]).catch((error) => {
            throw new Error(`${name} could not be installed; it needs Python 3 with pip:\n${error.stderr}`);
        });
        await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true, force: true }));
    }
    return folder;
}
