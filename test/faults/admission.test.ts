import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { Wire } from "../../src/engine/wire";
import type { Call } from "../../src/simulator/index";
import { endpoint, SERVICE, useClouds, worldWith } from "../support/clouds";
import { onEndpoint } from "../support/declarations";
import { TestStack } from "../support/engine";
import { SCHEDULES, SEED } from "../support/long-runs";

/**
 * Random rules, requests and outside changes, at any call. What the rules say is worked out here by hand, on what the last listing before the call
 * served. FAULT_SCHEDULES and FAULT_SEED: see test/support/long-runs.ts.
 */
const ACCOUNTS = ["111122223333", "222233334444", "333344445555"] as const;
const TYPES = ["ipv4", "ipv6", "dualstack"] as const;
const STATES = ["pendingAcceptance", "available", "rejected", "expired"] as const;
const ENDPOINTS = 6;

interface Place {
    readonly owner: number;
    readonly type: number;
    readonly state: number;
}

interface RandomRule {
    readonly requesters?: readonly number[] | undefined;
    readonly type?: number | undefined;
    readonly verdict: "accept" | "reject" | "review";
}

const place = fc.record({
    owner: fc.nat(ACCOUNTS.length - 1),
    type: fc.nat(TYPES.length - 1),
    state: fc.nat(STATES.length - 1),
});
const rule: fc.Arbitrary<RandomRule> = fc
    .record({
        requesters: fc.option(fc.uniqueArray(fc.nat(ACCOUNTS.length - 1), { minLength: 1 }), { nil: undefined }),
        type: fc.option(fc.nat(TYPES.length - 1), { nil: undefined }),
        verdict: fc.constantFrom("accept" as const, "reject" as const, "review" as const),
    })
    .filter(({ requesters, type }) => requesters !== undefined || type !== undefined);
const FAULTS = ["reset", "error", "throttle", "staleRead", "refuseIds", "malformed"] as const;

const schedule = fc.record({
    places: fc.array(place, { minLength: ENDPOINTS, maxLength: ENDPOINTS }),
    rules: fc.array(rule, { maxLength: 5 }),
    otherwise: fc.constantFrom("accept" as const, "reject" as const, "review" as const),
    existing: fc.constantFrom("report" as const, "enforce" as const),
    decisions: fc.uniqueArray(
        fc.record({ endpoint: fc.nat(1), decision: fc.constantFrom("accept" as const, "reject" as const) }),
        {
            maxLength: 2,
            selector: ({ endpoint }) => endpoint,
        },
    ),
    outside: fc.array(fc.record({ at: fc.nat(14), endpoint: fc.nat(ENDPOINTS - 1), to: place }), { maxLength: 5 }),
    faults: fc.array(fc.record({ at: fc.nat(14), fault: fc.nat(FAULTS.length - 1), after: fc.boolean() }), {
        maxLength: 3,
    }),
    largestPage: fc.constantFrom(1, 2, 4, 1_000),
});

type Schedule = typeof schedule extends fc.Arbitrary<infer S> ? S : never;
type Connection = { vpcEndpointId: string; owner: string; state: string; ipAddressType?: string };

let observer: (call: Call) => void = () => {};
const injected: Record<string, number> = {};
let ran = 0;

afterAll(() => {
    const total = Object.values(injected).reduce((sum, n) => sum + n, 0);
    process.stdout.write(
        `admission schedules: ${ran}, seed ${SEED}, faults injected: ${total} ${JSON.stringify(injected)}\n`,
    );
});

const clouds = useClouds({ onCall: (call) => observer(call) });

describe("an admission under random rules and changes", () => {
    it(`sends what its rules say, and nothing else (${SCHEDULES} schedules, seed ${SEED})`, {
        timeout: Math.max(60_000, SCHEDULES * 500),
    }, async () => {
        await fc.assert(fc.asyncProperty(schedule, run), { numRuns: SCHEDULES, seed: SEED, timeout: 30_000 });
    });
});

