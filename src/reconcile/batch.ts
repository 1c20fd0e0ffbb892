import { Mutex } from "async-mutex";
import { type Reading, UNREAD } from "../decision/reading";
import type { Order, Receipt } from "../kinds/kind";
import type { Action } from "../kinds/table";
import { scopeIn, type Target } from "../place/target";
import { backoff, type Clock, Pace } from "../shared/clock";
import type { Decision } from "../shared/vocabulary";
import { Gatherer } from "./gather";
import type { Inventory } from "./inventory";

/** One decision to carry out. */
export interface Job {
    readonly target: Target;
    readonly decision: Decision;
    /** Evaluated on a read made right before sending: what to send, undefined for nothing. Throws to refuse. */
    readonly judge: (reading: Reading) => Action | undefined;
    /** Idempotency token, the same for every resend. */
    readonly token: string;
    /** When to stop resending what was put off, milliseconds since 1970. */
    readonly until: number;
}

/** What became of a job. */
export interface Sent {
    /** What was read right before. */
    readonly reading: Reading;
    /** Absent: nothing was sent. */
    readonly receipt?: Receipt;
}

type Result = Sent | Error;
type Readings = ReadonlyMap<string, Reading>;

/** What one turn leaves to do. */
interface Rest {
    /** Jobs of another action, or halves of a refused request. */
    readonly groups: readonly (readonly Job[])[];
    /** Jobs that the cloud put off, and why. */
    readonly putOff: readonly Job[];
    readonly throttled: boolean;
}

/**
 * Sends decisions together: creates and updates arrive in parallel, jobs for the same scope and decision that
 * come within a moment, or while the batch before them is under way or waits for the documented rate, share one
 * read and one request. Kinds that take one id per request go one by one, never two of one lane at once.
 */
export class Batches {
    private readonly gatherers = new Map<string, Gatherer<Job, Result>>();
    private readonly paces = new Map<string, Pace>();
    private readonly lanes = new Map<string, Mutex>();

    constructor(
        private readonly inventory: Inventory,
        private readonly clock: Clock,
    ) {}

    /** Reads, judges and sends, together with its neighbours. */
    async submit(job: Job): Promise<Sent> {
        const result =
            job.target.kind.limits.idsPerOrder === 1
                ? ((await this.run([job])).get(job) as Result)
                : await this.gatherer(job).add(job);
        if (result instanceof Error) {
            throw result;
        }
        return result;
    }

    private gatherer({ target, decision }: Job): Gatherer<Job, Result> {
        const { idsPerOrder } = target.kind.limits;
        return computed(
            this.gatherers,
            `${scopeIn(target)} ${decision}`,
            () => new Gatherer<Job, Result>(this.clock, idsPerOrder, (jobs) => this.run(jobs)),
        );
    }

    /** Turns for jobs of one scope and decision, until each has a result. */
    private async run(jobs: readonly Job[], attempt = 1): Promise<Map<Job, Result>> {
        const results = new Map<Job, Result>();
        const first = jobs[0];
        if (first === undefined) {
            return results;
        }
        const pace = this.pace(first);
        await pace?.take(first.target.session.signal);
        const { groups, putOff, throttled } = await this.turn(jobs, results);
        for (const group of groups) {
            merge(results, await this.run(group));
        }
        if (putOff.length > 0) {
            if (throttled) {
                pace?.drain();
            }
            await this.clock.sleep(backoff(this.clock, attempt, 500, 10_000), first.target.session.signal);
            merge(results, await this.run(putOff, attempt + 1));
        }
        return results;
    }

    /** One turn: lanes, read, judge, send. */
    private async turn(jobs: readonly Job[], results: Map<Job, Result>): Promise<Rest> {
        const release = await this.enter(jobs);
        try {
            const readings = await this.inventory.readNow(jobs.map((job) => job.target));
            const [now, ...later] = judged(jobs, readings, results);
            const groups = later.map(([, group]) => group);
            if (now === undefined) {
                return { groups, putOff: [], throttled: false };
            }
            const [action, group] = now;
            const receipts = await this.send(action, group, readings);
            if (group.length > 1 && receipts.some((receipt) => receipt.wholeRequest)) {
                const half = Math.ceil(group.length / 2);
                return { groups: [...groups, group.slice(0, half), group.slice(half)], putOff: [], throttled: false };
            }
            const putOff = this.file(group, receipts, readings, results);
            return { groups, putOff, throttled: receipts.some(({ result }) => result === "busy") };
        } finally {
            release();
        }
    }

