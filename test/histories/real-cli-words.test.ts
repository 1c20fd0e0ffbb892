import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { ConnectionDecision } from "pulumi-connection-decision";
import { describe, expect, it } from "vitest";
import { cliEnv, pulumiFolder } from "../support/cli";
import { endpoint, REQUESTER, SERVICE, useClouds, worldWith } from "../support/clouds";
import { failure, type RealStack, realStack } from "../support/pulumi";

/** What went wrong once in what people read: each decision once in every display, errors without machinery. The real CLI and engine. */
const clouds = useClouds();
const OPERATION_MS = 180_000;
const PARTNER = "444455556666";
const onFirst = { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(1) } as const;

/** Words of the machinery, which tell a user nothing. */
const MACHINERY = /DecisionError|\n\s+at .*:\d+|grpc|RPC|UNKNOWN:|node:internal/i;

function count(text: string, part: string): number {
    return text.split(part).length - 1;
}

/** What the CLI prints under Diagnostics: above it, its rows repeat the last word of each resource. */
function diagnosed(text: string): string {
    const [, diagnostics = ""] = /\nDiagnostics:\n([\s\S]*?)(\n\S|$)/.exec(text) ?? [];
    return diagnostics;
}

const SOURCE = `const { ConnectionDecision } = require("pulumi-connection-decision");
const on = (n) => ({ kind: "aws:vpcEndpoint", serviceId: "${SERVICE}", endpointId: "vpce-" + n.toString(16).padStart(17, "0") });
new ConnectionDecision("known", { connection: on(1), decision: "accept", expectedRequester: "${REQUESTER}", until: "2099-12-24" });
new ConnectionDecision("unknown", { connection: on(2), decision: "accept" });
new ConnectionDecision("cut", { connection: on(3), decision: "reject" });
new ConnectionDecision("settled", { connection: on(4), decision: "accept" });
`;

const LINES = [
    `known: accept ${REQUESTER} (expected): pending -> accepted, until 2099-12-24`,
    `unknown: accept ${PARTNER} (nobody expected): pending -> accepted`,
    `cut: CUTS a working connection of ${PARTNER}: accepted -> rejected`,
];

/** The same program as a folder that a user has. */
async function folder(): Promise<RealStack> {
    clouds.simulator.world = worldWith({
        endpoints: [
            "pendingAcceptance",
            { state: "pendingAcceptance", owner: PARTNER },
            { state: "available", owner: PARTNER },
            "available",
        ],
    });
    const real = await realStack(clouds.simulator.env);
    writeFileSync(path.join(real.folder, "index.js"), SOURCE);
    writeFileSync(path.join(real.folder, "package.json"), "{}\n");
    return real;
}

/** What a terminal of so many columns shows once the command has ended. */
async function onTerminal(real: RealStack, columns: number, command: string): Promise<string> {
    const { stdout } = await promisify(execFile)(
        "script",
        ["-qec", `stty cols ${columns} rows 60; ${command}`, "/dev/null"],
        {
            cwd: real.folder,
            env: {
                ...process.env,
                ...(await cliEnv()),
                ...clouds.simulator.env,
                TERM: "xterm",
                PATH: `${pulumiFolder()}${path.delimiter}${process.env.PATH}`,
                PULUMI_HOME: path.join(real.folder, "home"),
                PULUMI_BACKEND_URL: `file://${path.join(real.folder, "backend")}`,
            },
            maxBuffer: 64 * 1024 * 1024,
        },
    );
    // biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal's own language.
    const shown = stdout.replace(/\u001b\[[0-9;?]*[A-Za-z]/g, "");
    return shown.slice(shown.lastIndexOf("Diagnostics:"));
}

const hasScript = process.platform === "linux";

describe("one line for each decision", { timeout: OPERATION_MS }, () => {
    it("without a terminal, also with --diff", async () => {
        const real = await folder();
        const { code, text } = await real.cli("preview", "--stack", "test", "--non-interactive");
        expect(code, text).toBe(0);
        expect(LINES.map((line) => count(diagnosed(text), line))).toEqual([1, 1, 1]);
        const detailed = await real.cli("preview", "--stack", "test", "--non-interactive", "--diff");
        expect(LINES.map((line) => count(detailed.text, line))).toEqual([1, 1, 1]);
        expect(text).not.toContain("settled: accept");
    });

    it.runIf(hasScript).each([80, 120])("on a terminal of %i columns", async (columns) => {
        const real = await folder();
        const text = await onTerminal(real, columns, "pulumi preview --stack test");
        expect(LINES.map((line) => count(text, line))).toEqual([1, 1, 1]);
        expect(text).not.toContain("settled: accept");
    });

    it("and up ends by saying what was decided and cut", async () => {
        const real = await folder();
        const { code, text } = await real.cli("up", "--yes", "--skip-preview", "--stack", "test", "--non-interactive");
        expect(code, text).toBe(0);
        for (const line of [
            `known: accepted ${REQUESTER}: pending -> accepted`,
            `cut: CUT a working connection of ${PARTNER}: accepted -> rejected`,
        ]) {
            expect(count(diagnosed(text), line)).toBe(1);
        }
    });
});

describe("an error is printed once, without machinery", { timeout: OPERATION_MS }, () => {
    const accepting = async () => {
        new ConnectionDecision("it", { connection: onFirst, decision: "accept", onDelete: "reject" });
    };

    it("by check", async () => {
        const real = await realStack(clouds.simulator.env);
        const text = await failure(
            real.preview(async () => {
                new ConnectionDecision("it", { connection: onFirst, decision: "accept", expectedRequester: PARTNER });
            }),
        );
        expect(count(diagnosed(text), "Will not accept")).toBe(1);
        expect(text).not.toMatch(/DecisionError|\n\s+at .*\.js:\d+/);
    });

    it("by create", async () => {
        const real = await realStack(clouds.simulator.env);
        clouds.simulator.addFaults({ action: "ec2:Accept*", fault: "refuseIds", ids: [endpoint(1)], times: 5 });
        const text = await failure(real.up(accepting));
        expect(count(diagnosed(text), "Cannot accept: the cloud refused.")).toBe(1);
        expect(text).not.toMatch(/DecisionError|\n\s+at .*\.js:\d+/);
    });

    it("by read and by delete", async () => {
        const real = await realStack(clouds.simulator.env);
        await real.up(accepting);
        clouds.simulator.addFaults({ action: "ec2:Describe*", fault: "error", status: 503, times: 1_000 });
        for (const command of ["refresh", "destroy"]) {
            const { code, text } = await real.cli(
                command,
                "--yes",
                "--skip-preview",
                "--stack",
                "test",
                "--non-interactive",
            );
            expect(code).not.toBe(0);
            expect(count(diagnosed(text), "This connection cannot be read"), text).toBe(1);
            expect(text).not.toMatch(MACHINERY);
        }
    });
});
