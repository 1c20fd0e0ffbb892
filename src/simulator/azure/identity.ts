import { Refusal, type Reply, type Request } from "../server/message";
import type { Api } from "../server/protocol";
import type { Caller, State } from "../server/state";
import { holderOf, subscriptionAt } from "./account";

/** The text that proves to the identity endpoint who asks; any would do. */
export const IDENTITY_HEADER = "simulated";

/**
 * Tokens of a managed identity, as App Service gives them to every Azure client over plain http.
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export const identity: Api = (request, state) => {
    const [, subscriptionId] = /^\/msi\/([^/]+)\/token$/.exec(request.url.pathname) ?? [];
    return subscriptionId === undefined
        ? undefined
        : {
              cloud: "azure",
              action: "identity:token",
              ids: [],
              throttleKey: subscriptionId,
              throttled: new Refusal(429, "TooManyRequests", "Too many requests."),
              skewed: new Refusal(400, "invalid_request", "The clock is too far off."),
              expired: new Refusal(400, "invalid_request", "The identity has expired."),
              refuse: (refusal) => json(refusal.status, { statusCode: refusal.status, message: refusal.message }),
              run: () => json(200, tokenFor(request, state, subscriptionId)),
          };
};

/** The environment of a process that asks for tokens of a subscription here. */
export function identityEnvironment(url: string, subscriptionId: string): Record<string, string> {
    return { IDENTITY_ENDPOINT: `${url}/msi/${subscriptionId}/token`, IDENTITY_HEADER, ARM_USE_MSI: "true" };
}

/** Whose token a request carries; undefined: none of ours. Tokens of a day that is over are not taken. */
export function bearerOf(request: Request, state: State): Caller | undefined {
    const [, payload = ""] = /^Bearer [^.]+\.([^.]+)\./.exec(request.headers.authorization ?? "") ?? [];
    const claims = claimsIn(payload);
    const valid = typeof claims?.sub === "string" && Number(claims.exp) * 1000 >= Date.now();
    return valid ? holderOf(state, claims.sub, claims.appid) : undefined;
}

interface Claims {
    readonly tid: string;
    /** The subscription; a real token names the identity. */
    readonly sub: string;
    readonly appid?: string;
    readonly exp: number;
}

function tokenFor({ url, headers }: Request, state: State, subscriptionId: string): object {
    const entry = subscriptionAt<object>(state, subscriptionId);
    if (headers["x-identity-header"] !== IDENTITY_HEADER || entry === undefined) {
        throw new Refusal(400, "invalid_request", "The header X-IDENTITY-HEADER or the identity is not known.");
    }
    const clientId = url.searchParams.get("client_id");
    const expires = Math.floor(Date.now() / 1000) + 3600;
    const claims: Claims = {
        tid: entry.tenantId,
        sub: entry.subscriptionId,
        ...(clientId === null ? {} : { appid: clientId }),
        exp: expires,
    };
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
    return {
        access_token: `${part({ alg: "none", typ: "JWT" })}.${part(claims)}.simulated`,
        expires_on: String(expires),
        resource: url.searchParams.get("resource") ?? "",
        token_type: "Bearer",
        client_id: clientId ?? undefined,
    };
}

/** What a token says, of any origin. Undefined: nothing that can be read. */
function claimsIn(payload: string): Partial<Claims> | undefined {
    try {
        return JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) ?? undefined;
    } catch {
        return undefined;
    }
}

function json(status: number, content: object): Reply {
    return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(content) };
}
