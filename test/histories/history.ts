import { setTimeout as sleep } from "node:timers/promises";
import type { Wire } from "../../src/engine/wire";
import type { Call, Simulator } from "../../src/simulator/index";
import { ACCOUNT, OTHER_ACCOUNT } from "../support/clouds";
import {
    type Conditions,
    ModelClock,
    ModelEngine,
    type ModelProgram,
    type Processes,
    type Recorded,
    type Run,
} from "../support/engine-model";
import type { HostName } from "../support/plugin-host";
import { actOutside, type Place, SLOTS, type Slot, sameplace, type Truth, truthOf, worldOf } from "./places";
import {
    type AdmissionModel,
    type Circumstances,
    DAY_MS,
    type DecisionModel,
    declaredBy,
    edited,
    endOf,
    exceptedBy,
    expectedOf,
    type History,
    identityOf,
    type Outside,
    type Program,
    placeUnder,
    type ResourceModel,
    ruleFor,
    START,
    type Step,
    slotOf,
    tidied,
} from "./program";
import { type Action, coveredBy, differences, type Shown, shownBy, verdictTexts } from "./shown";

/** Names of what must hold; a violation says which. */
export type Invariant =
    | "shown"
    | "cutShown"
    | "declaredOnly"
    | "except"
    | "guard"
    | "timeBox"
    | "human"
    | "maxCuts"
    | "order"
    | "green"
    | "truth"
    | "verdicts"
    | "readOnly"
    | "unconfirmed"
    | "delete"
    | "deleted"
    | "settled"
    | "broken";

export interface Violation {
    readonly invariant: Invariant;
    readonly text: string;
}

/** One mutation that a cloud received. */
interface Sent {
    readonly action: Action;
    readonly slot: Slot;
    readonly before: Truth;
    readonly by: "human" | "us" | undefined;
    readonly at: number;
    readonly call: Call;
    changed: boolean;
}

/** What the test knows of a recorded resource. */
interface Known {
    readonly model: ResourceModel;
    readonly place: Place;
}

/** Where a resource of the state is. */
interface Home {
    readonly identity: string;
    readonly place: Place;
    /** Its region is written in the program, no default. */
    readonly written: boolean;
}

/** Something in the state when an operation began. */
interface Standing extends Known {
    readonly name: string;
    readonly id: string;
    readonly leftover: boolean;
}

const MUTATION = /^(?:ec2:(Accept|Reject)VpcEndpointConnections|es:(Accept|Reject|Delete)InboundConnection)$/;

/** Lives through one history, and notes every violation. The expectations know nothing of the provider's code. */
export class HistoryRun {
    readonly violations: Violation[] = [];
    /** What happened, for whoever reads a counterexample. */
    readonly trace: string[] = [];
    private readonly clock: ModelClock;
    private readonly engine: ModelEngine;
    private program: Program = new Map();
    private names = 0;
    private known = new WeakMap<Recorded, Known>();
    /** Who decided a connection last. */
    private readonly deciders = new Map<string, "human" | "us">();
    /** When a time-boxed acceptance was first there, by resource, rule and connection. */
    private readonly since = new Map<string, number>();
    /** Decisions under `hold` that were carried out, by name, as declared then. */
    private readonly carried = new Map<string, string>();
    private readonly vanished: Parameters<typeof actOutside>[1] = new Map();
    private planned: { readonly run: Run; readonly program: Program; readonly shown: readonly Shown[] } | undefined;
    private sent: Sent[] = [];
    private calls = 0;
    /** Of the last operation; undefined: everything. */
    private targets: ReadonlySet<string> | undefined;
    private killed = false;
    private mutating: ((sent: number) => void) | undefined;

