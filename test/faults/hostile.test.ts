import { createServer, request as forward, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { admissionProblems, readAdmission } from "../../src/decision/admission";
import { declarationProblems, readDeclaration } from "../../src/decision/declaration";
import type { Wire } from "../../src/engine/wire";
import { kinds } from "../../src/kinds";
import { type Simulator, startSimulator } from "../../src/simulator/index";
import { TestStack } from "../support/engine";
import { LONG, SEED } from "../support/long-runs";
import { admissionsToAll, decisionsOnAll, pendingEverywhere } from "../support/rows-clouds";

/** Clouds and programs that send anything at all: never a crash, a hang, a wrong decision, or an escape sequence on a terminal. */
const RUNS = LONG ? 2_000 : 48;

let simulator: Simulator;
let proxy: Server;
/** What becomes of an answer on its way. */
let corrupt: (body: string, index: number) => string = (body) => body;
let answers = 0;

beforeAll(async () => {
    simulator = await startSimulator({ world: pendingEverywhere() });
    proxy = createServer((incoming, response) => {
        const through = forward(
            simulator.url + incoming.url,
            { method: incoming.method, headers: incoming.headers },
            (answer) => {
                const chunks: Buffer[] = [];
                answer.on("data", (chunk) => chunks.push(chunk));
                answer.on("end", () => {
                    const { "content-length": _length, "transfer-encoding": _encoding, ...headers } = answer.headers;
                    response
                        .writeHead(answer.statusCode ?? 500, headers)
                        .end(corrupt(Buffer.concat(chunks).toString(), answers++));
                });
            },
        );
        incoming.pipe(through);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    for (const [name, value] of Object.entries(simulator.env)) {
        process.env[name] = value === simulator.url ? url : value;
    }
});

afterAll(async () => {
    proxy.closeAllConnections();
    proxy.close();
    await simulator.close();
});

/** Values that have broken programs before. */
const nasty = fc.oneof(
    fc.constantFrom<unknown>(
        null,
        true,
        0,
        -1,
        1e308,
        "",
        "\u0000",
        "\u001b[2J\u001b]0;x\u0007",
        "\u202e",
        "__proto__",
        "constructor",
        "../../etc/passwd",
        "$(id)",
        "`id`",
        [],
        {},
        [[]],
        [null],
    ),
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 80n }).map(String),
    fc.jsonValue({ maxDepth: 2 }),
    fc.constant("x".repeat(30_000)),
);

const corruption = fc.record({
    at: fc.nat(12),
    where: fc.nat(60),
    value: nasty,
    cut: fc.option(fc.nat(100), { nil: undefined, freq: 6 }),
});

const program = decisionsOnAll(({ requester }) => ({
    expectedRequester: requester.asking,
    waitForRequest: "2s",
    timeout: "10s",
}));
const admissions = admissionsToAll({ timeout: "10s" });
const programs = { ...program, ...admissions };

describe("answers of a cloud", () => {
    it(`may be anything (${RUNS} runs)`, { timeout: Math.max(60_000, RUNS * 1_000) }, async () => {
        await fc.assert(
            fc.asyncProperty(
                fc.constantFrom(...Object.keys(programs)),
                fc.array(corruption, { minLength: 1, maxLength: 4 }),
                async (name, corruptions) => {
                    simulator.world = pendingEverywhere();
                    simulator.clearCalls();
                    answers = 0;
                    corrupt = (body, index) =>
                        corruptions.filter((c) => c.at === index).reduce((text, c) => spoil(text, c), body);
                    // The simulator's own addresses: the proxy stands in front of what the environment names.
                    const stack = new TestStack(simulator, {}, process.env);
                    const one = { [name]: programs[name] ?? {} };
                    const results = [
                        await stack.preview(one),
                        await stack.up(one),
                        await stack.refresh(),
                        await stack.up(one),
                    ];
                    for (const { failures, logs, steps } of results) {
                        const shown = [
                            ...Object.values(failures),
                            ...logs.map((log) => log.text),
                            JSON.stringify(
                                steps.map(({ inputs }) => [inputs.observed, inputs.verdicts, inputs.warnings]),
                            ),
                        ];
                        for (const text of shown) {
                            expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
                            expect(text.length, text.slice(0, 300)).toBeLessThan(20_000);
                        }
                    }
                    for (const call of simulator.calls) {
                        expect(call.action).not.toMatch(/Reject|Delete/);
                    }
                },
            ),
            { numRuns: RUNS, seed: SEED },
        );
        corrupt = (body) => body;
    });

    it("of ten megabytes are read and refused or understood", async () => {
        simulator.world = pendingEverywhere();
        corrupt = (body) => body + " ".repeat(10_000_000);
        const stack = new TestStack(simulator, {}, process.env);
        const { steps } = await stack.preview(program);
        expect(steps).toHaveLength(Object.keys(program).length);
        corrupt = () => "<".repeat(10_000_000);
        // One is enough: every try reads all of it.
        const [[name, one] = ["", {}]] = Object.entries(program);
        const broken = await new TestStack(simulator, {}, process.env).preview({ [name]: one });
        expect(broken.failures[name]).toContain("cannot be read");
        corrupt = (body) => body;
    });
});

describe("arguments of a program", () => {
    it("may be anything in an admission, too", () => {
        const rule = fc.oneof(
            fc.record(
                {
                    name: fc.oneof(fc.constant("rule"), nasty),
                    requester: nasty,
                    evidence: nasty,
                    ticket: fc.oneof(fc.string({ maxLength: 12 }), nasty),
                    verdict: fc.oneof(fc.constant("accept"), nasty),
                    until: nasty,
                },
                { requiredKeys: [] },
            ),
            nasty,
        );
        const inputs = fc.record(
            {
                scope: fc.oneof(
                    fc.record(
                        { kind: fc.constantFrom(...Object.keys(kinds)), serviceId: nasty },
                        { requiredKeys: ["kind"] },
                    ),
                    nasty,
                ),
                rules: fc.oneof(fc.array(rule, { maxLength: 3 }), nasty),
                otherwise: nasty,
                existing: nasty,
                except: nasty,
                onDelete: nasty,
                allowRemoval: nasty,
                timeout: nasty,
            },
            { requiredKeys: [] },
        );
        fc.assert(
            fc.property(inputs, (values) => {
                const problems = admissionProblems(values as Wire, Object.values(kinds));
                for (const problem of problems) {
                    expect(problem).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
                    expect(problem.length).toBeLessThan(1_000);
                }
                if (problems.length === 0) {
                    expect(Object.keys(kinds)).toContain(readAdmission(values as Wire).scope.kind);
                }
            }),
            { numRuns: LONG ? 5_000 : 1_000, seed: SEED },
        );
    });

    it("may be anything: a problem is a sentence, never a crash", () => {
        const connection = fc.oneof(
            fc.record(
                {
                    kind: fc.oneof(fc.constantFrom(...Object.keys(kinds)), nasty),
                    region: nasty,
                    serviceId: nasty,
                    endpointId: nasty,
                    instanceId: nasty,
                    connectionId: nasty,
                    projectId: nasty,
                },
                { requiredKeys: [] },
            ),
            nasty,
        );
        const inputs = fc.record(
            {
                connection,
                decision: nasty,
                expectedRequester: nasty,
                expectedEvidence: nasty,
                reason: nasty,
                onDrift: nasty,
                until: nasty,
                onDelete: nasty,
                allowRemoval: nasty,
                waitForRequest: nasty,
                timeout: nasty,
            },
            { requiredKeys: [] },
        );
        fc.assert(
            fc.property(inputs, (values) => {
                const problems = declarationProblems(values as Wire, Object.values(kinds), () => false);
                for (const problem of problems) {
                    expect(problem).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
                    expect(problem.length).toBeLessThan(1_000);
                }
                if (problems.length === 0) {
                    expect(Object.keys(kinds)).toContain(readDeclaration(values as Wire).connection.kind);
                }
            }),
            { numRuns: LONG ? 5_000 : 1_000, seed: SEED },
        );
    });
});

interface Corruption {
    readonly where: number;
    readonly value: unknown;
    readonly cut: number | undefined;
}

/** Puts a value where another stood, in JSON or XML; or cuts the answer. */
function spoil(body: string, { where, value, cut }: Corruption): string {
    if (cut !== undefined) {
        return body.slice(0, Math.floor((body.length * cut) / 100));
    }
    if (body.startsWith("<")) {
        const texts = [...body.matchAll(/>([^<]+)</g)];
        const target = texts[where % Math.max(1, texts.length)];
        return target === undefined
            ? body
            : `${body.slice(0, target.index + 1)}${escapeXml(String(value))}${body.slice(target.index + 1 + (target[1]?.length ?? 0))}`;
    }
    const values = [...body.matchAll(/(?<=[:[,])("(?:[^"\\]|\\.)*"|\d+|true|false|null)(?=[,}\]])/g)];
    const target = values[where % Math.max(1, values.length)];
    return target === undefined
        ? body
        : `${body.slice(0, target.index)}${JSON.stringify(value) ?? "null"}${body.slice(target.index + target[0].length)}`;
}

function escapeXml(text: string): string {
    return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
