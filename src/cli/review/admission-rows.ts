import { isRecord, type Stored } from "../../decision/fields";
import { UNKNOWN } from "../../shared/unknown";
import { type Change, isOfThisRun } from "./change";
import { argumentNotes, common, factsOf, type Group, optional, type Row } from "./rows";

/** What becomes of every connection that is not as the rules of an admission want it. */
export function admissionRows(change: Change): Row[] {
    const { after = {}, op } = change;
    const base = { ...common(change), notes: argumentNotes(change) };
    const { transition } = after;
    if (transition === UNKNOWN || after.verdicts === UNKNOWN) {
        return [{ ...base, group: "later", notes: ["the verdicts are only known in up", ...base.notes] }];
    }
    if (after.__unread === true) {
        return [{ ...base, group: "unread", notes: ["the scope could not be read; nothing is sent", ...base.notes] }];
    }
    const rows = Object.entries(factsOf(after.__listed)).flatMap(([name, ids]) =>
        String(ids)
            .split(" ")
            .map((id) => listed(change, name, id)),
    );
    const stale = transition !== undefined && !isOfThisRun(change, after.counts === UNKNOWN);
    if (stale || dueOf(transition) !== rows.filter(({ group }) => DUE.includes(group)).length) {
        const note = `the preview does not list what it announces: ${transition}`;
        return [...rows, { ...base, group: "unread", notes: [note] }];
    }
    return op === "same" || base.notes.length === 0 ? rows : [...rows, { ...base, group: "settled" }];
}

/** What `up` carries out, by the word of the verdict or after a look at its rule. */
const DUE: readonly Group[] = ["cut", "removal", "reject", "accept", "stranger"];

/** How many connections `cut 1, reject 1, accept 3 (not touched: …)` decides. */
function dueOf(transition: unknown): number {
    const due = String(transition ?? "").replace(/ \(.*$/s, "");
    return [...due.matchAll(/\b(?:cut|reject|accept) (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Groups of what is not due, by the words of `__listed`. */
const GROUP_OF: Readonly<Record<string, Group>> = {
    review: "review",
    wouldCut: "left",
    wouldAccept: "left",
    tooLate: "left",
};

/** One connection of `__listed`: `accept pending` and its id. Of the first hundred, the preview says more. */
function listed(change: Change, name: string, id: string): Row {
    const { after = {} } = change;
    const [word = "", from = ""] = name.split(" ");
    const verdict = factsOf(after.verdicts)[id];
    const text = verdict === undefined ? "" : String(verdict);
    const base = {
        ...common(change, id),
        ...optional("requester", REQUESTER.exec(text)?.[1]),
        ...optional("from", from),
        ...optional("rule", ruleOf(text) ?? (text.includes("no rule") ? "otherwise" : undefined)),
    };
    const unnamed = verdict === undefined ? ["not among the hundred verdicts that a preview shows"] : [];
    const fate = fateOf(word, text, after);
    return { ...base, ...fate, notes: [...fate.notes, ...unnamed] };
}

type Fate = Pick<Row, "group" | "notes"> & Partial<Row>;

function fateOf(word: string, text: string, after: Stored): Fate {
    if (word === "accept") {
        return { to: "accepted", ...guarded(after, ruleOf(text)) };
    }
    if (word !== "cut" && word !== "reject") {
        return { group: GROUP_OF[word] ?? "unread", notes: said(text) };
    }
    const notes = specials(text);
    return text.includes("(deletes the connection)")
        ? { group: word === "cut" ? "cut" : "removal", to: "absent", removes: true, notes }
        : { group: word, to: "rejected", notes };
}

/** Rules' names are letters, digits, spaces and `_ . : / @ -`; what follows is a comma, a word of ours, or the end. */
const RULE = /\brule ([\w .:/@-]{1,64}?)(?=,| accepted until | cannot be judged|$)/;

function ruleOf(text: string): string | undefined {
    return RULE.exec(text)?.[1];
}

/** The last thing a verdict says, before its brackets. */
const REQUESTER = /.*, requester (.*?)(?: \((?:waiting for the cloud|deletes the connection)\))*$/s;

/** What a due verdict says beside its rule: why it is over, and what is special about it. */
function specials(text: string): string[] {
    const over = /accepted until [^ ,]+/.exec(text)?.[0];
    const special = ["waiting for the cloud", "deletes the connection"].filter((note) => text.includes(`(${note})`));
    return [...(over === undefined ? [] : [over]), ...special];
}

/** A verdict without what has a column of its own. */
function said(text: string): string[] {
    const rest = text
        .replace(/, requester .*$/s, "")
        .replace(/^review: /, "")
        .replace(/(, |^)(no rule|rule [\w .:/@-]{1,64})$/, "");
    return rest === "" ? [] : [rest];
}

/** Whether the rule that lets it in names who asks. Where the rule is not known, all rules that let somebody in must. */
function guarded(after: Stored, ruleName: string | undefined): Fate {
    const rules = Array.isArray(after.rules) ? after.rules.filter(isRecord) : [];
    const rule = rules.find(({ name }) => name === ruleName);
    const accepting = rules.filter(({ verdict }) => verdict === "accept");
    const everyOne = accepting.length > 0 && after.otherwise !== "accept" && accepting.every(names);
    const until = optional("until", rule?.until);
    if (rule === undefined ? everyOne : names(rule)) {
        return { group: "accept", notes: [], ...until };
    }
    return { group: "stranger", notes: [rule === undefined ? "nobody expected" : "by evidence"], ...until };
}

function names({ requester }: Stored): boolean {
    return requester !== undefined;
}
