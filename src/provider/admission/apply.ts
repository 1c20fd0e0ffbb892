import type { Decision } from "../../connection";
import { milliseconds } from "../../duration";
import type { Observed } from "../../kinds/kind";
import { DecisionError } from "../../reconcile/decide";
import { problemText } from "../../text";
import { admitCut, inspect, refuseMovedAccount, trust } from "../assess";
import type { Context } from "../context";
import { PartialFailure } from "../outputs";
import type { Wire } from "../wire";
import {
    type AdmissionMemory,
    DUE,
    evidenceOf,
    type Group,
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
 * say the same.
 *
 * @throws {PartialFailure} with every failure, after all others are done
 */
export async function applyAdmission(context: Context, inputs: Wire): Promise<{ id: string; outs: Wire }> {
    const memory = (inputs.__memory ?? {}) as AdmissionMemory;
    const opened = await openAdmission(context, inputs, memory);
    const { key, kind, account } = opened;
    refuseMovedAccount({ target: opened.target("*"), memory, account });
    const urn = inputs.__urn as string | undefined;
    const due = listed(inputs);
    const failures = await decideAll(context, opened, due, timeoutOf(opened, inputs), urn);
    const after = await survey(context, opened, urn);
    if ("unreadable" in after) {
        throw new DecisionError(
            problemText(
                `The connections of ${kind.title}s cannot be read.`,
                { admission: key, reason: after.unreadable },
                "see the reason; the next `pulumi up` tries again",
            ),
        );
    }
    const outs = outputsOf(inputs, evidenceOf(opened, after.entries, after.memory));
    if (failures.length > 0) {
        throw new PartialFailure(key, outs, inputs.__provider, failureText(failures, due.length));
    }
    return { id: key, outs };
}

/** What `onDelete` asks for: everything that the rules accept and that works is rejected, or deleted. */
export async function removeAdmission(context: Context, id: string, props: Wire): Promise<void> {
    const { onDelete } = props;
    if (onDelete !== "reject" && onDelete !== "remove") {
        return;
    }
    if (context.declared.has(id)) {
        context.parts.log(
            "info",
            `onDelete: ${onDelete} is skipped: this run declares ${id} under another name`,
            undefined,
        );
        return;
    }
    const memory = (props.__memory ?? {}) as AdmissionMemory;
    const opened = await openAdmission(context, props, memory);
    refuseMovedAccount({ target: opened.target("*"), memory, account: opened.account });
    const found = await survey(context, opened, undefined);
    if ("unreadable" in found) {
        throw new DecisionError(`${id} cannot be read, so nothing is rejected: ${found.unreadable}`);
    }
    const accepted = found.entries.filter(
        ({ seen, judgement }) =>
            judgement.verdict === "accept" && (seen.status === "accepted" || seen.status === "accepting"),
    );
    // Everybody is out: the same rules with nobody accepted, existing connections included.
    const closing: OpenAdmission = {
        ...opened,
        admission: { ...opened.admission, rules: [], otherwise: "reject", existing: "enforce", allowRemoval: true },
        lifecycle:
            onDelete === "reject"
                ? opened.lifecycle
                : {
                      ...opened.lifecycle,
                      reject: {
                          ...opened.lifecycle.reject,
                          accepted: { ...opened.lifecycle.reject.accepted, do: ["remove"] },
                      },
                  },
    };
    const due = accepted.map(({ seen }) => ({ seen, group: "cut" as const }));
    const failures = await decideAll(context, closing, due, timeoutOf(opened, props), undefined);
    if (failures.length > 0) {
        throw new DecisionError(failureText(failures, due.length));
    }
}

interface Due {
    readonly seen: Pick<Observed, "id">;
    readonly group: (typeof DUE)[number];
}

/** The list that check put into the inputs. */
function listed(inputs: Wire): Due[] {
    const all = (inputs.__listed ?? {}) as Partial<Record<Group, readonly string[]>>;
    return DUE.flatMap((group) => (all[group] ?? []).map((id): Due => ({ seen: { id }, group })));
}

/** All at once: the reconciler makes the largest batches of them that the API takes. */
async function decideAll(
    context: Context,
    opened: OpenAdmission,
    due: readonly Due[],
    timeoutMs: number,
    urn: string | undefined,
): Promise<string[]> {
    const failures: string[] = [];
    let done = 0;
    let passed = 0;
    let noted = context.parts.clock.now();
    const progress = () => {
        if (context.parts.clock.now() - noted >= PROGRESS_EVERY_MS) {
            noted = context.parts.clock.now();
            context.parts.log("info", `${done} of ${due.length} decided, waiting for the cloud`, urn);
        }
    };
    await Promise.all(
        due.map(async ({ seen: { id }, group }) => {
            try {
                const { unsettled } = await decideOne(context, opened, id, group, timeoutMs, progress);
                if (unsettled !== undefined) {
                    failures.push(unsettled);
                }
            } catch (error) {
                if (error instanceof ChangedMeanwhile) {
                    passed += 1;
                } else if (error instanceof DecisionError) {
                    failures.push(error.message);
                } else {
                    throw error;
                }
            } finally {
                done += 1;
            }
        }),
    );
    if (passed > 0) {
        context.parts.log(
            "warning",
            `${passed} of the ${due.length} listed connections changed since the preview; nothing was sent for them, the next run decides`,
            urn,
        );
    }
    return failures;
}

function decideOne(
    context: Context,
    opened: OpenAdmission,
    id: string,
    group: Due["group"],
    timeoutMs: number,
    progress: () => void,
) {
    const { admission, lifecycle, account, memory } = opened;
    const target = opened.target(id);
    const decision: Decision = group === "accept" ? "accept" : "reject";
    return context.reconciler.decide({
        target,
        lifecycle,
        decision,
        // Listed, so it was there.
        memory: { seen: "pending" },
        options: options(admission),
        trust: (reading) => trust({ target, memory, account }, reading),
        inspect(seen) {
            inspect(target, { decision, expected: {} }, account, seen);
            const now = place(opened, seen, context.parts.clock.now());
            if (opened.isElsewhere(id) || now.group !== group) {
                throw new ChangedMeanwhile(`${target.address.key} changed since the preview`);
            }
        },
        admitCut(seen) {
            if (group !== "cut") {
                throw new ChangedMeanwhile(`${target.address.key} works now`);
            }
            admitCut(context, target.address.key, seen);
        },
        timeoutMs,
        waitMs: 0,
        token: context.parts.newToken(),
        note: progress,
    });
}

function timeoutOf({ admission, kind }: OpenAdmission, stored: Wire): number {
    const timeouts = stored.__timeouts as { create?: string } | undefined;
    return milliseconds(admission.timeout ?? timeouts?.create ?? kind.limits.settleWithin);
}

function failureText(failures: readonly string[], all: number): string {
    const texts = failures.map((text, i) => (i < IN_FULL ? text : text.split("\n", 2).join(" ")));
    return [`${failures.length} of ${all} connections failed; the others are done.`, ...texts].join("\n");
}
