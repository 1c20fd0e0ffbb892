import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { afterEach, describe, expect, it, vi } from "vitest";
import { main } from "../../src/cli/main";
import { kinds } from "../../src/kinds";
import type { ConnectionKind, FieldValues } from "../../src/kinds/kind";
import { permissionsFor } from "../../src/kinds/remedies";
import { Transport } from "../../src/kinds/transport";
import { Session } from "../../src/place/session";
import { Inventory } from "../../src/reconcile/inventory";
import { systemClock } from "../../src/shared/clock";
import { ec2, IDENTITY } from "../support/answers";
import { DOMAIN, endpoint, PEERING, PROJECT, REQUESTER, SERVICE } from "../support/clouds";
import { KEYS, type Place, placeAt, startHostile } from "../support/hostile-server";
import { addressOf, onlyTable } from "../support/kind-data";
import { rowsOf } from "../support/kind-rows";

/** What the vendors' SDKs and documents say of their systems, row by row. */
const signal = new AbortController().signal;

describe("AWS", () => {
    it("has regions in every partition, by the SDK's own table", () => {
        const partitions = partitionsOfSdk();
        const regions = partitions.flatMap((partition) => Object.keys(partition.regions));
        expect(partitions.map(({ id }) => id)).toContain("aws-eusc");
        expect(regions).toContain("eusc-de-east-1");
        for (const name of ["aws:vpcEndpoint", "aws:openSearchInbound"] as const) {
            const format = kinds[name].fields.region?.format;
            // "aws-global" and its like name no place.
            expect(regions.filter((region) => !region.endsWith("-global") && !format?.test(region))).toEqual([]);
            expect(
                ["eu-west", "EU-WEST-1", "eu-west-1 ", "../x-1", "eu--1"].filter((region) => format?.test(region)),
            ).toEqual([]);
        }
    });

    it("counts connections of transit gateway attachments, which it cannot decide", async () => {
        const item = (id: string) =>
            `<item><serviceId>${SERVICE}</serviceId>${id}<vpcEndpointState>pendingAcceptance</vpcEndpointState></item>`;
        const attachment = item(
            "<transitGatewayAttachmentId>tgw-attach-0a1b2c3d4e5f60718</transitGatewayAttachmentId>",
        );
        const page = (items: string, token = "") =>
            ec2(
                "DescribeVpcEndpointConnections",
                `<vpcEndpointConnectionSet>${items}</vpcEndpointConnectionSet>${token}`,
            );
        const { url } = await startHostile(({ action, body }) => ({
            body:
                action === "DescribeVpcEndpointServiceConfigurations"
                    ? (rowsOf("aws:vpcEndpoint").answers.scope?.found ?? "")
                    : body.includes("NextToken")
                      ? page(attachment)
                      : page(
                            attachment + item(`<vpcEndpointId>${endpoint(1)}</vpcEndpointId>`),
                            "<nextToken>2</nextToken>",
                        ),
        }));
        const place = placeAt("aws:vpcEndpoint", url);
        expect(await readAll(place)).toMatchObject({ state: "found", all: [{ id: endpoint(1) }], others: 2 });
    });

    it("says in the inbox how many connections of another form it does not show", async () => {
        const item = `<item><serviceId>${SERVICE}</serviceId><vpcEndpointState>pendingAcceptance</vpcEndpointState></item>`;
        const { url } = await startHostile(({ action }) => ({
            body:
                action === "GetCallerIdentity"
                    ? IDENTITY
                    : action === "DescribeVpcEndpointServiceConfigurations"
                      ? (rowsOf("aws:vpcEndpoint").answers.scope?.found ?? "")
                      : ec2(action, `<vpcEndpointConnectionSet>${item}</vpcEndpointConnectionSet>`),
        }));
        Object.assign(process.env, KEYS);
        vi.stubEnv("AWS_ENDPOINT_URL", url);
        let err = "";
        const note = (text: string) => {
            err += text;
        };
        const terminal = {
            environment: KEYS,
            clock: systemClock,
            out: note,
            err: note,
            input: async () => "",
            watched: false,
            columns: 120,
            errColumns: 120,
            colour: false,
        };
        await main(["list", "--kind", "aws:vpcEndpoint", "--region", "eu-west-1"], terminal);
        vi.unstubAllEnvs();
        expect(err).toContain(`endpoint service ${SERVICE} in eu-west-1: 1 of another form, not shown`);
    });

    it("filters inbound connections by the requester's account", async () => {
        const bodies: string[] = [];
        const { url } = await startHostile(({ action, body }) => {
            bodies.push(...(action.includes("search") ? [body] : []));
            return {
                body: action === "GetCallerIdentity" ? IDENTITY : rowsOf("aws:openSearchInbound").answers.list,
            };
        });
        const { kind, scope, call } = placeAt("aws:openSearchInbound", url);
        await kind.listOf?.(scope, [REQUESTER], undefined, call);
        expect(JSON.parse(bodies[0] ?? "{}").Filters).toEqual([
            { Name: "local-domain-info.owner-id", Values: [REQUESTER] },
        ]);
    });
});