    constructor(
        private readonly simulator: Simulator,
        private readonly history: History,
        host: HostName = "dynamic provider",
    ) {
        simulator.world = worldOf(history.starts);
        simulator.clearCalls();
        simulator.clearFaults();
        simulator.settleMs = history.settleMs;
        this.clock = new ModelClock(simulator, START);
        const shared = {
            ...(history.maxCuts === undefined ? {} : { "connections:maxCuts": String(history.maxCuts) }),
            ...(history.warn ? { "connections:unreadable": "warn" } : {}),
        };
        const west = { ...shared, "connections:awsRegion": "eu-west-1" };
        this.engine = new ModelEngine(
            simulator,
            this.clock,
            {
                "": shared,
                west,
                foreign: { ...west, "connections:awsRoleArn": `arn:aws:iam::${OTHER_ACCOUNT}:role/owner` },
            },
            host,
        );
        this.engine.callCount = () => this.calls;
        for (const model of history.program) {
            this.program = new Map([...this.program, [this.fresh(), model]]);
        }
        this.tidy();
        for (const slot of SLOTS) {
            if (["accepted", "rejected"].includes(this.truth(slot))) {
                this.deciders.set(slot.id, "human");
            }
        }
    }

    async live(): Promise<void> {
        this.note(`program ${text(this.program)}`);
        for (const step of this.history.steps) {
            await this.take(step);
        }
    }

    /** What the simulator calls with each call, before it is handled. */
    observe(call: Call): void {
        this.flush();
        this.calls += 1;
        const [, ec2, search] = MUTATION.exec(call.action) ?? [];
        const verb = ec2 ?? search;
        for (const id of verb === undefined ? [] : call.ids) {
            const slot = SLOTS.find((one) => one.id === id);
            if (slot === undefined) {
                this.violate("declaredOnly", `${call.action} on ${id}, which no place has`);
                continue;
            }
            this.sent.push({
                action: verb?.toLowerCase() as Action,
                slot,
                before: this.truth(slot),
                by: this.deciders.get(id),
                at: this.calls,
                call,
                changed: false,
            });
        }
        if (verb !== undefined) {
            this.mutating?.(this.sent.length);
        }
    }

    private async take(step: Step): Promise<void> {
        switch (step.do) {
            case "edits":
                for (const edit of step.edits) {
                    this.program = edited(this.program, edit, () => this.fresh());
                }
                this.tidy();
                return this.note(`program ${text(this.program)}`);
            case "outside":
                return this.outside(step.acts);
            case "days":
                this.clock.advance(step.days * DAY_MS);
                return this.note(`${step.days} days pass: ${new Date(this.clock.now()).toISOString()}`);
            case "preview":
                return this.preview(step.when);
            case "refresh":
                return this.refresh(step.when);
            case "destroy":
                return this.destroy(step.when);
            case "up":
                return this.up(step);
        }
    }

    private outside(acts: readonly Outside[]): void {
        for (const { slot: n, to } of acts) {
            this.flush();
            const slot = SLOTS[n % SLOTS.length] as Slot;
            if (actOutside(this.simulator, this.vanished, slot, to)) {
                this.note(`outside: ${slot.id} is ${this.truth(slot)}`);
                if (to === "accepted" || to === "rejected") {
                    this.deciders.set(slot.id, "human");
                } else if (to === "lapsed") {
                    this.deciders.delete(slot.id);
                }
            }
        }
    }

    /** A preview, in two orders, with everything that must hold of it. */
    private async preview(when: Circumstances): Promise<void> {
        await this.previewed(when, true);
    }

    private async previewed(when: Circumstances, twice: boolean): Promise<Run> {
        const began = this.clock.now();
        const run = await this.operate("preview", when, (conditions) =>
            this.engine.preview(this.declared(), conditions),
        );
        if (twice) {
            const other = { ...when, order: when.order + 7 };
            const again = await this.operate("preview", other, (conditions) =>
                this.engine.preview(this.declared(), conditions),
            );
            this.sameInAnyOrder(run, again);
        }
        this.clock.back(began);
        this.truthful(run, when);
        this.green(run, when, this.targeted([...this.program.keys()]));
        if (Object.keys(run.failures).length === 0) {
            this.planned = { run, program: this.program, shown: this.readable(run) };
        }
        return run;
    }

