import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, afterEach, beforeAll, beforeEach, vi } from "vitest";

/** An Azure Resource Manager that answers what a test says, and a managed identity's token server beside it. */

export const SUB = "0b1f6471-1bf0-4dda-aec3-cb9272f09590";
export const REQUESTER = "7c2a4f0e-95b8-4c1e-9d3a-1f0e5b6a7d88";
export const VENDOR = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee";
const TENANT = "11111111-2222-3333-4444-555555555555";

export interface Reply {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
}

interface Azure {
    /** URL without a slash at its end. */
    base: string;
    answer: (method: string, url: URL, body: unknown) => Reply;
    readonly seen: { method: string; url: string; body: unknown }[];
}

/** One server for all tests of a file: MSAL keeps the first address of a managed identity for the whole process. */
export function useAzure(): Azure {
    let server: Server;
    const nothing = (): Reply => ({ status: 404, body: error("ResourceNotFound") });
    const cloud: Azure = { base: "", seen: [], answer: nothing };
    beforeAll(async () => {
        server = createServer(async (request, response) => {
            const chunks: Buffer[] = [];
            for await (const chunk of request) {
                chunks.push(chunk);
            }
            const url = new URL(request.url ?? "", cloud.base);
            const text = Buffer.concat(chunks).toString("utf8");
            const { status = 200, headers, body } = replyTo(cloud, request.method ?? "", url, text);
            response.writeHead(status, { "content-type": "application/json", ...headers });
            response.end(body === undefined || typeof body === "string" ? body : JSON.stringify(body));
        });
        await new Promise<void>((resolve) => {
            server.listen(0, "127.0.0.1", resolve);
        });
        cloud.base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    });
    beforeEach(() => {
        cloud.seen.length = 0;
        cloud.answer = nothing;
        vi.stubEnv("IDENTITY_ENDPOINT", `${cloud.base}/msi/token`);
        vi.stubEnv("IDENTITY_HEADER", "simulated");
        vi.stubEnv("AZURE_TOKEN_CREDENTIALS", "prod");
    });
    afterEach(() => {
        vi.unstubAllEnvs();
    });
    afterAll(async () => {
        server.closeAllConnections();
        await new Promise((resolve) => {
            server.close(resolve);
        });
    });
    return cloud;
}

/** The id of a resource of ours. */
export function id(resource: string): string {
    return `/subscriptions/${SUB}/resourceGroups/Shop/providers/${resource}`;
}

/** The spelling that ids have. */
export function canonical(resourceId: string): string {
    return resourceId.toLowerCase().replace("resourcegroups", "resourceGroups");
}

export function endpointId(subscription: string, name: string, group = "net"): string {
    return `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/privateEndpoints/${name}`;
}

export function error(code: string, message = "m") {
    return { error: { code, message } };
}

function replyTo(cloud: Azure, method: string, url: URL, text: string): Reply {
    if (url.pathname === "/msi/token") {
        return token();
    }
    const body = text === "" ? undefined : JSON.parse(text);
    cloud.seen.push({ method, url: `${url.pathname}${url.search}`, body });
    return cloud.answer(method, url, body);
}

function token(): Reply {
    const claims = [{}, { tid: TENANT }, {}].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"));
    const expires = String(Math.floor(Date.now() / 1000) + 3600);
    return { body: { access_token: claims.join("."), expires_on: expires, token_type: "Bearer" } };
}
