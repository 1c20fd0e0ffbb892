import { Duration } from "@icholy/duration";
import { oneLine } from "./problem";

/**
 * Milliseconds of a Go-style duration: `"90s"`, `"1m"`, `"1h30m"`.
 *
 * @throws a sentence with the expected format. Negative durations and numbers without a unit are refused,
 * so that `timeout: "20"` is not taken for 20 of whatever.
 */
export function milliseconds(text: string): number {
    if (!/^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/.test(text)) {
        throw new Error(
            `"${oneLine(text, 40)}" is not a duration; write a number and a unit, such as "90s", "20m" or "1h30m"`,
        );
    }
    return new Duration(text).milliseconds();
}

/** A duration as people read it: `"2m"`, `"1h30m"`. */
export function formatDuration(ms: number): string {
    return new Duration(Math.round(ms)).toString();
}