    private async refresh(when: Circumstances): Promise<void> {
        const run = await this.operate("refresh", when, (conditions) => this.engine.refresh(conditions));
        this.green(run, when, this.targeted([...this.engine.state.keys()]));
        for (const { name, inputs } of run.steps) {
            const recorded = this.engine.state.get(name);
            const known = recorded && this.known.get(recorded);
            // With `warn`, what another account's credentials cannot read is kept, and said to be.
            const kept = when.down !== undefined || (this.history.warn && when.stranger === true);
            if (known?.model.is === "decision" && !kept) {
                this.observed(name, known.model, known.place, inputs, `refresh of ${name}`);
            }
        }
    }

    private async destroy(when: Circumstances): Promise<void> {
        const standing = this.standing();
        const run = await this.operate("destroy", when, (conditions) => this.engine.destroy(conditions));
        this.justify(run, [], standing, new Set(), when, new Map());
        this.deletedForReal(run, standing, new Map());
        this.forget();
    }

    private async up(step: Extract<Step, { do: "up" }>): Promise<void> {
        const { when } = step;
        const plan = step.plan ? this.planned : undefined;
        let shown = plan?.shown;
        if (shown === undefined) {
            const preview = await this.previewed(when, when.order % 3 === 0);
            if (Object.keys(preview.failures).length > 0 && !step.regardless) {
                return;
            }
            shown = this.readable(preview);
        }
        const standing = this.standing();
        const program = this.program;
        const touched = new Set<string>();
        const open = [...step.during];
        let processes: Processes | undefined;
        const act = (acts: readonly Outside[]) => {
            for (const one of acts) {
                touched.add((SLOTS[one.slot % SLOTS.length] as Slot).id);
            }
            this.outside(acts);
        };
        let restarted = step.kill !== 0;
        const run = await this.operate("up", when, (conditions) => {
            this.mutating = (sent) => {
                if (step.kill !== undefined && step.kill > 0 && sent >= step.kill) {
                    this.mutating = undefined;
                    this.note(`killed at mutation ${sent}`);
                    if (when.order % 2 === 1) {
                        this.simulator.addFaults({ fault: "reset", times: 1 });
                    }
                    this.killed = true;
                    processes?.kill();
                }
            };
            return this.engine.up(
                this.declared(),
                {
                    ...conditions,
                    started: (started) => {
                        processes = started;
                    },
                    checked: (name) => {
                        if (!restarted) {
                            restarted = true;
                            processes?.restart();
                        }
                        const covered = coveredBy(program, name);
                        const due = open.filter(({ slot }) => covered.includes(SLOTS[slot]?.id ?? ""));
                        open.splice(0, open.length, ...open.filter((one) => !due.includes(one)));
                        act(due);
                    },
                    registered: () => act(open),
                },
                plan?.run,
            );
        });
        this.mutating = undefined;
        const own = plan === undefined ? this.readable(run) : [];
        const all = [...shown, ...own.filter(({ id }) => touched.has(id))];
        this.learn(run, when);
        if (plan === undefined) {
            // A plan may be of another program; then every step that sends is refused.
            this.justify(run, all, standing, touched, when, program);
        } else {
            this.justify(run, plan.shown, standing, new Set(), when, plan.program);
        }
        if (plan === undefined && step.during.length === 0 && step.kill === undefined) {
            this.green(run, when, this.targeted([...program.keys()]));
            await this.settled(run, when);
        }
        if (touched.size === 0) {
            this.deletedForReal(run, standing, program);
        }
        this.mature(run, touched);
        this.forget();
    }

