import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { ResourceProvider } from "../../src/engine/providers";
import type { Wire } from "../../src/engine/wire";
import type { Clock } from "../../src/shared/clock";
import { MemoryLedger } from "../../src/shared/ledger";
import type { Simulator } from "../../src/simulator/index";
import { type HostName, providersOf } from "./plugin-host";

/** Waits take no time: they move this clock and the simulator's ahead. */
export function virtualClock(simulator: Simulator): Clock {
    let now = Date.now();
    return {
        now: () => now,
        random: () => 0.5,
        async sleep(ms) {
            now += ms;
            simulator.advance(ms);
            await setImmediate();
        },
    };
}

export type Program = Readonly<Record<string, Wire>>;

export interface Logged {
    readonly level: string;
    readonly text: string;
    readonly urn: string | undefined;
}

export interface Step {
    readonly op: "create" | "update" | "same" | "replace" | "delete" | "refresh";
    readonly name: string;
    readonly inputs: Wire;
}

export interface Result {
    readonly steps: readonly Step[];
    readonly failures: Readonly<Record<string, string>>;
    readonly logs: readonly Logged[];
}

interface Recorded {
    readonly id: string;
    inputs: Wire;
    outs: Wire;
    initErrors: boolean;
}

/**
 * The engine's table of calls (what it asks of a provider in preview, up, refresh and destroy), in process, for rules that need many cases.
 * The real engine runs the same provider in test/cli. Each operation has a provider of its own, as each has its own process.
 */
export class TestStack {
    readonly state = new Map<string, Recorded>();

    constructor(
        private readonly simulator: Simulator,
        private readonly config: Readonly<Record<string, string>> = {},
        private readonly environment: Readonly<Record<string, string | undefined>> = {},
        private readonly clock: Clock = virtualClock(simulator),
        private readonly host: HostName = "dynamic provider",
    ) {}

    outputs(name: string): Wire {
        const outs = this.state.get(name)?.outs;
        if (outs === undefined) {
            throw new Error(`${name} is not in the state`);
        }
        return outs;
    }

    async preview(program: Program): Promise<Result> {
        return this.run(program, false);
    }

    /** `checked` runs between the check and the create or update of each resource: what another actor does meanwhile. */
    async up(program: Program, checked?: () => void): Promise<Result> {
        return this.run(program, true, checked);
    }

    async refresh(): Promise<Result> {
        const { provider, logs } = this.provider();
        const steps: Step[] = [];
        const failures: Record<string, string> = {};
        for (const [name, resource] of this.state) {
            const read = await provider.read(resource.id, wire(resource.outs)).catch((error: Error) => {
                failures[name] = error.message;
            });
            if (read === undefined) {
                continue;
            }
            const diff = await provider.diff(resource.id, wire(read.props), wire(resource.inputs));
            resource.outs = wire(read.props);
            resource.inputs = wire(read.inputs ?? resource.inputs);
            steps.push({ op: diff.changes ? "refresh" : "same", name, inputs: resource.inputs });
        }
        return { steps, failures, logs };
    }

    async destroy(): Promise<Result> {
        const { provider, logs } = this.provider();
        const failures: Record<string, string> = {};
        for (const [name, resource] of [...this.state]) {
            await this.delete(provider, name, resource, failures);
        }
        return { steps: [], failures, logs };
    }

    private async run(program: Program, forReal: boolean, onChecked?: () => void): Promise<Result> {
        const { provider, logs } = this.provider();
        const steps: Step[] = [];
        const failures: Record<string, string> = {};
        const replaced: [string, Recorded][] = [];
        const actions: Promise<void>[] = [];
        for (const [name, args] of Object.entries(program)) {
            const old = this.state.get(name);
            const news = {
                ...args,
                __urn: `urn:pulumi:test::test::connection::${name}`,
                __schemaVersion: 1,
                __preview: !forReal,
            };
            const checked = await provider.check(wire(old?.inputs ?? {}), wire(news));
            if (checked.failures?.length) {
                failures[name] = checked.failures.map((failure) => failure.reason).join("\n");
                continue;
            }
            let inputs = wire(checked.inputs);
            onChecked?.();
            if (old === undefined) {
                steps.push({ op: "create", name, inputs: asRead(inputs) });
                actions.push(this.create(provider, name, inputs, failures, forReal));
                continue;
            }
            const diff = await provider.diff(old.id, wire(old.outs), wire(inputs));
            if (diff.replaces?.length) {
                inputs = wire((await provider.check({}, wire(news))).inputs);
                steps.push({ op: "replace", name, inputs: asRead(inputs) });
                replaced.push([name, old]);
                actions.push(this.create(provider, name, inputs, failures, forReal));
            } else if (diff.changes || old.initErrors) {
                steps.push({ op: "update", name, inputs: asRead(inputs) });
                actions.push(this.update(provider, name, old, inputs, failures, forReal));
            } else {
                steps.push({ op: "same", name, inputs });
                if (forReal) {
                    old.inputs = inputs;
                }
            }
        }
        await Promise.all(actions);
        const gone = [...this.state].filter(([name]) => !Object.hasOwn(program, name));
        for (const [name, resource] of [...gone, ...replaced]) {
            steps.push({ op: "delete", name, inputs: resource.inputs });
            if (forReal) {
                await this.delete(
                    provider,
                    name,
                    resource,
                    failures,
                    replaced.some(([, old]) => old === resource),
                );
            }
        }
        return { steps, failures, logs };
    }

