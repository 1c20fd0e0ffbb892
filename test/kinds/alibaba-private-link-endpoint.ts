import type { World } from "../../src/simulator/index";
import { ALIBABA_ACCOUNT, ALIBABA_REQUESTER } from "../support/accounts";
import type { KindRows } from "../support/kind-rows";

export const PRIVATE_LINK_SERVICE = "epsrv-hp3vpx8yqxblby3i1234";
export const PRIVATE_LINK_ENDPOINT = "ep-hp33b2e43fays7s81234";

/** The endpoint service with an endpoint in that state. */
export function privateLinkWorld(status: string, autoAcceptEnabled = false): World {
    const one = {
        endpointId: PRIVATE_LINK_ENDPOINT,
        status,
        endpointOwnerId: ALIBABA_REQUESTER,
        endpointVpcId: "vpc-hp356stwkxg3fn2xe1234",
        zones: [{ zoneId: "cn-hangzhou-h" }],
    };
    const service = { serviceId: PRIVATE_LINK_SERVICE, regionId: "cn-hangzhou", autoAcceptEnabled, connections: [one] };
    return { alibaba: [{ account: ALIBABA_ACCOUNT, endpointServices: [service] }] };
}

const connection = { serviceId: PRIVATE_LINK_SERVICE, endpointId: PRIVATE_LINK_ENDPOINT };
const shown = { EndpointId: PRIVATE_LINK_ENDPOINT, ServiceId: PRIVATE_LINK_SERVICE, ConnectionStatus: "Disconnected" };
const list = JSON.stringify({ RequestId: "r", Connections: [shown] });
const listOf = (one: object) => JSON.stringify({ RequestId: "r", Connections: [one] });
const found = JSON.stringify({ RequestId: "r", ServiceId: PRIVATE_LINK_SERVICE, AutoAcceptEnabled: false });
const sent = '{"RequestId":"r"}';

/**
 * Alibaba Cloud PrivateLink API reference 2020-04-15, ListVpcEndpointConnections; `Deleted` is in the list of
 * terraform-provider-alicloud. The user guide, "Manage endpoint connection requests": a request that waits is Disconnected.
 */
export const rows: KindRows = {
    names: ["alibaba:privateLinkEndpoint"],
    connection,
    resolved: { region: "cn-hangzhou", ...connection },
    world: privateLinkWorld,
    calls: {
        accept: "privatelink:EnableVpcEndpointConnection",
        reject: "privatelink:DisableVpcEndpointConnection",
    },
    states: {
        Pending: ["accepting", ">", ">"],
        Connecting: ["accepting", ">", ">"],
        Connected: ["accepted", "=", "reject"],
        Disconnecting: ["rejecting", ">", ">"],
        Disconnected: ["unconnected", "accept", "="],
        Deleting: ["removing", "!", "="],
        Deleted: ["absent", "!", "="],
        ServiceDeleted: ["absent", "!", "="],
    },
    requester: { asking: ALIBABA_REQUESTER, other: ALIBABA_ACCOUNT },
    evidence: {
        told: { vpcId: "vpc-hp356stwkxg3fn2xe1234", zones: ["cn-hangzhou-h"] },
        other: { vpcId: "vpc-other" },
    },
    accessKeyId: `LTAI${ALIBABA_ACCOUNT}`,
    answers: {
        list,
        empty: '{"RequestId":"r","Connections":[]}',
        unreadable: [
            '{"RequestId":"r"}',
            '{"Connections":{}}',
            '{"Connections":[null]}',
            listOf({ ...shown, EndpointId: undefined }),
            listOf({ ...shown, ServiceId: "epsrv-another0000000" }),
            '{"Connections":[],"NextToken":["a"]}',
        ],
        pages: {
            by: "token",
            page: (ns, NextToken) =>
                JSON.stringify({
                    Connections: ns.map((n) => ({
                        EndpointId: `ep-other${String(n).padStart(10, "0")}`,
                        ServiceId: PRIVATE_LINK_SERVICE,
                    })),
                    NextToken,
                }),
        },
        lookup: { asks: /EndpointId=/, named: list, others: [] },
        scope: {
            asks: /GetVpcEndpointServiceAttribute/,
            found,
            admission: "manual",
            others: [found.replace(PRIVATE_LINK_SERVICE, "epsrv-another0000000")],
        },
        sent: { accept: sent, reject: sent },
    },
};
