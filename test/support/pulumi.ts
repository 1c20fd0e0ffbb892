import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { type EngineEvent, LocalWorkspace, PulumiCommand, type PulumiFn, Stack } from "@pulumi/pulumi/automation";
import * as settings from "@pulumi/pulumi/runtime/settings";
import { onTestFinished } from "vitest";
import { cliEnv, configure, makeStack, pulumiFolder, stateFile } from "./cli";

// After a failed operation the SDK keeps calling the engine that has ended, and gRPC shares its state per address with
// every client of the process: a later engine that gets the same port would be "14 UNAVAILABLE: No connection
// established. Last error: null" at once. With a pool of its own each client connects itself.
Object.assign((settings as unknown as Record<"grpcClientOptions", object>).grpcClientOptions, {
    "grpc.use_local_subchannel_pool": 1,
});

const repository = path.resolve(__dirname, "../..");

/** The resource plugin as a release has it: `npm run plugin`. */
export const PLUGIN_FOLDER = path.join(repository, "dist/release");

const JAVASCRIPT = { name: "nodejs", options: { typescript: false } };

export interface Printed {
    readonly text: string;
    readonly events: readonly EngineEvent[];
}

export interface StoredResource {
    readonly urn: string;
    readonly id: string;
    readonly type: string;
    readonly inputs: object;
    readonly outputs: object;
}

export interface Deployed {
    readonly resources?: readonly StoredResource[];
    readonly pending_operations?: readonly object[];
}

/** One stack of the real CLI, with a file backend and a home of its own. */
export interface RealStack {
    readonly folder: string;
    preview(program: PulumiFn, options?: Parameters<Stack["preview"]>[0]): Promise<Printed>;
    up(program: PulumiFn, options?: Parameters<Stack["up"]>[0]): Promise<Printed>;
    refresh(program?: PulumiFn, options?: Parameters<Stack["refresh"]>[0]): Promise<Printed>;
    destroy(program?: PulumiFn, options?: Parameters<Stack["destroy"]>[0]): Promise<Printed>;
    /** A command line in the project's folder. */
    cli(...args: string[]): Promise<{ code: number; text: string }>;
    /** The same, started and not waited for. */
    start(...args: string[]): ChildProcess;
    /** The same in a terminal of its own: what is written to its input is typed there. */
    inTerminal(...args: string[]): ChildProcess;
    /** The state file as text. */
    state(): string;
    /** What the state file says was deployed. */
    deployed(): Deployed;
    /** The outputs of the program that was last applied. */
    outputs(): Record<string, unknown>;
    setConfig(config: Readonly<Record<string, string>>): void;
    importStack: Stack["importStack"];
    setEnv(env: Readonly<Record<string, string>>): void;
}

