import { dryRun, oneByOne } from "../calls";
import { defineKind } from "../kind";
import { awaits, holds, impossible, type Lifecycle, sends, settles } from "../table";
import { type AlibabaClients, alibaba } from "./cloud";
import { account, IDS, region } from "./fields";
import {
    CONNECTIONS,
    describeService,
    discoverServices,
    listConnections,
    lookupConnections,
    OPERATIONS,
    RATE,
    reference,
    SERVICE,
    send,
    statuses,
} from "./private-link-api";

/** An endpoint that knocks at an Alibaba Cloud endpoint service (PrivateLink), seen by the owner of the service. */
export interface AlibabaPrivateLinkEndpointConnection {
    kind: "alibaba:privateLinkEndpoint";
    /** Region of the endpoint service. Default: `connections:alibabaRegion`, `alicloud:region`, then `ALIBABA_CLOUD_REGION`. */
    region?: string;
    /** Endpoint service, `epsrv-` and lower-case letters and digits. */
    serviceId: string;
    /** The requester's endpoint, `ep-` and lower-case letters and digits. */
    endpointId: string;
}

/** "Disable: After you create an endpoint …, the endpoint connection is in the Disconnected state." */
const GUIDE = "https://www.alibabacloud.com/help/en/privatelink/user-guide/managing-endpoint-connections";
const READ = reference(CONNECTIONS);
const ENABLE = reference(OPERATIONS.accept);
const DISABLE = reference(OPERATIONS.reject);
const BUSY = `${DISABLE} (EndpointConnectionOperationDenied: the endpoint is being connected)`;
const ASK_AGAIN = "ask the requester to create the endpoint again";

const lifecycle: Lifecycle = {
    accept: {
        unconnected: sends("accept", ENABLE),
        accepting: settles(ENABLE),
        accepted: holds(READ),
        rejecting: settles(DISABLE),
        removing: impossible(ASK_AGAIN, READ),
        absent: awaits(READ),
    },
    reject: {
        unconnected: holds(`${GUIDE} (a request that waits is Disconnected; Disable leads there, too)`),
        accepting: settles(BUSY),
        accepted: sends("reject", DISABLE),
        rejecting: settles(DISABLE),
        removing: holds(`${READ} (the requester is deleting the endpoint)`),
        absent: holds(READ),
    },
};

/** Endpoint connections of an Alibaba Cloud endpoint service (PrivateLink). */
export const privateLinkEndpoint = defineKind<AlibabaPrivateLinkEndpointConnection, AlibabaClients>()({
    name: "alibaba:privateLinkEndpoint",
    title: "PrivateLink endpoint connection",
    cloud: alibaba,
    example: {
        kind: "alibaba:privateLinkEndpoint",
        region: "cn-hangzhou",
        serviceId: "epsrv-hp3vpx8yqxblby3i1234",
        endpointId: "ep-hp33b2e43fays7s81234",
    },
    fields: {
        region,
        serviceId: {
            required: true,
            format: /^epsrv-[a-z0-9]{10,40}$/,
            describes: '"epsrv-" and lower-case letters and digits',
            whereabouts: IDS.service,
        },
        endpointId: {
            required: true,
            format: /^ep-[a-z0-9]{10,40}$/,
            describes: '"ep-" and lower-case letters and digits',
            whereabouts: IDS.endpoint,
        },
    },
    scope: ["region", "serviceId"],
    id: "endpointId",
    scopeTitle: ({ region, serviceId }) => `endpoint service ${serviceId} in ${region}`,
    requester: account,
    evidence: {
        vpcId: "The requester's VPC",
        endpointRegion: "Region of the requester's endpoint, where it is told",
        zones: "Zones of the requester's endpoint",
    },
    statuses,
    lifecycle,
    permissions: {
        read: [`privatelink:${CONNECTIONS}`, `privatelink:${SERVICE}`],
        accept: [`privatelink:${OPERATIONS.accept}`],
        reject: [`privatelink:${OPERATIONS.reject}`],
    },
    limits: {
        idsPerOrder: 1,
        idsPerLookup: 1,
        requestersPerList: 1,
        settleEvery: "5s",
        settleWithin: "10m",
        rates: { accept: RATE, reject: RATE },
        // RAM knows these actions for single services.
        probePer: "scope",
    },
    // "does not support concurrently accepting endpoint connection requests under the same Alibaba Cloud account"; rejecting the same.
    lane: "account",
    automaticAcceptance: ({ title }) =>
        `${title} accepts requests by itself (AutoAcceptEnabled is true): the rejected requester is let in again with its next endpoint. Turn automatic acceptance off, or take the requester off the service's whitelist.`,
    describe: describeService,
    discover: discoverServices,
    list: listConnections,
    listOf: (scope, [requester = ""], cursor, call) =>
        listConnections(scope, cursor, call, { EndpointOwnerId: requester }),
    lookup: lookupConnections,
    accept: oneByOne((order, scope, call) => send("accept", order, scope, call)),
    reject: oneByOne((order, scope, call) => send("reject", order, scope, call)),
    probe: (scope, action, order, call) =>
        dryRun(() => send(action === "accept" ? "accept" : "reject", order, scope, call, { DryRun: "true" })),
});
