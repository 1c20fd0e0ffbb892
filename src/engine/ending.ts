import { whenGone } from "../shared/alive";

/** Grace period for pending waits to record their state, within the 5 s after which the engine kills. */
const FAREWELL_MS = 2_000;

/**
 * The end of a provider process. The engine sends SIGINT at the end of every operation, and at a Ctrl-C that means it. What is waiting then ends
 * early, as not settled, which only an engine that still lives records; the process ends when nothing runs any more.
 */
export class Ending {
    private readonly controller = new AbortController();
    private running = 0;
    private leaving = false;

    /** Aborted when waits shall end. */
    readonly signal: AbortSignal = this.controller.signal;

    /** Ends waits; the process goes on. */
    interrupt(): void {
        this.controller.abort(new Error("interrupted"));
    }

    /**
     * Leaves on SIGINT; and when the engine was killed, which sends none: nobody would end this process any more, and what it waits for, nobody
     * would record.
     */
    listen(): this {
        process.once("SIGINT", () => this.leave());
        whenGone(process.ppid, () => this.leave());
        return this;
    }

    /** Counts a call: the process does not leave before it has answered. */
    counted<A extends unknown[], R>(call: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
        return async (...args) => {
            this.running += 1;
            try {
                return await call(...args);
            } finally {
                this.running -= 1;
                this.leaveWhenIdle();
            }
        };
    }

    private leave(): void {
        this.leaving = true;
        this.interrupt();
        setTimeout(() => process.exit(130), FAREWELL_MS);
        this.leaveWhenIdle();
    }

    private leaveWhenIdle(): void {
        if (this.leaving && this.running === 0) {
            // One turn for the last answer to leave.
            setTimeout(() => process.exit(130), 50);
        }
    }
}
