import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import type { createProviders, ResourceProvider } from "../../src/engine/providers";
import type { Wire } from "../../src/engine/wire";
import type { Clock } from "../../src/shared/clock";
import { MemoryLedger } from "../../src/shared/ledger";
import { UNKNOWN } from "../../src/shared/unknown";
import type { Simulator } from "../../src/simulator/index";
import { wire } from "./engine";
import { type HostName, providersOf } from "./plugin-host";

/**
 * The engine in process, with everything that histories need beyond `TestStack`: several provider processes, plans, targets, replacements,
 * partial failures, killed processes, steps in parallel. What it asks of a provider, and when, is in the docs of the engine and was seen
 * with the real one; test/cli runs the same provider under it.
 */
export class ModelEngine {
    readonly state = new Map<string, Recorded>();
    /** Replaced, and not deleted yet. */
    readonly leftovers: { readonly name: string; readonly resource: Recorded }[] = [];
    /** Counts the calls of the clouds; logs carry it, so that a test can tell what was said before what was sent. */
    callCount: () => number = () => 0;

    constructor(
        private readonly simulator: Simulator,
        private readonly clock: ModelClock,
        /** Configuration of the default provider, `""`, and of each explicit one. */
        private readonly providers: Readonly<Record<string, Readonly<Record<string, string>>>>,
        private readonly host: HostName = "dynamic provider",
    ) {}

    /** Every check is made, also after one failed: the real engine stops there, and shows less. */
    async preview(program: ModelProgram, conditions: Conditions): Promise<Run> {
        const operation = this.operation(conditions);
        const { steps, failures } = operation;
        for (const [name, declared] of inOrder(program, conditions)) {
            if (!isTargeted(conditions, name)) {
                continue;
            }
            try {
                const step = await this.judge(operation, name, declared, true);
                steps.push(step);
            } catch (error) {
                failures[name] = textOf(error);
            }
        }
        for (const { name, resource } of this.removed(program, conditions, steps)) {
            steps.push({ op: "delete", name, id: resource.id, inputs: resource.inputs, provider: resource.provider });
        }
        return operation;
    }

    /**
     * Checks in order, creates and updates in parallel meanwhile, deletes after all. With a plan, a step whose checked inputs are not the planned ones is
     * refused. The first error ends what has not begun.
     */
    async up(program: ModelProgram, conditions: Conditions, plan?: Run): Promise<Run> {
        const operation = this.operation(conditions);
        const { steps, failures } = operation;
        const running = new Pool(conditions.parallel ?? 4);
        for (const [name, declared] of inOrder(program, conditions)) {
            if (operation.failed) {
                break;
            }
            if (!isTargeted(conditions, name)) {
                const kept = this.state.get(name);
                if (kept !== undefined) {
                    operation.declare(name, declared.args, kept.id);
                }
                continue;
            }
            try {
                const step = await this.judge(operation, name, declared, false);
                refuseUnplanned(plan, step);
                steps.push(step);
                conditions.checked?.(name, operation);
                running.add(() => this.carryOut(operation, step, declared));
                if (conditions.early) {
                    // The real engine does not wait: a create may be over before the next resource is checked.
                    await running.idle();
                }
            } catch (error) {
                failures[name] = textOf(error);
            }
        }
        conditions.registered?.(operation);
        await running.idle();
        if (!operation.failed) {
            await this.deleteAll(operation, this.removed(program, conditions, steps), plan);
        }
        return operation;
    }

    /** Reads, then asks diff about the old inputs. What cannot be read stays as it was. */
    async refresh(conditions: Conditions): Promise<Run> {
        const operation = this.operation(conditions);
        for (const [name, resource] of shuffled([...this.state], conditions.order)) {
            if (!isTargeted(conditions, name) || operation.failed) {
                continue;
            }
            const { id, provider } = resource;
            try {
                const read = await operation.call(provider, resource.inputs, (p) => p.read(id, wire(resource.outs)));
                const diff = await operation.call(provider, resource.inputs, (p) =>
                    p.diff(id, wire(read.props), wire(resource.inputs)),
                );
                resource.outs = { ...wire(read.props), __provider: resource.inputs.__provider };
                resource.inputs = wire(read.inputs ?? resource.inputs);
                operation.steps.push({
                    op: diff.changes ? "refresh" : "same",
                    name,
                    id,
                    inputs: resource.outs,
                    provider,
                });
            } catch (error) {
                operation.failures[name] = textOf(error);
            }
        }
        return operation;
    }

    /** Deletes without a program: no check is made. */
    async destroy(conditions: Conditions): Promise<Run> {
        const operation = this.operation(conditions);
        await this.deleteAll(operation, this.removed(new Map(), conditions, []));
        return operation;
    }

