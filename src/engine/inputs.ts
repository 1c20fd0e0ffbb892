import type { Stored } from "../decision/fields";
import type { AnyConnection } from "../kinds/kind";
import type { Declared, Located, Place } from "../place/places";
import { SCHEMA_VERSION } from "../shared/contract";
import { milliseconds } from "../shared/duration";
import { DecisionError, problemText } from "../shared/problem";
import { unknownNames } from "../shared/suggest";
import { hasUnknown, UNKNOWN } from "../shared/unknown";
import type { ProviderProcess, Spoken } from "./process";
import { toWire, type Wire } from "./wire";

/** What check answers. */
export interface CheckResult {
    readonly inputs: Wire;
    readonly failures?: { readonly property: string; readonly reason: string }[];
}

/** Whether the outputs of a preview are the checked inputs, or this host is asked for them; `none`: it is no preview. */
export type PreviewedOutputs = "inputs" | "asked for" | "none";

/** A dynamic provider is told by its class whether this is a preview; a plugin only learns it after check. */
export function previewedOutputs({ previewsOutputs }: ProviderProcess, news: Wire): PreviewedOutputs {
    return previewsOutputs ? "asked for" : news.__preview === true ? "inputs" : "none";
}

/** Runs a check; what is wrong for people becomes its failure. */
export async function checking(inputs: Wire, check: () => Promise<Wire>): Promise<CheckResult> {
    try {
        return { inputs: toWire(await check()) };
    } catch (error) {
        if (error instanceof DecisionError) {
            // With a name, the CLI would print the property's value, secrets in clear.
            return { inputs: toWire(inputs), failures: [{ property: "", reason: error.message }] };
        }
        throw error;
    }
}

/** Throws what is wrong with arguments; undefined and empty: nothing. */
export function refuse(problems: readonly string[] | string | undefined): void {
    const all = typeof problems === "string" ? [problems] : (problems ?? []);
    if (all.length > 0) {
        throw new DecisionError(
            all.length === 1
                ? (all[0] as string)
                : ["several arguments are wrong:", ...all.map((p) => `  ${p}`)].join("\n"),
        );
    }
}

/** Arguments that do not exist are refused: a misspelled guard would let a stranger in. */
export function refuseUnknownArguments(inputs: Wire, known: readonly string[], type: string): void {
    const names = Object.keys(inputs).filter((name) => !name.startsWith("__"));
    refuse(unknownNames(names, known, type));
}

/** State written by a newer version is not touched: its meaning is not known here. */
export function refuseNewerState(stored: Stored): void {
    const version = Number(stored.__schemaVersion ?? SCHEMA_VERSION);
    if (version > SCHEMA_VERSION) {
        throw new DecisionError(
            `this decision was written by a newer pulumi-connection-decision (state schema ${version}, this version knows up to ${SCHEMA_VERSION}); install that version or a newer one, nothing was changed`,
        );
    }
}

/** Evidence that only `up` can give. Hidden keys too: an update plan refuses those that it does not hold. */
export function unknownEvidence(inputs: Wire, keys: readonly string[]): Wire {
    const unknown = keys.filter((key) => key !== "__preview").map((key) => [key, UNKNOWN]);
    return { ...inputs, ...Object.fromEntries(unknown) };
}

/** Where the resource is, by the defaults of the day when it was new; a replacement is checked again without its old inputs. */
export async function locate(
    { places, spoken }: ProviderProcess,
    connection: AnyConnection,
    before: Declared | undefined,
    urn: string | undefined,
): Promise<Located> {
    const located = await places.locateDeclared(connection, before ?? spoken.placed.get(urn ?? ""));
    if (urn !== undefined) {
        spoken.placed.set(urn, { connection, place: located.place });
    }
    return before === undefined ? { ...located, kept: false } : located;
}

/** From now on the inputs of this resource are fresh, also those that are not known yet: a diff compares them, and not what a refresh read. */
export function spokenAbout({ checked }: Spoken, resource: string | undefined): void {
    if (resource !== undefined) {
        checked.add(resource);
    }
}

/** The connection that old inputs declared, and where it was placed; undefined where there is none. */
export function declaredBefore(olds: Wire, connection: unknown): Declared | undefined {
    return connection === undefined || hasUnknown(connection)
        ? undefined
        : { connection: connection as AnyConnection, place: olds.__place as Place | undefined };
}

/** Without a shared ledger the policies of a run hold in each provider process alone: said once. */
export function tellAlone({ run, messages }: ProviderProcess): void {
    if (run.unreachable !== undefined) {
        const text = `contradictions and connections:maxCuts are watched in each provider alone, because the processes of this run cannot tell each other what they do: ${run.unreachable}`;
        messages.say({ level: "warning", text }, undefined);
    }
}

/** A delete that acts must see the whole run: said when declared, because at destroy it is too late to change the program. */
export function ledgerProblem({ run }: ProviderProcess, onDelete: string): string | undefined {
    return onDelete === "keep" || run.unreachable === undefined
        ? undefined
        : problemText(
              `onDelete: "${onDelete}" is not possible here: the processes of this run cannot tell each other what they declare.`,
              { reason: run.unreachable },
              'let TMPDIR name a folder that this user can write to and that all processes of the run share, or use onDelete: "keep"',
          );
}

export function urnOf(inputs: Wire): string | undefined {
    return typeof inputs.__urn === "string" ? inputs.__urn : undefined;
}

/** The `customTimeouts` of a resource, in milliseconds: the engine never hands them to a dynamic provider, so the class copies them. */
export function customTimeout(stored: Wire, operation: "create" | "update" | "delete"): number | undefined {
    const timeout = (stored.__timeouts as Partial<Record<typeof operation, string>> | undefined)?.[operation];
    return timeout === undefined ? undefined : milliseconds(timeout);
}
