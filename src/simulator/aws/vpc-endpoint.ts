import { findById } from "../server/by-id";
import { type Choices, kind } from "../server/kind";
import { Refusal } from "../server/message";
import type { Action } from "../server/protocol";
import { list, type Members, optional, record } from "../server/schema";
import type { State } from "../server/state";
import { EC2_THROTTLING, type Ec2Call, ec2 } from "./ec2";
import * as values from "./ec2-values";
import {
    connectionFilters,
    connectionsOf,
    type Decided,
    type EndpointService,
    idOf,
    type Listed,
    SERVICE,
    shownConnection,
    sought,
} from "./endpoint-service";
import { describeServices } from "./endpoint-service-configurations";

const WORLD = {
    /** VPC endpoint services of the account. */
    endpointServices: optional(list(record<EndpointService>(SERVICE))),
};
export interface Part extends Members<typeof WORLD> {}

const UNDOCUMENTED = {
    /** EC2 accept of a rejected connection. */
    ec2AcceptRejected: ["accepts", "unsuccessful"],
    /** EC2: the decision that holds already, sent again. */
    ec2Repeat: ["nothing", "unsuccessful"],
    /** EC2: an id the service does not have. */
    ec2UnknownEndpoint: ["unsuccessful", "wholeRequest"],
    /** EC2: the documented filter `vpc-endpoint-id`, seen to fail (terraform-provider-aws PR #48442). */
    ec2EndpointIdFilter: ["InvalidFilter", "works"],
    /** EC2: the documented filter `vpc-endpoint-owner`, the neighbour of the one that was seen to fail. */
    ec2OwnerFilter: ["works", "InvalidFilter"],
} as const;
export interface Switches extends Choices<typeof UNDOCUMENTED> {}

type Call = Ec2Call<Part>;

/** When a decision is carried out, and the states it leads through: accept-reject-endpoint-requests.html. */
interface Decision {
    from(now: string, state: State): boolean;
    readonly states: readonly [string, ...string[]];
}

const ACCEPT: Decision = {
    from: (now, state) =>
        now === "pendingacceptance" ||
        (now === "rejected" && state.choice(UNDOCUMENTED, "ec2AcceptRejected") === "accepts"),
    states: ["pending", "available"],
};

/** "after it's in the available state" too. */
const REJECT: Decision = {
    from: (now) => ["pendingacceptance", "available", "partial"].includes(now),
    states: ["rejected"],
};

/** Connections of an endpoint service: of VPC endpoints and of transit gateway attachments. */
export const vpcEndpoint = kind<Part, Switches>({
    names: ["aws:vpcEndpoint"],
    world: WORLD,
    connections: ({ endpointServices = [] }) => endpointServices.flatMap(connectionsOf),
    fillIn({ endpointServices = [] }, now) {
        for (const one of endpointServices.flatMap(connectionsOf)) {
            one.creationTimestamp ??= new Date(now).toISOString();
        }
    },
    expire: () => {},
    undocumented: UNDOCUMENTED,
    rates: [{ action: /^ec2:(Accept|Reject)VpcEndpointConnections$/, burst: 10, perSecond: 1, source: EC2_THROTTLING }],
    api: ec2<Part>({
        ids: ["VpcEndpointId", "TransitGatewayAttachmentId"],
        actions: {
            DescribeVpcEndpointConnections: { parameters: values.PAGED, run: describe },
            DescribeVpcEndpointServiceConfigurations: describeServices,
            AcceptVpcEndpointConnections: deciding(ACCEPT),
            RejectVpcEndpointConnections: deciding(REJECT),
        },
    }),
});

/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointConnections.html */
function describe(call: Call): object {
    const matches = values.matching(call.parameters, connectionFilters(call.regionName, refusedFilters(call.state)));
    const all = (call.region?.endpointServices ?? []).flatMap((service) =>
        connectionsOf(service).map((one): Listed => ({ service, connection: one })),
    );
    const { items, token } = values.pageOf(call, all.filter(matches));
    call.hooks.list(items.map((item) => idOf(item.connection)));
    return { vpcEndpointConnectionSet: { item: items.map((item) => shownConnection(item, call)) }, ...token };
}

/** Documented filters that are refused all the same. */
function refusedFilters(state: State): string[] {
    return [
        ...(state.choice(UNDOCUMENTED, "ec2EndpointIdFilter") === "InvalidFilter" ? ["vpc-endpoint-id"] : []),
        ...(state.choice(UNDOCUMENTED, "ec2OwnerFilter") === "InvalidFilter" ? ["vpc-endpoint-owner"] : []),
    ];
}

/**
 * "Information about the endpoints that were not rejected, if applicable": HTTP 200, ids that succeeded are not listed.
 * Which ids land there and which fail the request is not documented: a switch.
 */
function deciding(decision: Decision): Action<Call> {
    const run = (call: Call) => {
        const serviceId = values.required(call.parameters, "ServiceId");
        const { ids, connections, unknown } = sought(call.parameters, call.region?.endpointServices, serviceId);
        const found = findById<Decided>(connections, ids, idOf);
        const stranger = ids.find((id) => !found.has(id));
        if (stranger !== undefined && call.state.choice(UNDOCUMENTED, "ec2UnknownEndpoint") === "wholeRequest") {
            throw new Refusal(400, ...unknown(stranger));
        }
        const decide = (id: string) => {
            const one = found.get(id);
            return one === undefined ? unknown(id) : carryOut(decision, one, call.state);
        };
        return { unsuccessful: values.unsuccessfulOf(ids, call, decide) };
    };
    return { parameters: ["ServiceId", "VpcEndpointId.#", "TransitGatewayAttachmentId.#"], run };
}

/** Why a decision is not carried out for a connection, if it is not. The code for a wrong state is not documented. */
function carryOut({ from, states }: Decision, one: Decided, state: State): values.Failure | undefined {
    const now = one.state.toLowerCase();
    if (states.includes(now) && state.choice(UNDOCUMENTED, "ec2Repeat") === "nothing") {
        return undefined;
    }
    if (!from(now, state)) {
        return ["InvalidParameter", `VPC endpoint ${idOf(one)} is in state ${one.state}`];
    }
    state.move(one, ...states);
    return undefined;
}
