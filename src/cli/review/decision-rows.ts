import type { Stored } from "../../decision/fields";
import { UNKNOWN } from "../../shared/unknown";
import { type Change, isOfThisRun } from "./change";
import { argumentNotes, common, factsOf, type Group, optional, type Row } from "./rows";

/** What becomes of the connection of a decision. Of one that is as declared and unchanged, nothing is said. */
export function decisionRows(change: Change): Row[] {
    const { after = {}, op } = change;
    const observed = factsOf(after.observed);
    const fate = fateOf(change);
    if (op === "same" && fate.group === "settled") {
        return [];
    }
    return [
        {
            ...common(change),
            ...optional("requester", observed.requester),
            ...optional("says", observed.requesterSays),
            ...fate,
            notes: [...fate.notes, ...argumentNotes(change)],
        },
    ];
}

type Fate = Pick<Row, "group" | "notes"> & Partial<Row>;

function fateOf(change: Change): Fate {
    const { after = {} } = change;
    const { transition } = after;
    const { status } = factsOf(after.observed);
    const isNow = isOfThisRun(change, status === UNKNOWN || after.__held === true);
    if (transition === UNKNOWN || after.observed === UNKNOWN) {
        return { group: "later", notes: [`declared ${after.decision === UNKNOWN ? "later" : after.decision}`] };
    }
    if (transition !== undefined && isNow) {
        return announced(String(transition), after);
    }
    return transition !== undefined || status === undefined || status === UNKNOWN || status === "unknown"
        ? { group: "unread", notes: ["how it stands could not be read; nothing is sent"] }
        : settled(change, String(status));
}

/** `accept: pending -> accepted (a note; another) (accepted until …)`. */
const TRANSITION = /^(accept|reject): ([a-z]+) -> ([a-z]+)(?: \((.*)\))?$/s;

/** What the preview announces. A text of another form is not guessed at. */
function announced(transition: string, after: Stored): Fate {
    if (transition.startsWith("held: ")) {
        return { group: "held", notes: [transition] };
    }
    const match = TRANSITION.exec(transition);
    if (match === null) {
        return { group: "unread", notes: [`this version does not know what it means: ${transition}`] };
    }
    const [, decision, from, to, bracketed = ""] = match;
    const notes = bracketed.split(/; |\) \(/).filter((note) => note !== "" && note !== "CUTS a working connection");
    const fate = { ...optional("from", from), ...optional("to", to), notes };
    if (decision === "accept") {
        return { ...fate, ...guarded(after, notes), ...optional("until", untilOf(after)) };
    }
    const removes = to === "absent" ? ({ removes: true } as const) : {};
    const cuts = bracketed.includes("CUTS") || from === "accepted";
    return { ...fate, ...removes, group: cuts ? "cut" : to === "absent" ? "removal" : "reject" };
}

/** Whether an accept names who is expected. Evidence narrows it, and names nobody. */
function guarded({ expectedRequester, expectedEvidence }: Stored, notes: readonly string[]): Fate {
    if (expectedRequester !== undefined && expectedRequester !== UNKNOWN) {
        return { group: "accept", notes };
    }
    const known = expectedRequester === undefined && expectedEvidence !== UNKNOWN;
    const note = !known
        ? "who is expected is not known yet"
        : expectedEvidence === undefined
          ? "nobody expected"
          : "by evidence";
    return { group: "stranger", notes: [note, ...notes] };
}

/** A date as it was written; the end of a duration as it is stored. */
function untilOf({ until, acceptedUntil }: Stored): unknown {
    return until === UNKNOWN ? "not known yet" : /^\d{4}-/.test(String(until)) ? until : acceptedUntil;
}

/** Nothing is sent: it is as declared, or over. */
function settled({ after = {}, before, op }: Change, status: string): Fate {
    const from = factsOf(before?.observed).status;
    const group: Group = "settled";
    return {
        group,
        ...(from === status ? {} : optional("from", from)),
        to: status,
        notes: op === "create" ? [`declared ${after.decision}; nothing to send`] : [],
    };
}
