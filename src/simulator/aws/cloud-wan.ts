import { type Choices, kind } from "../server/kind";
import { Refusal } from "../server/message";
import type { State } from "../server/state";
import { type Attached, attachmentsOf, type Part, requesterOf, shownAttachment, WORLD } from "./core-network";
import { listAttachments, listNetworks, seenBy } from "./core-network-lists";
import { type RestCall, type RestRoute, restJson } from "./rest-json";

const UNDOCUMENTED = {
    /** Cloud WAN reject of an accepted attachment whose tags changed: it is rejected as a whole, or stays where it was. */
    wanRejectChange: ["rejected", "stays"],
    /** Cloud WAN accept of a rejected attachment. */
    wanAcceptRejected: ["refuses", "accepts"],
    /** Cloud WAN: the core network's owner deletes an attachment of another account. */
    wanOwnerDeletes: ["deletes", "AccessDeniedException"],
    /** Cloud WAN: what answers a call that the state does not allow. */
    wanWrongState: ["ValidationException", "ConflictException"],
    /** Cloud WAN: which attachments an account sees that the core network is shared with. */
    wanSharedSees: ["own", "all"],
} as const;
export interface Switches extends Choices<typeof UNDOCUMENTED> {}

type Call = RestCall<Part>;

const PAGED = ["maxResults", "nextToken"];

/** AWS Network Manager, core network attachments. Rules: its API reference; Cloud WAN guide, "Attachments" and "Accept or reject". */
export const cloudWan = kind<Part, Switches>({
    names: ["aws:cloudWanAttachment"],
    world: WORLD,
    connections: attachmentsOf,
    fillIn(entry, now) {
        for (const one of attachmentsOf(entry)) {
            one.createdAt ??= new Date(now).toISOString();
        }
    },
    expire: () => {},
    undocumented: UNDOCUMENTED,
    rates: [],
    api: restJson({
        service: "networkmanager",
        prefix: "/",
        errorText: "Message",
        routes: {
            "GET core-networks": { action: "ListCoreNetworks", members: [], query: PAGED, run: listNetworks },
            "GET attachments": {
                action: "ListAttachments",
                members: [],
                query: ["coreNetworkId", "attachmentType", "edgeLocation", "state", ...PAGED],
                run: (call: Call) => listAttachments(call, sharedSees(call)),
            },
            "POST attachments/{id}/accept": decision("AcceptAttachment", accept),
            "POST attachments/{id}/reject": decision("RejectAttachment", reject),
            "DELETE attachments/{id}": decision("DeleteAttachment", remove),
        },
    }),
});

function decision(action: string, effect: (item: Attached, call: Call) => void): RestRoute<Part> {
    const run = (call: Call) => {
        const item = seenBy(call, sharedSees(call)).find(({ one }) => one.attachmentId === call.id);
        if (item === undefined) {
            throw new Refusal(404, "ResourceNotFoundException", `Attachment ${call.id} was not found`);
        }
        if (call.hooks.refuseId(call.id)) {
            throw new Refusal(500, "InternalServerException", "An internal error has occurred");
        }
        effect(item, call);
        return { Attachment: shownAttachment(item, false) };
    };
    return { action, members: [], run };
}

function sharedSees({ state }: Call) {
    return state.choice(UNDOCUMENTED, "wanSharedSees");
}

/** "Creating (Accept)". What an accepted change leads through is not documented: the name of the state fits. */
function accept({ one, owner }: Attached, { caller, state }: Call): void {
    byOwner(owner, caller.account);
    const again = one.state === "REJECTED" && state.choice(UNDOCUMENTED, "wanAcceptRejected") === "accepts";
    from(one, state, again || isPending(one));
    const changed = one.state === "PENDING_TAG_ACCEPTANCE";
    const { proposedSegmentChange: segment, proposedNetworkFunctionGroupChange: group } = one;
    if (segment !== undefined || group !== undefined) {
        Object.assign(one, { segmentName: segment?.name, networkFunctionGroupName: group?.name });
    }
    withdraw(one);
    state.move(one, changed ? "PENDING_NETWORK_UPDATE" : "CREATING", "AVAILABLE");
}

function reject({ one, owner }: Attached, { caller, state }: Call): void {
    byOwner(owner, caller.account);
    from(one, state, isPending(one));
    const stays = one.state === "PENDING_TAG_ACCEPTANCE" && state.choice(UNDOCUMENTED, "wanRejectChange") === "stays";
    withdraw(one);
    state.move(one, stays ? "AVAILABLE" : "REJECTED");
}

/** A pending one must be rejected first (terraform-provider-aws #34501). */
function remove(item: Attached, { caller, state }: Call): void {
    if (requesterOf(item) !== caller.account && state.choice(UNDOCUMENTED, "wanOwnerDeletes") !== "deletes") {
        throw denied("delete");
    }
    from(item.one, state, ["AVAILABLE", "REJECTED", "FAILED"].includes(item.one.state));
    state.move(item.one, "DELETING", "DELETED");
}

function isPending({ state }: Attached["one"]): boolean {
    return state === "PENDING_ATTACHMENT_ACCEPTANCE" || state === "PENDING_TAG_ACCEPTANCE";
}

function withdraw(one: Attached["one"]): void {
    delete one.proposedSegmentChange;
    delete one.proposedNetworkFunctionGroupChange;
}

/** "The core network owner has to review the attachment and choose to accept or reject the request." */
function byOwner(owner: string, account: string): void {
    if (owner !== account) {
        throw denied("decide");
    }
}

function denied(verb: string): Refusal {
    return new Refusal(403, "AccessDeniedException", `You are not allowed to ${verb} this attachment`);
}

function from({ attachmentId, state: now }: Attached["one"], state: State, allowed: boolean): void {
    if (!allowed) {
        const code = state.choice(UNDOCUMENTED, "wanWrongState");
        throw new Refusal(code === "ConflictException" ? 409 : 400, code, `${attachmentId} is in state ${now}`);
    }
}
