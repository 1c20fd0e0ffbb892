import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Wire } from "../../src/engine/wire";
import { callLimits } from "../../src/kinds/cloud";
import {
    type Call,
    type Fault,
    type Simulator,
    startSimulator,
    UNDOCUMENTED,
    type World,
} from "../../src/simulator/index";
import { endpoint, INBOUND, PEERING, SERVICE, VPCEP_ENDPOINT, VPCEP_SERVICE, worldWith } from "../support/clouds";
import { onEndpoint, onInbound, onPeering, onVpcep } from "../support/declarations";
import { TestStack } from "../support/engine";
import { LONG, SCHEDULES, SEED } from "../support/long-runs";

/**
 * Random schedules on virtual time: several decisions over all kinds, random statuses, faults at any call, outside actors at any
 * call; then healthy runs. What must never happen is checked on the simulator's own log; what is expected in the end is
 * written here by hand. A failing schedule shrinks and prints its seed.
 *
 * FAULT_SCHEDULES: how many; FAULT_SEED: which; see test/support/long-runs.ts.
 */
type Family = "ec2" | "search" | "peering" | "vpcep";
type Goal = "accepted" | "rejected" | "lapsed" | "pending" | "moving";

interface Slot {
    readonly family: Family;
    readonly id: string;
    readonly key: string;
    readonly declare: (decision: "accept" | "reject", more: Wire) => Wire;
    readonly requester: string;
    readonly stranger: string;
    /** Cloud's states that a schedule starts from or an outside actor sets. */
    readonly states: readonly string[];
    /** What a state of this cloud amounts to. */
    readonly meaning: Readonly<Record<string, Goal>>;
}

const VPCEP_MEANING = {
    pendingAcceptance: "pending",
    creating: "moving",
    accepted: "accepted",
    rejected: "rejected",
    failed: "lapsed",
    deleting: "lapsed",
} as const;

const SLOTS: readonly Slot[] = [
    ...[1, 2, 3].map(
        (n): Slot => ({
            family: "ec2",
            id: endpoint(n),
            key: `aws:vpcEndpoint/eu-west-1/${SERVICE}/${endpoint(n)}`,
            declare: (decision, more) => onEndpoint(n, decision, more),
            requester: "111122223333",
            stranger: "999988887777",
            states: ["pendingAcceptance", "available", "rejected", "expired", "failed"],
            meaning: {
                pendingAcceptance: "pending",
                pending: "moving",
                available: "accepted",
                rejected: "rejected",
                expired: "lapsed",
                failed: "lapsed",
            },
        }),
    ),
    {
        family: "search",
        id: INBOUND,
        key: `aws:openSearchInbound/eu-west-1/${INBOUND}`,
        declare: onInbound,
        requester: "111122223333",
        stranger: "999988887777",
        states: ["PENDING_ACCEPTANCE", "ACTIVE", "REJECTED"],
        meaning: {
            PENDING_ACCEPTANCE: "pending",
            APPROVED: "moving",
            PROVISIONING: "moving",
            ACTIVE: "accepted",
            REJECTING: "moving",
            REJECTED: "rejected",
            DELETING: "moving",
            DELETED: "lapsed",
        },
    },
    {
        family: "peering",
        id: PEERING,
        key: `alibaba:vpcPeering/${PEERING}`,
        declare: onPeering,
        requester: "983117732402483989",
        stranger: "883117732402483989",
        states: ["Accepting", "Activated", "Rejected", "Expired"],
        meaning: {
            Accepting: "pending",
            Updating: "moving",
            Activated: "accepted",
            Rejected: "rejected",
            Expired: "lapsed",
            Deleting: "moving",
            Deleted: "lapsed",
        },
    },
    {
        family: "vpcep",
        id: VPCEP_ENDPOINT,
        key: `otc:vpcEndpoint/eu-de/${VPCEP_SERVICE}/${VPCEP_ENDPOINT}`,
        declare: (decision, more) => onVpcep(decision, more),
        requester: "5fc973eea581490997e82ea11a1df31f",
        stranger: "6fc973eea581490997e82ea11a1df31f",
        states: ["pendingAcceptance", "accepted", "rejected", "failed"],
        meaning: VPCEP_MEANING,
    },
];

