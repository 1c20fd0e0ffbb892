import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { azure } from "../../src/kinds/azure/cloud";
import { CloudError, callLimits } from "../../src/kinds/cloud";

const TENANT = "11111111-2222-3333-4444-555555555555";
const TARGET =
    "/subscriptions/S/resourceGroups/g/providers/Microsoft.Sql/servers/s/privateEndpointConnections/c?api-version=1";

type Handler = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let identities = 0;
let server: Server;
let arm: Handler;
let token: Handler;
const seen: { method: string; url: string; authorization: string | undefined; body: string }[] = [];

// One server for all tests: MSAL keeps the first address of a managed identity for the whole process.
beforeAll(async () => {
    server = createServer((request, response) => {
        let body = "";
        request.on("data", (chunk) => {
            body += chunk;
        });
        request.on("end", () => {
            const { method = "", url = "" } = request;
            if (url.startsWith("/msi/token?")) {
                token(request, response, body);
            } else {
                seen.push({ method, url, authorization: request.headers.authorization, body });
                arm(request, response, body);
            }
        });
    });
    await new Promise<void>((resolve) => {
        server.listen(0, "127.0.0.1", resolve);
    });
});

afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => {
        server.close(resolve);
    });
});

beforeEach(() => {
    seen.length = 0;
    token = (request, response) => {
        const given = request.headers["x-identity-header"] === "simulated";
        reply(response, given ? 200 : 401, {
            access_token: jwt({ tid: TENANT.toUpperCase() }),
            expires_on: String(Math.floor(Date.now() / 1000) + 3600),
            resource: "https://management.azure.com",
            token_type: "Bearer",
        });
    };
    vi.stubEnv("IDENTITY_ENDPOINT", `${base()}/msi/token`);
    vi.stubEnv("IDENTITY_HEADER", "simulated");
    vi.stubEnv("AZURE_TOKEN_CREDENTIALS", "prod");
    // It keeps tokens, too, but each client id has its own.
    vi.stubEnv("AZURE_CLIENT_ID", `identity-${identities++}`);
});

afterEach(() => {
    vi.unstubAllEnvs();
});

describe("a call to Azure Resource Manager", () => {
    it("goes to a plain-http endpoint with a token of the managed identity, and with the body as it is", async () => {
        arm = (_, response, body) => reply(response, 200, JSON.parse(body));
        const clients = connect();
        expect(await clients.arm(put({ a: 1 }))).toEqual({ status: 200, body: { a: 1 } });
        expect(seen).toEqual([{ method: "PUT", url: TARGET, authorization: expect.any(String), body: '{"a":1}' }]);
        expect(seen[0]?.authorization).toMatch(/^Bearer /);
        expect(await azure.account(clients, signal())).toBe(TENANT);
    });

    it("tells an empty answer, and where its operation is", async () => {
        const operation = `${base()}/subscriptions/S/operations/1`;
        arm = (_, response) => reply(response, 202, undefined, { Location: operation });
        const clients = connect();
        expect(await clients.arm(put({}))).toEqual({ status: 202, body: undefined, operation });
        arm = (_, response) => reply(response, 200, { status: "Succeeded" });
        expect(await clients.arm({ ...get(), target: operation })).toMatchObject({ body: { status: "Succeeded" } });
    });

    it.each(["https://elsewhere.example/subscriptions/S", "http://127.0.0.1:1/x"])(
        "does not follow the link %s to another host, nor show it a token",
        async (target) => {
            arm = (_, response) => reply(response, 200, {});
            const error = await failure(connect().arm({ ...get(), target }));
            expect([error.failure, error.code, seen]).toEqual(["transient", "UnreadableAnswer", []]);
        },
    );
});

