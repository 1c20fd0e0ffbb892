import { execFile, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { worldWith } from "../support/clouds";
import { BARE, BIN, runBin } from "./bin";

/** `simulate`, as a process. */
let folder = "";
let world = "";
beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), "connection-decision-"));
    world = write("world.json", JSON.stringify(worldWith({})));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, text: string): string {
    const file = path.join(folder, name);
    writeFileSync(file, text);
    return file;
}

describe("simulate", () => {
    it("prints url and env as the first line, says that it is ready, and ends 0 with Ctrl-C", async () => {
        const child = spawn(process.execPath, [BIN, "simulate", "--world", world], { env: BARE });
        onTestFinished(() => void child.kill("SIGKILL"));
        let err = "";
        child.stderr.on("data", (chunk) => {
            err += chunk;
        });
        const first = await new Promise<string>((resolve) => child.stdout.once("data", (data) => resolve(`${data}`)));
        const { url, env } = JSON.parse(first) as { url: string; env: Record<string, string> };
        expect(env.AWS_ENDPOINT_URL).toBe(url);
        await expect.poll(() => err).toBe("ready, Ctrl-C to stop\n");
        child.kill("SIGINT");
        expect(await new Promise((resolve) => child.once("close", resolve))).toBe(0);
    });

    it("runs a command with the environment set, and ends as it", async () => {
        const script = "node -p process.env.AWS_REGION; exit 7";
        const { status, out, err } = await runBin(["simulate", "--world", world, "--", "sh", "-c", script], {});
        expect([status, out, err]).toEqual([7, "eu-west-1\n", ""]);
    });

    it("the command may be this one, and the clouds answer", async () => {
        const argv = ["simulate", "--world", world, "--", process.execPath, BIN, "list", "--fail-if-pending"];
        const { status, out } = await runBin(argv, {});
        expect([status, out]).toEqual([3, expect.stringContaining("aws:vpcEndpoint")]);
    });

    it("ends with 128 and the signal's number where one ended the command", async () => {
        const { status } = await runBin(["simulate", "--world", world, "--", "sh", "-c", "kill -9 $$"], {});
        expect(status).toBe(137);
    });

    it.each([
        ["SIGINT", 130],
        ["SIGTERM", 143],
        ["SIGHUP", 129],
    ] as const)("passes %s on to the command, waits for it, and the simulator ends with it", async (signal, status) => {
        const script = `console.log(process.env.AWS_ENDPOINT_URL);
            process.once("${signal}", () => setTimeout(() => process.kill(process.pid, "${signal}"), 300));
            setInterval(() => {}, 1000);`;
        const argv = [BIN, "simulate", "--world", world, "--", process.execPath, "-e", script];
        const child = spawn(process.execPath, argv, { env: BARE });
        onTestFinished(() => void child.kill("SIGKILL"));
        const url = await new Promise<string>((resolve) =>
            child.stdout.once("data", (data) => resolve(`${data}`.trim())),
        );
        expect((await fetch(`${url}/_simulator/calls`)).status).toBe(200);
        child.kill(signal);
        expect(await new Promise((resolve) => child.once("close", resolve))).toBe(status);
        await expect(fetch(`${url}/_simulator/calls`)).rejects.toThrow();
    });

    it("leaves the command's own arguments alone, a second -- too", async () => {
        const print = "console.log(JSON.stringify(process.argv.slice(1)))";
        const argv = [
            "simulate",
            "--world",
            world,
            "--",
            process.execPath,
            "-e",
            print,
            "--",
            "--world",
            "x",
            "--",
            "-h",
        ];
        expect((await runBin(argv, {})).out).toBe('["--world","x","--","-h"]\n');
    });

    it("--print shell is for eval, and the simulator ends with the shell", async () => {
        const start = `"${process.execPath}" "${BIN}" simulate --world "${world}" --print shell`;
        const script = `eval "$(${start})"; "${process.execPath}" "${BIN}" list --fail-if-pending; echo "$? $AWS_ENDPOINT_URL"`;
        const { stdout, stderr } = await promisify(execFile)("sh", ["-c", script], { env: BARE });
        const [, status, url] = /^(\d+) (http:\S+)$/m.exec(stdout) ?? [];
        expect([status, stderr]).toEqual([
            "3",
            expect.stringMatching(/^ready; ends with this shell, or with: kill \d+$/m),
        ]);
        await expect
            .poll(() =>
                fetch(`${url}/_simulator/calls`).then(
                    () => "up",
                    () => "down",
                ),
            )
            .toBe("down");
    });
});

describe("a world file that is wrong", () => {
    it.each([
        ["missing.json", undefined, "no such file"],
        ["broken.json", "{", "not JSON: "],
        ["place.json", '{"aws":[{"account":"12","region":"x"}]}', "aws[0].account is missing or malformed"],
        ["strange.json", '{"asw":[]}', "asw is not known"],
    ])("%s: the text names the file and the place in it", async (name, text, problem) => {
        const file = text === undefined ? path.join(folder, name) : write(name, text);
        const { status, out, err } = await runBin(["simulate", "--world", file], {});
        expect([status, out]).toEqual([2, ""]);
        expect(err.startsWith(`error: --world ${file}: `), err).toBe(true);
        expect(err).toContain(problem);
        expect(err.trim()).not.toContain("\n");
    });

    it("--print shell says it too", async () => {
        const { status, err } = await runBin(["simulate", "--world", "missing.json", "--print", "shell"], {});
        expect([status, err]).toEqual([2, "error: --world missing.json: no such file\n"]);
    });
});

it("a port that is taken is said in one line", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const { status, err } = await runBin(["simulate", "--port", `${port}`], {});
    server.close();
    expect([status, err]).toEqual([2, `error: --port ${port} is taken\n`]);
});