    /** One operation under its circumstances; what it sends is in `sent`. */
    private async operate(
        what: "preview" | "up" | "refresh" | "destroy",
        when: Circumstances,
        operation: (conditions: Conditions) => Promise<Run>,
    ): Promise<Run> {
        this.sent = [];
        this.simulator.clearFaults();
        const times = 1_000_000;
        if (when.down === "sts") {
            this.simulator.addFaults({ fault: "error", status: 503, action: "sts:GetCallerIdentity", times });
        } else if (when.down === "reads") {
            this.simulator.addFaults({ fault: "error", status: 503, action: "*Describe*", times });
        }
        const account = when.stranger ? OTHER_ACCOUNT : ACCOUNT;
        const environment = {
            AWS_REGION: when.elsewhere ? "eu-central-1" : "eu-west-1",
            AWS_DEFAULT_REGION: undefined,
            AWS_ACCESS_KEY_ID: `AKIA${account}`,
            AWS_SECRET_ACCESS_KEY: `secret-of-AKIA${account}`,
        };
        for (const [key, value] of Object.entries(environment)) {
            if (value === undefined) {
                delete process.env[key];
            } else {
                process.env[key] = value;
            }
        }
        const names = [...new Set([...this.program.keys(), ...this.engine.state.keys()])];
        const targets =
            when.targets === undefined || names.length === 0
                ? undefined
                : new Set(when.targets.map((n) => names[n % names.length] as string));
        this.targets = targets;
        const { order, parallel, early } = when;
        const run = await operation({
            environment,
            order,
            parallel,
            early,
            ...(targets === undefined ? {} : { targets }),
        });
        if (this.killed) {
            // What a killed process had sent arrives all the same.
            this.killed = false;
            await sleep(20);
        }
        this.flush();
        this.simulator.clearFaults();
        this.note(`${what} ${JSON.stringify(when)}${targets === undefined ? "" : ` of ${[...targets]}`}`);
        for (const { op, name, inputs } of run.steps) {
            const { transition, verdicts, observed } = inputs;
            this.note(`    ${op} ${name} ${JSON.stringify({ observed, transition, verdicts })}`);
        }
        for (const [name, why] of Object.entries(run.failures)) {
            this.note(`    FAILED ${name}: ${why.replaceAll("\n", " | ")}`);
        }
        for (const { level, text: said } of run.logs) {
            this.note(`    ${level}: ${said}`);
        }
        for (const { action, slot, before, call } of this.sent) {
            this.note(`    SENT ${action} ${slot.id} (${before}) ${call.outcome}`);
        }
        if ((what === "preview" || what === "refresh") && this.sent.length > 0) {
            this.violate("readOnly", `a ${what} sent ${this.sent.map(({ action, slot }) => `${action} ${slot.id}`)}`);
        }
        return run;
    }

    // What must hold of previews

    private sameInAnyOrder(one: Run, other: Run): void {
        const [a, b] = [one, other].map(({ failures }) => Object.keys(failures).length > 0);
        if (a !== b) {
            this.violate("order", `two previews, and one fails: ${JSON.stringify([one.failures, other.failures])}`);
        } else if (!a) {
            for (const difference of differences(one, other)) {
                this.violate("order", `two previews differ: ${difference}`);
            }
        }
    }

    /** What a preview says about connections is so, and nothing that waits for a verdict is left out. */
    private truthful(run: Run, when: Circumstances): void {
        for (const step of run.steps) {
            const model = this.program.get(step.name);
            if (model === undefined || step.op === "delete") {
                continue;
            }
            const place = this.placeOf(step.name, model, when);
            if (model.is === "decision") {
                this.observed(step.name, model, place, step.inputs, `preview of ${step.name}`);
                continue;
            }
            const texts = verdictTexts(step);
            const covered = this.coveredAt(model, place);
            for (const id of Object.keys(texts)) {
                if (!covered.some((slot) => slot.id === id)) {
                    this.violate("except", `${step.name} has a verdict on ${id}: ${texts[id]}`);
                }
            }
            if (when.down === undefined) {
                for (const slot of covered.filter((one) => this.truth(one) === "pending")) {
                    const rule = ruleFor(model, slot);
                    const verdict = rule?.verdict ?? model.otherwise;
                    if (rule?.until === undefined && !texts[slot.id]?.startsWith(verdict)) {
                        this.violate("verdicts", `${step.name} on ${slot.id}: ${texts[slot.id]}, not ${verdict}`);
                    }
                }
            }
        }
    }

