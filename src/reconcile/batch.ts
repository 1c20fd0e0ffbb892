import { Mutex, type MutexInterface } from "async-mutex";
import DataLoader from "dataloader";
import type { Decision } from "../shared/vocabulary";
import type { Action, Order, Receipt } from "../kinds/kind";
import { backoff, type Clock, Pace } from "../shared/clock";
import { type Inventory, type Reading, UNREAD } from "./inventory";
import type { Target } from "../place/session";

/** One decision to carry out. */
export interface Job {
    readonly target: Target;
    readonly decision: Decision;
    /** Evaluated on a read made right before sending: what to send, undefined for nothing. Throws to refuse. */
    readonly judge: (reading: Reading) => Action | undefined;
    /** Idempotency token, the same for every resend. */
    readonly token: string;
    /** When to stop resending what was throttled, milliseconds since 1970. */
    readonly until: number;
}

export interface Sent {
    /** What was read right before. */
    readonly reading: Reading;
    /** Absent: nothing was sent. */
    readonly action?: Action;
    readonly receipt?: Receipt;
}

/** A batch goes out when no job arrived for this long. */
const QUIET_MS = 60;
/**
 * While fewer wait than have been under way at once, the engine will bring the others: it writes its state between two of them, and the
 * more it holds, the longer that takes. So many times the longest pause between two arrivals are waited for, up to the limit.
 */
const PAUSES_BELOW_PEAK = 4;
const QUIET_BELOW_PEAK_MS = 2_000;
/** And at the latest after this long. */
const GATHER_MS = 10_000;

type Outcome = Sent | Error;

/**
 * Sends decisions together: creates and updates arrive in parallel, jobs for the same scope and decision that
 * come within a moment, or while the batch before them is under way or waits for the documented rate, share one
 * read and one request. Kinds that take one id per request go one by one, never two of one lane at once.
 */
export class Batches {
    private readonly loaders = new Map<string, DataLoader<Job, Outcome>>();
    private readonly paces = new Map<string, Pace>();
    private readonly lanes = new Map<string, Mutex>();

    constructor(
        private readonly inventory: Inventory,
        private readonly clock: Clock,
    ) {}

    /** Reads, judges and sends, together with its neighbours. */
    async submit(job: Job): Promise<Sent> {
        const outcome =
            job.target.kind.limits.idsPerOrder === 1
                ? ((await this.run([job])).get(job) as Outcome)
                : await this.loader(job).load(job);
        if (outcome instanceof Error) {
            throw outcome;
        }
        return outcome;
    }

    private loader({ target: { kind, address, session }, decision }: Job): DataLoader<Job, Outcome> {
        const key = `${session.key} ${kind.name} ${address.scope.key} ${decision}`;
        let loader = this.loaders.get(key);
        if (loader === undefined) {
            loader = this.makeLoader(kind.limits.idsPerOrder);
            this.loaders.set(key, loader);
        }
        return loader;
    }

    private makeLoader(maxBatchSize: number): DataLoader<Job, Outcome> {
        const turn = new Mutex();
        const turns: MutexInterface.Releaser[] = [];
        // Jobs not sent yet, jobs not answered yet, and the most that were unanswered when a batch went out: what the engine has in flight.
        let waiting = 0;
        let unanswered = 0;
        let peak = 0;
        let lastArrival = 0;
        // Longest pause between two arrivals of one batch, in this batch and the one before.
        let pause = 0;
        let pauseBefore = 0;
        const gather = async (dispatch: () => void) => {
            const started = this.clock.now();
            for (;;) {
                const slow = Math.min(QUIET_BELOW_PEAK_MS, PAUSES_BELOW_PEAK * Math.max(pause, pauseBefore));
                const quiet = waiting < peak ? Math.max(QUIET_MS, slow) : QUIET_MS;
                const now = this.clock.now();
                const full = peak > 1 && waiting >= peak;
                if (full || now - lastArrival >= quiet || now - started >= GATHER_MS) {
                    break;
                }
                await this.clock.sleep(10);
            }
            turns.push(await turn.acquire());
            peak = Math.max(peak, unanswered);
            dispatch();
        };
        const loader = new DataLoader<Job, Outcome>(
            async (jobs) => {
                const release = turns.shift();
                [pauseBefore, pause] = [pause, 0];
                waiting -= jobs.length;
                try {
                    const outcomes = await this.run(jobs);
                    return jobs.map((job) => outcomes.get(job) as Outcome);
                } finally {
                    unanswered -= jobs.length;
                    release?.();
                }
            },
            { cache: false, maxBatchSize, batchScheduleFn: (dispatch) => void gather(dispatch) },
        );
        const load = loader.load.bind(loader);
        loader.load = (job) => {
            const now = this.clock.now();
            pause = waiting === 0 ? pause : Math.max(pause, now - lastArrival);
            waiting += 1;
            unanswered += 1;
            lastArrival = now;
            return load(job);
        };
        return loader;
    }

