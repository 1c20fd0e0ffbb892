/**
 * `npm run docs`: writes docs/kinds.md and the tables in README.md from the kinds' own data. `--check` only compares.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);
const { kinds } = require(path.join(repository, "dist/kinds/index.js"));
const { goal } = require(path.join(repository, "dist/decision/plan.js"));
const { lifecyclesOf } = require(path.join(repository, "dist/kinds/lifecycle.js"));

/** Parts of README.md that are made here, by the name in their marks. */
const PARTS = { kinds: overview, permissions };

const readme = path.join(repository, "README.md");
const files = {
    [readme]: Object.entries(PARTS).reduce(
        (text, [name, make]) => replacePart(text, name, make()),
        readFileSync(readme, "utf8"),
    ),
    [path.join(repository, "docs/kinds.md")]: reference(),
};
const stale = Object.entries(files).filter(([file, content]) => read(file) !== content);
if (process.argv.includes("--check")) {
    for (const [file] of stale) {
        console.error(`${path.relative(repository, file)} is not what the kinds' data says; run \`npm run docs\``);
    }
    process.exitCode = stale.length === 0 ? 0 : 1;
} else {
    for (const [file, content] of stale) {
        writeFileSync(file, content);
    }
}

function replacePart(text, name, content) {
    const [mark, end] = [`<!-- ${name}: made by \`npm run docs\` -->`, `<!-- end of ${name} -->`];
    const [before, rest] = text.split(mark);
    const after = rest?.split(end)[1];
    if (after === undefined) {
        throw new Error(`README.md needs ${mark} and ${end}`);
    }
    return `${before}${mark}\n${content}\n${end}${after}`;
}

function overview() {
    const rows = Object.values(kinds).map((kind) => [
        kindLink(kind),
        Object.entries(kind.fields)
            .map(([name, field]) => `\`${name}${field.required ? "" : "?"}\``)
            .join(", "),
        byStatus(kind)
            .map(([status, words]) => `${status}: ${words.join(", ")}`)
            .join("; "),
        [...new Set(lifecyclesOf(kind).map(([, { reject }]) => cutting(reject.accepted)))].join(", or "),
    ]);
    return table(["kind", "fields", "status: the cloud's words", "cutting an accepted one"], rows);
}

function cutting(cell) {
    return cell?.do === "remove" ? "`remove` (needs `allowRemoval`)" : `\`${cell?.do}\``;
}

function permissions() {
    const names = (list) => (list ?? []).map((name) => `\`${name.replace(/ \(.*/, "")}\``).join(", ") || "not possible";
    const rows = Object.values(kinds).map((kind) => [
        kindLink(kind),
        names(kind.permissions.read),
        names(kind.permissions.accept),
        names(kind.permissions.reject),
        names(kind.permissions.remove),
    ]);
    return table(["kind", "reading: previews, refresh", "accept", "reject", "remove"], rows);
}

function kindLink({ name }) {
    return `[\`${name}\`](docs/kinds.md#${anchor(name)})`;
}

function reference() {
    return [
        "# Kinds of connection",
        "",
        "Made from the same data that the provider decides by: `npm run docs`.",
        "",
        ...Object.values(kinds).flatMap(section),
    ].join("\n");
}

function section(kind) {
    const rates = Object.entries(kind.limits.rates ?? {});
    return [
        `## ${kind.name}`,
        "",
        `${kind.title} (${kind.cloud.title}). Its id in the state: \`${[kind.name, ...[...kind.scope, kind.id].map((part) => `<${part}>`)].join("/")}\`.`,
        "",
        table(
            ["field", "", "format"],
            Object.entries(kind.fields).map(([name, field]) => [
                `\`${name}\``,
                field.required ? "required" : "optional",
                field.describes,
            ]),
        ),
        "",
        `\`expectedRequester\`: ${kind.requester.describes}. \`expectedEvidence\` may ask for:`,
        "",
        table(
            ["fact", "meaning"],
            Object.entries(kind.evidence).map(([name, meaning]) => [`\`${name}\``, meaning]),
        ),
        "",
        ...(kind.says === undefined
            ? []
            : [`A rule's \`ticket\` goes by what the requester writes. ${kind.says}.`, ""]),
        table(
            ["for", "permissions"],
            Object.entries(kind.permissions).map(([action, names]) => [
                action,
                names.map((name) => `\`${name}\``).join(", "),
            ]),
        ),
        "",
        `Ids per request: ${kind.limits.idsPerOrder}. Settles within ${kind.limits.settleWithin} by default.${rates.length === 0 ? " No rate is published." : ""}`,
        ...rates.map(
            ([action, rate]) =>
                `- ${action}: ${rate.burst} at once, then ${rate.perSecond} a second (${link(rate.source)})`,
        ),
        "",
        table(
            ["status", "the cloud's words"],
            byStatus(kind).map(([status, words]) => [status, words.map((word) => `\`${word}\``).join(", ")]),
        ),
        "",
        ...lifecyclesOf(kind).flatMap(([name, lifecycle]) => transitions(name, lifecycle)),
    ];
}

/** One lifecycle table and its picture. */
function transitions(name, lifecycle) {
    const heading = name === "" ? [] : [`### ${name}`, ""];
    return [
        ...heading,
        ...[
            ["`accept`", lifecycle.accept],
            ["`reject`", lifecycle.reject],
            ...(lifecycle.remove === undefined
                ? []
                : [['`onDelete: "remove"`, where it cannot delete,', lifecycle.remove]]),
        ].flatMap(([title, rows]) => [
            `What ${title} does:`,
            "",
            table(
                ["status", "does", "", "source"],
                Object.entries(rows).map(([status, cell]) => [
                    status,
                    does(cell),
                    cell.basis === "tried" ? "undocumented, tried" : cell.basis,
                    link(cell.source),
                ]),
            ),
            "",
        ]),
        "```mermaid",
        "stateDiagram-v2",
        ...diagram(lifecycle),
        "```",
        "",
    ];
}

function diagram(lifecycle) {
    return ["accept", "reject"].flatMap((decision) =>
        Object.entries(lifecycle[decision])
            .filter(([, cell]) => isAction(cell.do))
            .map(([status, cell]) => {
                const to = cell.do === "remove" ? "absent" : goal(lifecycle, decision);
                return `    ${status} --> ${to}: ${cell.do}${cell.basis === "tried" ? " (tried)" : ""}`;
            }),
    );
}

function isAction(name) {
    return ["accept", "reject", "remove"].includes(name);
}

function does({ do: action, remedy }) {
    const words = {
        none: "nothing, it holds",
        settle: "waits",
        awaitRequest: "waits for the request",
        impossible: `fails: ${remedy}`,
    };
    return isAction(action) ? `\`${action}\`` : words[action];
}

function byStatus(kind) {
    const groups = new Map();
    for (const [word, status] of Object.entries(kind.statuses)) {
        groups.set(status, [...(groups.get(status) ?? []), word]);
    }
    return [...groups];
}

function link(source) {
    const [url = "", ...note] = source.split(" ");
    return url.startsWith("https://")
        ? `[${new URL(url).hostname}](${url})${note.length === 0 ? "" : ` ${note.join(" ")}`}`
        : source;
}

function anchor(name) {
    return name.toLowerCase().replace(/[^a-z0-9-]/g, "");
}

function table(head, rows) {
    const line = (cells) => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
    return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function read(file) {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return undefined;
    }
}
