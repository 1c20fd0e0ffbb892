import { PartialFailure } from "../engine/decision/outputs";
import type { ResourceProvider } from "../engine/providers";
import { omit, pick, toWire, type Wire } from "../engine/wire";
import { DecisionError } from "../shared/problem";
import { type Difference, differences } from "./detailed-diff";

/** What the engine says of the resource that a call is about. */
export interface Subject {
    readonly urn: string;
    /** `customTimeouts` of the resource for this call, in seconds; 0: none. */
    readonly timeout?: number;
}

/** What this plugin answers to Diff. */
export interface PluginDiff {
    readonly changes: boolean;
    readonly replaces: readonly string[];
    readonly detailed: readonly Difference[];
}

/** One type of resource: what differs between the two. */
export interface ResourceType {
    /** Its arguments. */
    readonly arguments: readonly string[];
    /** What check adds to its inputs for people. */
    readonly evidence: readonly string[];
    /** What a refresh may find changed beside. */
    readonly observed: readonly string[];
    /** What is derived for programs, which read outputs only. */
    derive(id: string | undefined, outputs: Wire): Wire;
    /**
     * What `up` may change of the outputs.
     *
     * @param olds the outputs as they are; of a resource that is created, empty
     */
    unknowns(inputs: Wire, olds: Wire): Wire;
    /** The inputs that declare what already holds, and the outputs they have; throws where nothing can be imported. */
    adopt(id: string, read: () => Promise<Wire>): Promise<{ readonly inputs: Wire; readonly outputs: Wire }>;
}

/** A failure after which the resource is recorded as it stands; the next `up` goes on. */
export class Recorded extends DecisionError {
    constructor(
        message: string,
        readonly id: string,
        readonly outputs: Wire,
    ) {
        super(message);
    }
}

/** What only a dynamic provider needs in inputs and outputs. The engine tells it to a plugin with every call. */
const OF_DYNAMIC_HOST = ["__urn", "__timeouts", "__preview"] as const;

type Operation = "create" | "update" | "delete";

/**
 * A provider of the engine room behind a resource plugin: adds what the engine says with each call, takes it out of what is stored, and
 * gives what a dynamic provider cannot: outputs of a preview, differences property by property, import.
 */
export class PluginResource {
    /** Resources that check has spoken about. */
    private readonly checked = new Set<string>();
    /** What a read in this process found changed, by id: the engine asks for it as a diff. */
    private readonly refreshed = new Map<string, readonly Difference[]>();

    constructor(
        private readonly provider: ResourceProvider,
        private readonly type: ResourceType,
    ) {}

    async check({ urn }: Subject, olds: Wire, news: Wire): Promise<{ inputs: Wire; reasons: readonly string[] }> {
        this.checked.add(urn);
        const { inputs, failures = [] } = await this.provider.check(olds, this.given(news, { urn }));
        return { inputs: stored(inputs), reasons: failures.map(({ reason }) => reason) };
    }

    async diff({ urn }: Subject, id: string, olds: Wire, news: Wire, oldInputs: Wire): Promise<PluginDiff> {
        const refreshed = this.refreshed.get(id);
        // An import has outputs without the arguments that its program declares.
        const before = { ...stored(olds), ...pick(oldInputs, this.type.arguments) };
        const { changes, replaces = [] } = await this.provider.diff(id, before, this.given(news, { urn }));
        if (refreshed !== undefined && !this.checked.has(urn)) {
            return { changes, replaces: [], detailed: changes ? refreshed : [] };
        }
        const names = [...this.type.arguments, ...this.type.evidence];
        const missing = changes ? [] : this.missing(id, before, news);
        return {
            changes: changes || missing.length > 0,
            replaces,
            detailed: changes ? differences(names, before, news) : missing,
        };
    }

    /**
     * Outputs that a dynamic provider left out: the TypeScript class derives them. A program of another language, which has taken the
     * resource over by an alias, reads them: an update that sends nothing writes them down.
     */
    private missing(id: string, outputs: Wire, { __provider }: Wire): readonly Difference[] {
        if (__provider !== undefined) {
            return [];
        }
        return Object.entries(this.type.derive(id, outputs)).flatMap(([path, value]) =>
            value === undefined || outputs[path] !== undefined ? [] : [{ path, kind: "add" as const }],
        );
    }

