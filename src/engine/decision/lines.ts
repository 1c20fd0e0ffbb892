import { type Case, whoOf } from "../../decision/case";
import type { Expectations } from "../../decision/guard";
import { cuts, isWorking } from "../../decision/plan";
import { statusOf } from "../../decision/reading";
import type { View } from "../../decision/view";
import type { Observed } from "../../kinds/kind";
import type { Outcome } from "../../reconcile/carry-out";
import type { Line } from "../messages";

/**
 * The one line of a decision in a preview: who asks, from where to where, until when, and loudly whether a working connection is cut.
 *
 * @param unknown arguments that are not known yet
 */
export function announcement(
    { decision, expected, ending }: Pick<Case, "decision" | "expected" | "ending">,
    { plan, reading }: View,
    unknown: readonly string[] = [],
): Line {
    const transition = (plan.transition ?? "").replace(`${decision}: `, "");
    if (reading.state !== "found" || plan.step.do === "hold") {
        return { level: "info", text: plan.transition ?? "" };
    }
    const who = whoOf(reading.seen);
    if (cuts(plan.step, reading.seen)) {
        return { level: "warning", text: cutLine(who, transition) };
    }
    const until =
        decision !== "accept" ? "" : unknown.includes("until") ? ", until not known yet" : untilOf(ending?.at);
    return { level: "info", text: `${decision} ${who}${guarded(decision, expected, unknown)}: ${transition}${until}` };
}

/** What a run did about one connection; undefined where it sent nothing. */
export function report({ decision }: Pick<Case, "decision">, { sentOn, view }: Outcome): Line | undefined {
    if (sentOn === undefined) {
        return undefined;
    }
    const moved = `${sentOn.status} -> ${statusOf(view.reading)}`;
    return isWorking(sentOn) && decision === "reject"
        ? { level: "warning", text: `CUT a working connection of ${whoOf(sentOn)}: ${moved}` }
        : { level: "info", text: `${decision}ed ${whoOf(sentOn)}: ${moved}` };
}

/** Said before a delete acts: deletes have no preview. */
export function deletionLine(onDelete: string, id: string, seen: Observed): Line {
    const who = whoOf(seen);
    return isWorking(seen)
        ? { level: "warning", text: `onDelete: ${onDelete} CUTS a working connection of ${who} now: ${id}` }
        : { level: "info", text: `onDelete: ${onDelete} is carried out now: ${id} of ${who}, ${seen.status}` };
}

/** What a delete leaves as it is, and why. */
export function leftLine(onDelete: string, id: string, seen: Observed, why: string): Line {
    return {
        level: "warning",
        text: `onDelete: ${onDelete} leaves ${id} of ${whoOf(seen)}, ${seen.status}, as it is: ${why}`,
    };
}

function untilOf(end: string | undefined): string {
    return end === undefined ? "" : `, until ${dayOrTime(end)}`;
}

/** An end at midnight as the last day before it, which is how people write it; another one as it is. */
function dayOrTime(at: string): string {
    return at.endsWith("T00:00:00.000Z") ? new Date(Date.parse(at) - 1).toISOString().slice(0, 10) : at;
}

/** Said in the preview of a replacement: the connection that it leaves is deleted from the state. */
export function replacementLine(onDelete: string, id: string, seen: Observed): Line {
    const who = whoOf(seen);
    return isWorking(seen)
        ? {
              level: "warning",
              text: `replacing it CUTS a working connection of ${who} (onDelete: ${onDelete}, unless another resource declares it): ${id}`,
          }
        : { level: "info", text: `replacing it carries out onDelete: ${onDelete}: ${id} of ${who}, ${seen.status}` };
}

/** `CUTS a working connection of 111122223333: accepted -> rejected`. */
function cutLine(who: string, transition: string): string {
    const rest = transition.replace(/\(CUTS a working connection(; )?/, "(").replace(" ()", "");
    return `CUTS a working connection of ${who}: ${rest}`;
}

function guarded(decision: string, { requesters, evidence }: Expectations, unknown: readonly string[]): string {
    if (decision !== "accept") {
        return "";
    }
    if (requesters === undefined && (unknown.includes("expectedRequester") || unknown.includes("expectedEvidence"))) {
        return " (who is expected is not known yet)";
    }
    return requesters === undefined
        ? evidence === undefined
            ? " (nobody expected)"
            : " (by evidence)"
        : " (expected)";
}
