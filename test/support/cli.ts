import { mkdirSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { inject } from "vitest";

declare module "vitest" {
    interface ProvidedContext {
        /** Looked for once for all files (vitest.config.mts): each look starts it. */
        pulumiFolder: string;
    }
}

/** What a CLI run needs besides the clouds: no network, no prompt. */
const CLI_ENV = {
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    NO_COLOR: "1",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/nonexistent",
    AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
    ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true",
};

/** Keeps the key that encrypts a stack's secrets. A passphrase takes 150 ms of CPU time at each start of the CLI. */
const VAULT = { secretsprovider: "hashivault://stacks", encryptedkey: Buffer.from("vault:v1:key").toString("base64") };
const DATA_KEY = Buffer.alloc(32, "key").toString("base64");

/** A stack, and where it is: its project's folder, and the folder of its file backend. */
export interface StackPlace {
    readonly folder: string;
    readonly backend: string;
    readonly project: string;
    readonly stack: string;
}

export async function cliEnv(): Promise<Readonly<Record<string, string>>> {
    vault ??= startVault();
    return { ...CLI_ENV, VAULT_ADDR: await vault };
}

let vault: Promise<string> | undefined;

/** Answers like HashiCorp Vault's transit engine when the CLI asks it to decrypt the data key. It ends with this process. */
function startVault(): Promise<string> {
    const server = createServer((request, response) => {
        request.resume();
        response.setHeader("content-type", "application/json");
        response.end(JSON.stringify({ data: { plaintext: DATA_KEY } }));
    });
    return new Promise((resolve) => {
        server.listen(0, "127.0.0.1", () => resolve(`http://127.0.0.1:${(server.address() as AddressInfo).port}`));
        server.unref();
    });
}

/** The folder of the CLI that `npm run pulumi` found or installed. */
export function pulumiFolder(): string {
    const folder = inject("pulumiFolder");
    if (folder === "") {
        throw new Error("no Pulumi CLI; run `npm run pulumi`");
    }
    return folder;
}

/** The files that `pulumi stack init` and `pulumi config set` would write: each of them starts the CLI for that. */
export function makeStack(place: StackPlace, config: Readonly<Record<string, string>> = {}): void {
    const file = stateFile(place);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(path.join(place.backend, ".pulumi/meta.yaml"), "version: 1\n");
    writeFileSync(
        file,
        JSON.stringify({ version: 3, checkpoint: { stack: `organization/${place.project}/${place.stack}` } }),
    );
    configure(place, config);
}

/** The whole configuration of a stack. */
export function configure({ folder, stack }: StackPlace, config: Readonly<Record<string, string>>): void {
    // JSON is YAML.
    writeFileSync(path.join(folder, `Pulumi.${stack}.yaml`), JSON.stringify({ ...VAULT, config }));
}

/** Where the file backend keeps the state. */
export function stateFile({ backend, project, stack }: StackPlace): string {
    return path.join(backend, ".pulumi/stacks", project, `${stack}.json`);
}
