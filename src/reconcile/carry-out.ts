import { isDeepStrictEqual } from "node:util";
import { type Case, refuseStranger, trust } from "../decision/case";
import type { Stored } from "../decision/fields";
import { announces, cuts } from "../decision/plan";
import { type Reading, statusOf, UNREAD } from "../decision/reading";
import { type View, view } from "../decision/view";
import type { Observed, Receipt } from "../kinds/kind";
import { isSought } from "../kinds/selectors";
import type { Action } from "../kinds/table";
import type { Target } from "../place/target";
import { backoff, type Clock } from "../shared/clock";
import { milliseconds } from "../shared/duration";
import { DecisionError } from "../shared/problem";
import type { Status } from "../shared/vocabulary";
import { Batches } from "./batch";
import { Inventory } from "./inventory";
import { failedOperation } from "./operation";
import { Settling } from "./settle";
import {
    CHANGED,
    ChangedSincePreview,
    interruptedText,
    notThereText,
    receiptText,
    refusalText,
    unknownText,
    unsettledText,
} from "./texts";

/** One decision to carry out, with everything that must hold when it is sent. */
export interface Task {
    readonly target: Target;
    readonly case: Case;
    /** The status from which the preview planned an action; undefined: it planned none. `any`: a delete, which has no preview. */
    readonly from: Status | "any" | undefined;
    /** Facts of the connection that the preview showed, by name. Undefined: a delete, or an admission, which judges by its rules again. */
    readonly shown: Stored | undefined;
    /** The preview showed that a working connection is cut, or nothing could show it: a delete. */
    readonly mayCut: boolean;
    /** The preview showed that this run decides it: a request that lapsed since is a failure. */
    readonly due: boolean;
    /**
     * Asked right before sending, on a read that nothing came after. Throws where nothing may be sent after all: one cut too many, or
     * rules that say something else now.
     */
    readonly admit: (seen: Observed, cut: boolean) => void;
    readonly timeoutMs: number;
    /** How long a request that is not there is waited for. */
    readonly waitMs: number;
    readonly token: string;
    readonly note: (text: string) => void;
}

/** How a decision ended. */
export interface Outcome {
    readonly view: View;
    /** This run sent it: when the cloud took it, milliseconds since 1970. */
    readonly sentAt?: number;
    /** The connection as it was read right before that. */
    readonly sentOn?: Observed;
    /** Sent, but not settled: why. The next `up` goes on. */
    readonly unsettled?: string;
}

/** So long after sending, a connection that still shows its old status counts as on its way (reads lag behind writes). */
const OLD_STATUS_GRACE_MS = 2 * 60_000;
/** Progress is reported this often while a decision settles. */
const PROGRESS_EVERY_MS = 30_000;

/** Whether a fact that was shown is another one by now: who asks, from where, for what. A status has its own rules; times and texts are no facts. */
function isAnother(shown: Stored = {}, now: Stored): boolean {
    const { status: _status, requestedAt: _at, expiresAt: _until, requesterSays: _text, ...facts } = shown;
    return Object.entries(facts).some(
        ([name, fact]) => Object.hasOwn(now, name) && !isDeepStrictEqual(fact, now[name]),
    );
}

/** Carries decisions out. One per process: batches, polls and listings are shared. */
export class Reconciler {
    readonly inventory = new Inventory();
    private readonly batches: Batches;
    private readonly settling: Settling;

    constructor(private readonly clock: Clock) {
        this.batches = new Batches(this.inventory, clock);
        this.settling = new Settling(this.inventory, clock);
    }

    /** A connection that is named by what is known of it: looked for until it is found, or for so long. Others are found already. */
    async find(target: Target, waitMs: number): Promise<Target> {
        const until = this.clock.now() + waitMs;
        const pause = milliseconds(target.kind.limits.settleEvery);
        for (;;) {
            const found = await this.inventory.seek(target, undefined, true);
            const left = until - this.clock.now();
            if (!isSought(found.address.id) || left <= 0 || target.session.signal.aborted) {
                return found;
            }
            await this.clock.sleep(Math.min(pause, left), target.session.signal);
        }
    }

    /** Reads, plans, sends and waits until the decision holds, cannot hold, or time is up. */
    carryOut(task: Task): Promise<Outcome> {
        const { inventory, batches, settling, clock } = this;
        return new Attempt(task, { inventory, batches, settling, clock }).run();
    }
}

interface Tools {
    readonly inventory: Inventory;
    readonly batches: Batches;
    readonly settling: Settling;
    readonly clock: Clock;
}

