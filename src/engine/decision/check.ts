import {
    type Case,
    type Locked,
    refuseKnownStranger,
    refuseLocked,
    refuseMovedAccount,
    trust,
} from "../../decision/case";
import {
    type Declaration,
    declarationProblems,
    readDeclaration,
    removalProblem,
    unaskedProblem,
} from "../../decision/declaration";
import { isEstablished, memoryOf, refuseOver, timed, withRejection } from "../../decision/establishment";
import { isRecord } from "../../decision/fields";
import { selectorResult } from "../../decision/guard";
import { cuts } from "../../decision/plan";
import { type Reading, statusOf, whyUnread } from "../../decision/reading";
import { outcomeOf, sends, type View, view } from "../../decision/view";
import { findKind, kinds } from "../../kinds/index";
import type { AnyConnection, ConnectionKind } from "../../kinds/kind";
import { isSought, selectedBy } from "../../kinds/selectors";
import type { Place } from "../../place/places";
import type { Target } from "../../place/target";
import { ARGUMENTS, SCHEMA_VERSION } from "../../shared/contract";
import { ANY } from "../../shared/key";
import { DecisionError, problemText } from "../../shared/problem";
import { hasUnknown, UNKNOWN } from "../../shared/unknown";
import type { Status } from "../../shared/vocabulary";
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
import { resourceName, soughtName } from "../run";
import { openSetting } from "../setting";
import { refuseUnread } from "../unread";
import { omit, type Wire } from "../wire";
import { tellGone } from "./gone";
import { announcement, leftLine, replacementLine } from "./lines";
import { type Opened, opened, readCase } from "./open";

/** Inputs that check adds and a program never writes. */
const EVIDENCE = [
    "observed",
    "transition",
    "warnings",
    "__preview",
    "__held",
    "__established",
    "__from",
    "__cuts",
    "__place",
    "__memory",
    "acceptedUntil",
    "__ending",
] as const;

/** What a check was given beside the arguments. */
interface Asked {
    readonly olds: Wire;
    readonly previewed: PreviewedOutputs;
    /** Arguments that are not known yet. */
    readonly unknown: readonly string[];
    readonly urn: string | undefined;
}

/**
 * Validates the arguments, reads the live connection and adds what a reviewer must see: `observed`, `transition`,
 * `warnings`. Certain impossibility fails the preview, and so does what cannot be read; what only the requester caused is a warning.
 */
export function check(process: ProviderProcess, olds: Wire, news: Wire): Promise<CheckResult> {
    // ignoreChanges puts old evidence into the new inputs: what was written is what counts.
    const inputs = omit(news, EVIDENCE);
    return checking(inputs, async () => {
        refuseNewerState(olds);
        refuseUnknownArguments(inputs, ARGUMENTS, "ConnectionDecision");
        // Not known yet in this preview: nothing to read. Other unknown arguments are left out of what is judged.
        if (hasUnknown(inputs.connection) || inputs.decision === UNKNOWN) {
            await claimUnknown(process, olds, inputs);
            return notKnownYet(process, inputs, "the connection or the decision");
        }
        const unknown = ARGUMENTS.filter((name) => hasUnknown(inputs[name]));
        // Not known yet: the preview shows the most that may happen.
        const most = unknown.includes("allowRemoval") ? { allowRemoval: true } : {};
        const known = { ...omit(inputs, unknown), ...most };
        refuse(declarationProblems(known, Object.values(kinds), (value) => value === UNKNOWN));
        const declaration = readDeclaration(known);
        if (process.configuration.isUnknown(kindOf(declaration).cloud)) {
            return notKnownYet(process, inputs, "the provider's configuration");
        }
        refuse(policyProblem(process, declaration, unknown));
        const asked = { olds, previewed: previewedOutputs(process, news), unknown, urn: urnOf(inputs) };
        return { ...inputs, ...(await evidence(process, declaration, asked)) };
    });
}

/** The evidence of a declaration: where it is, how it stands, what will happen. Fails where nothing may. */
async function evidence(process: ProviderProcess, declared: Declaration, asked: Asked): Promise<Wire> {
    const { olds, previewed, urn } = asked;
    const located = await locate(process, declared.connection, declaredBefore(olds, olds.connection), urn);
    const { kept } = located;
    const { declaration, memory: known } = timed(declared, kept ? memoryOf(olds) : {}, process.clock.now());
    refuseOver(declaration, located.target.address.key, kept && olds.decision === "accept");
    const setting = await openSetting(located.target);
    const { target, place } = await find(process, located, setting.locked, asked);
    const established = kept && isEstablished(olds, declaration.decision, setting.lifecycle);
    const memory = kept ? withRejection(known, olds, declaration.decision, setting.lifecycle) : known;
    const one = opened(setting, target, declaration, memory, established);
    refuseMovedAccount(one.case, target.address.key);
    if (!kept) {
        refuseLocked(setting, target.address.key);
    }
    refuse(setting.locked === undefined ? removalProblem(setting.kind, setting.lifecycle, declaration) : undefined);
    tellAlone(process);
    claim(process, one, urn);
    const now = view(one.case, await readAgain(process, one, asked, await readCase(process, one, urn)));
    spokenAbout(process.spoken, urn ?? target.address.key);
    await tellSuccessor(process, one, now, urn);
    await refuseOrProbe(process, one, now, urn);
    if (!kept && previewed !== "none") {
        await tellLeft(process, asked);
    }
    tell(process, one, now, asked);
    tellGone(process, target.address.key, now.observed, urn);
    return stamped(one, place, now, previewed);
}

