import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import path from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { findPulumi } from "./tools/pulumi/install.mjs";

/** Seconds that each file last took, as `RECORD_DURATIONS=1 npm test` wrote them down. */
const durations: Readonly<Record<string, number>> = JSON.parse(
    readFileSync(path.join(import.meta.dirname, "test/durations.json"), "utf8"),
);

/** Long files first, so that no worker is left with one at the end. */
class LongestFirst extends BaseSequencer {
    override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
        const sorted = await super.sort(files);
        return sorted.sort((a, b) => secondsOf(b) - secondsOf(a));
    }
}

/** A file that nobody has recorded yet starts first: a long one that starts last would run alone. */
function secondsOf({ moduleId }: TestSpecification): number {
    const file = path.relative(import.meta.dirname, moduleId);
    return durations[file.split(path.sep).join("/")] ?? Number.MAX_SAFE_INTEGER;
}

// This file is read once for each project below. Looking for the CLI starts it.
process.env.TESTED_PULUMI ??= (await findPulumi()) ?? "";

/** Files that run the real CLI through the Automation API. */
const CLI = ["test/cli/*.test.ts", "test/{histories,plugin}/real-cli*.test.ts", "test/faults/crash.test.ts"];

/** Files that need a process of their own: they start other programs, or keep something for the whole process. */
const PROCESSES = [
    "test/{cli-command,docs,examples,languages,package,process}/**/*.test.ts",
    // MSAL, below @azure/identity, keeps the first address of tokens for the whole process.
    "test/simulator/**/azure*.test.ts",
    "test/kinds/{azure*,decisions,facts,histories,lifecycle,previews,rows,scopes}.test.ts",
    "test/faults/{answers*,schedules,hostile,large-answers,paging,refused}.test.ts",
];

/** Files take 40 % less CPU time when the sources and the clouds' SDKs are not loaded again for each. */
const SHARED = { isolate: false, setupFiles: "test/support/shared-process.ts" };

export default defineConfig({
    test: {
        pool: "forks",
        // One more than there are CPUs: tests of the real CLI wait often. On 2 CPUs the third worker takes a quarter off their time.
        maxWorkers: availableParallelism() + 1,
        projects: [
            { extends: true, test: { name: "processes", include: PROCESSES } },
            { extends: true, test: { name: "real CLI", include: CLI, ...SHARED } },
            {
                extends: true,
                test: {
                    name: "in process",
                    include: ["test/**/*.test.ts"],
                    exclude: [...PROCESSES, ...CLI],
                    ...SHARED,
                },
            },
        ],
        provide: { pulumiFolder: process.env.TESTED_PULUMI ?? "" },
        sequence: { sequencer: LongestFirst },
        testTimeout: 30_000,
        hookTimeout: 60_000,
        env: {
            AWS_EC2_METADATA_DISABLED: "true",
            AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
            ALIBABA_CLOUD_ECS_METADATA_DISABLED: "true",
            AWS_CONFIG_FILE: "/nonexistent",
            AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
        },
    },
});
