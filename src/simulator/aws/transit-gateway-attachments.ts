import { Refusal } from "../server/message";
import type { Action } from "../server/protocol";
import { type Members, type Moving, optional, text } from "../server/schema";
import type { State } from "../server/state";
import type { Rate } from "../server/throttle";
import { HOUR_MS } from "../server/time";
import { EC2_THROTTLING, type Ec2Call } from "./ec2";
import { type Filters, matching, PAGED, pageOf, required } from "./ec2-values";

/** Fields of an attachment to a transit gateway, whatever is attached. */
export const ATTACHMENT = {
    /** `tgw-attach-…` */
    transitGatewayAttachmentId: text,
    /** As the API writes it, `pendingAcceptance`. */
    state: text,
    /** ISO 8601. Default: when the simulator got the world. */
    creationTime: optional(text),
    /** When the state began, ISO 8601: one that has ended is shown for 2 hours. Default: when the simulator got the world. */
    stateSince: optional(text),
};
export interface AttachmentFields extends Members<typeof ATTACHMENT> {}

export const ATTACHMENT_SWITCHES = {
    /** EC2 transit gateway: an attachment that is being modified is deleted. Its lifecycle shows no such way, the API says nothing. */
    ec2TgwDeleteModifying: ["IncorrectState", "deletes"],
    /** EC2 transit gateway: a deleted attachment is deleted again. */
    ec2TgwDeleteAgain: ["IncorrectState", "nothing"],
} as const;

/** An attachment as a caller sees it. */
export interface Attachment<T extends AttachmentFields = AttachmentFields> {
    readonly one: T & Moving;
    /** The id that it has there. */
    readonly id: string;
    readonly type: "vpc" | "peering" | "network-function";
    readonly gateway: { readonly id: string; readonly ownerId: string };
    /** What is attached. */
    readonly resource: { readonly id: string; readonly ownerId: string };
    /** How long it is shown once it has ended. Undefined: no end. */
    readonly shownHours: number | undefined;
}

/** The attachments of one type. */
export interface Attachments<Part, A extends Attachment> {
    /** What the caller's account has in its Region, on either side. */
    all(call: Ec2Call<Part>): A[];
    /** As the API writes it. */
    shown(attachment: A, call: Ec2Call<Part>): object;
    /** Why the caller cannot decide one that it sees, if it cannot. */
    refusal(attachment: A, call: Ec2Call<Part>, verb: string): Refusal | undefined;
    /** What attaches, as the actions name it. */
    readonly attaches: "Vpc" | "Peering";
}

const PARAMETER = "TransitGatewayAttachmentId";

/** The listing of all, or of these ids: one that is missing fails the whole call. */
export function listing<Part, A extends Attachment>(
    { all, shown }: Pick<Attachments<Part, A>, "all" | "shown">,
    set: string,
    filters: Filters<A>,
): Action<Ec2Call<Part>> {
    const run = (call: Ec2Call<Part>) => {
        const ids = call.parameters.list(`${PARAMETER}s`);
        const seen = visible(all(call), call.state);
        const wanted = ids.length === 0 ? seen : ids.map((id) => find(seen, id));
        const { items, token } = pageOf(call, wanted.filter(matching(call.parameters, filters)));
        call.hooks.list(items.map(({ id }) => id));
        return { [set]: { item: items.map((attachment) => shown(attachment, call)) }, ...token };
    };
    return { parameters: [...PAGED, `${PARAMETER}s.#`], run };
}

/** The actions about one attachment, as EC2 names them. */
export function actionsOn<Part, A extends Attachment>(
    attachments: Attachments<Part, A>,
): Readonly<Record<string, Action<Ec2Call<Part>>>> {
    const { attaches } = attachments;
    return {
        [`AcceptTransitGateway${attaches}Attachment`]: deciding(attachments, "accept", "pending", "available"),
        [`RejectTransitGateway${attaches}Attachment`]: deciding(attachments, "reject", "rejecting", "rejected"),
        [`DeleteTransitGateway${attaches}Attachment`]: deleting(attachments),
    };
}

/** The rate of these actions. */
export function rateOf({ attaches }: Pick<Attachments<never, never>, "attaches">): Rate {
    const action = new RegExp(`^ec2:(Accept|Reject|Delete)TransitGateway${attaches}Attachment$`);
    return { action, burst: 50, perSecond: 5, source: EC2_THROTTLING };
}

