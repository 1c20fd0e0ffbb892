import { admissionProvider } from "./admission/provider";
import { type CheckResult, check } from "./decision/check";
import { type ConfigReader, Context, type ProviderParts } from "./context";
import { create } from "./decision/create";
import { remove } from "./decision/delete";
import { type DiffResult, diff } from "./decision/diff";
import { type ReadResult, read } from "./decision/read";
import { update } from "./decision/update";
import type { Wire } from "./wire";

/** What the SDK's dynamic-provider process calls. */
export interface Provider {
    configure(request: { readonly config?: { get(key: string): unknown } }): void;
    check(olds: Wire, news: Wire): Promise<CheckResult>;
    diff(id: string, olds: Wire, news: Wire): Promise<DiffResult>;
    create(inputs: Wire): Promise<{ id: string; outs: Wire }>;
    read(id: string, props?: Wire): Promise<ReadResult>;
    update(id: string, olds: Wire, news: Wire): Promise<{ outs: Wire }>;
    delete(id: string, props: Wire): Promise<void>;
}

/** The providers of both resources, made of the given parts. What one learns, both know: listings, declarations, the brake. */
export function createProviders(parts: ProviderParts): { decisions: Provider; admissions: Provider } {
    const context = new Context(parts);
    const configure: Provider["configure"] = (request) => {
        const read: ConfigReader = (key) => request.config?.get(key);
        context.configure(read);
    };
    return {
        decisions: { configure, ...saidBefore(context, decisionProvider(context)) },
        admissions: { configure, ...saidBefore(context, admissionProvider(context)) },
    };
}

/** Every call answers only after what it said has left. */
function saidBefore(context: Context, inner: Omit<Provider, "configure">): Omit<Provider, "configure"> {
    const flushed =
        <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
        async (...args: A): Promise<R> => {
            try {
                return await call(...args);
            } finally {
                await context.flush();
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

function decisionProvider(context: Context): Omit<Provider, "configure"> {
    return {
        check: (olds, news) => check(context, olds, news),
        diff: (id, olds, news) => diff(context, id, olds, news),
        create: (inputs) => create(context, inputs),
        read: (id, props) => read(context, id, props ?? {}),
        update: (id, olds, news) => update(context, id, olds, news),
        delete: (id, props) => remove(context, id, props),
    };
}
