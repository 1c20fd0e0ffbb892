import type { Decision, Status } from "../shared/vocabulary";
import { cuts, type Memory, type Plan, type PlanOptions, plan } from "../decision/plan";
import { formatDuration } from "../shared/duration";
import type { Action, Lifecycle, Observed, Receipt } from "../kinds/kind";
import { problemText } from "../shared/problem";
import { Batches } from "./batch";
import { backoff, type Clock } from "../shared/clock";
import { Inventory, type Reading, UNREAD } from "./inventory";
import type { Target } from "../place/session";
import { Settling } from "./settle";

/** One decision, with everything that must hold when it is sent. */
export interface Wanted {
    readonly target: Target;
    readonly lifecycle: Lifecycle;
    readonly decision: Decision;
    readonly memory: Memory;
    readonly options: PlanOptions;
    /** What a reading is worth; one that proves nothing comes back as unreadable. */
    readonly trust: (reading: Reading) => Reading;
    /** The preview showed that this run decides it: a request that lapsed since is a failure. */
    readonly due: boolean;
    /** Whether the preview showed that something would be sent where the connection has this status. */
    readonly announced: (status: Status) => boolean;
    /** Throws when this connection must not be touched: another requester, another account, changed evidence. */
    readonly inspect: (seen: Observed) => void;
    /** Counts a connection that works now and is about to be cut; throws when it is one too many. */
    readonly admitCut: (seen: Observed) => void;
    readonly timeoutMs: number;
    readonly waitMs: number;
    readonly token: string;
    readonly note: (text: string) => void;
}

/** How a decision ended. */
export interface Outcome {
    readonly reading: Reading;
    /** This run sent it: when the cloud took it, milliseconds since 1970. */
    readonly sentAt?: number;
    /** The connection as it was read right before that. */
    readonly sentOn?: Observed;
    /** Sent, but not settled: why. The next `up` goes on. */
    readonly unsettled?: string;
}

/** A failure for people; no stack is shown. */
export class DecisionError extends Error {
    constructor(message: string) {
        super(message);
        this.name = "DecisionError";
        this.stack = message;
    }
}

/** So long after sending, a connection that still shows its old status counts as on its way (reads lag behind writes). */
const OLD_STATUS_GRACE_MS = 2 * 60_000;
/** Progress is reported this often while a decision settles. */
const PROGRESS_EVERY_MS = 30_000;

/** The connection does not stand any more where the preview saw it: what is due now is another action than the one reviewed. */
const CHANGED = {
    why: "the connection changed since the preview, so nothing was sent",
    remedy: "run `pulumi preview` again and see what is due now",
};

/** Carries decisions out. One per process: batches, polls and listings are shared. */
export class Reconciler {
    readonly inventory: Inventory;
    private readonly batches: Batches;
    private readonly settling: Settling;

    constructor(private readonly clock: Clock) {
        this.inventory = new Inventory();
        this.batches = new Batches(this.inventory, clock);
        this.settling = new Settling(this.inventory, clock);
    }

