import { describe, expect, it } from "vitest";
import type { World } from "../../../src/simulator/index";
import { clientsAvailable } from "../../../tools/vendor-clients/install.mjs";
import {
    PRIVATE_LINK_ENDPOINT as ENDPOINT,
    privateLinkWorld,
    PRIVATE_LINK_SERVICE as SERVICE,
} from "../../kinds/alibaba-private-link-endpoint";
import { ALIBABA_ACCOUNT, ALIBABA_REQUESTER } from "../../support/accounts";
import { coded, useForeign } from "./clients";

const CONNECTED = "ep-connected00000000";
const OTHER_SERVICE = "epsrv-ledger00000000";
const FOREIGN_SERVICE = "epsrv-foreign0000000";

/** The request of the rows, a connected endpoint of our own account beside it, another service, and another account's. */
function fullWorld(undocumented: World["undocumented"] = {}): World {
    const world = privateLinkWorld("Disconnected");
    const [account] = world.alibaba ?? [];
    Object.assign(account ?? {}, {
        principals: [{ accessKeyId: "LTAIREADER", denied: ["privatelink:DisableVpcEndpointConnection"] }],
    });
    account?.endpointServices?.[0]?.connections?.push({
        endpointId: CONNECTED,
        status: "Connected",
        endpointOwnerId: ALIBABA_ACCOUNT,
        modifiedTime: "2026-01-02T03:04:05Z",
        resourceGroupId: "rg-ledger",
        bandwidth: 200,
        zones: [{ zoneId: "cn-hangzhou-h", eniId: "eni-1", resourceId: "lb-1", vSwitchId: "vsw-1" }],
    });
    account?.endpointServices?.push({
        serviceId: OTHER_SERVICE,
        regionId: "eu-central-1",
        autoAcceptEnabled: true,
        serviceName: "ledger",
        tags: { team: "ledger" },
    });
    world.alibaba?.push({ account: ALIBABA_REQUESTER, endpointServices: [{ serviceId: FOREIGN_SERVICE }] });
    return { ...world, undocumented };
}

