import { isDeepStrictEqual } from "node:util";
import { UNREAD } from "../../shared/contract";
import { admissionRows } from "./admission-rows";
import { type Change, type Message, type Preview, resourceTypeOf, urnParts } from "./change";
import { decisionRows } from "./decision-rows";
import { deletionRows } from "./deletion-rows";
import { common, GROUPS, type Row } from "./rows";

/** What a reviewer is told. */
export interface Review {
    readonly stack: Preview["stack"];
    /** The most urgent first. */
    readonly rows: readonly Row[];
    /** Messages that say what no row does. */
    readonly said: readonly Said[];
    /** Why this is not the whole of it; the texts are ours. */
    readonly problems: readonly Said[];
    /** So many unchanged resources are not in the preview. */
    readonly hidden: number;
    /** Whether the preview was whole and everything in it was read: only then nothing to decide means it. */
    readonly complete: boolean;
}

/** A message, and the resource that it is about. */
export interface Said {
    readonly resource?: string;
    readonly text: string;
}

/** A preview as a reviewer reads it. Pure. */
export function reviewOf(preview: Preview): Review {
    const { changes, messages, hidden, stack } = preview;
    const last = lastOf(changes);
    const declared = last.flatMap((change) => rowsOf(change, last));
    const unread = [...messages.flatMap(failure), ...messages.flatMap(unreadMessage(declared))];
    const rows = [...declared, ...unread].sort(byUrgency);
    const ours = changes.length > 0 || messages.some(({ urn }) => isOurs(urn));
    const problems = [
        ...preview.problems.map((text) => ({ text })),
        ...foreignFailures(messages),
        ...(ours || hidden > 0 || preview.problems.length > 0
            ? []
            : [{ text: "There is no ConnectionDecision and no ConnectionAdmission in this preview." }]),
    ];
    return {
        stack,
        rows,
        said: messages.flatMap(saidBeside(changes)).concat(storedWarnings(changes, messages)),
        problems,
        hidden,
        complete: problems.length === 0 && rows.every(({ group }) => group !== "unread"),
    };
}

/** Steps by which a resource gets what the program declares. */
const DECLARING = ["create", "update", "same", "create-replacement", "import", "import-replacement"];
const LEAVING = ["delete", "delete-replaced"];
/** Steps that ask no provider to change anything. */
const IDLE = ["read", "read-replacement", "read-discard", "discard-replaced", "refresh", "remove-pending-replace"];

function rowsOf(change: Change, all: readonly Change[]): Row[] {
    const { op, type } = change;
    const declared = () => (type === "decision" ? decisionRows(change) : admissionRows(change));
    if (op === "replace") {
        return [...declared(), ...leftBehind(change, all)];
    }
    if (DECLARING.includes(op)) {
        return declared();
    }
    if (LEAVING.includes(op)) {
        return deletionRows(change).map((row) => takenOver(row, change, all));
    }
    return IDLE.includes(op)
        ? []
        : [{ ...common(change), group: "unread", notes: [`this version does not know the step ${op}`] }];
}

/** What a replacement does to the connection that it leaves. A plan tells only that no `onDelete` was there and none came. */
function leftBehind(change: Change, all: readonly Change[]): Row[] {
    const { before, after, planned = [] } = change;
    const kept = after?.onDelete === undefined && !planned.includes("onDelete");
    return before === undefined && kept ? [] : deletionRows(change).map((row) => takenOver(row, change, all));
}

/** A delete leaves what another decision of the same program declares: a rename, for example. */
function takenOver(row: Row, { urn, type }: Change, all: readonly Change[]): Row {
    const heir = all.find(
        (other) =>
            other.type === type &&
            other.urn !== urn &&
            other.after !== undefined &&
            !LEAVING.includes(other.op) &&
            isDeepStrictEqual(common(other).connection, row.connection),
    );
    if (heir === undefined || row.group === "unread" || row.group === "settled") {
        return row;
    }
    const { removes: _removes, to: _to, ...rest } = row;
    const note = "no longer declared here, and the connection stays: another resource declares it";
    return { ...rest, group: "settled", notes: [note, `as ${heir.name}`] };
}

