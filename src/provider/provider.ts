import { type CheckResult, check } from "./check";
import { type ConfigReader, Context, type ProviderParts } from "./context";
import { create } from "./create";
import { remove } from "./delete";
import { type DiffResult, diff } from "./diff";
import { type ReadResult, read } from "./read";
import { update } from "./update";
import type { Wire } from "./wire";

/** What the SDK's dynamic-provider process calls. */
export interface ConnectionDecisionProvider {
    configure(request: { readonly config?: { get(key: string): unknown } }): void;
    check(olds: Wire, news: Wire): Promise<CheckResult>;
    diff(id: string, olds: Wire, news: Wire): Promise<DiffResult>;
    create(inputs: Wire): Promise<{ id: string; outs: Wire }>;
    read(id: string, props?: Wire): Promise<ReadResult>;
    update(id: string, olds: Wire, news: Wire): Promise<{ outs: Wire }>;
    delete(id: string, props: Wire): Promise<void>;
}

/** A provider made of the given parts. */
export function createProvider(parts: ProviderParts): ConnectionDecisionProvider {
    const context = new Context(parts);
    return {
        configure(request) {
            const read: ConfigReader = (key) => request.config?.get(key);
            context.configure(read);
        },
        check: (olds, news) => check(context, olds, news),
        diff: (id, olds, news) => diff(context, id, olds, news),
        create: (inputs) => create(context, inputs),
        read: (id, props) => read(context, id, props ?? {}),
        update: (id, olds, news) => update(context, id, olds, news),
        delete: (id, props) => remove(context, id, props),
    };
}
