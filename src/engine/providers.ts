import type { ConfigReader } from "../place/configuration";
import { checkAdmission } from "./admission/check";
import { createAdmission } from "./admission/create";
import { removeAdmission } from "./admission/delete";
import { diffAdmission } from "./admission/diff";
import { readAdmission } from "./admission/read";
import { updateAdmission } from "./admission/update";
import { check } from "./decision/check";
import { create } from "./decision/create";
import { remove } from "./decision/delete";
import { type DiffResult, diff } from "./decision/diff";
import { type ReadResult, read } from "./decision/read";
import { update } from "./decision/update";
import type { CheckResult } from "./inputs";
import { type ProviderParts, type ProviderProcess, startProcess } from "./process";
import type { Wire } from "./wire";

/** What the SDK's dynamic-provider process calls for one type of resource. */
export interface ResourceProvider {
    configure(request: { readonly config?: { get(key: string): unknown } }): void;
    check(olds: Wire, news: Wire): Promise<CheckResult>;
    diff(id: string, olds: Wire, news: Wire): Promise<DiffResult>;
    create(inputs: Wire): Promise<{ id: string; outs: Wire }>;
    read(id: string, props?: Wire): Promise<ReadResult>;
    update(id: string, olds: Wire, news: Wire): Promise<{ outs: Wire }>;
    delete(id: string, props: Wire): Promise<void>;
    /** For a host that knows only after check that this is a preview: says what check announced of a resource. */
    announce(urn: string): Promise<void>;
}

type Calls = Omit<ResourceProvider, "configure" | "announce">;

/** The providers of both resources, made of the given parts. What one learns, both know: listings, declarations, the brake. */
export function createProviders(parts: ProviderParts): { decisions: ResourceProvider; admissions: ResourceProvider } {
    const process = startProcess(parts);
    const configure: ResourceProvider["configure"] = (request) => {
        const reader: ConfigReader = (key) => request.config?.get(key);
        process.configuration.configure(reader);
    };
    const announce = (urn: string) => {
        process.messages.sayAnnounced(urn);
        return process.messages.flush();
    };
    return {
        decisions: { configure, announce, ...saidBefore(process, decisionCalls(process)) },
        admissions: { configure, announce, ...saidBefore(process, admissionCalls(process)) },
    };
}

function decisionCalls(process: ProviderProcess): Calls {
    return {
        check: (olds, news) => check(process, olds, news),
        diff: (id, olds, news) => diff(process, id, olds, news),
        create: (inputs) => create(process, inputs),
        read: (id, props = {}) => read(process, id, props),
        update: (id, olds, news) => update(process, id, olds, news),
        delete: (id, props) => remove(process, id, props),
    };
}

function admissionCalls(process: ProviderProcess): Calls {
    return {
        check: (olds, news) => checkAdmission(process, olds, news),
        diff: (id, olds, news) => diffAdmission(process, id, olds, news),
        create: (inputs) => createAdmission(process, inputs),
        read: (id, props = {}) => readAdmission(process, id, props),
        update: (id, olds, news) => updateAdmission(process, id, olds, news),
        delete: (id, props) => removeAdmission(process, id, props),
    };
}

/** Every call answers only after what it said has left. */
function saidBefore({ messages }: ProviderProcess, inner: Calls): Calls {
    const flushed =
        <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
        async (...args: A): Promise<R> => {
            try {
                return await call(...args);
            } finally {
                await messages.flush();
            }
        };
    return {
        check: flushed(inner.check),
        diff: inner.diff,
        create: flushed(inner.create),
        read: flushed(inner.read),
        update: flushed(inner.update),
        delete: flushed(inner.delete),
    };
}