    async create(subject: Subject, inputs: Wire): Promise<{ id: string; outputs: Wire }> {
        const given = this.given(inputs, subject, "create");
        const { id, outs } = await this.partly(inputs, () => this.provider.create(given));
        return { id, outputs: this.outputs(id, outs, inputs) };
    }

    /** The outputs that a preview can know. */
    async previewCreate({ urn }: Subject, inputs: Wire): Promise<Wire> {
        await this.provider.announce(urn);
        return this.previewed(undefined, {}, inputs);
    }

    async update(subject: Subject, id: string, olds: Wire, news: Wire): Promise<Wire> {
        const given = this.given(news, subject, "update");
        const { outs } = await this.partly(news, () => this.provider.update(id, stored(olds), given));
        return this.outputs(id, outs, news);
    }

    /** The outputs that a preview can know. */
    async previewUpdate({ urn }: Subject, id: string, olds: Wire, news: Wire): Promise<Wire> {
        await this.provider.announce(urn);
        return this.previewed(id, olds, news);
    }

    /** @param state undefined: the engine imports, and knows the id only */
    async read(
        { urn }: Subject,
        id: string,
        state: Wire | undefined,
    ): Promise<{ id: string; outputs: Wire; inputs?: Wire }> {
        if (state === undefined) {
            return this.imported(urn, id);
        }
        const { id: found, props, inputs } = await this.provider.read(id, this.given(state, { urn }));
        const outputs = this.outputs(found, props, state);
        // The engine inverts what it is told here: from what was read to what was stored.
        const names = [...this.type.arguments, ...this.type.evidence, ...this.type.observed];
        this.refreshed.set(found, differences(names, outputs, state));
        return { id: found, outputs, ...(inputs === undefined ? {} : { inputs: stored(inputs) }) };
    }

    /** Under the one spelling of its id: with another one, the next preview would replace it. */
    private async imported(urn: string, id: string): Promise<{ id: string; outputs: Wire; inputs: Wire }> {
        let found = id;
        const adopted = await this.type.adopt(id, async () => {
            const { key = id, props } = await this.provider.read(id, this.given({}, { urn }));
            found = key;
            return this.outputs(key, props, {});
        });
        return { id: found, ...adopted };
    }

    delete(subject: Subject, id: string, outputs: Wire): Promise<void> {
        return this.provider.delete(id, this.given(outputs, subject, "delete"));
    }

    private given(wire: Wire, { urn, timeout = 0 }: Subject, operation?: Operation): Wire {
        const timeouts = operation === undefined || timeout === 0 ? {} : { __timeouts: { [operation]: `${timeout}s` } };
        return { ...omit(wire, OF_DYNAMIC_HOST), __urn: urn, ...timeouts };
    }

    /** What a dynamic provider needs in the state stays there, so that a program can go back to it. */
    private outputs(id: string, outs: Wire, { __provider }: Wire): Wire {
        const kept = __provider === undefined ? {} : { __provider, ...pick(outs, ["__urn"]) };
        return toWire({ ...stored(outs), ...this.type.derive(id, outs), ...kept });
    }

    private previewed(id: string | undefined, olds: Wire, inputs: Wire): Wire {
        const kept = omit(olds, [...this.type.arguments, ...this.type.evidence]);
        const known = { ...kept, ...stored(inputs) };
        return toWire({ ...known, ...this.type.derive(id, known), ...this.type.unknowns(inputs, olds) });
    }

    /** A partial failure is recorded with the outputs that programs read. */
    private async partly<R>(inputs: Wire, call: () => Promise<R>): Promise<R> {
        try {
            return await call();
        } catch (error) {
            throw error instanceof PartialFailure
                ? new Recorded(error.message, error.id, this.outputs(error.id, error.properties, inputs))
                : error;
        }
    }
}

function stored(wire: Wire): Wire {
    return omit(wire, OF_DYNAMIC_HOST);
}