    private async create(
        provider: Omit<ResourceProvider, "configure" | "announce">,
        name: string,
        inputs: Wire,
        failures: Record<string, string>,
        forReal: boolean,
    ) {
        if (!forReal) {
            return;
        }
        try {
            const { id, outs } = await provider.create(wire(inputs));
            this.state.set(name, { id, inputs, outs: wire(outs), initErrors: false });
        } catch (error) {
            this.record(name, inputs, error as Error, failures);
        }
    }

    private async update(
        provider: Omit<ResourceProvider, "configure" | "announce">,
        name: string,
        old: Recorded,
        inputs: Wire,
        failures: Record<string, string>,
        forReal: boolean,
    ) {
        if (!forReal) {
            return;
        }
        try {
            const { outs } = await provider.update(old.id, wire(old.outs), wire(inputs));
            this.state.set(name, { id: old.id, inputs, outs: wire(outs), initErrors: false });
        } catch (error) {
            // On update the engine keeps the old inputs.
            this.record(name, old.inputs, error as Error, failures);
        }
    }

    private record(name: string, inputs: Wire, error: Error, failures: Record<string, string>) {
        const partial = error as Error & { id?: string; properties?: Wire; reasons?: string[] };
        failures[name] = partial.reasons?.join("\n") ?? error.message;
        if (partial.id !== undefined) {
            this.state.set(name, { id: partial.id, inputs, outs: wire(partial.properties ?? {}), initErrors: true });
        }
    }

    private async delete(
        provider: Omit<ResourceProvider, "configure" | "announce">,
        name: string,
        resource: Recorded,
        failures: Record<string, string>,
        replaced = false,
    ) {
        try {
            await provider.delete(resource.id, wire(resource.outs));
            if (!replaced) {
                this.state.delete(name);
            }
        } catch (error) {
            failures[name] = (error as Error).message;
        }
    }

    private provider() {
        const logs: Logged[] = [];
        const { decisions, admissions } = providersOf(this.host, {
            environment: { ...this.simulator.env, ...this.environment },
            clock: this.clock,
            log: (level, text, urn) => void logs.push({ level, text, urn }),
            ledger: new MemoryLedger(),
            signal: new AbortController().signal,
            newToken: randomUUID,
        });
        decisions.configure({ config: { get: (key) => this.config[key] } });
        // The engine asks the provider that a resource's own inputs name.
        const of = (inputs: Wire) => (inputs.rules === undefined ? decisions : admissions);
        const provider: Omit<ResourceProvider, "configure" | "announce"> = {
            check: (olds, news) => of(news).check(olds, news),
            diff: (id, olds, news) => of(olds).diff(id, olds, news),
            create: (inputs) => of(inputs).create(inputs),
            read: (id, props = {}) => of(props).read(id, props),
            update: (id, olds, news) => of(olds).update(id, olds, news),
            delete: (id, props) => of(props).delete(id, props),
        };
        return { provider, logs };
    }
}

/** Inputs with the status that check read: where `up` will change it, they show another one. */
function asRead(inputs: Wire): Wire {
    const { __from: from, observed } = inputs;
    return from === undefined ? inputs : { ...inputs, observed: { ...(observed as Wire), status: from } };
}

/** What the wire does to a value: a copy, JSON only. Throws on what would be lost. */
export function wire(value: Wire): Wire {
    const visit = (inner: unknown, path: string): void => {
        if (inner === undefined || typeof inner === "bigint" || (typeof inner === "number" && Number.isNaN(inner))) {
            throw new Error(`${path} is not JSON-pure: ${String(inner)}`);
        }
        if (typeof inner === "object" && inner !== null) {
            for (const [key, item] of Object.entries(inner)) {
                visit(item, `${path}.${key}`);
            }
        }
    };
    visit(value, "value");
    return structuredClone(value);
}
