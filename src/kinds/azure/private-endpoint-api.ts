import { documentedCursor, documentedList, documentedText, optional, record, text } from "../answer";
import { oneByOne } from "../calls";
import { CloudError } from "../cloud";
import type { OperationState, Order, Receipt, Scope } from "../kind";
import type { ArmAnswer, AzureClients } from "./cloud";
import { type Description, writeDescription } from "./description";
import { type AzureCall, ask, connectionsUrl, readResource, typeOf } from "./resources";

/** Private endpoint connections of any resource: the calls that all resource providers have in common. */

/** What an order needs beside the connection's id: how the cloud spells its name, and the text that stands on it. */
export interface Handle {
    readonly name: string;
    readonly description: Description;
}

/**
 * One page of the connections, as they stand there; a cursor is the link to the next page. A resource provider without the list call
 * shows them in the resource itself.
 */
export async function listConnections(scope: Scope, cursor: string | undefined, call: AzureCall) {
    const type = typeOf(scope);
    const action = `${type.name}/privateEndpointConnections/read`;
    try {
        const target = cursor ?? (await connectionsUrl(scope, "", call));
        const { body } = await ask({ action, method: "GET", target }, call);
        return { action, items: documentedList(action, body, "value"), ...documentedCursor(action, body, "nextLink") };
    } catch (error) {
        if (cursor !== undefined || type.lists || !isNoSuchCall(error)) {
            throw error;
        }
        const { properties } = record((await readResource(scope, call)).resource);
        if (!Array.isArray(record(properties).privateEndpointConnections)) {
            throw error;
        }
        return { action, items: documentedList(action, properties, "privateEndpointConnections") };
    }
}

/**
 * PUT of status and description, and of nothing else: other fields are refused by some types (Azure/azure-cli#20424). SQL asks for a
 * description in any case
 * (https://learn.microsoft.com/rest/api/sql/private-endpoint-connections/create-or-update).
 */
export function decide(status: "Approved" | "Rejected") {
    return sender("write", async (order, scope, call, action) => {
        const { name, description: standing } = handleOf(order);
        const description = writeDescription(status, standing);
        const target = await connectionsUrl(scope, `/${encodeURIComponent(name)}`, call);
        const body = { properties: { privateLinkServiceConnectionState: { status, description } } };
        const answer = await ask({ action, method: "PUT", target, body }, call);
        if (answer.status === 200) {
            const { properties } = record(answer.body);
            documentedText(action, record(properties).privateLinkServiceConnectionState, "status");
        }
        return answer;
    });
}

/** DELETE of the connection. The consumer's private endpoint shows Disconnected and has to be created again. */
export const removeConnection = sender("delete", async (order, scope, call, action) => {
    const target = await connectionsUrl(scope, `/${encodeURIComponent(handleOf(order).name)}`, call);
    return ask({ action, method: "DELETE", target }, call);
});

/**
 * How an operation goes on. `Azure-AsyncOperation` answers with a status; `Location` answers 202 while it runs, then as the call itself
 * would have. https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
 */
export async function operationState(url: string, call: AzureCall): Promise<OperationState> {
    try {
        const { status, body } = await ask({ action: "the operation", method: "GET", target: url }, call);
        const { status: word, error } = record(body);
        const ended = text(word)?.toLowerCase() ?? (status === 202 ? "running" : "succeeded");
        if (/^(failed|cancell?ed)$/.test(ended)) {
            const { code, message } = record(error);
            return { state: "failed", code: text(code) ?? ended, text: text(message) ?? "the cloud gave no reason" };
        }
        return { state: ended === "succeeded" ? "done" : "running" };
    } catch (error) {
        if (error instanceof CloudError && (error.failure === "refused" || error.failure === "conflict")) {
            return { state: "failed", code: error.code, text: error.text };
        }
        throw error;
    }
}

/** What the connection was read with; its id will do where it was not read by us. */
function handleOf({ seen: { id, handle } }: Order): Handle {
    return (handle as Handle | undefined) ?? { name: id, description: { text: undefined, ofRequester: false } };
}

/** A resource provider answers a call that it does not have with 404, 400 or 405; so it does where the resource is not there. */
function isNoSuchCall(error: unknown): boolean {
    return error instanceof CloudError && (error.failure === "missing" || error.failure === "refused");
}

/** An action of one connection. One that is not there any more has been removed; what was to be decided must be read again. */
function sender(
    verb: "write" | "delete",
    send: (order: Order, scope: Scope, call: AzureCall, action: string) => Promise<ArmAnswer>,
) {
    const sendOne = async (order: Order, scope: Scope, call: AzureCall): Promise<Omit<Receipt, "id">> => {
        try {
            const answer = await send(order, scope, call, `${typeOf(scope).name}/privateEndpointConnections/${verb}`);
            return { result: "sent", ...optional("operation", answer.operation) };
        } catch (error) {
            if (!(error instanceof CloudError)) {
                throw error;
            }
            return receiptOf(error, verb);
        }
    };
    return oneByOne<AzureClients>(sendOne, (code) => optional("remedy", REMEDIES.get(code)));
}

function receiptOf(error: CloudError, verb: "write" | "delete"): Omit<Receipt, "id"> {
    const { code, text: words, requestId } = error;
    const said = { code, text: words, ...optional("requestId", requestId) };
    if (error.failure === "missing") {
        return { result: verb === "delete" ? "already" : "conflict", ...said };
    }
    // Key Vault, MicrosoftDocs/azure-docs#120274: it names no permission of whoever decides.
    if (/must be registered on subscription containing private endpoint/i.test(words)) {
        return { result: "refused", ...said, remedy: REGISTER };
    }
    throw error;
}

const REGISTER =
    "ask the requester to register the resource provider that is named, in the private endpoint's subscription";

/** By code, in lower case. */
const REMEDIES = new Map([
    [
        "requestdisallowedbypolicy",
        "a policy forbids it, see the cloud's words: ask its owner, or declare what it allows",
    ],
    ["scopelocked", "remove the lock that is named, or ask its owner to"],
]);