    private observed(name: string, model: DecisionModel, place: Place, inputs: Wire, where: string): void {
        const slot = slotOf(model);
        // Unknown in a preview where `up` will change it; the transition then says what it is.
        const [, from] = /(\w+) -> \w+/.exec(String(inputs.transition ?? "")) ?? [];
        const status = from ?? (inputs.observed as { status?: string } | undefined)?.status;
        const word = status === "expired" || status === "failed" ? "lapsed" : status;
        const truth = sameplace(slot.place, place) ? this.truth(slot) : "absent";
        const known = ["absent", "pending", "accepting", "accepted", "rejecting", "rejected", "removing", "lapsed"];
        if (word !== undefined && known.includes(word) && word !== truth) {
            this.violate("truth", `${where}: ${slot.id} of ${name} is said to be ${status}, and is ${truth}`);
        }
        if (word === "unknown" && !this.history.warn) {
            this.violate("green", `${where}: ${slot.id} is unknown, and nothing fails`);
        }
    }

    /** What could not be read is a failure, and so are another account's credentials. */
    private green(run: Run, { down, stranger }: Circumstances, affected: readonly string[]): void {
        if (this.history.warn || Object.keys(run.failures).length > 0) {
            return;
        }
        if (down !== undefined && affected.length > 0) {
            this.violate("green", `${down} down, ${affected} affected, and no failure`);
        }
        const moved = affected.filter((name) => {
            const account = this.places.get(name)?.place.account;
            const recorded = this.engine.state.get(name);
            const provider = recorded?.provider;
            const was = recorded && this.known.get(recorded)?.model.is;
            // Under the same name, but of the other type: another resource, which is new.
            if (was !== undefined && was !== (this.program.get(name)?.is ?? was)) {
                return false;
            }
            return stranger && provider !== "foreign" && account !== undefined && account !== OTHER_ACCOUNT;
        });
        if (moved.length > 0) {
            this.violate("green", `another account's credentials, ${moved} of ${ACCOUNT}, and no failure`);
        }
    }

    /** After a run that did everything, nothing is left to announce. */
    private async settled(run: Run, when: Circumstances): Promise<void> {
        const whole = when.down === undefined && when.targets === undefined && when.order % 4 === 0;
        if (Object.keys(run.failures).length > 0 || !whole) {
            return;
        }
        const after = await this.operate("preview", when, (conditions) =>
            this.engine.preview(this.declared(), conditions),
        );
        const left = this.readable(after).map(({ name, id, actions }) => `${name}: ${actions} ${id}`);
        if (left.length > 0 || Object.keys(after.failures).length > 0) {
            this.violate("settled", `right after a green up: ${left} ${JSON.stringify(after.failures)}`);
        }
    }

    // What must hold of what was sent

    /** Every mutation has somebody who was shown to send it, or a delete that may. */
    private justify(
        run: Run,
        shown: readonly Shown[],
        standing: readonly Standing[],
        touched: ReadonlySet<string>,
        when: Circumstances,
        program: Program,
    ): void {
        const cuts = new Set<string>();
        for (const sent of this.sent) {
            const { slot, action, before } = sent;
            const what = `${action} of ${slot.id}, which was ${before}`;
            if (cutsNow(sent)) {
                cuts.add(slot.id);
            }
            const bySteps = shown
                .filter(({ id, actions }) => id === slot.id && actions.includes(action))
                .map((one) => this.objections(one, sent, when, program));
            const byDeletes = run.steps
                .filter(({ op }) => op === "delete")
                .flatMap(({ name, id }) => standing.filter((one) => one.name === name && one.id === id))
                .filter((one) => deletes(one, slot, action))
                .map((one) => this.objectionsToDelete(one, sent, run, standing, program, when));
            const all = [...bySteps, ...byDeletes];
            if (all.length === 0) {
                this.violate("shown", `${what}: no preview showed it${touched.has(slot.id) ? " (touched)" : ""}`);
            } else if (all.every((objections) => objections.length > 0)) {
                for (const { invariant, text: why } of all[0] ?? []) {
                    this.violate(invariant, `${what}: ${why}`);
                }
            }
            if (when.down === "sts" && standing.some((one) => coversId(one.model, slot))) {
                this.violate("unconfirmed", `${what}: the account was not confirmed`);
            }
        }
        const most = this.history.maxCuts ?? 10;
        if (cuts.size > most) {
            this.violate("maxCuts", `${cuts.size} cuts, at most ${most} allowed: ${[...cuts]}`);
        }
    }

