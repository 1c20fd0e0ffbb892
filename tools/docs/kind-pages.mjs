/** docs/kinds.md, the overview, and docs/kinds/<kind>.md, one page for each kind: all from the kinds' own data. */
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { bullets, code, codes, link, sentence, table } from "./markdown.mjs";

const ACTIONS = ["accept", "reject", "remove"];

/**
 * The pages' names, by kind: the cloud, and the kind's own file. `aws:openSearchInbound` is in `aws/opensearch-inbound.ts`, so its page
 * is `aws-opensearch-inbound.md`, as its rows in test/kinds are.
 */
export function pageNames(repository, kinds) {
    const room = path.join(repository, "src/kinds");
    const files = readdirSync(room, { recursive: true, encoding: "utf8" })
        .filter((file) => file.includes(path.sep))
        .map((file) => ({ file, text: readFileSync(path.join(room, file), "utf8") }))
        .filter(({ text }) => text.includes("defineKind<"));
    return Object.fromEntries(
        Object.keys(kinds).map((name) => {
            const own = files.find(({ text }) => text.includes(`name: "${name}"`));
            return [name, `${name.split(":")[0]}-${path.basename(own.file, ".ts")}.md`];
        }),
    );
}

/** The rows of the overview: a kind with its fields, its words and what cuts an accepted connection. */
export function overview({ kinds, lifecyclesOf, pages }) {
    return table(
        ["kind", "fields", "status: the cloud's words", "cutting an accepted one"],
        Object.values(kinds).map((kind) => [
            kindLink(kind, pages),
            Object.entries(kind.fields)
                .map(([name, field]) => code(`${name}${field.required ? "" : "?"}`))
                .join(", "),
            byStatus(kind)
                .map(([status, words]) => `${status}: ${words.join(", ")}`)
                .join("; "),
            cuttingOf(kind, lifecyclesOf),
        ]),
    );
}

/** For the README: what each kind is, in a few words. */
export function shortOverview({ kinds, lifecyclesOf, pages }) {
    return table(
        ["kind", "what it is", "cutting an accepted one"],
        Object.values(kinds).map((kind) => [
            `[${code(kind.name)}](docs/kinds/${pages[kind.name]})`,
            `${kind.title} (${kind.cloud.title})`,
            cuttingOf(kind, lifecyclesOf),
        ]),
    );
}

