import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { fileLedger, type LedgerEntry } from "../../src/ledger";
import { Run } from "../../src/provider/run";

const dist = path.resolve(__dirname, "../../dist");
const ADDRESS = "127.0.0.1:41234";
const own = `pulumi-connection-decision-${process.getuid?.()}`;

/** A temporary folder, gone after the test. */
function folderOfRun(): string {
    const folder = mkdtempSync(path.join(tmpdir(), "connection-decision-ledger-"));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
}

function decision(name: string, key: string, more: Partial<Extract<LedgerEntry, { is: "decision" }>> = {}) {
    return { urn: `urn::${name}`, key, decision: "accept", onDelete: "keep", ...more } as const;
}

/** Another process of the run: runs `script` with its `run`, then lives until it is told to end. */
async function member(folder: string, script: string): Promise<{ child: ChildProcess; said: string }> {
    const code = `
        const { fileLedger } = require(${JSON.stringify(path.join(dist, "ledger.js"))});
        const { Run } = require(${JSON.stringify(path.join(dist, "provider/run.js"))});
        const run = new Run(fileLedger(${JSON.stringify(ADDRESS)}, ${JSON.stringify(folder)}));
        const attempt = (work) => { try { work(); return "ok"; } catch (error) { return error.message.split("\\n")[0]; } };
        ${script}
        process.stdin.on("data", () => process.exit(0));`;
    const child = spawn(process.execPath, ["-e", code], { stdio: ["pipe", "pipe", "inherit"] });
    onTestFinished(() => void child.kill("SIGKILL"));
    const said = await new Promise<string>((resolve) =>
        child.stdout?.once("data", (data) => resolve(String(data).trim())),
    );
    return { child, said };
}

function ended(child: ChildProcess): Promise<void> {
    return new Promise((resolve) => child.once("close", () => resolve()));
}

describe("the ledger of a run", () => {
    it("shows every process what the others declare, and refuses a contradiction", async () => {
        const folder = folderOfRun();
        const key = "aws:vpcEndpoint/eu-west-1/svc/vpce-1";
        const run = new Run(fileLedger(ADDRESS, folder));
        run.claimDecision(decision("here", key));
        const { said } = await member(
            folder,
            `console.log(attempt(() => run.claimDecision({ urn: "urn::there", key: "${key}", decision: "reject", onDelete: "keep" })));`,
        );
        expect(said).toBe("This program declares two opposite decisions about one connection.");
    });

    it("admits exactly maxCuts cuts over processes that count at the same time", async () => {
        const folder = folderOfRun();
        const script = (n: number) => `
            let admitted = 0;
            for (let i = 0; i < 40; i++) {
                admitted += attempt(() => run.admitCut("key-${n}-" + i, "111122223333", 25)) === "ok" ? 1 : 0;
            }
            console.log(admitted);`;
        const members = await Promise.all([1, 2, 3].map((n) => member(folder, script(n))));
        expect(members.reduce((sum, { said }) => sum + Number(said), 0)).toBe(25);
    });

    it("keeps what a killed process said as long as another one lives, reads past a line it left unfinished, and forgets a run that is over", async () => {
        const folder = folderOfRun();
        const killed = await member(folder, `run.admitCut("cut-by-killed", "a", 5); console.log("done");`);
        const living = await member(folder, `console.log("here");`);
        const file = path.join(folder, own, readdirSync(path.join(folder, own))[0] ?? "");
        appendFileSync(file, '\n{"is":"cut","key":"unfin');
        killed.child.kill("SIGKILL");
        await ended(killed.child);
        const later = await member(
            folder,
            `run.admitCut("second", "a", 2); console.log(attempt(() => run.admitCut("third", "a", 2)));`,
        );
        expect(later.said).toBe("This run would cut more than 2 connections that work now:");
        for (const { child } of [living, later]) {
            child.kill("SIGKILL");
            await ended(child);
        }
        const next = await member(folder, `console.log(attempt(() => run.admitCut("third", "a", 1)));`);
        expect(next.said).toBe("ok");
    });

    it("is gone with its last process", async () => {
        const folder = folderOfRun();
        const members = [await member(folder, `console.log(1);`), await member(folder, `console.log(1);`)];
        for (const { child } of members) {
            child.stdin?.write("end");
            await ended(child);
        }
        expect(readdirSync(path.join(folder, own))).toEqual([]);
    });

    it.skipIf(process.platform === "win32")(
        "is private: nobody else's folder is used, nor one that others may enter",
        () => {
            const open = folderOfRun();
            mkdirSync(path.join(open, own), { mode: 0o755 });
            expect(fileLedger(ADDRESS, open).unreachable).toContain("is not a folder of this user alone");
            const linked = folderOfRun();
            mkdirSync(path.join(linked, "elsewhere"), { mode: 0o700 });
            symlinkSync(path.join(linked, "elsewhere"), path.join(linked, own));
            expect(fileLedger(ADDRESS, linked).unreachable).toContain("is not a folder of this user alone");
            const file = folderOfRun();
            writeFileSync(path.join(file, own), "");
            expect(fileLedger(ADDRESS, file).unreachable).toBeDefined();
        },
    );

    it("is unreachable where the engine's address is not known", () => {
        for (const address of [undefined, "", "not an address", "127.0.0.1"]) {
            expect(fileLedger(address, folderOfRun()).unreachable).toBe(
                "the address of the Pulumi engine is not known",
            );
        }
    });

    it("hands names in any alphabet to the others unharmed", async () => {
        const folder = folderOfRun();
        await member(folder, `run.admitCut("clé-接続-🔌", "é", 9); console.log("done");`);
        const ledger = fileLedger(ADDRESS, folder);
        expect(ledger.news()).toEqual([{ is: "cut", key: "clé-接続-🔌", text: "clé-接続-🔌 (requester é)" }]);
    });
});