async function run(random: Schedule): Promise<void> {
    const { simulator } = clouds;
    ran += 1;
    simulator.clearCalls();
    simulator.clearFaults();
    simulator.largestPage = random.largestPage;
    simulator.world = worldWith({ endpoints: random.places.map(() => "pendingAcceptance") });
    const all = (simulator.world.aws?.[0]?.endpointServices?.[0]?.connections ?? []) as Connection[];
    const put = (n: number, to: Place) =>
        Object.assign(all[n] as Connection, {
            owner: ACCOUNTS[to.owner],
            ipAddressType: TYPES[to.type],
            state: STATES[to.state],
            next: [],
            before: STATES[to.state],
        });
    random.places.forEach((to, n) => void put(n, to));

    const decisions = new Map(random.decisions.map(({ endpoint: n, decision }) => [endpoint(n + 1), decision]));
    let count = 0;
    let stale = false;
    // Collected: what throws in here would only be another answer of the cloud.
    const violations: string[] = [];
    const must = (holds: boolean, text: string) => void (holds || violations.push(text));
    // What listings served of each connection in this run, the first time for check. Accepts and rejects read for themselves, at the same time, so a call
    // is held to one of the last few; a stale one shows what was before, and is not held to.
    let served: { call: Call; all: Map<string, Connection> }[] = [];
    observer = (call) => {
        const { action, ids } = call;
        const at = count++;
        for (const change of random.outside.filter((one) => one.at === at)) {
            put(change.endpoint, change.to);
        }
        const fault = random.faults.find((one) => one.at === at);
        if (fault !== undefined) {
            const name = FAULTS[fault.fault] as (typeof FAULTS)[number];
            simulator.addFaults({
                fault: name,
                times: 1,
                ...(fault.after && name === "reset" ? { when: "after" } : {}),
            });
            injected[name] = (injected[name] ?? 0) + 1;
            stale ||= name === "staleRead";
        }
        if (action === "ec2:DescribeVpcEndpointConnections") {
            const now = new Map(all.map((connection) => [connection.vpcEndpointId, { ...connection }]));
            served = [...served, { call, all: now }];
        }
        const [, verb] = /^ec2:(Accept|Reject)VpcEndpointConnections$/.exec(action) ?? [];
        for (const id of verb === undefined || stale ? [] : ids) {
            const wanted = verb === "Accept" ? "accept" : "reject";
            const explicit = decisions.get(id);
            if (explicit !== undefined) {
                must(wanted === explicit, `${action} of ${id}, which has a decision of its own`);
                continue;
            }
            const seen = served
                .filter((listing) => listing.call.listed?.includes(id))
                .slice(1)
                .slice(-3)
                .map((listing) => listing.all.get(id) as Connection);
            const allowed = (connection: Connection) =>
                verdictOf(random, connection) === wanted &&
                (connection.state === "pendingAcceptance" || random.existing === "enforce");
            must(seen.some(allowed), `${action} of ${id}, read as ${JSON.stringify(seen)}`);
        }
    };

    const stack = new TestStack(simulator);
    const program: Record<string, Wire> = {
        ...Object.fromEntries(
            [...decisions].map(([id, decision]) => [id, onEndpoint(Number.parseInt(id.slice(5), 16), decision)]),
        ),
        ledger: {
            scope: { kind: "aws:vpcEndpoint", serviceId: SERVICE },
            rules: random.rules.map(({ requesters, type, verdict }, n) => ({
                name: `rule ${n}`,
                verdict,
                ...(requesters === undefined ? {} : { requester: requesters.map((a) => ACCOUNTS[a]) }),
                ...(type === undefined ? {} : { evidence: { ipAddressType: TYPES[type] } }),
            })),
            otherwise: random.otherwise,
            existing: random.existing,
            except: [...decisions.keys()],
        },
    };
    const up = async () => {
        served = [];
        return stack.up(program);
    };
    await up();
    simulator.clearFaults();
    // Quiet now: what the rules allow is reached, and then nothing changes any more.
    count = 1_000;
    await up();
    await up();
    const { failures, steps } = await up();
    observer = () => {};
    expect(violations).toEqual([]);
    if (failures.ledger !== undefined || Object.keys(failures).length > 0) {
        expect(
            Object.keys(failures).every((name) => decisions.has(name)),
            JSON.stringify(failures),
        ).toBe(true);
    }
    expect(steps.find(({ name }) => name === "ledger")?.op).toBe("same");
    for (const connection of all) {
        if (!decisions.has(connection.vpcEndpointId)) {
            const verdict = verdictOf(random, connection);
            expect(verdict === "review" || connection.state !== "pendingAcceptance", JSON.stringify(connection)).toBe(
                true,
            );
            if (connection.state === "available" && random.existing === "enforce") {
                expect(verdict).not.toBe("reject");
            }
        }
    }
}

/** The first rule that matches. */
function verdictOf({ rules, otherwise }: Schedule, { owner, ipAddressType }: Connection): string {
    const match = rules.find(
        ({ requesters, type }) =>
            (requesters === undefined || requesters.some((a) => ACCOUNTS[a] === owner)) &&
            (type === undefined || TYPES[type] === ipAddressType),
    );
    return match?.verdict ?? otherwise;
}
