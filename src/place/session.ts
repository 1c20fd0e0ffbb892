import { ENDLESS } from "../kinds/calls";
import { CloudError } from "../kinds/cloud";
import type { Call, ConnectionKind, Scope, ScopeState } from "../kinds/kind";
import { backoff, type Clock } from "../shared/clock";
import { oneLine } from "../shared/problem";

/** Reads are repeated this often in all before they count as failed. */
const READ_ATTEMPTS = 5;
/**
 * After a read failed for good, reads of the same session are tried once for so long, and the account is not asked for again:
 * two hundred checks against a cloud that is down shall not wait for it two hundred times.
 */
const TROUBLE_MS = 30_000;

/**
 * Credentials and place that many connections share: one set of clients, one account, each scope read once.
 * A process has one session per cloud, settings and placement.
 */
export class Session {
    private accountRead: Promise<string> | undefined;
    private readonly scopes = new Map<string, Promise<ScopeState>>();
    private troubledUntil = 0;

    constructor(
        /** Unique per cloud, settings and placement. */
        readonly key: string,
        private readonly clients: unknown,
        private readonly accountOf: (clients: unknown, signal: AbortSignal) => Promise<string>,
        readonly clock: Clock,
        readonly signal: AbortSignal,
        /** Whether calls keep to the documented rates. */
        readonly paced: boolean,
    ) {}

    get call(): Call<unknown> {
        return { clients: this.clients, signal: this.signal, now: () => this.clock.now() };
    }

    /** The account behind the credentials. */
    account(): Promise<string> {
        if (this.accountRead === undefined) {
            const read = this.reading(async () => accountId(await this.accountOf(this.clients, this.signal)));
            this.accountRead = read;
            read.catch(async () => {
                await this.clock.sleep(TROUBLE_MS, this.signal);
                this.accountRead = undefined;
            });
        }
        return this.accountRead;
    }

    /** The scope itself: found, who admits, its settings. */
    describe(kind: ConnectionKind, scope: Scope): Promise<ScopeState> {
        const key = `${kind.name} ${scope.key}`;
        let state = this.scopes.get(key);
        if (state === undefined) {
            state = this.reading(async () => (await kind.describe?.(scope, this.call)) ?? OWN);
            this.scopes.set(key, state);
            state.catch(() => this.scopes.delete(key));
        }
        return state;
    }

    /** Repeats a read that was throttled or got lost, with growing pauses. Everything else is thrown at once. */
    async reading<T>(read: () => Promise<T>): Promise<T> {
        for (let attempt = 1; ; attempt++) {
            try {
                return await read();
            } catch (error) {
                await this.pauseOrThrow(error, attempt);
            }
        }
    }

    private async pauseOrThrow(error: unknown, attempt: number): Promise<void> {
        const passing = error instanceof CloudError && PASSING.has(error.failure) && error.code !== ENDLESS;
        const attempts = this.clock.now() < this.troubledUntil ? 1 : READ_ATTEMPTS;
        if (passing && attempt < attempts && !this.signal.aborted) {
            await this.clock.sleep(backoff(this.clock, attempt, 200, 5_000), this.signal);
            return;
        }
        this.troubledUntil = passing ? this.clock.now() + TROUBLE_MS : this.troubledUntil;
        throw error;
    }
}

/** Failures after which a read may succeed by itself. A listing without end is not followed to its limit again. */
const PASSING = new Set<CloudError["failure"]>(["throttled", "transient", "conflict"]);

/** The scope is the account's own: there is nothing to find and nothing set. */
const OWN: ScopeState = { found: "yes", admission: "manual" };

/** An account id as one short line; an answer without one leaves the account unconfirmed. */
function accountId(answer: unknown): string {
    if (typeof answer !== "string" || answer === "") {
        throw new CloudError({
            action: "the caller's account",
            failure: "transient",
            code: "UnreadableAnswer",
            text: "the answer names no account",
        });
    }
    return oneLine(answer, 64);
}
