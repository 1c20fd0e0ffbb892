/**
 * `npm test`: every test, and the linters beside them; arguments go to vitest; ends with the plain line `N passed, N failed`.
 *
 * RECORD_DURATIONS=1 writes down how long each file takes (test/durations.json): long files start first.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);
const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const vitest = path.join(path.dirname(require.resolve("vitest/package.json")), "vitest.mjs");

const folder = mkdtempSync(path.join(tmpdir(), "connection-decision-test-"));
const report = path.join(folder, "report.json");
const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...process.argv.slice(2)];
const [lint, tests] = await Promise.all([
    run("npm", ["run", "--silent", "lint"], ["ignore", "pipe", "pipe"]),
    run(process.execPath, [vitest, ...args], "inherit"),
]);
const results = readReport();
rmSync(folder, { recursive: true, force: true });
const { passed, failed } = counts();
if (process.env.RECORD_DURATIONS === "1") {
    recordDurations();
}
process.stdout.write(lint.text);
for (const [group, count] of skippedGroups()) {
    console.log(`${count} skipped: ${group}`);
}
console.log(`lint ${lint.status === 0 ? "passed" : "failed"}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && tests.status === 0 && passed > 1 ? 0 : 1;

/** The status of a command when it has ended, and what it printed where that is not inherited. */
function run(command, args, stdio) {
    return new Promise((resolve, reject) => {
        const child = spawn(command, args, { stdio });
        let text = "";
        for (const stream of [child.stdout, child.stderr]) {
            stream?.on("data", (chunk) => (text += chunk));
        }
        child.once("error", reject);
        child.once("close", (status) => resolve({ status, text }));
    });
}

/** What vitest reported; undefined where it ended before it could. */
function readReport() {
    try {
        return JSON.parse(readFileSync(report, "utf8"));
    } catch {
        return undefined;
    }
}

/** The linters are one test. A file that fails to load has no failed test of its own, and counts as one. */
function counts() {
    const { numPassedTests = 0, numFailedTests = 1, numFailedTestSuites = 0 } = results ?? {};
    const unloaded = numFailedTests === 0 && tests.status !== 0 ? Math.max(1, numFailedTestSuites) : 0;
    const linted = lint.status === 0;
    return { passed: numPassedTests + (linted ? 1 : 0), failed: numFailedTests + unloaded + (linted ? 0 : 1) };
}

/** How many tests of each outermost group were skipped: those of clients that this machine cannot run. */
function skippedGroups() {
    const groups = new Map();
    for (const { status, ancestorTitles } of results?.testResults.flatMap((file) => file.assertionResults) ?? []) {
        if (["pending", "skipped"].includes(status)) {
            groups.set(ancestorTitles[0], (groups.get(ancestorTitles[0]) ?? 0) + 1);
        }
    }
    return groups;
}

/** Whole seconds of each file, longest first; files that take the same are in the order of the alphabet. */
function recordDurations() {
    const seconds = (results?.testResults ?? [])
        .map(({ name, startTime, endTime }) => [
            path.relative(repository, name).split(path.sep).join("/"),
            Math.round((endTime - startTime) / 1_000),
        ])
        .sort(([a, aTook], [b, bTook]) => bTook - aTook || (a < b ? -1 : 1));
    writeFileSync(
        path.join(repository, "test/durations.json"),
        `${JSON.stringify(Object.fromEntries(seconds), undefined, 4)}\n`,
    );
}
