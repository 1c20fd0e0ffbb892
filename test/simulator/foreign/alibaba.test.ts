import OpenApi, { $OpenApiUtil } from "@alicloud/openapi-core";
import { RuntimeOptions } from "@darabonba/typescript";
import { describe, expect, it } from "vitest";
import type { Simulator, World } from "../../../src/simulator/index";
import { clientsAvailable } from "../../../tools/vendor-clients/install.mjs";
import { ALIBABA_ACCOUNT, ALIBABA_REQUESTER, PEERING, worldWith } from "../../support/clouds";
import { coded, useForeign } from "./clients";

const ACTIVE = "pcc-active0n6e10";
const OUTGOING = "pcc-outgoing6e10";

function fullWorld(undocumented: World["undocumented"] = {}): World {
    const world = worldWith({ undocumented });
    const [account] = world.alibaba ?? [];
    Object.assign(account ?? {}, {
        principals: [{ accessKeyId: "LTAIREADER", denied: ["vpc:RejectVpcPeerConnection"] }],
    });
    account?.vpcPeerConnections?.push({
        instanceId: ACTIVE,
        status: "Activated",
        ownerId: ALIBABA_REQUESTER,
        regionId: "cn-hangzhou",
        acceptingRegionId: "eu-central-1",
        acceptingVpc: { vpcId: "vpc-accepting", ipv4Cidrs: ["10.0.0.0/8"] },
        name: "ledger",
        linkType: "Platinum",
        resourceGroupId: "rg-ledger",
        tags: { team: "ledger", env: "prod" },
        gmtCreate: "2026-01-02T03:04:05Z",
        routes: ["vtb-1/10.20.0.0/16"],
    });
    world.alibaba?.push({
        account: ALIBABA_REQUESTER,
        vpcPeerConnections: [{ instanceId: OUTGOING, status: "Accepting", ownerId: ALIBABA_ACCOUNT }],
    });
    return world;
}

