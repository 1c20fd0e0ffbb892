import type { Case } from "../decision/case";
import { statusOf } from "../decision/reading";
import type { View } from "../decision/view";
import type { Receipt } from "../kinds/kind";
import { remedyFor } from "../kinds/remedies";
import type { Action } from "../kinds/table";
import type { Target } from "../place/target";
import { formatDuration } from "../shared/duration";
import { DecisionError, problemText } from "../shared/problem";

/** Between the preview and the call a connection changed, so that something else is due than was reviewed: the next run decides. */
export class ChangedSincePreview extends DecisionError {}

/** The connection does not stand any more where the preview saw it: what is due now is another action than the one reviewed. */
export const CHANGED = {
    why: "the connection changed since the preview, so nothing was sent",
    remedy: "run `pulumi preview` again and see what is due now",
};

/** A decision that is carried out, as far as texts tell of it. */
interface Told {
    readonly target: Target;
    readonly case: Case;
}

export function refusalText(
    task: Told,
    now: View,
    { why, remedy }: { readonly why: string; readonly remedy: string },
): string {
    return problemText(`Cannot ${task.case.decision}: ${why}.`, facts(task, now), remedy);
}

export function interruptedText(task: Told, now: View): string {
    return problemText(
        `${task.case.decision} was interrupted before it was done.`,
        facts(task, now),
        "run `pulumi up` again; it goes on from where the cloud stands",
    );
}

export function unsettledText(task: Told, now: View, waitedMs: number): string {
    const { signal } = task.target.session;
    const { decision } = task.case;
    return problemText(
        signal.aborted
            ? `${decision} was sent and is still settling; the wait was interrupted.`
            : `${decision} is not settled after ${formatDuration(Math.max(1, Math.round(waitedMs / 1000)) * 1000)}.`,
        facts(task, now),
        "run `pulumi up` again to go on waiting; raise timeout if this cloud needs longer",
    );
}

export function notThereText({ target, case: { options } }: Told): string {
    return problemText(
        `Cannot accept: there is no such request after ${options.waitForRequest}.`,
        { connection: target.address.key, "looked in": target.address.scope.title },
        "check the ids, the region and the account; ask the requester whether the request was made; waitForRequest makes up wait longer",
    );
}

export function unknownText(task: Told, now: View): string {
    const { reading } = now;
    return problemText(
        `Cannot ${task.case.decision}: the connection cannot be read, so nothing was sent.`,
        { ...facts(task, now), reason: reading.state === "unreadable" ? reading.why : undefined },
        "see the reason; the next `pulumi up` tries again",
    );
}

/** `action`: what was sent. */
export function receiptText(task: Told, now: View, receipt: Receipt, action: Action = task.case.decision): string {
    const { decision, kind, scope } = task.case;
    return problemText(
        WHAT[receipt.result]?.(decision) ?? `Cannot ${decision}: the cloud refused.`,
        {
            ...facts(task, now),
            code: receipt.code,
            "the cloud's words": receipt.text,
            request: receipt.requestId,
            call: receipt.call,
        },
        receipt.result === "refused"
            ? (remedyFor(kind, scope, action, receipt) ?? "see the cloud's words; nothing else of this run is affected")
            : "run `pulumi up` again",
    );
}

const WHAT: Partial<Record<Receipt["result"], (decision: string) => string>> = {
    busy: (decision) => `Cannot ${decision}: the cloud put off every attempt.`,
    conflict: (decision) => `Cannot ${decision}: the connection kept changing, and the cloud took no attempt.`,
    unknown: (decision) => `${decision} was sent, but its answer was lost; whether it took effect could not be read.`,
};

function facts({ target }: Told, { reading }: View): Record<string, string | undefined> {
    const seen = reading.state === "found" ? reading.seen : undefined;
    return {
        connection: target.address.key,
        status: seen === undefined ? statusOf(reading) : `${seen.status} (${seen.cloudStatus})`,
        requester: seen?.requester,
    };
}
