import { milliseconds } from "../shared/duration";
import { oneLine } from "../shared/problem";

/** When an acceptance ends: at a moment, or so long after it began. Milliseconds. */
export type Until = { readonly at: number } | { readonly after: number };

/** What is wrong with an `until`; `at` says where it stands, with a colon, for texts. */
export function untilProblem(value: unknown, verdict: unknown, at: string): string[] {
    if (value === undefined) {
        return [];
    }
    const useless = verdict === "accept" ? [] : [`${at}until says when an acceptance ends; nothing is accepted here`];
    try {
        readUntil(value);
        return useless;
    } catch (error) {
        return [...useless, `${at}until ${(error as Error).message}`];
    }
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Longer ones are a mistake, and dates beyond what a computer's calendar holds would follow. */
const LONGEST_MS = 100 * 366 * DAY_MS;
/** A reviewer is told this long before. */
export const NOTICE_MS = 7 * DAY_MS;

/**
 * Reads a date (`"2026-12-31"`, that day included, UTC), a time (`"2026-12-31T18:00:00Z"`) or a Go-style duration from the
 * acceptance (`"720h"`, `"30d"`).
 *
 * @throws a sentence with the expected formats
 */
export function readUntil(text: unknown): Until {
    const written = typeof text === "string" ? text : "";
    const [, day] = /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2}))?$/.exec(written) ?? [];
    const at = Date.parse(written);
    // JavaScript takes February 30 for March 2.
    if (day !== undefined && isDay(day) && !Number.isNaN(at)) {
        return { at: day === written ? at + DAY_MS : at };
    }
    if (/^[\d.]+[a-z]/.test(written)) {
        const after = milliseconds(written);
        if (after > LONGEST_MS) {
            throw new Error(`${oneLine(JSON.stringify(written), 40)} is longer than a hundred years; leave until out`);
        }
        if (after > 0) {
            return { after };
        }
    }
    throw new Error(
        `${oneLine(JSON.stringify(text) ?? "undefined", 80)} is not a date ("2026-12-31"), a time with its zone ("2026-12-31T18:00:00Z") or a duration from the acceptance ("30d")`,
    );
}

/** Whether the calendar has that day. */
function isDay(text: string): boolean {
    const at = Date.parse(text);
    return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/**
 * The moment from which a duration counts, ISO 8601: the next full day, UTC, for a day and more, else the next full hour. Rounded up because
 * the preview fixes it and an update plan must find the same; nobody gets less than was declared.
 */
export function beginning(until: Until, now: number): string {
    const unit = "after" in until && until.after < DAY_MS ? HOUR_MS : DAY_MS;
    return new Date(Math.ceil(now / unit) * unit).toISOString();
}

/** When an acceptance ends, milliseconds since 1970; `since` as {@link beginning} gave it. Undefined: not begun. */
export function endOf(until: Until, since: string | undefined): number | undefined {
    if ("at" in until) {
        return until.at;
    }
    return since === undefined ? undefined : Date.parse(since) + until.after;
}
