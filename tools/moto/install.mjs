/** moto's S3 server (PyPI), for the test of examples/fleet: installed on first use below node_modules/.cache, not on the machine. */
import { fileURLToPath } from "node:url";
import { installPackages } from "../python/install.mjs";

/** The folder to put on PYTHONPATH; `python3 -m moto.server` then starts the server. */
export function installMoto() {
    return installPackages("moto", fileURLToPath(new URL("requirements.txt", import.meta.url)));
}
