import type { Choices } from "../server/kind";
import { compact, notSimulated } from "../server/message";
import { shownState } from "../server/protocol";
import { connection, flag, list, type Members, type Moving, optional, text } from "../server/schema";
import type { State } from "../server/state";
import { DAY_MS } from "../server/time";
import { accountIn, arnsIn, ramPage, refusal } from "./ram";
import type { RestCall } from "./rest-json";

/** Resource shares of other accounts and the invitations to them, as AWS RAM shows them to the account that is invited. */

const INVITATION = {
    /** `arn:aws:ram:eu-west-1:111122223333:resource-share-invitation/…` */
    invitationArn: text,
    /** The share that this account is invited to; its ARN names the account that invites. */
    shareArn: text,
    /** As the API writes it, `PENDING`. */
    status: text,
    shareName: optional(text),
    /** The user or role that is invited, an ARN. Default: the whole account. */
    receiverArn: optional(text),
    /** When it was sent, ISO 8601. Default: when the simulator got the world. */
    invitedAt: optional(text),
    /** Types of what is shared, `ec2:Subnet`. Default: the share is empty. */
    resourceTypes: optional(list(text)),
    /** When a pending one expires, ISO 8601. Default: after 7 days where all types are of the documented list, else after 12 hours. */
    expiresAt: optional(text),
};
export interface ResourceShareInvitation extends Members<typeof INVITATION> {}

const SHARE = {
    shareArn: text,
    /** As the API writes it, `ACTIVE`. PENDING: being joined. DISASSOCIATING, DISASSOCIATED: this account leaves it, or has left it. */
    status: text,
    name: optional(text),
    resourceTypes: optional(list(text)),
    /** Shared within an organization: there was no invitation, and it cannot be left. */
    inOrganization: optional(flag),
};
export interface ReceivedResourceShare extends Members<typeof SHARE> {}

export const WORLD = {
    /** Invitations to resource shares of other accounts. */
    resourceShareInvitations: optional(list(connection<ResourceShareInvitation>(INVITATION))),
    /** Resource shares of other accounts that this account takes part in. An accepted invitation adds one. */
    receivedResourceShares: optional(list(connection<ReceivedResourceShare>(SHARE))),
};
export interface Part extends Members<typeof WORLD> {}

export const UNDOCUMENTED = {
    /** RAM GetResourceShares: whether a share is shown between the accept and its being joined (terraform-provider-aws 36791: not). */
    ramJoiningShare: ["hidden", "shown"],
    /** RAM: an accepted invitation whose share was left. */
    ramInvitationAfterLeaving: ["stays", "vanishes"],
    /** RAM GetResourceShareInvitations by a share of which nothing is known. */
    ramInvitationsOfUnknownShare: ["none", "UnknownResourceException", "ResourceShareInvitationArnNotFoundException"],
    /** RAM lists "can occasionally return an empty set of results even when there are more": when is not said. */
    ramEmptyPages: ["never", "first"],
} as const;
export interface Switches extends Choices<typeof UNDOCUMENTED> {}

type Call = RestCall<Part>;
export type Invitation = ResourceShareInvitation & Moving;
export type Share = ReceivedResourceShare & Moving;

/** Those that are accepted within 7 days, user guide "Accepting and rejecting invitations", and can be left, "Leaving a resource share". */
const LONG_LIVED =
    /^(rds:Cluster|ec2:(CapacityReservation|DedicatedHost|LocalGatewayRouteTable|CoipPool|PrefixList|Subnet|TrafficMirrorTarget|TransitGateway|TransitGatewayMulticastDomain)|license-manager:LicenseConfiguration|outposts:(Outpost|Site)|route53resolver:ResolverRule)$/i;

/** "Retrieves details about invitations that you have received": those of the account in this region. */
export function getInvitations(call: Call): object {
    const { body, region, state, hooks, caller } = call;
    const all = visibleInvitations(region, state);
    const arns = arnsIn(body, "resourceShareInvitationArns", "resource-share-invitation");
    const unknown = arns?.find((arn) => !all.some(({ invitationArn }) => invitationArn === arn));
    if (unknown !== undefined) {
        throw refusal("ResourceShareInvitationArnNotFoundException", `Invitation ${unknown} could not be found.`);
    }
    const shares = arnsIn(body, "resourceShareArns", "resource-share");
    const strange = shares?.find(
        (arn) => ![...all, ...visibleShares(region, state)].some((one) => one.shareArn === arn),
    );
    const answer = state.choice(UNDOCUMENTED, "ramInvitationsOfUnknownShare");
    if (strange !== undefined && answer !== "none") {
        throw refusal(answer, `ResourceShare ${strange} could not be found.`);
    }
    const wanted = all.filter((one) => isOneOf(arns, one.invitationArn) && isOneOf(shares, one.shareArn));
    const { items, token } = ramPage(call, wanted, "InvalidMaxResultsException", emptyFirst(state));
    hooks.list(items.map(({ shareArn }) => shareArn));
    return {
        resourceShareInvitations: items.map((one) => shownInvitation(one, caller.account, hooks.stale)),
        ...token,
    };
}