describe("Alibaba Cloud", () => {
    const refusal = (code: string, status = 400) => ({
        status,
        body: JSON.stringify({ Code: code, Message: "m", RequestId: "r" }),
    });

    it.each([
        ["Throttling", 400, "throttled"],
        ["Throttling.User", 400, "throttled"],
        ["Rejected.Throttling", 400, "throttled"],
        ["ServiceUnavailable", 400, "transient"],
        ["ServiceUnavailable", 503, "transient"],
        ["Conflict.Operation", 400, "throttled"],
        ["IncorrectStatus.VpcPeer", 400, "refused"],
        ["ResourceNotFound.InstanceId", 400, "missing"],
    ])("%s with %s is %s", async (code, status, failure) => {
        const { url } = await startHostile(() => refusal(code, status));
        const { kind, scope, call } = placeAt("alibaba:vpcPeering", url);
        await expect(kind.list(scope, undefined, call)).rejects.toMatchObject({ code, failure });
    });

    it.each([
        ["remove", "IncorrectStatus.VpcPeer", { result: "busy" }],
        ["remove", "IncorrectStatus", { result: "busy" }],
        ["accept", "IncorrectStatus.VpcPeer", { result: "refused" }],
        [
            "remove",
            "OperationDenied.RouteEntryExist",
            { result: "refused", remedy: expect.stringMatching(/delete the routes with the next hop pcc-.* force/) },
        ],
    ] as const)("%s: %s", async (action, code, receipt) => {
        const { url } = await startHostile(() => refusal(code));
        const { kind, scope, order, call } = placeAt("alibaba:vpcPeering", url);
        expect(await kind[action]?.(scope, [order], call)).toMatchObject([receipt]);
    });

    it.each([
        ["FinancialLocked", 1],
        ["Normal", 0],
    ])("shows the business status %s, and warns where it is locked", async (status, warnings) => {
        const body = JSON.stringify({
            ...JSON.parse(rowsOf("alibaba:vpcPeering").answers.lookup?.named ?? ""),
            BizStatus: status,
        });
        const { url } = await startHostile(() => ({ body }));
        const { kind, scope, call } = placeAt("alibaba:vpcPeering", url);
        const [seen] = (await kind.lookup?.(scope, [PEERING], call)) ?? [];
        expect(seen?.evidence.businessStatus).toBe(status);
        expect(seen?.warnings ?? []).toHaveLength(warnings);
        expect(kind.evidence).toHaveProperty("businessStatus");
    });

    it("waits for a connection that is being created, and says that allowed states are inferred", () => {
        const { statuses, limits } = kinds["alibaba:vpcPeering"];
        const { accept, reject } = onlyTable(kinds["alibaba:vpcPeering"]);
        expect(statuses.Creating).toBe("accepting");
        expect([accept.accepting?.do, reject.accepting?.do]).toEqual(["settle", "settle"]);
        expect([accept.rejected?.basis, accept.expired?.basis]).toEqual(["inferred", "inferred"]);
        for (const rate of Object.values(limits.rates ?? {})) {
            expect(rate.source).toContain("quota");
            // 360 in 60 s, from the first second on.
            expect(rate.burst + 60 * rate.perSecond).toBeLessThanOrEqual(360);
        }
    });
});