    private async send(action: Action, jobs: readonly Job[], readings: Readings): Promise<readonly Receipt[]> {
        const { kind, address, session } = (jobs[0] as Job).target;
        const orders = jobs.flatMap((job): Order[] => {
            const reading = readings.get(job.target.address.id);
            return reading?.state === "found" ? [{ seen: reading.seen, token: job.token }] : [];
        });
        if (kind[action] === undefined) {
            throw new Error(`${kind.name} has no action ${action}`);
        }
        for (const job of jobs) {
            this.inventory.forget(job.target);
        }
        return kind[action](address.scope, orders, session.call);
    }

    /** Files each receipt; returns the jobs that may be sent again because they were not done. */
    private file(
        jobs: readonly Job[],
        receipts: readonly Receipt[],
        readings: Readings,
        results: Map<Job, Result>,
    ): Job[] {
        const byId = new Map(receipts.map((receipt) => [receipt.id, receipt]));
        return jobs.filter((job) => {
            const { id } = job.target.address;
            const receipt = byId.get(id) ?? { id, result: "unknown" as const };
            const putOff = receipt.result === "busy" || receipt.result === "conflict";
            if (putOff && this.clock.now() < job.until) {
                return true;
            }
            results.set(job, { reading: readings.get(id) ?? UNREAD, receipt });
            return false;
        });
    }

    /** The documented rate of the decision's own request, shared by all scopes of a session; undefined: none, or not kept to. */
    private pace({ target: { kind, session }, decision }: Job): Pace | undefined {
        const rate = kind.limits.rates?.[decision];
        return rate === undefined || !session.paced
            ? undefined
            : computed(this.paces, `${session.key} ${kind.name} ${decision}`, () => new Pace(this.clock, rate));
    }

    /** Takes the lanes of all jobs, in one order for everybody; returns how to leave them. */
    private async enter(jobs: readonly Job[]): Promise<() => void> {
        const names = new Set(jobs.flatMap(({ target }) => laneOf(target)));
        const releases: (() => void)[] = [];
        for (const name of [...names].sort()) {
            releases.push(await computed(this.lanes, name, () => new Mutex()).acquire());
        }
        return () => {
            for (const release of releases) {
                release();
            }
        };
    }
}

/** Jobs by what is to be sent; those with nothing to send get their result. */
function judged(jobs: readonly Job[], readings: Readings, results: Map<Job, Result>): [Action, Job[]][] {
    const groups = new Map<Action, Job[]>();
    for (const job of jobs) {
        const reading = readings.get(job.target.address.id) ?? UNREAD;
        try {
            const action = job.judge(reading);
            if (action === undefined || reading.state !== "found" || job.target.session.signal.aborted) {
                results.set(job, { reading });
            } else {
                groups.set(action, [...(groups.get(action) ?? []), job]);
            }
        } catch (error) {
            results.set(job, error as Error);
        }
    }
    return [...groups];
}

/** The lane of a connection, by name; none where its kind needs none. */
function laneOf({ kind, address, session }: Target): string[] {
    const of = { none: undefined, connection: address.id, scope: `scope ${address.scope.key}`, account: "account" };
    const lane = of[kind.lane];
    return lane === undefined ? [] : [`${session.key} ${kind.name} ${lane}`];
}

function computed<V>(map: Map<string, V>, key: string, make: () => V): V {
    const known = map.get(key);
    if (known !== undefined) {
        return known;
    }
    const made = make();
    map.set(key, made);
    return made;
}

function merge(into: Map<Job, Result>, from: ReadonlyMap<Job, Result>): void {
    for (const [job, result] of from) {
        into.set(job, result);
    }
}
