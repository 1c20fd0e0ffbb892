import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Wire } from "../../src/engine/wire";
import type { ConnectionKindName } from "../../src/kinds";
import { callLimits } from "../../src/kinds/cloud";
import {
    type Call,
    type Fault,
    type Simulator,
    startSimulator,
    UNDOCUMENTED,
    type World,
} from "../../src/simulator/index";
import { TestStack } from "../support/engine";
import { LONG, SCHEDULES, SEED } from "../support/long-runs";
import {
    askAs,
    askingOf,
    isMutation,
    isNamed,
    liveOf,
    meaningOf,
    move,
    mutationsOf,
    SLOTS,
    type Slot,
    wordOf,
    worldOfSlots,
} from "../support/slots";

/**
 * Random schedules on virtual time: several decisions over all kinds, random statuses, faults at any call, outside actors at any
 * call; then healthy runs. What must never happen is checked on the simulator's own log; what is expected in the end is
 * what the rows of each kind say, written from the documents.
 *
 * FAULT_SCHEDULES: how many; FAULT_SEED: which; see test/support/long-runs.ts.
 */

/** Changes of an outside actor that are no state: the two accounts that may ask. */
const OTHERS = 2;

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
    readonly expected: "asking" | "other" | "anybody";
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
    start: fc.tuple(...SLOTS.map((slot) => fc.nat(slot.words.length - 1))),
    decided: fc.uniqueArray(
        fc.record({
            slot: fc.nat(SLOTS.length - 1),
            decision: fc.constantFrom("accept" as const, "reject" as const),
            expected: fc.constantFrom("asking" as const, "asking" as const, "other" as const, "anybody" as const),
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
    start: SLOTS.map(() => 0),
    faults: [],
    outside: [],
    switches: Object.keys(UNDOCUMENTED).map(() => 0),
    settleMs: 0,
    faultyRuns: 1,
};
const accepting = (kind: ConnectionKindName): Decided => ({
    slot: slotOf(kind),
    decision: "accept",
    expected: "asking",
    allowRemoval: false,
});
const staleRead = (n: number) => ({ at: { readAfterSending: n }, fault: { fault: "staleRead" } }) as const;

/** Schedules that once broke an invariant, shrunk: what goes wrong, and when. */
const FOUND: Readonly<Record<string, Schedule>> = {
    "rejected outside while the accept settles, on a cloud where a reject is final": {
        ...plain,
        decided: [accepting("alibaba:vpcPeering")],
        outside: [
            {
                at: { readAfterSending: 1 },
                slot: slotOf("alibaba:vpcPeering"),
                change: changeTo("alibaba:vpcPeering", "Rejected"),
            },
        ],
    },
    "the old status served by the second and third read after the accept": {
        ...plain,
        decided: [accepting("aws:vpcEndpoint")],
        settleMs: 3_000,
        faults: [staleRead(2), staleRead(3)],
    },
    "the old status served by the third and fourth read after the accept": {
        ...plain,
        decided: [accepting("aws:vpcEndpoint")],
        settleMs: 3_000,
        faults: [staleRead(3), staleRead(4)],
    },
};

/** The first connection of a kind. */
function slotOf(kind: ConnectionKindName): number {
    return SLOTS.findIndex((slot) => slot.kind === kind);
}

/** The change of an outside actor that brings it into this state; see {@link act}. */
function changeTo(kind: ConnectionKindName, word: string): number {
    const change = SLOTS[slotOf(kind)]?.words.indexOf(word) ?? -1;
    if (change === -1) {
        throw new Error(`${word} is no state of ${kind}`);
    }
    return change + OTHERS;
}

/** One thing that happened, with what every connection showed right before. */
interface Entry {
    readonly call?: Call;
    readonly fault?: Fault;
    /** An outside actor touched this slot. */
    readonly outside?: number;
    readonly before: readonly { word: string | undefined; who: "asking" | "other" | undefined }[];
}

let simulator: Simulator;
let observer: (call: Call, index: number) => void = () => {};
const injected: Record<string, number> = {};
let ran = 0;
const { timeoutMs } = callLimits;

beforeAll(async () => {
    // A call that hangs is given up in real time.
    callLimits.timeoutMs = 300;
    simulator = await startSimulator({
        world: worldOfSlots(({ words }) => words[0] as string),
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
        SLOTS.map((slot) => {
            const connection = liveOf(simulator.world, slot);
            return { word: wordOf(simulator.world, slot), who: askingOf(connection, slot) };
        });
    observer = (call) => {
        const index = count++;
        const read = call.listed !== undefined || !isMutation(call);
        readsAfterSending += sent && read ? 1 : 0;
        sent ||= isMutation(call);
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
            const { expected, decision, allowRemoval } = decided;
            const guard = expected === "anybody" ? {} : { expectedRequester: slot.rows.requester[expected] };
            const connection = { kind: slot.kind, ...slot.connection };
            return [slot.key, { connection, decision, ...guard, allowRemoval, waitForRequest: "3s", timeout: "2m" }];
        }),
    );
    const stack = new TestStack(simulator);
    for (let run = 0; run < schedule.faultyRuns; run++) {
        const began = snapshot();
        entries.push({ before: began });
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
        checkSuccesses(schedule, failures, acted, touched, began);
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
    const world = worldOfSlots((slot, n) => slot.words[schedule.start[n] ?? 0] as string);
    world.undocumented = Object.fromEntries(
        Object.entries(UNDOCUMENTED).map(([name, choices], i) => [name, choices[schedule.switches[i] ?? 0]]),
    );
    return world;
}

/** Somebody else asks from now on, or its state changes. */
function act(slot: Slot, change: number): void {
    const connection = liveOf(simulator.world, slot);
    if (connection === undefined) {
        return;
    }
    if (change < OTHERS) {
        askAs(connection, slot, change === 0 ? "other" : "asking");
    } else {
        move(simulator.world, slot, slot.words[(change - OTHERS) % slot.words.length] as string);
    }
}

/** What may never happen, on the log of what did. */
function checkLog(schedule: Schedule, entries: readonly Entry[]): void {
    const served = new Map<Slot, string | undefined>();
    const effect = new Map<Slot, string>();
    const effectSeen = new Map<Slot, string>();
    for (const [i, entry] of entries.entries()) {
        const after = entries[i + 1]?.before;
        if (entry.outside !== undefined) {
            effect.delete(SLOTS[entry.outside] as Slot);
            effectSeen.delete(SLOTS[entry.outside] as Slot);
            continue;
        }
        const { call, fault } = entry;
        if (call === undefined) {
            // A new run is a new process: what the last one saw is not what this one reads.
            effectSeen.clear();
            continue;
        }
        for (const [n, slot] of readBy(call, fault)) {
            served.set(slot, entry.before[n]?.who);
            const done = effect.get(slot);
            if (done !== undefined && fault?.fault !== "staleRead") {
                effectSeen.set(slot, done);
            }
        }
        for (const { slot, id, does } of mutationsOf(call)) {
            const n = slot === undefined ? -1 : SLOTS.indexOf(slot);
            const decided = schedule.decided.find((one) => one.slot === n);
            expect(decided, `${call.action} on ${id}, which nobody declared`).toBeDefined();
            if (slot === undefined || decided === undefined) {
                continue;
            }
            const may = decided.decision === "accept" ? ["accept"] : ["reject", "remove"];
            expect(
                does.some((action) => may.includes(action)),
                `${call.action} on ${id}, declared ${decided.decision}`,
            ).toBe(true);
            if (decided.expected !== "anybody") {
                expect(
                    served.get(slot),
                    `${call.action} on ${id} whose requester was not the expected one when read`,
                ).toBe(decided.expected);
            }
            expect(
                effectSeen.get(slot),
                `${call.action} on ${id} repeated after it was seen to have taken effect`,
            ).not.toBe(call.action);
            const [was, is] = [entry.before[n]?.word, after?.[n]?.word];
            if (call.outcome === "ok" && after !== undefined && was !== is && entries[i + 1]?.outside !== n) {
                effect.set(slot, call.action);
            }
        }
    }
}

/** What a call let us read of: the connections that its answer lists, or the one that it is about. */
function readBy(call: Call, fault: Fault | undefined): (readonly [number, Slot])[] {
    const whole = fault === undefined || fault.fault === "staleRead" || fault.fault === "refuseIds";
    if (isMutation(call) || !call.outcome.startsWith("ok") || !whole) {
        return [];
    }
    const ids = call.listed ?? call.ids;
    return [...SLOTS.entries()].filter(([, slot]) => ids.some((id) => isNamed(slot, id)));
}

/** A create or update that is reported done is done, where nobody outside interfered in that run. */
function checkSuccesses(
    schedule: Schedule,
    failures: Readonly<Record<string, string>>,
    acted: ReadonlySet<string>,
    touched: ReadonlySet<number>,
    began: Entry["before"],
): void {
    for (const decided of schedule.decided) {
        const slot = SLOTS[decided.slot] as Slot;
        if (acted.has(slot.key) && failures[slot.key] === undefined && !touched.has(decided.slot)) {
            const now = wordOf(simulator.world, slot);
            const started = began[decided.slot]?.word;
            const { expected } = meaningOf(slot, started, decided.decision);
            // What was over before this run is reported, not failed: there was nothing to decide.
            const hopeless = expected === "!";
            const holds = meaningOf(slot, now, decided.decision).expected === "=";
            expect(
                hopeless || holds || (decided.decision === "reject" && isOver(slot, now)),
                `${decided.decision} of ${slot.key} (${started}) reported done, the cloud says ${now}`,
            ).toBe(true);
        }
    }
}

/** After healthy runs: possible decisions hold, impossible ones were reported with the connection's name. */
function checkEnd(schedule: Schedule, failures: Readonly<Record<string, string>>): void {
    for (const decided of schedule.decided) {
        const slot = SLOTS[decided.slot] as Slot;
        const connection = liveOf(simulator.world, slot);
        const word = wordOf(simulator.world, slot);
        const failure = failures[slot.key];
        const { expected, status } = meaningOf(slot, word, decided.decision);
        if (failure === undefined) {
            // A decision that was carried out, undone outside and is final is a warning.
            expect(
                satisfied(slot, decided) || expected === "!",
                `${decided.decision} of ${slot.key} ends as ${word}, with no failure`,
            ).toBe(true);
            continue;
        }
        expect(failure.toLowerCase()).toContain(slot.key.toLowerCase());
        const mismatch = decided.expected !== "anybody" && askingOf(connection, slot) !== decided.expected;
        const refused = REFUSED_BY_CHOICE[slot.kind]?.(simulator.world.undocumented ?? {}, status, word ?? "") ?? false;
        const impossible = expected === "!" || (expected === "x" && !decided.allowRemoval) || refused;
        expect(
            mismatch || impossible,
            `${decided.decision} of ${slot.key} (${word}) should have succeeded:\n${failure}`,
        ).toBe(true);
    }
}

type Choices = NonNullable<World["undocumented"]>;

/** What we try because no document tells, and what the cloud of a schedule refuses. */
const REFUSED_BY_CHOICE: Partial<
    Record<ConnectionKindName, (chosen: Choices, status: string, word: string) => boolean>
> = {
    "aws:transitGatewayVpcAttachment": isBeingModified,
    "aws:transitGatewayPeering": isBeingModified,
    "aws:vpcEndpoint": (chosen, status) => status === "rejected" && chosen.ec2AcceptRejected === "unsuccessful",
    "aws:openSearchInbound": (chosen, status) => status === "rejected" && chosen.openSearchAcceptRejected === "refuses",
    "aws:cloudWanAttachment": (chosen, status) =>
        (status === "rejected" && chosen.wanAcceptRejected !== "accepts") ||
        (status === "accepted" && chosen.wanOwnerDeletes === "AccessDeniedException"),
    "huawei:vpcEndpoint": (chosen, status) => status === "rejected" && chosen.vpcepAcceptRejected === "refuses",
    "azure:privateEndpointConnection": (chosen, status) =>
        status === "accepted" && chosen.azureRejectApproved !== UNDOCUMENTED.azureRejectApproved[0],
};

/** Its owner changes it, and does not come to an end. */
function isBeingModified(chosen: Choices, _status: string, word: string): boolean {
    return /^(modifying|rollingBack)$/.test(word) && chosen.ec2TgwDeleteModifying !== "deletes";
}

/** A decided connection that lapsed or vanished later is kept as it is. */
function satisfied(slot: Slot, { decision }: Decided): boolean {
    const word = wordOf(simulator.world, slot);
    return meaningOf(slot, word, decision).expected === "=" || isOver(slot, word);
}

function isOver(slot: Slot, word: string | undefined): boolean {
    const over: readonly string[] = ["expired", "failed", "removing", "absent"];
    return over.includes(meaningOf(slot, word, "accept").status);
}
