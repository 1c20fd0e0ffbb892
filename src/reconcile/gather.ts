import { Mutex } from "async-mutex";
import type { Clock } from "../shared/clock";

/** A batch goes out when no job arrived for this long. */
const QUIET_MS = 60;
/**
 * While fewer wait than have been under way at once, the engine will bring the others. It writes its state between two of them, and the
 * more it holds, the longer that takes. So the longest pause between two arrivals is waited for this many times, up to the limit.
 */
const PAUSES_BELOW_PEAK = 4;
const QUIET_BELOW_PEAK_MS = 2_000;
/** A batch goes out at the latest after this long. */
const GATHER_MS = 10_000;

interface Waiting<J, R> {
    readonly job: J;
    readonly resolve: (result: R) => void;
    readonly reject: (error: unknown) => void;
}

/**
 * A queue that runs jobs together: those that arrive close to each other, or while the batch before them is under way. One batch at a time.
 */
export class Gatherer<J, R> {
    private readonly turn = new Mutex();
    private readonly waiting: Waiting<J, R>[] = [];
    private collecting = false;
    /** Jobs without a result, and the most there were when a batch went out: what the engine has in flight. */
    private unanswered = 0;
    private peak = 0;
    private lastArrival = 0;
    /** The longest pause between two arrivals of one batch: of this one, and of the one before. */
    private pause = 0;
    private pauseBefore = 0;

    constructor(
        private readonly clock: Clock,
        private readonly largest: number,
        private readonly run: (jobs: readonly J[]) => Promise<ReadonlyMap<J, R>>,
    ) {}

    /** The result of a job, together with its neighbours. */
    add(job: J): Promise<R> {
        const now = this.clock.now();
        this.pause = this.waiting.length === 0 ? this.pause : Math.max(this.pause, now - this.lastArrival);
        this.lastArrival = now;
        this.unanswered += 1;
        return new Promise((resolve, reject) => {
            this.waiting.push({ job, resolve, reject });
            this.start();
        });
    }

    private start(): void {
        if (!this.collecting && this.waiting.length > 0) {
            this.collecting = true;
            void this.collect();
        }
    }

    private async collect(): Promise<void> {
        await this.untilQuiet();
        const release = await this.turn.acquire();
        this.peak = Math.max(this.peak, this.unanswered);
        const batch = this.waiting.splice(0, this.largest);
        [this.pauseBefore, this.pause] = [this.pause, 0];
        this.collecting = false;
        this.start();
        try {
            const results = await this.run(batch.map(({ job }) => job));
            for (const { job, resolve } of batch) {
                resolve(results.get(job) as R);
            }
        } catch (error) {
            for (const { reject } of batch) {
                reject(error);
            }
        } finally {
            this.unanswered -= batch.length;
            release();
        }
    }

    private async untilQuiet(): Promise<void> {
        const started = this.clock.now();
        for (;;) {
            const slow = Math.min(QUIET_BELOW_PEAK_MS, PAUSES_BELOW_PEAK * Math.max(this.pause, this.pauseBefore));
            const quiet = this.waiting.length < this.peak ? Math.max(QUIET_MS, slow) : QUIET_MS;
            const now = this.clock.now();
            const full = this.peak > 1 && this.waiting.length >= this.peak;
            if (full || now - this.lastArrival >= quiet || now - started >= GATHER_MS) {
                return;
            }
            await this.clock.sleep(10);
        }
    }
}
