import { ADMISSION_ARGUMENTS } from "../../shared/vocabulary";
import { unnamedAccepts } from "../../decision/admission";
import { exceptKeys } from "../../decision/except";
import type { Observed } from "../../kinds/kind";
import { DecisionError } from "../../reconcile/carry-out";
import { problemText } from "../../shared/problem";
import { admitCut, refuseMovedAccount, unreadText } from "../assess";
import {
    type CheckResult,
    declaredBefore,
    failed,
    ledgerProblem,
    locate,
    named,
    omit,
    probe,
    refuseUnknownArguments,
    tellAlone,
    unknownEvidence,
    urnOf,
} from "../decision/check";
import { type Context, type Declared, type Located, refuseNewerState } from "../context";
import { hasUnknown, toWire, UNKNOWN, type Wire } from "../wire";
import { announcement } from "./lines";
import {
    type AdmissionMemory,
    admissionOf,
    anyOf,
    DUE,
    type Entry,
    evidenceOf,
    type OpenAdmission,
    openAdmission,
    survey,
} from "./survey";

/** Inputs that check adds and a program never writes. */
const EVIDENCE = [
    "verdicts",
    "counts",
    "transition",
    "warnings",
    "__preview",
    "__listed",
    "__unread",
    "__place",
    "__memory",
] as const;

/** Arguments without which no verdict can be given. The others may be unknown in a preview. */
const DECISIVE = ["scope", "rules", "otherwise", "existing", "except", "allowRemoval"] as const;

/**
 * Validates the arguments, lists the scope and adds a verdict for every connection that is not as the rules want it. The list in
 * these inputs is what `up` may act on: nothing that arrives later is decided.
 */
export async function checkAdmission(context: Context, olds: Wire, news: Wire): Promise<CheckResult> {
    const inputs = omit(news, EVIDENCE);
    try {
        refuseNewerState(olds);
        refuseUnknownArguments(inputs, ADMISSION_ARGUMENTS, "ConnectionAdmission");
        const missing = DECISIVE.filter((name) => hasUnknown(inputs[name]));
        if (missing.length > 0) {
            return await onlyInUp(context, olds, inputs, missing);
        }
        const known = omit(
            inputs,
            ADMISSION_ARGUMENTS.filter((name) => hasUnknown(inputs[name])),
        );
        const { kind, admission } = admissionOf(known);
        if (context.configUnknown(kind)) {
            return await onlyInUp(context, olds, inputs, ["the provider's configuration"]);
        }
        const problem =
            ledgerProblem(context, admission.onDelete) ??
            (context.options().requireExpectedRequester ? unnamedAccepts(admission) : undefined);
        if (problem !== undefined) {
            return failed(inputs, problem);
        }
        return { inputs: toWire({ ...inputs, ...(await evidence(context, olds, known, news.__preview === true)) }) };
    } catch (error) {
        if (error instanceof DecisionError) {
            return failed(inputs, error.message);
        }
        throw error;
    }
}

async function evidence(context: Context, olds: Wire, inputs: Wire, preview: boolean): Promise<Wire> {
    const urn = urnOf(inputs);
    const { target, place, kept } = await locateScope(context, olds, inputs, urn);
    // What version 0.1.0 left out by itself is named in `except` now, or not left out.
    const { elsewhere: _elsewhere, ...remembered } = (olds.__memory ?? {}) as AdmissionMemory;
    const opened = await openAdmission(target, inputs, kept ? remembered : {});
    const { key, kind, account, memory } = opened;
    refuseMovedAccount({ target, memory, account });
    if (opened.locked !== undefined && !kept) {
        throw new DecisionError(
            problemText(
                `The ${kind.title}s of this scope cannot be read.`,
                { admission: key, reason: opened.locked },
                `give this process working ${kind.cloud.title} credentials of the account that owns the scope, with ${kind.permissions.read.join(" and ")}`,
            ),
        );
    }
    tellAlone(context);
    const claim = {
        urn: urn ?? "",
        key,
        ...(account === undefined ? {} : { account }),
        except: [...opened.except],
    };
    context.run.claimAdmission(claim);
    if (!kept) {
        refuseOver(context, opened);
    }
    context.checked.add(urn ?? key);
    const placed = Object.keys(place).length === 0 ? {} : { __place: place };
    const found = await survey(context, opened, urn, true);
    if ("unreadable" in found) {
        if (context.options().unreadable === "fail") {
            throw new DecisionError(unreadText(key, found.unreadable));
        }
        context.say("warning", named(urn, `cannot be read, nothing is sent: ${found.unreadable}`), urn);
        return { ...placed, __unread: true, __memory: olds.__memory ?? memory, __schemaVersion: olds.__schemaVersion };
    }
    const declared = context.run.declaredByDecisions(
        claim,
        found.entries.map(({ seen }) => opened.target(seen.id).address.key),
    );
    if (declared !== undefined) {
        throw declared;
    }
    await weigh(context, opened, found.entries, urn);
    const shown = evidenceOf(opened, found, preview ? "all" : "left");
    tell(context, shown, found.entries, preview, urn);
    return {
        ...shown,
        ...placed,
        // What `up` changes is not known in a preview.
        ...(preview && shown.transition !== undefined ? { counts: UNKNOWN } : {}),
    };
}

