import { ADMISSION_ARGUMENTS } from "../../connection";
import type { Observed } from "../../kinds/kind";
import { DecisionError } from "../../reconcile/decide";
import { problemText } from "../../text";
import { admitCut, refuseMovedAccount } from "../assess";
import { type CheckResult, failed, noteOnce, omit, probe, resourceName } from "../check";
import { type Context, refuseNewerState } from "../context";
import { pick } from "../outputs";
import { hasUnknown, toWire, type Wire } from "../wire";
import {
    type AdmissionMemory,
    admissionOf,
    DUE,
    evidenceOf,
    keyOf,
    type OpenAdmission,
    openAdmission,
    survey,
} from "./survey";

/** Inputs that check adds and a program never writes. */
const EVIDENCE = ["verdicts", "counts", "transition", "warnings", "__listed", "__unread", "__memory"] as const;

/**
 * Validates the arguments, lists the scope and adds a verdict for every connection that is not as the rules want it. The list in
 * these inputs is what `up` may act on: nothing that arrives later is decided.
 */
export async function checkAdmission(context: Context, olds: Wire, news: Wire): Promise<CheckResult> {
    const inputs = omit(news, EVIDENCE);
    try {
        refuseNewerState(olds);
        if (hasUnknown(pick(inputs, ADMISSION_ARGUMENTS))) {
            return { inputs: toWire(inputs) };
        }
        if (context.configUnknown(admissionOf(inputs).kind)) {
            return { inputs: toWire(inputs) };
        }
        return { inputs: toWire({ ...inputs, ...(await evidence(context, olds, inputs)) }) };
    } catch (error) {
        if (error instanceof DecisionError) {
            return failed(inputs, error.message);
        }
        throw error;
    }
}

async function evidence(context: Context, olds: Wire, inputs: Wire): Promise<Wire> {
    const urn = typeof inputs.__urn === "string" ? inputs.__urn : undefined;
    const kept = (await previousKey(context, olds)) === (await keyOf(context, inputs.scope));
    // What the program declares now is known from its own checks.
    const { elsewhere: _elsewhere, ...remembered } = (olds.__memory ?? {}) as AdmissionMemory;
    const opened = await openAdmission(context, inputs, kept ? remembered : {});
    const { key, kind, account, memory } = opened;
    refuseMovedAccount({ target: opened.target("*"), memory, account });
    if (opened.locked !== undefined && !kept) {
        throw new DecisionError(
            problemText(
                `No working credentials for ${kind.cloud.title}.`,
                { admission: key, reason: opened.locked },
                "give this process credentials of the account that owns the scope",
            ),
        );
    }
    refuseTwice(context, key, urn);
    if (!kept) {
        refuseOver(context, opened);
    }
    context.checked.add(urn ?? key);
    const found = await survey(context, opened, urn);
    if ("unreadable" in found) {
        const { title } = opened.target("*").address.scope;
        noteOnce(context, `${title}: ${found.unreadable}`, urn, (text) => `cannot be read: ${text}`);
        return { __unread: true, __memory: olds.__memory ?? memory, __schemaVersion: olds.__schemaVersion };
    }
    for (const { group, seen } of found.entries) {
        if (group === "cut") {
            admitCut(context, opened.target(seen.id).address.key, seen);
        }
    }
    for (const group of DUE) {
        const one = found.entries.find((entry) => entry.group === group);
        if (one !== undefined) {
            await probeOne(context, opened, group, one.seen, urn);
        }
    }
    return evidenceOf(opened, found.entries, found.memory);
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

/** The admission that the old inputs declared; undefined where there is none. */
async function previousKey(context: Context, { scope }: Wire): Promise<string | undefined> {
    if (scope === undefined || hasUnknown(scope)) {
        return undefined;
    }
    try {
        return await keyOf(context, scope);
    } catch {
        return undefined;
    }
}

/** Two admissions of one scope would overrule each other on every run. */
function refuseTwice(context: Context, key: string, urn: string | undefined): void {
    const name = urn ?? "";
    const others = context.declared.get(key) ?? new Map<string, string>();
    const other = [...others.keys()].find((declared) => declared !== name);
    if (other !== undefined) {
        throw new DecisionError(
            problemText(
                "This program declares two admissions of one scope.",
                { admission: key, resources: `${resourceName(other)}, ${resourceName(name)}` },
                "put their rules into one",
            ),
        );
    }
    context.declared.set(key, others.set(name, "admission"));
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
