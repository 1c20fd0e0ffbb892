import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { inject } from "vitest";

declare module "vitest" {
    interface ProvidedContext {
        /** Looked for once for all files (vitest.config.mts): each look starts it. */
        pulumiFolder: string;
    }
}

/** What a CLI run needs besides the clouds: no network, no passphrase prompt. */
export const CLI_ENV = {
    PULUMI_CONFIG_PASSPHRASE: "test",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    NO_COLOR: "1",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/nonexistent",
    AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
    ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true",
};

/** What `pulumi stack init` makes of the passphrase in CLI_ENV. */
const SALT = "v1:gWefNOLC0Zo=:v1:4VKy+GRg049j8F5i:5b4TTFI3ASILO01SM4eznCy8Z4ddhw==";

/** A stack, and where it is: its project's folder, and the folder of its file backend. */
export interface StackPlace {
    readonly folder: string;
    readonly backend: string;
    readonly project: string;
    readonly stack: string;
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
    writeFileSync(path.join(folder, `Pulumi.${stack}.yaml`), JSON.stringify({ encryptionsalt: SALT, config }));
}

/** Where the file backend keeps the state. */
export function stateFile({ backend, project, stack }: StackPlace): string {
    return path.join(backend, ".pulumi/stacks", project, `${stack}.json`);
}