const FAULTS: readonly Fault[] = [
    { fault: "reset" },
    { fault: "reset", when: "after" },
    { fault: "error", status: 500 },
    { fault: "error", status: 503, when: "after" },
    { fault: "error", status: 502 },
    { fault: "throttle" },
    { fault: "malformed" },
    { fault: "staleRead" },
    { fault: "refuseIds" },
    { fault: "expired" },
    { fault: "clockSkew" },
    // Given up in real time, which a short run does not have.
    ...(LONG ? [{ fault: "hang" } as const, { fault: "hang", when: "after" } as const] : []),
];

interface Decided {
    readonly slot: number;
    readonly decision: "accept" | "reject";
    readonly expected: "requester" | "stranger" | "anybody";
    readonly allowRemoval: boolean;
}

/** Right before which call: the index of one, from 0, or the n-th read, from 1, after the first decision was sent. */
type Moment = number | { readonly readAfterSending: number };

interface Schedule {
    readonly start: readonly number[];
    readonly decided: readonly Decided[];
    readonly faults: readonly { readonly at: Moment; readonly fault: Fault }[];
    readonly outside: readonly { readonly at: Moment; readonly slot: number; readonly change: number }[];
    readonly switches: readonly number[];
    readonly settleMs: number;
    readonly largestPage?: number;
    readonly faultyRuns: number;
}

const schedules: fc.Arbitrary<Schedule> = fc.record({
    start: fc.tuple(...SLOTS.map((slot) => fc.nat(slot.states.length - 1))),
    decided: fc.uniqueArray(
        fc.record({
            slot: fc.nat(SLOTS.length - 1),
            decision: fc.constantFrom("accept" as const, "reject" as const),
            expected: fc.constantFrom(
                "requester" as const,
                "requester" as const,
                "stranger" as const,
                "anybody" as const,
            ),
            allowRemoval: fc.boolean(),
        }),
        { minLength: 1, maxLength: 4, selector: (decided) => decided.slot },
    ),
    faults: fc.array(fc.record({ at: fc.nat(18), fault: fc.nat(FAULTS.length - 1).map((n) => FAULTS[n] as Fault) }), {
        maxLength: 8,
    }),
    outside: fc.array(fc.record({ at: fc.nat(18), slot: fc.nat(SLOTS.length - 1), change: fc.nat(6) }), {
        maxLength: 4,
    }),
    switches: fc.tuple(...Object.values(UNDOCUMENTED).map((choices) => fc.nat(choices.length - 1))),
    settleMs: fc.constantFrom(0, 500, 3_000),
    largestPage: fc.constantFrom(1, 2, 1_000),
    faultyRuns: fc.integer({ min: 1, max: 3 }),
});

const plain = {
    start: [0, 0, 0, 0, 0, 0],
    faults: [],
    outside: [],
    switches: [0, 0, 0, 0, 0, 0, 0, 0, 0],
    settleMs: 0,
    faultyRuns: 1,
};
const accepting = (family: Family): Decided => ({
    slot: slotOf(family),
    decision: "accept",
    expected: "requester",
    allowRemoval: false,
});
const staleRead = (n: number) => ({ at: { readAfterSending: n }, fault: { fault: "staleRead" } }) as const;

