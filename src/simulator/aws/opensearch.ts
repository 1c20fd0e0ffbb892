import { findById } from "../server/by-id";
import { notSimulated } from "../server/parameters";
import {
    type Api,
    type Operation,
    page,
    Refusal,
    type Reply,
    type Request,
    shownState,
    type World,
} from "../server/protocol";
import type { State } from "../server/state";
import type { AwsRegion, Moving, OpenSearchInboundConnection } from "../server/world";
import { awsCaller, signedBy } from "./auth";

const PREFIX = "/2021-01-01/opensearch/cc/inboundConnection/";

/** Amazon OpenSearch Service, inbound connections. https://docs.aws.amazon.com/opensearch-service/latest/APIReference/ */
export const openSearch: Api = (request, state) => {
    if (!request.url.pathname.startsWith("/2021-01-01/opensearch/")) {
        return undefined;
    }
    const signed = signedBy(request);
    const caller = signed === undefined ? undefined : awsCaller(state, request, signed);
    const call = routeOf(request);
    return {
        cloud: "aws",
        action: `es:${call?.action ?? "Unknown"}`,
        ids: call?.id === undefined ? [] : [call.id],
        throttleKey: `${caller?.account} ${signed?.region}`,
        throttled: new Refusal(429, "ThrottlingException", "Rate exceeded"),
        skewed: new Refusal(403, "InvalidSignatureException", "Signature not yet current."),
        expired: new Refusal(403, "ExpiredTokenException", "The security token included in the request is expired"),
        refuse: (refusal) => errorReply(request, refusal),
        run(world) {
            if (signed === undefined) {
                throw new Refusal(403, "MissingAuthenticationTokenException", "Missing Authentication Token");
            }
            if (caller === undefined) {
                throw new Refusal(
                    403,
                    "UnrecognizedClientException",
                    "The security token included in the request is invalid.",
                );
            }
            if (call === undefined) {
                throw new Refusal(
                    404,
                    "UnknownOperationException",
                    `no operation ${request.method} ${request.url.pathname}`,
                );
            }
            if (caller.denied.includes(`es:${call.action}`)) {
                throw new Refusal(403, "AccessDeniedException", `User is not authorized to perform: es:${call.action}`);
            }
            refuseUnknown(request, call);
            const region = state.awsRegion(caller.account, signed.region);
            return call.id === undefined
                ? describe(request, region, state, world)
                : decide(request, call.action, connectionOf(region, call.id, state), state, world);
        },
    } satisfies Operation;
};

/** No operation has a query, and a decision has no body. */
function refuseUnknown(request: Request, { action, id }: { action: string; id?: string }): void {
    const strange = [...request.url.searchParams.keys()][0];
    if (strange !== undefined) {
        throw notSimulated(`query parameter ${strange} of es:${action}`);
    }
    if (id !== undefined && Object.keys(body(request)).length > 0) {
        throw notSimulated(`a body of es:${action}`);
    }
}

type Connection = OpenSearchInboundConnection & Moving;

/** API_DescribeInboundConnections, API_AcceptInboundConnection, API_RejectInboundConnection, API_DeleteInboundConnection. */
function routeOf({ method, url }: Request): { action: string; id?: string } | undefined {
    if (!url.pathname.startsWith(PREFIX)) {
        return undefined;
    }
    const [id = "", verb, ...rest] = url.pathname.slice(PREFIX.length).split("/").map(decodeURIComponent);
    if (method === "POST" && id === "search" && verb === undefined) {
        return { action: "DescribeInboundConnections" };
    }
    if (rest.length > 0) {
        return undefined;
    }
    if (method === "PUT" && verb === "accept") {
        return { action: "AcceptInboundConnection", id };
    }
    if (method === "PUT" && verb === "reject") {
        return { action: "RejectInboundConnection", id };
    }
    return method === "DELETE" && verb === undefined ? { action: "DeleteInboundConnection", id } : undefined;
}

/** The filters that botocore 1.23.54 documents for DescribeInboundConnections, and what each compares. */
const FILTERS: Readonly<Record<string, (connection: Connection) => string | undefined>> = {
    "connection-id": ({ connectionId }) => connectionId,
    "local-domain-info.domain-name": ({ localDomain }) => localDomain?.domainName,
    "local-domain-info.owner-id": ({ localDomain }) => localDomain?.ownerId,
    "local-domain-info.region": ({ localDomain }) => localDomain?.region,
    "remote-domain-info.domain-name": ({ remoteDomain }) => remoteDomain?.domainName,
};

/** MaxResults up to 100 (API_DescribeInboundConnections). */
function describe(request: Request, region: AwsRegion | undefined, state: State, world: World): Reply {
    const input = body(request);
    const strange = Object.keys(input).find((key) => !["Filters", "MaxResults", "NextToken"].includes(key));
    if (strange !== undefined) {
        throw notSimulated(`parameter ${strange} of es:DescribeInboundConnections`);
    }
    const size = Number(input.MaxResults ?? 100);
    if (!Number.isInteger(size) || size < 1 || size > 100) {
        throw new Refusal(400, "ValidationException", "MaxResults must be a number from 1 to 100");
    }
    const matches = filtersOf(input.Filters);
    const all = (region?.openSearchInboundConnections ?? []) as Connection[];
    const wanted = all.filter((connection) => exists(connection, state) && matches(connection));
    const token = typeof input.NextToken === "string" ? input.NextToken : undefined;
    const result = page(state, wanted, size, token);
    if (result === undefined) {
        throw new Refusal(400, "InvalidPaginationTokenException", "Invalid pagination token");
    }
    world.list(result.items.map(({ connectionId }) => connectionId));
    return jsonReply(request, {
        Connections: result.items.map((connection) => shown(connection, world.stale)),
        ...(result.next === undefined ? {} : { NextToken: result.next }),
    });
}

