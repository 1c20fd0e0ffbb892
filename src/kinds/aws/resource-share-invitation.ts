import { oneByOne } from "../calls";
import { defineKind, type Order, type Receipt, type Whereabouts } from "../kind";
import { awaits, holds, impossible, type Lifecycle, sends, settles } from "../table";
import { type AwsClients, aws } from "./cloud";
import { account, IDS, region } from "./fields";
import { decideInvitation, leaveShare } from "./ram";
import { findShares, invitationsOf, listShares, matchShare, regionProblem, statuses } from "./resource-share";

/**
 * A resource share of AWS RAM (subnets, transit gateways, prefix lists …) that another account invites this one to join. Accounts of one
 * organization that shares within it need no invitation: such a share is accepted from the start, and can be neither rejected nor left.
 */
export interface AwsResourceShareInvitation {
    kind: "aws:resourceShareInvitation";
    /** Region of the resource share; of global resources us-east-1. Default: what the ARN says. */
    region?: string;
    /** The resource share, its ARN. All invitations of this account to it count as one: each new one replaces those that are over. */
    shareArn?: string;
    /** Instead: an invitation to it, its ARN. RAM forgets invitations after 7 days; the share's ARN is pinned when it is found. */
    invitationArn?: string;
}

const INVITATIONS = "https://docs.aws.amazon.com/ram/latest/userguide/working-with-shared-invitations.html";
const LEAVE = "https://docs.aws.amazon.com/ram/latest/userguide/working-with-shared-leave.html";
const API = "https://docs.aws.amazon.com/ram/latest/APIReference";
const ACCEPT = `${API}/API_AcceptResourceShareInvitation.html`;
const REJECT = `${API}/API_RejectResourceShareInvitation.html`;
const SHARE = `${API}/API_ResourceShare.html`;
const ASK_AGAIN =
    "ask the owner of the share to take this account out of it and to share again, which sends a new invitation";
const IN_TIME = `${ASK_AGAIN}; it can be accepted for 12 hours, of some resource types for 7 days`;

const lifecycle: Lifecycle = {
    accept: {
        pending: sends("accept", ACCEPT),
        accepting: settles(SHARE, "inferred"),
        accepted: holds(SHARE),
        rejected: impossible(ASK_AGAIN, `${ACCEPT} (ResourceShareInvitationAlreadyRejectedException)`),
        expired: impossible(IN_TIME, INVITATIONS),
        failed: impossible(ASK_AGAIN, SHARE, "inferred"),
        removing: impossible(ASK_AGAIN, SHARE),
        absent: awaits(INVITATIONS),
    },
    reject: {
        pending: sends("reject", REJECT),
        accepting: settles(`${SHARE} (left once it is active)`, "inferred"),
        accepted: sends("remove", LEAVE),
        rejected: holds(REJECT),
        expired: holds(`${INVITATIONS} ("automatically declined")`),
        failed: holds(SHARE, "inferred"),
        removing: settles(SHARE),
        absent: holds(LEAVE),
    },
    // Only who takes part in a share can leave it.
    remove: {
        pending: sends("reject", REJECT),
        rejected: holds(LEAVE),
        expired: holds(LEAVE),
        failed: holds(LEAVE, "inferred"),
    },
};

/** Resource shares of other accounts in one region, and the invitations to them. */
export const resourceShareInvitation = defineKind<AwsResourceShareInvitation, AwsClients>()({
    name: "aws:resourceShareInvitation",
    title: "resource share invitation",
    cloud: aws,
    example: {
        kind: "aws:resourceShareInvitation",
        region: "eu-west-1",
        shareArn: "arn:aws:ram:eu-west-1:111122223333:resource-share/27d09b4b-5e12-41d1-a4f2-19ded0c6f1b2",
    },
    // Before the region: its default is what they say.
    fields: {
        shareArn: ramArn("resource-share", IDS.resourceShare),
        invitationArn: ramArn("resource-share-invitation", IDS.resourceShareInvitation),
        region,
    },
    scope: ["region"],
    id: "shareArn",
    selectors: ["invitationArn"],
    contradiction: regionProblem,
    scopeTitle: ({ region }) => `resource shares of other accounts in ${region}`,
    requester: account,
    evidence: {
        shareName: "Name of the resource share, which its owner chooses",
        receivers: "ARNs of the users or roles of this account that are invited, while the invitation is pending",
        allowExternalPrincipals:
            "false: only accounts of the owner's organization may take part; told of accepted shares",
    },
    statuses,
    lifecycle,
    permissions: {
        read: ["ram:GetResourceShareInvitations", "ram:GetResourceShares"],
        accept: ["ram:AcceptResourceShareInvitation"],
        reject: ["ram:RejectResourceShareInvitation"],
        remove: ["ram:DisassociateResourceShare"],
    },
    limits: { idsPerOrder: 1, idsPerLookup: 1, settleEvery: "5s", settleWithin: "5m" },
    // The invitation is accepted before its share is seen (terraform-provider-aws issue 36791).
    meanwhile: { accept: "absent" },
    lane: "connection",
    matches: matchShare,
    list: listShares,
    lookup: findShares,
    accept: decide("accept"),
    reject: decide("reject"),
    remove: oneByOne(({ seen: { id }, token }, _scope, call) => leaveShare(id, token, call), explainLeaving),
});

function ramArn(type: string, whereabouts: Whereabouts) {
    return {
        whereabouts,
        required: false,
        format: new RegExp(`^arn:aws[a-z-]*:ram:[a-z0-9-]+:\\d{12}:${type}/[\\w-]{1,64}$`),
        describes: `the ARN of a ${type}, such as "arn:aws:ram:eu-west-1:111122223333:${type}/27d09b4b-5e12-41d1-a4f2-19ded0c6f1b2"`,
    } as const;
}

/** Invitations that wait at the same time, to several users or roles, are decided together. */
function decide(verb: "accept" | "reject") {
    const method = `${verb}ResourceShareInvitation` as const;
    return oneByOne<AwsClients>(
        async ({ seen, token }, _scope, call) => {
            const { pending } = invitationsOf(seen);
            for (const arn of pending) {
                await decideInvitation(method, arn, token, call);
            }
            return { result: pending.length === 0 ? "conflict" : "sent" };
        },
        (code) => explain(code, `resourceshareinvitationalready${verb}edexception`),
    );
}

/** Over by another decision, by time, or forgotten: judged again. */
function explain(code: string, done: string): Partial<Receipt> {
    const over = /^resourceshareinvitation(already(accepted|rejected)|expired|arnnotfound)exception$/;
    return code === done ? { result: "already" } : over.test(code) ? { result: "conflict" } : {};
}

function explainLeaving(code: string, { seen: { requester = "its ARN names it" } }: Order): Partial<Receipt> {
    const remedy = `ask the owner of the share (${requester}) to take this account out of it: shares within an organization, and those with some types of resources, cannot be left (${LEAVE})`;
    const results: Readonly<Record<string, Partial<Receipt>>> = {
        unknownresourceexception: { result: "already" },
        invalidstatetransitionexception: { result: "conflict" },
        operationnotpermittedexception: { remedy },
    };
    return results[code] ?? {};
}