    /** One turn for jobs of one scope and decision: token, lanes, read, judge, send; again for what is left. */
    private async run(jobs: readonly Job[], attempt = 1): Promise<Map<Job, Outcome>> {
        const outcomes = new Map<Job, Outcome>();
        const first = jobs[0];
        if (first === undefined) {
            return outcomes;
        }
        const { session } = first.target;
        await this.pace(first)?.take(session.signal);
        const release = await this.enter(jobs);
        let left: readonly Job[][] = [];
        let busy: readonly Job[] = [];
        try {
            const readings = await this.inventory.readNow(jobs.map((job) => job.target));
            const groups = new Map<Action, Job[]>();
            for (const job of jobs) {
                const reading = readings.get(job.target.address.id) ?? UNREAD;
                try {
                    const action = job.judge(reading);
                    if (action === undefined || reading.state !== "found" || session.signal.aborted) {
                        outcomes.set(job, { reading });
                    } else {
                        groups.set(action, [...(groups.get(action) ?? []), job]);
                    }
                } catch (error) {
                    outcomes.set(job, error as Error);
                }
            }
            const [now, ...later] = groups;
            left = later.map(([, group]) => group);
            if (now !== undefined) {
                const [action, group] = now;
                const receipts = await this.send(action, group, readings);
                if (group.length > 1 && receipts.some((receipt) => receipt.wholeRequest)) {
                    const half = Math.ceil(group.length / 2);
                    left = [...left, group.slice(0, half), group.slice(half)];
                } else {
                    busy = this.settleReceipts(action, group, receipts, readings, outcomes);
                }
            }
        } finally {
            release();
        }
        for (const group of left) {
            merge(outcomes, await this.run(group));
        }
        if (busy.length > 0) {
            this.pace(first)?.drain();
            await this.clock.sleep(backoff(this.clock, attempt, 500, 10_000), session.signal);
            merge(outcomes, await this.run(busy, attempt + 1));
        }
        return outcomes;
    }

    private async send(
        action: Action,
        jobs: readonly Job[],
        readings: ReadonlyMap<string, Reading>,
    ): Promise<readonly Receipt[]> {
        const { kind, address, session } = (jobs[0] as Job).target;
        const orders = jobs.flatMap((job): Order[] => {
            const reading = readings.get(job.target.address.id);
            return reading?.state === "found" ? [{ seen: reading.seen, token: job.token }] : [];
        });
        const send = kind.actions[action];
        if (send === undefined) {
            throw new Error(`${kind.name} has no action ${action}`);
        }
        for (const job of jobs) {
            this.inventory.forget(job.target);
        }
        return send(address.scope, orders, session.call);
    }

    /** Files each receipt; returns the jobs that may be sent again because they were not done. */
    private settleReceipts(
        action: Action,
        jobs: readonly Job[],
        receipts: readonly Receipt[],
        readings: ReadonlyMap<string, Reading>,
        outcomes: Map<Job, Outcome>,
    ): Job[] {
        const byId = new Map(receipts.map((receipt) => [receipt.id, receipt]));
        return jobs.filter((job) => {
            const { id } = job.target.address;
            const receipt = byId.get(id) ?? { id, result: "unknown" as const };
            if (receipt.result === "busy" && this.clock.now() < job.until) {
                return true;
            }
            outcomes.set(job, { reading: readings.get(id) ?? UNREAD, action, receipt });
            return false;
        });
    }

    /** The documented rate of the decision's own request, shared by all scopes of a session; undefined: none, or not kept to. */
    private pace({ target: { kind, session }, decision }: Job): Pace | undefined {
        const rate = kind.limits.rates?.[decision];
        if (rate === undefined || !session.paced) {
            return undefined;
        }
        const key = `${session.key} ${kind.name} ${decision}`;
        let pace = this.paces.get(key);
        if (pace === undefined) {
            pace = new Pace(this.clock, rate);
            this.paces.set(key, pace);
        }
        return pace;
    }

    /** Takes the lanes of all jobs, in one order for everybody; returns how to leave them. */
    private async enter(jobs: readonly Job[]): Promise<() => void> {
        const names = jobs.flatMap(({ target: { kind, address, session }, decision }) => {
            const lane = kind.lane(address.scope, address.id, decision);
            return lane === null ? [] : [`${session.key} ${kind.name} ${lane}`];
        });
        const releases: MutexInterface.Releaser[] = [];
        for (const name of [...new Set(names)].sort()) {
            let mutex = this.lanes.get(name);
            if (mutex === undefined) {
                mutex = new Mutex();
                this.lanes.set(name, mutex);
            }
            releases.push(await mutex.acquire());
        }
        return () => {
            for (const release of releases) {
                release();
            }
        };
    }
}

function merge(into: Map<Job, Outcome>, from: ReadonlyMap<Job, Outcome>): void {
    for (const [job, outcome] of from) {
        into.set(job, outcome);
    }
}
