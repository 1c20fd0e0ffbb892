import { AWS_REGION, type AwsClients, aws, awsCall } from "./cloud";
import type { Asked } from "../cloud";
import { type AwsOpenSearchInboundConnection, formatKey, type Status } from "../../shared/vocabulary";
import {
    documentedCursor,
    documentedId,
    documentedList,
    documentedText,
    type Fields,
    optional,
    record,
    text,
} from "../answer";
import { everyPage } from "../calls";
import type { Action, Call, ConnectionKind, Lifecycle, Observed, Send } from "../kind";
import { receiptOfFailure } from "../receipt";
import { readStatus } from "../status";

const API = "https://docs.aws.amazon.com/opensearch-service/latest/APIReference/";
const STATES = `${API}API_InboundConnectionStatus.html`;
const ACCEPT = `${API}API_AcceptInboundConnection.html`;
const REJECT = `${API}API_RejectInboundConnection.html`;
const DELETE = `${API}API_DeleteInboundConnection.html`;
const ASK_AGAIN = "ask the requester to create the outbound connection again";

/** InboundConnectionStatusCode, API_InboundConnectionStatus. APPROVED and PROVISIONING follow an accept. */
const STATUSES: Readonly<Record<string, Status>> = {
    PENDING_ACCEPTANCE: "pending",
    APPROVED: "accepting",
    PROVISIONING: "accepting",
    ACTIVE: "accepted",
    REJECTING: "rejecting",
    REJECTED: "rejected",
    DELETING: "removing",
    DELETED: "absent",
};

const LIFECYCLE: Lifecycle = {
    accept: {
        pending: { do: ["accept"], basis: "documented", source: ACCEPT },
        accepting: { do: "settle", basis: "documented", source: STATES },
        accepted: { do: "none", basis: "documented", source: STATES },
        rejecting: { do: "settle", basis: "documented", source: STATES },
        rejected: { do: ["accept"], basis: "tried", source: "no AWS text found on accepting a rejected connection" },
        unconnected: { do: ["accept"], basis: "tried", source: "no such state on the wire" },
        removing: { do: "impossible", basis: "documented", source: STATES, remedy: ASK_AGAIN },
        expired: { do: "impossible", basis: "tried", source: "no such state on the wire", remedy: ASK_AGAIN },
        failed: { do: "impossible", basis: "tried", source: "no such state on the wire", remedy: ASK_AGAIN },
        absent: { do: "awaitRequest", basis: "documented", source: STATES },
    },
    reject: {
        pending: { do: ["reject"], basis: "documented", source: REJECT },
        accepting: { do: "settle", basis: "documented", source: `${STATES} (delete is used once it is active)` },
        accepted: { do: ["remove"], basis: "documented", source: DELETE },
        rejecting: { do: "settle", basis: "documented", source: STATES },
        rejected: { do: "none", basis: "documented", source: STATES },
        unconnected: { do: "none", basis: "tried", source: "no such state on the wire" },
        removing: { do: "settle", basis: "documented", source: STATES },
        expired: { do: "none", basis: "tried", source: "no such state on the wire" },
        failed: { do: "none", basis: "tried", source: "no such state on the wire" },
        absent: { do: "none", basis: "documented", source: STATES },
    },
};

