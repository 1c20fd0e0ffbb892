import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/index";
import { endpoint, SERVICE, worldWith } from "../support/clouds";
import { LONG } from "../support/long-runs";
import { type RealStack, realStack } from "../support/pulumi";

/** SIGKILL in the middle of a real `pulumi up`; the next one must converge, and not send again what took effect. */
const ACCEPT = "ec2:AcceptVpcEndpointConnections";
let simulator: Simulator;

beforeAll(async () => {
    simulator = await startSimulator({ world: worldWith({}) });
});
beforeEach(() => {
    simulator.world = worldWith({});
    simulator.clearCalls();
    simulator.clearFaults();
    simulator.settleMs = 0;
});
afterAll(() => simulator.close());

type Victim = "provider" | "CLI";

const MOMENTS: Readonly<Record<string, (victim: Victim) => Promise<void>>> = {
    "before the call takes effect": (victim) => duringCall(victim, "before", 2),
    "after it took effect, before the answer": (victim) => duringCall(victim, "after", 1),
    async "while the decision settles"(victim) {
        simulator.settleMs = 3_600_000;
        const stack = await program();
        const reads = () =>
            simulator.calls.filter((call) => call.action === "ec2:DescribeVpcEndpointConnections").length;
        await killDuring(stack, victim, () => accepts().length === 1 && reads() >= 4);
        simulator.advance(3_600_000);
        await recover(stack, 1);
    },
    async "when it has settled, about the time the state is written"(victim) {
        const stack = await program();
        const settled = () => {
            const after = simulator.calls.slice(simulator.calls.findIndex((call) => call.action === ACCEPT));
            return accepts().length === 1 && after.some((call) => call.action === "ec2:DescribeVpcEndpointConnections");
        };
        await killDuring(stack, victim, settled);
        await recover(stack, 1);
    },
};

/** `npm test` takes one that must not send again; `npm run test:faults` takes each with each. */
const SHORT: readonly (readonly [Victim, string])[] = [["provider", "after it took effect, before the answer"]];
const ALL = (["provider", "CLI"] as const).flatMap((victim) =>
    Object.keys(MOMENTS).map((moment) => [victim, moment] as const),
);

it.each(LONG ? ALL : SHORT)("the %s is killed %s", { timeout: 120_000 }, async (victim, moment) => {
    await MOMENTS[moment]?.(victim);
    expect(accepts()).not.toEqual([]);
});

/** Killed while the accept hangs; `calls` is how often it was sent in the end. */
async function duringCall(victim: Victim, when: "before" | "after", calls: number): Promise<void> {
    const stack = await program();
    simulator.addFaults({ action: ACCEPT, fault: "hang", when });
    await killDuring(stack, victim, () => accepts().length === 1);
    await recover(stack, calls);
}

/** A stack with one accept, as a program on disk. */
async function program(): Promise<RealStack> {
    const stack = await realStack(simulator.env);
    writeFileSync(
        path.join(stack.folder, "index.js"),
        `const { ConnectionDecision } = require("pulumi-connection-decision");
new ConnectionDecision("a", { connection: { kind: "aws:vpcEndpoint", serviceId: "${SERVICE}", endpointId: "${endpoint(1)}" }, decision: "accept" });
`,
    );
    writeFileSync(path.join(stack.folder, "package.json"), "{}\n");
    return stack;
}

async function killDuring(stack: RealStack, victim: Victim, moment: () => boolean): Promise<void> {
    const up = stack.start("up", "--yes", "--skip-preview", "--stack", "test", "--non-interactive");
    await expect.poll(moment, { timeout: 60_000, interval: 20 }).toBe(true);
    const providers = processesIn(stack.folder, "cmd/dynamic-provider");
    expect(providers).toHaveLength(1);
    if (victim === "CLI") {
        up.kill("SIGKILL");
    }
    // A provider whose CLI is gone would go on waiting: what it does then must not matter, so it goes too.
    for (const pid of providers) {
        process.kill(pid, "SIGKILL");
    }
    await closed(up);
}

async function recover(stack: RealStack, calls: number): Promise<void> {
    simulator.clearFaults();
    // A killed CLI leaves its lock, and a pending operation that Pulumi asks about.
    await stack.cli("cancel", "--yes", "--stack", "test");
    const up = await stack.cli("up", "--yes", "--skip-preview", "--stack", "test", "--non-interactive");
    expect(up.code, up.text).toBe(0);
    expect(simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.[0]?.state).toBe("available");
    expect(accepts()).toHaveLength(calls);
    const preview = await stack.cli("preview", "--expect-no-changes", "--stack", "test", "--non-interactive");
    expect(preview.code, preview.text).toBe(0);
}

function accepts() {
    return simulator.calls.filter((call) => call.action === ACCEPT);
}

/** Processes of this folder whose command line has this text. */
function processesIn(folder: string, text: string): number[] {
    return readdirSync("/proc")
        .filter((name) => /^\d+$/.test(name))
        .map(Number)
        .filter((pid) => {
            try {
                return (
                    readlinkSync(`/proc/${pid}/cwd`) === folder &&
                    readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(text)
                );
            } catch {
                return false;
            }
        });
}

function closed(child: ChildProcess): Promise<void> {
    return new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) {
            resolve();
        } else {
            child.once("close", () => resolve());
        }
    });
}
