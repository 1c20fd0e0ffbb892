import fc from "fast-check";
import type { Wire } from "../../src/engine/wire";
import type { Declared } from "../support/engine-model";
import {
    AWAY,
    connectionArgument,
    type Family,
    FOREIGN,
    HOME,
    type Place,
    REQUESTERS,
    SLOTS,
    type Slot,
    type Start,
    sameplace,
    scopeArgument,
} from "./places";

/** The explicit providers of every program, and the default one. */
export const PROVIDERS = ["", "west", "foreign"] as const;

export const DAY_MS = 24 * 3_600_000;
/** Every history starts here. */
export const START = Date.parse("2030-01-01T09:00:00Z");

export type Until = "1d" | "3d" | "date";
const UNTIL: Readonly<Record<Until, string>> = { "1d": "1d", "3d": "3d", date: "2030-01-05" };

export interface DecisionModel {
    readonly is: "decision";
    readonly provider: number;
    /** Counted among those where the provider is. */
    readonly slot: number;
    readonly decision: "accept" | "reject";
    readonly expected?: "right" | "wrong";
    readonly onDrift?: "hold";
    readonly onDelete?: "reject" | "remove";
    readonly allowRemoval: boolean;
    readonly until?: Until;
    readonly region: boolean;
}

export interface RuleModel {
    readonly requesters: readonly number[];
    readonly verdict: "accept" | "reject" | "review";
    readonly until?: Until;
}

export interface AdmissionModel {
    readonly is: "admission";
    readonly provider: number;
    readonly family: Family;
    readonly rules: readonly RuleModel[];
    readonly otherwise: "accept" | "reject" | "review";
    readonly enforce: boolean;
    /** Counted among those where the provider is. */
    readonly except: readonly number[];
    /** How the exceptions are written. */
    readonly as: "id" | "connection";
    readonly onDelete?: "reject" | "remove";
    readonly allowRemoval: boolean;
    readonly region: boolean;
}

export type ResourceModel = DecisionModel | AdmissionModel;

/** A program: what stands under which name. */
export type Program = ReadonlyMap<string, ResourceModel>;

/** Where a provider is, and whose credentials it has, under its own settings alone. */
const OWN: readonly Place[] = [HOME, HOME, FOREIGN];

export function slotsOf(provider: number, family?: Family): readonly Slot[] {
    const place = OWN[provider] as Place;
    return SLOTS.filter((slot) => sameplace(slot.place, place) && (family === undefined || slot.family === family));
}

export function slotOf({ provider, slot }: DecisionModel): Slot {
    const all = slotsOf(provider);
    return all[slot % all.length] as Slot;
}

export function exceptedBy({ provider, family, except }: AdmissionModel): readonly Slot[] {
    const all = slotsOf(provider, family);
    return except.map((n) => all[n % all.length] as Slot);
}

/** What identifies a resource, but for where it is. */
export function identityOf(model: ResourceModel): string {
    return model.is === "decision" ? slotOf(model).id : `all of ${model.family}, ${model.provider === 2}`;
}

/** The resource as the program passes it. */
export function declaredBy(model: ResourceModel): Declared {
    const args: Wire =
        model.is === "decision"
            ? {
                  connection: connectionArgument(slotOf(model), model.region),
                  decision: model.decision,
                  ...(model.expected === undefined ? {} : { expectedRequester: expectedOf(model) }),
                  ...(model.onDrift === undefined ? {} : { onDrift: model.onDrift }),
                  ...(model.until === undefined || model.decision === "reject" ? {} : { until: UNTIL[model.until] }),
                  waitForRequest: "3s",
              }
            : {
                  scope: scopeArgument(model.family, OWN[model.provider] as Place, model.region),
                  rules: model.rules.map(ruleArgument),
                  otherwise: model.otherwise,
                  ...(model.enforce ? { existing: "enforce" } : {}),
                  ...(model.except.length === 0
                      ? {}
                      : {
                            except: exceptedBy(model).map((slot) =>
                                model.as === "id" ? slot.id : connectionArgument(slot, model.region),
                            ),
                        }),
              };
    return {
        provider: PROVIDERS[model.provider] ?? "",
        args: {
            ...args,
            ...(model.onDelete === undefined ? {} : { onDelete: model.onDelete }),
            ...(model.allowRemoval ? { allowRemoval: true } : {}),
            timeout: "2m",
        },
    };
}

export function expectedOf(model: DecisionModel): string | undefined {
    const { requester } = slotOf(model);
    const stranger = "999988887777";
    return model.expected === undefined ? undefined : model.expected === "right" ? requester : stranger;
}

