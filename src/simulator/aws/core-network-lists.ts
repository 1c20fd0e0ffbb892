import type { State } from "../server/state";
import { regionsOf } from "./account";
import { type Attached, type CoreNetwork, type Part, requesterOf, shownAttachment, shownNetwork } from "./core-network";
import { jsonPage } from "./json-values";
import type { RestCall } from "./rest-json";

/** The listings of AWS Network Manager: who sees which core networks and attachments. */

/** Which attachments an account sees that the core network is shared with. */
export type SharedSees = "own" | "all";

/** Every core network, with its account. */
function networksIn(state: State): { network: CoreNetwork; owner: string }[] {
    return regionsOf<Part>(state).flatMap(({ account, coreNetworks = [] }) =>
        coreNetworks.map((network) => ({ network, owner: account })),
    );
}

/** "Returns a list of owned and shared core networks". */
export function listNetworks(call: RestCall<Part>): object {
    const { account } = call.caller;
    const seen = networksIn(call.state).filter(
        ({ network, owner }) => owner === account || network.sharedWith?.includes(account),
    );
    const { items, token } = pageOf(call, seen);
    return { CoreNetworks: items.map(({ network, owner }) => shownNetwork(network, owner)), ...token };
}

/** No error of ListAttachments says that a core network is not there: the list is empty. */
export function listAttachments(call: RestCall<Part>, sharedSees: SharedSees): object {
    const { coreNetworkId, attachmentType, edgeLocation, state } = call.query;
    const fits = (wanted: string | undefined, ...told: (string | undefined)[]) =>
        wanted === undefined || told.includes(wanted);
    const wanted = seenBy(call, sharedSees).filter(
        ({ one, network }) =>
            fits(coreNetworkId, network.coreNetworkId) &&
            fits(attachmentType, one.attachmentType ?? "VPC") &&
            fits(edgeLocation, one.edgeLocation, ...(one.edgeLocations ?? [])) &&
            fits(state, one.state),
    );
    const { items, token } = pageOf(call, wanted);
    call.hooks.list(items.map(({ one }) => one.attachmentId));
    return { Attachments: items.map((item) => shownAttachment(item, call.hooks.stale)), ...token };
}

/** AttachmentState has no word for one that is deleted: it is not there any more. */
export function seenBy({ state, caller: { account } }: RestCall<Part>, sharedSees: SharedSees): Attached[] {
    const all = networksIn(state).flatMap(({ network, owner }) =>
        (network.attachments ?? []).map((one): Attached => ({ one, network, owner })),
    );
    return all.filter(
        (item) =>
            item.one.state !== "DELETED" &&
            (item.owner === account ||
                requesterOf(item) === account ||
                (sharedSees === "all" && item.network.sharedWith?.includes(account))),
    );
}

/** MaxResults 1 to 500; of a strange token only ValidationException is documented. */
function pageOf<T>({ state, query }: RestCall<Part>, all: readonly T[]) {
    return jsonPage(
        state,
        { MaxResults: query.maxResults, NextToken: query.nextToken },
        all,
        500,
        "ValidationException",
    );
}