    private objections(shown: Shown, sent: Sent, when: Circumstances, program: Program): Violation[] {
        const { slot, action, before, by } = sent;
        const model = program.get(shown.name);
        if (model === undefined) {
            return [{ invariant: "declaredOnly", text: `${shown.name} is not in the program` }];
        }
        const objections: Violation[] = [];
        const object = (invariant: Invariant, why: string) => void objections.push({ invariant, text: why });
        const place = this.placeOf(shown.name, model, when);
        if (!sameplace(place, slot.place)) {
            object("declaredOnly", `${shown.name} is in ${place.account} ${place.region}`);
        }
        if (cutsNow(sent) && !shown.cut) {
            object("cutShown", `${shown.name} did not show that it cuts`);
        }
        const rule = model.is === "admission" ? ruleFor(model, slot) : model;
        const end =
            rule?.until === undefined ? undefined : endOf(rule.until, this.since.get(boxKey(shown.name, model, slot)));
        const over = end !== undefined && this.clock.now() >= end;
        if (over && action === "accept") {
            object("timeBox", `the time-box of ${shown.name} was over at ${new Date(end).toISOString()}`);
        }
        const overrules = by === "human" && before === (action === "accept" ? "rejected" : "accepted");
        if (model.is === "decision") {
            if (model.expected !== undefined && expectedOf(model) !== slot.requester) {
                object("guard", `${shown.name} expects ${expectedOf(model)}`);
            }
            if (overrules && this.carried.get(shown.name) === JSON.stringify(model) && !over) {
                object("human", `${shown.name} holds, and somebody decided otherwise`);
            }
        } else {
            if (exceptedBy(model).includes(slot)) {
                object("except", `${shown.name} leaves it out`);
            }
            if (overrules && !model.enforce && !over) {
                object("human", `${shown.name} only reports, and somebody decided otherwise`);
            }
        }
        return objections;
    }

    /** A delete acts only where nothing else that stays declares the connection otherwise. */
    private objectionsToDelete(
        deleted: Standing,
        { slot, action, at }: Sent,
        run: Run,
        standing: readonly Standing[],
        program: Program,
        when: Circumstances,
    ): Violation[] {
        if (!sameplace(deleted.place, slot.place)) {
            return [{ invariant: "declaredOnly", text: `${deleted.name} was in ${deleted.place.region}` }];
        }
        const gone = run.steps.filter(({ op }) => op === "delete").map(({ name, id }) => `${name} ${id}`);
        const staying = [
            ...standing
                .filter(({ name, id }) => !gone.includes(`${name} ${id}`))
                .filter(({ name }) => !program.has(name))
                .map(({ name, model, place }) => ({ name, model, place })),
            ...[...program].map(([name, model]) => ({ name, model, place: this.placeOf(name, model, when) })),
        ];
        const otherwise = staying.find(
            ({ model, place }) =>
                action !== "accept" && sameplace(place, slot.place) && wants(model, slot) === "accept",
        );
        if (otherwise === undefined) {
            return [];
        }
        // Where the provider cannot know of the other one, it says what it does first.
        const unknowable = program.size === 0 || when.targets !== undefined;
        const told = run.logs.some((log) => log.at < at && log.text.includes(slot.id));
        return unknowable && told
            ? []
            : [{ invariant: "delete", text: `${otherwise.name} still declares that it is accepted` }];
    }