/** Of OTHER-ACCOUNTS: shares that the account takes part in. One with a pending invitation is not among them (aws-cli issue 8951). */
export function getShares(call: Call): object {
    const { action, body, region, state, hooks } = call;
    if (body.resourceOwner !== "OTHER-ACCOUNTS") {
        throw body.resourceOwner === "SELF"
            ? notSimulated(`resourceOwner SELF of ${action}`)
            : refusal("InvalidParameterException", "resourceOwner must be SELF or OTHER-ACCOUNTS");
    }
    const all = visibleShares(region, state);
    const arns = arnsIn(body, "resourceShareArns", "resource-share");
    const unknown = arns?.find((arn) => !all.some(({ shareArn }) => shareArn === arn));
    if (unknown !== undefined) {
        throw refusal("UnknownResourceException", `ResourceShare ${unknown} could not be found.`);
    }
    const wanted = all.filter(({ shareArn }) => isOneOf(arns, shareArn));
    const { items, token } = ramPage(call, wanted, "InvalidParameterException", emptyFirst(state));
    hooks.list(items.map(({ shareArn }) => shareArn));
    return { resourceShares: items.map((one) => shownShare(one, hooks.stale)), ...token };
}

/** Invitations that are over vanish after 7 days (terraform-provider-aws pull request 11562). */
export function visibleInvitations(region: Part | undefined, state: State): Invitation[] {
    const all: Invitation[] = region?.resourceShareInvitations ?? [];
    const shares = region?.receivedResourceShares ?? [];
    const forgets = state.choice(UNDOCUMENTED, "ramInvitationAfterLeaving") === "vanishes";
    const left = (arn: string) => shares.some((one) => one.shareArn === arn && one.status === "DISASSOCIATED");
    return all.filter((one) => {
        const since = one.changedAt ?? Date.parse(one.invitedAt ?? "");
        const old = /^(ACCEPTED|REJECTED|EXPIRED)$/.test(one.status) && state.now() - since >= 7 * DAY_MS;
        return !old && !(forgets && one.status === "ACCEPTED" && left(one.shareArn));
    });
}

/** ResourceShareInvitation. */
export function shownInvitation(one: Invitation, receiver: string, stale: boolean): object {
    return compact({
        resourceShareInvitationArn: one.invitationArn,
        resourceShareArn: one.shareArn,
        resourceShareName: one.shareName,
        senderAccountId: accountIn(one.shareArn),
        receiverAccountId: receiver,
        receiverArn: one.receiverArn,
        invitationTimestamp: Date.parse(one.invitedAt ?? "") / 1000,
        status: shownState(one, one.status, stale),
    });
}

/** ResourceShare. */
function shownShare(one: Share, stale: boolean): object {
    const status = shownState(one, one.status, stale);
    return compact({
        resourceShareArn: one.shareArn,
        name: one.name,
        owningAccountId: accountIn(one.shareArn),
        allowExternalPrincipals: one.inOrganization !== true,
        status: status === "DISASSOCIATING" ? "ACTIVE" : status,
        featureSet: "STANDARD",
    });
}

/** Whether all that is shared is of those types. */
export function areLongLived({ resourceTypes = [] }: { readonly resourceTypes?: readonly string[] }): boolean {
    return resourceTypes.every((type) => LONG_LIVED.test(type));
}

function visibleShares(region: Part | undefined, state: State): Share[] {
    const hidden = [
        "DISASSOCIATED",
        ...(state.choice(UNDOCUMENTED, "ramJoiningShare") === "hidden" ? ["PENDING"] : []),
    ];
    return (region?.receivedResourceShares ?? []).filter(({ status }) => !hidden.includes(status));
}

function emptyFirst(state: State): boolean {
    return state.choice(UNDOCUMENTED, "ramEmptyPages") === "first";
}

function isOneOf(wanted: readonly string[] | undefined, arn: string): boolean {
    return wanted?.includes(arn) ?? true;
}
