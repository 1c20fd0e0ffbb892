import { ADMISSION_ARGUMENTS, type Connection, parseKey } from "../../shared/vocabulary";
import { exceptKeys } from "../../decision/except";
import { findKind } from "../../kinds";
import { DecisionError } from "../../reconcile/carry-out";
import { unreadText, whyForeign } from "../assess";
import { urnOf } from "../decision/check";
import { type Context, type Place, refuseNewerState } from "../context";
import { type DiffResult, renamed } from "../decision/diff";
import { pick } from "../decision/outputs";
import type { Provider } from "../providers";
import { placeOf, type ReadResult } from "../decision/read";
import { hasUnknown, sameJson, toWire, UNKNOWN, type Wire } from "../wire";
import { applyAdmission, removeAdmission } from "./apply";
import { checkAdmission } from "./check";
import {
    type AdmissionMemory,
    anyOf,
    evidenceOf,
    type OpenAdmission,
    openAdmission,
    outputsOf,
    survey,
} from "./survey";

/** What the engine calls for a `ConnectionAdmission`. */
export function admissionProvider(context: Context): Omit<Provider, "configure"> {
    return {
        check: (olds, news) => checkAdmission(context, olds, news),
        diff: (id, olds, news) => diff(context, id, olds, news),
        create: (inputs) => create(context, inputs),
        read: (id, props = {}) => read(context, id, props),
        update: async (id, olds, news) => {
            refuseNewerState(olds);
            return { outs: await update(context, id, olds, news) };
        },
        delete: async (id, props) => {
            refuseNewerState(props);
            await removeAdmission(context, id, props);
        },
    };
}

/** What is compared between two runs: what is not as the rules want it. The rest may come and go. */
const COMPARED = ["verdicts", "counts", "warnings"] as const;

async function diff(context: Context, id: string, olds: Wire, news: Wire): Promise<DiffResult> {
    const reading = context.readings.get(id);
    if (reading !== undefined && !context.checked.has(urnOf(news) ?? id)) {
        return { changes: reading.changed };
    }
    if (hasUnknown(news.scope) || (await placed(context, news, context.connectionOf(id))).address.key !== id) {
        return { changes: true, replaces: ["scope"] };
    }
    const declared = ADMISSION_ARGUMENTS.some(
        (name) =>
            name !== "scope" &&
            !sameJson(olds[name], news[name]) &&
            !(name === "except" && namesWhatWasLeftOut(id, olds, news.except)),
    );
    const since = ({ __memory }: Wire) => (__memory as AdmissionMemory | undefined)?.since ?? {};
    const moved =
        news.__unread !== true &&
        (news.transition !== undefined || different(olds, news) || !sameJson(since(olds), since(news)));
    return { changes: declared || moved || renamed(olds, news) };
}

/** Version 0.1.0 left out by itself what decisions of the program declared: naming just that is no change. */
function namesWhatWasLeftOut(id: string, olds: Wire, except: unknown): boolean {
    const { elsewhere } = (olds.__memory ?? {}) as AdmissionMemory;
    const kind = findKind(parseKey(id).kind);
    if (olds.except !== undefined || elsewhere === undefined || kind === undefined) {
        return false;
    }
    const named = exceptKeys(kind, id, except).map((key) => parseKey(key).parts.at(-1));
    return sameJson([...new Set(named)].sort(), [...elsewhere].sort());
}

function different(olds: Wire, news: Wire): boolean {
    return (
        COMPARED.some((name) => !sameJson(olds[name] ?? {}, news[name] ?? {})) ||
        !sameJson(...comparable(olds.__listed, news.__listed))
    );
}

/** Two lists in one form. Version 0.1.0 wrote `{ group: [ids] }`, without the status. */
function comparable(old: unknown, now: unknown): [unknown, unknown] {
    const isOld = Object.values((old ?? {}) as object).some(Array.isArray);
    return isOld ? [old, withoutStatus((now ?? {}) as Record<string, string>)] : [old ?? {}, now ?? {}];
}

function withoutStatus(listed: Readonly<Record<string, string>>): Record<string, string[]> {
    const groups: Record<string, string[]> = {};
    for (const [name, ids] of Object.entries(listed)) {
        const group = name.split(" ", 1)[0] ?? "";
        groups[group] = [...(groups[group] ?? []), ...ids.split(" ")].sort();
    }
    return groups;
}

/** @param before where it was: it stays there where check could not say, because something else is not known yet */
async function placed(context: Context, { scope, __place }: Wire, before: Connection | undefined = undefined) {
    const place = __place === UNKNOWN ? before : __place;
    return (await context.locate(anyOf(scope), place as Place | undefined)).target;
}

async function create(context: Context, inputs: Wire): Promise<{ id: string; outs: Wire }> {
    return applyAdmission(context, await placed(context, inputs), inputs, "create");
}

async function update(context: Context, id: string, olds: Wire, news: Wire): Promise<Wire> {
    if (news.__unread === true) {
        // Unreadable, and nothing due: only the declaration's own words are stored.
        return toWire({ ...olds, ...Object.fromEntries(ADMISSION_ARGUMENTS.map((name) => [name, news[name]])) });
    }
    return (await applyAdmission(context, await context.stored(id, news.scope), news, "update")).outs;
}

async function read(context: Context, id: string, props: Wire): Promise<ReadResult> {
    refuseNewerState(props);
    if (props.rules === undefined) {
        throw new DecisionError(`${id} is an admission; there is nothing to get: read its connections instead`);
    }
    const target = await context.stored(id, props.scope);
    const opened = await openAdmission(target, props, (props.__memory ?? {}) as AdmissionMemory);
    const found = await surveyRemembered(context, opened, urnOf(props));
    if ("unreadable" in found) {
        if (context.options().unreadable === "fail") {
            throw new DecisionError(unreadText(id, found.unreadable));
        }
        context.report("warning", `${id} cannot be read, its state is kept: ${found.unreadable}`, urnOf(props));
        context.readings.set(id, { changed: false });
        return { id, props: toWire(props) };
    }
    const outs = outputsOf(props, evidenceOf(opened, found));
    context.readings.set(id, { changed: different(props, outs) });
    const inputs = {
        ...pick(props, [...ADMISSION_ARGUMENTS, "__provider", "__timeouts"]),
        ...outs,
        __place: placeOf(target, anyOf(props.scope)),
    };
    return { id, props: outs, inputs: toWire(inputs) };
}

/** Credentials of another account than the remembered one tell nothing. */
async function surveyRemembered(context: Context, opened: OpenAdmission, urn: string | undefined) {
    const { memory, account, kind } = opened;
    return memory.account !== undefined && account !== undefined && memory.account !== account
        ? {
              unreadable: whyForeign(kind.cloud.accountTitle, memory.account, account),
          }
        : survey(context, opened, urn, true);
}
