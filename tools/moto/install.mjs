/** moto's S3 server (PyPI), for the test of examples/fleet: installed on first use below node_modules/.cache, not on the machine. */
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const here = path.dirname(fileURLToPath(import.meta.url));
const requirements = path.join(here, "requirements.txt");
const version = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
const cache = path.resolve(here, "../../node_modules/.cache");

/** The folder to put on PYTHONPATH; `python3 -m moto.server` then starts the server. */
export async function installMoto() {
    const folder = path.join(cache, `moto-${version}`);
    if (!existsSync(folder)) {
        await mkdir(cache, { recursive: true });
        const unfinished = `${folder}-${process.pid}`;
        await run("python3", ["-m", "pip", "install", "--quiet", "--target", unfinished, "-r", requirements]).catch(
            (error) => {
                throw new Error(`moto could not be installed; it needs Python 3 with pip:\n${error.stderr}`);
            },
        );
        await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true, force: true }));
    }
    return folder;
}
