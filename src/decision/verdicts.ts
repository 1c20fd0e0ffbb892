import type { ConnectionKind, Observed } from "../kinds/kind";
import { mayWait } from "../kinds/lifecycle";
import type { Lifecycle } from "../kinds/table";
import { oneLine } from "../shared/problem";
import type { Decision, Existing, Status } from "../shared/vocabulary";
import type { Admission } from "./admission";
import { whoOf } from "./case";
import type { Selected } from "./except";
import { actionOf, isWorking, type Plan, type PlanOptions, plan } from "./plan";
import { type Judgement, judge } from "./rules";
import type { Beginnings } from "./time-boxes";
import { beginning } from "./until";

/**
 * What becomes of a connection under an admission. `accept`, `reject`, `cut`: `up` does it. `review`: people decide. `wouldCut`,
 * `wouldAccept`: decided otherwise earlier, and `existing: "report"` leaves it. `tooLate`: accepted by a rule, rejected for good on this
 * cloud. `settled`: as the rules want it, or over.
 */
export type Group = "accept" | "reject" | "cut" | "review" | "wouldCut" | "wouldAccept" | "tooLate" | "settled";

/** Groups that `up` carries out, the loudest first. */
export const DUE = ["cut", "reject", "accept"] as const;

/** Groups that are not as the rules want them, the most urgent first: a flood of requests must not hide a cut. */
export const OPEN = [...DUE, "wouldCut", "wouldAccept", "tooLate", "review"] as const;

/** What is said of one connection, and what becomes of it. */
export interface Placement {
    readonly group: Group;
    readonly text: string;
    readonly judgement: Judgement;
}

/** A connection with its placement. */
export interface Entry extends Placement {
    readonly seen: Observed;
}

/** What verdicts depend on, beside the connection. */
export interface Ruling {
    readonly kind: ConnectionKind;
    readonly admission: Admission;
    readonly lifecycle: Lifecycle;
}

/** What becomes of one connection, as it was read. Pure. */
export function placementOf(ruling: Ruling, seen: Observed, now: number, beginnings: Beginnings): Placement {
    const { kind, admission } = ruling;
    const judgement = judge(kind, admission, seen, ({ name }) => beginnings.get(name, seen.id), now);
    const who = `${judgement.why}, requester ${whoOf(seen, 80)}`;
    const [group, text] = placed(ruling, seen, judgement, who);
    return { group, text, judgement };
}

/** What becomes of a connection that selectors of `except` may name: nobody knows whether it is the one that is decided elsewhere. */
export function doubtfulPlacement(seen: Observed, selected: Exclude<Selected, "only">): Placement {
    const [why, remedy] =
        selected === "perhaps"
            ? ["except may name this one, which the cloud does not tell (any more)", "if it does, name it by its id"]
            : [
                  `except names ${selected.oneOf} connections by what is known of them, this one too`,
                  "name the one that is decided elsewhere by its id",
              ];
    const text = `review: ${seen.status}, ${why}; ${remedy}, requester ${whoOf(seen, 80)}`;
    return { group: "review", text, judgement: { verdict: "review", why } };
}

/** How the shared plan treats a connection under rules: what its requester ended is no failure. */
export function planOptions({ allowRemoval }: Admission): PlanOptions {
    return { allowRemoval, onDrift: "correct", established: true, waitForRequest: "0s" };
}

/** An acceptance for a duration begins with the check that plans it, or finds it. */
export function begin(beginnings: Beginnings, { seen, group, judgement: { until } }: Entry, now: number): void {
    const rule = until?.rule;
    if (rule?.until !== undefined && "after" in rule.until && holdsOrWill(group, seen)) {
        beginnings.set(rule.name, seen.id, beginnings.get(rule.name, seen.id) ?? beginning(rule.until, now));
    }
}

/** Whether a connection works now, or will by this run. */
export function holdsOrWill(group: Group, seen: Observed): boolean {
    return group === "accept" || isWorking(seen);
}

