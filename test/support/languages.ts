import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { onTestFinished } from "vitest";
import { hasPython, installPackages } from "../../tools/python/install.mjs";
import { cliEnv, pulumiFolder } from "./cli";

const repository = path.resolve(__dirname, "../..");

/** Pulumi's Python SDK asks for this one. */
export const python = hasPython(3, 10);

/** Whether a command is on this machine. */
export function has(command: string, ...args: readonly string[]): boolean {
    try {
        execFileSync(command, args, { stdio: "ignore" });
        return true;
    } catch {
        return false;
    }
}

/** The folder with Pulumi's Python SDK, for PYTHONPATH. */
export function pythonSdk(): Promise<string> {
    return installPackages("pulumi-python", path.join(repository, "tools/pulumi/requirements.txt"));
}

/** A folder of its own that goes with the test. */
export function scratchFolder(): string {
    const folder = mkdtempSync(path.join(tmpdir(), "connection-decision-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
}

/**
 * What the real CLI needs to run a program of this language: the development host in a folder that is first on PATH, and a home and a
 * backend in the scratch folder.
 */
export async function cliOf(language: "python" | "go" | "java", scratch: string): Promise<NodeJS.ProcessEnv> {
    const bin = path.join(scratch, "bin");
    mkdirSync(bin, { recursive: true });
    symlinkSync(
        path.join(repository, "tools/pulumi/language-program.cjs"),
        path.join(bin, `pulumi-language-${language}`),
    );
    return {
        ...process.env,
        ...(await cliEnv()),
        PATH: [bin, pulumiFolder(), process.env.PATH].join(path.delimiter),
        PULUMI_HOME: path.join(scratch, "home"),
        PULUMI_BACKEND_URL: `file://${scratch}`,
        PULUMI_NON_INTERACTIVE: "true",
        PULUMI_STACK: "dev",
        // Tests leave no caches in the folders of the examples.
        PYTHONDONTWRITEBYTECODE: "true",
    };
}
