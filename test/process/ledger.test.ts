import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { Run } from "../../src/engine/run";
import { declare } from "../../src/program/resource";
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

describe("the program of a run", { timeout: 60_000 }, () => {
    /** A resource whose registration the engine answers when the test says. */
    function registered(name: string) {
        let answer: (value: string) => void = () => {};
        const answered = new Promise<string>((resolve) => {
            answer = resolve;
        });
        const resource = { urn: pulumi.output(answered), id: pulumi.output(answered) } as pulumi.CustomResource;
        declare(resource, { connection: pulumi.output({ kind: name }) });
        return async () => {
            answer(name);
            await answered;
            await new Promise(setImmediate);
        };
    }

    /** A program of the engine at that address: each run has a client of its own. */
    function programAt(folder: string): void {
        vi.stubEnv("TMPDIR", folder);
        onTestFinished(() => void vi.unstubAllEnvs());
        pulumi.runtime.resetOptions("p", "s", 1, ADDRESS, "", false, "");
    }

    async function provider(folder: string) {
        const code = `
            const { fileLedger } = require(${JSON.stringify(path.join(dist, "shared/ledger.js"))});
            const ledger = fileLedger(${JSON.stringify(ADDRESS)}, ${JSON.stringify(folder)});
            console.log("joined");
            process.stdin.on("data", () => process.exit(0));`;
        const child = spawn(process.execPath, ["-e", code], { stdio: ["pipe", "pipe", "inherit"] });
        onTestFinished(() => void child.kill("SIGKILL"));
        await once(child.stdout, "data");
        return async () => {
            child.stdin.write("end");
            await once(child, "exit");
        };
    }

    const declared = (folder: string) =>
        fileLedger(ADDRESS, folder)
            .news()
            .flatMap((entry) => (entry.is === "declared" ? [entry.id] : []));
    const files = (folder: string) =>
        readdirSync(folder, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());

    it("is heard by a provider that comes late, and leaves nothing behind where none ever came", async () => {
        const code = (folder: string) => `
            const { fileLedger } = require(${JSON.stringify(path.join(dist, "shared/ledger.js"))});
            const entry = { is: "declared", urn: "urn::it", id: "vpce-1" };
            fileLedger(${JSON.stringify(ADDRESS)}, ${JSON.stringify(folder)}, false).add(entry);
            console.log("declared");
            process.stdin.on("data", () => process.exit(0));`;
        const program = async (folder: string) => {
            const child = spawn(process.execPath, ["-e", code(folder)], { stdio: ["pipe", "pipe", "inherit"] });
            onTestFinished(() => void child.kill("SIGKILL"));
            await once(child.stdout, "data");
            return async () => {
                child.stdin.write("end");
                await once(child, "exit");
            };
        };
        const folder = folderOfRun();
        const end = await program(folder);
        expect(declared(folder)).toEqual(["vpce-1"]);
        await end();

        const other = folderOfRun();
        const endAlone = await program(other);
        await endAlone();
        expect(declared(other)).toEqual([]);
    });

    it("leaves nothing to the next run at that address where the engine answers after the run's last provider ended", async () => {
        const folder = folderOfRun();
        programAt(folder);
        const answer = registered("late");
        const end = await provider(folder);
        await end();
        await answer();
        expect(files(folder)).toEqual([]);
        programAt(folder);
        await registered("next")();
        expect(declared(folder)).toEqual(["next"]);
    });

    it("tells what it declares to the providers that start later", async () => {
        const folder = folderOfRun();
        programAt(folder);
        await registered("one")();
        expect(declared(folder)).toEqual(["one"]);
    });

    it("goes on telling where its file went with the last process of a preview, and the update's provider has come", async () => {
        const folder = folderOfRun();
        programAt(folder);
        const end = await provider(folder);
        const answer = registered("one");
        await end();
        await provider(folder);
        await answer();
        expect(declared(folder)).toEqual(["one"]);
    });
});
