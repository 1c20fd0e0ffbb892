import { code, words } from "./escape";
import type { Review } from "./review";
import { GROUPS, type Group, type Row } from "./rows";
import { type Section, withinLimit } from "./section";

/** Stands first, so that a workflow finds its own comment again. */
const MARKER = "<!-- connection-decision review -->";

/** A comment on GitHub has so many characters at most; GitLab takes more. */
export const MOST = 65_536;

/** A review as Markdown for a comment, at most {@link MOST} characters: what matters least is cut first, and counted. Pure. */
export function asMarkdown(review: Review, most = MOST): string {
    const { rows, said, problems } = review;
    const head = [
        MARKER,
        `### ${headline(review)}`,
        ...stackLine(review),
        ...alarms(review),
        ...(problems.length === 0
            ? []
            : [problems.map((problem) => `- ${labelled(problem.resource, problem.text)}`).join("\n")]),
    ];
    const sections = GROUPS.map((group) => ({ group, own: rows.filter((row) => row.group === group) }))
        .filter(({ own }) => own.length > 0)
        .map(({ group, own }) => sectionOf(group, own));
    const messages: Section[] =
        said.length === 0
            ? []
            : [
                  {
                      title: counted(said.length, "more message of the preview", "more messages of the preview"),
                      head: [],
                      items: said.map(({ resource, text }) => `- ${labelled(resource, code(text, 500))}`),
                      open: 10,
                      rank: GROUPS.indexOf("review"),
                  },
              ];
    return withinLimit([...head, ...hiddenLine(review)].join("\n\n"), [...sections, ...messages], most);
}

/** What a reviewer sees in a list of comments. */
function headline({ rows, complete, hidden }: Review): string {
    const counts = GROUPS.filter((group) => group !== "settled").flatMap((group) => {
        const count = rows.filter((row) => row.group === group).length;
        return count === 0 ? [] : [`${count} ${SHORT[group]}`];
    });
    const nothing = hidden === 0 ? "nothing to decide" : "nothing to decide in what the preview shows";
    const what = counts.length > 0 ? counts.join(", ") : complete ? nothing : "not known";
    return `Connection decisions: ${what}`;
}

function stackLine({ stack }: Review): string[] {
    return stack === undefined ? [] : [`Stack ${code(stack.name)} of ${code(stack.project)}.`];
}

/** What must not be overlooked, in the boxes that GitHub and GitLab colour. */
function alarms({ rows, complete }: Review): string[] {
    const cuts = rows.filter(({ group }) => group === "cut");
    // The delete of an admission is one row, and cuts whom its rules accept.
    const more = cuts.some(({ from }) => from === undefined) ? ", or more" : "";
    return [
        ...(cuts.length === 0
            ? []
            : [
                  `> [!CAUTION]\n> **This CUTS ${counted(cuts.length, "working connection", "working connections")}${more}.**`,
              ]),
        ...(complete
            ? []
            : [
                  "> [!WARNING]\n> **Not everything was read: this is no all-clear.** What is not listed here may still be decided.",
              ]),
    ];
}

function hiddenLine({ hidden }: Review): string[] {
    if (hidden === 0) {
        return [];
    }
    const one = hidden === 1;
    return [
        `${counted(hidden, "unchanged resource is", "unchanged resources are")} not in the preview; whether requests wait for people under ${one ? "it" : "them"}, \`pulumi preview --json --show-sames\` says.`,
    ];
}

/** In the headline: after a number. */
const SHORT: Readonly<Record<Group, string>> = {
    cut: "**CUT**",
    removal: "removed",
    stranger: "accepted without a named requester",
    accept: "accepted as expected",
    reject: "rejected",
    review: "for review",
    held: "held",
    left: "left as they are",
    later: "only known in up",
    unread: "**NOT READ**",
    settled: "",
};

const TITLE: Readonly<Record<Group, string>> = {
    cut: "CUT: these connections work now",
    removal: "Removed: the connection is deleted, the requester must ask again",
    stranger: "Accepted, and no requester is named",
    accept: "Accepted, from whom the program expects",
    reject: "Rejected",
    review: "Waiting for people: nothing is sent",
    held: "Undone outside and held: nothing is sent",
    left: "Decided otherwise earlier, and left so: nothing is sent",
    later: "Only known in up: the preview cannot tell what happens",
    unread: "NOT READ: this may still be decided",
    settled: "Nothing is sent",
};

function labelled(resource: string | undefined, markdown: string): string {
    return resource === undefined ? markdown : `${code(resource, 100)}: ${markdown}`;
}

type Cell = (row: Row) => string;

const COLUMNS: readonly (readonly [string, Cell])[] = [
    ["resource", ({ resource }) => code(resource, 100)],
    [
        "connection",
        ({ connection: { kind, id } }) => [code(kind, 100), code(id, 600)].filter((text) => text !== "").join("<br>"),
    ],
    ["requester", ({ requester }) => code(requester ?? "", 100)],
    [
        "from → to",
        ({ from, to }) => [from, to].flatMap((status) => (status === undefined ? [] : [code(status, 40)])).join(" → "),
    ],
    ["until", ({ until }) => code(until ?? "", 40)],
    ["reason", ({ reason }) => code(reason ?? "")],
    ["rule", ({ rule }) => code(rule ?? "", 80)],
    ["the requester says", ({ says }) => code(says ?? "", 200)],
    ["notes", ({ notes }) => notes.map((note) => words(note, 1_000)).join("<br>")],
];

/** A table of what has one fate; columns that are empty in every row are left out. */
function sectionOf(group: Group, rows: readonly Row[]): Section {
    const cells = COLUMNS.map(([title, cell]) => ({ title, texts: rows.map(cell) }));
    const used = cells.filter(({ texts }) => texts.some((text) => text !== ""));
    const line = (texts: readonly string[]) => `| ${texts.join(" | ")} |`;
    return {
        title: `${TITLE[group]} (${rows.length})`,
        head: [line(used.map(({ title }) => title)), line(used.map(() => "---"))],
        items: rows.map((_, i) => line(used.map(({ texts }) => texts[i] ?? ""))),
        open: group === "settled" ? 0 : 10,
        rank: GROUPS.indexOf(group),
    };
}

function counted(n: number, one: string, many: string): string {
    return `${n} ${n === 1 ? one : many}`;
}