describe("an answer of Azure Resource Manager", () => {
    it.each([
        [503, { error: { code: "ServerBusy", message: "later" } }, "transient"],
        [500, { error: { code: "RetryableError", message: "later" } }, "transient"],
        [408, undefined, "transient"],
        [400, { error: { code: "PrivateEndpointConnectionStatusNotPending", message: "m" } }, "conflict"],
        [429, { error: { code: "RetryableError", message: "m" } }, "conflict"],
        [429, { error: { code: "TooManyRequests", message: "m" } }, "throttled"],
        [429, undefined, "throttled"],
        [409, { error: { code: "Conflict", message: "m" } }, "conflict"],
        [412, { error: { code: "PreconditionFailed", message: "m" } }, "conflict"],
        [409, { error: { code: "ScopeLocked", message: "m" } }, "refused"],
        [403, { error: { code: "AuthorizationFailed", message: "m" } }, "denied"],
        [403, { error: { code: "RequestDisallowedByPolicy", message: "m" } }, "refused"],
        [401, { error: { code: "InvalidAuthenticationToken", message: "m" } }, "credentials"],
        [404, { error: { code: "ResourceNotFound", message: "m" } }, "missing"],
        [400, { error: { code: "ResourceNotFound", message: "m" } }, "missing"],
        [400, { error: { code: "PrivateEndpointConnectionCannotBeCreatedByServiceProvider" } }, "missing"],
        [404, { error: { code: "SubscriptionNotFound", message: "m" } }, "denied"],
        [400, { code: "BadRequest", message: "Approving rejected … is not supported." }, "refused"],
    ] as const)("answered %i %j is sent once and fails as %s", async (status, body, expected) => {
        arm = (_, response) => reply(response, status, body, { "x-ms-correlation-request-id": "r-1" });
        const error = await failure(connect().arm(put({})));
        expect([error.failure, error.requestId]).toEqual([expected, "r-1"]);
        expect(seen).toHaveLength(1);
    });

    it.each([[404], [302], [403]])("takes a %i that is not Azure's for no answer", async (status) => {
        arm = (_, response) => response.writeHead(status, { location: "/login" }).end("<html>");
        expect(await failure(connect().arm(get()))).toMatchObject({ failure: "transient", code: "UnreadableAnswer" });
        expect(seen).toHaveLength(1);
    });

    it("repeats details word for word", async () => {
        const details = [{ code: "PolicyViolation", message: "Policy 'p' says no." }];
        arm = (_, response) => reply(response, 403, { error: { code: "X", message: "Disallowed.", details } });
        expect(await failure(connect().arm(put({})))).toMatchObject({
            code: "X",
            text: "Disallowed. Policy 'p' says no.",
        });
    });
});

describe("a call without an answer", () => {
    it("is not repeated when its connection breaks", async () => {
        arm = (request) => request.socket.destroy();
        expect(await failure(connect().arm(put({})))).toMatchObject({ failure: "transient", code: "ECONNRESET" });
        expect(seen).toHaveLength(1);
    });

    it("ends with its time, and with its caller's signal", async () => {
        arm = () => {};
        const clients = connect();
        const controller = new AbortController();
        const started = clients.arm({ ...put({}), signal: controller.signal });
        await vi.waitFor(() => expect(seen).toHaveLength(1));
        controller.abort();
        expect(await failure(started)).toMatchObject({ failure: "transient", code: "AbortError" });
        const { timeoutMs } = callLimits;
        callLimits.timeoutMs = 50;
        try {
            expect(await failure(clients.arm(put({})))).toMatchObject({ failure: "transient", code: "TimeoutError" });
        } finally {
            callLimits.timeoutMs = timeoutMs;
        }
    });

    it("for a token ends with its time, too, and the next one asks again", async () => {
        const answer = token;
        token = () => {};
        const clients = connect();
        const { timeoutMs } = callLimits;
        callLimits.timeoutMs = 50;
        try {
            expect(await failure(azure.account(clients, signal()))).toMatchObject({
                action: "credentials",
                failure: "transient",
                code: "TimeoutError",
            });
        } finally {
            callLimits.timeoutMs = timeoutMs;
        }
        token = answer;
        expect(await azure.account(clients, signal())).toBe(TENANT);
    });
});