describe.skipIf(!clientsAvailable)("Alibaba Cloud's Python SDK of VPC peering", () => {
    const foreign = useForeign("alibaba", () => fullWorld());

    const call = (operation: string, args: object = {}, more: object = {}) => ({
        do: "call",
        operation: `${operation}VpcPeerConnection${operation === "Get" ? "Attribute" : operation === "List" ? "s" : ""}`,
        args,
        ...more,
    });
    const raw = (operation: string, body: object) => ({ do: "raw", operation: `${operation}VpcPeerConnection`, body });
    const status = (id = PEERING) => peering(id)?.status;
    const peering = (id: string) =>
        foreign.simulator.world.alibaba?.[0]?.vpcPeerConnections?.find((c) => c.instanceId === id);
    const get = (id = PEERING) => foreign.clients.run(call("Get", { InstanceId: id }));

    describe("a dry run", () => {
        it.each([
            ["Accept", PEERING],
            ["Reject", PEERING],
            ["Delete", ACTIVE],
        ])("of %s changes nothing, as the SDK spells it: DryRun=True", async (operation, id) => {
            const before = status(id);
            const args = { InstanceId: id, DryRun: true, ...(operation === "Delete" ? { Force: true } : {}) };
            expect(coded(await foreign.clients.refusal(call(operation, args)))).toEqual(["DryRunOperation", 400]);
            expect([status(id), peering(ACTIVE)?.routes]).toEqual([before, ["vtb-1/10.20.0.0/16"]]);
        });

        it.each(["yes", "on", "", "truth"])("spelled %j is refused, not carried out", async (DryRun) => {
            const error = await foreign.clients.refusal(raw("Reject", { InstanceId: PEERING, DryRun }));
            expect([coded(error), status()]).toEqual([["IllegalParam.DryRun", 400], "Accepting"]);
        });

        it("that is false decides", async () => {
            await foreign.clients.run(call("Reject", { InstanceId: PEERING, DryRun: false }));
            expect(status()).toBe("Rejected");
        });

        it("looks at the status where its switch says so", async () => {
            const args = { InstanceId: ACTIVE, DryRun: true };
            expect((await foreign.clients.refusal(call("Accept", args))).code).toBe("DryRunOperation");
            foreign.simulator.world = fullWorld({ alibabaDryRunStatus: "checked" });
            expect((await foreign.clients.refusal(call("Accept", args))).code).toBe("IncorrectStatus.VpcPeer");
        });
    });

    describe("ListVpcPeerConnections", () => {
        const found = async (args: object) =>
            (
                await foreign.clients.run<{ VpcPeerConnects: { InstanceId: string }[] }>(call("List", args))
            ).VpcPeerConnects.map(({ InstanceId }) => InstanceId);

        it.each([
            ["InstanceId", ACTIVE, [ACTIVE]],
            ["RegionId", "eu-central-1", [ACTIVE]],
            ["Name", "ledger", [ACTIVE]],
            ["ResourceGroupId", "rg-ledger", [ACTIVE]],
            ["VpcId", ["vpc-accepting", "vpc-nothing"], [ACTIVE]],
            ["VpcId", ["vpc-bp1aevy8sofi8mh1q"], [PEERING]],
            ["Tags", [{ Key: "team", Value: "ledger" }, { Key: "env" }], [ACTIVE]],
            ["Tags", [{ Key: "team", Value: "other" }], []],
            ["Name", "nothing", []],
        ])("filters by %s=%j", async (name, value, ids) => {
            expect(await found({ [name]: value })).toEqual(ids);
        });

        it("lists both sides, pages with its tokens and counts all", async () => {
            const first = await foreign.clients.run(call("List", { MaxResults: 2 }));
            expect([first.TotalCount, first.MaxResults]).toEqual([3, 2]);
            expect(await found({ MaxResults: 2, NextToken: first.NextToken })).toEqual([OUTGOING]);
        });

        it.each([
            [{ MaxResults: 101 }, "IllegalParam.MaxResults", 400],
            [{ MaxResults: 0 }, "IllegalParam.MaxResults", 400],
            [{ NextToken: "x" }, "IllegalParam.NextToken", 400],
            [{ Tags: [{ Key: "" }] }, "IllegalParam.Tags", 400],
        ])("refuses %j with %s", async (args, code, http) => {
            expect(coded(await foreign.clients.refusal(call("List", args)))).toEqual([code, http]);
        });
    });

    it("shows the fields that users print", async () => {
        expect(await get(ACTIVE)).toMatchObject({
            LinkType: "Platinum",
            ResourceGroupId: "rg-ledger",
            Tags: [
                { Key: "team", Value: "ledger" },
                { Key: "env", Value: "prod" },
            ],
            Bandwidth: 1024,
            BizStatus: "Normal",
            GmtCreate: "2026-01-02T03:04:05Z",
            GmtModified: "2026-01-02T03:04:05Z",
        });
    });

    it("accepts what the JavaScript SDK then reads as Activated, modified later than made", async () => {
        foreign.simulator.world = fullWorld();
        const created = (await get()).GmtCreate;
        foreign.simulator.advance(3_600_000);
        await foreign.clients.run(call("Accept", { InstanceId: PEERING, ClientToken: "once" }));
        await foreign.clients.run(call("Accept", { InstanceId: PEERING, ClientToken: "once" }));
        const read = await javaScript(foreign.simulator, "GetVpcPeerConnectionAttribute", { InstanceId: PEERING });
        expect(read).toMatchObject({ Status: "Activated", GmtCreate: created });
        expect(Date.parse(String(read.GmtModified)) - Date.parse(String(created))).toBeGreaterThanOrEqual(3_600_000);
    });

    describe("client tokens", () => {
        it("an empty one is none: a second reject is refused", async () => {
            const args = { InstanceId: PEERING, ClientToken: "" };
            await foreign.clients.run(call("Reject", args));
            expect((await foreign.clients.refusal(call("Reject", args))).code).toBe("IncorrectStatus.VpcPeer");
        });

        it("do not outlive their world", async () => {
            const args = { InstanceId: PEERING, ClientToken: "once" };
            await foreign.clients.run(call("Reject", args));
            foreign.simulator.world = fullWorld();
            await foreign.clients.run(call("Reject", args));
            expect(status()).toBe("Rejected");
        });

        it("are ASCII", async () => {
            const error = await foreign.clients.refusal(call("Reject", { InstanceId: PEERING, ClientToken: "ü" }));
            expect(coded(error)).toEqual(["IllegalParam.ClientToken", 400]);
        });
    });

    describe("a removal where routes point to the connection", () => {
        it("is refused, and forced takes them along", async () => {
            const error = await foreign.clients.refusal(call("Delete", { InstanceId: ACTIVE }));
            expect([coded(error), status(ACTIVE)]).toEqual([["OperationDenied.RouteEntryExist", 400], "Activated"]);
            await foreign.clients.run(call("Delete", { InstanceId: ACTIVE, Force: true }));
            expect([
                peering(ACTIVE)?.routes,
                (await foreign.clients.refusal(call("Get", { InstanceId: ACTIVE }))).code,
            ]).toEqual([[], "ResourceNotFound.InstanceId"]);
        });

        it("leaves them where its switch says so", async () => {
            foreign.simulator.world = fullWorld({ alibabaRemoveWithRoutes: "leavesRoutes" });
            await foreign.clients.run(call("Delete", { InstanceId: ACTIVE, Force: false }));
            expect([status(ACTIVE), peering(ACTIVE)?.routes]).toEqual(["Deleted", ["vtb-1/10.20.0.0/16"]]);
        });

        it("takes Force in known spellings only", async () => {
            const error = await foreign.clients.refusal(raw("Delete", { InstanceId: ACTIVE, Force: "yes" }));
            expect([coded(error), status(ACTIVE)]).toEqual([["IllegalParam.Force", 400], "Activated"]);
        });
    });

    it("a financially locked connection is not decided, or as its switch says", async () => {
        Object.assign(peering(PEERING) ?? {}, { bizStatus: "FinancialLocked" });
        expect((await get()).BizStatus).toBe("FinancialLocked");
        expect(coded(await foreign.clients.refusal(call("Reject", { InstanceId: PEERING })))).toEqual([
            "IncorrectBusinessStatus.VpcPeer",
            400,
        ]);
        Object.assign(foreign.simulator.world, { undocumented: { alibabaFinancialLocked: "ignored" } });
        await foreign.clients.run(call("Reject", { InstanceId: PEERING }));
        expect(status()).toBe("Rejected");
    });

    it.each([
        ["Accept", { Tag: [{ Key: "a", Value: "b" }] }, "Tag.1.Key"],
        ["Accept", { ResourceGroupId: "rg-1" }, "ResourceGroupId"],
        ["Reject", { ResourceOwnerAccount: "x" }, "ResourceOwnerAccount"],
        ["Get", { ResourceOwnerAccount: "x" }, "ResourceOwnerAccount"],
    ])("%s refuses %j, which it would ignore", async (operation, more, name) => {
        const error = await foreign.clients.refusal(call(operation, { InstanceId: PEERING, ...more }));
        expect([coded(error), error.text, status()]).toEqual([
            ["NotSimulated", 501],
            expect.stringContaining(name),
            "Accepting",
        ]);
    });

    it.each([
        ["Accept", ACTIVE, {}, "IncorrectStatus.VpcPeer", 400],
        ["Reject", ACTIVE, {}, "IncorrectStatus.VpcPeer", 400],
        ["Accept", "pcc-nothing", {}, "ResourceNotFound.InstanceId", 400],
        ["Get", "pcc-nothing", {}, "ResourceNotFound.InstanceId", 400],
        ["Reject", PEERING, { key: "LTAIREADER" }, "Forbidden.NoPermission", 403],
        ["Accept", OUTGOING, {}, "Forbidden.NoPermission", 403],
        ["Reject", PEERING, { account: "1" }, "InvalidAccessKeyId.NotFound", 404],
        ["Reject", "", {}, "MissingInstanceId", 400],
    ])("%s of %j %j is refused with %s", async (operation, id, more, code, http) => {
        expect(coded(await foreign.clients.refusal(call(operation, { InstanceId: id }, more)))).toEqual([code, http]);
        expect(status()).toBe("Accepting");
    });

    it("an operation that is not simulated is not found", async () => {
        expect(coded(await foreign.clients.refusal(raw("Modify", { InstanceId: PEERING })))).toEqual([
            "InvalidAction.NotFound",
            404,
        ]);
    });

    it("is throttled with its own code", async () => {
        foreign.simulator.addFaults({ fault: "throttle" });
        expect((await foreign.clients.refusal(call("Get", { InstanceId: PEERING }))).code).toBe("Throttling.User");
    });
});

/** The second reader: Alibaba Cloud's JavaScript SDK. */
async function javaScript(simulator: Simulator, action: string, body: Record<string, string>) {
    const Client = ((OpenApi as unknown as { default?: unknown }).default ?? OpenApi) as typeof OpenApi;
    const util = $OpenApiUtil ?? (OpenApi as unknown as { $OpenApiUtil: typeof $OpenApiUtil }).$OpenApiUtil;
    const client = new Client(
        new util.Config({
            endpoint: new URL(simulator.url).host,
            protocol: "http",
            accessKeyId: `LTAI${ALIBABA_ACCOUNT}`,
            accessKeySecret: "secret",
        }),
    );
    const params = new util.Params({
        action,
        version: "2022-01-01",
        protocol: "HTTP",
        pathname: "/",
        method: "POST",
        authType: "AK",
        style: "RPC",
        reqBodyType: "formData",
        bodyType: "json",
    });
    const answer = await client.callApi(params, new util.OpenApiRequest({ body }), new RuntimeOptions({}));
    return answer.body as Record<string, unknown>;
}