/** The rule that decides about a connection, the first that names its requester. */
export function ruleFor(model: AdmissionModel, slot: Slot): RuleModel | undefined {
    return model.rules.find(({ requesters }) => requesters.some((n) => REQUESTERS[n] === slot.requester));
}

function ruleArgument({ requesters, verdict, until }: RuleModel, n: number): Wire {
    return {
        name: `rule ${n}`,
        requester: requesters.map((one) => REQUESTERS[one]),
        verdict,
        ...(until === undefined || verdict !== "accept" ? {} : { until: UNTIL[until] }),
    };
}

/** When an acceptance is over for certain that had begun at `since`: durations count from the next full day. */
export function endOf(until: Until, since: number | undefined): number | undefined {
    if (until === "date") {
        return Date.parse("2030-01-06T00:00:00Z");
    }
    return since === undefined ? undefined : Math.ceil(since / DAY_MS) * DAY_MS + Number.parseInt(until, 10) * DAY_MS;
}

/** Mostly undefined: once in `times`. */
const sometimes = <T>(one: fc.Arbitrary<T>, times = 3): fc.Arbitrary<T | undefined> =>
    fc.oneof({ weight: times - 1, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: one });
const until = fc.constantFrom<Until>("1d", "3d", "date");
const provider = fc.oneof(
    { weight: 4, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.constant(1) },
    { weight: 1, arbitrary: fc.constant(2) },
);
const onDelete = sometimes(fc.constantFrom<"reject" | "remove">("reject", "remove"), 2);

/** Leaves out what is undefined: an absent option shrinks away. */
function compact<T extends object>(record: T): { [K in keyof T]: Exclude<T[K], undefined> } {
    return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as never;
}

const decision: fc.Arbitrary<ResourceModel> = fc
    .record({
        is: fc.constant("decision" as const),
        provider,
        slot: fc.nat(5),
        decision: fc.constantFrom<"accept" | "reject">("accept", "reject"),
        expected: sometimes(
            fc.constantFrom<"right" | "wrong">(...Array.from({ length: 9 }, () => "right" as const), "wrong"),
            2,
        ),
        onDrift: sometimes(fc.constant("hold" as const)),
        onDelete,
        allowRemoval: fc.boolean(),
        until: sometimes(until),
        region: fc.boolean(),
    })
    .map(compact);

const rule: fc.Arbitrary<RuleModel> = fc
    .record({
        requesters: fc.uniqueArray(fc.nat(REQUESTERS.length - 1), { minLength: 1, maxLength: 2 }),
        verdict: fc.constantFrom<"accept" | "reject" | "review">("accept", "accept", "reject", "review"),
        until: sometimes(until, 2),
    })
    .map(compact);

const admission: fc.Arbitrary<ResourceModel> = fc
    .record({
        is: fc.constant("admission" as const),
        provider,
        family: fc.constantFrom<Family>("ec2", "search"),
        rules: fc.array(rule, { maxLength: 2 }),
        otherwise: fc.constantFrom<"accept" | "reject" | "review">("review", "review", "accept", "reject"),
        enforce: fc.boolean(),
        except: fc.uniqueArray(fc.nat(2), { maxLength: 2 }),
        as: fc.constantFrom<"id" | "connection">("id", "connection"),
        onDelete,
        allowRemoval: fc.boolean(),
        region: fc.boolean(),
    })
    .map(compact);

const resource = fc.oneof(decision, admission).map(possible);

/** Leaves out what no cloud could do: a program that fails its check says nothing about the rest. */
function possible(model: ResourceModel): ResourceModel {
    const family = model.is === "decision" ? slotOf(model).family : model.family;
    if (family === "ec2") {
        return model.onDelete === "remove" ? { ...model, onDelete: "reject" } : model;
    }
    const until = model.is === "decision" ? model.until : model.rules.some((one) => one.until !== undefined);
    const needed = until || model.onDelete === "reject" || (model.is === "admission" && model.enforce);
    return needed ? { ...model, allowRemoval: true } : model;
}

/** What a run meets. */
export interface Circumstances {
    readonly order: number;
    /** The environment's region is another one. */
    readonly elsewhere?: true;
    /** The environment's credentials are another account's. */
    readonly stranger?: true;
    /** STS, or everything that reads, answers 503. */
    readonly down?: "sts" | "reads";
    /** Names by number: only these are targets. */
    readonly targets?: readonly number[];
    readonly parallel: number;
    readonly early: boolean;
}

export interface Outside {
    readonly slot: number;
    readonly to: Start;
}

