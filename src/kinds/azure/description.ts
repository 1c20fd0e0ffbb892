/**
 * Whose text the `description` of a connection is. While it is pending, the requester's: the `requestMessage` of its private endpoint.
 * With the decision, "the reason for approval/rejection of the connection" (PrivateLinkServiceConnectionState of the REST references):
 * the approver's text replaces the requester's. Terraform's data source `azurerm_private_endpoint_connection` documents both, as
 * `request_response`.
 *
 * Our own decisions keep the requester's text, with a mark after it, so that rules can still be held against it. A requester's text has
 * up to 140 characters (`requestMessage`); how long a description may be is undocumented.
 */
export interface Description {
    /** Without our mark; undefined: there is none. */
    readonly text: string | undefined;
    /** Not so: it may be that of whoever decided, and what the requester wrote is not known any more. */
    readonly ofRequester: boolean;
}

const MARKS = ["Approved", "Rejected"].map((status) => markOf(status));

/** @param undecided nobody has decided about the connection yet */
export function readDescription(description: string | undefined, undecided: boolean): Description {
    for (const mark of MARKS) {
        if (description === mark) {
            return { text: undefined, ofRequester: true };
        }
        if (description?.endsWith(` (${mark})`)) {
            return { text: description.slice(0, -` (${mark})`.length), ofRequester: true };
        }
    }
    return { text: description, ofRequester: undecided };
}

/** What a decision writes: some text in any case, which SQL asks for. A text of others stays as it is. */
export function writeDescription(status: "Approved" | "Rejected", { text, ofRequester }: Description): string {
    const mark = markOf(status);
    if (ofRequester) {
        return text === undefined ? mark : `${text} (${mark})`;
    }
    return text ?? `${mark} after another decision`;
}

function markOf(status: string): string {
    return `${status} by pulumi-connection-decision`;
}
