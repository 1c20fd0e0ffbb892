import { documentedId, documentedText, type Fields } from "../answer";
import { unlessMissing } from "../calls";
import type { Call, Order, Rate, Receipt } from "../kind";
import type { Action } from "../table";
import type { AlibabaClients } from "./cloud";

/** The VPC peering API, version 2022-01-01. */

export const LIST = "ListVpcPeerConnections";
export const GET = "GetVpcPeerConnectionAttribute";
export const OPERATIONS = {
    accept: "AcceptVpcPeerConnection",
    reject: "RejectVpcPeerConnection",
    remove: "DeleteVpcPeerConnection",
} as const;

/** The page of its reference about one operation. */
export function reference(operation: string): string {
    return `Alibaba Cloud VPC API reference 2022-01-01, ${operation}`;
}

/**
 * Rate of each operation of the VPC peering API: 360 calls in 60 s, "API speed limit dimension: regionId, API, ParentUid" (the page
 * api-vpcpeer-2022-01-01-quota): a bucket that stays below it.
 */
export const RATE: Rate = {
    burst: 60,
    perSecond: 5,
    source: "https://www.alibabacloud.com/help/en/vpc/developer-reference/api-vpcpeer-2022-01-01-quota",
};

/** The connection of that id, or none. */
export function get(id: string, { clients, signal }: Call<AlibabaClients>): Promise<Fields[]> {
    const find = async () => {
        const answer = await clients.vpcPeer(GET, { InstanceId: id }, signal);
        documentedId(GET, answer, "InstanceId", id);
        return [answer];
    };
    return unlessMissing<Fields[]>(find, []);
}

/**
 * One connection per call, answered by the id of the request and no more; the token makes a resend of the same decision
 * the same request.
 */
export async function send(
    action: Action,
    { seen, token }: Order,
    { clients, signal }: Call<AlibabaClients>,
    more: { DryRun?: string } = {},
): Promise<void> {
    const operation = OPERATIONS[action];
    const answer = await clients.vpcPeer(operation, { InstanceId: seen.id, ClientToken: token, ...more }, signal);
    documentedText(operation, answer, "RequestId");
}

/**
 * terraform-provider-alicloud's accepter repeats a delete on `IncorrectStatus…` (the peering changes just now) and on routes
 * that still point to it. Routes do not go by themselves: only `Force` deletes them ("the system deletes the routes that point
 * to the VPC peering connection"), which takes more than was declared, so their owner is told instead.
 */
export function explainRemoval(code: string, { seen: { id } }: Order): Partial<Receipt> {
    if (code.startsWith("incorrectstatus")) {
        return { result: "busy" };
    }
    const remedy = `delete the routes with the next hop ${id} from the route tables of this account's VPC (acceptingVpcId), or delete the connection with force in the console, then run \`pulumi up\` again`;
    return code === "operationdenied.routeentryexist" ? { remedy } : {};
}