/** Schedules that once broke an invariant, shrunk: what goes wrong, and when. */
const FOUND: Readonly<Record<string, Schedule>> = {
    "rejected outside while the accept settles, on a cloud where a reject is final": {
        ...plain,
        decided: [accepting("peering")],
        outside: [{ at: { readAfterSending: 1 }, slot: slotOf("peering"), change: changeTo("peering", "Rejected") }],
    },
    "the old status served by the second and third read after the accept": {
        ...plain,
        decided: [accepting("ec2")],
        settleMs: 3_000,
        faults: [staleRead(2), staleRead(3)],
    },
    "the old status served by the third and fourth read after the accept": {
        ...plain,
        decided: [accepting("ec2")],
        settleMs: 3_000,
        faults: [staleRead(3), staleRead(4)],
    },
};

/** The first connection of a family. */
function slotOf(family: Family): number {
    return SLOTS.findIndex((slot) => slot.family === family);
}

/** The change of an outside actor that sets this state; see {@link act}. */
function changeTo(family: Family, state: string): number {
    const change = SLOTS[slotOf(family)]?.states.indexOf(state) ?? -1;
    if (change === -1) {
        throw new Error(`${state} is no state of ${family}`);
    }
    return change;
}

/** What a connection shows now, wherever its cloud keeps it. Undefined: gone. */
interface Live {
    state?: string;
    status?: string;
    owner?: string;
    ownerId?: string;
    domainId?: string;
    localDomain?: { ownerId: string };
}

function live(world: World, slot: Slot): Live | undefined {
    const all: Record<
        Family,
        readonly (Live & { vpcEndpointId?: string; connectionId?: string; instanceId?: string; id?: string })[]
    > = {
        ec2: world.aws?.[0]?.endpointServices?.[0]?.connections ?? [],
        search: world.aws?.[0]?.openSearchInboundConnections ?? [],
        peering: world.alibaba?.[0]?.vpcPeerConnections ?? [],
        vpcep: world.huawei?.[0]?.endpointServices?.[0]?.connections ?? [],
    };
    return all[slot.family].find((c) => [c.vpcEndpointId, c.connectionId, c.instanceId, c.id].includes(slot.id));
}

function stateOf(connection: Live | undefined): string | undefined {
    return connection?.state ?? connection?.status;
}

function ownerOf(connection: Live | undefined): string | undefined {
    return connection?.owner ?? connection?.ownerId ?? connection?.domainId ?? connection?.localDomain?.ownerId;
}

function setState(connection: Live, value: string) {
    if (connection.state === undefined) {
        connection.status = value;
    } else {
        connection.state = value;
    }
    Object.assign(connection, { next: [], before: value });
}

function setOwner(connection: Live, slot: Slot, owner: string) {
    const field = { ec2: "owner", peering: "ownerId", vpcep: "domainId", search: "" }[slot.family];
    if (field === "") {
        Object.assign(connection.localDomain as object, { ownerId: owner });
    } else {
        Object.assign(connection, { [field]: owner });
    }
}

/** One thing that happened, with what every connection showed right before. */
interface Entry {
    readonly call?: Call;
    readonly fault?: Fault;
    /** An outside actor touched this slot. */
    readonly outside?: number;
    readonly before: readonly { state: string | undefined; owner: string | undefined }[];
}

const MUTATION =
    /^(ec2:(Accept|Reject)Vpc|es:(Accept|Reject|Delete)Inb|vpc:(Accept|Reject|Delete)Vpc|vpcep:connections:update)/;
const READ = /^(ec2:DescribeVpcEndpointConnections|es:DescribeInbound|vpc:(Get|List)Vpc|vpcep:connections:list)/;
const FAMILY_OF: Readonly<Record<string, Family>> = { ec2: "ec2", es: "search", vpc: "peering", vpcep: "vpcep" };

let simulator: Simulator;
let observer: (call: Call, index: number) => void = () => {};
const injected: Record<string, number> = {};
let ran = 0;
const { timeoutMs } = callLimits;

beforeAll(async () => {
    // A call that hangs is given up in real time.
    callLimits.timeoutMs = 300;
    simulator = await startSimulator({
        world: worldWith({}),
        settleMs: 500,
        onCall: (call, index) => observer(call, index),
    });
    Object.assign(process.env, simulator.env);
});

