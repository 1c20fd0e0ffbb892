import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { type Simulator, startSimulator, type World } from "../../../src/simulator/index";
import { installClients } from "../../../tools/vendor-clients/install.mjs";

/** What a vendor's client raised, in the words that a program would look at. */
export interface ClientError {
    type: string;
    code?: string;
    status?: number;
    text?: string;
    message: string;
}

/** A Python process that holds a vendor's clients: one for a test file, so that they load once. */
export interface Clients {
    /** The result of a call; throws what the client raised. */
    run<T = Record<string, unknown>>(call: Record<string, unknown>): Promise<T>;
    /** What the client raises. */
    refusal(call: Record<string, unknown>): Promise<ClientError>;
    close(): void;
}

interface Answer {
    result?: unknown;
    error?: ClientError;
}

/** The code of a failure and its HTTP status, which is what the documents tell. */
export function coded({ code, status }: ClientError): [string | undefined, number | undefined] {
    return [code, status];
}

type VendorCloud = "aws" | "alibaba" | "vpcep" | "azure";

/** A simulator, and a vendor's clients of it. */
export interface Foreign {
    readonly simulator: Simulator;
    readonly clients: Clients;
    /** The command line, where a script for it is named. */
    readonly shell: Clients;
}

/** Started for a test file. Each test begins with this world, in which nothing takes time. */
export function useForeign(cloud: VendorCloud, world: () => World, shellScript?: string): Foreign {
    const started: { -readonly [K in keyof Foreign]?: Foreign[K] } = {};
    beforeAll(async () => {
        const simulator = await startSimulator({ world: world() });
        started.simulator = simulator;
        started.clients = await startClients(cloud, simulator.env);
        if (shellScript !== undefined) {
            started.shell = await startClients(cloud, simulator.env, shellScript);
        }
    }, 180_000);
    beforeEach(() => {
        Object.assign(started.simulator as Simulator, { settleMs: 0, world: world() });
        started.simulator?.clearCalls();
        started.simulator?.clearFaults();
    });
    afterAll(async () => {
        started.clients?.close();
        started.shell?.close();
        await started.simulator?.close();
    });
    return started as Foreign;
}

export async function startClients(
    cloud: VendorCloud,
    env: Readonly<Record<string, string>>,
    script: string = cloud,
): Promise<Clients> {
    const packages = await installClients(cloud);
    const server = spawn("python3", [path.join(__dirname, `${script}.py`)], {
        env: { ...process.env, ...env, PYTHONPATH: packages, PYTHONDONTWRITEBYTECODE: "", NO_PROXY: "127.0.0.1" },
        stdio: ["pipe", "pipe", "pipe"],
    });
    const ask = asking(server);
    return {
        async run<T>(call: Record<string, unknown>) {
            const { result, error } = await ask(call);
            if (error !== undefined) {
                throw Object.assign(new Error(`${error.type}: ${error.message}`), { client: error });
            }
            return result as T;
        },
        async refusal(call) {
            const { result, error } = await ask(call);
            if (error === undefined) {
                throw new Error(`answered ${JSON.stringify(result)}`);
            }
            return error;
        },
        close: () => void server.kill(),
    };
}

/** One line for a call, one for its answer, in order. */
function asking(server: ChildProcess): (call: object) => Promise<Answer> {
    const waiting: { resolve(answer: Answer): void; reject(error: Error): void }[] = [];
    let said = "";
    let ended = false;
    server.stderr?.on("data", (chunk: Buffer) => {
        said += chunk;
    });
    createInterface({ input: server.stdout as NodeJS.ReadableStream }).on("line", (line) => {
        waiting.shift()?.resolve(JSON.parse(line) as Answer);
    });
    server.once("close", () => {
        ended = true;
        for (const { reject } of waiting.splice(0)) {
            reject(new Error(`the clients ended:\n${said}`));
        }
    });
    return (call) =>
        new Promise((resolve, reject) => {
            if (ended) {
                reject(new Error(`the clients ended:\n${said}`));
                return;
            }
            waiting.push({ resolve, reject });
            server.stdin?.write(`${JSON.stringify(call)}\n`);
        });
}
