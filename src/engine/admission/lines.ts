import { whoOf } from "../../decision/case";
import { DUE, type Entry } from "../../decision/verdicts";
import type { Outcome } from "../../reconcile/carry-out";
import { oneLine } from "../../shared/problem";
import type { Line } from "../messages";
import type { Due } from "./evidence";

/** Connections that a message names; the others are counted. */
const NAMED = 20;

/** What `up` will do, the cuts first; verdicts that wait for people are in `verdicts`. */
export function announcement(transition: string, entries: readonly Entry[]): Line {
    const due = DUE.flatMap((group) => entries.filter((entry) => entry.group === group));
    const lines = due.map(({ group, seen, text }) =>
        group === "cut"
            ? `CUTS a working connection of ${whoOf(seen)}: ${oneLine(seen.id, 300)}, ${text}`
            : `${oneLine(seen.id, 300)} ${text}`,
    );
    return {
        level: due.some(({ group }) => group === "cut") ? "warning" : "info",
        text: [transition, ...shortened(lines)].join("\n"),
    };
}

/** What a run did; undefined where it sent nothing. */
export function report(done: readonly { readonly due: Due; readonly outcome: Outcome }[]): Line | undefined {
    const sent = DUE.flatMap((group) => done.filter(({ due, outcome }) => due.group === group && outcome.sentOn));
    if (sent.length === 0) {
        return undefined;
    }
    const count = (group: Due["group"]) => sent.filter(({ due }) => due.group === group).length;
    const counts = DUE.flatMap((group) => (count(group) === 0 ? [] : [`${count(group)} ${DONE[group]}`]));
    const lines = sent.map(({ due, outcome: { sentOn } }) => {
        const who = sentOn === undefined ? "" : whoOf(sentOn);
        return due.group === "cut"
            ? `CUT a working connection of ${who}: ${due.id}`
            : `${DONE[due.group]} ${who}: ${due.id}`;
    });
    return {
        level: count("cut") > 0 ? "warning" : "info",
        text: [counts.join(", "), ...shortened(lines)].join("\n"),
    };
}

const DONE = { cut: "cut", reject: "rejected", accept: "accepted" } as const;

function shortened(lines: readonly string[]): string[] {
    const shown = lines.slice(0, NAMED).map((line) => `  ${line}`);
    return lines.length > NAMED ? [...shown, `  … ${lines.length - NAMED} more`] : shown;
}