export type Edit =
    | { readonly do: "declare"; readonly at: number; readonly what: ResourceModel }
    | { readonly do: "withdraw"; readonly at: number }
    | { readonly do: "rename"; readonly at: number }
    | { readonly do: "move"; readonly at: number; readonly provider: number }
    | { readonly do: "flip"; readonly at: number; readonly what: number }
    | { readonly do: "handOver"; readonly at: number; readonly except: boolean }
    | { readonly do: "except"; readonly at: number };

export type Step =
    | { readonly do: "edits"; readonly edits: readonly Edit[] }
    | { readonly do: "outside"; readonly acts: readonly Outside[] }
    | { readonly do: "days"; readonly days: number }
    | { readonly do: "preview"; readonly when: Circumstances }
    | { readonly do: "refresh"; readonly when: Circumstances }
    | { readonly do: "destroy"; readonly when: Circumstances }
    | {
          readonly do: "up";
          readonly when: Circumstances;
          /** Goes on where the preview failed, as `up --skip-preview` does. */
          readonly regardless: boolean;
          /** Uses the plan of the last preview step instead of a preview of its own. */
          readonly plan: boolean;
          /** What people do after the last check, before anything is carried out. */
          readonly during: readonly Outside[];
          /** Everything is killed at this mutation, or, with 0, between the last check and the first create. */
          readonly kill?: number;
      };

export interface History {
    readonly starts: readonly Start[];
    readonly program: readonly ResourceModel[];
    readonly maxCuts: number | undefined;
    readonly warn: boolean;
    readonly settleMs: number;
    /** Nothing is declared twice: exceptions are written, and one admission a scope. */
    readonly tidy: boolean;
    readonly steps: readonly Step[];
}

const start = fc.constantFrom<Start>(
    "pending",
    "pending",
    "pending",
    "accepted",
    "accepted",
    "rejected",
    "absent",
    "lapsed",
);
const outside: fc.Arbitrary<Outside> = fc.record({
    slot: fc.nat(5),
    to: fc.constantFrom<Start>("accepted", "accepted", "rejected", "rejected", "pending", "lapsed", "absent"),
});
const circumstances: fc.Arbitrary<Circumstances> = fc
    .record({
        order: fc.nat(200),
        elsewhere: sometimes(fc.constant(true as const), 6),
        stranger: sometimes(fc.constant(true as const), 16),
        down: sometimes(fc.constantFrom<"sts" | "reads">("sts", "reads"), 12),
        targets: sometimes(fc.uniqueArray(fc.nat(4), { minLength: 1, maxLength: 2 }), 6),
        parallel: fc.constantFrom(4, 1),
        early: fc.boolean(),
    })
    .map(compact);

const at = fc.nat(4);
const edit: fc.Arbitrary<Edit> = fc.oneof(
    fc.record({ do: fc.constant("declare" as const), at, what: resource }),
    fc.record({ do: fc.constant("withdraw" as const), at }),
    fc.record({ do: fc.constant("rename" as const), at }),
    fc.record({ do: fc.constant("move" as const), at, provider }),
    { weight: 2, arbitrary: fc.record({ do: fc.constant("flip" as const), at, what: fc.nat(9) }) },
    fc.record({ do: fc.constant("handOver" as const), at, except: fc.boolean() }),
    fc.record({ do: fc.constant("except" as const), at }),
);

const up = fc
    .record({
        do: fc.constant("up" as const),
        when: circumstances,
        regardless: fc.boolean(),
        plan: fc.constantFrom(false, false, false, true),
        during: fc.oneof(
            { weight: 3, arbitrary: fc.constant([]) },
            { weight: 1, arbitrary: fc.array(outside, { minLength: 1, maxLength: 2 }) },
        ),
        kill: sometimes(fc.nat(2), 7),
    })
    .map(compact);

const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 12, arbitrary: up },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("preview" as const), when: circumstances }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("refresh" as const), when: circumstances }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("destroy" as const), when: circumstances }) },
    {
        weight: 4,
        arbitrary: fc.record({
            do: fc.constant("edits" as const),
            edits: fc.array(edit, { minLength: 1, maxLength: 2 }),
        }),
    },
    {
        weight: 3,
        arbitrary: fc.record({
            do: fc.constant("outside" as const),
            acts: fc.array(outside, { minLength: 1, maxLength: 2 }),
        }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constant("days" as const), days: fc.integer({ min: 1, max: 4 }) }) },
);

