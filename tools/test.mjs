/** `npm test`: the linters and every test, arguments go to vitest; ends with the plain line `N passed, N failed`. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";

const require = createRequire(import.meta.url);
const vitest = path.join(path.dirname(require.resolve("vitest/package.json")), "vitest.mjs");
const folder = mkdtempSync(path.join(tmpdir(), "connection-decision-test-"));
const report = path.join(folder, "report.json");
const args = ["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`, ...process.argv.slice(2)];
const lint = spawnSync("npm", ["run", "--silent", "lint"], { stdio: "inherit" });
const { status } = spawnSync(process.execPath, [vitest, ...args], { stdio: "inherit" });
const results = [lint.status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 }, readReport()];
const skipped = skippedGroups();
rmSync(folder, { recursive: true, force: true });
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
for (const [group, count] of skipped) {
    console.log(`${count} skipped: ${group}`);
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && status === 0 && passed > 1 ? 0 : 1;

/** What vitest counted; a file that fails to load has no failed test of its own. */
function readReport() {
    try {
        const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, "utf8"));
        const unloaded = numFailedTests === 0 && status !== 0 ? Math.max(1, numFailedTestSuites) : 0;
        return { passed: numPassedTests, failed: numFailedTests + unloaded };
    } catch {
        return { passed: 0, failed: 1 };
    }
}

/** How many tests of each outermost group were skipped: those of clients that this machine cannot run. */
function skippedGroups() {
    const groups = new Map();
    try {
        const { testResults } = JSON.parse(readFileSync(report, "utf8"));
        for (const { status, ancestorTitles } of testResults.flatMap((file) => file.assertionResults)) {
            if (["pending", "skipped"].includes(status)) {
                groups.set(ancestorTitles[0], (groups.get(ancestorTitles[0]) ?? 0) + 1);
            }
        }
    } catch {
        // No report: the tests have failed, which the last line says.
    }
    return groups;
}