export function permissions({ kinds, pages }) {
    const names = (list) => (list ?? []).map((name) => code(name.replace(/ \(.*/, ""))).join(", ") || "not possible";
    return table(
        ["kind", "reading: previews, refresh", "accept", "reject", "remove"],
        Object.values(kinds).map((kind) => [
            kindLink(kind, pages),
            ...["read", "accept", "reject", "remove"].map((purpose) => names(kind.permissions[purpose])),
        ]),
    );
}

/** One kind's page. */
export function page(kind, data) {
    return [
        `# ${kind.name}`,
        "",
        `${sentence(data.about.comment || `${kind.title} of ${kind.cloud.title}`)} This page is made from the data that the provider decides by (\`npm run docs\`).`,
        "",
        ...example(kind),
        ...whereabouts(kind, data),
        ...requester(kind),
        ...(kind.says === undefined
            ? []
            : [`A rule's \`ticket\` goes by what the requester writes. ${kind.says}.`, ""]),
        ...permissionsOf(kind),
        ...statuses(kind),
        ...data.lifecyclesOf(kind).flatMap(([name, lifecycle]) => transitions(kind, name, lifecycle, data)),
        ...undocumented(kind, data),
        ...destroy(kind, data),
        ...limits(kind),
        "[All kinds](../kinds.md)",
        "",
    ].join("\n");
}

function example(kind) {
    const { kind: name, ...fields } = kind.example;
    const [fact] = Object.keys(kind.evidence);
    return [
        "## Example",
        "",
        "```ts",
        'import { ConnectionDecision } from "pulumi-connection-decision";',
        "",
        'new ConnectionDecision("partner", {',
        "    connection: {",
        ...Object.entries({ kind: name, ...fields }).map(
            ([field, value]) => `        ${field}: ${JSON.stringify(value)},`,
        ),
        "    },",
        '    decision: "accept",',
        `    expectedRequester: ${JSON.stringify(kind.requester.example)},`,
        "});",
        "```",
        "",
        `In the state its id is ${code([kind.name, ...[...kind.scope, kind.id].map((part) => `<${part}>`)].join("/"))}.`,
        `A [\`ConnectionAdmission\`](../admissions.md) of this kind has the scope ${code(scopeText(kind))}${fact === undefined ? "" : ` and may ask for facts such as ${code(fact)}`}.`,
        "",
    ];
}

function scopeText(kind) {
    const fields = kind.scope.map((field) => `${field}${kind.fields[field].required ? "" : "?"}`);
    return `{ ${[`kind: "${kind.name}"`, ...fields].join(", ")} }`;
}

function whereabouts(kind, { about }) {
    const comments = Object.fromEntries(about.fields.map(({ name, comment }) => [name, comment]));
    return [
        "## Where to find each value",
        "",
        table(
            ["field", "", "what it is", "format"],
            Object.entries(kind.fields).map(([name, field]) => [
                code(name),
                field.required ? "required" : "optional",
                comments[name] ?? "",
                field.describes,
            ]),
        ),
        "",
        table(
            ["field", "in the console", "on the command line"],
            Object.entries(kind.fields).map(
                ([
                    name,
                    {
                        whereabouts: { console: place, cli },
                    },
                ]) => [code(name), place, command(cli)],
            ),
        ),
        "",
        "`npx connection-decision list` finds what waits, and prints it as code with `--emit ts`.",
        "",
    ];
}

/** A command, and the note after it. */
function command(cli) {
    const [, line, note] = /^(.*?)( \(.*\)|, run by .*)?$/.exec(cli);
    return /^(aws|az|aliyun|hcloud|openstack) /.test(cli) ? `${code(line)}${note ?? ""}` : cli;
}

function requester(kind) {
    const facts = Object.entries(kind.evidence);
    return [
        "## Who asks, and what the cloud vouches for",
        "",
        `\`expectedRequester\` is ${kind.requester.describes}.`,
        "",
        ...(facts.length === 0
            ? ["The cloud vouches for no other fact."]
            : [
                  "`expectedEvidence`, and `evidence` in a rule, may ask for:",
                  "",
                  table(
                      ["fact", "meaning"],
                      facts.map(([name, meaning]) => [code(name), meaning]),
                  ),
              ]),
        "",
    ];
}

function permissionsOf(kind) {
    return [
        "## Permissions",
        "",
        table(
            ["for", "permissions"],
            Object.entries(kind.permissions).map(([action, names]) => [
                action === "read" ? "reading: previews, refresh, `list`" : action,
                codes(names),
            ]),
        ),
        "",
        "How to write them down in this cloud: [permissions](../kinds.md#permissions).",
        "",
    ];
}

function statuses(kind) {
    return [
        "## What a decision does",
        "",
        table(
            ["status", "the cloud's words"],
            byStatus(kind).map(([status, words]) => [status, codes(words)]),
        ),
        "",
        "A word that is not in this table counts as `unknown`, and nothing is ever sent on it.",
        "",
    ];
}

/** One lifecycle table and its picture. */
function transitions(kind, name, lifecycle, { goal }) {
    const heading = name === "" ? [] : [`### ${name}`, "", sentence(kind.lifecycle.about[name]), ""];
    return [
        ...heading,
        "```mermaid",
        "stateDiagram-v2",
        ...diagram(lifecycle, goal),
        "```",
        "",
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
                ["status", "does", "basis", "source"],
                Object.entries(rows).map(([status, cell]) => [status, does(cell), basis(cell), link(cell.source)]),
            ),
            "",
        ]),
    ];
}

function basis({ basis: word }) {
    return word === "tried" ? "undocumented, tried" : word;
}

function diagram(lifecycle, goal) {
    return ["accept", "reject"].flatMap((decision) =>
        Object.entries(lifecycle[decision])
            .filter(([, cell]) => ACTIONS.includes(cell.do))
            .map(([status, cell]) => {
                const to = cell.do === "remove" ? "absent" : goal(lifecycle, decision);
                return `    ${status} --> ${to}: ${cell.do}${cell.basis === "tried" ? " (tried)" : ""}`;
            }),
    );
}

