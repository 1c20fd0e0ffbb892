import { createHash } from "node:crypto";
import type { RAM as RamClient } from "@aws-sdk/client-ram";
import { documentedCursor, documentedId, documentedList, documentedText, type Fields, text } from "../answer";
import { everyPage, unlessMissing } from "../calls";
import { type CloudError, unreadableAnswer } from "../cloud";
import type { Call, Receipt } from "../kind";
import { type AwsApi, type AwsClients, actionOf, ask } from "./cloud";

/** AWS Resource Access Manager (RAM), as an account sees it with which resources are shared. */

type RamCall = Call<AwsClients>;

/** One entry for each invitation, whatever became of it, and one for each share that the account takes part in. */
export interface Received {
    readonly invitations: readonly Fields[];
    readonly shares: readonly Fields[];
}

const RAM: AwsApi<RamClient> = {
    name: "ram",
    load: async (config) => new (await import("@aws-sdk/client-ram")).RAM(config),
};

/** Errors that name a share or an invitation of which nothing is known. */
const UNKNOWN = ["UnknownResourceException", "ResourceShareInvitationArnNotFoundException"];

/**
 * What was shared with the account: everything, or by these shares. Invitations are read first: one that is accepted between the two reads
 * is then still pending, and not accepted without a share.
 */
export async function received(call: RamCall, resourceShareArns?: string[]): Promise<Received> {
    const isUnknown = ({ code }: CloudError) => resourceShareArns !== undefined && UNKNOWN.includes(code);
    const invitations = () =>
        listAll("resourceShareInvitation", call, (page) =>
            ask(RAM, "getResourceShareInvitations", { ...page, resourceShareArns }, call),
        );
    const shares = () =>
        listAll("resourceShare", call, (page) =>
            ask(RAM, "getResourceShares", { ...page, resourceOwner: "OTHER-ACCOUNTS", resourceShareArns }, call),
        );
    return {
        invitations: await unlessMissing(invitations, [], isUnknown),
        shares: await unlessMissing(shares, [], isUnknown),
    };
}

/** Accepts or rejects one invitation. */
export async function decideInvitation(
    method: "acceptResourceShareInvitation" | "rejectResourceShareInvitation",
    arn: string,
    token: string,
    call: RamCall,
): Promise<void> {
    const input = { resourceShareInvitationArn: arn, clientToken: clientToken(method, arn, token) };
    const { resourceShareInvitation } = await ask(RAM, method, input, call);
    documentedId(actionOf(RAM, method), resourceShareInvitation, "resourceShareInvitationArn", arn);
}

/** Takes the account out of a share: what the user guide calls leaving it. */
export async function leaveShare(arn: string, token: string, call: RamCall): Promise<Omit<Receipt, "id">> {
    const method = "disassociateResourceShare";
    const action = actionOf(RAM, method);
    const account = await call.clients.account(call.signal);
    const input = { resourceShareArn: arn, principals: [account], clientToken: clientToken(method, arn, token) };
    const associations = documentedList(action, await ask(RAM, method, input, call), "resourceShareAssociations");
    const own = associations.find((one) => one.associatedEntity === account && one.resourceShareArn === arn);
    if (own === undefined) {
        throw unreadableAnswer(action, `the answer does not say what becomes of ${account} in ${arn}`);
    }
    return own.status === "FAILED"
        ? { result: "refused", code: "FAILED", text: text(own.statusMessage) ?? "the cloud gave no reason" }
        : { result: "sent" };
}

/** "These operations can occasionally return an empty set of results even when there are more": the token alone tells the end. */
function listAll(
    item: "resourceShareInvitation" | "resourceShare",
    call: RamCall,
    turn: (page: { maxResults: number; nextToken: string | undefined }) => Promise<Fields>,
): Promise<readonly Fields[]> {
    const action = actionOf(RAM, `get${item.replace("r", "R")}s`);
    const idOf = (one: Fields) => documentedText(action, one, `${item}Arn`);
    return everyPage(action, call, idOf, async (nextToken) => {
        const answer = await turn({ maxResults: 500, nextToken });
        return { items: documentedList(action, answer, `${item}s`), ...documentedCursor(action, answer, "nextToken") };
    });
}

/** "Passing the same value to a later call requires that you also pass the same value for all other parameters." */
function clientToken(method: string, arn: string, token: string): string {
    return createHash("sha256").update(`${method} ${arn} ${token}`).digest("hex").slice(0, 32);
}
