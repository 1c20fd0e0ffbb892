import { LosslessNumber } from "lossless-json";
import { type ParameterCall, shownState } from "../server/protocol";
import { connection, integer, list, type Members, type Moving, optional, record, text } from "../server/schema";
import { seconds } from "../server/time";
import { UID } from "./account";
import { wire } from "./rpc-values";

const ZONE = {
    zoneId: text,
    /** Default: as the connection's status, `Wait` while nobody has decided. */
    zoneStatus: optional(text),
    vSwitchId: optional(text),
    eniId: optional(text),
    /** The service resource. */
    resourceId: optional(text),
};
export interface PrivateLinkZone extends Members<typeof ZONE> {}

const CONNECTION = {
    /** `ep-…` */
    endpointId: text,
    /** As the API writes it. A request that waits is `Disconnected`, and so is one that was rejected. */
    status: text,
    /** The account that asks. */
    endpointOwnerId: UID,
    endpointVpcId: optional(text),
    /** Default: the service's region. */
    endpointRegionId: optional(text),
    /** Mbit/s. Default 3072. */
    bandwidth: optional(integer),
    resourceGroupId: optional(text),
    /** As the API writes it, until a decision changes it. Default: when the simulator got the world. */
    modifiedTime: optional(text),
    zones: optional(list(record<PrivateLinkZone>(ZONE))),
};
export interface PrivateLinkConnection extends Members<typeof CONNECTION> {}

/** The connections of a service in the world. */
export const CONNECTIONS = list(connection<PrivateLinkConnection>(CONNECTION));

export type Connection = PrivateLinkConnection & Moving;

/**
 * A connection as ListVpcEndpointConnections writes it. EndpointOwnerId is a JSON integer of up to 18 digits.
 * @param rejected The zone status of a connection that was rejected.
 */
export function shownConnection(
    one: Connection,
    { serviceId, regionId }: { serviceId: string; regionId: string },
    { caller, hooks }: ParameterCall,
    rejected: string,
): object {
    const { endpointId, endpointVpcId, resourceGroupId, modifiedTime, bandwidth = 3072 } = one;
    const status = shownState(one, one.status, hooks.stale);
    const changed = one.changedAt === undefined || hooks.stale ? modifiedTime : seconds(one.changedAt);
    return {
        ...wire({ endpointId, serviceId, endpointVpcId, resourceGroupId, bandwidth, serviceRegionId: regionId }),
        ...wire({
            endpointRegionId: one.endpointRegionId ?? regionId,
            modifiedTime: changed,
            connectionStatus: status,
        }),
        EndpointOwnerId: new LosslessNumber(one.endpointOwnerId),
        ResourceOwner: one.endpointOwnerId === caller.account,
        TrafficControlMode: "BandwidthLimit",
        Zones: (one.zones ?? []).map((zone) =>
            wire({ ...zone, zoneStatus: zone.zoneStatus ?? zoneStatus(one, status, rejected) }),
        ),
    };
}

/** `Wait`: "The zone is waiting to be connected." */
function zoneStatus({ changedAt }: Connection, status: string, rejected: string): string {
    return status !== "Disconnected" ? status : changedAt === undefined ? "Wait" : rejected;
}