/** A refresh is a step of its own, before what the program asks for: the last step of a resource counts. */
function lastOf(changes: readonly Change[]): Change[] {
    const keyOf = ({ urn, op }: Change) => `${urn} ${op === "delete-replaced"}`;
    return [...new Map(changes.map((change) => [keyOf(change), change])).values()];
}

function byUrgency(a: Row, b: Row): number {
    return (
        GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group) ||
        a.resource.localeCompare(b.resource) ||
        a.connection.id.localeCompare(b.connection.id)
    );
}

/** A resource of ours that failed: it, and perhaps others after it, were not previewed. */
function failure({ urn, severity, text }: Message): Row[] {
    const plain = text.trim().replace(/^error: /, "");
    return severity !== "error" || !isOurs(urn)
        ? []
        : [unreadRow(urn, plain.replace(/^\S+ resource '.*?' has a problem: /s, "").replaceAll(/\.?\n\s*/g, "; "))];
}

/** What the settings let pass as a warning is still not read. */
function unreadMessage(rows: readonly Row[]): (message: Message) => Row[] {
    return ({ urn, text }) => {
        const at = text.indexOf(`: ${UNREAD}: `);
        const told = rows.some(({ group, resource }) => group === "unread" && resource === nameOf(urn));
        return at < 0 || !isOurs(urn) || told ? [] : [unreadRow(urn, text.slice(at + 2).trim())];
    };
}

function unreadRow(urn: string | undefined, note: string): Row {
    return { group: "unread", resource: nameOf(urn), connection: { kind: "", id: "" }, notes: [note] };
}

/** Failures elsewhere are named, and not quoted: their texts may hold what is for nobody's comment. */
function foreignFailures(messages: readonly Message[]): Said[] {
    const failed = messages.filter(({ urn, severity }) => severity === "error" && !isOurs(urn));
    const names = [...new Set(failed.flatMap(({ urn }) => (urn === undefined ? [] : [nameOf(urn)])))];
    return [
        ...names.map((resource) => ({ resource, text: "failed; what comes after it is not in this preview." })),
        ...(failed.some(({ urn }) => urn === undefined)
            ? [
                  {
                      text: "The program or the engine failed: the log of the preview says why. Resources may be missing here.",
                  },
              ]
            : []),
    ];
}

/** Messages about our resources, or about none, beside those that a row repeats. */
function saidBeside(changes: readonly Change[]): (message: Message) => Said[] {
    return ({ urn, severity, text }) => {
        const plain = text.trim().replace(/^warning: /, "");
        if (urn === undefined) {
            return severity === "warning" ? [{ text: plain }] : [];
        }
        const own = plain.startsWith(`${nameOf(urn)}: `) ? plain.slice(nameOf(urn).length + 2) : plain;
        const change = changes.find((one) => one.urn === urn);
        return !isOurs(urn) || severity === "error" || own.startsWith(UNREAD) || announces(own, change)
            ? []
            : [{ resource: nameOf(urn), text: own.replaceAll(/\n\s*/g, "; ") }];
    };
}

/** Whether a message is the one line of what the rows of its resource say. */
function announces(text: string, change: Change | undefined): boolean {
    const transition = change?.after?.transition;
    return (
        transition !== undefined &&
        (/^(accept|reject|CUTS a working connection of|what happens is only known|the verdicts are only known) /.test(
            text,
        ) ||
            text.startsWith(String(transition)))
    );
}

/** Warnings of the evidence that no message of the preview repeats: a plan has no messages. */
function storedWarnings(changes: readonly Change[], messages: readonly Message[]): Said[] {
    return changes.flatMap(({ name, urn, after }) =>
        (Array.isArray(after?.warnings) ? after.warnings : [])
            .map(String)
            .filter((text) => !messages.some((message) => message.urn === urn && message.text.includes(text)))
            .map((text) => ({ resource: name, text })),
    );
}

function isOurs(urn: string | undefined): urn is string {
    return urn !== undefined && resourceTypeOf(urnParts(urn).type) !== undefined;
}

function nameOf(urn: string | undefined): string {
    return urn === undefined ? "" : urnParts(urn).name;
}