export async function realStack(
    env: Readonly<Record<string, string>>,
    config: Readonly<Record<string, string>> = {},
    host: "dynamic" | "plugin" = "dynamic",
): Promise<RealStack> {
    const bin = pulumiFolder();
    const folder = mkdtempSync(path.join(tmpdir(), "connection-decision-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    // The provider process runs in this folder and finds our package as a user's program would.
    symlinkSync(path.join(repository, "node_modules"), path.join(folder, "node_modules"));
    const envVars = {
        ...(await cliEnv()),
        ...env,
        PATH: `${bin}${path.delimiter}${process.env.PATH}`,
        PULUMI_HOME: path.join(folder, "home"),
    };
    const place = { folder, backend: path.join(folder, "backend"), project: "decisions", stack: "test" };
    const backend = { url: `file://${place.backend}` };
    makeStack(place, config);
    let current: PulumiFn = async () => {};
    const workspace = await LocalWorkspace.create({
        workDir: folder,
        pulumiHome: envVars.PULUMI_HOME,
        pulumiCommand: await command(),
        envVars,
        program: () => current(),
        // Programs on disk are JavaScript here.
        projectSettings: {
            name: place.project,
            runtime: JAVASCRIPT,
            backend,
            ...(host === "plugin" ? { plugins: { providers: [{ name: "connections", path: PLUGIN_FOLDER }] } } : {}),
        },
    });
    const stack = await Stack.create(place.stack, Object.assign(workspace, { createStack: async () => {} }));
    const bare = onlyOperations(stack);

    const operation = async (next: PulumiFn | undefined, run: (options: object) => Promise<unknown>) => {
        current = next ?? current;
        return printed(run);
    };
    const state = () => readFileSync(stateFile(place), "utf8");
    const deployed = (): Deployed => JSON.parse(state()).checkpoint.latest;
    const environment = () => ({ ...process.env, ...envVars, PULUMI_BACKEND_URL: backend.url });
    return {
        folder,
        preview: (program, options) => operation(program, (o) => bare.preview({ ...o, ...options })),
        up: (program, options) => operation(program, (o) => bare.up({ ...o, ...options })),
        refresh: (program, options) => operation(program, (o) => bare.refresh({ ...o, ...options })),
        destroy: (program, options) => operation(program, (o) => bare.destroy({ ...o, ...options })),
        cli: (...args) => finished(path.join(bin, "pulumi"), args, { cwd: folder, env: environment() }),
        start: (...args) => spawn(path.join(bin, "pulumi"), args, { cwd: folder, env: environment(), stdio: "ignore" }),
        inTerminal: (...args) =>
            spawn("python3", ["-c", "import pty, sys; pty.spawn(sys.argv[1:])", path.join(bin, "pulumi"), ...args], {
                cwd: folder,
                env: environment(),
                stdio: ["pipe", "ignore", "inherit"],
            }),
        state,
        deployed,
        outputs: () => ({ ...deployed().resources?.find(({ type }) => type === "pulumi:pulumi:Stack")?.outputs }),
        setConfig: (next) => configure(place, next),
        importStack: (deployment) => stack.importStack(deployment),
        setEnv(more) {
            Object.assign(envVars, more);
            workspace.envVars = { ...envVars };
        },
    };
}

/** Runs an operation of the Automation API; what it prints is in the error, too, when it fails. */
async function printed(run: (options: object) => Promise<unknown>): Promise<Printed> {
    const events: EngineEvent[] = [];
    let text = "";
    const options = {
        color: "never",
        onEvent: (e: EngineEvent) => events.push(e),
        onOutput: (t: string) => (text += t),
        onError: (t: string) => (text += t),
    };
    try {
        await run(options);
    } catch (error) {
        throw Object.assign(new Error(`${text}\n${(error as Error).message}`), { text, events });
    }
    return { text, events };
}

/** The status of a command and what it printed, once it has ended. */
async function finished(command: string, args: readonly string[], options: { cwd: string; env: NodeJS.ProcessEnv }) {
    try {
        const { stdout, stderr } = await promisify(execFile)(command, args, options);
        return { code: 0, text: `${stdout}${stderr}` };
    } catch (error) {
        const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
        return { code, text: `${stdout}${stderr}` };
    }
}

let found: Promise<PulumiCommand> | undefined;

/** The CLI for the Automation API. Made once in a process: it starts the CLI to ask for its version. */
function command(): Promise<PulumiCommand> {
    found ??= PulumiCommand.get({ root: path.dirname(pulumiFolder()) });
    return found;
}

/**
 * The stack without what the Automation API adds to each operation: it starts the CLI three more times after an `up`, for the outputs (twice) and the
 * history, and once after a refresh or destroy. A test that wants the outputs reads them in the state.
 */
function onlyOperations(stack: Stack): Stack {
    const skipped: Pick<Stack, "outputs" | "info"> = { outputs: async () => ({}), info: async () => undefined };
    return Object.assign(Object.create(stack), skipped);
}

/** What the failed operation printed. */
export async function failure(operation: Promise<Printed>): Promise<string> {
    return (await failed(operation)).text;
}

/** What the failed operation printed, and its events. */
export async function failed(operation: Promise<Printed>): Promise<Printed> {
    try {
        await operation;
    } catch (error) {
        const { text = (error as Error).message, events = [] } = error as Partial<Printed>;
        return { text, events };
    }
    throw new Error("the operation succeeded");
}

/** Operations of a run by resource name: create, update, same, … */
export function operations({ events }: Printed): Record<string, string> {
    return Object.fromEntries(
        events.flatMap((event) => {
            const metadata = event.resourcePreEvent?.metadata ?? event.resOutputsEvent?.metadata;
            return metadata?.type.includes("ConnectionDecision")
                ? [[metadata.urn.split("::").at(-1) ?? "", metadata.op]]
                : [];
        }),
    );
}

/** Inputs of a resource as the run's events show them. */
export function inputsOf({ events }: Printed, name: string): Record<string, unknown> {
    const found = events.map((event) => event.resourcePreEvent?.metadata).find((m) => m?.urn.endsWith(`::${name}`));
    return (found?.new?.inputs ?? {}) as Record<string, unknown>;
}

/** Diagnostics of a run: severity, resource name, message. */
export function diagnostics({ events }: Printed): string[] {
    return events.flatMap(({ diagnosticEvent: event }) =>
        event === undefined
            ? []
            : [`${event.severity} ${event.urn?.split("::").at(-1) ?? "-"}: ${event.message.trim()}`],
    );
}

/** Every file below a folder, for searching canaries. */
export function filesBelow(folder: string): string[] {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => path.join(entry.parentPath, entry.name));
}