describe.skipIf(!clientsAvailable)("Alibaba Cloud's Python SDK of PrivateLink", () => {
    const foreign = useForeign("alibaba", () => fullWorld());

    const call = (operation: string, args: object = {}, more: object = {}) => ({
        do: "call",
        product: "privatelink",
        operation,
        args: { RegionId: "cn-hangzhou", ...args },
        ...more,
    });
    const decide = (verb: "Enable" | "Disable", args: object = {}, more: object = {}) =>
        call(`${verb}VpcEndpointConnection`, { ServiceId: SERVICE, EndpointId: ENDPOINT, ...args }, more);
    const status = (id = ENDPOINT) =>
        foreign.simulator.world.alibaba?.[0]?.endpointServices?.[0]?.connections?.find((c) => c.endpointId === id)
            ?.status;
    type Listing = { Connections: { EndpointId: string }[]; NextToken?: string };
    const found = async (args: object) => {
        const answer = await foreign.clients.run<Listing>(call("ListVpcEndpointConnections", args));
        return answer.Connections.map(({ EndpointId }) => EndpointId);
    };
    const zone = async () => {
        const answer = await foreign.clients.run<{ Connections: { Zones: { ZoneStatus: string }[] }[] }>(
            call("ListVpcEndpointConnections", { ServiceId: SERVICE, EndpointId: ENDPOINT }),
        );
        return answer.Connections[0]?.Zones[0]?.ZoneStatus;
    };

    it("accepts, rejects and accepts again: undecided and rejected are Disconnected, the zone tells them apart", async () => {
        expect([status(), await zone()]).toEqual(["Disconnected", "Wait"]);
        await foreign.clients.run(decide("Enable"));
        expect([status(), await zone()]).toEqual(["Connected", "Connected"]);
        await foreign.clients.run(decide("Disable"));
        expect([status(), await zone()]).toEqual(["Disconnected", "Disconnected"]);
        Object.assign(foreign.simulator.world, { undocumented: { privateLinkRejectedZone: "Wait" } });
        expect(await zone()).toBe("Wait");
        await foreign.clients.run(decide("Enable"));
        expect(status()).toBe("Connected");
    });

    it("shows Connecting and Disconnecting on the way, and takes no other decision meanwhile", async () => {
        foreign.simulator.settleMs = 60_000;
        await foreign.clients.run(decide("Enable"));
        expect(status()).toBe("Connecting");
        for (const verb of ["Enable", "Disable"] as const) {
            const error = await foreign.clients.refusal(decide(verb));
            expect(coded(error)).toEqual(["EndpointConnectionOperationDenied", 400]);
        }
        await foreign.clients.run(decide("Disable", { EndpointId: CONNECTED }));
        expect(status(CONNECTED)).toBe("Disconnecting");
    });

    describe("a dry run", () => {
        it.each([
            ["Enable", ENDPOINT],
            ["Disable", CONNECTED],
        ] as const)("of %s changes nothing, as the SDK spells it", async (verb, id) => {
            const before = status(id);
            const error = await foreign.clients.refusal(decide(verb, { EndpointId: id, DryRun: true }));
            expect([coded(error), status(id)]).toEqual([["DryRunOperation", 400], before]);
        });

        it("looks at the status where its switch says so", async () => {
            const dry = decide("Enable", { EndpointId: CONNECTED, DryRun: true });
            expect((await foreign.clients.refusal(dry)).code).toBe("DryRunOperation");
            foreign.simulator.world = fullWorld({ privateLinkDryRunStatus: "checked" });
            expect((await foreign.clients.refusal(dry)).code).toBe("EndpointConnectionOperationDenied");
        });
    });

    it("a decision that holds is refused, or taken where its switch says so", async () => {
        const repeats = [decide("Disable"), decide("Enable", { EndpointId: CONNECTED })];
        for (const repeat of repeats) {
            expect((await foreign.clients.refusal(repeat)).code).toBe("EndpointConnectionOperationDenied");
        }
        foreign.simulator.world = fullWorld({ privateLinkRepeat: "ok" });
        for (const repeat of repeats) {
            await foreign.clients.run(repeat);
        }
        expect([status(), status(CONNECTED)]).toEqual(["Disconnected", "Connected"]);
    });

    it("accepts of one account are not concurrent, for as long as the switch says", async () => {
        await foreign.clients.run(decide("Disable", { EndpointId: CONNECTED }));
        foreign.simulator.settleMs = 60_000;
        await foreign.clients.run(decide("Enable", { EndpointId: CONNECTED }));
        Object.assign(foreign.simulator.world, { undocumented: { privateLinkConcurrent: "untilSettled" } });
        expect(coded(await foreign.clients.refusal(decide("Enable")))).toEqual(["ConcurrentCallNotSupported", 400]);
        expect(status()).toBe("Disconnected");
        foreign.simulator.advance(60_000);
        await foreign.clients.run(decide("Enable"));
        expect(status()).toBe("Connecting");
    });

    it("a client token is carried out once, for its endpoint", async () => {
        await foreign.clients.run(decide("Enable", { ClientToken: "once" }));
        await foreign.clients.run(decide("Enable", { ClientToken: "once" }));
        await foreign.clients.run(decide("Disable", { EndpointId: CONNECTED, ClientToken: "once" }));
        expect([status(), status(CONNECTED)]).toEqual(["Connected", "Disconnected"]);
    });

    describe("ListVpcEndpointConnections", () => {
        it.each([
            ["EndpointId", ENDPOINT, [ENDPOINT]],
            // As text: JavaScript cannot write 18 digits as a number.
            ["EndpointOwnerId", ALIBABA_REQUESTER, [ENDPOINT]],
            ["ConnectionStatus", "Connected", [CONNECTED]],
            ["EniId", "eni-1", [CONNECTED]],
            ["ResourceId", "lb-1", [CONNECTED]],
            ["ResourceGroupId", "rg-ledger", [CONNECTED]],
            ["EndpointId", "ep-nothing", []],
        ])("filters by %s=%j", async (name, value, ids) => {
            expect(await found({ ServiceId: SERVICE, [name]: value })).toEqual(ids);
            expect(await found({ [name]: value })).toEqual(ids);
        });

        it("pages with its tokens", async () => {
            const first = await foreign.clients.run<Listing>(call("ListVpcEndpointConnections", { MaxResults: 1 }));
            expect(first).toMatchObject({ Connections: [{ EndpointId: ENDPOINT }], TotalCount: 2, MaxResults: 1 });
            expect(await found({ MaxResults: 1, NextToken: first.NextToken })).toEqual([CONNECTED]);
        });

        it("shows the fields that users print", async () => {
            const { Connections } = await foreign.clients.run<{ Connections: object[] }>(
                call("ListVpcEndpointConnections", { ServiceId: SERVICE }),
            );
            expect(Connections).toMatchObject([
                { ResourceOwner: false, EndpointVpcId: "vpc-hp356stwkxg3fn2xe1234", Bandwidth: 3072 },
                {
                    ServiceId: SERVICE,
                    ResourceOwner: true,
                    EndpointRegionId: "cn-hangzhou",
                    ModifiedTime: "2026-01-02T03:04:05Z",
                    Bandwidth: 200,
                    Zones: [{ ZoneId: "cn-hangzhou-h", EniId: "eni-1", ResourceId: "lb-1", VSwitchId: "vsw-1" }],
                },
            ]);
        });
    });

    it("services are the account's own, in the region that is named", async () => {
        const services = async (args: object) =>
            (
                await foreign.clients.run<{ Services: { ServiceId: string }[] }>(call("ListVpcEndpointServices", args))
            ).Services.map(({ ServiceId }) => ServiceId);
        expect(await services({})).toEqual([SERVICE]);
        expect(await services({ RegionId: "eu-central-1", Tag: [{ Key: "team", Value: "ledger" }] })).toEqual([
            OTHER_SERVICE,
        ]);
        expect(await services({ RegionId: "eu-central-1", ServiceName: "other" })).toEqual([]);
        const attribute = { RegionId: "eu-central-1", ServiceId: OTHER_SERVICE };
        expect(await foreign.clients.run(call("GetVpcEndpointServiceAttribute", attribute))).toMatchObject({
            ServiceId: OTHER_SERVICE,
            AutoAcceptEnabled: true,
            ServiceStatus: "Active",
        });
    });

    it.each([
        ["GetVpcEndpointServiceAttribute", { ServiceId: OTHER_SERVICE }, {}, "EndpointServiceNotFound", 400],
        ["GetVpcEndpointServiceAttribute", { ServiceId: FOREIGN_SERVICE }, {}, "EndpointServiceNotFound", 400],
        ["ListVpcEndpointConnections", { ServiceId: FOREIGN_SERVICE }, {}, "EndpointServiceNotFound", 400],
        ["ListVpcEndpointConnections", { MaxResults: 1001 }, {}, "IllegalParam.MaxResults", 400],
        ["ListVpcEndpointConnections", { RegionId: "" }, {}, "MissingRegionId", 400],
        ["ListVpcEndpointConnections", { ReplacedResourceId: "lb-1" }, {}, "NotSimulated", 501],
    ])("%s of %j %j is refused with %s", async (operation, args, more, code, http) => {
        expect(coded(await foreign.clients.refusal(call(operation, args, more)))).toEqual([code, http]);
    });

    it.each([
        ["Enable", { EndpointId: "ep-nothing" }, {}, "EndpointConnectionNotFound", 400],
        ["Enable", { ServiceId: FOREIGN_SERVICE }, {}, "EndpointServiceNotFound", 400],
        ["Enable", { RegionId: "eu-central-1" }, {}, "EndpointServiceNotFound", 400],
        ["Enable", { Bandwidth: 1024 }, {}, "NotSimulated", 501],
        ["Enable", {}, { account: ALIBABA_REQUESTER }, "EndpointServiceNotFound", 400],
        ["Disable", {}, { key: "LTAIREADER" }, "Forbidden.NoPermission", 403],
        ["Disable", {}, { account: "1" }, "InvalidAccessKeyId.NotFound", 404],
    ] as const)("%s of %j %j is refused with %s", async (verb, args, more, code, http) => {
        expect(coded(await foreign.clients.refusal(decide(verb, args, more)))).toEqual([code, http]);
        expect(status()).toBe("Disconnected");
    });
});
