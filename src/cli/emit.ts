import type { Inbox } from "./inbox";
import { nothingPending } from "./report";

/** One decision per request, as code. What the requester wrote is a comment, escaped, on one line. */
export function asTypeScript(inbox: Inbox, decision: "accept" | "reject"): string {
    const { requests, complete } = inbox;
    const ids = requests.map(({ seen }) => seen.id);
    const blocks = requests.map(({ connection, scope, seen }, i) => {
        // Two clouds may use one id; a resource's name is its own.
        const name = ids.indexOf(seen.id) === i ? seen.id : `${seen.id}-${i}`;
        const facts = [
            `requester ${seen.requester ?? "not told"}`,
            ...(seen.requestedAt === undefined ? [] : [`since ${seen.requestedAt}`]),
            ...(seen.expiresAt === undefined ? [] : [`expires ${seen.expiresAt}`]),
            ...(seen.requesterSays === undefined ? [] : [`says ${JSON.stringify(seen.requesterSays)}`]),
        ];
        const fields = Object.entries(connection).map(
            ([field, value]) => `        ${field}: ${JSON.stringify(value)},`,
        );
        return [
            `// ${scope}: ${facts.join(", ")}`,
            `new ConnectionDecision(${JSON.stringify(name)}, {`,
            "    connection: {",
            ...fields,
            "    },",
            `    decision: ${JSON.stringify(decision)},`,
            ...(seen.requester === undefined ? [] : [`    expectedRequester: ${JSON.stringify(seen.requester)},`]),
            "});",
        ].join("\n");
    });
    const header = [
        ...(complete ? [] : ["// Not everything was read: requests may be missing here."]),
        ...(requests.length > 0 ? [] : [`// ${nothingPending(inbox) || "Nothing was read."}`]),
        ...(requests.length > 0 ? ['import { ConnectionDecision } from "pulumi-connection-decision";'] : []),
    ];
    return `${[...header, ...blocks].join("\n\n")}\n`;
}