    private async judge(operation: Operation, name: string, declared: Declared, dry: boolean): Promise<Step> {
        const { provider, args } = declared;
        const old = this.state.get(name);
        const news: Wire = {
            ...args,
            __provider: `exports.handler = () => require("pulumi-connection-decision/provider").${token(args)}`,
            __urn: urnOf(name, args),
            __schemaVersion: 1,
            __preview: dry,
        };
        const check = async (olds: Wire): Promise<Wire> => {
            const { inputs, failures } = await operation.call(provider, args, (p) => p.check(wire(olds), wire(news)));
            if (failures?.length) {
                throw new Error(failures.map(({ reason }) => reason).join("\n"));
            }
            return wire(inputs);
        };
        const inputs = await check(old?.inputs ?? {});
        if (old === undefined) {
            return { op: "create", name, inputs, provider };
        }
        const diff = await operation.call(provider, args, (p) => p.diff(old.id, wire(old.outs), wire(inputs)));
        if (diff.replaces?.length) {
            return { op: "replace", name, id: old.id, inputs: await check({}), provider };
        }
        return { op: diff.changes || old.initErrors ? "update" : "same", name, id: old.id, inputs, provider };
    }

    private async carryOut(operation: Operation, step: Step, declared: Declared): Promise<void> {
        const { name, inputs, op, provider } = step;
        const old = this.state.get(name);
        if (operation.failed) {
            return;
        }
        try {
            if (op === "same" && old !== undefined) {
                old.inputs = inputs;
                old.provider = provider;
            } else if (op === "update" && old !== undefined) {
                const { outs } = await operation.call(provider, declared.args, (p) =>
                    p.update(old.id, wire(old.outs), wire(inputs)),
                );
                this.record(step, old.id, inputs, outs);
            } else {
                const { id, outs } = await operation.call(provider, declared.args, (p) => p.create(wire(inputs)));
                this.record(step, id, inputs, outs);
            }
            operation.declare(name, declared.args, this.state.get(name)?.id ?? "");
        } catch (error) {
            operation.failures[name] = textOf(error);
            const partial = error as { id?: string; properties?: Wire };
            if (partial.id !== undefined) {
                // On update the engine keeps the old inputs.
                const kept = op === "update" && old !== undefined ? old.inputs : inputs;
                this.record(step, partial.id, kept, partial.properties ?? {}, true);
            }
        }
    }

    private record({ name, op, provider }: Step, id: string, inputs: Wire, outs: Wire, initErrors = false): void {
        const old = this.state.get(name);
        if (op === "replace" && old !== undefined) {
            this.leftovers.push({ name, resource: old });
        }
        const withProvider = initErrors ? outs : { ...outs, __provider: inputs.__provider };
        this.state.set(name, { id, inputs, outs: wire(withProvider), initErrors, provider });
    }

    /** What the program holds no more, and what was replaced. */
    private removed(program: ModelProgram, conditions: Conditions, steps: readonly Step[]): Removed[] {
        const gone = [...this.state]
            .filter(([name]) => !program.has(name) && isTargeted(conditions, name))
            .map(([name, resource]) => ({ name, resource, leftover: false }));
        const old = this.leftovers
            .filter(({ name }) => isTargeted(conditions, name))
            .map((leftover) => ({ ...leftover, leftover: true }));
        // In a preview the replaced one is still the one in the state.
        const replaced = steps.flatMap(({ op, name }) => {
            const resource = this.state.get(name);
            const listed = this.leftovers.some((leftover) => leftover.name === name);
            return op === "replace" && resource !== undefined && !listed ? [{ name, resource, leftover: true }] : [];
        });
        return [...gone, ...old, ...replaced];
    }

    private async deleteAll(operation: Operation, removed: readonly Removed[], plan?: Run): Promise<void> {
        const { conditions, steps, failures } = operation;
        const running = new Pool(conditions.parallel ?? 4);
        for (const { name, resource, leftover } of shuffled(removed, conditions.order)) {
            const { id, provider, inputs } = resource;
            if (plan !== undefined && !plan.steps.some((step) => step.op === "delete" && step.name === name)) {
                failures[name] = "violates plan: delete is not allowed by the plan";
                break;
            }
            running.add(async () => {
                if (operation.failed) {
                    return;
                }
                steps.push({ op: "delete", name, id, inputs, provider });
                try {
                    await operation.call(provider, inputs, (p) => p.delete(id, wire(resource.outs)));
                    if (leftover) {
                        const at = this.leftovers.findIndex((one) => one.resource === resource);
                        this.leftovers.splice(at, at < 0 ? 0 : 1);
                    } else {
                        this.state.delete(name);
                    }
                } catch (error) {
                    failures[name] = textOf(error);
                }
            });
        }
        await running.idle();
    }

