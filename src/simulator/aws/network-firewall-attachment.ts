import { type Choices, kind } from "../server/kind";
import { Refusal } from "../server/message";
import { anyOf } from "../server/protocol";
import type { AwsAccount } from "./account";
import { awsCbor } from "./aws-cbor";
import { awsJson, type RpcService } from "./aws-json";
import type { JsonCall, JsonRoute } from "./json-operation";
import {
    FUNCTION_SWITCHES,
    type NetworkFunctionAttachment,
    networkFunctionsIn,
    type Part,
    WORLD,
} from "./network-function";
import { fillInAttachments } from "./transit-gateway-attachments";

const UNDOCUMENTED = {
    ...FUNCTION_SWITCHES,
    /** EC2: when it shows what Network Firewall has taken. */
    ec2FirewallState: ["atOnce", "later"],
    /** Network Firewall: a decision in a state that does not fit, such as one that is made already. */
    networkFirewallWrongState: ["InvalidRequestException", "nothing"],
    /** Network Firewall: a decision that another account may make, or none. */
    networkFirewallStranger: ["ResourceNotFoundException", "InvalidRequestException"],
} as const;
export interface Switches extends Choices<typeof UNDOCUMENTED> {}

const ID = "TransitGatewayAttachmentId";
const DELETED_FROM = ["pendingAcceptance", "available", "modifying", "rollingBack", "rejected"];

/** Decisions of Network Firewall name an attachment, and answer with it. The states that each one takes are not documented. */
const NETWORK_FIREWALL: RpcService<Part> = {
    service: "network-firewall",
    target: "NetworkFirewall_20201112",
    operations: [
        decision("Accept", ["gateway"], ["pendingAcceptance"], ["pending", "available"]),
        // "Only the transit gateway owner can reject the attachment."
        decision("Reject", ["gateway"], ["pendingAcceptance"], ["rejecting", "rejected"]),
        // "Either the firewall owner or the transit gateway owner can delete the attachment."
        decision("Delete", ["gateway", "resource"], DELETED_FROM, ["deleting", "deleted"]),
    ],
};

/**
 * Attachments of network firewalls to transit gateways: listed by EC2 (transit-gateway-vpc-attachment.ts), decided by Network Firewall.
 * https://docs.aws.amazon.com/network-firewall/latest/APIReference/, states: Transit Gateway Guide, "VPC attachment lifecycle".
 */
export const networkFirewallAttachment = kind<Part, Switches>({
    names: ["aws:networkFirewallAttachment"],
    world: WORLD,
    connections: ({ networkFunctionAttachments = [] }) => networkFunctionAttachments,
    fillIn(entry, now) {
        const { account, networkFunctionAttachments = [] } = entry as Part & AwsAccount;
        // One of an endpoint service waits for the service's owner.
        const isOwn = ({ resourceOwnerId = account, serviceName }: NetworkFunctionAttachment) =>
            resourceOwnerId === account && serviceName === undefined;
        fillInAttachments(networkFunctionAttachments, now, isOwn);
    },
    expire: () => {},
    undocumented: UNDOCUMENTED,
    rates: [],
    api: anyOf(awsJson(NETWORK_FIREWALL), awsCbor(NETWORK_FIREWALL)),
});

/** @param sides whose owners may make it */
function decision(
    verb: string,
    sides: readonly ("gateway" | "resource")[],
    from: readonly string[],
    to: readonly [string, string],
): JsonRoute<Part> {
    const run = (call: JsonCall<Part>) => {
        const { id, state, hooks } = call;
        if (hooks.refuseId(id)) {
            throw new Refusal(500, "InternalServerError", "Network Firewall couldn't perform the operation");
        }
        const { one } = decided(call, sides);
        if (from.includes(one.state)) {
            const later = state.choice(UNDOCUMENTED, "ec2FirewallState") === "later";
            const states: readonly [string, ...string[]] = later ? [one.state, ...to] : to;
            state.move(one, ...states);
        } else if (state.choice(UNDOCUMENTED, "networkFirewallWrongState") !== "nothing") {
            throw new Refusal(400, "InvalidRequestException", `${id} is in state ${one.state}`);
        }
        return { TransitGatewayAttachmentId: id, TransitGatewayAttachmentStatus: STATUSES[one.state] };
    };
    const action = `${verb}NetworkFirewallTransitGatewayAttachment`;
    return { action, members: [ID], idMember: ID, run };
}

/** The firewall's attachment that a call names, if its caller may decide it. */
function decided({ id, state, caller, regionName }: JsonCall<Part>, sides: readonly ("gateway" | "resource")[]) {
    if (!/^tgw-attach-[0-9a-z]+$/.test(id)) {
        throw new Refusal(400, "InvalidRequestException", "TransitGatewayAttachmentId is malformed");
    }
    const item = networkFunctionsIn(state, regionName).find((one) => one.id === id);
    if (item === undefined || item.one.serviceName !== undefined) {
        throw new Refusal(400, "ResourceNotFoundException", `no attachment ${id} of a firewall`);
    }
    if (!sides.some((side) => item[side].ownerId === caller.account)) {
        const code = state.choice(UNDOCUMENTED, "networkFirewallStranger");
        throw new Refusal(400, code, `${caller.account} may not decide ${id}`);
    }
    return item;
}

/** TransitGatewayAttachmentStatus, for the states of EC2. */
const STATUSES: Readonly<Record<string, string>> = {
    initiating: "CREATING",
    initiatingRequest: "CREATING",
    pendingAcceptance: "PENDING_ACCEPTANCE",
    pending: "CREATING",
    available: "READY",
    modifying: "READY",
    rollingBack: "READY",
    rejecting: "REJECTING",
    rejected: "REJECTED",
    failing: "FAILED",
    failed: "FAILED",
    deleting: "DELETING",
    deleted: "DELETED",
};
