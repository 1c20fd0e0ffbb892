import { XMLBuilder } from "fast-xml-parser";
import { awsCaller, signedBy } from "./aws-auth";
import {
    type Api,
    type Operation,
    type ParameterCall,
    page,
    Refusal,
    type Reply,
    type Request,
    shownState,
} from "./protocol";
import type { State } from "./state";
import type { AwsRegion, EndpointService, Moving, VpcEndpointConnection } from "./world";

/**
 * EC2 query protocol, version 2016-11-15, as far as endpoint services need it.
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html
 */
export const ec2: Api = (request, state) => {
    const signed = signedBy(request);
    const parameters = new URLSearchParams(request.body);
    const action = parameters.get("Action");
    const unsignedEc2 = signed === undefined && parameters.get("Version") === "2016-11-15";
    if (request.method !== "POST" || request.url.pathname !== "/" || (signed?.service !== "ec2" && !unsignedEc2)) {
        return undefined;
    }
    const caller = signed === undefined ? undefined : awsCaller(state, request, signed);
    return {
        cloud: "aws",
        action: `ec2:${action}`,
        ids: list(parameters, "VpcEndpointId"),
        throttleKey: `${caller?.account} ${signed?.region}`,
        // https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
        throttled: new Refusal(503, "RequestLimitExceeded", "Request limit exceeded."),
        skewed: new Refusal(403, "SignatureDoesNotMatch", "Signature not yet current."),
        expired: new Refusal(400, "RequestExpired", "Request has expired."),
        refuse: (refusal) => errorReply(request, refusal),
        run(world) {
            // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html (client error codes)
            if (signed === undefined) {
                throw new Refusal(
                    403,
                    "MissingAuthenticationToken",
                    "Request must contain either a valid (registered) AWS access key ID or X.509 certificate.",
                );
            }
            if (caller === undefined) {
                throw new Refusal(401, "AuthFailure", "AWS was not able to validate the provided access credentials");
            }
            const handler = Object.hasOwn(ACTIONS, action ?? "") ? ACTIONS[action as keyof typeof ACTIONS] : undefined;
            if (handler === undefined) {
                throw new Refusal(400, "InvalidAction", `The action ${action} is not valid for this web service.`);
            }
            if (caller.denied.includes(`ec2:${action}`)) {
                throw new Refusal(403, "UnauthorizedOperation", "You are not authorized to perform this operation.");
            }
            // "If you have the required permissions, the error response is DryRunOperation." Nothing says that it checks ids or states.
            if (parameters.get("DryRun") === "true") {
                throw new Refusal(412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
            }
            const region = state.awsRegion(caller.account, signed.region);
            return handler({ request, state, world, parameters, caller, region, action: String(action) });
        },
    } satisfies Operation;
};

interface Call extends ParameterCall {
    /** The caller's account in the region that the signature names; undefined: nothing of it in this world. */
    readonly region: AwsRegion | undefined;
}

const ACTIONS = {
    DescribeVpcEndpointConnections: describeConnections,
    DescribeVpcEndpointServiceConfigurations: describeServices,
    AcceptVpcEndpointConnections: (call: Call) => decide(call, accept),
    RejectVpcEndpointConnections: (call: Call) => decide(call, reject),
} satisfies Record<string, (call: Call) => Reply>;

type Connection = VpcEndpointConnection & Moving;

interface Listed {
    readonly service: EndpointService;
    readonly connection: Connection;
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointConnections.html */
function describeConnections(call: Call): Reply {
    const { parameters, region, state, world } = call;
    const filters = filtersOf(parameters).map(({ name, values }) => ({ filter: filterOf(name, state), values }));
    const all = (region?.endpointServices ?? []).flatMap((service) =>
        (service.connections ?? []).map((connection) => ({ service, connection: connection as Connection })),
    );
    const wanted = all.filter((item) => filters.every(({ filter, values }) => values.includes(filter(item, region))));
    const { items, next } = pageOf(state, wanted, parameters);
    world.list(items.map(({ connection }) => connection.vpcEndpointId));
    return reply(call, {
        vpcEndpointConnectionSet: {
            item: items.map(({ service, connection }) => ({
                serviceId: service.serviceId,
                vpcEndpointId: connection.vpcEndpointId,
                ...(connection.owner === undefined ? {} : { vpcEndpointOwner: connection.owner }),
                // The SDK's enum is in capitals, the wire in lower camel case.
                vpcEndpointState: shownState(connection, connection.state, world.stale),
                creationTimestamp: connection.creationTimestamp,
                vpcEndpointConnectionId: `vpce-conn-${connection.vpcEndpointId.replace(/^vpce-/, "")}`,
                ipAddressType: connection.ipAddressType ?? "ipv4",
                vpcEndpointRegion: connection.vpcEndpointRegion ?? region?.region,
            })),
        },
        ...(next === undefined ? {} : { nextToken: next }),
    });
}

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointServiceConfigurations.html */
function describeServices(call: Call): Reply {
    const { parameters, region } = call;
    const ids = list(parameters, "ServiceId");
    const services = region?.endpointServices ?? [];
    const missing = ids.find((id) => !services.some((service) => service.serviceId === id));
    if (missing !== undefined) {
        throw noService(missing);
    }
    const wanted = ids.length === 0 ? services : services.filter((service) => ids.includes(service.serviceId));
    const { items, next } = pageOf(call.state, wanted, parameters);
    return reply(call, {
        serviceConfigurationSet: {
            item: items.map((service) => ({
                serviceType: { item: { serviceType: "Interface" } },
                serviceId: service.serviceId,
                serviceName: `com.amazonaws.vpce.${region?.region}.${service.serviceId}`,
                serviceState: "Available",
                acceptanceRequired: service.acceptanceRequired ?? true,
                managesVpcEndpoints: false,
            })),
        },
        ...(next === undefined ? {} : { nextToken: next }),
    });
}

/** What a decision does to one connection: a code and a message where it is not carried out. */
type Decide = (connection: Connection, state: State) => [code: string, message: string] | undefined;

/**
 * "Information about the endpoints that were not rejected, if applicable": HTTP 200, ids that succeeded are not listed.
 * Which ids land there and which fail the request is not documented: a switch.
 */
function decide(call: Call, carryOut: Decide): Reply {
    const { parameters, region, state, world } = call;
    const serviceId = required(parameters, "ServiceId");
    const ids = list(parameters, "VpcEndpointId");
    if (ids.length === 0) {
        throw new Refusal(400, "MissingParameter", "The request must contain the parameter VpcEndpointId");
    }
    const service = region?.endpointServices?.find((s) => s.serviceId === serviceId);
    if (service === undefined) {
        throw noService(serviceId);
    }
    const stranger = ids.find((id) => connectionOf(service, id) === undefined);
    if (stranger !== undefined && state.undocumented("ec2UnknownEndpoint") === "wholeRequest") {
        throw new Refusal(400, "InvalidVpcEndpointId.NotFound", `The VpcEndpoint Id '${stranger}' does not exist`);
    }
    const unsuccessful = ids.flatMap((id) => {
        const connection = connectionOf(service, id);
        const failure: ReturnType<Decide> = world.refuseId(id)
            ? ["InternalError", "An internal error has occurred"]
            : connection === undefined
              ? ["InvalidVpcEndpointId.NotFound", `The VpcEndpoint Id '${id}' does not exist`]
              : carryOut(connection, state);
        return failure === undefined ? [] : [{ resourceId: id, error: { code: failure[0], message: failure[1] } }];
    });
    return reply(call, { unsuccessful: unsuccessful.length === 0 ? "" : { item: unsuccessful } });
}

/** pendingAcceptance -> pending -> available: accept-reject-endpoint-requests.html */
function accept(connection: Connection, state: State): ReturnType<Decide> {
    switch (connection.state.toLowerCase()) {
        case "pendingacceptance":
            state.move(connection, "pending", "available");
            return undefined;
        case "pending":
        case "available":
            return repeated(state, connection);
        case "rejected":
            if (state.undocumented("ec2AcceptRejected") === "accepts") {
                state.move(connection, "pending", "available");
                return undefined;
            }
            return wrongState(connection);
        default:
            return wrongState(connection);
    }
}

/** From pendingAcceptance, and "after it's in the available state": accept-reject-endpoint-requests.html */
function reject(connection: Connection, state: State): ReturnType<Decide> {
    switch (connection.state.toLowerCase()) {
        case "pendingacceptance":
        case "available":
        case "partial":
            state.move(connection, "rejected");
            return undefined;
        case "rejected":
            return repeated(state, connection);
        default:
            return wrongState(connection);
    }
}

function repeated(state: State, connection: Connection): ReturnType<Decide> {
    return state.undocumented("ec2Repeat") === "nothing" ? undefined : wrongState(connection);
}

/** The code is not documented. */
function wrongState({ vpcEndpointId, state }: Connection): ReturnType<Decide> {
    return ["InvalidParameter", `VPC endpoint ${vpcEndpointId} is in state ${state}`];
}

function connectionOf(service: EndpointService, id: string): Connection | undefined {
    return service.connections?.find((connection) => connection.vpcEndpointId === id) as Connection | undefined;
}

function noService(id: string): Refusal {
    return new Refusal(400, "InvalidVpcEndpointServiceId.NotFound", `The VpcEndpointServiceId '${id}' does not exist`);
}

/** What the documented filters of DescribeVpcEndpointConnections compare. */
const FILTERS: Readonly<Record<string, (item: Listed, region: AwsRegion | undefined) => string>> = {
    "service-id": ({ service }) => service.serviceId,
    "vpc-endpoint-owner": ({ connection }) => connection.owner ?? "",
    "vpc-endpoint-state": ({ connection }) => connection.state,
    "vpc-endpoint-region": ({ connection }, region) => connection.vpcEndpointRegion ?? region?.region ?? "",
    "ip-address-type": ({ connection }) => connection.ipAddressType ?? "ipv4",
    "vpc-endpoint-id": ({ connection }) => connection.vpcEndpointId,
};

function filterOf(name: string, state: State): (typeof FILTERS)[string] {
    const filter = FILTERS[name];
    const refused =
        (name === "vpc-endpoint-id" && state.undocumented("ec2EndpointIdFilter") === "InvalidFilter") ||
        (name === "vpc-endpoint-owner" && state.undocumented("ec2OwnerFilter") === "InvalidFilter");
    if (filter === undefined || refused) {
        throw new Refusal(400, "InvalidFilter", `The filter '${name}' is invalid`);
    }
    return filter;
}

function filtersOf(parameters: URLSearchParams): { name: string; values: string[] }[] {
    const filters = [];
    for (let i = 1; parameters.has(`Filter.${i}.Name`); i++) {
        filters.push({ name: required(parameters, `Filter.${i}.Name`), values: list(parameters, `Filter.${i}.Value`) });
    }
    return filters;
}

/** MaxResults 5 to 1000. */
function pageOf<T>(state: State, items: readonly T[], parameters: URLSearchParams) {
    const size = Number(parameters.get("MaxResults") ?? "1000");
    if (!Number.isInteger(size) || size < 5 || size > 1000) {
        throw new Refusal(
            400,
            "InvalidParameterValue",
            `Value ( ${size} ) for parameter MaxResults is invalid. Expecting a value between 5 and 1000.`,
        );
    }
    const result = page(state, items, size, parameters.get("NextToken") ?? undefined);
    if (result === undefined) {
        throw new Refusal(400, "InvalidNextToken", "The token is not valid.");
    }
    return result;
}

function required(parameters: URLSearchParams, name: string): string {
    const value = parameters.get(name);
    if (value === null || value === "") {
        throw new Refusal(400, "MissingParameter", `The request must contain the parameter ${name}`);
    }
    return value;
}

function list(parameters: URLSearchParams, name: string): string[] {
    const values: string[] = [];
    for (let i = 1; parameters.has(`${name}.${i}`); i++) {
        values.push(parameters.get(`${name}.${i}`) ?? "");
    }
    return values;
}

const xml = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@" });

function reply({ request, action }: Call, content: object): Reply {
    return xmlReply(200, request, {
        [`${action}Response`]: {
            "@xmlns": "http://ec2.amazonaws.com/doc/2016-11-15/",
            requestId: request.requestId,
            ...content,
        },
    });
}

function errorReply(request: Request, { status, code, message }: Refusal): Reply {
    return xmlReply(status, request, {
        Response: { Errors: { Error: { Code: code, Message: message } }, RequestID: request.requestId },
    });
}

function xmlReply(status: number, request: Request, content: object): Reply {
    return {
        status,
        headers: { "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": request.requestId },
        body: `<?xml version="1.0" encoding="UTF-8"?>\n${xml.build(content)}`,
    };
}
