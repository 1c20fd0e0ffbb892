import { admissionProblems, admissionRemovalProblem, readAdmission, unnamedAccepts } from "../../decision/admission";
import { refuseLocked, refuseMovedAccount } from "../../decision/case";
import { exceptKeys } from "../../decision/except";
import { DUE, type Entry } from "../../decision/verdicts";
import { findKind, kinds } from "../../kinds/index";
import type { AnyConnection, ConnectionKind } from "../../kinds/kind";
import { transitionOf } from "../../kinds/table";
import type { Located } from "../../place/places";
import { ADMISSION_ARGUMENTS } from "../../shared/contract";
import { DecisionError } from "../../shared/problem";
import { hasUnknown, UNKNOWN } from "../../shared/unknown";
import {
    type CheckResult,
    checking,
    declaredBefore,
    ledgerProblem,
    locate,
    type PreviewedOutputs,
    previewedOutputs,
    refuse,
    refuseNewerState,
    refuseUnknownArguments,
    spokenAbout,
    tellAlone,
    unknownEvidence,
    urnOf,
} from "../inputs";
import { probe } from "../probe";
import type { ProviderProcess } from "../process";
import { refuseUnread } from "../unread";
import { omit, type Wire } from "../wire";
import { evidenceOf } from "./evidence";
import { announcement } from "./lines";
import { type AdmissionMemory, anyOf, claimOf, type OpenAdmission, openAdmission, targetOf } from "./open";
import { type Survey, survey } from "./survey";

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
export function checkAdmission(process: ProviderProcess, olds: Wire, news: Wire): Promise<CheckResult> {
    const inputs = omit(news, EVIDENCE);
    return checking(inputs, async () => {
        refuseNewerState(olds);
        refuseUnknownArguments(inputs, ADMISSION_ARGUMENTS, "ConnectionAdmission");
        const missing = DECISIVE.filter((name) => hasUnknown(inputs[name]));
        if (missing.length > 0) {
            return onlyInUp(process, olds, inputs, missing);
        }
        const unknown = ADMISSION_ARGUMENTS.filter((name) => hasUnknown(inputs[name]));
        const known = omit(inputs, unknown);
        refuse(admissionProblems(known, Object.values(kinds)));
        const admission = readAdmission(known);
        const kind = findKind(admission.scope.kind) as ConnectionKind;
        if (process.configuration.isUnknown(kind.cloud)) {
            return onlyInUp(process, olds, inputs, ["the provider's configuration"]);
        }
        const { requireExpectedRequester } = process.configuration.options();
        refuse(ledgerProblem(process, admission.onDelete));
        refuse(requireExpectedRequester ? unnamedAccepts(admission) : undefined);
        return { ...inputs, ...(await evidence(process, olds, known, previewedOutputs(process, news))) };
    });
}

async function evidence(
    process: ProviderProcess,
    olds: Wire,
    inputs: Wire,
    previewed: PreviewedOutputs,
): Promise<Wire> {
    const urn = urnOf(inputs);
    const { target, place, kept } = await locateScope(process, olds, inputs, urn);
    // What version 0.1.0 left out by itself is named in `except` now, or not left out.
    const { elsewhere: _elsewhere, ...remembered } = (olds.__memory ?? {}) as AdmissionMemory;
    const opened = await openAdmission(target, inputs, kept ? remembered : {});
    const { key, kind, lifecycle, admission } = opened;
    refuseMovedAccount(opened, key);
    if (!kept) {
        refuseLocked(opened, key);
    }
    refuse(opened.locked === undefined ? admissionRemovalProblem(kind, lifecycle, admission) : undefined);
    tellAlone(process);
    process.run.claimAdmission(claimOf(opened, urn));
    if (!kept) {
        refuseOver(opened, process.clock.now());
    }
    spokenAbout(process.spoken, urn ?? key);
    const placed = Object.keys(place).length === 0 ? {} : { __place: place };
    const found = await survey(process, opened, urn, true);
    if ("unreadable" in found) {
        const { __memory, __schemaVersion } = olds;
        refuseUnread(process, key, found.unreadable, urn);
        return { ...placed, __unread: true, __memory: __memory ?? opened.memory, __schemaVersion };
    }
    refuseDeclared(process, opened, found, urn);
    await weigh(process, opened, found.entries, urn);
    const shown = evidenceOf(opened, found, previewed === "none" ? "left" : "all");
    tell(process, shown, found.entries, previewed, urn);
    return {
        ...shown,
        ...placed,
        // What `up` changes is not known in a preview.
        ...(previewed === "inputs" && shown.transition !== undefined ? { counts: UNKNOWN } : {}),
    };
}

