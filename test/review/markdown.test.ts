import fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { describe, expect, it } from "vitest";
import { asMarkdown, MOST } from "../../src/cli/review/markdown";
import type { Review } from "../../src/cli/review/review";
import { GROUPS, type Row } from "../../src/cli/review/rows";

/** What a comment is once it is rendered, as GitHub does it: whatever requesters and programs write, it is text. */
const rendered = (markdown: string) =>
    micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] });

const ELEMENTS = /<(?!\/?(?:h3|h4|p|strong|code|br|table|thead|tbody|tr|th|td|details|summary|ul|li|blockquote)>)/;

const review = (rows: readonly Row[], more: Partial<Review> = {}): Review => ({
    stack: { name: "dev", project: "clouds" },
    rows,
    said: [],
    problems: [],
    hidden: 0,
    complete: true,
    ...more,
});

const cut = (text: string): Row => ({
    group: "cut",
    resource: text,
    connection: { kind: text, id: text },
    requester: text,
    from: "accepted",
    to: "rejected",
    until: text,
    reason: text,
    rule: text,
    says: text,
    notes: [text],
});

const MEAN = [
    "@octocat @org/team",
    "a | b | c",
    "`ls` ``two`` ```",
    "\\` \\| \\",
    "[x](https://evil.example) https://evil.example www.evil.example me@evil.example",
    "![i](https://evil.example/x.png)",
    "<img src=x onerror=alert(1)><script>1</script><!-- --></details>",
    "**b** _i_ ~~s~~ # h #12 org/repo#12 :tada: 0123456789abcdef0123456789abcdef01234567",
    "\u202egnp.exe\u202c \u200b\u2066x\u2069 \u3164 \u00ad \ufe0f \u0000 \u001b[31m",
    "line\nbreak\r\n\r\n| new | row |\n# heading",
    "&lt;b&gt; &#64;octocat",
    "$x$ $`y`$ [ ] - [x] ~ [^1]",
    "cut: approved, nothing to see",
    " ",
    "`",
    "|",
];

describe("text from outside", () => {
    const harmless = (text: string) => {
        const markdown = asMarkdown(review([cut(text)], { said: [{ resource: text, text }] }));
        const html = rendered(markdown);
        expect(html.replace("<!-- connection-decision review -->", "")).not.toMatch(ELEMENTS);
        const [table = ""] = /<tbody>[\s\S]*<\/tbody>/.exec(html) ?? [];
        expect(table.match(/<tr>/g)).toHaveLength(1);
        const heads = html.match(/<th>/g)?.length;
        expect(table.match(/<td>/g)).toHaveLength(heads ?? 0);
        // GitHub looks for mentions, issues and emoji in text, and not in code.
        const bare = table.replaceAll(/<code>[\s\S]*?<\/code>/g, "").replaceAll(/<\/?\w+>/g, "");
        expect(bare).not.toMatch(/[@#`|<&\\*_[\]]|:\/\/|www\./);
        expect(markdown.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}]/u);
    };

    it.each(MEAN)("%j is text", harmless);

    it("whatever it is, is text", () => {
        const pieces = fc.oneof(fc.constantFrom(...MEAN, "`", "|", "\\", "\n", "<", "@", "\u202e"), fc.string());
        fc.assert(
            fc.property(fc.array(pieces, { maxLength: 6 }), (parts) => harmless(parts.join(""))),
            { numRuns: 500 },
        );
    });

    it("stays readable: what is plain is as it was written", () => {
        const text = "CHG-2041: analytics reads the ledger (50% of it), see wiki/Ledger";
        expect(asMarkdown(review([cut(text)]))).toContain(`\`${text}\``);
    });
});

describe("length", () => {
    const many = (n: number, group: Row["group"] = "accept"): Row[] =>
        Array.from({ length: n }, (_, i) => ({ ...cut(`vpce-${i}`), group }));

    it("folds what is not seen at a glance", () => {
        const markdown = asMarkdown(review([...many(12, "cut"), ...many(300)]));
        expect(markdown).toContain("<details><summary>2 more</summary>");
        expect(markdown).toContain("<details><summary>290 more</summary>");
        const html = rendered(markdown);
        expect(html.match(/<td>/g)?.length).toBe(312 * 9);
        expect(html.match(/<details>/g)?.length).toBe(html.match(/<\/details>/g)?.length);
    });

    it.each([50, 700, 5_000])(
        "never exceeds what GitHub takes, with %i rows of each fate, and says what is left out",
        (n) => {
            const rows = GROUPS.flatMap((group) => many(n, group));
            const markdown = asMarkdown(review(rows));
            expect(markdown.length).toBeLessThanOrEqual(MOST);
            const shown = (title: string) => {
                const [, part = ""] = markdown.split(new RegExp(`(?:#### |<summary>)${title}.*`));
                return part.split("####")[0]?.match(/^\| `vpce/gm)?.length ?? 0;
            };
            expect(shown("CUT")).toBeGreaterThan(Math.min(n, 200) - 1);
            const left = [...markdown.matchAll(/\*\*(\d+) more are not shown/g)].reduce(
                (sum, [, count]) => sum + Number(count),
                0,
            );
            expect((markdown.match(/^\| `vpce/gm)?.length ?? 0) + left).toBe(rows.length);
            expect(markdown).toContain(`This CUTS ${n} working connections.`);
        },
    );

    it("fits with the longest texts in every cell, too", () => {
        const rows = Array.from({ length: 200 }, () => cut("\u202e".repeat(2_000)));
        expect(
            asMarkdown(review(rows, { said: rows.map(({ resource }) => ({ text: resource })) })).length,
        ).toBeLessThanOrEqual(MOST);
    });
});

describe("at a glance", () => {
    it("cuts come first and loud", () => {
        const rows: Row[] = [
            cut("partner"),
            { ...cut("analytics"), group: "accept", requester: "111122223333", until: "2030-01-01" },
        ];
        expect(asMarkdown(review(rows)).split("\n").slice(0, 8)).toEqual([
            "<!-- connection-decision review -->",
            "",
            "### Connection decisions: 1 **CUT**, 1 accepted as expected",
            "",
            "Stack `dev` of `clouds`.",
            "",
            "> [!CAUTION]",
            "> **This CUTS 1 working connection.**",
        ]);
    });

    it("says plainly that there is nothing to decide, only where everything was read", () => {
        expect(asMarkdown(review([]))).toContain("### Connection decisions: nothing to decide\n");
        expect(asMarkdown(review([], { complete: false }))).toContain("### Connection decisions: not known\n");
    });
});
