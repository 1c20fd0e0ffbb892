/**
 * Text from outside as one harmless line: control characters, escape sequences and characters that reorder
 * others are written as `\u{1b}`, and what is longer than `limit` is cut. Names and descriptions are written by
 * requesters; they must not drive a reviewer's terminal.
 */
export function oneLine(text: string, limit = 200): string {
    const escaped = text.replace(
        /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu,
        (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
    );
    return escaped.length > limit ? `${escaped.slice(0, limit - 1)}…` : escaped;
}

/**
 * An error for the person reading a failed `pulumi up`: what is wrong, the live facts, what to do.
 * Facts without a value are left out.
 */
export function problemText(what: string, facts: Readonly<Record<string, string | undefined>>, remedy: string): string {
    const lines = Object.entries(facts).flatMap(([name, value]) =>
        value === undefined || value === "" ? [] : [`  ${name}: ${oneLine(value, 500)}`],
    );
    return [what, ...lines, `  what to do: ${remedy}`].join("\n");
}

/** A failure for people; no stack is shown. */
export class DecisionError extends Error {
    constructor(message: string) {
        super(message);
        this.name = "DecisionError";
        this.stack = message;
    }
}