describe("a call that was refused", () => {
    it("waits for what Retry-After says, writes for writes and reads for reads", async () => {
        arm = (_, response) => reply(response, 429, { error: { code: "TooManyRequests" } }, { "retry-after": "1" });
        const clients = connect();
        await failure(clients.arm(put({})));
        arm = (_, response) => reply(response, 200, {});
        const start = performance.now();
        const ended: string[] = [];
        await Promise.all([
            clients.arm(put({})).then(() => ended.push("write")),
            clients.arm(get()).then(() => ended.push("read")),
        ]);
        expect(ended).toEqual(["read", "write"]);
        expect(performance.now() - start).toBeGreaterThan(800);
    });

    it("that waits for Retry-After is not sent when its caller gives up", async () => {
        arm = (_, response) => reply(response, 429, { error: { code: "TooManyRequests" } }, { "retry-after": "30" });
        const clients = connect();
        await failure(clients.arm(put({})));
        const controller = new AbortController();
        const waiting = failure(clients.arm({ ...put({}), signal: controller.signal }));
        controller.abort();
        expect((await waiting).failure).toBe("throttled");
        expect(seen).toHaveLength(1);
    });

    it("is sent once more after a claims challenge, which is a refusal", async () => {
        const claims = Buffer.from("{}").toString("base64");
        arm = (_, response) => {
            seen.length === 1
                ? reply(
                      response,
                      401,
                      { error: { code: "TokenRevoked" } },
                      { "www-authenticate": `Bearer error="insufficient_claims", claims="${claims}"` },
                  )
                : reply(response, 200, {});
        };
        expect(await connect().arm(put({}))).toMatchObject({ status: 200 });
        expect(seen).toHaveLength(2);
    });
});

describe("credentials for Azure", () => {
    it("are missing where nothing gives a token", async () => {
        token = (_, response) => reply(response, 400, { error: "invalid_request" });
        const error = await failure(connect().arm(get()));
        expect([error.action, error.failure, error.code, seen]).toEqual([
            "credentials",
            "credentials",
            expect.any(String),
            [],
        ]);
        expect(error.text).toContain("no Azure credentials");
    });

    it("may come later where the request for a token gets no answer", async () => {
        token = (request) => request.socket.destroy();
        const error = await failure(connect().arm(get()));
        expect([error.action, error.failure, error.code, seen]).toEqual(["credentials", "transient", "ECONNRESET", []]);
    });

    it("that do not tell their tenant belong to no account", async () => {
        token = (_, response) =>
            reply(response, 200, { access_token: "opaque", expires_on: "9999999999", token_type: "Bearer" });
        expect(await failure(azure.account(connect(), signal()))).toMatchObject({ code: "UnreadableToken" });
    });

    it("need a package that is not there: the error says how it is installed", async () => {
        vi.doMock("@azure/identity", () => {
            throw new Error("Cannot find module '@azure/identity'");
        });
        try {
            const error = await failure(connect().arm(get()));
            expect([error.failure, error.code, seen]).toEqual(["credentials", "PackageMissing", []]);
            expect(error.text).toContain("npm install @azure/identity @azure/core-rest-pipeline");
        } finally {
            vi.doUnmock("@azure/identity");
        }
    });

    it("are not asked for in a cloud that does not exist", async () => {
        expect(await failure(connect({ environment: "moon" }).arm(get()))).toMatchObject({
            code: "UnknownEnvironment",
        });
    });
});

function connect(settings: Record<string, string> = {}) {
    const environment = { ARM_RESOURCE_MANAGER_ENDPOINT: base() };
    return azure.connect({ settings, environment, placement: {} });
}

function put(body: unknown) {
    return { action: "write", method: "PUT" as const, target: TARGET, body, signal: signal() };
}

function get() {
    return { action: "read", method: "GET" as const, target: TARGET, signal: signal() };
}

function signal(): AbortSignal {
    return new AbortController().signal;
}

function base(): string {
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function failure(promise: Promise<unknown>): Promise<CloudError> {
    const error = await promise.then(
        () => new CloudError({ action: "none", failure: "refused", code: "NoError", text: "it went well" }),
        (thrown: unknown) => thrown,
    );
    if (!(error instanceof CloudError)) {
        throw error;
    }
    return error;
}

function jwt(claims: object): string {
    return ["{}", JSON.stringify(claims), "x"].map((part) => Buffer.from(part).toString("base64url")).join(".");
}

function reply(
    response: ServerResponse,
    status: number,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
): void {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(body === undefined ? "" : JSON.stringify(body));
}
