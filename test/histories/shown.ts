import { isDeepStrictEqual } from "node:util";
import type { Wire } from "../../src/engine/wire";
import type { Run, Step } from "../support/engine-model";
import { exceptedBy, type Program, slotOf, slotsOf } from "./program";

/** What can be sent about a connection. */
export type Action = "accept" | "reject" | "delete";

/** One thing a preview announces: this action on this connection, and whether it is said that a working connection is cut. */
export interface Shown {
    readonly name: string;
    readonly id: string;
    readonly actions: readonly Action[];
    readonly cut: boolean;
}

/** Everything that a run's inputs announce, as a reviewer reads them. What is only deleted is not among it: deletes have no preview. */
export function shownBy(run: Run, program: Program): readonly Shown[] {
    return run.steps.flatMap((step) => {
        const model = program.get(step.name);
        if (step.op === "delete" || model === undefined) {
            return [];
        }
        return model.is === "decision"
            ? transitionOf(step).map((shown) => ({ ...shown, name: step.name, id: slotOf(model).id }))
            : verdictsOf(step);
    });
}

/** The verdict texts of an admission, by connection. */
export function verdictTexts({ inputs }: Step): Readonly<Record<string, string>> {
    return (inputs.verdicts ?? {}) as Record<string, string>;
}

/** `accept: pending -> accepted`, with whatever is said around it. */
function transitionOf({ inputs }: Step): Pick<Shown, "actions" | "cut">[] {
    if (inputs.transition === undefined) {
        return [];
    }
    const text = String(inputs.transition);
    const [, verb, from = "", to] = /^(accept|reject|held)\b[^:]*: (?:.*\b)?(\w+) -> (\w+)/.exec(text) ?? [];
    if (verb === undefined) {
        return text.startsWith("held") ? [] : unreadable(text);
    }
    if (verb === "accept") {
        return [{ actions: ["accept"], cut: false }];
    }
    const works = from === "accepted" || from === "accepting";
    return [{ actions: [to === "absent" ? "delete" : "reject"], cut: works }];
}

/** `accept, rule …`, `cut: …`; what is for review, reported only or too late announces nothing. */
function verdictsOf(step: Step): Shown[] {
    return Object.entries(verdictTexts(step)).flatMap(([id, text]): Shown[] => {
        const [word] = /^(accept|reject|cut)\b/i.exec(text) ?? [];
        const shown = { name: step.name, id, cut: false };
        switch (word?.toLowerCase()) {
            case "accept":
                return [{ ...shown, actions: ["accept"] }];
            case "reject":
                return [{ ...shown, actions: ["reject"] }];
            case "cut":
                return [{ ...shown, actions: ["reject", "delete"], cut: true }];
            default:
                return /^(review|would|cannot|over)\b/.test(text) ? [] : unreadable(text);
        }
    });
}

function unreadable(text: string): never {
    throw new Error(`the test cannot read this announcement: ${text}`);
}

/** Connections that a resource of the program speaks for, wherever they are. */
export function coveredBy(program: Program, name: string): readonly string[] {
    const model = program.get(name);
    if (model === undefined) {
        return [];
    }
    if (model.is === "decision") {
        return [slotOf(model).id];
    }
    const excepted = exceptedBy(model);
    return slotsOf(model.provider, model.family)
        .filter((slot) => !excepted.includes(slot))
        .map(({ id }) => id);
}

/** What two previews of one program do not agree about: resources, and what of their inputs. */
export function differences(one: Run, other: Run): readonly string[] {
    const [a, b] = [byName(one), byName(other)];
    return [...new Set([...a.keys(), ...b.keys()])].flatMap((name) => {
        const [left, right] = [a.get(name) ?? {}, b.get(name) ?? {}];
        return [...new Set([...Object.keys(left), ...Object.keys(right)])]
            .filter((key) => !isDeepStrictEqual(left[key], right[key]))
            .map((key) => `${name} ${key}: ${JSON.stringify([left[key] ?? null, right[key] ?? null])}`);
    });
}

function byName({ steps }: Run): Map<string, Wire> {
    return new Map(
        steps.map(({ op, name, inputs }) => [op === "delete" ? `delete of ${name}` : name, { op, ...inputs }]),
    );
}