/** "The … attachment must be in the pendingAcceptance state." (API_Accept…, API_Reject…) */
function deciding<Part, A extends Attachment>(
    attachments: Attachments<Part, A>,
    verb: string,
    ...states: [string, ...string[]]
): Action<Ec2Call<Part>> {
    return changing(attachments, (attachment, call) => {
        const refusal = attachments.refusal(attachment, call, verb);
        if (refusal !== undefined) {
            throw refusal;
        }
        if (attachment.one.state !== "pendingAcceptance") {
            throw incorrectState(attachment);
        }
        call.state.move(attachment.one, ...states);
    });
}

/** "An available or pending acceptance VPC attachment has been deleted"; failed: "it cannot be deleted". By the owner of either side. */
function deleting<Part, A extends Attachment>(attachments: Attachments<Part, A>): Action<Ec2Call<Part>> {
    return changing(attachments, (attachment, { state }) => {
        const { one } = attachment;
        if (/^delet/.test(one.state) && state.choice(ATTACHMENT_SWITCHES, "ec2TgwDeleteAgain") === "nothing") {
            return;
        }
        const modifying = /^(modifying|rollingBack)$/.test(one.state);
        const allowed = modifying
            ? state.choice(ATTACHMENT_SWITCHES, "ec2TgwDeleteModifying") === "deletes"
            : /^(available|pendingAcceptance)$/.test(one.state);
        if (!allowed) {
            throw incorrectState(attachment);
        }
        state.move(one, "deleting", "deleted");
    });
}

/**
 * Fills in what a new world left out.
 *
 * @param isOwn whether the transit gateway's owner has attached it: it is not asked about that. Peerings wait in any case.
 */
export function fillInAttachments<A extends AttachmentFields>(
    all: readonly A[],
    now: number,
    isOwn: (one: A) => boolean = () => false,
): void {
    for (const one of all) {
        if (one.state === "pendingAcceptance" && isOwn(one)) {
            one.state = "available";
        }
        one.creationTime ??= new Date(now).toISOString();
        one.stateSince ??= new Date(now).toISOString();
    }
}

/** Rejected, failed and deleted ones remain visible for 2 hours (VPC attachment lifecycle). */
export function visible<A extends Attachment>(all: readonly A[], state: State): A[] {
    const isShown = ({ one, shownHours }: A) =>
        shownHours === undefined ||
        !["rejected", "failed", "deleted"].includes(one.state) ||
        (one.changedAt ?? Date.parse(one.stateSince ?? "")) + shownHours * HOUR_MS > state.now();
    return all.filter(isShown);
}

function changing<Part, A extends Attachment>(
    attachments: Attachments<Part, A>,
    change: (attachment: A, call: Ec2Call<Part>) => void,
): Action<Ec2Call<Part>> {
    const run = (call: Ec2Call<Part>) => {
        const id = required(call.parameters, PARAMETER);
        if (call.hooks.refuseId(id)) {
            throw new Refusal(500, "InternalError", "An internal error has occurred");
        }
        const attachment = find(visible(attachments.all(call), call.state), id);
        change(attachment, call);
        return { [`transitGateway${attachments.attaches}Attachment`]: attachments.shown(attachment, call) };
    };
    return { parameters: [PARAMETER], run };
}

/** Codes: terraform-provider-aws, internal/service/ec2/errors.go. */
function find<A extends Attachment>(seen: readonly A[], id: string): A {
    if (!/^tgw-attach-[0-9a-z]+$/.test(id)) {
        throw new Refusal(400, "InvalidTransitGatewayAttachmentID.Malformed", `Invalid id: "${id}"`);
    }
    const found = seen.find((attachment) => attachment.id === id);
    if (found === undefined) {
        const message = `Transit Gateway Attachment ${id} was deleted or does not exist.`;
        throw new Refusal(400, "InvalidTransitGatewayAttachmentID.NotFound", message);
    }
    return found;
}

function incorrectState({ id, one }: Attachment): Refusal {
    return new Refusal(400, "IncorrectState", `${id} is in invalid state: ${one.state}`);
}
