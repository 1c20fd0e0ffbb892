import { findById } from "../server/by-id";
import { type Choices, kind } from "../server/kind";
import { Refusal } from "../server/message";
import { shownState } from "../server/protocol";
import { connection, list, type Members, type Moving, optional, record, text } from "../server/schema";
import type { State } from "../server/state";
import { type JsonFilters, jsonPage, matching } from "./json-values";
import { type RestCall, type RestRoute, restJson } from "./rest-json";

const DOMAIN = { ownerId: text, domainName: text, region: text };
interface OpenSearchDomain extends Members<typeof DOMAIN> {}

const INBOUND = {
    connectionId: text,
    /** As the API writes it, `PENDING_ACCEPTANCE`. */
    status: text,
    /** The domain that asks. */
    localDomain: optional(record<OpenSearchDomain>(DOMAIN)),
    /** The domain that is asked. */
    remoteDomain: optional(record<OpenSearchDomain>(DOMAIN)),
    /** Default DIRECT. */
    connectionMode: optional(text),
    /** ConnectionStatus.Message. */
    message: optional(text),
};
export interface OpenSearchInboundConnection extends Members<typeof INBOUND> {}

const WORLD = {
    /** Inbound cross-cluster connections of the account's OpenSearch domains. */
    openSearchInboundConnections: optional(list(connection<OpenSearchInboundConnection>(INBOUND))),
};
export interface Part extends Members<typeof WORLD> {}

const UNDOCUMENTED = {
    /** OpenSearch accept of a rejected connection. */
    openSearchAcceptRejected: ["refuses", "accepts"],
    /** OpenSearch: whether DELETED stays listed. */
    openSearchDeleted: ["vanishes", "listed"],
} as const;
export interface Switches extends Choices<typeof UNDOCUMENTED> {}

type Call = RestCall<Part>;
type Inbound = OpenSearchInboundConnection & Moving;

/** Amazon OpenSearch Service, inbound connections. https://docs.aws.amazon.com/opensearch-service/latest/APIReference/ */
export const openSearch = kind<Part, Switches>({
    names: ["aws:openSearchInbound"],
    world: WORLD,
    connections: ({ openSearchInboundConnections = [] }) => openSearchInboundConnections,
    fillIn: () => {},
    expire: () => {},
    undocumented: UNDOCUMENTED,
    rates: [],
    api: restJson({
        service: "es",
        prefix: "/2021-01-01/opensearch/",
        routes: {
            "POST cc/inboundConnection/search": {
                action: "DescribeInboundConnections",
                members: ["Filters", "MaxResults", "NextToken"],
                run: describe,
            },
            "PUT cc/inboundConnection/{id}/accept": decision("AcceptInboundConnection", accept),
            "PUT cc/inboundConnection/{id}/reject": decision("RejectInboundConnection", reject),
            "DELETE cc/inboundConnection/{id}": decision("DeleteInboundConnection", remove),
        },
    }),
});

/** The filters that botocore 1.23.54 documents for DescribeInboundConnections, and what each compares. */
const FILTERS: JsonFilters<Inbound> = {
    "connection-id": ({ connectionId }) => connectionId,
    "local-domain-info.domain-name": ({ localDomain }) => localDomain?.domainName,
    "local-domain-info.owner-id": ({ localDomain }) => localDomain?.ownerId,
    "local-domain-info.region": ({ localDomain }) => localDomain?.region,
    "remote-domain-info.domain-name": ({ remoteDomain }) => remoteDomain?.domainName,
};

/** MaxResults up to 100 (API_DescribeInboundConnections). */
function describe({ action, body, state, region, hooks }: Call): object {
    const matches = matching(body.Filters, FILTERS, action);
    const all: Inbound[] = region?.openSearchInboundConnections ?? [];
    const wanted = all.filter((inbound) => exists(inbound, state) && matches(inbound));
    const { items, token } = jsonPage(state, body, wanted, 100);
    hooks.list(items.map(({ connectionId }) => connectionId));
    return { Connections: items.map((inbound) => shown(inbound, hooks.stale)), ...token };
}

/** A decision of one connection, which answers with it. ResourceNotFoundException has HTTP status 409 here, not 404. */
function decision(action: string, effect: (one: Inbound, state: State) => void): RestRoute<Part> {
    const run = ({ id, region, state, hooks }: Call) => {
        const all: Inbound[] | undefined = region?.openSearchInboundConnections;
        const one = findById(all, [id], ({ connectionId }) => connectionId).get(id);
        if (one === undefined || !exists(one, state)) {
            throw new Refusal(409, "ResourceNotFoundException", `Connection not found: ${id}`);
        }
        if (hooks.refuseId(id)) {
            const message = "The request processing has failed because of an unknown error.";
            throw new Refusal(500, "InternalException", message);
        }
        effect(one, state);
        return { Connection: shown(one, false) };
    };
    return { action, members: [], run };
}

/** States of API_InboundConnectionStatus; which ones an operation takes is documented only for pending acceptance. */
function accept(one: Inbound, state: State): void {
    const again = one.status === "REJECTED" && state.choice(UNDOCUMENTED, "openSearchAcceptRejected") === "accepts";
    from(one, one.status === "PENDING_ACCEPTANCE" || again);
    state.move(one, "APPROVED", "PROVISIONING", "ACTIVE");
}

function reject(one: Inbound, state: State): void {
    from(one, one.status === "PENDING_ACCEPTANCE");
    state.move(one, "REJECTING", "REJECTED");
}

function remove(one: Inbound, state: State): void {
    from(one, !["DELETING", "DELETED", "APPROVED", "PROVISIONING", "REJECTING"].includes(one.status));
    state.move(one, "DELETING", "DELETED");
}

/** The code for a wrong state is not documented; DisabledOperationException is the documented one that fits best. */
function from({ connectionId, status }: Inbound, allowed: boolean): void {
    if (!allowed) {
        throw new Refusal(409, "DisabledOperationException", `Connection ${connectionId} is in status ${status}`);
    }
}

/** Whether DELETED stays listed is not documented; terraform-provider-aws treats it as not found. A switch. */
function exists({ status }: Inbound, state: State): boolean {
    return status !== "DELETED" || state.choice(UNDOCUMENTED, "openSearchDeleted") === "listed";
}

/** API_InboundConnection. */
function shown(one: Inbound, stale: boolean) {
    const domain = (info: Inbound["localDomain"]) =>
        info === undefined
            ? undefined
            : { AWSDomainInformation: { OwnerId: info.ownerId, DomainName: info.domainName, Region: info.region } };
    return {
        ConnectionId: one.connectionId,
        ConnectionStatus: { StatusCode: shownState(one, one.status, stale), Message: one.message },
        LocalDomainInfo: domain(one.localDomain),
        RemoteDomainInfo: domain(one.remoteDomain),
        ConnectionMode: one.connectionMode ?? "DIRECT",
    };
}