/** Inbound cross-cluster connections of the account's OpenSearch domains in one region. */
export const openSearchInbound: ConnectionKind<AwsOpenSearchInboundConnection, AwsClients> = {
    name: "aws:openSearchInbound",
    title: "OpenSearch inbound connection",
    cloud: aws,
    fields: {
        region: { required: false, format: AWS_REGION, describes: 'an AWS region such as "eu-west-1"' },
        connectionId: {
            required: true,
            format: /^[a-z][a-z0-9-]{9,255}$/,
            describes: "10 to 256 lower-case letters, digits and hyphens, a letter first",
        },
    },
    identity: ["region", "connectionId"],
    requester: { format: /^\d{12}$/, describes: "a 12-digit AWS account id" },
    evidence: {
        requesterDomain: "Name of the domain that asks",
        requesterRegion: "Region of the domain that asks",
        domain: "Name of this account's domain",
        connectionMode: "DIRECT or VPC_ENDPOINT",
    },
    statuses: STATUSES,
    permissions: {
        read: ["es:DescribeInboundConnections"],
        accept: ["es:AcceptInboundConnection"],
        reject: ["es:RejectInboundConnection"],
        remove: ["es:DeleteInboundConnection"],
    },
    limits: { idsPerOrder: 1, idsPerLookup: 100, requestersPerList: 100, settleEvery: "5s", settleWithin: "20m" },
    locate({ region = "", connectionId }) {
        return {
            scope: { key: region, title: `OpenSearch inbound connections in ${region}`, facts: { region } },
            key: formatKey("aws:openSearchInbound", [region, connectionId]),
            id: connectionId,
        };
    },
    lifecycle: () => LIFECYCLE,
    lane: (_scope, id) => id,
    /** The scope is the account's region itself; there is nothing to find and nothing set. */
    describe: async () => ({ found: "yes", admission: "manual", settings: {} }),
    discover: async () => [{}],
    list: (_scope, cursor, call) => search(call, cursor === undefined ? {} : { NextToken: cursor }),
    /**
     * Filter `local-domain-info.owner-id`, documented like `connection-id` in the SDKs' models of 2021 (botocore 1.23.54).
     * Later models name no filter at all; where the service refuses it, the listing is read whole.
     */
    listOf: (_scope, requesters, cursor, call) =>
        search(call, {
            Filters: [{ Name: "local-domain-info.owner-id", Values: [...requesters] }],
            ...(cursor === undefined ? {} : { NextToken: cursor }),
        }),
    /** Filter `connection-id`, as above. Unknown ids are left out of the answer. */
    lookup: (_scope, ids, call) =>
        everyPage(
            SEARCH,
            call,
            ({ id }) => id,
            (cursor) =>
                search(call, {
                    Filters: [{ Name: "connection-id", Values: [...ids] }],
                    ...(cursor === undefined ? {} : { NextToken: cursor }),
                }),
        ),
    actions: { accept: decide("accept"), reject: decide("reject"), remove: decide("remove") },
};

const SEARCH: Asked = { cloud: aws.title, action: "es:DescribeInboundConnections" };

async function search(
    call: Call<AwsClients>,
    input: { NextToken?: string; Filters?: { Name: string; Values: string[] }[] },
): Promise<{ items: Observed[]; next?: string }> {
    const client = await call.clients.openSearch();
    const account = await call.clients.account(call.signal);
    const answer = await awsCall(SEARCH.action, call.signal, (options) =>
        client.describeInboundConnections({ MaxResults: 100, ...input }, options),
    );
    return {
        items: documentedList(SEARCH, answer, "Connections").map((connection) => observe(connection, account)),
        ...documentedCursor(SEARCH, answer, "NextToken"),
    };
}

/**
 * The requester is the side that is not ours. The API calls the source "local" and the destination "remote"
 * (API_InboundConnection), which people read the other way round: accounts decide, and where both are ours the source asks.
 */
function observe(connection: Fields, account: string): Observed {
    const source = record(record(connection.LocalDomainInfo).AWSDomainInformation);
    const destination = record(record(connection.RemoteDomainInfo).AWSDomainInformation);
    const [requester, own] =
        source.OwnerId === account && destination.OwnerId !== account ? [destination, source] : [source, destination];
    const cloudStatus = text(record(connection.ConnectionStatus).StatusCode) ?? "";
    return {
        id: documentedText(SEARCH, connection, "ConnectionId"),
        status: readStatus(STATUSES, cloudStatus),
        cloudStatus,
        ...optional("requester", text(requester.OwnerId)),
        evidence: {
            ...optional("requesterDomain", text(requester.DomainName)),
            ...optional("requesterRegion", text(requester.Region)),
            ...optional("domain", text(own.DomainName)),
            ...optional("connectionMode", text(connection.ConnectionMode)),
        },
    };
}

/**
 * One connection per call, and it is in the answer. A connection that is not there answers ResourceNotFoundException with
 * HTTP 409.
 */
function decide(action: Action): Send<AwsClients> {
    return (_scope, orders, call) =>
        Promise.all(
            orders.map(async ({ seen: { id } }) => {
                const client = await call.clients.openSearch();
                const input = { ConnectionId: id };
                try {
                    const answer = await (action === "accept"
                        ? awsCall("es:AcceptInboundConnection", call.signal, (options) =>
                              client.acceptInboundConnection(input, options),
                          )
                        : action === "reject"
                          ? awsCall("es:RejectInboundConnection", call.signal, (options) =>
                                client.rejectInboundConnection(input, options),
                            )
                          : awsCall("es:DeleteInboundConnection", call.signal, (options) =>
                                client.deleteInboundConnection(input, options),
                            ));
                    const asked = { cloud: aws.title, action: `es:${action}InboundConnection` };
                    documentedId(asked, record(answer).Connection, "ConnectionId", id);
                    return { id, result: "sent" as const };
                } catch (error) {
                    return receiptOfFailure(id, error);
                }
            }),
        );
}
