import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { Case } from "../../src/decision/case";
import { type Cloud, CloudError } from "../../src/kinds/cloud";
import type { ConnectionKind, Observed, OperationState, Order, Receipt } from "../../src/kinds/kind";
import { awaits, holds, type Lifecycle, sends } from "../../src/kinds/table";
import { Session } from "../../src/place/session";
import type { Target } from "../../src/place/target";
import { Reconciler, type Task } from "../../src/reconcile/carry-out";
import type { Clock } from "../../src/shared/clock";

/** What the contract of a kind promises that no kind of today needs: tried with an invented one, whose cloud is an object in memory. */
interface InventedCloud {
    connections: Observed[];
    /** Answers of the next calls that decide, in order; then the decision takes effect. */
    answers: Partial<Receipt>[];
    operation: OperationState;
    readonly orders: { readonly id: string; readonly handle: unknown }[];
    overlap: number;
    most: number;
}

const TABLE: Lifecycle = {
    accept: { pending: sends("accept", "invented"), accepted: holds("invented"), absent: awaits("invented") },
    reject: { pending: sends("reject", "invented"), rejected: holds("invented"), absent: holds("invented") },
};

function invented(cloud: InventedCloud, more: Partial<ConnectionKind> = {}): ConnectionKind {
    const accept = async (_scope: unknown, orders: readonly Order[]): Promise<Receipt[]> => {
        cloud.overlap += 1;
        cloud.most = Math.max(cloud.most, cloud.overlap);
        await setImmediate();
        cloud.overlap -= 1;
        return orders.map(({ seen }) => {
            cloud.orders.push({ id: seen.id, handle: seen.handle });
            const answer = cloud.answers.shift();
            if (answer !== undefined) {
                return { id: seen.id, result: "sent", ...answer };
            }
            cloud.connections = cloud.connections.map((one) =>
                one.id === seen.id ? { ...one, status: "accepted", cloudStatus: "OK" } : one,
            );
            return { id: seen.id, result: "sent" };
        });
    };
    return {
        name: "test:invented",
        title: "invented connection",
        cloud: {
            name: "test",
            title: "Test",
            accountTitle: "account",
            settings: {},
            endpointVariables: [],
        } as never as Cloud<unknown>,
        example: { kind: "test:invented" },
        fields: {},
        scope: [],
        id: "name",
        scopeTitle: () => "invented scope",
        requester: { format: /./, describes: "a text", example: "somebody" },
        evidence: {},
        statuses: { WAITING: "pending", OK: "accepted" },
        lifecycle: TABLE,
        permissions: { read: [], accept: ["test:accept"], reject: [] },
        limits: { idsPerOrder: 1, settleEvery: "1s", settleWithin: "1m" },
        lane: "none",
        list: async () => ({ items: cloud.connections }),
        accept,
        reject: accept,
        ...more,
    };
}

function request(id: string, more: Partial<Observed> = {}): Observed {
    return { id, status: "pending", cloudStatus: "WAITING", evidence: {}, ...more };
}

/** A reconciler over an invented cloud; waits take no time. */
function world(more: Partial<ConnectionKind> = {}) {
    let now = 0;
    const clock: Clock = {
        now: () => now,
        random: () => 0.5,
        async sleep(ms) {
            now += ms;
            await setImmediate();
        },
    };
    const cloud: InventedCloud = {
        connections: [],
        answers: [],
        operation: { state: "running" },
        orders: [],
        overlap: 0,
        most: 0,
    };
    const kind = invented(cloud, more);
    const session = new Session("s", {}, async () => "us", clock, new AbortController().signal, false);
    const scope = { key: "", title: "invented scope", at: {} };
    const target = (id: string): Target => ({ kind, session, address: { scope, key: `test:invented/${id}`, id } });
    const task = (id: string, from: Task["from"] = "pending"): Task => ({
        target: target(id),
        case: {
            kind,
            scope,
            state: { found: "yes", admission: "manual" },
            lifecycle: TABLE,
            account: "us",
            unconfirmed: undefined,
            locked: undefined,
            key: `test:invented/${id}`,
            decision: "accept",
            expected: {},
            memory: {},
            options: { allowRemoval: false, onDrift: "correct", waitForRequest: "1m", established: false },
        } satisfies Case,
        from,
        mayCut: true,
        shown: undefined,
        due: true,
        admit: () => {},
        timeoutMs: 60_000,
        waitMs: 0,
        token: "t",
        note: () => {},
    });
    return { cloud, reconciler: new Reconciler(clock), target, task, clock };
}

describe("a conflict", () => {
    it("is read, judged and sent again, with what is there now", async () => {
        const { cloud, reconciler, task } = world();
        cloud.connections = [request("a", { handle: "etag-1" })];
        cloud.answers = [{ result: "conflict", code: "412" }];
        const done = reconciler.carryOut(task("a"));
        await setImmediate();
        cloud.connections = [request("a", { handle: "etag-2" })];
        expect((await done).view.observed.status).toBe("accepted");
        expect(cloud.orders.map(({ handle }) => handle)).toEqual(["etag-1", "etag-2"]);
    });

    it("sends nothing more where somebody else decided meanwhile", async () => {
        const { cloud, reconciler, task } = world();
        cloud.connections = [request("a")];
        cloud.answers = [{ result: "conflict", code: "412" }];
        const done = reconciler.carryOut(task("a"));
        await setImmediate();
        cloud.connections = [request("a", { status: "accepted", cloudStatus: "OK" })];
        const { sentAt, view } = await done;
        expect([sentAt, view.observed.status, cloud.orders.length]).toEqual([undefined, "accepted", 1]);
    });

    it("that does not end says so when time is up", async () => {
        const { cloud, reconciler, task } = world();
        cloud.connections = [request("a")];
        cloud.answers = Array.from({ length: 1000 }, () => ({ result: "conflict" as const, code: "412" }));
        await expect(reconciler.carryOut(task("a"))).rejects.toThrow(/kept changing[\s\S]*code: 412/);
    });
});

