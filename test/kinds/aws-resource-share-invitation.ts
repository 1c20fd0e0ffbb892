import type { World } from "../../src/simulator/index";
import { ACCOUNT, OTHER_ACCOUNT, REQUESTER } from "../support/accounts";
import type { KindRows } from "../support/kind-rows";

export const SHARE = `arn:aws:ram:eu-west-1:${REQUESTER}:resource-share/27d09b4b-5e12-41d1-a4f2-19ded0c6f1b2`;
export const INVITATION = `arn:aws:ram:eu-west-1:${REQUESTER}:resource-share-invitation/1e3477be-4a95-46b4-bbe0-c4001d0f5a6b`;

/** Words of ResourceShareStatus; the others are of an invitation. */
const OF_SHARES = ["ACTIVE", "FAILED", "DELETING", "DELETED"];

/** States are a word of an invitation or of a share, or both: `ACCEPTED, ACTIVE`. */
export function shareWorld(state: string): World {
    const words = state.split(", ");
    const invitation = words.find((word) => !OF_SHARES.includes(word));
    const share = words.find((word) => OF_SHARES.includes(word));
    const named = { shareArn: SHARE, resourceTypes: ["ec2:TransitGateway"] };
    const invitations =
        invitation === undefined
            ? []
            : [{ ...named, invitationArn: INVITATION, shareName: "backbone", status: invitation }];
    const shares = share === undefined ? [] : [{ ...named, name: "backbone", status: share }];
    return {
        aws: [
            {
                account: ACCOUNT,
                region: "eu-west-1",
                resourceShareInvitations: invitations,
                receivedResourceShares: shares,
            },
        ],
    };
}

const one = { resourceShareInvitationArn: INVITATION, resourceShareArn: SHARE, status: "PENDING" };
const list = JSON.stringify({ resourceShareInvitations: [one], resourceShares: [] });
const sent = (status: string) => JSON.stringify({ resourceShareInvitation: { ...one, status } });
const association = { resourceShareArn: SHARE, associatedEntity: ACCOUNT, status: "DISASSOCIATING" };

/**
 * https://docs.aws.amazon.com/ram/latest/userguide/working-with-shared-invitations.html, and for what became of an invitation that RAM
 * forgot API_ResourceShare.
 */
export const rows: KindRows = {
    names: ["aws:resourceShareInvitation"],
    connection: { shareArn: SHARE },
    resolved: { region: "eu-west-1", shareArn: SHARE },
    world: shareWorld,
    calls: {
        accept: "ram:AcceptResourceShareInvitation",
        reject: "ram:RejectResourceShareInvitation",
        remove: "ram:DisassociateResourceShare",
    },
    states: {
        PENDING: ["pending", "accept", "reject"],
        ACTIVE: ["accepted", "=", "x"],
        "ACCEPTED, ACTIVE": ["accepted", "=", "x"],
        // The share was left, or its owner took the account out of it.
        ACCEPTED: ["absent", "!", "="],
        REJECTED: ["rejected", "!", "="],
        EXPIRED: ["expired", "!", "="],
        FAILED: ["failed", "!", "="],
        DELETING: ["removing", "!", ">"],
        DELETED: ["absent", "!", "="],
    },
    requester: { asking: REQUESTER, other: OTHER_ACCOUNT },
    evidence: { told: { shareName: "backbone" }, other: { shareName: "lab" } },
    handle: { pending: [INVITATION], all: [INVITATION] },
    answers: {
        list,
        empty: '{"resourceShareInvitations":[],"resourceShares":[]}',
        unreadable: [
            '{"resourceShareInvitations":[]}',
            '{"resourceShareInvitations":null,"resourceShares":[]}',
            '{"resourceShareInvitations":[{"resourceShareInvitationArn":"a"}],"resourceShares":[]}',
            `{"resourceShareInvitations":[{"resourceShareArn":"${SHARE}"}],"resourceShares":[]}`,
            '{"resourceShareInvitations":[],"resourceShares":[{}]}',
            '{"resourceShareInvitations":[],"resourceShares":[],"nextToken":{}}',
        ],
        pages: {
            by: "token",
            page: (ns, nextToken) =>
                JSON.stringify({
                    resourceShareInvitations: ns.map((n) => ({
                        resourceShareInvitationArn: `invitation${n}`,
                        resourceShareArn: `share${n}`,
                    })),
                    resourceShares: [],
                    nextToken,
                }),
        },
        lookup: { asks: /resourceShareArns|resourceOwner/, named: list, others: [] },
        sent: {
            accept: sent("ACCEPTED"),
            reject: sent("REJECTED"),
            remove: JSON.stringify({ resourceShareAssociations: [association] }),
        },
    },
};
