export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** A time without a fraction of a second: `2018-01-30T07:42:01Z`. */
export function seconds(ms: number): string {
    return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Whether a time is at or before another; times in the usual form are compared as they stand, which is many times faster. */
export function isUntil(time: string | undefined, limit: string): boolean {
    return time?.length === limit.length ? time <= limit : Date.parse(time ?? "") <= Date.parse(limit);
}
