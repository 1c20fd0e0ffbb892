import { describe, expect, it } from "vitest";
import type { World } from "../../../src/simulator/index";
import { clientsAvailable } from "../../../tools/vendor-clients/install.mjs";
import { DOMAIN, PROJECT, VPCEP_ENDPOINT, VPCEP_SERVICE } from "../../support/clouds";
import { coded, useForeign } from "./clients";

const OTHER_SERVICE = "5189d3c2-8882-4871-a3c2-d380272eed88";
const BROKEN_SERVICE = "6189d3c2-8882-4871-a3c2-d380272eed88";
const ELSEWHERE = "905290f3-0d00-41f2-aedc-71e09844e879";

/** The n-th connection of a service, which is the n-th made. */
function id(n: number): string {
    return `0000000${n}-0d00-41f2-aedc-71e09844e879`;
}

/** One connection in each state, oldest first, and services with names and without. */
function fullWorld(region = "eu-de", undocumented: World["undocumented"] = {}): World {
    const statuses = ["accepted", "rejected", "failed", "creating", "deleting"];
    return {
        undocumented,
        huawei: [
            {
                projectId: PROJECT,
                region,
                domainId: DOMAIN,
                domainName: "simulated",
                principals: [{ accessKeyId: "HPUAREADER", denied: ["vpcep:connections:update"] }],
                endpointServices: [
                    {
                        id: VPCEP_SERVICE,
                        name: "Ledger",
                        description: "the ledger",
                        createdAt: "2026-03-01T00:00:00Z",
                        tags: { team: "ledger" },
                        connections: [
                            {
                                id: VPCEP_ENDPOINT,
                                domainId: DOMAIN,
                                status: "pendingAcceptance",
                                markerId: "422321312321312321",
                            },
                            ...statuses.map((status, i) => ({
                                id: id(i + 1),
                                domainId: DOMAIN,
                                status,
                                markerId: String(i + 1),
                                createdAt: `2026-01-0${i + 1}T00:00:00Z`,
                                updatedAt: `2026-02-0${9 - i}T00:00:00Z`,
                                ...(i === 0 ? { description: "analytics" } : {}),
                            })),
                        ],
                    },
                    {
                        id: OTHER_SERVICE,
                        createdAt: "2026-02-01T00:00:00Z",
                        connections: [{ id: ELSEWHERE, domainId: DOMAIN, status: "accepted" }],
                    },
                    { id: BROKEN_SERVICE, name: "broken", status: "failed", createdAt: "2026-01-01T00:00:00Z" },
                ],
            },
        ],
    };
}

