/**
 * `npm run docs`: writes docs/kinds.md and the table in README.md from the kinds' own data. `--check` only compares.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);
const { kinds } = require(path.join(repository, "dist/kinds/index.js"));

const MARK = "<!-- kinds: made by `npm run docs` -->";
const END = "<!-- end of kinds -->";

const readme = path.join(repository, "README.md");
const text = readFileSync(readme, "utf8");
const [before, rest] = text.split(MARK);
const after = rest?.split(END)[1];
if (after === undefined) {
    throw new Error(`README.md needs ${MARK} and ${END}`);
}
const files = {
    [readme]: `${before}${MARK}\n${overview()}\n${END}${after}`,
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

function overview() {
    const rows = Object.values(kinds).map((kind) => {
        const { reject } = tableOf(kind);
        const undo = Array.isArray(reject.accepted.do) ? reject.accepted.do.join(", ") : reject.accepted.do;
        return [
            `[\`${kind.name}\`](docs/kinds.md#${anchor(kind.name)})`,
            Object.entries(kind.fields)
                .map(([name, field]) => `\`${name}${field.required ? "" : "?"}\``)
                .join(", "),
            byStatus(kind)
                .map(([status, words]) => `${status}: ${words.join(", ")}`)
                .join("; "),
            undo === "remove" ? "`remove` (needs `allowRemoval`)" : "`reject`",
        ];
    });
    return table(["kind", "fields", "status: the cloud's words", "cutting an accepted one"], rows);
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
        `A ${kind.title} of ${kind.cloud.title}. Its id in the state: \`${[kind.name, ...kind.identity.map((part) => `<${part}>`)].join("/")}\`.`,
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
        ...["accept", "reject"].flatMap((decision) => [
            `What \`${decision}\` does:`,
            "",
            table(
                ["status", "does", "", "source"],
                Object.entries(tableOf(kind)[decision])
                    .filter(([status]) => status === "absent" || Object.values(kind.statuses).includes(status))
                    .map(([status, rule]) => [
                        status,
                        does(rule),
                        rule.basis === "tried" ? "undocumented, tried" : rule.basis,
                        link(rule.source),
                    ]),
            ),
            "",
        ]),
        "```mermaid",
        "stateDiagram-v2",
        ...diagram(kind),
        "```",
        "",
    ];
}

function diagram(kind) {
    const lifecycle = tableOf(kind);
    return ["accept", "reject"].flatMap((decision) =>
        Object.entries(lifecycle[decision])
            .filter(([status, rule]) => Array.isArray(rule.do) && Object.values(kind.statuses).includes(status))
            .map(([status, rule]) => {
                const goal = rule.do.includes("remove") ? "absent" : decision === "accept" ? "accepted" : "rejected";
                return `    ${status} --> ${goal}: ${rule.do.join(", ")}${rule.basis === "tried" ? " (tried)" : ""}`;
            }),
    );
}

function does({ do: action, remedy }) {
    const words = {
        none: "nothing, it holds",
        settle: "waits",
        awaitRequest: "waits for the request",
        impossible: `fails: ${remedy}`,
    };
    return Array.isArray(action) ? action.map((name) => `\`${name}\``).join(", then ") : words[action];
}

function tableOf(kind) {
    return kind.lifecycle({ found: "yes", admission: "manual", settings: {} });
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