export const histories: fc.Arbitrary<History> = fc.record({
    starts: fc.array(start, { minLength: SLOTS.length, maxLength: SLOTS.length }),
    program: fc.array(resource, { minLength: 1, maxLength: 3, size: "max" }),
    maxCuts: fc.constantFrom(undefined, 1),
    warn: fc.constantFrom(false, false, false, true),
    settleMs: fc.constantFrom(0, 3_000),
    tidy: fc.constantFrom(true, true, true, false),
    steps: fc.array(step, { minLength: 2, maxLength: 9, size: "max" }),
});

/** The region and account that a provider works in under these circumstances. */
export function placeUnder(provider: number, { elsewhere, stranger }: Circumstances): Place {
    if (provider === 2) {
        return FOREIGN;
    }
    return {
        account: stranger ? FOREIGN.account : HOME.account,
        region: provider === 0 && elsewhere ? AWAY.region : HOME.region,
    };
}

/** Changes a program as an edit says; names are never used twice. */
export function edited(program: Program, one: Edit, fresh: () => string): Program {
    const entries = [...program];
    const n = entries.length === 0 ? -1 : one.at % entries.length;
    const found = entries[n];
    if (one.do === "declare") {
        // Replaces what stands there, or adds to it.
        const name = one.at < entries.length ? (entries[one.at]?.[0] ?? fresh()) : fresh();
        return new Map(entries.length >= 5 && !program.has(name) ? entries : [...entries, [name, one.what]]);
    }
    if (found === undefined) {
        return program;
    }
    const [name, model] = found;
    const replaced = (...by: [string, ResourceModel][]): Program =>
        new Map([...entries.slice(0, n), ...by, ...entries.slice(n + 1)]);
    switch (one.do) {
        case "withdraw":
            return replaced();
        case "rename":
            return replaced([fresh(), model]);
        case "move":
            return replaced([name, possible({ ...model, provider: one.provider })]);
        case "flip":
            return replaced([name, possible(flipped(model, one.what))]);
        case "handOver":
            return replaced([fresh(), handedOver(model)]);
        case "except":
            return model.is === "decision" ? excepting(program, model) : program;
    }
}

function flipped(model: ResourceModel, what: number): ResourceModel {
    if (model.is === "decision") {
        return what < 7
            ? { ...model, decision: model.decision === "accept" ? "reject" : "accept" }
            : { ...model, region: !model.region };
    }
    const opposite = { accept: "reject", reject: "accept", review: "accept" } as const;
    return what < 4
        ? { ...model, rules: model.rules.map((one) => ({ ...one, verdict: opposite[one.verdict] })) }
        : what < 6
          ? { ...model, otherwise: opposite[model.otherwise] }
          : what < 8
            ? { ...model, enforce: !model.enforce }
            : { ...model, except: [] };
}

/** A decision becomes an admission that says the same, and the other way round. */
function handedOver(model: ResourceModel): ResourceModel {
    if (model.is === "decision") {
        const slot = slotOf(model);
        return {
            is: "admission",
            provider: model.provider,
            family: slot.family,
            rules: [{ requesters: [REQUESTERS.indexOf(slot.requester)], verdict: model.decision }],
            otherwise: "review",
            enforce: false,
            except: [],
            as: "id",
            allowRemoval: model.allowRemoval,
            region: model.region,
        };
    }
    const slot = slotsOf(model.provider).findIndex(({ family }) => family === model.family);
    return {
        is: "decision",
        provider: model.provider,
        slot,
        decision: "accept",
        allowRemoval: model.allowRemoval,
        region: model.region,
    };
}

/** Every admission of the program leaves this connection out. */
function excepting(program: Program, model: DecisionModel): Program {
    const slot = slotOf(model);
    return new Map(
        [...program].map(([name, other]) => {
            const n = other.is === "admission" ? slotsOf(other.provider, other.family).indexOf(slot) : -1;
            return other.is === "admission" && n >= 0 && !exceptedBy(other).includes(slot)
                ? [name, { ...other, except: [...other.except, n] }]
                : [name, other];
        }),
    );
}

/** The program as somebody writes it who declares nothing twice. */
export function tidied(program: Program): Program {
    const kept = new Map<string, ResourceModel>();
    const identities = new Set<string>();
    for (const [name, model] of program) {
        const identity = model.is === "decision" ? slotOf(model).id : `${model.family} ${model.provider === 2}`;
        if (!identities.has(identity)) {
            identities.add(identity);
            kept.set(name, model);
        }
    }
    return [...kept.values()].reduce(
        (tidy, model) => (model.is === "decision" ? excepting(tidy, model) : tidy),
        kept as Program,
    );
}
