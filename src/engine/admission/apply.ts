import type { Decision, OnDelete } from "../../shared/vocabulary";
import { announces } from "../../decision/plan";
import { milliseconds } from "../../shared/duration";
import { DecisionError, type Outcome } from "../../reconcile/carry-out";
import type { Target } from "../../place/session";
import { problemText } from "../../shared/problem";
import { admitCut, inspect, refuseMovedAccount, trust, unreadText } from "../assess";
import { named, urnOf } from "../decision/check";
import type { Context } from "../context";
import { mayNotAct } from "../decision/delete";
import { deletionLine } from "../decision/lines";
import { PartialFailure } from "../decision/outputs";
import type { Wire } from "../wire";
import { report } from "./lines";
import {
    type AdmissionMemory,
    type Due,
    dueOf,
    type Entry,
    evidenceOf,
    type OpenAdmission,
    openAdmission,
    options,
    outputsOf,
    place,
    survey,
} from "./survey";

/** Failures that are written out in full; the others with their first line. */
const IN_FULL = 20;
const PROGRESS_EVERY_MS = 30_000;

/** Between the list and the call a connection changed so that the rules say something else: the next run decides. */
class ChangedMeanwhile extends DecisionError {}

/**
 * Carries out what check listed, and nothing else: each connection is read again right before it is sent, and sent only if the rules still
 * say the same and it still stands where the preview saw it.
 *
 * @throws {PartialFailure} with every failure, after all others are done
 */
export async function applyAdmission(
    context: Context,
    target: Target,
    inputs: Wire,
    operation: "create" | "update",
): Promise<{ id: string; outs: Wire }> {
    const memory = (inputs.__memory ?? {}) as AdmissionMemory;
    const opened = await openAdmission(target, inputs, memory);
    const { key, kind, account } = opened;
    refuseMovedAccount({ target, memory, account });
    const urn = urnOf(inputs);
    const due = dueOf(inputs);
    const { failures, done } = await decideAll(context, opened, due, timeoutOf(opened, inputs, operation), urn);
    const after = await survey(context, opened, urn, false);
    if ("unreadable" in after) {
        throw new DecisionError(
            problemText(
                `The connections of ${kind.title}s cannot be read.`,
                { admission: key, reason: after.unreadable },
                "see the reason; the next `pulumi up` tries again",
            ),
        );
    }
    const line = report(done);
    if (line !== undefined) {
        context.report(line.level, named(urn, line.text), urn);
    }
    const outs = outputsOf(inputs, evidenceOf(opened, after));
    if (failures.length > 0) {
        throw new PartialFailure(key, outs, inputs.__provider, failureText(failures, due.length));
    }
    return { id: key, outs };
}

/** What `onDelete` asks for: everything that the rules accept and that works is rejected, or deleted. */
export async function removeAdmission(context: Context, id: string, props: Wire): Promise<void> {
    const onDelete = (props.onDelete ?? "keep") as OnDelete;
    if (onDelete === "keep") {
        return;
    }
    const urn = urnOf(props);
    const memory = (props.__memory ?? {}) as AdmissionMemory;
    if (mayNotAct(context, onDelete, { key: id, account: memory.account, urn })) {
        return;
    }
    const target = await context.stored(id, props.scope);
    const opened = await openAdmission(target, props, memory);
    refuseMovedAccount({ target, memory, account: opened.account });
    const found = await survey(context, opened, urn, true);
    if ("unreadable" in found) {
        throw new DecisionError(unreadText(id, found.unreadable, "deleting"));
    }
    const accepted = found.entries.filter(
        ({ seen, judgement }) =>
            judgement.verdict === "accept" &&
            (seen.status === "accepted" || seen.status === "accepting") &&
            !mayNotAct(context, onDelete, {
                key: opened.target(seen.id).address.key,
                account: memory.account,
                urn,
            }),
    );
    for (const { seen } of accepted) {
        const { level, text } = deletionLine(onDelete, opened.target(seen.id).address.key, seen);
        context.report(level, named(urn, text), urn);
    }
    await context.flush();
    const due = accepted.map(({ seen }: Entry): Due => ({ id: seen.id, group: "cut", from: seen.status }));
    const closing = closed(opened, onDelete);
    const { failures, done } = await decideAll(context, closing, due, timeoutOf(opened, props, "delete"), urn);
    const line = report(done);
    if (line !== undefined) {
        context.report(line.level, named(urn, line.text), urn);
    }
    if (failures.length > 0) {
        throw new DecisionError(failureText(failures, due.length));
    }
}