describe.skipIf(!clientsAvailable)("Huawei Cloud's Python SDK and otcextensions", () => {
    const foreign = useForeign("vpcep", () => fullWorld());

    const service = { vpc_endpoint_service_id: VPCEP_SERVICE };
    const huawei = (operation: string, args: object = {}, more: object = {}) => ({
        do: "huawei",
        operation,
        args,
        ...more,
    });
    const otc = (operation: string, args: unknown[] = [], more: object = {}) => ({
        do: "otc",
        operation,
        args,
        ...more,
    });
    const action = (body: object, args: object = service) => huawei("accept_or_reject_endpoint", args, { body });
    const stored = (endpoint = VPCEP_ENDPOINT) =>
        foreign.simulator.world.huawei?.[0]?.endpointServices?.[0]?.connections?.find((c) => c.id === endpoint);

    interface Listed {
        connections: { id: string }[];
        total_count: number;
    }
    const found = async (args: object) =>
        (
            await foreign.clients.run<Listed>(huawei("list_service_connections", { ...service, ...args }))
        ).connections.map((c) => c.id);

    describe("connections of a service", () => {
        it.each([
            ["id", { id: id(2) }, [id(2)]],
            ["marker_id", { marker_id: "422321312321312321" }, [VPCEP_ENDPOINT]],
            ["status", { status: "rejected" }, [id(2)]],
            ["an id of another service", { id: ELSEWHERE }, []],
        ])("are filtered by %s", async (_, args, ids) => {
            expect(await found(args)).toEqual(ids);
        });

        it("come newest first, in pages", async () => {
            const all = [VPCEP_ENDPOINT, id(5), id(4), id(3), id(2), id(1)];
            expect(await found({})).toEqual(all);
            expect(await found({ limit: 2, offset: 2 })).toEqual(all.slice(2, 4));
            expect(await found({ sort_dir: "asc" })).toEqual(all.toReversed());
            const page = await foreign.clients.run<Listed>(
                huawei("list_service_connections", { ...service, limit: 1, status: "failed" }),
            );
            expect([page.connections.length, page.total_count]).toEqual([1, 1]);
        });

        it("a request that comes while pages are read moves the others, unless the oldest come first", async () => {
            foreign.simulator.advance(1_000);
            const [page, oldest] = [await found({ limit: 2 }), await found({ limit: 2, sort_dir: "asc" })];
            foreign.simulator.world.huawei?.[0]?.endpointServices?.[0]?.connections?.push({
                id: id(9),
                domainId: DOMAIN,
                status: "pendingAcceptance",
            });
            expect([page, await found({ limit: 2 })]).toEqual([
                [VPCEP_ENDPOINT, id(5)],
                [id(9), VPCEP_ENDPOINT],
            ]);
            expect(await found({ limit: 2, sort_dir: "asc" })).toEqual(oldest);
        });

        it("are sorted by update time, each cloud with its own spelling", async () => {
            const updated = [VPCEP_ENDPOINT, id(1), id(2), id(3), id(4), id(5)];
            expect(await found({ sort_key: "updated_at" })).toEqual(updated);
            const wrong = (sort_key: string) =>
                foreign.clients.refusal(huawei("list_service_connections", { ...service, sort_key }));
            expect(coded(await wrong("update_at"))).toEqual(["EndPoint.0017", 400]);
            foreign.simulator.world = fullWorld("ap-southeast-1");
            expect(await found({ sort_key: "update_at" })).toEqual(updated);
            expect(coded(await wrong("updated_at"))).toEqual(["EndPoint.0017", 400]);
        });

        it("tell what users print: why one failed, what it is for", async () => {
            const { connections } = await foreign.clients.run<Listed>(huawei("list_service_connections", service));
            expect(connections[3]).toMatchObject({
                status: "failed",
                error: [{ error_code: "EndPoint.2022", error_message: "Failed to create an endpoint." }],
            });
            expect(connections[5]).toMatchObject({
                status: "accepted",
                description: "analytics",
                marker_id: 1,
                domain_id: DOMAIN,
            });
            expect(connections[5]).not.toHaveProperty("error");
        });

        it.each([
            [{ id: "705290f3" }, "EndPoint.2017", "Invalid endpoint ID."],
            [{ marker_id: "x" }, "EndPoint.0021", "Invalid marker_id."],
            [{ status: "creating" }, "EndPoint.0019", "Invalid status."],
            [{ sort_key: "id" }, "EndPoint.0017", "Invalid sort_key."],
            [{ sort_dir: "up" }, "EndPoint.0018", "Invalid sort_dir."],
            [{ limit: 1001 }, "EndPoint.0006", "Invalid limit."],
            [{ offset: -1 }, "EndPoint.0010", "Invalid offset."],
        ])("asked for with %j are refused with %s", async (args, code, text) => {
            const error = await foreign.clients.refusal(huawei("list_service_connections", { ...service, ...args }));
            expect([...coded(error), error.text]).toEqual([code, 400, text]);
        });

        it("are what otcextensions sees too, and filters and sorts", async () => {
            const seen = async (query: object) =>
                (
                    await foreign.clients.run<{ id: string }[]>(otc("service_connections", [VPCEP_SERVICE], { query }))
                ).map((c) => c.id);
            expect(await seen({ marker_id: "3" })).toEqual([id(3)]);
            expect(await seen({ id: id(4) })).toEqual([id(4)]);
            expect(await seen({ sort_dir: "asc", sort_key: "created_at", limit: 2, offset: 1 })).toEqual([
                id(2),
                id(3),
            ]);
            expect(await seen({ status: "rejected" })).toEqual([id(2)]);
        });
    });

    describe("services", () => {
        const services = async (args: object) =>
            (
                await foreign.clients.run<{ endpoint_services: { id: string }[] }>(
                    huawei("list_endpoint_service", args),
                )
            ).endpoint_services.map((s) => s.id);

        it.each([
            [{}, [VPCEP_SERVICE, OTHER_SERVICE, BROKEN_SERVICE]],
            [{ id: OTHER_SERVICE }, [OTHER_SERVICE]],
            [{ endpoint_service_name: "ledg" }, [VPCEP_SERVICE]],
            [{ status: "failed" }, [BROKEN_SERVICE]],
            [{ sort_dir: "asc", limit: 1, offset: 1 }, [OTHER_SERVICE]],
        ])("are listed by %j", async (args, ids) => {
            expect(await services(args)).toEqual(ids);
        });

        it("are named by region, name and id", async () => {
            const { endpoint_services } = await foreign.clients.run<{ endpoint_services: object[] }>(
                huawei("list_endpoint_service"),
            );
            expect(endpoint_services).toMatchObject([
                {
                    service_name: `eu-de.Ledger.${VPCEP_SERVICE}`,
                    description: "the ledger",
                    tags: [{ key: "team", value: "ledger" }],
                    connection_count: 2,
                    domain_id: DOMAIN,
                },
                { service_name: `eu-de.${OTHER_SERVICE}` },
                { status: "failed", error: [{ error_code: "EndPoint.3022" }] },
            ]);
            expect(await foreign.clients.run(huawei("list_service_details", service))).toMatchObject({
                id: VPCEP_SERVICE,
                approval_enabled: true,
                service_name: `eu-de.Ledger.${VPCEP_SERVICE}`,
            });
        });

        it("are found by otcextensions by name and id", async () => {
            const name = `eu-de.Ledger.${VPCEP_SERVICE}`;
            expect(await foreign.clients.run(otc("find_service", [name]))).toMatchObject({ id: VPCEP_SERVICE });
            expect(await foreign.clients.run(otc("get_service", [OTHER_SERVICE]))).toMatchObject({
                approval_enabled: true,
            });
            const query = { name: "broken", status: "failed" };
            expect(await foreign.clients.run(otc("services", [], { query }))).toMatchObject([{ id: BROKEN_SERVICE }]);
        });

        it.each([
            [{ public_border_group: "center" }, "NotSimulated", 501],
            [{ net_type: "x" }, "NotSimulated", 501],
            [{ id: "x" }, "EndPoint.3062", 400],
            [{ status: "x" }, "EndPoint.0019", 400],
        ])("asked for with %j are refused with %s", async (args, code, status) => {
            const error = await foreign.clients.refusal(huawei("list_endpoint_service", args));
            expect([...coded(error), error.text]).toEqual([
                code,
                status,
                expect.stringContaining(status === 501 ? (Object.keys(args)[0] as string) : "Invalid"),
            ]);
        });

        it.each([
            ["list_service_details", { vpc_endpoint_service_id: ELSEWHERE }, "EndPoint.2003", 400],
            ["list_service_permissions_details", service, "APIGW.0101", 404],
        ])("%s of %j is refused with %s", async (operation, args, code, status) => {
            expect(coded(await foreign.clients.refusal(huawei(operation, args)))).toEqual([code, status]);
        });
    });

    describe("decisions", () => {
        it("of Huawei Cloud's SDK are what otcextensions reads, updated later than made", async () => {
            const created = stored()?.createdAt;
            foreign.simulator.advance(3_600_000);
            const answer = await foreign.clients.run(action({ action: "receive", endpoints: [VPCEP_ENDPOINT] }));
            expect(answer).toMatchObject({ connections: [{ id: VPCEP_ENDPOINT, status: "accepted" }] });
            const query = { id: VPCEP_ENDPOINT };
            const [read] = await foreign.clients.run<Record<string, string>[]>(
                otc("service_connections", [VPCEP_SERVICE], { query }),
            );
            expect(read).toMatchObject({ status: "accepted", created_at: created });
            expect(Date.parse(read?.updated_at ?? "") - Date.parse(created ?? "")).toBeGreaterThanOrEqual(3_600_000);
        });

        it("of otcextensions are what Huawei Cloud's SDK reads", async () => {
            for (const [word, status] of [
                ["accept", "accepted"],
                ["reject", "rejected"],
            ]) {
                await foreign.clients.run(otc("manage_service_connections", [VPCEP_SERVICE, word, [VPCEP_ENDPOINT]]));
                const args = { ...service, id: VPCEP_ENDPOINT };
                const { connections } = await foreign.clients.run<Listed>(huawei("list_service_connections", args));
                expect(connections).toMatchObject([{ status }]);
            }
        });

        it.each([
            [{ action: "receive", endpoints: ["705290f3"] }, "EndPoint.2017", 400, "Invalid endpoint ID."],
            [{ action: "receive", endpoints: [] }, "EndPoint.2002", 400, "The request input parameter is empty."],
            [{ action: "accept", endpoints: [VPCEP_ENDPOINT] }, "EndPoint.2027", 400, "Invalid action."],
            [
                { action: "reject", endpoints: [VPCEP_ENDPOINT, id(1)] },
                "EndPoint.2031",
                400,
                "Only one endpoint is allowed.",
            ],
            [{ action: "reject", endpoints: [id(9)] }, "EndPoint.2006", 404, "The requested endpoint does not exist."],
            [
                { action: "reject", endpoints: [ELSEWHERE] },
                "Endpoint.2013",
                400,
                "The endpoint does not belong to the endpoint service.",
            ],
            [
                { action: "receive", endpoints: [id(3)] },
                "EndPoint.2047",
                400,
                "The VPC endpoint in the Failed status cannot be modified.",
            ],
            [{ action: "receive", endpoints: [id(4)] }, "EndPoint.2019", 400, "The endpoint is being created."],
            [{ action: "reject", endpoints: [id(5)] }, "EndPoint.2018", 400, "The endpoint is being deleted."],
        ])("%j is refused with %s", async (body, code, status, text) => {
            const error = await foreign.clients.refusal(action(body));
            expect([...coded(error), error.text]).toEqual([code, status, text]);
            expect(stored()?.status).toBe("pendingAcceptance");
        });

        it("of who has no permission, and with a wrong key, are refused", async () => {
            const denied = "Authentication information is incorrect or you have no permissions.";
            const body = { action: "receive", endpoints: [VPCEP_ENDPOINT] };
            const decide = (more: object) => foreign.clients.refusal({ ...action(body), ...more });
            const reader = await decide({ key: "HPUAREADER" });
            expect([...coded(reader), reader.text]).toEqual(["EndPoint.0004", 403, denied]);
            expect(coded(await decide({ project: "1" }))).toEqual(["EndPoint.0004", 403]);
            expect(coded(await decide({ key: "HPUANOBODY" }))).toEqual(["APIGW.0301", 401]);
        });

        it.each([
            [
                "vpcepAcceptRejected",
                "refuses",
                id(2),
                "EndPoint.2012",
                "You have no permission to connect to the VPC endpoint service.",
            ],
            [
                "vpcepRepeat",
                "Endpoint.2014",
                id(1),
                "Endpoint.2014",
                "The endpoint has been connected to the endpoint service.",
            ],
        ])("the switch %s=%s refuses to receive", async (name, value, endpoint, code, text) => {
            foreign.simulator.world = fullWorld("eu-de", { [name]: value });
            const error = await foreign.clients.refusal(action({ action: "receive", endpoints: [endpoint] }));
            expect([error.code, error.text]).toEqual([code, text]);
        });

        it("of a service that is not available are refused, or as the switch says", async () => {
            const world = fullWorld();
            Object.assign(world.huawei?.[0]?.endpointServices?.[0] ?? {}, { status: "creating" });
            foreign.simulator.world = world;
            const receive = action({ action: "receive", endpoints: [VPCEP_ENDPOINT] });
            const error = await foreign.clients.refusal(receive);
            expect([error.code, error.text]).toEqual(["EndPoint.2004", "The endpoint service is unavailable."]);
            foreign.simulator.world = { ...world, undocumented: { vpcepServiceUnavailable: "ignored" } };
            await foreign.clients.run(receive);
            expect(stored()?.status).toBe("accepted");
        });

        it("are frozen and throttled with the documented codes", async () => {
            const body = { action: "receive", endpoints: [VPCEP_ENDPOINT] };
            foreign.simulator.addFaults([{ fault: "refuseIds" }, { fault: "throttle" }]);
            const frozen = await foreign.clients.refusal(action(body));
            expect([frozen.code, frozen.text]).toEqual(["EndPoint.2015", "The endpoint has been frozen."]);
            expect(coded(await foreign.clients.refusal(action(body)))).toEqual(["APIGW.0308", 429]);
        });
    });

    describe("a token of the identity service", () => {
        it("is good for its project and for the list of projects", async () => {
            expect(await foreign.clients.run({ do: "projects", name: "eu-de" })).toEqual({
                projects: [{ id: PROJECT, name: "eu-de", enabled: true }],
            });
        });

        it.each([
            ["a wrong password", { password: "x" }, "The username or password is wrong."],
            ["an unknown user", { user: "nobody" }, "The username or password is wrong."],
            ["another's project", { project: "1" }, "The user has no role in the project."],
            ["a user of another domain", { domain: "other" }, "The username or password is wrong."],
        ])("is not given for %s", async (_, more, text) => {
            const error = await foreign.clients.refusal(otc("services", [], more));
            expect(error.message).toContain(`${text} (HTTP 401)`);
        });

        it("has the rights of its user", async () => {
            const reader = { user: "HPUAREADER", password: "secret-of-HPUAREADER" };
            const args = [VPCEP_SERVICE, "accept", [VPCEP_ENDPOINT]];
            const error = await foreign.clients.refusal(otc("manage_service_connections", args, reader));
            expect([error.code, error.status]).toEqual(["EndPoint.0004", 403]);
            expect(stored()?.status).toBe("pendingAcceptance");
        });

        it("is not what somebody invents, and ends after a day", async () => {
            const token = await fetch(`${foreign.simulator.url}/v3/auth/tokens`, {
                method: "POST",
                body: JSON.stringify(login()),
            });
            const headers = { "x-auth-token": token.headers.get("x-subject-token") ?? "" };
            const list = `${foreign.simulator.url}/v1/${PROJECT}/vpc-endpoint-services`;
            expect([token.status, (await fetch(list, { headers })).status]).toEqual([201, 200]);
            foreign.simulator.advance(86_400_000);
            expect((await fetch(list, { headers })).status).toBe(401);
            expect((await fetch(list, { headers: { "x-auth-token": "invented.token" } })).status).toBe(401);
        });

        it.each([
            ["another method", { identity: { methods: ["token"] } }],
            ["no project", { scope: {} }],
            ["a domain", { scope: { domain: { id: "x" } } }],
            ["a second factor", { identity: { ...login().auth.identity, totp: {} } }],
        ])("of %s is not simulated", async (_, more) => {
            const auth = { auth: { ...login().auth, ...more } };
            const answer = await fetch(`${foreign.simulator.url}/v3/auth/tokens`, {
                method: "POST",
                body: JSON.stringify(auth),
            });
            expect([answer.status, await answer.json()]).toEqual([
                501,
                { error: { code: 501, title: "NotSimulated", message: expect.any(String) } },
            ]);
        });
    });
});

function login() {
    const user = { name: `HPUA${PROJECT}`, password: `secret-of-HPUA${PROJECT}`, domain: { name: "simulated" } };
    const identity = { methods: ["password"], password: { user } };
    return { auth: { identity, scope: { project: { id: PROJECT } } } };
}
