/** Time and chance of everything that waits; tests pass virtual ones. */
export interface Clock {
    /** Milliseconds since 1970. */
    now(): number;
    /** Resolves after that many milliseconds, or at once when the signal aborts; never rejects. */
    sleep(ms: number, signal?: AbortSignal): Promise<void>;
    /** Like Math.random. */
    random(): number;
}

/** The machine's own. */
export const systemClock: Clock = {
    now: () => Date.now(),
    random: () => Math.random(),
    sleep(ms, signal) {
        return new Promise((resolve) => {
            if (signal?.aborted) {
                resolve();
                return;
            }
            const done = () => {
                clearTimeout(timer);
                signal?.removeEventListener("abort", done);
                resolve();
            };
            const timer = setTimeout(done, ms);
            signal?.addEventListener("abort", done, { once: true });
        });
    },
};

/** Pause before attempt `attempt` (1, 2, …): exponential from `base` to `cap`, with full jitter on its upper half. */
export function backoff(clock: Clock, attempt: number, base: number, cap: number): number {
    const limit = Math.min(cap, base * 2 ** (attempt - 1));
    return limit / 2 + (clock.random() * limit) / 2;
}

/** A token bucket: what a documented rate allows, without running into it. */
export class Pace {
    private tokens: number;
    private updated: number;
    private queue: Promise<void> = Promise.resolve();

    constructor(
        private readonly clock: Clock,
        private readonly rate: { readonly burst: number; readonly perSecond: number },
    ) {
        this.tokens = rate.burst;
        this.updated = clock.now();
    }

    /** Waits for its turn and a token, first come first served. */
    take(signal: AbortSignal): Promise<void> {
        const turn = this.queue.then(() => this.wait(signal));
        this.queue = turn;
        return turn;
    }

    /** The cloud throttled all the same, others call it too: start again from an empty bucket. */
    drain(): void {
        this.refill();
        this.tokens = Math.min(this.tokens, 0);
    }

    private async wait(signal: AbortSignal): Promise<void> {
        this.refill();
        while (this.tokens < 1 && !signal.aborted) {
            await this.clock.sleep(Math.ceil(((1 - this.tokens) / this.rate.perSecond) * 1000), signal);
            this.refill();
        }
        this.tokens -= 1;
    }

    private refill(): void {
        const now = this.clock.now();
        const gained = ((now - this.updated) / 1000) * this.rate.perSecond;
        this.tokens = Math.min(this.rate.burst, this.tokens + gained);
        this.updated = now;
    }
}