/** A connection that is named by what is known of it, found; and the id as its place, which pins it. */
async function find(
    { reconciler, spoken }: ProviderProcess,
    { target, place }: { readonly target: Target; readonly place: Place },
    locked: Locked | undefined,
    { previewed, urn }: Asked,
): Promise<{ target: Target; place: Place }> {
    if (target.sought === undefined || locked !== undefined) {
        return { target, place };
    }
    const found = await reconciler.inventory.seek(target, undefined, previewed !== "inputs");
    if (isSought(found.address.id)) {
        return { target, place };
    }
    const pinned = { ...place, [target.kind.id]: found.address.id };
    const declared = urn === undefined ? undefined : spoken.placed.get(urn);
    if (urn !== undefined && declared !== undefined) {
        spoken.placed.set(urn, { ...declared, place: pinned });
    }
    return { target: found, place: pinned };
}

/**
 * A decision stays with the connection that its selectors found. Where that one is over, or is somebody else's by now, and another one
 * matches, the user is told: nobody has reviewed the new one.
 */
async function tellSuccessor(
    { reconciler, messages }: ProviderProcess,
    { target, declaration, case: one }: Opened,
    { reading, observed }: View,
    urn: string | undefined,
): Promise<void> {
    const { kind, expected } = one;
    const sought = { ...target, sought: declaration.connection };
    const over =
        observed.status === "absent" ||
        observed.status === "unconnected" ||
        (reading.state === "found" && selectorResult(kind, expected.selected, reading.seen)?.result === "violated");
    if (!over || isSought(target.address.id) || expected.selected === undefined) {
        return;
    }
    const other = (await reconciler.inventory.seek(sought)).address;
    if (other.id !== target.address.id) {
        const text = `another connection matches now: ${other.id}. This decision stays with ${target.address.id}; to decide the new one, declare it under another resource name.`;
        messages.sayNamed({ level: "warning", text }, urn);
    }
}

/** Fails the preview where nothing may be sent; asks the cloud whether it would allow what is due. */
async function refuseOrProbe(
    process: ProviderProcess,
    { target, declaration, case: one }: Opened,
    { reading, plan, observed }: View,
    urn: string | undefined,
): Promise<void> {
    const unread = whyUnread(reading);
    if (unread !== undefined) {
        refuseUnread(process, one.key, unread, urn);
    }
    if (reading.state === "found") {
        refuseKnownStranger(one, reading.seen, sends(plan, one));
        refuse(unaskedProblem(reading.seen, declaration));
        if (cuts(plan.step, reading.seen)) {
            process.run.admitCut(one.key, reading.seen, process.configuration.options().maxCuts);
        }
    }
    if (plan.step.do === "refuse") {
        throw new DecisionError(
            problemText(
                `Cannot ${one.decision}: ${plan.step.why}.`,
                { connection: one.key, status: observed.status, requester: observed.requester },
                plan.step.remedy,
            ),
        );
    }
    if (plan.step.do === "act" && reading.state === "found") {
        await probe(process, target, plan.step.action, reading.seen, urn);
    }
}

/** Says on the resource what a reviewer should know, and in a preview what will happen. */
function tell(
    { messages }: ProviderProcess,
    { case: one }: Opened,
    now: View,
    { previewed, unknown, urn }: Asked,
): void {
    for (const text of now.warnings) {
        messages.say({ level: "warning", text }, urn);
    }
    if (now.plan.transition !== undefined) {
        messages.announce(announcement(one, now, unknown), urn);
    }
    if (previewed === "inputs") {
        messages.sayAnnounced(urn);
    }
}