    private operation(conditions: Conditions): Operation {
        return new Operation(this.simulator, this.clock, this.providers, conditions, () => this.callCount(), this.host);
    }
}

/** One resource of a program. */
export interface Declared {
    readonly args: Wire;
    /** The explicit provider it is given; `""`: none. */
    readonly provider: string;
}

export type ModelProgram = ReadonlyMap<string, Declared>;

export interface Recorded {
    id: string;
    inputs: Wire;
    outs: Wire;
    initErrors: boolean;
    provider: string;
}

interface Removed {
    readonly name: string;
    readonly resource: Recorded;
    readonly leftover: boolean;
}

export interface Step {
    readonly op: "create" | "update" | "same" | "replace" | "delete" | "refresh";
    readonly name: string;
    readonly id?: string;
    readonly inputs: Wire;
    readonly provider: string;
}

export interface Logged {
    readonly level: string;
    readonly text: string;
    readonly urn: string | undefined;
    /** How many calls the clouds had received then. */
    readonly at: number;
}

/** What an operation did. */
export interface Run {
    readonly steps: readonly Step[];
    readonly failures: Readonly<Record<string, string>>;
    readonly logs: readonly Logged[];
}

/** Under which circumstances an operation runs. */
export interface Conditions {
    readonly environment: Readonly<Record<string, string | undefined>>;
    /** Chooses the order of registration, of reads and of deletes. */
    readonly order: number;
    readonly targets?: ReadonlySet<string>;
    readonly parallel?: number;
    /** Each create and update ends before the next check. */
    readonly early?: boolean;
    /** Called after a resource was checked and before it is created or updated. */
    readonly checked?: (name: string, operation: Processes) => void;
    /** Called after the last check. */
    readonly registered?: (operation: Processes) => void;
    /** Called once the processes of an operation are there. */
    readonly started?: (operation: Processes) => void;
}

/** The provider processes of an operation, as somebody who kills them sees them. */
export interface Processes {
    /** Ends every process: calls in flight fail, and nothing of them is recorded. */
    kill(): void;
    /** Ends every process where none is in a call; the next call starts new ones. */
    restart(): void;
}

/** One engine operation: its processes, and one ledger for all of them. */
class Operation implements Run, Processes {
    readonly steps: Step[] = [];
    readonly failures: Record<string, string> = {};
    readonly logs: Logged[] = [];
    private readonly ledger = new MemoryLedger();
    private processes = new Map<string, Process>();

    constructor(
        private readonly simulator: Simulator,
        private readonly clock: ModelClock,
        private readonly configs: Readonly<Record<string, Readonly<Record<string, string>>>>,
        readonly conditions: Conditions,
        private readonly callCount: () => number,
        private readonly host: HostName,
    ) {
        conditions.started?.(this);
    }

    get failed(): boolean {
        return Object.keys(this.failures).length > 0;
    }

    /** Calls the provider of these inputs; fails at once where its process is killed. */
    async call<T>(provider: string, inputs: Wire, ask: (provider: ResourceProvider) => Promise<T>): Promise<T> {
        const process = this.process(provider);
        const { decisions, admissions } = process.providers;
        return Promise.race([ask(inputs.scope === undefined ? decisions : admissions), process.death]);
    }

    /** What the class tells the other processes once a resource is registered, in `up` only. */
    declare(name: string, args: Wire, id: string): void {
        const { connection, except } = args;
        this.ledger.add({ is: "declared", urn: urnOf(name, args), id, connection, except });
    }

    kill(): void {
        for (const process of this.processes.values()) {
            process.kill();
        }
        this.processes = new Map();
    }

    restart(): void {
        this.kill();
    }

    private process(name: string): Process {
        let process = this.processes.get(name);
        if (process === undefined) {
            process = new Process(
                this.clock,
                { ...this.simulator.env, ...this.conditions.environment },
                this.configs[name] ?? {},
                (level, text, urn) => void this.logs.push({ level, text, urn, at: this.callCount() }),
                this.ledger.reader(),
                this.host,
            );
            this.processes.set(name, process);
        }
        return process;
    }
}

/** A provider process: one object of providers, which ends when it is killed. */
class Process {
    readonly providers: ReturnType<typeof createProviders>;
    readonly death: Promise<never>;
    private readonly end = new AbortController();
    private die: (error: Error) => void = () => {};