describe("Huawei Cloud and Open Telekom Cloud", () => {
    afterEach(() => vi.restoreAllMocks());

    it.each([
        ["huawei", "eu-west-101", "vpcep.eu-west-101.myhuaweicloud.eu", "iam.eu-west-101.myhuaweicloud.eu"],
        ["huawei", "cn-north-4", "vpcep.cn-north-4.myhuaweicloud.com", "iam.myhuaweicloud.com"],
        ["otc", "eu-de", "vpcep.eu-de.otc.t-systems.com", "iam.eu-de.otc.t-systems.com"],
        ["otc", "eu-ch2", "vpcep.eu-ch2.sc.otc.t-systems.com", "iam-pub.eu-ch2.sc.otc.t-systems.com"],
    ] as const)(
        "%s in %s is at its own hosts (the transport is mocked: they are not ours)",
        async (name, region, ...hosts) => {
            const asked: string[] = [];
            vi.spyOn(Transport.prototype, "send").mockImplementation(async ({ url }) => {
                asked.push(url.host);
                const body = url.pathname === "/v3/projects" ? { projects: [{ id: PROJECT, name: region }] } : {};
                return { status: 200, ok: true, headers: {}, text: JSON.stringify(body) };
            });
            const kind = kinds[`${name}:vpcEndpoint`];
            const clients = kind.cloud.connect({ settings: {}, environment: KEYS, placement: { region } });
            const { scope } = addressOf(kind, { region, serviceId: "s", endpointId: "e" });
            await kind.describe?.(scope, { clients, signal, now: Date.now }).catch(() => {});
            expect(new Set(asked)).toEqual(new Set(hosts));
        },
    );

    it.each(["EndPoint.2004", "Endpoint.2019", "EndPoint.0022"])("%s is tried again", async (error_code) => {
        const { url } = await startHostile(() => ({
            status: 400,
            body: JSON.stringify({ error_code, error_msg: "m" }),
        }));
        const { kind, scope, order, call } = placeAt("otc:vpcEndpoint", url);
        expect(await kind.accept(scope, [order], call)).toMatchObject([{ result: "busy", code: error_code }]);
    });

    it.each(["huawei:vpcEndpoint", "otc:vpcEndpoint"] as const)(
        "%s: pages go from the oldest to the newest",
        async (name) => {
            const asked: URLSearchParams[] = [];
            const { url } = await startHostile(({ url: { searchParams } }) => {
                asked.push(searchParams);
                return { body: '{"connections":[],"endpoint_services":[],"total_count":0}' };
            });
            const { kind, scope, call } = placeAt(name, url);
            await kind.list(scope, undefined, call);
            await kind.discover?.(scope, call);
            expect(asked.map((query) => query.get("sort_dir"))).toEqual(["asc", "asc"]);
            // `created_at` on the one cloud, `create_at` on the other.
            expect(asked.map((query) => query.has("sort_key"))).toEqual([false, false]);
        },
    );

    it("fills in what differs between the scopes of a kind", () => {
        for (const kind of Object.values(kinds) as ConnectionKind[]) {
            const scope = { key: "", title: "", at: kind.example as unknown as FieldValues };
            for (const purpose of ["read", "accept", "reject", "remove"] as const) {
                expect(permissionsFor(kind, scope, purpose)).not.toMatch(/[{}]/);
            }
        }
        const { example } = kinds["azure:privateEndpointConnection"];
        const scope = { key: "", title: "", at: example as unknown as FieldValues };
        expect(permissionsFor(kinds["azure:privateEndpointConnection"], scope, "remove")).toBe(
            "Microsoft.Sql/servers/privateEndpointConnections/delete",
        );
    });

    it("names the permissions of both kinds of policy", () => {
        const { huawei, otc } = { huawei: kinds["huawei:vpcEndpoint"], otc: kinds["otc:vpcEndpoint"] };
        expect(huawei.permissions.accept.join()).toContain("vpcep:endpointServices:updateConnections");
        expect(huawei.permissions.read.join()).toContain("vpcep:endpointServices:listConnections");
        expect(otc.permissions.accept).toEqual(["vpcep:connections:update"]);
        expect(DOMAIN).toMatch(otc.requester.format);
    });
});

/** The SDK exports no table, only look-ups in it: read from its source, where it is JSON. */
function partitionsOfSdk(): { id: string; regions: Record<string, unknown> }[] {
    const ofClient = createRequire(createRequire(__filename).resolve("@aws-sdk/client-ec2"));
    const source = readFileSync(ofClient.resolve("@aws-sdk/core/client"), "utf8");
    const table = /const partitionsInfo = (\{[\s\S]*?\n\});/.exec(source)?.[1] ?? "{}";
    return JSON.parse(table).partitions;
}

/** The whole listing of a place, as inbox and admission read it. */
function readAll({ kind, scope, id, call }: Place) {
    const clock = { now: Date.now, random: () => 0, sleep: async () => {} };
    const session = new Session("key", call.clients, async () => "account", clock, signal, false);
    return new Inventory().readAll({ kind, address: { scope, key: id, id }, session });
}
