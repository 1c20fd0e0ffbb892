import type { OpenSearch } from "@aws-sdk/client-opensearch";
import { documentedId, documentedText, type Fields, observed, record } from "../answer";
import { connectionsById, oneByOne } from "../calls";
import { defineKind, type Observed, type Page } from "../kind";
import { awaits, holds, impossible, type Lifecycle, sends, settles, tries } from "../table";
import type { AwsApi, AwsCall, AwsClients, AwsFilter } from "./cloud";
import { actionOf, ask, askPage, aws, where } from "./cloud";
import { account, IDS, region } from "./fields";

/** A cross-cluster search connection into an Amazon OpenSearch Service domain of this account. */
export interface AwsOpenSearchInboundConnection {
    kind: "aws:openSearchInbound";
    /** Region of the domain that receives the connection. Default as for `aws:vpcEndpoint`. */
    region?: string;
    /** 10 to 256 characters, a lower-case letter first, then lower-case letters, digits and hyphens. */
    connectionId: string;
}

const API = "https://docs.aws.amazon.com/opensearch-service/latest/APIReference/";
const STATES = `${API}API_InboundConnectionStatus.html`;
const ACCEPT = `${API}API_AcceptInboundConnection.html`;
const REJECT = `${API}API_RejectInboundConnection.html`;
const DELETE = `${API}API_DeleteInboundConnection.html`;
const SEARCH = "es:DescribeInboundConnections";
const ASK_AGAIN = "ask the requester to create the outbound connection again";

/** InboundConnectionStatusCode, API_InboundConnectionStatus. APPROVED and PROVISIONING follow an accept. */
const statuses = {
    PENDING_ACCEPTANCE: "pending",
    APPROVED: "accepting",
    PROVISIONING: "accepting",
    ACTIVE: "accepted",
    REJECTING: "rejecting",
    REJECTED: "rejected",
    DELETING: "removing",
    DELETED: "absent",
} as const;

const lifecycle: Lifecycle = {
    accept: {
        pending: sends("accept", ACCEPT),
        accepting: settles(STATES),
        accepted: holds(STATES),
        rejecting: settles(STATES),
        rejected: tries("accept", "no AWS text found on accepting a rejected connection"),
        removing: impossible(ASK_AGAIN, STATES),
        absent: awaits(STATES),
    },
    reject: {
        pending: sends("reject", REJECT),
        accepting: settles(`${STATES} (delete is used once it is active)`),
        accepted: sends("remove", DELETE),
        rejecting: settles(STATES),
        rejected: holds(STATES),
        removing: settles(STATES),
        absent: holds(STATES),
    },
};

/** Inbound cross-cluster connections of the account's OpenSearch domains in one region. */
export const openSearchInbound = defineKind<AwsOpenSearchInboundConnection, AwsClients>()({
    name: "aws:openSearchInbound",
    title: "OpenSearch inbound connection",
    cloud: aws,
    example: { kind: "aws:openSearchInbound", region: "eu-west-1", connectionId: "a1b2c3d4e5f6" },
    fields: {
        region,
        connectionId: {
            required: true,
            format: /^[a-z][a-z0-9-]{9,255}$/,
            describes: "10 to 256 lower-case letters, digits and hyphens, a letter first",
            whereabouts: IDS.inboundConnection,
        },
    },
    scope: ["region"],
    id: "connectionId",
    scopeTitle: ({ region }) => `OpenSearch inbound connections in ${region}`,
    requester: account,
    evidence: {
        requesterDomain: "Name of the domain that asks",
        requesterRegion: "Region of the domain that asks",
        domain: "Name of this account's domain",
        connectionMode: "DIRECT or VPC_ENDPOINT",
    },
    statuses,
    lifecycle,
    permissions: {
        read: [SEARCH],
        accept: ["es:AcceptInboundConnection"],
        reject: ["es:RejectInboundConnection"],
        remove: ["es:DeleteInboundConnection"],
    },
    limits: { idsPerOrder: 1, idsPerLookup: 100, requestersPerList: 100, settleEvery: "5s", settleWithin: "20m" },
    lane: "connection",
    list: (_scope, cursor, call) => search(call, cursor),
    /**
     * Filter `local-domain-info.owner-id`, documented like `connection-id` in the SDKs' models of 2021 (botocore 1.23.54).
     * Later models name no filter at all; where the service refuses it, the listing is read whole.
     */
    listOf: (_scope, requesters, cursor, call) => search(call, cursor, where("local-domain-info.owner-id", requesters)),
    /** Filter `connection-id`, as above. Unknown ids are left out of the answer. */
    lookup: (_scope, ids, call) =>
        connectionsById(SEARCH, call, ids, (cursor) => search(call, cursor, where("connection-id", ids))),
    accept: decide("acceptInboundConnection"),
    reject: decide("rejectInboundConnection"),
    remove: decide("deleteInboundConnection"),
});

const OPENSEARCH: AwsApi<OpenSearch> = {
    name: "opensearch",
    load: async (config) => new (await import("@aws-sdk/client-opensearch")).OpenSearch(config),
};

async function search(call: AwsCall, NextToken: string | undefined, Filters?: AwsFilter[]): Promise<Page> {
    const input = { MaxResults: 100, NextToken, Filters };
    const ownAccount = await call.clients.account(call.signal);
    const page = await askPage(OPENSEARCH, "describeInboundConnections", "Connections", input, call);
    return { ...page, items: page.items.map((connection) => observe(connection, ownAccount)) };
}

/**
 * The requester is the side that is not ours. The API calls the source "local" and the destination "remote"
 * (API_InboundConnection), which people read the other way round: accounts decide, and where both are ours the source asks.
 */
function observe(connection: Fields, ownAccount: string): Observed {
    const source = record(record(connection.LocalDomainInfo).AWSDomainInformation);
    const destination = record(record(connection.RemoteDomainInfo).AWSDomainInformation);
    const turned = source.OwnerId === ownAccount && destination.OwnerId !== ownAccount;
    const [requester, own] = turned ? [destination, source] : [source, destination];
    return observed(statuses, {
        id: documentedText(SEARCH, connection, "ConnectionId"),
        status: record(connection.ConnectionStatus).StatusCode,
        requester: requester.OwnerId,
        evidence: {
            requesterDomain: requester.DomainName,
            requesterRegion: requester.Region,
            domain: own.DomainName,
            connectionMode: connection.ConnectionMode,
        },
    });
}

/** One connection per call, and it is in the answer. One that is not there answers ResourceNotFoundException with HTTP 409. */
function decide(method: "acceptInboundConnection" | "rejectInboundConnection" | "deleteInboundConnection") {
    return oneByOne<AwsClients>(async ({ seen: { id } }, _scope, call) => {
        const answer = await ask(OPENSEARCH, method, { ConnectionId: id }, call);
        documentedId(actionOf(OPENSEARCH, method), answer.Connection, "ConnectionId", id);
    });
}