afterAll(async () => {
    callLimits.timeoutMs = timeoutMs;
    await simulator.close();
    const total = Object.values(injected).reduce((sum, n) => sum + n, 0);
    process.stdout.write(
        `fault schedules: ${ran}, seed ${SEED}, faults injected: ${total} ${JSON.stringify(injected)}\n`,
    );
});

describe("fault schedules found earlier", () => {
    it.each(Object.entries(FOUND))("%s", async (_name, schedule) => {
        // Each happened: a schedule whose moment never comes tests nothing.
        expect(await runSchedule(schedule)).toBe(schedule.faults.length + schedule.outside.length);
    });
});

describe("random fault schedules", () => {
    it(`hold every invariant (${SCHEDULES} schedules)`, { timeout: Math.max(60_000, SCHEDULES * 1_000) }, async () => {
        await fc.assert(
            fc.asyncProperty(schedules, async (schedule) => {
                ran += 1;
                await runSchedule(schedule);
            }),
            { numRuns: SCHEDULES, seed: SEED, timeout: 30_000 },
        );
    });
});

/** Lives through it and checks; how many of its faults and outside changes happened. */
async function runSchedule(schedule: Schedule): Promise<number> {
    const entries: Entry[] = [];
    simulator.clearFaults();
    simulator.clearCalls();
    simulator.world = startingWorld(schedule);
    simulator.settleMs = schedule.settleMs;
    simulator.largestPage = schedule.largestPage ?? 1_000;
    let count = 0;
    let sent = false;
    let readsAfterSending = 0;
    let happened = 0;
    let faulty = true;
    const snapshot = () =>
        SLOTS.map((slot) => live(simulator.world, slot)).map((c) => ({ state: stateOf(c), owner: ownerOf(c) }));
    observer = (call) => {
        const index = count++;
        const read = READ.test(call.action);
        readsAfterSending += sent && read ? 1 : 0;
        sent ||= MUTATION.test(call.action);
        const isNow = ({ at }: { at: Moment }) =>
            faulty && (typeof at === "number" ? at === index : read && at.readAfterSending === readsAfterSending);
        for (const { slot, change } of schedule.outside.filter(isNow)) {
            happened += 1;
            // Between our read and our call nobody can be stopped from acting; the guard is held to what was read.
            entries.push({ outside: slot, before: snapshot() });
            act(SLOTS[slot] as Slot, change);
        }
        const fault = schedule.faults.find(isNow)?.fault;
        if (fault !== undefined) {
            happened += 1;
            simulator.addFaults({ ...fault, times: 1 });
            const name = `${fault.fault}${fault.when === "after" ? " after" : ""}`;
            injected[name] = (injected[name] ?? 0) + 1;
        }
        entries.push({ call, ...(fault === undefined ? {} : { fault }), before: snapshot() });
    };

    const program = Object.fromEntries(
        schedule.decided.map((decided) => {
            const slot = SLOTS[decided.slot] as Slot;
            const expected = decided.expected === "anybody" ? {} : { expectedRequester: slot[decided.expected] };
            return [
                slot.id,
                slot.declare(decided.decision, {
                    ...expected,
                    allowRemoval: decided.allowRemoval,
                    waitForRequest: "3s",
                    timeout: "2m",
                }),
            ];
        }),
    );
    const stack = new TestStack(simulator);
    for (let run = 0; run < schedule.faultyRuns; run++) {
        entries.push({ before: snapshot() });
        const before = entries.length;
        const { failures, steps } = await stack.up(program);
        // Decided, undone outside, and final on this cloud: nothing can be sent, and the warning says so.
        const warned = (inputs: Wire) => String(inputs.warnings ?? "").includes("this connection was decided (accept)");
        const acted = new Set(
            steps.filter((step) => step.op !== "same" && !warned(step.inputs)).map((step) => step.name),
        );
        const touched = new Set(
            entries.slice(before).flatMap((entry) => (entry.outside === undefined ? [] : [entry.outside])),
        );
        checkSuccesses(schedule, failures, acted, touched, run === 0);
    }
    faulty = false;
    simulator.clearFaults();
    let failures: Readonly<Record<string, string>> = {};
    for (let run = 0; run < 3; run++) {
        entries.push({ before: snapshot() });
        simulator.advance(60_000);
        failures = (await stack.up(program)).failures;
    }
    observer = () => {};
    checkLog(schedule, entries);
    checkEnd(schedule, failures);
    return happened;
}