    constructor(
        clock: ModelClock,
        environment: Readonly<Record<string, string | undefined>>,
        config: Readonly<Record<string, string>>,
        log: (level: string, text: string, urn: string | undefined) => void,
        ledger: MemoryLedger,
        host: HostName,
    ) {
        this.death = new Promise((_, reject) => {
            this.die = reject;
        });
        this.death.catch(() => {});
        const { signal } = this.end;
        const parts = {
            environment,
            clock: clock.until(signal),
            log,
            signal,
            newToken: randomUUID,
            ledger,
        };
        this.providers = providersOf(host, parts);
        const request = { config: { get: (key: string) => config[key] } };
        this.providers.decisions.configure(request);
        this.providers.admissions.configure(request);
    }

    kill(): void {
        this.end.abort(new Error("killed"));
        this.die(new Error("the plugin exited unexpectedly"));
    }
}

/** Virtual time: waits move it and the simulator's ahead. */
export class ModelClock implements Clock {
    private current: number;

    constructor(
        private readonly simulator: Simulator,
        start: number,
    ) {
        this.current = start;
    }

    now(): number {
        return this.current;
    }

    random(): number {
        return 0.5;
    }

    async sleep(ms: number): Promise<void> {
        this.advance(ms);
        await setImmediate();
    }

    advance(ms: number): void {
        this.current += ms;
        this.simulator.advance(ms);
    }

    /** What a preview waited for is taken back, so that the up after it sees the same moment. */
    back(to: number): void {
        this.current = to;
    }

    /** The clock of a process: it stands still for one that was killed. */
    until(signal: AbortSignal): Clock {
        return {
            now: () => this.now(),
            random: () => this.random(),
            sleep: (ms) => (signal.aborted ? new Promise(() => {}) : this.sleep(ms)),
        };
    }
}

/** Runs tasks, so many at once. */
class Pool {
    private readonly waiting: (() => Promise<void>)[] = [];
    private readonly running = new Set<Promise<void>>();

    constructor(private readonly size: number) {}

    add(task: () => Promise<void>): void {
        this.waiting.push(task);
        this.next();
    }

    async idle(): Promise<void> {
        while (this.running.size > 0) {
            await Promise.race(this.running);
        }
    }

    private next(): void {
        while (this.running.size < this.size) {
            const task = this.waiting.shift();
            if (task === undefined) {
                return;
            }
            const run = task().finally(() => {
                this.running.delete(run);
                this.next();
            });
            this.running.add(run);
        }
    }
}

function token(args: Wire): string {
    return args.scope === undefined ? "ConnectionDecision" : "ConnectionAdmission";
}

function urnOf(name: string, args: Wire): string {
    return `urn:pulumi:test::test::pulumi-nodejs:dynamic/connection:${token(args)}::${name}`;
}

/** A plan binds every checked input, and what may be done; what was unknown in the preview may be anything. */
function refuseUnplanned(plan: Run | undefined, step: Step): void {
    if (plan === undefined) {
        return;
    }
    const planned = plan.steps.find(({ name, op }) => name === step.name && op !== "delete");
    if (planned === undefined || (planned.op !== step.op && step.op !== "same")) {
        throw new Error(`violates plan: ${step.op} is not allowed by the plan`);
    }
    if (!within(planned.inputs, step.inputs)) {
        throw new Error("violates plan: properties changed");
    }
}

function within(planned: unknown, actual: unknown): boolean {
    if (planned === UNKNOWN) {
        return true;
    }
    if (typeof planned !== "object" || planned === null || typeof actual !== "object" || actual === null) {
        return planned === actual;
    }
    if (Array.isArray(planned) !== Array.isArray(actual)) {
        return false;
    }
    const keys = new Set([...Object.keys(planned), ...Object.keys(actual)]);
    return [...keys].every((key) => within((planned as Wire)[key], (actual as Wire)[key]));
}

function isTargeted({ targets }: Conditions, name: string): boolean {
    return targets?.has(name) ?? true;
}

function inOrder(program: ModelProgram, { order }: Conditions): [string, Declared][] {
    return shuffled([...program], order);
}

/** The same order for the same number; 0 leaves it as it is. */
export function shuffled<T>(items: readonly T[], order: number): T[] {
    const left = [...items];
    const result: T[] = [];
    let rest = order;
    while (left.length > 0) {
        result.push(...left.splice(rest % left.length, 1));
        rest = Math.floor(rest / Math.max(1, left.length + 1));
    }
    return result;
}

function textOf(error: unknown): string {
    const { reasons, message } = error as { reasons?: string[]; message?: string };
    return reasons?.join("\n") ?? message ?? String(error);
}
