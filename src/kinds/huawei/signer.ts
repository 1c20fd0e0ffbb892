import { createHash, createHmac } from "node:crypto";

export interface AccessKey {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly securityToken?: string;
}

export interface UnsignedRequest {
    readonly method: string;
    readonly url: URL;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
}

/**
 * Headers of a request signed with an access key, algorithm SDK-HMAC-SHA256: no region and no service in it,
 * so one signer serves every service of Huawei Cloud and of Open Telekom Cloud.
 *
 * Ours, because the published core SDK prints tokens on errors, has no timeout and may create projects
 * (huaweicloud-sdk-nodejs-v3 issues #19, #26, #28); tests compare it with that SDK's `AKSKSigner`.
 * Huawei Cloud, API Request Signing Guide, "AK/SK Signing and Authentication Algorithm".
 */
export function sign(request: UnsignedRequest, key: AccessKey, now: Date): Record<string, string> {
    const date = now.toISOString().replace(/[-:]/g, "").replace(/\.\d+/, "");
    const headers: Record<string, string> = {
        ...request.headers,
        host: request.url.host,
        "x-sdk-date": date,
        ...(key.securityToken === undefined ? {} : { "x-security-token": key.securityToken }),
    };
    const names = Object.keys(headers)
        .map((name) => name.toLowerCase())
        .sort();
    const canonical = [
        request.method,
        canonicalPath(request.url.pathname),
        canonicalQuery(request.url.searchParams),
        ...names.map((name) => `${name}:${headers[name]?.trim()}`),
        "",
        names.join(";"),
        sha256(request.body),
    ].join("\n");
    const signature = createHmac("sha256", key.secretAccessKey)
        .update(["SDK-HMAC-SHA256", date, sha256(canonical)].join("\n"))
        .digest("hex");
    return {
        ...headers,
        authorization: `SDK-HMAC-SHA256 Access=${key.accessKeyId}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
    };
}

/** Every path ends with a slash in the canonical request. */
function canonicalPath(pathname: string): string {
    const path = pathname
        .split("/")
        .map((segment) => encode(decodeURIComponent(segment)))
        .join("/");
    return path.endsWith("/") ? path : `${path}/`;
}

function canonicalQuery(query: URLSearchParams): string {
    return [...query]
        .map(([name, value]) => [encode(name), encode(value)] as const)
        .sort(([a, x], [b, y]) => (a === b ? compare(x, y) : compare(a, b)))
        .map(([name, value]) => `${name}=${value}`)
        .join("&");
}

function compare(a: string, b: string): number {
    return a < b ? -1 : a > b ? 1 : 0;
}

/** RFC 3986: what encodeURIComponent leaves and the RFC does not. */
function encode(text: string): string {
    return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function sha256(text: string): string {
    return createHash("sha256").update(text, "utf8").digest("hex");
}
