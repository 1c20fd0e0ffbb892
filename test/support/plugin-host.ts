import type { ProviderParts } from "../../src/engine/process";
import { createProviders, type ResourceProvider } from "../../src/engine/providers";
import type { Wire } from "../../src/engine/wire";
import { admissionType } from "../../src/plugin/admission";
import { decisionType } from "../../src/plugin/decision";
import { PluginResource, Recorded, type ResourceType } from "../../src/plugin/resource";

/** The same providers in either host. */
export type HostName = "dynamic provider" | "resource plugin";

/**
 * The providers of a host, called as a dynamic provider is called. For the plugin, what the engine says with each call (the URN, whether it is
 * a preview, the old inputs) is taken from where a dynamic provider has it, and put there again.
 */
export function providersOf(host: HostName, parts: ProviderParts): ReturnType<typeof createProviders> {
    if (host === "dynamic provider") {
        return createProviders(parts);
    }
    const { decisions, admissions } = createProviders({ ...parts, previewsOutputs: true });
    return { decisions: throughPlugin(decisions, decisionType), admissions: throughPlugin(admissions, admissionType) };
}

function throughPlugin(provider: ResourceProvider, type: ResourceType): ResourceProvider {
    const resource = new PluginResource(provider, type);
    /** The engine keeps inputs; a dynamic provider is not told which. */
    const oldInputs = new Map<string, Wire>();
    return {
        configure: (request) => provider.configure(request),
        announce: (urn) => provider.announce(urn),
        async check(olds, { __urn, __preview, ...news }) {
            const subject = { urn: String(__urn) };
            const { inputs, reasons } = await resource.check(subject, told(olds), news);
            oldInputs.set(subject.urn, told(olds));
            if (reasons.length > 0) {
                return { inputs: news, failures: reasons.map((reason) => ({ property: "", reason })) };
            }
            if (__preview === true) {
                await resource.previewCreate(subject, inputs);
            }
            return { inputs: { ...inputs, __urn } };
        },
        async diff(id, olds, { __urn, ...news }) {
            const before = oldInputs.get(String(__urn)) ?? told(olds);
            const { changes, replaces } = await resource.diff({ urn: String(__urn) }, id, told(olds), news, before);
            return { changes, replaces: [...replaces] };
        },
        async create({ __urn, ...inputs }) {
            const { id, outputs } = await recorded(__urn, () => resource.create({ urn: String(__urn) }, inputs));
            return { id, outs: { ...outputs, __urn } };
        },
        async update(id, olds, { __urn, ...news }) {
            const subject = { urn: String(__urn) };
            const outputs = await recorded(__urn, () => resource.update(subject, id, told(olds), news));
            return { outs: { ...outputs, __urn } };
        },
        async read(id, props = {}) {
            const { __urn } = props;
            const { outputs, inputs } = await resource.read({ urn: String(__urn) }, id, told(props));
            const back = inputs === undefined ? {} : { inputs: { ...inputs, __urn } };
            return { id, props: { ...outputs, __urn }, ...back };
        },
        delete: (id, { __urn, ...props }) => resource.delete({ urn: String(__urn) }, id, props),
    };
}

function told({ __urn, ...wire }: Wire): Wire {
    return wire;
}

/** A partial failure as the dynamic provider's process has it. */
async function recorded<R>(urn: unknown, call: () => Promise<R>): Promise<R> {
    try {
        return await call();
    } catch (error) {
        throw error instanceof Recorded
            ? Object.assign(new Error(error.message), { id: error.id, properties: { ...error.outputs, __urn: urn } })
            : error;
    }
}
