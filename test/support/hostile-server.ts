import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import { kinds } from "../../src/kinds";
import type { Call, ConnectionKind, Order, Scope } from "../../src/kinds/kind";
import { PROJECT } from "./accounts";
import { IDENTITY } from "./answers";
import { addressOf } from "./kind-data";
import { rowsOf } from "./kind-rows";

export interface Asked {
    /** The API's word for the call: a query action, a header, or method and path. */
    readonly action: string;
    readonly url: URL;
    readonly body: string;
    /** How many calls came before this one. */
    readonly index: number;
}

export interface Answer {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: string | Buffer;
}

/** A cloud that answers what the test says, with whatever it is asked. Closed with the test. */
export async function startHostile(answer: (asked: Asked) => Answer) {
    const calls: string[] = [];
    const server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk) => chunks.push(chunk));
        request.on("end", () => {
            const body = Buffer.concat(chunks).toString();
            const url = new URL(request.url ?? "/", "http://hostile");
            const action =
                String(request.headers["x-acs-action"] ?? "") ||
                new URLSearchParams(body).get("Action") ||
                `${request.method} ${url.pathname}`;
            if (url.pathname === TOKENS) {
                response.writeHead(200, { "content-type": "application/json" }).end(managedIdentityToken());
                return;
            }
            const { status = 200, headers = {}, body: content } = answer({ action, url, body, index: calls.length });
            calls.push(action);
            response.on("error", () => {});
            response.writeHead(status, { "content-type": "application/json", ...headers }).end(content);
        });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
        server.closeAllConnections();
        server.close();
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

/** Answers that say nothing about any connection. */
export const NOTHING = ["{}", '{"foo":1}', "", "null", "[]", '"text"', "<html><body>Sign in</body></html>"];

/** A cloud that always answers `body`. The caller's account is asked for beside some listings: AWS tells it. */
export function startSaying(body: string) {
    return startHostile(({ action }) => ({ body: action === "GetCallerIdentity" ? IDENTITY : body }));
}

/** Where a managed identity gets its tokens. A process keeps the first one it gets. */
const TOKENS = "/msi/token";

function managedIdentityToken(): string {
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = { tid: "7f1c4b1e-0d7a-4d2c-9a39-2a4a5a1f6c11" };
    return JSON.stringify({
        access_token: `${part({ alg: "none" })}.${part(claims)}.x`,
        expires_on: String(Math.floor(Date.now() / 1000) + 3600),
        token_type: "Bearer",
    });
}

/** Keys that no cloud knows, for clients that only need to sign. */
export const KEYS = {
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "example",
    ALIBABA_CLOUD_ACCESS_KEY_ID: "example",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "example",
    HUAWEICLOUD_SDK_AK: "example",
    HUAWEICLOUD_SDK_SK: "example",
    OS_ACCESS_KEY: "example",
    OS_SECRET_KEY: "example",
    ARM_USE_MSI: "true",
    IDENTITY_HEADER: "example",
};

export interface Place {
    readonly kind: ConnectionKind;
    readonly scope: Scope;
    readonly id: string;
    readonly call: Call<unknown>;
    readonly order: Order;
}

/** One connection of a kind whose cloud is at `url`, without the provider around it. */
export function placeAt(name: keyof typeof kinds, url: string, now: () => number = Date.now): Place {
    const kind = kinds[name];
    const { connection, resolved, handle } = rowsOf(name);
    Object.assign(process.env, KEYS, { IDENTITY_ENDPOINT: `${url}${TOKENS}` });
    const settings = Object.fromEntries(
        Object.keys(kind.cloud.settings).map((setting) => [setting, setting.endsWith("Endpoint") ? url : undefined]),
    );
    const placement = { region: resolved.region ?? "", projectId: PROJECT };
    const clients = kind.cloud.connect({ settings, environment: KEYS, placement });
    const { scope, id } = addressOf(kind, { ...connection, ...placement });
    return {
        kind,
        scope,
        id,
        call: { clients, signal: new AbortController().signal, now },
        order: { seen: { id, status: "pending", cloudStatus: "", evidence: {}, handle }, token: "token" },
    };
}
