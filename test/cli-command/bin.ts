import { execFile } from "node:child_process";
import path from "node:path";

/** The built command, as `npx` starts it. */
export const BIN = path.resolve(__dirname, "../../dist/cli/main.js");

/** How a run of the command ended. */
export interface Ended {
    readonly status: number;
    readonly out: string;
    readonly err: string;
}

/** No credentials, no region, no profile: nothing of the machine that the tests run on. */
export const BARE = {
    PATH: process.env.PATH ?? "",
    HOME: "/nonexistent",
    AWS_CONFIG_FILE: "/nonexistent",
    AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
    AWS_EC2_METADATA_DISABLED: "true",
    ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true",
};

/** Runs the built command as a process of its own, with this environment and nothing else. */
export function runBin(argv: readonly string[], environment: Readonly<Record<string, string>>): Promise<Ended> {
    return new Promise((resolve) => {
        execFile(process.execPath, [BIN, ...argv], { env: { ...BARE, ...environment } }, (error, out, err) => {
            resolve({ status: error === null ? 0 : Number(error.code), out, err });
        });
    });
}
