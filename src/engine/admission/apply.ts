import { type Case, refuseMovedAccount } from "../../decision/case";
import { Beginnings } from "../../decision/time-boxes";
import { placementOf, planOptions } from "../../decision/verdicts";
import type { Observed } from "../../kinds/kind";
import type { Target } from "../../place/target";
import type { Outcome, Task } from "../../reconcile/carry-out";
import { ChangedSincePreview } from "../../reconcile/texts";
import { milliseconds } from "../../shared/duration";
import { DecisionError, problemText } from "../../shared/problem";
import { PartialFailure } from "../decision/outputs";
import { customTimeout, urnOf } from "../inputs";
import type { ProviderProcess } from "../process";
import type { Wire } from "../wire";
import { type Due, dueOf, evidenceOf, outputsOf } from "./evidence";
import { report } from "./lines";
import { type AdmissionMemory, claimOf, type OpenAdmission, openAdmission, targetOf } from "./open";
import { survey } from "./survey";

/** Failures that are written out in full; the others with their first line. */
const IN_FULL = 20;
const PROGRESS_EVERY_MS = 30_000;

/**
 * Carries out what check listed, and nothing else: each connection is read again right before it is sent, and sent only if the rules still
 * say the same and it still stands where the preview saw it.
 *
 * @throws {PartialFailure} with every failure, after all others are done
 */
export async function applyAdmission(
    process: ProviderProcess,
    target: Target,
    inputs: Wire,
    operation: "create" | "update",
): Promise<{ id: string; outs: Wire }> {
    const opened = await openAdmission(target, inputs, (inputs.__memory ?? {}) as AdmissionMemory);
    const { key, kind } = opened;
    refuseMovedAccount(opened, key);
    const urn = urnOf(inputs);
    const due = dueOf(inputs);
    const { failures, done } = await decideAll(process, opened, due, timeoutOf(opened, inputs, operation), urn);
    const after = await survey(process, opened, urn, false);
    if ("unreadable" in after) {
        throw new DecisionError(
            problemText(
                `The connections of ${kind.title}s cannot be read.`,
                { admission: key, reason: after.unreadable },
                "see the reason; the next `pulumi up` tries again",
            ),
        );
    }
    process.messages.reportNamed(report(done), urn);
    const outs = outputsOf(inputs, evidenceOf(opened, after));
    if (failures.length > 0) {
        throw new PartialFailure(key, outs, inputs.__provider, failureText(failures, due.length));
    }
    return { id: key, outs };
}

interface Results {
    readonly failures: readonly string[];
    readonly done: readonly { readonly due: Due; readonly outcome: Outcome }[];
}

/** All at once: the reconciler makes the largest batches of them that the API takes. */
export async function decideAll(
    process: ProviderProcess,
    opened: OpenAdmission,
    all: readonly Due[],
    timeoutMs: number,
    urn: string | undefined,
): Promise<Results> {
    const { messages, reconciler } = process;
    const failures: string[] = [];
    const done: { due: Due; outcome: Outcome }[] = [];
    let changed = 0;
    let ended = 0;
    const progress = every(process, PROGRESS_EVERY_MS, () => {
        messages.report({ level: "info", text: `${ended} of ${all.length} decided, waiting for the cloud` }, urn);
    });
    const decideOne = async (due: Due) => {
        try {
            const outcome = await reconciler.carryOut(taskOf(process, opened, due, { timeoutMs, progress, urn }));
            done.push({ due, outcome });
            failures.push(...(outcome.unsettled === undefined ? [] : [outcome.unsettled]));
        } catch (error) {
            if (error instanceof ChangedSincePreview) {
                changed += 1;
            } else if (error instanceof DecisionError) {
                failures.push(error.message);
            } else {
                throw error;
            }
        } finally {
            ended += 1;
        }
    };
    await Promise.all(all.map(decideOne));
    if (changed > 0) {
        const text = `${changed} of the ${all.length} listed connections changed since the preview; nothing was sent for them, the next run decides`;
        messages.reportNamed({ level: "warning", text }, urn);
    }
    return { failures, done };
}

/** How long all decisions of one run may take to settle. */
export function timeoutOf(
    { admission, kind }: OpenAdmission,
    stored: Wire,
    operation: "create" | "update" | "delete",
): number {
    return admission.timeoutMs ?? customTimeout(stored, operation) ?? milliseconds(kind.limits.settleWithin);
}

/** Every failure: the first ones in full. */
export function failureText(failures: readonly string[], all: number): string {
    const texts = failures.map((text, i) => (i < IN_FULL ? text : text.split("\n", 2).join(" ")));
    return [`${failures.length} of ${all} connections failed; the others are done.`, ...texts].join("\n");
}

/** One connection of the list as a decision. */
function taskOf(
    process: ProviderProcess,
    opened: OpenAdmission,
    { id, group, from }: Due,
    { timeoutMs, progress, urn }: { timeoutMs: number; progress: () => void; urn: string | undefined },
): Task {
    const target = targetOf(opened, id);
    const one: Case = {
        ...opened,
        key: target.address.key,
        decision: group === "accept" ? "accept" : "reject",
        expected: {},
        // Listed, so it was there.
        memory: { ...ownerOf(opened.memory), seen: "pending" },
        options: planOptions(opened.admission),
    };
    return {
        target,
        case: one,
        from,
        // What is judged right before sending: see admit.
        mayCut: true,
        shown: undefined,
        due: false,
        admit: (seen, cut) => admit(process, opened, { key: one.key, group, urn }, seen, cut),
        timeoutMs,
        waitMs: 0,
        token: process.newToken(),
        note: progress,
    };
}

/** Throws where the rules say something else of the connection now, a decision declares it, or it is one cut too many. */
function admit(
    { run, configuration, clock }: ProviderProcess,
    opened: OpenAdmission,
    { key, group, urn }: { readonly key: string; readonly group: Due["group"]; readonly urn: string | undefined },
    seen: Observed,
    cut: boolean,
): void {
    const declared = run.declaredByDecisions(claimOf(opened, urn), [key]);
    if (declared !== undefined) {
        throw declared;
    }
    const now = placementOf(opened, seen, clock.now(), new Beginnings(opened.memory.since)).group;
    if (now !== group || (cut && group !== "cut")) {
        throw new ChangedSincePreview(`${key} changed since the preview`);
    }
    if (cut) {
        run.admitCut(key, seen, configuration.options().maxCuts);
    }
}

function ownerOf({ account }: AdmissionMemory): { readonly account?: string } {
    return account === undefined ? {} : { account };
}

/** Calls something at most once in so many milliseconds. */
function every({ clock }: ProviderProcess, ms: number, call: () => void): () => void {
    let last = clock.now();
    return () => {
        if (clock.now() - last >= ms) {
            last = clock.now();
            call();
        }
    };
}
