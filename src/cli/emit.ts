import type { Inbox, Request } from "../inbox/inbox";
import { nothingPending } from "./report";

/** Languages in which a program can be written down. */
export const LANGUAGES = ["ts", "python", "yaml"] as const;
export type Language = (typeof LANGUAGES)[number];

/** One decision per request, as code. What the requester wrote is a comment, escaped, on one line. */
export function asCode(inbox: Inbox, language: Language, decision: "accept" | "reject"): string {
    const { requests, complete } = inbox;
    const { comment, head, write } = WRITERS[language];
    const ids = requests.map(({ seen }) => seen.id);
    const blocks = requests.map((request, i) => {
        // Two clouds may use one id; a resource's name is its own.
        const name = ids.indexOf(request.seen.id) === i ? request.seen.id : `${request.seen.id}-${i}`;
        return write(name, request, decision, `${comment} ${about(request)}`);
    });
    const header = [
        ...(complete ? [] : [`${comment} Not everything was read: requests may be missing here.`]),
        ...(requests.length > 0 ? [head] : [`${comment} ${nothingPending(inbox) || "Nothing was read."}`]),
    ];
    // A list of resources goes on below its head; statements stand apart.
    return `${[...header, ...blocks].join(language === "yaml" ? "\n" : "\n\n")}\n`;
}

/** How a language writes one decision. */
interface Writer {
    readonly comment: string;
    /** Stands above the decisions. */
    readonly head: string;
    write(name: string, request: Request, decision: string, about: string): string;
}

const WRITERS: Readonly<Record<Language, Writer>> = {
    ts: {
        comment: "//",
        head: 'import { ConnectionDecision } from "pulumi-connection-decision";',
        write: (name, { connection, seen }, decision, about) =>
            [
                about,
                `new ConnectionDecision(${quoted(name)}, {`,
                "    connection: {",
                ...Object.entries(connection).map(([field, value]) => `        ${field}: ${quoted(value)},`),
                "    },",
                `    decision: ${quoted(decision)},`,
                ...(seen.requester === undefined ? [] : [`    expectedRequester: ${quoted(seen.requester)},`]),
                "});",
            ].join("\n"),
    },
    python: {
        comment: "#",
        head: "import pulumi_connections as connections",
        write: (name, { connection, seen }, decision, about) =>
            [
                about,
                "connections.ConnectionDecision(",
                `    ${quoted(name)},`,
                "    connection={",
                ...Object.entries(connection).map(
                    ([field, value]) => `        "${snakeCase(field)}": ${quoted(value)},`,
                ),
                "    },",
                `    decision=${quoted(decision)},`,
                ...(seen.requester === undefined ? [] : [`    expected_requester=${quoted(seen.requester)},`]),
                ")",
            ].join("\n"),
    },
    yaml: {
        comment: "#",
        head: "resources:",
        write: (name, { connection, seen }, decision, about) =>
            [
                `  ${about}`,
                `  ${quoted(name)}:`,
                "    type: connections:ConnectionDecision",
                "    properties:",
                "      connection:",
                ...Object.entries(connection).map(([field, value]) => `        ${field}: ${literal(value)}`),
                `      decision: ${decision}`,
                ...(seen.requester === undefined ? [] : [`      expectedRequester: ${literal(seen.requester)}`]),
            ].join("\n"),
    },
};

function about({ scope, seen }: Request): string {
    const facts = [
        `requester ${seen.requester ?? "not told"}`,
        ...(seen.requestedAt === undefined ? [] : [`since ${seen.requestedAt}`]),
        ...(seen.expiresAt === undefined ? [] : [`expires ${seen.expiresAt}`]),
        ...(seen.requesterSays === undefined ? [] : [`says ${quoted(seen.requesterSays)}`]),
    ];
    return `${scope}: ${facts.join(", ")}`;
}

/** A text in double quotes, as all three languages read it; quoted, a number of an account stays a text. */
function quoted(text: string): string {
    return JSON.stringify(text);
}

/** In a value, Pulumi YAML would fill in `${…}`. */
function literal(text: string): string {
    return quoted(text.replaceAll("${", "$$$${"));
}

/** `serviceId` as Pulumi's Python programs call it. */
function snakeCase(name: string): string {
    return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
