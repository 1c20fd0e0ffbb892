/** A part of a comment: a table or a list. */
export interface Section {
    readonly title: string;
    /** The lines of a table's head; none: a list. */
    readonly head: readonly string[];
    readonly items: readonly string[];
    /** So many items are seen at once, the others are folded. */
    readonly open: number;
    /** The higher, the less it matters. */
    readonly rank: number;
}

/** Head and sections in at most so many characters. Items of what matters least are left out first, and counted where they were. */
export function withinLimit(head: string, sections: readonly Section[], most: number): string {
    let kept = sections.map((section) => ({ section, items: section.items.length }));
    const whole = () => `${[head, ...kept.map(({ section, items }) => textOf(section, items))].join("\n\n")}\n`;
    for (const { section } of [...kept].sort((a, b) => b.section.rank - a.section.rank)) {
        const excess = whole().length - most;
        if (excess <= 0) {
            break;
        }
        kept = kept.map((one) => (one.section === section ? { section, items: itemsWithin(section, excess) } : one));
    }
    return whole();
}

/** How many items are left where so many characters must go; the sentence that counts the others has its own. */
function itemsWithin({ items }: Section, excess: number): number {
    let left = items.length;
    let gone = 0;
    while (left > 0 && gone < excess + NOTE_LENGTH) {
        left -= 1;
        gone += (items[left]?.length ?? 0) + 1;
    }
    return left;
}

/** More than what a section gets when items are left out. */
const NOTE_LENGTH = 300;

/** A section as Markdown, with so many of its items. */
export function textOf({ title, head, items, open }: Section, shown: number): string {
    const seen = items.slice(0, Math.min(open, shown));
    const folded = items.slice(seen.length, shown);
    const missing = items.length - shown;
    const block = (lines: readonly string[]) => [...head, ...lines].join("\n");
    const summary = seen.length === 0 ? title : `${folded.length} more`;
    return [
        ...(seen.length === 0 && folded.length > 0 ? [] : [`#### ${title}`]),
        ...(seen.length === 0 ? [] : [block(seen)]),
        ...(folded.length === 0 ? [] : [`<details><summary>${summary}</summary>`, block(folded), "</details>"]),
        ...(missing === 0
            ? []
            : [
                  `**${missing} more are not shown, because the comment would be too long;** \`pulumi preview --diff\` has them.`,
              ]),
    ].join("\n\n");
}
