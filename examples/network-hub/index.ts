import { ConnectionAdmission, ConnectionDecision } from "pulumi-connection-decision";

// The hub's account decides what its spokes may connect. Everybody else waits for a review.
const region = "eu-west-1";
const spokes = ["111122223333", "222233334444"];
const rules = [{ name: "spokes", requester: spokes, verdict: "accept" as const }];

// VPCs of the spokes that attach to the hub's transit gateway.
const attachments = new ConnectionAdmission("attachments", {
    scope: { kind: "aws:transitGatewayVpcAttachment", region, transitGatewayId: "tgw-0123456789abcdef0" },
    rules,
});

// Requests to peer with a VPC of the hub. A spoke that was closed is told no.
const peerings = new ConnectionAdmission("peerings", {
    scope: { kind: "aws:vpcPeering", region },
    rules: [{ name: "closed", requester: "333344445555", verdict: "reject" }, ...rules],
});

// Invitations to resource shares (AWS RAM), whoever owns them.
const shares = new ConnectionAdmission("shares", {
    scope: { kind: "aws:resourceShareInvitation", region },
    rules,
});

// Cloud WAN asks again when the tags of an attachment change: the decision recurs. It holds for this segment only; a move to another one
// fails the preview until somebody changes this line.
const branch = new ConnectionDecision("branch-office", {
    connection: {
        kind: "aws:cloudWanAttachment",
        coreNetworkId: "core-network-0522de1b226a5d7b3",
        attachmentId: "attachment-03b7ea450134787da",
    },
    decision: "accept",
    expectedRequester: "222233334444",
    expectedEvidence: { segment: "branches" },
});

export const verdicts = {
    attachments: attachments.verdicts,
    peerings: peerings.verdicts,
    shares: shares.verdicts,
};
export const branchStatus = branch.status;
