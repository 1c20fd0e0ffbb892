/** The vendors' own clients for Python, for the tests of the simulator: installed on first use below node_modules/.cache. */
import { fileURLToPath } from "node:url";
import { hasPython, installPackages } from "../python/install.mjs";

/** botocore 1.44 asks for Python 3.10, and no other of them for a later one. */
export const clientsAvailable = hasPython(3, 10);

/** The folder to put on PYTHONPATH; clouds are aws, alibaba, vpcep and azure. */
export function installClients(cloud) {
    return installPackages(`clients-${cloud}`, fileURLToPath(new URL(`${cloud}.txt`, import.meta.url)));
}
