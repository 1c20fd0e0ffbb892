import type { Moving } from "./schema";
import type { State } from "./state";
import { isUntil, seconds } from "./time";

/** Puts those into the status `to` that have been in `from` for a time; `since` names the field that tells when each began. */
export function expireAll<Since extends string, T extends { status: string } & { [K in Since]?: string }>(
    state: State,
    all: readonly T[],
    { from, to, since, afterMs }: { from: string; to: string; since: Since; afterMs: number },
): void {
    const overdue = seconds(state.now() - afterMs);
    for (const one of all) {
        if (one.status === from && isUntil(one[since], overdue)) {
            state.move(one, to);
        }
    }
}

/** Puts those in `from` into the status `to` whose own time has come; `at` names the field that tells it, ISO 8601. */
export function expireDue<At extends string, T extends Moving & { status: string } & { [K in At]?: string }>(
    state: State,
    all: readonly T[],
    { from, to, at }: { from: string; to: string; at: At },
): void {
    const now = new Date(state.now()).toISOString();
    for (const one of all) {
        const due = one[at];
        if (one.status === from && isUntil(due, now)) {
            state.move(one, to);
            one.changedAt = Date.parse(due ?? now); // Not when somebody looked.
        }
    }
}
