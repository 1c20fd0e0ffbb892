import Table from "cli-table3";
import type { Request } from "../inbox/inbox";
import { findKind } from "../kinds";
import { oneLine } from "../shared/problem";
import { wrap } from "./terminal";

/** How the listing may look. */
export interface Look {
    readonly now: number;
    /** Undefined: as wide as it gets. */
    readonly columns: number | undefined;
    readonly colour: boolean;
}

/** What the requester says gets its own column where so much is left for it. */
const NARROWEST_SAYS = 24;
const GAP = "  ";
const DAY_MS = 24 * 3_600_000;

/** Columns that are empty in every row are left out. */
const COLUMNS = [
    "kind",
    "requester",
    "status",
    "age",
    "expires",
    "region",
    "scope",
    "connection",
    "the requester says",
] as const;
type Column = (typeof COLUMNS)[number];
type Row = Readonly<Record<Column, string>>;

/** The requests as a table where that fits, each as a few lines where it does not. No id is ever cut. */
export function asTable(requests: readonly Request[], look: Look): string {
    const rows = requests.map((request) => rowOf(request, look));
    const used = COLUMNS.filter((column) => rows.some((row) => row[column] !== ""));
    const width = look.columns ?? Number.POSITIVE_INFINITY;
    const whole = tableOf(used, rows);
    if (whole.width <= width) {
        return whole.text;
    }
    const without = used.filter((column) => column !== "the requester says");
    const left = width - tableOf(without, rows).width - GAP.length;
    return left >= NARROWEST_SAYS && without.length < used.length
        ? tableOf(
              used,
              rows.map((row) => ({ ...row, "the requester says": wrap(row["the requester says"], left) })),
          ).text
        : rows.map((row) => stacked(row, used, width)).join("\n");
}

function rowOf({ connection, seen }: Request, look: Look): Row {
    const fields = Object.entries(connection);
    const kind = findKind(connection.kind);
    const id = kind === undefined ? "" : kind.id;
    const scope = fields.filter(([name]) => !["kind", "region", id].includes(name)).map(([, value]) => value);
    return {
        kind: connection.kind,
        requester: oneLine(seen.requester ?? "not told"),
        // Of a cloud that shows what waits and what was rejected alike.
        status: seen.status === "pending" ? "" : seen.status,
        age: ageText(seen.requestedAt, look),
        expires: expiryText(seen.expiresAt, look),
        region: oneLine(fields.find(([name]) => name === "region")?.[1] ?? ""),
        scope: oneLine(scope.join(" ")),
        connection: seen.id,
        "the requester says": oneLine(seen.requesterSays ?? ""),
    };
}

/** A table without lines, and how wide it is. */
function tableOf(columns: readonly Column[], rows: readonly Row[]): { text: string; width: number } {
    const none = Object.fromEntries(
        ["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right", "left"]
            .concat(["left-mid", "mid", "mid-mid", "right", "right-mid"])
            .map((name) => [name, ""]),
    );
    const table = new Table({
        head: [...columns],
        chars: { ...none, middle: GAP },
        style: { head: [], border: [], "padding-left": 0, "padding-right": 0 },
    });
    table.push(...rows.map((row) => columns.map((column) => row[column])));
    const lines = table.toString().split("\n");
    return { text: lines.map((line) => `${line.trimEnd()}\n`).join(""), width: lines[0]?.length ?? 0 };
}

/** One request as a block: what it is, then a line for each thing that is known. */
function stacked(row: Row, used: readonly Column[], columns: number): string {
    const labels = used.filter((column) => column !== "kind" && row[column] !== "");
    const wide = 12;
    const lines = labels.map((column) => {
        const label = column === "the requester says" ? "says" : column;
        return `  ${label.padEnd(wide - 2)}${GAP}${wrap(row[column], columns - wide - GAP.length).replaceAll("\n", `\n${" ".repeat(wide + GAP.length)}`)}`;
    });
    return [row.kind, ...lines].map((line) => `${line}\n`).join("");
}

/** How long it waits; yellow after a week. */
function ageText(requestedAt: string | undefined, { now, colour }: Look): string {
    if (requestedAt === undefined) {
        return "";
    }
    const age = now - Date.parse(requestedAt);
    return paint(distance(age), colour && age >= 7 * DAY_MS ? YELLOW : undefined);
}

/** How long it can still be accepted; yellow in the last three days, red in the last. */
function expiryText(expiresAt: string | undefined, { now, colour }: Look): string {
    if (expiresAt === undefined) {
        return "";
    }
    const left = Date.parse(expiresAt) - now;
    const text = left <= 0 ? "over" : `in ${distance(left)}`;
    return paint(text, !colour ? undefined : left < DAY_MS ? RED : left < 3 * DAY_MS ? YELLOW : undefined);
}

const RED = 31;
const YELLOW = 33;

function paint(text: string, colour: number | undefined): string {
    return colour === undefined ? text : `\u001b[${colour}m${text}\u001b[39m`;
}

/** `3d`, `5h`, `12m`: as much as one needs to see what is urgent. */
function distance(ms: number): string {
    const minutes = Math.max(0, Math.floor(ms / 60_000));
    return Number.isNaN(minutes)
        ? "?"
        : minutes >= 2 * 24 * 60
          ? `${Math.floor(minutes / (24 * 60))}d`
          : minutes >= 120
            ? `${Math.floor(minutes / 60)}h`
            : `${minutes}m`;
}