/** What check adds to the inputs: what the preview shows, and what every later step reads. What is undefined is left out. */
function stamped({ declaration, case: one }: Opened, place: Place, now: View, previewed: PreviewedOutputs): Wire {
    const { plan, observed, warnings, reading } = now;
    const due = ["act", "settle", "awaitRequest"].includes(plan.step.do);
    const isSome = (value: object) => Object.keys(value).length > 0;
    return {
        observed: due && previewed !== "asked for" ? { ...observed, status: statusIn(previewed, now, one) } : observed,
        transition: plan.transition,
        warnings: isSome(warnings) ? warnings : undefined,
        __held: plan.step.do === "hold" ? true : undefined,
        __established: one.options.established ? true : undefined,
        __from: due ? statusOf(reading) : undefined,
        __cuts: reading.state === "found" && cuts(plan.step, reading.seen) ? true : undefined,
        acceptedUntil: declaration.ending?.at,
        __ending: declaration.ending?.phase,
        __place: isSome(place) ? place : undefined,
        __memory: { ...one.memory, account: one.memory.account ?? one.account },
        __schemaVersion: SCHEMA_VERSION,
    };
}

/** What `up` changes is not known in a preview; what `up` stores is what will hold. */
function statusIn(previewed: PreviewedOutputs, { plan }: View, one: Case): Status {
    return previewed === "inputs" ? (UNKNOWN as Status) : outcomeOf(plan, one);
}

/**
 * In `up`, a request that was never seen may have been made by this very run, after its scope was listed: absence from an old listing is
 * not believed.
 */
async function readAgain(
    { reconciler }: ProviderProcess,
    { target, case: one }: Opened,
    { previewed }: Asked,
    reading: Reading,
): Promise<Reading> {
    return previewed === "inputs" || reading.state !== "absent" || one.memory.seen !== undefined
        ? reading
        : trust(one, await reconciler.inventory.confirm(target));
}

/** Deletes have no preview: what a replacement does to the connection that it leaves is said by the check of its successor. */
async function tellLeft({ places, reconciler, messages }: ProviderProcess, { olds, urn }: Asked): Promise<void> {
    const before = declaredBefore(olds, olds.connection);
    if (before === undefined || olds.onDelete === undefined || olds.onDelete === "keep") {
        return;
    }
    const { target } = await places.locate(before.connection, before.place);
    const reading = await reconciler.inventory.read(target);
    if (reading.state !== "found") {
        return;
    }
    const { kind, address } = target;
    const { seen } = reading;
    const doubt = selectorResult(kind, selectedBy(kind, before.connection, address.id), seen);
    const onDelete = String(olds.onDelete);
    const line =
        doubt === undefined
            ? replacementLine(onDelete, address.key, seen)
            : leftLine(onDelete, address.key, seen, doubt.text);
    messages.announce(line, urn);
}

/** What is known of the connection tells whether an admission of this program covers it. */
async function claimUnknown(process: ProviderProcess, olds: Wire, { connection, __urn }: Wire): Promise<void> {
    const kind = isRecord(connection) ? findKind(connection.kind) : undefined;
    if (kind === undefined || typeof __urn !== "string" || process.configuration.isUnknown(kind.cloud)) {
        return;
    }
    const written = connection as Wire;
    const own = [kind.id, ...((kind.selectors ?? []) as readonly string[])];
    const known = hasUnknown(own.map((name) => written[name])) ? { ...omit(written, own), [kind.id]: ANY } : written;
    if (!hasUnknown(known)) {
        const place = olds.__place as Place | undefined;
        const { target } = await process.places.locate(known as AnyConnection, place);
        process.run.claimUnknown(__urn, target.address.key);
    }
}

/** In a preview, what depends on a value that only `up` knows. */
function notKnownYet({ messages, spoken }: ProviderProcess, inputs: Wire, what: string): Wire {
    const urn = urnOf(inputs);
    const text = `what happens is only known in \`up\`: ${what} is not known yet`;
    messages.sayNamed({ level: "info", text }, urn);
    spokenAbout(spoken, urn);
    return unknownEvidence(inputs, EVIDENCE);
}

/** Tells the run, and warns of a second declaration. */
function claim({ run, messages }: ProviderProcess, { declaration, case: one }: Opened, urn: string | undefined): void {
    const { key, account } = one;
    const others = run.claimDecision({
        urn: urn ?? "",
        key,
        ...soughtName(key, declaration.connection),
        ...(account === undefined ? {} : { account }),
        decision: declaration.decision,
        onDelete: declaration.onDelete,
    });
    for (const other of others) {
        messages.say({ level: "warning", text: `${key} is declared twice, also as ${resourceName(other.urn)}` }, urn);
    }
}

/** What the policies of the stack say of a declaration. */
function policyProblem(
    process: ProviderProcess,
    declared: Declaration,
    unknown: readonly string[],
): string | undefined {
    const { decision, expected, onDelete } = declared;
    const unguarded =
        decision === "accept" && expected.requesters === undefined && !unknown.includes("expectedRequester");
    return (
        ledgerProblem(process, onDelete) ??
        (unguarded && process.configuration.options().requireExpectedRequester
            ? "connections:requireExpectedRequester is set: an accept must say who is expected to ask; set expectedRequester"
            : undefined)
    );
}

function kindOf({ connection }: Declaration): ConnectionKind {
    return findKind(connection.kind) as ConnectionKind;
}
