import { findById } from "../server/by-id";
import { type Choices, kind } from "../server/kind";
import { Refusal } from "../server/message";
import type { ParameterCall } from "../server/protocol";
import { seconds } from "../server/time";
import { accountsOf } from "./account";
import { type Connection, shownConnection } from "./private-link-connection";
import * as services from "./private-link-service";
import { type RpcAction, rpc } from "./rpc";
import { change, listing, refuseIf } from "./rpc-values";

const UNDOCUMENTED = {
    /** PrivateLink dry run: whether it looks at the status; "service limits" are checked. */
    privateLinkDryRunStatus: ["ignored", "checked"],
    /** PrivateLink: an accept of what is connected, and a reject of what is not, decided or not. */
    privateLinkRepeat: ["EndpointConnectionOperationDenied", "ok"],
    /** PrivateLink: how long an accept rules out another one of the same account. Documented is that they may not be concurrent. */
    privateLinkConcurrent: ["request", "untilSettled"],
    /** PrivateLink: what the zones of a rejected connection show. */
    privateLinkRejectedZone: ["Disconnected", "Wait"],
} as const;
export interface Switches extends Choices<typeof UNDOCUMENTED> {}

type Part = services.ServicesPart;
/** A connection with its service. */
type Item = { readonly connection: Connection; readonly service: services.PrivateLinkService };

const QUOTA = "https://www.alibabacloud.com/help/en/privatelink/developer-reference/api-privatelink-2020-04-15-quota";

/**
 * PrivateLink 2020-04-15, of the owner of endpoint services; parameters as alibabacloud_privatelink20200415 4.0.9 sends them.
 * Bandwidth and TrafficControlMode of EnableVpcEndpointConnection are not modelled, nor are decisions about single zones.
 */
export const privateLinkEndpoint = kind<Part, Switches>({
    names: ["alibaba:privateLinkEndpoint"],
    world: services.SERVICES,
    connections: ({ endpointServices = [] }) => endpointServices.flatMap(({ connections = [] }) => connections),
    fillIn({ endpointServices = [] }, now) {
        for (const service of endpointServices) {
            service.createTime ??= seconds(now);
            for (const one of service.connections ?? []) {
                one.modifiedTime ??= seconds(now);
            }
        }
    },
    expire: () => {},
    undocumented: UNDOCUMENTED,
    rates: [
        { action: /^privatelink:(En|Dis)ableVpcEndpointConnection$/, burst: 200, perSecond: 200 / 60, source: QUOTA },
        {
            action: /^privatelink:(ListVpcEndpoint(Connection|Service)s|GetVpcEndpointServiceAttribute)$/,
            burst: 1000,
            perSecond: 1000 / 60,
            source: QUOTA,
        },
    ],
    api: rpc({
        product: "privatelink",
        version: "2020-04-15",
        actions: {
            GetVpcEndpointServiceAttribute: services.serviceAttribute,
            ListVpcEndpointServices: services.listServices,
            // MaxResults 1 to 1000, 50 by default. ReplacedResourceId is not modelled.
            ListVpcEndpointConnections: listing<Item>({
                name: "Connections",
                all: itemsOf,
                sizes: { most: 1000, usual: 50 },
                others: ["RegionId"],
                filters: {
                    ServiceId: ({ service }) => [service.serviceId],
                    EndpointId: ({ connection }) => [connection.endpointId],
                    EndpointOwnerId: ({ connection }) => [connection.endpointOwnerId],
                    ConnectionStatus: ({ connection }) => [connection.status],
                    EniId: ({ connection }) => (connection.zones ?? []).map(({ eniId }) => eniId),
                    ResourceId: ({ connection }) => (connection.zones ?? []).map(({ resourceId }) => resourceId),
                    ResourceGroupId: ({ connection }) => [connection.resourceGroupId],
                },
                idOf: ({ connection }) => connection.endpointId,
                shown: ({ connection, service }, call) => {
                    const rejected = call.state.choice(UNDOCUMENTED, "privateLinkRejectedZone");
                    return shownConnection(
                        connection,
                        { ...service, regionId: services.regionOf(service) },
                        call,
                        rejected,
                    );
                },
            }),
            EnableVpcEndpointConnection: decision("Disconnected", "Connecting", "Connected"),
            DisableVpcEndpointConnection: decision("Connected", "Disconnecting", "Disconnected"),
        },
    }),
});

/** Connections of the named service, or of all of them in the region. */
function itemsOf(call: ParameterCall): Item[] {
    const all = call.parameters.get("ServiceId") === undefined ? services.servicesOf(call) : [services.serviceOf(call)];
    return all.flatMap((service) => (service.connections ?? []).map((connection) => ({ connection, service })));
}

/** "is an asynchronous operation"; two of one account at once are not supported, and both pages say so. */
function decision(from: string, during: string, to: string): RpcAction {
    const run = (call: ParameterCall) => {
        const { parameters, state, hooks } = call;
        const { connections } = services.serviceOf(call);
        const id = services.required(parameters.get("EndpointId"), "EndpointId");
        const one: Connection | undefined = findById(connections, [id], ({ endpointId }) => endpointId).get(id);
        if (one === undefined) {
            throw new Refusal(400, "EndpointConnectionNotFound", "The specified endpoint connection does not exist.");
        }
        const repeats = one.status === to && state.choice(UNDOCUMENTED, "privateLinkRepeat") === "ok";
        const denied = one.status !== from && !repeats;
        const checkStatus = () =>
            refuseIf(denied, "EndpointConnectionOperationDenied", "The endpoint is being connected.");
        const looks = state.choice(UNDOCUMENTED, "privateLinkDryRunStatus") === "checked";
        return change(call, looks ? checkStatus : () => {}, () => {
            refuseIf(hooks.refuseId(id), "OperationFailed", "The operation failed.");
            checkStatus();
            refuseIf(othersSettle(call, during), "ConcurrentCallNotSupported", "Concurrent calls are not supported.");
            if (!repeats) {
                state.move(one, during, to);
            }
        });
    };
    return { parameters: ["RegionId", "ServiceId", "EndpointId", "ClientToken", "DryRun"], exclusive: "account", run };
}

/** Whether another connection of the account is still on its way, where that counts as concurrent. */
function othersSettle({ state, caller }: ParameterCall, during: string): boolean {
    return (
        state.choice(UNDOCUMENTED, "privateLinkConcurrent") === "untilSettled" &&
        accountsOf<Part>(state)
            .filter(({ account }) => account === caller.account)
            .flatMap(({ endpointServices = [] }) => endpointServices.flatMap(({ connections = [] }) => connections))
            .some((one: Connection) => one.status === during && (one.next ?? []).length > 0)
    );
}
