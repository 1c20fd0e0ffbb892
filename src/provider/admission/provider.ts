import { ADMISSION_ARGUMENTS } from "../../connection";
import { DecisionError } from "../../reconcile/decide";
import { type Context, refuseNewerState } from "../context";
import type { DiffResult } from "../diff";
import { pick } from "../outputs";
import type { Provider } from "../provider";
import type { ReadResult } from "../read";
import { hasUnknown, sameJson, toWire, type Wire } from "../wire";
import { applyAdmission, removeAdmission } from "./apply";
import { checkAdmission } from "./check";
import { type AdmissionMemory, evidenceOf, keyOf, openAdmission, outputsOf, survey } from "./survey";

/** What the engine calls for a `ConnectionAdmission`. */
export function admissionProvider(context: Context): Omit<Provider, "configure"> {
    return {
        check: (olds, news) => checkAdmission(context, olds, news),
        diff: (id, olds, news) => diff(context, id, olds, news),
        create: (inputs) => create(context, inputs),
        read: (id, props = {}) => read(context, id, props),
        update: async (_id, olds, news) => {
            refuseNewerState(olds);
            return { outs: await update(context, olds, news) };
        },
        delete: async (id, props) => {
            refuseNewerState(props);
            await removeAdmission(context, id, props);
        },
    };
}

/** What is compared between two runs: what is not as the rules want it. The rest may come and go. */
const OPEN = ["verdicts", "counts", "warnings", "__listed"] as const;

async function diff(context: Context, id: string, olds: Wire, news: Wire): Promise<DiffResult> {
    const reading = context.readings.get(id);
    if (reading !== undefined && !context.checked.has(typeof news.__urn === "string" ? news.__urn : id)) {
        return { changes: reading.changed };
    }
    if (hasUnknown(news.scope)) {
        return { changes: true, replaces: ["scope"] };
    }
    if ((await keyOf(context, news.scope)) !== id) {
        return { changes: true, replaces: ["scope"] };
    }
    const declared = ADMISSION_ARGUMENTS.some((name) => name !== "scope" && !sameJson(olds[name], news[name]));
    const remembered = ({ __memory }: Wire) => {
        const { since = {}, elsewhere = [] } = (__memory ?? {}) as AdmissionMemory;
        return { since, elsewhere };
    };
    const moved =
        news.__unread !== true &&
        (news.transition !== undefined || different(olds, news) || !sameJson(remembered(olds), remembered(news)));
    return { changes: declared || moved };
}

function different(olds: Wire, news: Wire): boolean {
    return OPEN.some((name) => !sameJson(olds[name] ?? null, news[name] ?? null));
}

async function create(context: Context, inputs: Wire): Promise<{ id: string; outs: Wire }> {
    return applyAdmission(context, inputs);
}

async function update(context: Context, olds: Wire, news: Wire): Promise<Wire> {
    if (news.__unread === true) {
        // Unreadable, and nothing due: only the declaration's own words are stored.
        return toWire({ ...olds, ...Object.fromEntries(ADMISSION_ARGUMENTS.map((name) => [name, news[name]])) });
    }
    return (await applyAdmission(context, news)).outs;
}

async function read(context: Context, id: string, props: Wire): Promise<ReadResult> {
    refuseNewerState(props);
    if (props.rules === undefined) {
        throw new DecisionError(`${id} is an admission; there is nothing to get: read its connections instead`);
    }
    const opened = await openAdmission(context, props, (props.__memory ?? {}) as AdmissionMemory);
    const found =
        (opened.memory.account ?? opened.account) === opened.account
            ? await survey(context, opened, props.__urn as string | undefined)
            : { unreadable: `it belongs to ${opened.kind.cloud.accountTitle} ${opened.memory.account}` };
    if ("unreadable" in found) {
        context.parts.log("warning", `${id} cannot be read, its state is kept: ${found.unreadable}`, undefined);
        context.readings.set(id, { changed: false });
        return { id, props: toWire(props) };
    }
    const evidence = evidenceOf(opened, found.entries, found.memory);
    const outs = outputsOf(props, evidence);
    context.readings.set(id, { changed: different(props, outs) });
    const inputs = { ...pick(props, [...ADMISSION_ARGUMENTS, "__provider", "__timeouts"]), ...outs };
    return { id, props: outs, inputs: toWire(inputs) };
}
