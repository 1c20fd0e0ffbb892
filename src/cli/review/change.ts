import { isRecord, type Stored } from "../../decision/fields";
import {
    ADMISSION_TYPE_TOKEN,
    PLUGIN_ADMISSION_TYPE_TOKEN,
    PLUGIN_TYPE_TOKEN,
    TYPE_TOKEN,
} from "../../shared/contract";

/** What a preview says about this package's resources, in whichever form it came. */
export interface Preview {
    /** `stack of project`, as the resources' names in the engine say it. */
    readonly stack?: { readonly name: string; readonly project: string };
    readonly changes: readonly Change[];
    readonly messages: readonly Message[];
    /** So many unchanged resources are counted and not shown: whether connections of theirs wait is not told. */
    readonly hidden: number;
    /** Why this is not a whole preview, in sentences of ours. */
    readonly problems: readonly string[];
}

/** What happens to one resource of this package. */
export interface Change {
    readonly type: ResourceType;
    readonly name: string;
    readonly urn: string;
    /** The engine's word: `create`, `update`, `same`, `replace`, `delete`, … */
    readonly op: string;
    /** Inputs as the program has them, with the evidence of the preview. Secrets are `[secret]`. */
    readonly after?: Stored;
    /** What the last run stored: inputs under outputs. */
    readonly before?: Stored;
    /** Of a plan: the names of inputs that change; nothing else is told of what was before. */
    readonly planned?: readonly string[];
    /** Its delete calls nobody. */
    readonly retained?: boolean;
}

export type ResourceType = "decision" | "admission";

/** A message of the preview; `urn`: of the resource that it is about. */
export interface Message {
    readonly urn?: string;
    readonly severity: string;
    readonly text: string;
}

/** The kind of resource behind a type; undefined: not ours. A resource plugin has the same resources under names of its own. */
export function resourceTypeOf(type: unknown): ResourceType | undefined {
    return type === TYPE_TOKEN || type === PLUGIN_TYPE_TOKEN
        ? "decision"
        : type === ADMISSION_TYPE_TOKEN || type === PLUGIN_ADMISSION_TYPE_TOKEN
          ? "admission"
          : undefined;
}

/**
 * Whether what a resource's inputs announce is of this run, and not what an earlier one left in the state.
 *
 * @param unknown a dynamic provider leaves unknown what this run will change. The resource plugin says what is; a resource about which it
 * announces something is never called the same.
 */
export function isOfThisRun({ urn, op }: Change, unknown: boolean): boolean {
    const { type } = urnParts(urn);
    const ofPlugin = type === PLUGIN_TYPE_TOKEN || type === PLUGIN_ADMISSION_TYPE_TOKEN;
    return unknown || (ofPlugin && op !== "same");
}

/** `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`; a name may hold anything. */
export function urnParts(urn: string): { stack: string; project: string; type: string; name: string } {
    const [stack = "", project = "", types = "", ...name] = urn.split("::");
    return {
        stack: stack.replace(/^urn:pulumi:/, ""),
        project,
        type: types.slice(types.lastIndexOf("$") + 1),
        name: name.join("::"),
    };
}

/** The stack that a preview is of, from the first resource that names it. */
export function stackOf(urns: readonly unknown[]): Pick<Preview, "stack"> {
    const urn = urns.find((text) => typeof text === "string" && text.startsWith("urn:pulumi:"));
    if (urn === undefined) {
        return {};
    }
    const { stack: name, project } = urnParts(String(urn));
    return { stack: { name, project } };
}

/** One step of the engine, in the words that the document and the events have in common; undefined: not ours. */
export function changeOf(op: unknown, urn: unknown, before: unknown, after: unknown): Change | undefined {
    const { type, name } = urnParts(String(urn));
    const resource = resourceTypeOf(type);
    if (resource === undefined) {
        return undefined;
    }
    return {
        type: resource,
        name,
        urn: String(urn),
        op: String(op),
        ...(isRecord(after) ? { after: harmless(after.inputs) } : {}),
        ...(isRecord(before) ? { before: { ...harmless(before.inputs), ...harmless(before.outputs) } } : {}),
        ...(isRecord(before) && before.retainOnDelete === true ? { retained: true } : {}),
    };
}

/** Properties without secrets, however they were written down: what is no plain value is one. */
export function harmless(properties: unknown): Stored {
    const clean = (value: unknown): unknown =>
        Array.isArray(value)
            ? value.map(clean)
            : !isRecord(value)
              ? value
              : Object.hasOwn(value, SIGNATURE)
                ? "[secret]"
                : Object.fromEntries(Object.entries(value).map(([name, item]) => [name, clean(item)]));
    return isRecord(properties) ? (clean(properties) as Stored) : {};
}

/** The engine's mark of a value that is not plain: a secret with its cipher text, an asset, an output. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";

/** A replacement is one step; the two that it is made of are left out where it is there. */
export function withoutHalves(changes: readonly Change[]): Change[] {
    const replaced = new Set(changes.filter(({ op }) => op === "replace").map(({ urn }) => urn));
    return changes.filter(
        ({ op, urn }) => !(replaced.has(urn) && (op === "create-replacement" || op === "delete-replaced")),
    );
}