/** `[{ "Name": …, "Values": […] }]`, all of which must hold. */
function filtersOf(input: unknown): (connection: Connection) => boolean {
    if (input !== undefined && !Array.isArray(input)) {
        throw new Refusal(400, "SerializationException", "Filters is not a list");
    }
    const filters = ((input ?? []) as { Name?: unknown; Values?: unknown }[]).map(({ Name, Values, ...rest }) => {
        const strange = Object.keys(rest)[0];
        if (strange !== undefined) {
            throw notSimulated(`parameter Filters.${strange} of es:DescribeInboundConnections`);
        }
        if (typeof Name !== "string" || !Object.hasOwn(FILTERS, Name)) {
            throw new Refusal(400, "ValidationException", `Invalid filter name: ${Name}`);
        }
        if (!Array.isArray(Values) || Values.length === 0) {
            throw new Refusal(400, "ValidationException", `Filter ${Name} must have at least one value`);
        }
        return { fact: FILTERS[Name], values: new Set<unknown>(Values) };
    });
    return (connection) => filters.every(({ fact, values }) => values.has(fact?.(connection)));
}

/** States of API_InboundConnectionStatus; which ones an operation takes is documented only for pending acceptance. */
function decide(request: Request, action: string, connection: Connection, state: State, world: World): Reply {
    const { status } = connection;
    if (world.refuseId(connection.connectionId)) {
        throw new Refusal(500, "InternalException", "The request processing has failed because of an unknown error.");
    }
    if (action === "AcceptInboundConnection") {
        const again = status === "REJECTED" && state.undocumented("openSearchAcceptRejected") === "accepts";
        if (status !== "PENDING_ACCEPTANCE" && !again) {
            throw wrongState(connection);
        }
        state.move(connection, "APPROVED", "PROVISIONING", "ACTIVE");
    } else if (action === "RejectInboundConnection") {
        if (status !== "PENDING_ACCEPTANCE") {
            throw wrongState(connection);
        }
        state.move(connection, "REJECTING", "REJECTED");
    } else {
        if (["DELETING", "DELETED", "APPROVED", "PROVISIONING", "REJECTING"].includes(status)) {
            throw wrongState(connection);
        }
        state.move(connection, "DELETING", "DELETED");
    }
    return jsonReply(request, { Connection: shown(connection, false) });
}

/** ResourceNotFoundException has HTTP status 409 here, not 404 (API_RejectInboundConnection). */
function connectionOf(region: AwsRegion | undefined, id: string, state: State): Connection {
    const connection = findById(region?.openSearchInboundConnections, [id], (c) => c.connectionId).get(id);
    if (connection === undefined || !exists(connection, state)) {
        throw new Refusal(409, "ResourceNotFoundException", `Connection not found: ${id}`);
    }
    return connection as Connection;
}

/** Whether DELETED stays listed is not documented; terraform-provider-aws treats it as not found. A switch. */
function exists({ status }: OpenSearchInboundConnection, state: State): boolean {
    return status !== "DELETED" || state.undocumented("openSearchDeleted") === "listed";
}

/** The code for a wrong state is not documented; DisabledOperationException is the documented one that fits best. */
function wrongState({ connectionId, status }: Connection): Refusal {
    return new Refusal(409, "DisabledOperationException", `Connection ${connectionId} is in status ${status}`);
}

/** API_InboundConnection. */
function shown(connection: Connection, stale: boolean) {
    const domain = (info: OpenSearchInboundConnection["localDomain"]) =>
        info === undefined
            ? undefined
            : { AWSDomainInformation: { OwnerId: info.ownerId, DomainName: info.domainName, Region: info.region } };
    return {
        ConnectionId: connection.connectionId,
        ConnectionStatus: {
            StatusCode: shownState(connection, connection.status, stale),
            Message: connection.message,
        },
        LocalDomainInfo: domain(connection.localDomain),
        RemoteDomainInfo: domain(connection.remoteDomain),
        ConnectionMode: connection.connectionMode ?? "DIRECT",
    };
}

function body(request: Request): Record<string, unknown> {
    try {
        return request.body === "" ? {} : Object(JSON.parse(request.body));
    } catch {
        throw new Refusal(400, "SerializationException", "the body is not JSON");
    }
}

function jsonReply(request: Request, content: unknown): Reply {
    return { status: 200, headers: headers(request), body: JSON.stringify(content) };
}

function errorReply(request: Request, { status, code, message }: Refusal): Reply {
    return { status, headers: { ...headers(request), "x-amzn-errortype": code }, body: JSON.stringify({ message }) };
}

function headers(request: Request) {
    return { "content-type": "application/json", "x-amzn-requestid": request.requestId };
}
