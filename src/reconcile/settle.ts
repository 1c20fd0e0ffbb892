import type { Reading } from "../decision/reading";
import { scopeIn, type Target } from "../place/target";
import type { Clock } from "../shared/clock";
import { milliseconds } from "../shared/duration";
import type { Inventory } from "./inventory";

/** The first pause; it grows to the kind's `settleEvery`. */
const FIRST_PAUSE_MS = 25;

interface Waiter {
    readonly target: Target;
    readonly done: (reading: Reading) => boolean;
    /** Milliseconds since 1970. */
    readonly until: number;
    readonly resolve: (reading: Reading | undefined) => void;
    readonly progress: (reading: Reading) => void;
}

/** One poller per scope serves all who wait there: one read per poll, however many wait. */
export class Settling {
    private readonly waiting = new Map<string, Set<Waiter>>();

    constructor(
        private readonly inventory: Inventory,
        private readonly clock: Clock,
    ) {}

    /** Polls until `done`; undefined when time is up or the process is asked to end. */
    wait(
        target: Target,
        done: (reading: Reading) => boolean,
        until: number,
        progress: (reading: Reading) => void,
    ): Promise<Reading | undefined> {
        return new Promise((resolve) => {
            const key = scopeIn(target);
            const waiter: Waiter = { target, done, until, resolve, progress };
            const waiters = this.waiting.get(key);
            if (waiters !== undefined) {
                waiters.add(waiter);
                return;
            }
            const own = new Set([waiter]);
            this.waiting.set(key, own);
            void this.poll(key, own, target);
        });
    }

    private async poll(key: string, waiters: Set<Waiter>, { kind, session }: Target): Promise<void> {
        const longest = milliseconds(kind.limits.settleEvery);
        let known = 0;
        let pause = FIRST_PAUSE_MS;
        while (waiters.size > 0) {
            pause = waiters.size > known ? FIRST_PAUSE_MS : Math.min(longest, pause * 2);
            known = waiters.size;
            await this.clock.sleep(pause, session.signal);
            const asked = [...waiters];
            const readings = await this.read(asked);
            for (const waiter of asked.filter((one) => this.isOver(one, readings.get(one.target.address.id)))) {
                waiters.delete(waiter);
            }
        }
        this.waiting.delete(key);
    }

    /** Answers one who waits, if there is an answer. */
    private isOver({ target, done, until, resolve, progress }: Waiter, reading: Reading | undefined): boolean {
        const isDone = reading !== undefined && done(reading);
        if (isDone || this.clock.now() >= until || target.session.signal.aborted) {
            resolve(isDone ? reading : undefined);
            return true;
        }
        if (reading !== undefined) {
            progress(reading);
        }
        return false;
    }

    /** A bug in one read must not leave the others waiting for ever: they see it as unreadable. */
    private async read(waiters: readonly Waiter[]): Promise<ReadonlyMap<string, Reading>> {
        try {
            return await this.inventory.readNow(waiters.map((waiter) => waiter.target));
        } catch (error) {
            const reading: Reading = { state: "unreadable", why: (error as Error).message };
            return new Map(waiters.map((waiter) => [waiter.target.address.id, reading]));
        }
    }
}
