import { DUE, type Entry, type Group, holdsOrWill, isDue, OPEN } from "../../decision/verdicts";
import { settingWarnings } from "../../decision/view";
import { ADMISSION_ARGUMENTS, SCHEMA_VERSION } from "../../shared/contract";
import { oneLine } from "../../shared/problem";
import type { Status } from "../../shared/vocabulary";
import { pick, toWire, type Wire } from "../wire";
import type { OpenAdmission } from "./open";
import type { Survey } from "./survey";

/** Verdicts that the inputs show by name; the rest is counted, and in `__listed`. */
const SHOWN = 100;

/**
 * What the preview shows. Depends on the connections' state alone: an update plan binds every character.
 *
 * @param counted what the counts are about: of inputs of `up`, what is left once the due is done
 */
export function evidenceOf(opened: OpenAdmission, found: Survey, counted: "all" | "left" = "all"): Wire {
    const open = OPEN.flatMap((group) => found.entries.filter((entry) => entry.group === group));
    const all = countsOf(open);
    const due = DUE.flatMap((group) => (all[group] === undefined ? [] : [`${group} ${all[group]}`]));
    const counts = counted === "all" ? all : countsOf(open.filter(({ group }) => !isDue(group)));
    const warnings = warningsOf(opened, found);
    return {
        verdicts: verdictsOf(open),
        counts,
        ...(due.length === 0 ? {} : { transition: `${due.join(", ")}${leftOf(all)}` }),
        ...(warnings.length === 0 ? {} : { warnings }),
        ...(open.length === 0 ? {} : { __listed: listedOf(open) }),
        __memory: found.memory,
        __schemaVersion: SCHEMA_VERSION,
    };
}

/** Outputs: the arguments and what is not as the rules want it. Never a row for each connection. */
export function outputsOf(inputs: Wire, evidence: Wire): Wire {
    const { transition: _transition, ...rest } = evidence;
    const acts = inputs.onDelete !== undefined && inputs.onDelete !== "keep";
    return toWire({ ...pick(inputs, [...ADMISSION_ARGUMENTS, "__timeouts", ...(acts ? ["__urn"] : [])]), ...rest });
}

/** One connection that `up` is to decide, with the status from which the preview planned it. */
export interface Due {
    readonly id: string;
    readonly group: (typeof DUE)[number];
    readonly from: Status;
}

/** The list that check put into the inputs. */
export function dueOf(inputs: Wire): Due[] {
    return Object.entries((inputs.__listed ?? {}) as Record<string, string>).flatMap(([name, ids]) => {
        const [group = "", from = ""] = name.split(" ");
        return isDue(group) ? ids.split(" ").map((id): Due => ({ id, group, from: from as Status })) : [];
    });
}

function warningsOf(opened: OpenAdmission, { entries, others }: Survey): string[] {
    const { admission } = opened;
    const rejects = [admission.otherwise, ...admission.rules.map(({ verdict }) => verdict)].includes("reject");
    return [
        ...endingSoon(entries),
        ...entries.flatMap(({ seen }) => (seen.warnings ?? []).map((text) => `${seen.id}: ${text}`)),
        ...(others === 0
            ? []
            : [`${others} connections of another form are not shown, and nothing is decided about them`]),
        ...settingWarnings(opened, rejects),
    ].map((text) => oneLine(text, 400));
}

/** `{ "accept pending": "vpce-1 vpce-2" }`: short, and readable where the engine prints it. */
function listedOf(open: readonly Entry[]): Record<string, string> {
    const listed: Record<string, string[]> = {};
    for (const { group, seen } of open) {
        const name = `${group} ${seen.status}`;
        listed[name] ??= [];
        listed[name].push(seen.id);
    }
    return Object.fromEntries(Object.entries(listed).map(([name, ids]) => [name, ids.join(" ")]));
}

function verdictsOf(open: readonly Entry[]): Record<string, string> {
    return Object.fromEntries(open.slice(0, SHOWN).map(({ seen, text }) => [oneLine(seen.id, 300), text]));
}

function countsOf(open: readonly Entry[]): Partial<Record<Group, string>> {
    return Object.fromEntries(
        OPEN.flatMap((group) => {
            const count = open.filter((entry) => entry.group === group).length;
            return count === 0 ? [] : [[group, String(count)]];
        }),
    );
}

function leftOf({ review, wouldCut, wouldAccept }: Partial<Record<Group, string>>): string {
    const left = [
        ...(review === undefined ? [] : [`${review} for review`]),
        ...(wouldCut === undefined ? [] : [`${wouldCut} accepted earlier that no rule allows`]),
        ...(wouldAccept === undefined ? [] : [`${wouldAccept} rejected earlier that a rule would accept`]),
    ];
    return left.length === 0 ? "" : ` (not touched: ${left.join(", ")})`;
}

/** One line per rule whose acceptances end within the notice. */
function endingSoon(entries: readonly Entry[]): string[] {
    const byRule = new Map<string, number[]>();
    for (const { group, seen, judgement } of entries) {
        const { until } = judgement;
        if (until?.soon && until.end !== undefined && holdsOrWill(group, seen)) {
            byRule.set(until.rule.name, [...(byRule.get(until.rule.name) ?? []), until.end]);
        }
    }
    return [...byRule].map(
        ([name, ends]) =>
            `rule ${name}: ${ends.length} accepted for a time, the first until ${new Date(Math.min(...ends)).toISOString()}, then cut`,
    );
}