/** One task on its way. Each step ends the attempt with an outcome, or leaves a newer view to go on from. */
class Attempt {
    private readonly started: number;
    private readonly until: number;
    private sentAt: number | undefined;
    private sentOn: Observed | undefined;
    /** The answer to the last call was lost: it may have taken effect. */
    private lost: Receipt | undefined;
    /** What was sent last. */
    private action: Action | undefined;
    /** What reads may show for a while after the cloud took it, even after something newer: the status from before, first of all. */
    private transit: { readonly shown: readonly (Status | undefined)[]; readonly until: number } = {
        shown: [],
        until: 0,
    };
    /** The cloud's own operation behind what it took. */
    private operation: string | undefined;
    private sends = 0;

    constructor(
        private readonly task: Task,
        private readonly tools: Tools,
    ) {
        this.started = tools.clock.now();
        this.until = this.started + task.timeoutMs;
    }

    async run(): Promise<Outcome> {
        const { target, note } = this.task;
        const { inventory } = this.tools;
        let now = this.look(await inventory.read(target, note));
        if (now.reading.state === "absent") {
            // The listing may be older than the request: the same run may have made it.
            now = this.look(await inventory.confirm(target));
        }
        for (;;) {
            const next = await this.step(now);
            if ("view" in next) {
                return next;
            }
            now = next;
        }
    }

    /** One step from where the connection stands: the end, or where it stands after it. */
    private async step(now: View): Promise<Outcome | View> {
        const { step } = now.plan;
        if (this.task.target.session.signal.aborted && step.do !== "none") {
            return this.endOrThrow(now, interruptedText(this.task, now));
        }
        if (this.lags(now)) {
            return this.awaitMove(now);
        }
        switch (step.do) {
            case "none":
            case "hold":
                return this.ended(now);
            case "unknown":
                return this.readAgain();
            case "lapsed":
                return this.sentAt === undefined && !this.task.due
                    ? this.ended(now)
                    : this.endOrThrow(now, refusalText(this.task, now, step));
            case "refuse":
                return this.endOrThrow(now, refusalText(this.task, now, step));
            case "awaitRequest":
                return this.awaitRequest();
            case "settle":
                return this.settle(now);
            case "act":
                return this.act(now);
        }
    }

    /** Nothing is known: one more read decides. */
    private async readAgain(): Promise<Outcome | View> {
        const now = await this.readNow();
        if (now.plan.step.do !== "unknown") {
            return now;
        }
        const { lost } = this;
        return this.endOrThrow(
            now,
            lost === undefined ? unknownText(this.task, now) : receiptText(this.task, now, lost, this.action),
        );
    }

    private async awaitRequest(): Promise<View> {
        const found = await this.wait(({ reading }) => reading.state === "found", this.started + this.task.waitMs);
        if (found === undefined) {
            throw new DecisionError(notThereText(this.task));
        }
        return found;
    }

    private async settle(now: View): Promise<Outcome | View> {
        const settled = await this.wait(
            ({ reading, plan }) => reading.state !== "unreadable" && plan.step.do !== "settle",
            this.until,
        );
        return settled ?? this.unsettled(now);
    }

    /** Sent already, and reads still show what was before, or neither that nor what comes. */
    private async awaitMove(now: View): Promise<Outcome | View> {
        const { transit } = this;
        const moved = await this.wait(
            ({ reading }) => reading.state !== "unreadable" && !transit.shown.includes(statusOf(reading)),
            Math.min(this.until, transit.until),
        );
        return moved ?? this.unsettled(now);
    }

    private async act(now: View): Promise<Outcome | View> {
        const { task, tools } = this;
        if (!this.announced(statusOf(now.reading))) {
            return this.endOrThrow(now, refusalText(task, now, CHANGED), ChangedSincePreview);
        }
        let fresh: View | undefined;
        const { reading, receipt } = await tools.batches.submit({
            target: task.target,
            decision: task.case.decision,
            judge: (read) => {
                fresh = this.look(read);
                return this.lags(fresh) ? undefined : this.judge(fresh);
            },
            token: task.token,
            until: this.until,
        });
        const sentOn = fresh ?? this.look(reading);
        this.lost = receipt?.result === "unknown" ? receipt : undefined;
        return receipt === undefined ? sentOn : this.take(receipt, sentOn);
    }