    /** Reads, plans, sends and waits until the decision holds, cannot hold, or time is up. */
    async decide(wanted: Wanted): Promise<Outcome> {
        const { target } = wanted;
        const started = this.clock.now();
        const until = started + wanted.timeoutMs;
        const waitUntil = started + wanted.waitMs;
        let reading = wanted.trust(await this.inventory.read(target, wanted.note));
        if (reading.state === "absent") {
            // The listing may be older than the request: the same run may have made it.
            reading = wanted.trust(await this.inventory.confirm(target));
        }
        let sentAt: number | undefined;
        let sentOn: Observed | undefined;
        // The answer to the last call was lost: it may have taken effect.
        let lost: Receipt | undefined;
        // What the cloud took, and the status it had before: reads may show that for a while, even after a newer one.
        let transit: { readonly from: Status; readonly until: number } | undefined;
        const lagging = (r: Reading) =>
            transit !== undefined && statusOf(r) === transit.from && this.clock.now() < transit.until;
        const ended = (unsettled?: string): Outcome => ({
            reading,
            ...(sentAt === undefined ? {} : { sentAt }),
            ...(sentOn === undefined ? {} : { sentOn }),
            ...(unsettled === undefined ? {} : { unsettled }),
        });
        for (let attempt = 1; ; attempt++) {
            const { step } = planFor(wanted, reading);
            if (target.session.signal.aborted && step.do !== "none") {
                return this.interrupted(wanted, reading, ended);
            }
            if (step.do === "act" && transit !== undefined && lagging(reading)) {
                const { from } = transit;
                const moved = await this.wait(
                    wanted,
                    (r) => r.state !== "unreadable" && statusOf(r) !== from,
                    Math.min(until, transit.until),
                );
                if (moved === undefined) {
                    return ended(this.unsettledText(wanted, reading, started));
                }
                reading = moved;
                continue;
            }
            switch (step.do) {
                case "none":
                case "hold":
                    return ended();
                case "unknown":
                    reading = await this.readNow(wanted);
                    if (planFor(wanted, reading).step.do === "unknown") {
                        const why =
                            lost === undefined ? unknownText(wanted, reading) : receiptText(wanted, reading, lost);
                        if (sentAt === undefined) {
                            throw new DecisionError(why);
                        }
                        return ended(why);
                    }
                    break;
                case "lapsed":
                    if (sentAt === undefined && !wanted.due) {
                        return ended();
                    }
                    return this.refused(wanted, reading, step, ended);
                case "refuse":
                    return this.refused(wanted, reading, step, ended);
                case "awaitRequest": {
                    const found = await this.wait(wanted, (r) => r.state === "found", waitUntil);
                    if (found === undefined) {
                        throw new DecisionError(notThereText(wanted));
                    }
                    reading = found;
                    break;
                }
                case "settle": {
                    const settled = await this.wait(
                        wanted,
                        (r) => r.state !== "unreadable" && planFor(wanted, r).step.do !== "settle",
                        until,
                    );
                    if (settled === undefined) {
                        return ended(this.unsettledText(wanted, reading, started));
                    }
                    reading = settled;
                    break;
                }
                case "act": {
                    if (!wanted.announced(statusOf(reading))) {
                        return this.refused(wanted, reading, CHANGED, ended);
                    }
                    const sent = await this.batches.submit({
                        target,
                        decision: wanted.decision,
                        judge: (fresh) => (lagging(fresh) ? undefined : judge(wanted, wanted.trust(fresh))),
                        token: wanted.token,
                        until,
                    });
                    reading = wanted.trust(sent.reading);
                    const { receipt } = sent;
                    lost = receipt?.result === "unknown" ? receipt : undefined;
                    if (receipt === undefined) {
                        break;
                    }
                    if (receipt.result === "refused" || receipt.result === "busy") {
                        throw new DecisionError(receiptText(wanted, reading, receipt));
                    }
                    if (receipt.result === "unknown") {
                        if (this.clock.now() >= until) {
                            throw new DecisionError(receiptText(wanted, reading, receipt));
                        }
                        // Nobody knows whether it was done. The next turn reads right before it sends again.
                        await this.clock.sleep(backoff(this.clock, attempt, 500, 10_000), target.session.signal);
                        reading = await this.readNow(wanted);
                        break;
                    }
                    if (receipt.result === "sent") {
                        sentAt = this.clock.now();
                        sentOn ??= reading.state === "found" ? reading.seen : undefined;
                    }
                    transit = { from: statusOf(reading), until: this.clock.now() + OLD_STATUS_GRACE_MS };
                    break;
                }
            }
        }
    }

    private async readNow({ target, trust }: Wanted): Promise<Reading> {
        const readings = await this.inventory.readNow([target]);
        return trust(readings.get(target.address.id) ?? UNREAD);
    }

    private async wait(
        wanted: Wanted,
        done: (reading: Reading) => boolean,
        until: number,
    ): Promise<Reading | undefined> {
        let noted = this.clock.now();
        const doneIfTrusted = (reading: Reading) => done(wanted.trust(reading));
        const last = await this.settling.wait(wanted.target, doneIfTrusted, until, (reading) => {
            if (this.clock.now() - noted >= PROGRESS_EVERY_MS) {
                noted = this.clock.now();
                wanted.note(`${wanted.decision}: still ${statusOf(reading)}, waiting`);
            }
        });
        return last === undefined ? undefined : wanted.trust(last);
    }

    /** Nothing is sent, or nothing more. */
    private refused(
        wanted: Wanted,
        reading: Reading,
        { why, remedy }: { readonly why: string; readonly remedy: string },
        ended: (why: string) => Outcome,
    ): Outcome {
        const text = problemText(`Cannot ${wanted.decision}: ${why}.`, facts(wanted, reading), remedy);
        const outcome = ended(text);
        if (outcome.sentAt === undefined) {
            throw new DecisionError(text);
        }
        return outcome;
    }

