import { oneLine } from "../../shared/problem";

/**
 * Text from outside as a code span of Markdown, which may stand in a cell of a table: nothing in it is a link, a mention, an issue, an
 * emoji or HTML, on GitHub and on GitLab. What would end the span or the cell is written as `\u{60}`, and so is what cannot be seen.
 * Empty: an empty text.
 */
export function code(text: string, limit = 300): string {
    const safe = oneLine(text, limit).replace(
        /[`|\p{Default_Ignorable_Code_Point}\u2800\u3164]/gu,
        (char) => `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`,
    );
    return safe.trim() === "" ? "" : `\`${safe}\``;
}

/** Text that this package wrote, without marks where it is plain words; else as {@link code}. */
export function words(text: string, limit = 300): string {
    return /^[a-z0-9 ,:;()'-]*$/i.test(text) && text.length <= limit ? text : code(text, limit);
}