    /** The last word before sending: the plan and the guard, on a read that nothing came after. */
    private judge(fresh: View): Action | undefined {
        const { task } = this;
        const { step } = fresh.plan;
        if (step.do !== "act" || fresh.reading.state !== "found") {
            return undefined;
        }
        const { seen } = fresh.reading;
        const cut = cuts(step, seen);
        if (!this.announced(seen.status) || (cut && !task.mayCut)) {
            throw new ChangedSincePreview(refusalText(task, fresh, CHANGED));
        }
        refuseStranger(task.case, seen);
        if (isAnother(task.shown, fresh.observed)) {
            throw new ChangedSincePreview(refusalText(task, fresh, CHANGED));
        }
        task.admit(seen, cut);
        this.action = step.action;
        return step.action;
    }

    /** What the cloud answered. */
    private async take(receipt: Receipt, now: View): Promise<View> {
        const { task, tools } = this;
        switch (receipt.result) {
            case "refused":
            case "busy":
            case "conflict":
                throw new DecisionError(receiptText(task, now, receipt, this.action));
            case "unknown":
                if (tools.clock.now() >= this.until) {
                    throw new DecisionError(receiptText(task, now, receipt, this.action));
                }
                // Nobody knows whether it was done. The next turn reads right before it sends again.
                this.transit = this.passing([]);
                this.sends += 1;
                await tools.clock.sleep(backoff(tools.clock, this.sends, 500, 10_000), task.target.session.signal);
                return this.readNow();
            case "sent":
                this.sentAt = tools.clock.now();
                this.sentOn ??= now.reading.state === "found" ? now.reading.seen : undefined;
                this.operation = receipt.operation;
        }
        this.transit = this.passing([statusOf(now.reading)]);
        return now;
    }

    /** What reads may show from now on for a while: these, and what the kind knows of what was sent. */
    private passing(shown: readonly Status[]) {
        const meanwhile = this.action && this.task.case.kind.meanwhile?.[this.action];
        return { shown: [...shown, meanwhile], until: this.tools.clock.now() + OLD_STATUS_GRACE_MS };
    }

    private announced(status: Status): boolean {
        return this.task.from === "any" || announces(this.task.from, status);
    }

    private lags({ reading }: View): boolean {
        const { transit } = this;
        return transit.shown.includes(statusOf(reading)) && this.tools.clock.now() < transit.until;
    }

    private look(reading: Reading): View {
        return view(this.task.case, trust(this.task.case, reading));
    }

    private async readNow(): Promise<View> {
        const { target } = this.task;
        const readings = await this.tools.inventory.readNow([target]);
        return this.look(readings.get(target.address.id) ?? UNREAD);
    }

    /** Polls until `done`; undefined when time is up. Throws what the cloud's own operation failed with. */
    private async wait(done: (now: View) => boolean, until: number): Promise<View | undefined> {
        const { clock, settling } = this.tools;
        const { target, case: one } = this.task;
        let noted = clock.now();
        let last: View | undefined;
        let over = false;
        const isDone = (reading: Reading) => {
            last = this.look(reading);
            return over || done(last);
        };
        const settled = settling.wait(target, isDone, until, (reading) => {
            if (clock.now() - noted >= PROGRESS_EVERY_MS) {
                noted = clock.now();
                this.task.note(`${one.decision}: still ${statusOf(reading)}, waiting`);
            }
        });
        const failed = failedOperation(target, this.operation, clock, () => over || clock.now() >= until);
        const end = await Promise.race([settled.then((reading) => ({ reading })), failed]);
        over = true;
        if ("code" in end) {
            const receipt = { id: target.address.id, result: "refused" as const, code: end.code, text: end.text };
            throw new DecisionError(receiptText(this.task, last ?? this.look(UNREAD), receipt, this.action));
        }
        return end.reading === undefined ? undefined : last;
    }

    private ended(now: View, unsettled?: string): Outcome {
        return {
            view: now,
            ...(this.sentAt === undefined ? {} : { sentAt: this.sentAt }),
            ...(this.sentOn === undefined ? {} : { sentOn: this.sentOn }),
            ...(unsettled === undefined ? {} : { unsettled }),
        };
    }

    /** Nothing is sent, or nothing more: a failure, or what was sent and has not settled. */
    private endOrThrow(now: View, why: string, failure: typeof DecisionError = DecisionError): Outcome {
        if (this.sentAt === undefined) {
            throw new failure(why);
        }
        return this.ended(now, why);
    }

    private unsettled(now: View): Outcome {
        return this.ended(now, unsettledText(this.task, now, this.tools.clock.now() - this.started));
    }
}
