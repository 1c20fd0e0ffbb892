import { isDeepStrictEqual } from "node:util";
import { isRecord, type Stored } from "../../decision/fields";
import { findKind } from "../../kinds";
import { ADMISSION_ARGUMENTS, ARGUMENTS } from "../../shared/contract";
import { UNKNOWN } from "../../shared/unknown";
import type { Change } from "./change";

/** What becomes of connections, in the order in which a reviewer should read it. */
export const GROUPS = [
    "cut",
    "removal",
    "stranger",
    "accept",
    "reject",
    "review",
    "held",
    "left",
    "later",
    "unread",
    "settled",
] as const;
export type Group = (typeof GROUPS)[number];

/** One connection, and what `up` does about it. */
export interface Row {
    readonly group: Group;
    /** The name of the resource in the program. */
    readonly resource: string;
    /** Its kind, and where it is; empty where the preview does not say. */
    readonly connection: { readonly kind: string; readonly id: string };
    readonly requester?: string;
    readonly from?: string;
    readonly to?: string;
    /** Until when it is accepted. */
    readonly until?: string;
    readonly reason?: string;
    /** The rule of an admission that decides. */
    readonly rule?: string;
    /** Words of this package. */
    readonly notes: readonly string[];
    /** What the requester wrote; never a reason to trust it. */
    readonly says?: string;
    /** The connection is deleted, whatever else is true of it. */
    readonly removes?: true;
}

/** A row's facts that do not depend on its fate. */
export function common({ name, after, before }: Change, own?: string): Pick<Row, "resource" | "connection" | "reason"> {
    const inputs = after ?? before ?? {};
    return { resource: name, connection: connectionOf(inputs, own), ...optional("reason", inputs.reason) };
}

/** A fact that is known, and is not "not known before `up`". */
export function optional<Name extends string>(name: Name, value: unknown): Partial<Record<Name, string>> {
    return value === undefined || value === "" || value === UNKNOWN
        ? {}
        : ({ [name]: String(value) } as Record<Name, string>);
}

/** `aws:vpcEndpoint`, and `eu-west-1/vpce-svc-…/vpce-…`; what only `up` knows is said to be. */
function connectionOf(inputs: Stored, own?: string): Row["connection"] {
    const written = inputs.connection ?? inputs.scope;
    if (!isRecord(written)) {
        return { kind: "", id: written === undefined ? "" : known(written) };
    }
    const { kind, ...fields } = { ...(isRecord(inputs.__place) ? inputs.__place : {}), ...written };
    const parts = [...ordered(String(kind), fields), own].filter((part) => part !== undefined);
    return { kind: known(kind ?? ""), id: parts.map(known).join("/") };
}

/** Values in the order in which ids in the state have them: where it arrives, then which one it is. */
function ordered(kindName: string, fields: Stored): unknown[] {
    const kind = findKind(kindName);
    const order: readonly string[] = kind === undefined ? [] : [...kind.scope, kind.id];
    const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
    return Object.entries(fields)
        .sort(([a], [b]) => rank(a) - rank(b))
        .map(([, value]) => value);
}

function known(value: unknown): string {
    return value === UNKNOWN ? "(known in up)" : typeof value === "string" ? value : JSON.stringify(value);
}

/** A record's facts, or none where it is no record: not known yet, secret, or not there. */
export function factsOf(value: unknown): Stored {
    return isRecord(value) ? value : {};
}

/** What a reviewer should know of the arguments beside the decision: which of them change, and what a delete will do. */
export function argumentNotes(change: Change): string[] {
    const { onDelete } = change.after ?? {};
    const changed = changedArguments(change);
    return [
        ...(changed.length === 0 ? [] : [`changed: ${changed.join(", ")}`]),
        ...(onDelete === undefined || onDelete === "keep" ? [] : [`onDelete: ${known(onDelete)}`]),
    ];
}

/** Arguments that differ from the last run's. */
function changedArguments({ op, before, after, planned }: Change): string[] {
    if (op !== "update" && op !== "replace") {
        return [];
    }
    const names = [...new Set<string>([...ARGUMENTS, ...ADMISSION_ARGUMENTS])];
    return planned === undefined
        ? names.filter((name) => !isDeepStrictEqual(before?.[name], after?.[name]))
        : names.filter((name) => planned.includes(name));
}