    /** A delete that was to act and is reported done has acted. */
    private deletedForReal(run: Run, standing: readonly Standing[], program: Program): void {
        if (this.history.warn || Object.keys(run.failures).length > 0) {
            return;
        }
        for (const { name, id, op } of run.steps) {
            const one = standing.find((other) => op === "delete" && name === other.name && id === other.id);
            if (one?.model.onDelete === undefined) {
                continue;
            }
            const { model, place } = one;
            const others = [
                ...program.values(),
                ...standing.filter((other) => other !== one).map((other) => other.model),
            ];
            const left = this.acceptedBy(model, place).filter((slot) => !others.some((other) => coversId(other, slot)));
            if (left.length > 0) {
                const ids = left.map((slot) => slot.id);
                this.violate("deleted", `${name} was to ${model.onDelete}, and ${ids} of it still works`);
            }
        }
    }

    /** Working connections of a place that a resource declares accepted, or decided alone. */
    private acceptedBy(model: ResourceModel, place: Place): readonly Slot[] {
        const slots = model.is === "decision" ? [slotOf(model)] : this.coveredAt(model, place);
        return slots.filter(
            (slot) =>
                sameplace(slot.place, place) &&
                this.truth(slot) === "accepted" &&
                (model.is === "decision" || wants(model, slot) === "accept"),
        );
    }

    // What the test learns from a run

    /** Resources that were recorded anew, with where they are. */
    private learn(run: Run, when: Circumstances): void {
        for (const [name, recorded] of this.engine.state) {
            const model = this.program.get(name);
            const step = run.steps.find((one) => one.name === name && one.op !== "delete");
            if (model === undefined || step === undefined) {
                continue;
            }
            // A step that failed without a record leaves the one that was there.
            if (this.known.has(recorded) && step.op !== "same") {
                continue;
            }
            const moved = step.op === "create" || step.op === "replace";
            const place = (moved ? undefined : this.places.get(name)?.place) ?? this.placeOf(name, model, when);
            this.known.set(recorded, { model, place });
            this.places.set(name, { identity: identityOf(model), place, written: model.region });
        }
    }

    /** Where the resources of the state are, by name. */
    private readonly places = new Map<string, Home>();

    /** Time-boxes that began, decisions that were carried out. */
    private mature(run: Run, touched: ReadonlySet<string>): void {
        for (const { name, op } of run.steps) {
            const recorded = this.engine.state.get(name);
            const known = recorded && this.known.get(recorded);
            if (op === "delete" || known === undefined || recorded?.initErrors || run.failures[name] !== undefined) {
                continue;
            }
            const { model, place } = known;
            const slots = model.is === "decision" ? [slotOf(model)] : this.coveredAt(model, place);
            for (const slot of slots) {
                const until = model.is === "decision" ? model.until : ruleFor(model, slot)?.until;
                const key = boxKey(name, model, slot);
                const works = ["accepted", "accepting"].includes(this.truth(slot));
                if (until !== undefined && works && sameplace(place, slot.place) && !this.since.has(key)) {
                    this.since.set(key, this.clock.now());
                }
            }
            if (model.is === "decision" && model.onDrift === "hold") {
                const slot = slotOf(model);
                const done = this.truth(slot) === (model.decision === "accept" ? "accepted" : "rejected");
                if (done && !touched.has(slot.id) && sameplace(place, slot.place)) {
                    this.carried.set(name, JSON.stringify(model));
                }
            }
        }
    }

    /** What left the state, or was declared otherwise, starts anew. */
    private forget(): void {
        for (const [name] of this.places) {
            if (!this.engine.state.has(name)) {
                this.places.delete(name);
                this.carried.delete(name);
            }
        }
        for (const key of this.since.keys()) {
            const [name = ""] = key.split("|");
            const recorded = this.engine.state.get(name);
            const known = recorded && this.known.get(recorded);
            const slots = known === undefined ? [] : SLOTS.map((slot) => boxKey(name, known.model, slot));
            if (!slots.includes(key)) {
                this.since.delete(key);
            }
        }
    }

    // Small things

    private standing(): Standing[] {
        const of = (name: string, resource: Recorded, leftover: boolean): Standing[] => {
            const known = this.known.get(resource);
            return known === undefined ? [] : [{ ...known, name, id: resource.id, leftover }];
        };
        return [
            ...[...this.engine.state].flatMap(([name, resource]) => of(name, resource, false)),
            ...this.engine.leftovers.flatMap(({ name, resource }) => of(name, resource, true)),
        ];
    }