    private interrupted(wanted: Wanted, reading: Reading, ended: (why: string) => Outcome): Outcome {
        const why = problemText(
            `${wanted.decision} was interrupted before it was done.`,
            facts(wanted, reading),
            "run `pulumi up` again; it goes on from where the cloud stands",
        );
        const outcome = ended(why);
        if (outcome.sentAt === undefined) {
            throw new DecisionError(why);
        }
        return outcome;
    }

    private unsettledText(wanted: Wanted, reading: Reading, started: number): string {
        const { signal } = wanted.target.session;
        const waited = formatDuration(Math.max(1, Math.round((this.clock.now() - started) / 1000)) * 1000);
        return problemText(
            signal.aborted
                ? `${wanted.decision} was sent and is still settling; the wait was interrupted.`
                : `${wanted.decision} is not settled after ${waited}.`,
            facts(wanted, reading),
            "run `pulumi up` again to go on waiting; raise timeout if this cloud needs longer",
        );
    }
}

/** The plan for what was read, by the same rules as in the preview. */
export function planFor(wanted: Pick<Wanted, "lifecycle" | "decision" | "memory" | "options">, reading: Reading): Plan {
    const situation =
        reading.state === "found"
            ? { status: reading.seen.status, cloudStatus: reading.seen.cloudStatus }
            : { status: reading.state === "absent" ? ("absent" as const) : ("unknown" as const) };
    return plan(wanted.lifecycle, wanted.decision, situation, wanted.memory, wanted.options);
}

export function statusOf(reading: Reading): Status {
    return reading.state === "found" ? reading.seen.status : reading.state === "absent" ? "absent" : "unknown";
}

/** The last word before sending: the plan and the guard, on a read that nothing came after. */
function judge(wanted: Wanted, fresh: Reading): Action | undefined {
    const { step } = planFor(wanted, fresh);
    if (step.do !== "act" || fresh.state !== "found") {
        return undefined;
    }
    if (!wanted.announced(fresh.seen.status)) {
        throw new DecisionError(
            problemText(`Cannot ${wanted.decision}: ${CHANGED.why}.`, facts(wanted, fresh), CHANGED.remedy),
        );
    }
    wanted.inspect(fresh.seen);
    if (cuts(step, fresh.seen.status)) {
        wanted.admitCut(fresh.seen);
    }
    return step.actions[0];
}

function facts({ target }: Wanted, reading: Reading): Record<string, string | undefined> {
    const seen = reading.state === "found" ? reading.seen : undefined;
    return {
        connection: target.address.key,
        status: seen === undefined ? statusOf(reading) : `${seen.status} (${seen.cloudStatus})`,
        requester: seen?.requester,
    };
}

function notThereText(wanted: Wanted): string {
    return problemText(
        `Cannot accept: there is no such request after ${wanted.options.waitForRequest}.`,
        { connection: wanted.target.address.key, "looked in": wanted.target.address.scope.title },
        "check the ids, the region and the account; ask the requester whether the request was made; waitForRequest makes up wait longer",
    );
}

function unknownText(wanted: Wanted, reading: Reading): string {
    return problemText(
        `Cannot ${wanted.decision}: the connection cannot be read, so nothing was sent.`,
        {
            ...facts(wanted, reading),
            reason: reading.state === "unreadable" ? reading.why : undefined,
        },
        "see the reason; the next `pulumi up` tries again",
    );
}

function receiptText(wanted: Wanted, reading: Reading, receipt: Receipt): string {
    const what =
        receipt.result === "busy"
            ? `Cannot ${wanted.decision}: the cloud put off every attempt.`
            : receipt.result === "unknown"
              ? `${wanted.decision} was sent, but its answer was lost; whether it took effect could not be read.`
              : `Cannot ${wanted.decision}: the cloud refused.`;
    const { kind } = wanted.target;
    const permission = kind.permissions[wanted.decision].join(" and ");
    return problemText(
        what,
        {
            ...facts(wanted, reading),
            code: receipt.code,
            "the cloud's words": receipt.text,
            request: receipt.requestId,
            "needs permission": permission,
        },
        receipt.result === "refused"
            ? (receipt.remedy ?? "see the cloud's words; nothing else of this run is affected")
            : "run `pulumi up` again",
    );
}
