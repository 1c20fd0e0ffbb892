import type { Status } from "../../shared/vocabulary";
import { documentedText, type Fields, observed, text, textsOf } from "../answer";
import { CloudError } from "../cloud";
import type { Call, Match, Observed, Page, Scope } from "../kind";
import { readStatus } from "../table";
import type { AwsClients } from "./cloud";
import { type Received, received } from "./ram";

/** What AWS RAM shows of a resource share of another account: invitations to it, and the share itself once the account takes part in it. */

type RamCall = Call<AwsClients>;

/** Of ResourceShareInvitation, then of ResourceShare. */
export const statuses = {
    PENDING: "pending",
    ACCEPTED: "accepted",
    REJECTED: "rejected",
    EXPIRED: "expired",
    ACTIVE: "accepted",
    FAILED: "failed",
    DELETING: "removing",
    DELETED: "absent",
} as const;

/** ARNs of the invitations to a share. */
interface Invitations {
    readonly pending: readonly string[];
    readonly all: readonly string[];
}

/** The invitations with which a share was read. */
export function invitationsOf({ handle }: Observed): Invitations {
    return (handle as Invitations | undefined) ?? { pending: [], all: [] };
}

interface Declared {
    readonly region?: string;
    readonly shareArn?: string;
    readonly invitationArn?: string;
}

/** Other regions know nothing of a share, nor of the invitations to it. */
export function regionProblem({ region, shareArn, invitationArn }: Declared): string | undefined {
    const own = (shareArn ?? invitationArn ?? "").split(":")[3] ?? "";
    return region === undefined || region === own
        ? undefined
        : `region "${region}" is not the one of the ARN, which is "${own}"; leave region out`;
}

/** Whether a share is the one that is declared, by its ARN or by an invitation to it. */
export function matchShare({ shareArn, invitationArn = "" }: Declared, seen: Observed): Match {
    if (shareArn === seen.id || invitationsOf(seen).all.includes(invitationArn)) {
        return "yes";
    }
    // RAM forgets invitations: any share of the account that sent one there may be what it was for.
    return senderIn(invitationArn) === senderIn(seen.id) ? "untold" : "no";
}

/** Region and account in an ARN. */
function senderIn(arn: string): string {
    return arn.split(":").slice(3, 5).join();
}

/** Every share, in one page: invitations to one share may stand on different pages of RAM's, and are one connection. */
export async function listShares(_scope: Scope, _cursor: string | undefined, call: RamCall): Promise<Page> {
    return { items: sharesOf(await received(call)) };
}

/** Shares by their ARNs. */
export async function findShares(_scope: Scope, arns: readonly string[], call: RamCall): Promise<Observed[]> {
    const account = await call.clients.account(call.signal);
    for (const arn of arns) {
        refuseElsewhere(arn, call);
        refuseOwn(arn, account);
    }
    return sharesOf(await received(call, [...arns])).filter(({ id }) => arns.includes(id));
}

/** One connection for each share, its invitations from the last one to the first. */
function sharesOf({ invitations, shares }: Received): Observed[] {
    const sent = ({ invitationTimestamp }: Fields) => Number(invitationTimestamp ?? 0);
    const invited = byShare([...invitations].sort((one, other) => sent(other) - sent(one)));
    const joined = byShare(shares);
    return [...new Set([...invited.keys(), ...joined.keys()])].map((arn) =>
        observe(arn, invited.get(arn) ?? [], joined.get(arn)?.[0]),
    );
}

function byShare(all: readonly Fields[]): Map<string, Fields[]> {
    const found = new Map<string, Fields[]>();
    for (const one of all) {
        const arn = documentedText("ram:GetResourceShareInvitations", one, "resourceShareArn");
        found.set(arn, [...(found.get(arn) ?? []), one]);
    }
    return found;
}

/** A pending invitation waits for its decision. Else what counts is the share where it is seen, and where not the last invitation. */
function observe(id: string, invitations: readonly Fields[], share: Fields | undefined): Observed {
    const pending = invitations.filter(({ status }) => readStatus(statuses, text(status) ?? "") === "pending");
    const shown = pending[0] ?? share ?? invitations[0] ?? {};
    const handle: Invitations = {
        pending: textsOf(pending, "resourceShareInvitationArn"),
        all: textsOf(invitations, "resourceShareInvitationArn"),
    };
    const seen = observed(statuses, {
        id,
        status: shown.status,
        requester: shown.senderAccountId ?? shown.owningAccountId,
        decider: shown.receiverAccountId,
        requestedAt: shown.invitationTimestamp,
        evidence: {
            shareName: shown.resourceShareName ?? shown.name,
            receivers: textsOf(pending, "receiverArn"),
            allowExternalPrincipals:
                share?.allowExternalPrincipals === undefined ? undefined : String(share.allowExternalPrincipals),
        },
    });
    return { ...seen, status: (shown === share ? OF_SHARE : OF_INVITATION)[seen.status] ?? seen.status, handle };
}

/** A share is PENDING while it is being set up. */
const OF_SHARE: Partial<Record<Status, Status>> = { pending: "accepting" };
/** An accepted invitation to a share that is not seen: the account has left it, or its owner took the account out of it or deleted it. */
const OF_INVITATION: Partial<Record<Status, Status>> = { accepted: "absent" };

/** Other regions know nothing of a share. */
function refuseElsewhere(arn: string, { clients: { region } }: RamCall): void {
    const own = arn.split(":")[3] ?? "";
    if (own !== region) {
        throw refusal(
            "OtherRegion",
            `the share is one of ${own}, and can be read and decided only there, not in ${region}; set its region to "${own}"`,
        );
    }
}

/** RAM invites other accounts only. */
function refuseOwn(arn: string, account: string): void {
    if (arn.split(":")[4] === account) {
        throw refusal(
            "OwnShare",
            `the share is one of ${account} itself, which nobody invites to it: there is nothing to decide`,
        );
    }
}

function refusal(code: string, text: string): CloudError {
    return new CloudError({ action: "ram:GetResourceShares", failure: "refused", code, text });
}