/** Counts what would be cut, and asks the cloud whether it would allow what is due. */
async function weigh(
    context: Context,
    opened: OpenAdmission,
    entries: readonly Entry[],
    urn: string | undefined,
): Promise<void> {
    for (const { group, seen } of entries) {
        if (group === "cut") {
            admitCut(context, opened.target(seen.id).address.key, seen);
        }
    }
    for (const group of DUE) {
        const one = entries.find((entry) => entry.group === group);
        if (one !== undefined) {
            await probeOne(context, opened, group, one.seen, urn);
        }
    }
}

function tell(
    context: Context,
    { warnings, transition }: Wire,
    entries: readonly Entry[],
    preview: boolean,
    urn: string | undefined,
): void {
    for (const warning of (warnings ?? []) as string[]) {
        context.say("warning", warning, urn);
    }
    if (preview && transition !== undefined) {
        const { level, text } = announcement(String(transition), entries);
        context.say(level, named(urn, text), urn);
    }
}

/** Verdicts need what is not known yet. Whatever can be said is said, and the scope is claimed; `maxCuts` brakes in `up`. */
async function onlyInUp(context: Context, olds: Wire, inputs: Wire, missing: readonly string[]): Promise<CheckResult> {
    const urn = urnOf(inputs);
    context.say(
        "warning",
        named(
            urn,
            `the verdicts are only known in \`up\`: ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not known yet; connections:maxCuts (${context.options().maxCuts}) still holds`,
        ),
        urn,
    );
    if (!hasUnknown(inputs.scope) && !missing.includes("the provider's configuration")) {
        const { target } = await locateScope(context, olds, inputs, urn);
        const { key } = target.address;
        context.run.claimAdmission({
            urn: urn ?? "",
            key,
            ...(hasUnknown(inputs.except) ? {} : { except: exceptKeys(target.kind, key, inputs.except) }),
        });
    }
    return { inputs: unknownEvidence(inputs, EVIDENCE) };
}

async function probeOne(
    context: Context,
    opened: OpenAdmission,
    group: (typeof DUE)[number],
    seen: Observed,
    urn: string | undefined,
): Promise<void> {
    const rule = opened.lifecycle[group === "accept" ? "accept" : "reject"][seen.status as "pending"];
    const action = typeof rule.do === "string" ? undefined : rule.do[0];
    if (action !== undefined) {
        await probe(context, opened.target(seen.id), action, seen, urn);
    }
}

/** Where the scope is; and whether it is the one that the old inputs declared. */
function locateScope(context: Context, olds: Wire, { scope }: Wire, urn: string | undefined): Promise<Located> {
    return locate(context, anyOf(scope), scopeBefore(olds), urn);
}

function scopeBefore(olds: Wire): Declared | undefined {
    try {
        return declaredBefore(olds, olds.scope === undefined || hasUnknown(olds.scope) ? undefined : anyOf(olds.scope));
    } catch (error) {
        if (error instanceof DecisionError) {
            return undefined;
        }
        throw error;
    }
}

/** A rule that accepts until a day that is over can only be a mistake in a new admission. */
function refuseOver(context: Context, { admission }: OpenAdmission): void {
    const now = context.parts.clock.now();
    const over = admission.rules.filter(({ until }) => until !== undefined && "at" in until && until.at <= now);
    if (over.length > 0) {
        throw new DecisionError(
            `until is over already: ${over.map(({ name }) => `rule ${name}`).join(", ")}; correct the date, or leave the rule out`,
        );
    }
}