function startingWorld(schedule: Schedule): World {
    const world = worldWith({ endpoints: ["x", "x", "x"] });
    for (const [i, slot] of SLOTS.entries()) {
        setState(live(world, slot) as Live, slot.states[schedule.start[i] ?? 0] as string);
    }
    world.undocumented = Object.fromEntries(
        Object.entries(UNDOCUMENTED).map(([name, choices], i) => [name, choices[schedule.switches[i] ?? 0]]),
    );
    return world;
}

/** Decides the other way, lets it lapse or vanish, or swaps the requester. */
function act(slot: Slot, change: number): void {
    const connection = live(simulator.world, slot);
    if (connection === undefined) {
        return;
    }
    if (change === 5) {
        setOwner(connection, slot, slot.stranger);
    } else if (change === 6) {
        setOwner(connection, slot, slot.requester);
    } else {
        setState(connection, slot.states[change % slot.states.length] as string);
    }
}

/** What may never happen, on the log of what did. */
function checkLog(schedule: Schedule, entries: readonly Entry[]): void {
    const served = new Map<number, string | undefined>();
    const effect = new Map<number, string>();
    const effectSeen = new Map<number, string>();
    for (const [i, entry] of entries.entries()) {
        const after = entries[i + 1]?.before;
        if (entry.outside !== undefined) {
            effect.delete(entry.outside);
            effectSeen.delete(entry.outside);
            continue;
        }
        const { call, fault } = entry;
        if (call === undefined) {
            // A new run is a new process: what the last one saw is not what this one reads.
            effectSeen.clear();
            continue;
        }
        const family = FAMILY_OF[call.action.split(":")[0] ?? ""];
        const slots = SLOTS.map((slot, n) => ({ slot, n })).filter(({ slot }) => slot.family === family);
        if (
            READ.test(call.action) &&
            call.outcome.startsWith("ok") &&
            (fault === undefined || fault.fault === "staleRead" || fault.fault === "refuseIds")
        ) {
            const { listed } = call;
            for (const { n } of slots.filter(({ slot }) => listed?.includes(slot.id) ?? true)) {
                served.set(n, entry.before[n]?.owner);
                const done = effect.get(n);
                if (done !== undefined && fault?.fault !== "staleRead") {
                    effectSeen.set(n, done);
                }
            }
        }
        if (!MUTATION.test(call.action)) {
            continue;
        }
        for (const id of call.ids) {
            const found = slots.find(({ slot }) => slot.id === id);
            const decided = schedule.decided.find((d) => d.slot === found?.n);
            expect(decided, `${call.action} on ${id}, which nobody declared`).toBeDefined();
            if (found === undefined || decided === undefined) {
                continue;
            }
            const now = stateOf(live(simulator.world, found.slot));
            const accepts = call.action.includes("Accept");
            if (call.action !== "vpcep:connections:update") {
                expect(accepts, `${call.action} on ${id}, declared ${decided.decision}`).toBe(
                    decided.decision === "accept",
                );
            }
            if (decided.expected !== "anybody") {
                expect(
                    served.get(found.n),
                    `${call.action} on ${id} (${now}) whose requester was not the expected one when read`,
                ).toBe(found.slot[decided.expected]);
            }
            expect(
                effectSeen.get(found.n),
                `${call.action} on ${id} repeated after it was seen to have taken effect`,
            ).not.toBe(call.action);
            const [was, is] = [entry.before[found.n]?.state, after?.[found.n]?.state];
            if (call.outcome === "ok" && after !== undefined && was !== is && entries[i + 1]?.outside !== found.n) {
                effect.set(found.n, call.action);
            }
        }
    }
}