describe("an operation of the cloud", () => {
    const operation = async (name: string, state: OperationState): Promise<OperationState> =>
        name === "op-1" ? state : { state: "done" };

    it("that fails after it was taken ends the wait with its own words", async () => {
        const states: OperationState[] = [
            { state: "running" },
            { state: "failed", code: "E42", text: "the disk is full" },
        ];
        const { cloud, reconciler, task, clock } = world({
            operation: (name) => operation(name, states.shift() ?? { state: "done" }),
        });
        cloud.connections = [request("a")];
        cloud.answers = [{ operation: "op-1" }];
        await expect(reconciler.carryOut(task("a"))).rejects.toThrow(
            /the cloud refused[\s\S]*E42[\s\S]*the disk is full/,
        );
        expect(clock.now()).toBeLessThan(60_000);
    });

    it.each([
        ["goes well", async () => ({ state: "done" }) as const],
        [
            "cannot be read",
            async () => {
                throw new CloudError({ action: "op", failure: "denied", code: "403", text: "no" });
            },
        ],
    ])("that %s leaves the word to the connection itself", async (_name, ask) => {
        const { cloud, reconciler, task } = world({ operation: ask });
        cloud.connections = [request("a")];
        cloud.answers = [{ operation: "op-1" }];
        const done = reconciler.carryOut(task("a"));
        await setImmediate();
        await setImmediate();
        await setImmediate();
        cloud.connections = [request("a", { status: "accepted", cloudStatus: "OK" })];
        expect((await done).view.observed.status).toBe("accepted");
    });
});

describe("orders with one lane", () => {
    it.each([
        ["none", 3],
        ["connection", 3],
        ["scope", 1],
        ["account", 1],
    ] as const)("%s: at most %i at once", async (lane, most) => {
        const { cloud, reconciler, task } = world({ lane });
        cloud.connections = ["a", "b", "c"].map((id) => request(id));
        await Promise.all(["a", "b", "c"].map((id) => reconciler.carryOut(task(id))));
        expect(cloud.most).toBe(most);
    });
});

describe("a connection that is named by what is known of it", () => {
    const seeking = {
        selectors: ["label"] as never,
        matches: (wanted: unknown, seen: Observed) =>
            seen.evidence.label === (wanted as { label: string }).label ? ("yes" as const) : ("no" as const),
    };
    const sought = (target: Target): Target => ({ ...target, sought: { kind: "test:invented", label: "mine" } });

    it("is the one that matches", async () => {
        const { cloud, reconciler, target } = world(seeking);
        cloud.connections = [
            request("x-1", { evidence: { label: "other" } }),
            request("x-2", { evidence: { label: "mine" } }),
        ];
        const found = await reconciler.find(sought(target("?label=mine")), 0);
        expect(found.address).toMatchObject({ id: "x-2", key: "test:invented/x-2" });
    });

    it("is an error with the candidates where several match", async () => {
        const { cloud, reconciler, target } = world(seeking);
        cloud.connections = ["x-1", "x-2"].map((id) =>
            request(id, { evidence: { label: "mine" }, requester: `of ${id}` }),
        );
        await expect(reconciler.find(sought(target("?label=mine")), 0)).rejects.toThrow(
            /2 connections match[\s\S]*x-1 \(pending, of x-1\), x-2 \(pending, of x-2\)/,
        );
    });

    it("is waited for, and then decided", async () => {
        const { cloud, reconciler, target } = world(seeking);
        const finding = reconciler.find(sought(target("?label=mine")), 60_000);
        await setImmediate();
        cloud.connections = [request("x-9", { evidence: { label: "mine" } })];
        expect((await finding).address.id).toBe("x-9");
    });

    it("is absent where none matches, and unreadable where the scope is", async () => {
        const { reconciler, target } = world(seeking);
        expect(await reconciler.inventory.read(sought(target("?label=mine")))).toEqual({ state: "absent" });
        const denied = world({
            ...seeking,
            list: async () => {
                throw new CloudError({ action: "list", failure: "denied", code: "403", text: "no" });
            },
        });
        expect(await denied.reconciler.inventory.read(sought(denied.target("?label=mine")))).toMatchObject({
            state: "unreadable",
        });
    });
});

describe("a status without a row in the table", () => {
    it("is unknown: nothing is sent", async () => {
        const { cloud, reconciler, task } = world();
        cloud.connections = [request("a", { status: "removing", cloudStatus: "GOING" })];
        await expect(reconciler.carryOut(task("a", "removing"))).rejects.toThrow(/cannot be read, so nothing was sent/);
        expect(cloud.orders).toEqual([]);
    });
});
