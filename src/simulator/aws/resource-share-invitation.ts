import { expireDue } from "../server/expiry";
import { kind } from "../server/kind";
import { Refusal } from "../server/message";
import { DAY_MS, HOUR_MS } from "../server/time";
import { once, ramArn, refusal } from "./ram";
import * as shares from "./resource-share";
import { type RestCall, type RestRoute, restJson } from "./rest-json";

type Call = RestCall<shares.Part>;

const EXPIRY = { from: "PENDING", to: "EXPIRED", at: "expiresAt" } as const;
const BY_SHARE = ["resourceShareArns", "maxResults", "nextToken"];

/** AWS RAM, for an account that resources are shared with. */
export const resourceShareInvitation = kind<shares.Part, shares.Switches>({
    names: ["aws:resourceShareInvitation"],
    world: shares.WORLD,
    connections: ({ resourceShareInvitations = [], receivedResourceShares = [] }) => [
        ...resourceShareInvitations,
        ...receivedResourceShares,
    ],
    fillIn({ resourceShareInvitations = [] }, now) {
        for (const one of resourceShareInvitations) {
            one.invitedAt ??= new Date(now).toISOString();
            const lasts = shares.areLongLived(one) ? 7 * DAY_MS : 12 * HOUR_MS;
            one.expiresAt ??= new Date(Date.parse(one.invitedAt) + lasts).toISOString();
        }
    },
    expire: ({ resourceShareInvitations = [] }, state) => expireDue(state, resourceShareInvitations, EXPIRY),
    undocumented: shares.UNDOCUMENTED,
    rates: [],
    api: restJson({
        service: "ram",
        prefix: "/",
        routes: {
            "POST getresourceshareinvitations": {
                action: "GetResourceShareInvitations",
                members: ["resourceShareInvitationArns", ...BY_SHARE],
                run: shares.getInvitations,
            },
            "POST getresourceshares": {
                action: "GetResourceShares",
                members: ["resourceOwner", ...BY_SHARE],
                run: shares.getShares,
            },
            "POST acceptresourceshareinvitation": decision("AcceptResourceShareInvitation", join),
            "POST rejectresourceshareinvitation": decision("RejectResourceShareInvitation", ({ state }, one) =>
                state.move(one, "REJECTED"),
            ),
            "POST disassociateresourceshare": {
                action: "DisassociateResourceShare",
                members: ["resourceShareArn", "principals", "clientToken"],
                idMember: "resourceShareArn",
                run: leave,
            },
        },
    }),
});

/** A decision of one invitation, which answers with it. */
function decision(action: string, effect: (call: Call, one: shares.Invitation) => void): RestRoute<shares.Part> {
    const run = (call: Call) => {
        const { body, region, state, caller } = call;
        const arn = ramArn(body.resourceShareInvitationArn, "resource-share-invitation");
        const one = shares.visibleInvitations(region, state).find(({ invitationArn }) => invitationArn === arn);
        if (one === undefined) {
            throw refusal("ResourceShareInvitationArnNotFoundException", `Invitation ${arn} could not be found.`);
        }
        failWhereAsked(call);
        const clientToken = once(call, () => {
            if (one.status !== "PENDING") {
                throw refusal(
                    OVER[one.status] ?? "OperationNotPermittedException",
                    `Invitation ${arn} is ${one.status}`,
                );
            }
            effect(call, one);
        });
        return { resourceShareInvitation: shares.shownInvitation(one, caller.account, false), clientToken };
    };
    return {
        action,
        members: ["resourceShareInvitationArn", "clientToken"],
        idMember: "resourceShareInvitationArn",
        run,
    };
}

const OVER: Readonly<Record<string, string>> = {
    ACCEPTED: "ResourceShareInvitationAlreadyAcceptedException",
    REJECTED: "ResourceShareInvitationAlreadyRejectedException",
    EXPIRED: "ResourceShareInvitationExpiredException",
};

/** The account takes part in the share from then on, or again. */
function join({ region, state }: Call, one: shares.Invitation): void {
    const { shareArn, shareName, resourceTypes } = one;
    const all: shares.Share[] = region?.receivedResourceShares ?? [];
    const share = all.find((known) => known.shareArn === shareArn) ?? {
        shareArn,
        status: "PENDING",
        ...(shareName === undefined ? {} : { name: shareName }),
        ...(resourceTypes === undefined ? {} : { resourceTypes }),
    };
    if (region !== undefined) {
        region.receivedResourceShares = [...all.filter((known) => known !== share), share];
    }
    state.move(one, "ACCEPTED");
    if (share.status !== "ACTIVE") {
        state.move(share, "PENDING", "ACTIVE");
    }
}

/** By a principal, only itself; of the organization's shares, and of those with other types of resources, not even that ("Leaving a resource share"). */
function leave(call: Call): object {
    const { body, region, state, caller } = call;
    const arn = ramArn(body.resourceShareArn, "resource-share");
    const share: shares.Share | undefined = region?.receivedResourceShares?.find(({ shareArn }) => shareArn === arn);
    if (share === undefined || /^(PENDING|DISASSOCIATED)$/.test(share.status)) {
        throw refusal("UnknownResourceException", `ResourceShare ${arn} could not be found.`);
    }
    failWhereAsked(call);
    const stays = share.inOrganization === true || !shares.areLongLived(share);
    if (stays || JSON.stringify(body.principals) !== JSON.stringify([caller.account])) {
        throw refusal(
            "OperationNotPermittedException",
            `You cannot remove these principals from ResourceShare ${arn}.`,
        );
    }
    const clientToken = once(call, () => {
        if (share.status !== "ACTIVE") {
            throw refusal("InvalidStateTransitionException", `ResourceShare ${arn} is ${share.status}`);
        }
        state.move(share, "DISASSOCIATING", "DISASSOCIATED");
    });
    const association = { resourceShareArn: arn, associatedEntity: caller.account, associationType: "PRINCIPAL" };
    return { resourceShareAssociations: [{ ...association, status: "DISASSOCIATING" }], clientToken };
}

function failWhereAsked({ id, hooks }: Call): void {
    if (hooks.refuseId(id)) {
        throw new Refusal(
            500,
            "ServerInternalException",
            "The service could not respond to the request. Try again later.",
        );
    }
}
