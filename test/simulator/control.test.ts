import { request } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/index";
import { ALIBABA_ACCOUNT, PEERING, worldWith } from "../support/clouds";

let simulator: Simulator;
beforeAll(async () => {
    simulator = await startSimulator();
});
beforeEach(() => {
    simulator.world = worldWith({});
});
afterAll(() => simulator.close());

interface Answer {
    status: number;
    body: string;
}

/** A request with any Host and Origin, as a browser under a name that resolves to loopback sends it. */
function send(method: string, path: string, headers: Record<string, string>, body = ""): Promise<Answer> {
    return new Promise((resolve, reject) => {
        const sent = request(`${simulator.url}${path}`, { method, headers }, (response) => {
            let text = "";
            response.on("data", (chunk) => {
                text += chunk;
            });
            response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text }));
        });
        sent.once("error", reject);
        sent.end(body);
    });
}

function taggedWorld() {
    const world = worldWith({});
    Object.assign(world.alibaba?.[0]?.vpcPeerConnections?.[0] ?? {}, { tags: { next: "a tag may be called so" } });
    return world;
}

const JSON_TYPE = { "content-type": "application/json" };

describe("who may drive the simulator", () => {
    it.each(["rebound.example.com", "127.0.0.1.example.com", "10.0.0.1:80", "localhost.example.com"])(
        "nobody under the Host %j",
        async (host) => {
            for (const path of [
                "/_simulator/world",
                "/v3",
                "/?Action=DescribeVpcEndpointConnections&Version=2016-11-15",
            ]) {
                expect((await send("GET", path, { host })).status).toBe(403);
            }
        },
    );

    it.each(["127.0.0.1:1", "localhost", "[::1]:8080", "ec2.localhost"])("who is on loopback: %s", async (host) => {
        expect((await send("GET", "/_simulator/world", { host })).status).toBe(200);
    });

    it("no web page from elsewhere, whatever it sends", async () => {
        for (const origin of ["https://example.com", "null", "http://localhost.example.com"]) {
            const headers = { origin, ...JSON_TYPE };
            expect((await send("POST", "/_simulator/clock", headers, '{"advance":"8d"}')).status).toBe(403);
        }
        const page = { origin: "http://localhost:3000", ...JSON_TYPE };
        expect((await send("POST", "/_simulator/clock", page, '{"advance":"1s"}')).status).toBe(200);
        expect(simulator.world.alibaba?.[0]?.vpcPeerConnections?.[0]?.status).toBe("Accepting");
    });

    it.each(["text/plain", "application/x-www-form-urlencoded", "text/plain;application/json", undefined])(
        "not with a body of type %s, which a form could send",
        async (type) => {
            const headers: Record<string, string> = type === undefined ? {} : { "content-type": type };
            const answer = await send("PUT", "/_simulator/world", headers, "{}");
            expect([answer.status, simulator.world.aws?.length]).toEqual([415, 2]);
        },
    );
});

describe("the control API", () => {
    const put = (path: string, body: unknown, method = "POST") =>
        send(
            method,
            `/_simulator/${path}`,
            { "content-type": "application/json; charset=utf-8" },
            JSON.stringify(body),
        );

    it("takes a world, and gives it back in the format of a file", async () => {
        expect((await put("world", worldWith({ peering: "Rejected" }), "PUT")).status).toBe(200);
        const { body } = await send("GET", "/_simulator/world", {});
        expect(JSON.parse(body).alibaba[0].vpcPeerConnections[0].status).toBe("Rejected");
        simulator.settleMs = 60_000;
        simulator.world = taggedWorld();
        const token = { "x-acs-action": "AcceptVpcPeerConnection", "x-acs-version": "2022-01-01" };
        const signed = { ...token, authorization: `ACS3-HMAC-SHA256 Credential=LTAI${ALIBABA_ACCOUNT}, x` };
        await send("POST", "/", signed, `InstanceId=${PEERING}`);
        simulator.settleMs = 0;
        const shown = JSON.parse((await send("GET", "/_simulator/world", {})).body).alibaba[0].vpcPeerConnections[0];
        expect(shown).toMatchObject({ status: "Updating", tags: { next: "a tag may be called so" } });
        expect(Object.keys(shown)).not.toContain("next");
    });

    it.each([
        [{ aws: [{ account: "1", region: "x" }] }, "aws[0].account is missing or malformed"],
        [{ clouds: [] }, "clouds is not known; world has aws, alibaba, huawei, azure, undocumented"],
        [
            {
                aws: [
                    { account: "123456789012", region: "x", endpointServices: [{ serviceId: "s", acceptance: true }] },
                ],
            },
            "aws[0].endpointServices[0].acceptance is not known",
        ],
        [
            { alibaba: [{ account: "1", vpcPeerConnections: [{ instanceId: "p", status: "Accepting", ownerId: 1 }] }] },
            "alibaba[0].vpcPeerConnections[0].ownerId is missing or malformed",
        ],
        [
            { huawei: [{ projectId: "p", region: "x", endpointServices: [{}] }] },
            "huawei[0].endpointServices[0].id is missing",
        ],
        [{ undocumented: { vpcepRepeat: "x" } }, 'undocumented.vpcepRepeat must be "ok" or "Endpoint.2014"'],
        [{ undocumented: { vpcepRepeats: "ok" } }, "there is no such switch"],
    ])("refuses the world %j, and says where", async (world, text) => {
        const answer = await put("world", world, "PUT");
        expect([answer.status, JSON.parse(answer.body).error]).toEqual([400, expect.stringContaining(text)]);
    });

    it.each([
        ["clock", { advance: "1 week" }],
        ["clock", { advance: "1d", by: 2 }],
        ["faults", { fault: "reset", time: 3 }],
        ["faults", { fault: "rset" }],
        ["faults", { fault: "reset", cloud: "gcp" }],
        ["faults", { fault: "reset", when: "during" }],
    ])("refuses %s %j", async (path, body) => {
        expect((await put(path, body)).status).toBe(400);
    });

    it("says what there is for what there is not", async () => {
        expect((await send("POST", "/_simulator/world", {})).status).toBe(404);
    });
});

describe("errors", () => {
    it.each(["/2021-01-01/opensearch/cc/inboundConnection/%/accept", "/v1/%/vpc-endpoint-services"])(
        "of the malformed address %s are answered",
        async (path) => {
            const answer = await send("PUT", path, { authorization: "x" });
            expect([400, 401, 404].includes(answer.status)).toBe(true);
        },
    );

    it("of the simulator itself tell no stack and no path; its stderr does", async () => {
        const said = vi.spyOn(process.stderr, "write").mockReturnValue(true);
        Object.defineProperty(simulator.world, "huawei", {
            get: () => {
                throw new TypeError(`cannot read ${__filename}`);
            },
        });
        const answer = await send("GET", "/v3/projects", {
            authorization: "SDK-HMAC-SHA256 Access=x, SignedHeaders=x",
        });
        expect(said.mock.calls.flat().join("")).toContain("at ");
        said.mockRestore();
        expect(answer.status).toBe(599);
        expect(answer.body).not.toMatch(/:\d+:\d+|\/|TypeError/);
    });
});