/** A create or update that is reported done is done, where nobody outside interfered in that run. */
function checkSuccesses(
    schedule: Schedule,
    failures: Readonly<Record<string, string>>,
    acted: ReadonlySet<string>,
    touched: ReadonlySet<number>,
    first: boolean,
): void {
    for (const decided of schedule.decided) {
        const slot = SLOTS[decided.slot] as Slot;
        if (acted.has(slot.id) && failures[slot.id] === undefined && !touched.has(decided.slot)) {
            // What had lapsed before this run was reported, not failed: there was nothing to decide.
            const started = slot.states[schedule.start[decided.slot] ?? 0] ?? "";
            const lapsed =
                first &&
                decided.decision === "accept" &&
                (slot.meaning[started] ?? "lapsed") !== "lapsed" &&
                slot.meaning[stateOf(live(simulator.world, slot)) ?? ""] !== "accepted";
            const hopeless = decided.decision === "accept" && slot.family === "peering" && started === "Rejected";
            expect(
                hopeless || (satisfied(slot, decided) && !lapsed),
                `${decided.decision} of ${slot.key} reported done, the cloud says ${stateOf(live(simulator.world, slot))}`,
            ).toBe(true);
        }
    }
}

/** After healthy runs: possible decisions hold, impossible ones were reported with the connection's name. */
function checkEnd(schedule: Schedule, failures: Readonly<Record<string, string>>): void {
    const { world } = simulator;
    for (const decided of schedule.decided) {
        const slot = SLOTS[decided.slot] as Slot;
        const connection = live(world, slot);
        const state = stateOf(connection);
        const failure = failures[slot.id];
        const final = decided.decision === "accept" && slot.family === "peering" && state === "Rejected";
        if (failure === undefined && !final) {
            expect(
                satisfied(slot, decided) || state === undefined,
                `${decided.decision} of ${slot.key} ends as ${state}, with no failure`,
            ).toBe(true);
            continue;
        }
        if (failure === undefined) {
            continue;
        }
        expect(failure).toContain(slot.key);
        const mismatch = decided.expected !== "anybody" && ownerOf(connection) !== slot[decided.expected];
        const meaning = slot.meaning[state ?? ""] ?? "lapsed";
        const refused = UNDOCUMENTED_REFUSALS[slot.family]?.(world) ?? slot.family === "peering";
        const impossible =
            decided.decision === "accept"
                ? meaning === "lapsed" || (meaning === "rejected" && refused)
                : meaning === "accepted" && ["search", "peering"].includes(slot.family) && !decided.allowRemoval;
        expect(
            mismatch || impossible,
            `${decided.decision} of ${slot.key} (${state}) should have succeeded:\n${failure}`,
        ).toBe(true);
    }
}

const UNDOCUMENTED_REFUSALS: Partial<Record<Family, (world: World) => boolean>> = {
    ec2: (world) => world.undocumented?.ec2AcceptRejected === "unsuccessful",
    search: (world) => world.undocumented?.openSearchAcceptRejected === "refuses",
    vpcep: (world) => world.undocumented?.vpcepAcceptRejected === "refuses",
};

function satisfied(slot: Slot, { decision }: Decided): boolean {
    const meaning = slot.meaning[stateOf(live(simulator.world, slot)) ?? ""] ?? "lapsed";
    // A decided connection that lapsed or vanished later is kept as it is.
    return decision === "accept"
        ? meaning === "accepted" || meaning === "lapsed"
        : meaning === "rejected" || meaning === "lapsed";
}