function does({ do: action, remedy }) {
    const words = {
        none: "nothing, it holds",
        settle: "waits",
        awaitRequest: "waits for the request",
        impossible: `cannot be done: ${remedy}`,
    };
    return ACTIONS.includes(action) ? code(action) : words[action];
}

function undocumented(kind, { lifecyclesOf, switchesOf }) {
    const tried = lifecyclesOf(kind).flatMap(([name, lifecycle]) =>
        ["accept", "reject"].flatMap((decision) =>
            Object.entries(lifecycle[decision])
                .filter(([, cell]) => cell.basis === "tried")
                .map(
                    ([status, cell]) =>
                        `\`${decision}\` of a connection that is ${status}${name === "" ? "" : ` (${name})`}: ${link(cell.source)}`,
                ),
        ),
    );
    const switches = switchesOf(kind.name);
    return [
        "## What is undocumented",
        "",
        ...(tried.length === 0
            ? [
                  "No decision of this kind rests on a guess. Rows that say `inferred` follow from what a document says of something else.",
              ]
            : [
                  'No document covers these. They are tried, the preview says "undocumented", and a refusal is reported in the cloud\'s own words.',
                  "",
                  bullets(tried.map(sentence)),
              ]),
        "",
        ...(switches.length === 0
            ? []
            : [
                  "The [simulator](../testing.md) can behave either way where the documents are silent; the first word is its default:",
                  "",
                  table(
                      ["switch", "words", "what is not said"],
                      switches.map(({ name, words, comment }) => [code(name), codes(words), comment]),
                  ),
                  "",
              ]),
    ];
}

function destroy(kind, { lifecyclesOf }) {
    const cuts = new Set(lifecyclesOf(kind).map(([, { reject }]) => reject.accepted?.do));
    const rejects =
        cuts.has("reject") && !cuts.has("remove")
            ? "rejects it, if it is accepted or pending then."
            : cuts.has("reject")
              ? "rejects it where its table allows that. Where an accepted one can only be deleted, it needs `allowRemoval: true`, and deletes it."
              : "rejects a request that is pending. An accepted connection of this kind can only be deleted: that needs `allowRemoval: true`.";
    return [
        "## What destroy does",
        "",
        bullets([
            '`onDelete: "keep"`, the default: nothing. The connection stays as it was decided.',
            `\`onDelete: "reject"\`: ${rejects}`,
            kind.remove === undefined
                ? '`onDelete: "remove"`: not possible, the owner cannot delete connections of this kind.'
                : '`onDelete: "remove"`: deletes the connection. The requester must ask again.',
        ]),
        "",
        "What holds for every kind: [what destroy does](../decisions.md#what-destroy-does).",
        "",
    ];
}

function limits(kind) {
    const { idsPerOrder, settleWithin, rates = {} } = kind.limits;
    return [
        "## Limits and rates",
        "",
        bullets([
            idsPerOrder === 1 ? "One connection per request." : `Up to ${idsPerOrder} connections per request.`,
            `\`timeout\` is ${settleWithin} by default.`,
            ...(Object.keys(rates).length === 0 ? ["The cloud publishes no rate."] : []),
            ...Object.entries(rates).map(
                ([action, rate]) =>
                    `\`${action}\`: ${rate.burst} at once, then ${rate.perSecond} a second (${link(rate.source)}).`,
            ),
        ]),
        "",
    ];
}

/** The statuses with the cloud's words for each. */
function byStatus(kind) {
    const groups = new Map();
    for (const [word, status] of Object.entries(kind.statuses)) {
        groups.set(status, [...(groups.get(status) ?? []), word]);
    }
    return [...groups];
}

function cuttingOf(kind, lifecyclesOf) {
    const words = lifecyclesOf(kind).map(([, { reject }]) =>
        reject.accepted?.do === "remove" ? "`remove` (needs `allowRemoval`)" : code(reject.accepted?.do),
    );
    return [...new Set(words)].join(", or ");
}

function kindLink({ name }, pages) {
    return `[${code(name)}](kinds/${pages[name]})`;
}
