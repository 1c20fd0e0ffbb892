import type { World } from "../../src/simulator/index";
import { ACCOUNT, OTHER_ACCOUNT, REQUESTER } from "../support/accounts";
import { ec2, ec2Pages } from "../support/answers";
import type { KindRows } from "../support/kind-rows";
import { ATTACHMENT_STATES } from "../support/transit-gateways";

const GATEWAY = "tgw-0123456789abcdef0";
const ATTACHMENT = "tgw-attach-0a1b2c3d4e5f60718";
const FIREWALL = `arn:aws:network-firewall:eu-west-1:${REQUESTER}:firewall/inspection`;
const LIST = "DescribeTransitGatewayAttachments";

/** The transit gateway with another account's firewall, in that state. */
function firewallWorld(state: string, resourceOwnerId = REQUESTER): World {
    const one = {
        transitGatewayAttachmentId: ATTACHMENT,
        transitGatewayId: GATEWAY,
        state,
        resourceOwnerId,
        firewallName: "inspection",
    };
    const transitGateways = [{ transitGatewayId: GATEWAY }];
    return { aws: [{ account: ACCOUNT, region: "eu-west-1", transitGateways, networkFunctionAttachments: [one] }] };
}

const connection = { transitGatewayId: GATEWAY, transitGatewayAttachmentId: ATTACHMENT };
const list = ec2(
    LIST,
    `<transitGatewayAttachments><item><transitGatewayAttachmentId>${ATTACHMENT}</transitGatewayAttachmentId><transitGatewayId>${GATEWAY}</transitGatewayId><resourceType>network-function</resourceType><state>pendingAcceptance</state></item></transitGatewayAttachments>`,
);
const found = ec2(
    "DescribeTransitGateways",
    `<transitGatewaySet><item><transitGatewayId>${GATEWAY}</transitGatewayId><ownerId>${ACCOUNT}</ownerId><options><autoAcceptSharedAttachments>disable</autoAcceptSharedAttachments></options></item></transitGatewaySet>`,
);
const sent = (status: string) =>
    JSON.stringify({ TransitGatewayAttachmentId: ATTACHMENT, TransitGatewayAttachmentStatus: status });

/** States: https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html; decisions: the API reference of Network Firewall. */
export const rows: KindRows = {
    names: ["aws:networkFirewallAttachment"],
    connection,
    resolved: { region: "eu-west-1", ...connection },
    world: (state) => firewallWorld(state),
    own: firewallWorld("available", ACCOUNT),
    calls: {
        accept: "network-firewall:AcceptNetworkFirewallTransitGatewayAttachment",
        reject: "network-firewall:RejectNetworkFirewallTransitGatewayAttachment",
        remove: "network-firewall:DeleteNetworkFirewallTransitGatewayAttachment",
    },
    // "Once rejected, you cannot reverse this action."
    states: { ...ATTACHMENT_STATES, rejecting: ["rejecting", "!", ">"] },
    requester: { asking: REQUESTER, other: OTHER_ACCOUNT },
    evidence: { told: { resourceId: FIREWALL }, other: { resourceId: FIREWALL.replace("inspection", "bypass") } },
    answers: {
        list,
        empty: ec2(LIST, "<transitGatewayAttachments/>"),
        unreadable: [
            ec2(LIST, ""),
            ec2(LIST, "<transitGatewayAttachments><item/></transitGatewayAttachments>"),
            list.replace(GATEWAY, "tgw-ffffffffffffffff0"),
            list.replace("network-function", ""),
        ],
        pages: ec2Pages(
            LIST,
            "transitGatewayAttachments",
            "tgw-attach",
            (id) =>
                `<transitGatewayAttachmentId>${id}</transitGatewayAttachmentId><transitGatewayId>${GATEWAY}</transitGatewayId><resourceType>network-function</resourceType>`,
        ),
        // A lookup is the listing with a filter: one that names nothing, or another attachment, says that this one is not there.
        lookup: { asks: /attachment-id/, named: list, others: [] },
        scope: {
            asks: /DescribeTransitGateways$/,
            found,
            admission: "manual",
            others: [found.replace(GATEWAY, "tgw-ffffffffffffffff0"), found.replace(ACCOUNT, "")],
        },
        sent: { accept: sent("CREATING"), reject: sent("REJECTING"), remove: sent("DELETING") },
    },
};