/** Throws where decisions of the program declare connections that this admission covers. */
function refuseDeclared({ run }: ProviderProcess, opened: OpenAdmission, found: Survey, urn: string | undefined): void {
    const keys = found.entries.map(({ seen }) => targetOf(opened, seen.id).address.key);
    const declared = run.declaredByDecisions(claimOf(opened, urn), keys);
    if (declared !== undefined) {
        throw declared;
    }
}

/** Counts what would be cut, and asks the cloud whether it would allow what is due. */
async function weigh(
    process: ProviderProcess,
    opened: OpenAdmission,
    entries: readonly Entry[],
    urn: string | undefined,
): Promise<void> {
    const { maxCuts } = process.configuration.options();
    for (const { group, seen } of entries) {
        if (group === "cut") {
            process.run.admitCut(targetOf(opened, seen.id).address.key, seen, maxCuts);
        }
    }
    for (const group of DUE) {
        const one = entries.find((entry) => entry.group === group);
        const decision = group === "accept" ? "accept" : "reject";
        const action = one && transitionOf(opened.lifecycle, decision, one.seen.status)?.do;
        if (one !== undefined && (action === "accept" || action === "reject" || action === "remove")) {
            await probe(process, targetOf(opened, one.seen.id), action, one.seen, urn);
        }
    }
}

function tell(
    { messages }: ProviderProcess,
    { warnings, transition }: Wire,
    entries: readonly Entry[],
    previewed: PreviewedOutputs,
    urn: string | undefined,
): void {
    for (const text of (warnings ?? []) as string[]) {
        messages.say({ level: "warning", text }, urn);
    }
    if (transition !== undefined) {
        messages.announce(announcement(String(transition), entries), urn);
    }
    if (previewed === "inputs") {
        messages.sayAnnounced(urn);
    }
}

/** Verdicts need what is not known yet. Whatever can be said is said, and the scope is claimed; `maxCuts` brakes in `up`. */
async function onlyInUp(process: ProviderProcess, olds: Wire, inputs: Wire, missing: readonly string[]): Promise<Wire> {
    const urn = urnOf(inputs);
    const { maxCuts } = process.configuration.options();
    const text = `the verdicts are only known in \`up\`: ${missing.join(" and ")} ${missing.length === 1 ? "is" : "are"} not known yet; connections:maxCuts (${maxCuts}) still holds`;
    process.messages.sayNamed({ level: "warning", text }, urn);
    spokenAbout(process.spoken, urn);
    const placed = !hasUnknown(inputs.scope) && !missing.includes("the provider's configuration");
    if (placed && anyOf(inputs.scope) !== undefined) {
        const { kind, address } = (await locateScope(process, olds, inputs, urn)).target;
        const except = hasUnknown(inputs.except) ? {} : { except: exceptKeys(kind, address.key, inputs.except) };
        process.run.claimAdmission({ urn: urn ?? "", key: address.key, ...except });
    }
    return unknownEvidence(inputs, EVIDENCE);
}

/** Where the scope is; and whether it is the one that the old inputs declared. */
function locateScope(process: ProviderProcess, olds: Wire, { scope }: Wire, urn: string | undefined): Promise<Located> {
    const before = hasUnknown(olds.scope) ? undefined : anyOf(olds.scope);
    return locate(process, anyOf(scope) as AnyConnection, declaredBefore(olds, before), urn);
}

/** A rule that accepts until a day that is over can only be a mistake in a new admission. */
function refuseOver({ admission }: OpenAdmission, now: number): void {
    const over = admission.rules.filter(({ until }) => until !== undefined && "at" in until && until.at <= now);
    if (over.length > 0) {
        throw new DecisionError(
            `until is over already: ${over.map(({ name }) => `rule ${name}`).join(", ")}; correct the date, or leave the rule out`,
        );
    }
}
