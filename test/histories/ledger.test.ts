import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
    chmodSync,
    existsSync,
    mkdirSync,
    mkdtempSync,
    readdirSync,
    rmSync,
    statSync,
    symlinkSync,
    utimesSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileLedger } from "../../src/shared/ledger";

/** What the processes of one run tell each other, with real processes: ended, killed, of other runs, in folders of others. */
const ADDRESS = "127.0.0.1:4001";
const NAME = "127.0.0.1_4001";
let folder: string;
const started: ChildProcess[] = [];

beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), "ledger-"));
});
afterEach(async () => {
    await Promise.all(started.splice(0).map((child) => end(child, "SIGKILL")));
    rmSync(folder, { recursive: true, force: true });
});

const MEMBER = `
const { fileLedger } = require(process.argv[1]);
const ledger = fileLedger(process.argv[2], process.argv[3]);
require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
    const [what, key] = line.split(" ");
    if (what === "cut") ledger.add({ is: "cut", key, text: key });
    if (what === "end") process.exit(0);
    console.log(JSON.stringify(ledger.news().map(({ key }) => key)));
});
console.log(JSON.stringify(ledger.unreachable ?? "reached"));
`;

/** Another provider process of the run. */
async function member(address = ADDRESS) {
    const ledger = path.resolve(__dirname, "../../dist/shared/ledger.js");
    const child = spawn(process.execPath, ["-e", MEMBER, ledger, address, folder], {
        stdio: ["pipe", "pipe", "inherit"],
    });
    started.push(child);
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async () => JSON.parse(String((await lines.next()).value));
    const reached: string = await next();
    return {
        child,
        reached,
        async ask(line: string): Promise<string[]> {
            child.stdin.write(`${line}\n`);
            return next();
        },
    };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
    if (child.exitCode === null && child.signalCode === null) {
        child.kill(signal);
        await once(child, "exit");
    }
}

function own(): string {
    return path.join(folder, `pulumi-connection-decision-${process.getuid?.()}`);
}

describe("the ledger of a run", { timeout: 60_000 }, () => {
    it("tells every process the same, in one order", async () => {
        const [a, b] = [await member(), await member()];
        expect([a.reached, b.reached]).toEqual(["reached", "reached"]);
        await a.ask("cut one");
        await b.ask("cut two");
        await a.ask("cut three");
        expect(await (await member()).ask("news")).toEqual(["one", "two", "three"]);
    });

    it("is gone with the last process of the run, and private until then", async () => {
        const [a, b] = [await member(), await member()];
        await a.ask("cut one");
        expect(statSync(path.join(own(), `${NAME}.1`)).mode & 0o077).toBe(0);
        a.child.stdin.write("end\n");
        await once(a.child, "exit");
        expect(await b.ask("news")).toEqual(["one"]);
        b.child.stdin.write("end\n");
        await once(b.child, "exit");
        expect(readdirSync(own())).toEqual([]);
    });

    it("keeps what a killed process said while another one lives, and is not read by the next run", async () => {
        const [a, b] = [await member(), await member()];
        await a.ask("cut one");
        await end(a.child, "SIGKILL");
        expect(await (await member()).ask("news")).toEqual(["one"]);
        for (const { child } of [b, ...started.map((child) => ({ child }))]) {
            await end(child, "SIGKILL");
        }
        expect(await (await member()).ask("news")).toEqual([]);
    });

    it("goes on after a line that a killed process left unfinished", async () => {
        const a = await member();
        await a.ask("cut one");
        writeFileSync(path.join(own(), `${NAME}.1`), '\n{"is":"cut","key":"ha', { flag: "a" });
        await a.ask("cut two");
        expect(await (await member()).ask("news")).toEqual(["one", "two"]);
    });

    it("is not the one of another run at the same time", async () => {
        const [a, b] = [await member(), await member("127.0.0.1:40011")];
        await a.ask("cut one");
        expect(await b.ask("news")).toEqual([]);
    });

    it("what killed runs left behind is swept after a day", async () => {
        const killed = await member("127.0.0.1:4002");
        await killed.ask("cut one");
        await end(killed.child, "SIGKILL");
        const left = path.join(own(), "127.0.0.1_4002.1");
        expect(existsSync(left)).toBe(true);
        const yesterday = Date.now() / 1000 - 25 * 3_600;
        utimesSync(left, yesterday, yesterday);
        await member();
        expect(existsSync(left)).toBe(false);
    });

    it.each<[string, () => void]>([
        [
            "is somebody else's to enter",
            () => {
                mkdirSync(own());
                chmodSync(own(), 0o777);
            },
        ],
        [
            "is a link",
            () => {
                mkdirSync(path.join(folder, "real"), 0o700);
                symlinkSync("real", own());
            },
        ],
        ["is a file", () => writeFileSync(own(), "")],
    ])("is unreachable, with the reason, where its folder %s", (_what, prepare) => {
        prepare();
        const ledger = fileLedger(ADDRESS, folder, false);
        expect(ledger.unreachable).toContain(folder);
        ledger.add({ is: "cut", key: "one", text: "one" });
        expect(ledger.news()).toHaveLength(1);
    });

    it.each<[string, () => void]>([
        ["file", () => rmSync(path.join(own(), `${NAME}.1`))],
        ["folder", () => rmSync(folder, { recursive: true })],
    ])(
        "whose %s goes while the run goes on is unreachable from then on, and forgets nothing of its own",
        (_what, go) => {
            const ledger = fileLedger(ADDRESS, folder, false);
            const cut = (key: string) => ({ is: "cut", key, text: key }) as const;
            ledger.add(cut("one"));
            expect(ledger.news()).toEqual([cut("one")]);
            ledger.add(cut("two"));
            go();
            ledger.add(cut("three"));
            expect(ledger.news()).toEqual([cut("two"), cut("three")]);
            expect(ledger.unreachable).toContain(NAME);
            ledger.add(cut("four"));
            expect(ledger.news()).toEqual([cut("four")]);
        },
    );
});
