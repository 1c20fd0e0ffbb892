import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { Run } from "../../src/engine/run";
import { fileLedger } from "../../src/shared/ledger";

/** What a run says on top of its ledger, with real processes; the ledger itself is in test/histories/ledger.test.ts. */
const dist = path.resolve(__dirname, "../../dist");
const ADDRESS = "127.0.0.1:41234";

/** A temporary folder, gone after the test. */
function folderOfRun(): string {
    const folder = mkdtempSync(path.join(tmpdir(), "connection-decision-ledger-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
}

/** Another provider process of the run: what `script` prints with its `run`. */
async function member(folder: string, script: string): Promise<string> {
    const code = `
        const { fileLedger } = require(${JSON.stringify(path.join(dist, "shared/ledger.js"))});
        const { Run } = require(${JSON.stringify(path.join(dist, "engine/run.js"))});
        const run = new Run(fileLedger(${JSON.stringify(ADDRESS)}, ${JSON.stringify(folder)}));
        const attempt = (work) => { try { work(); return "ok"; } catch (error) { return error.message.split("\\n")[0]; } };
        ${script}
        setInterval(() => {}, 1_000);`;
    const child = spawn(process.execPath, ["-e", code], { stdio: ["ignore", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    return new Promise((resolve) => child.stdout.once("data", (data) => resolve(String(data).trim())));
}

describe("a run of several provider processes", { timeout: 60_000 }, () => {
    it("refuses what contradicts another process's declaration", async () => {
        const folder = folderOfRun();
        const key = "aws:vpcEndpoint/eu-west-1/svc/vpce-1";
        new Run(fileLedger(ADDRESS, folder)).claimDecision({
            urn: "urn::here",
            key,
            decision: "accept",
            onDelete: "keep",
        });
        const claim = `{ urn: "urn::there", key: "${key}", decision: "reject", onDelete: "keep" }`;
        expect(await member(folder, `console.log(attempt(() => run.claimDecision(${claim})));`)).toBe(
            "This program declares two opposite decisions about one connection.",
        );
    });

    it("admits exactly maxCuts cuts, counted at the same time", async () => {
        const folder = folderOfRun();
        const script = (n: number) => `
            let admitted = 0;
            for (let i = 0; i < 40; i++) {
                admitted += attempt(() => run.admitCut("key-${n}-" + i, { requester: "111122223333" }, 25)) === "ok" ? 1 : 0;
            }
            console.log(admitted);`;
        const admitted = await Promise.all([1, 2, 3].map((n) => member(folder, script(n))));
        expect(admitted.reduce((sum, count) => sum + Number(count), 0)).toBe(25);
    });

    it("hands names in any alphabet to the others unharmed", async () => {
        const folder = folderOfRun();
        await member(folder, `run.admitCut("clé-接続-🔌", { requester: "é" }, 9); console.log("done");`);
        expect(fileLedger(ADDRESS, folder).news()).toEqual([
            { is: "cut", key: "clé-接続-🔌", text: "clé-接続-🔌 (requester é)" },
        ]);
    });
});