export function isDue(group: string): group is (typeof DUE)[number] {
    return (DUE as readonly string[]).includes(group);
}

type Placed = readonly [Group, string];

const SETTLED: Placed = ["settled", ""];

function placed(ruling: Ruling, seen: Observed, judgement: Judgement, who: string): Placed {
    const { verdict } = judgement;
    const works = isWorking(seen) && seen.making !== true;
    if (seen.status === "unknown") {
        return [
            "review",
            `review: the cloud says "${oneLine(seen.cloudStatus, 60)}", which this version does not know, ${who}`,
        ];
    }
    if (verdict === "review") {
        return forReview(ruling.kind, seen, works, who);
    }
    const left = verdict === "reject" && works ? leftWorking(ruling.admission, seen, judgement, who) : undefined;
    return left ?? decided(ruling, seen, verdict, works, who);
}

/** Accepted or rejected by the rules: what that means where it stands. */
function decided(
    { kind, admission, lifecycle }: Ruling,
    seen: Observed,
    verdict: Decision,
    works: boolean,
    who: string,
): Placed {
    const { status } = seen;
    // Nobody has decided it by these rules yet, as far as the text is concerned that says why it is too late.
    const options: PlanOptions = { ...planOptions(admission), established: false };
    const planned = plan(lifecycle, verdict, seen, { seen: status }, options);
    if (planned.step.do === "act" || planned.step.do === "settle") {
        return verdict === "accept" && isRejected(status) && admission.existing !== "enforce"
            ? ["wouldAccept", `would accept: ${rejectedText(kind, status)}, ${who}`]
            : due(verdict, works, status, planned, who);
    }
    return verdict === "accept" && status === "rejected"
        ? ["tooLate", `${planned.warnings.join("; ")}, ${who}`]
        : SETTLED;
}

/** Why a working connection is not cut although the rules reject it; undefined: it is. */
function leftWorking(
    { existing }: Admission,
    { asked }: Observed,
    judgement: Judgement,
    who: string,
): Placed | undefined {
    if (asked === "untold" && judgement.byRule !== true) {
        // What holds of everybody must not delete what this account has built itself.
        return ["review", `review: accepted now, made by this account, which may never have been asked, ${who}`];
    }
    return changesExisting(existing, judgement) ? undefined : ["wouldCut", `would cut: ${who}`];
}

function forReview(kind: ConnectionKind, { status, cloudStatus }: Observed, works: boolean, who: string): Placed {
    if (works) {
        const again = status === "pending" ? ` and asks again (${oneLine(cloudStatus, 60)})` : "";
        return ["review", `review: accepted now${again}, ${who}`];
    }
    if (!mayWait(kind, status)) {
        return SETTLED;
    }
    return ["review", status === "pending" ? `review: ${who}` : `review: ${rejectedText(kind, status)}, ${who}`];
}

function due(verdict: "accept" | "reject", works: boolean, status: Status, { step }: Plan, who: string): Placed {
    const waiting = step.do === "settle" ? " (waiting for the cloud)" : "";
    const removed = actionOf(step) === "remove" ? " (deletes the connection)" : "";
    const group = verdict === "reject" && works ? "cut" : verdict;
    return [group, `${group}: ${status}, ${who}${waiting}${removed}`];
}

/** Decided by somebody earlier: changed where the admission enforces its rules, or where the rule that let it in says that its time is over. */
function changesExisting(existing: Existing, { until }: Judgement): boolean {
    return existing === "enforce" || until?.over === true;
}

function isRejected(status: Status): boolean {
    return status === "rejected" || status === "rejecting" || status === "unconnected";
}

/** Some clouds show what waits and what was rejected alike. */
function rejectedText(kind: ConnectionKind, status: Status): string {
    return mayWait(kind, status) ? "undecided or rejected earlier, the cloud does not say" : "rejected earlier";
}