/** Everybody is out: the same scope with nobody accepted, existing connections included. */
function closed(opened: OpenAdmission, onDelete: OnDelete): OpenAdmission {
    const { lifecycle } = opened;
    const accepted = { ...lifecycle.reject.accepted, do: ["remove"] } as const;
    return {
        ...opened,
        admission: { ...opened.admission, rules: [], otherwise: "reject", existing: "enforce", allowRemoval: true },
        lifecycle: onDelete === "reject" ? lifecycle : { ...lifecycle, reject: { ...lifecycle.reject, accepted } },
    };
}

interface Results {
    readonly failures: readonly string[];
    readonly done: readonly { readonly due: Due; readonly outcome: Outcome }[];
}

/** All at once: the reconciler makes the largest batches of them that the API takes. */
async function decideAll(
    context: Context,
    opened: OpenAdmission,
    all: readonly Due[],
    timeoutMs: number,
    urn: string | undefined,
): Promise<Results> {
    const failures: string[] = [];
    const done: { due: Due; outcome: Outcome }[] = [];
    let changed = 0;
    let ended = 0;
    let noted = context.parts.clock.now();
    const progress = () => {
        if (context.parts.clock.now() - noted >= PROGRESS_EVERY_MS) {
            noted = context.parts.clock.now();
            context.report("info", `${ended} of ${all.length} decided, waiting for the cloud`, urn);
        }
    };
    await Promise.all(
        all.map(async (due) => {
            try {
                const outcome = await decideOne(context, opened, due, { timeoutMs, progress, urn });
                done.push({ due, outcome });
                failures.push(...(outcome.unsettled === undefined ? [] : [outcome.unsettled]));
            } catch (error) {
                if (error instanceof ChangedMeanwhile) {
                    changed += 1;
                } else if (error instanceof DecisionError) {
                    failures.push(error.message);
                } else {
                    throw error;
                }
            } finally {
                ended += 1;
            }
        }),
    );
    if (changed > 0) {
        context.report(
            "warning",
            named(
                urn,
                `${changed} of the ${all.length} listed connections changed since the preview; nothing was sent for them, the next run decides`,
            ),
            urn,
        );
    }
    return { failures, done };
}

function decideOne(
    context: Context,
    opened: OpenAdmission,
    { id, group, from }: Due,
    { timeoutMs, progress, urn }: { timeoutMs: number; progress: () => void; urn: string | undefined },
): Promise<Outcome> {
    const { admission, lifecycle, account, unconfirmed, memory, except } = opened;
    const target = opened.target(id);
    const { key } = target.address;
    const decision: Decision = group === "accept" ? "accept" : "reject";
    const changed = () => new ChangedMeanwhile(`${key} changed since the preview`);
    return context.reconciler.decide({
        target,
        lifecycle,
        decision,
        // Listed, so it was there.
        memory: { seen: "pending" },
        options: options(admission),
        trust: (reading) => trust({ target, memory, account, unconfirmed }, reading),
        due: false,
        announced(status) {
            if (!announces(from, status)) {
                throw changed();
            }
            return true;
        },
        inspect(seen) {
            inspect(target, { decision, expected: {} }, account, seen);
            const claim = { urn: urn ?? "", key: opened.key, ...(account === undefined ? {} : { account }) };
            const decided = context.run.declaredByDecisions({ ...claim, except: [...except] }, [key]);
            if (decided !== undefined) {
                throw decided;
            }
            if (place(opened, seen, context.parts.clock.now()).group !== group) {
                throw changed();
            }
        },
        admitCut(seen) {
            if (group !== "cut") {
                throw changed();
            }
            admitCut(context, key, seen);
        },
        timeoutMs,
        waitMs: 0,
        token: context.parts.newToken(),
        note: progress,
    });
}

function timeoutOf(
    { admission, kind }: OpenAdmission,
    stored: Wire,
    operation: "create" | "update" | "delete",
): number {
    const timeouts = stored.__timeouts as Partial<Record<typeof operation, string>> | undefined;
    return milliseconds(admission.timeout ?? timeouts?.[operation] ?? kind.limits.settleWithin);
}

function failureText(failures: readonly string[], all: number): string {
    const texts = failures.map((text, i) => (i < IN_FULL ? text : text.split("\n", 2).join(" ")));
    return [`${failures.length} of ${all} connections failed; the others are done.`, ...texts].join("\n");
}