    /** What is in the state stays where it is; what is new goes where the provider is. */
    private placeOf(name: string, model: ResourceModel, when: Circumstances): Place {
        const there = this.places.get(name);
        const now = placeUnder(model.provider, when);
        const place = model.region ? { ...now, region: "eu-west-1" } : now;
        const same = there !== undefined && there.identity === identityOf(model);
        // A region that was written and is left out now is a change: today's default places it.
        const stays = model.region ? there?.place.region === "eu-west-1" : there?.written === false;
        return same && stays ? there.place : place;
    }

    private coveredAt(model: AdmissionModel, place: Place): readonly Slot[] {
        const excepted = exceptedBy(model);
        return SLOTS.filter(
            (slot) => slot.family === model.family && sameplace(slot.place, place) && !excepted.includes(slot),
        );
    }

    private readable(run: Run): readonly Shown[] {
        try {
            return shownBy(run, this.program);
        } catch (error) {
            this.violate("broken", (error as Error).message);
            return [];
        }
    }

    private targeted(names: readonly string[]): readonly string[] {
        return names.filter((name) => this.targets?.has(name) ?? true);
    }

    private declared(): ModelProgram {
        return new Map([...this.program].map(([name, model]) => [name, declaredBy(model)]));
    }

    private truth(slot: Slot): Truth {
        return truthOf(this.simulator, slot);
    }

    private tidy(): void {
        this.program = this.history.tidy ? tidied(this.program) : this.program;
    }

    private fresh(): string {
        this.names += 1;
        return `r${this.names}`;
    }

    /** What the last mutations did, once they are over. */
    private flush(): void {
        for (const sent of this.sent) {
            if (!sent.changed && sent.call.outcome.startsWith("ok") && this.truth(sent.slot) !== sent.before) {
                sent.changed = true;
                this.deciders.set(sent.slot.id, "us");
            }
        }
    }

    private violate(invariant: Invariant, why: string): void {
        this.violations.push({ invariant, text: why });
        this.note(`VIOLATION ${invariant}: ${why}`);
    }

    private note(line: string): void {
        this.trace.push(line);
    }
}

function cutsNow({ action, before, changed }: Sent): boolean {
    return changed && action !== "accept" && (before === "accepted" || before === "accepting");
}

/** Whether the `onDelete` of a resource asks for this. */
function deletes({ model }: Standing, slot: Slot, action: Action): boolean {
    if (model.onDelete === undefined || action === "accept" || !coversId(model, slot)) {
        return false;
    }
    const removal = model.onDelete === "remove" || model.allowRemoval;
    return action === "reject" || (removal && slot.family === "search");
}

/** Whether a resource speaks for a connection, places aside. */
function coversId(model: ResourceModel, slot: Slot): boolean {
    return model.is === "decision"
        ? slotOf(model).id === slot.id
        : model.family === slot.family && !exceptedBy(model).includes(slot);
}

/** What a resource says about a connection; undefined: nothing. */
function wants(model: ResourceModel, slot: Slot): "accept" | "reject" | undefined {
    if (!coversId(model, slot)) {
        return undefined;
    }
    if (model.is === "decision") {
        return model.decision === "accept" && model.until === undefined ? "accept" : undefined;
    }
    const rule = ruleFor(model, slot);
    const verdict = rule?.verdict ?? model.otherwise;
    return verdict === "accept" && rule?.until === undefined ? "accept" : undefined;
}

/** A time-box: the rule of a resource, and the connection. */
function boxKey(name: string, model: ResourceModel, slot: Slot): string {
    const rule = model.is === "decision" ? { until: model.until, decision: model.decision } : ruleFor(model, slot);
    return `${name}|${JSON.stringify(rule)}|${slot.id}`;
}

function text(program: Program): string {
    return [...program].map(([name, model]) => `\n    ${name}: ${JSON.stringify(declaredBy(model))}`).join("");
}
