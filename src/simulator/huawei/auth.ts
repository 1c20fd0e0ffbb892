import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { Refusal, type Request } from "../server/message";
import type { Caller, State } from "../server/state";
import { keyHolder } from "./account";
import { tokenHolder } from "./keystone";

/** The holder of a token, or of an access key: `HPUA<project>`, a principal of the world, temporary ones `HSTA<project>`. */
export function callerOf(state: State, request: Request): Caller | undefined {
    const token = request.headers["x-auth-token"];
    if (request.headers.authorization === undefined && typeof token === "string") {
        return tokenHolder(state, token);
    }
    const accessKeyId = /^SDK-HMAC-SHA256 Access=([^,]+),/.exec(request.headers.authorization ?? "")?.[1];
    return accessKeyId === undefined
        ? undefined
        : (keyHolder(state, "HPUA", accessKeyId) ?? keyHolder(state, "HSTA", accessKeyId));
}

/**
 * Who calls, if that is proven: by a token, which the caller was found by, or by SDK-HMAC-SHA256 (Huawei Cloud, API Request
 * Signing Guide).
 */
export function authenticate(request: Request, caller: Caller | undefined): Caller {
    const { authorization, "x-auth-token": token } = request.headers;
    if (authorization !== undefined || token === undefined) {
        return verifySignature(request, caller);
    }
    if (caller === undefined) {
        throw wrong("the token is not valid or has expired");
    }
    return caller;
}

/**
 * The secret of a key is `secret-of-<key>`, its security token `session-of-<key>`. Requests more than 15 minutes off are refused.
 */
function verifySignature(request: Request, caller: Caller | undefined): Caller {
    const [, signedHeaders, signature] =
        /^SDK-HMAC-SHA256 Access=[^,]+, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
            request.headers.authorization ?? "",
        ) ?? [];
    if (signedHeaders === undefined || signature === undefined) {
        throw wrong("no signature");
    }
    if (caller === undefined) {
        throw wrong("access key not found");
    }
    const { accessKeyId } = caller;
    const date = String(request.headers["x-sdk-date"] ?? "");
    const time = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
    if (!(Math.abs(Date.now() - time) <= 15 * 60_000)) {
        throw wrong("x-sdk-date is too far off");
    }
    if (accessKeyId.startsWith("HSTA") && request.headers["x-security-token"] !== `session-of-${accessKeyId}`) {
        throw wrong("security token");
    }
    const expected = createHmac("sha256", `secret-of-${accessKeyId}`)
        .update(`SDK-HMAC-SHA256\n${date}\n${sha256(canonicalOf(request, signedHeaders))}`)
        .digest();
    if (!timingSafeEqual(expected, Buffer.from(signature, "hex"))) {
        throw wrong("verify aksk signature fail");
    }
    return caller;
}

function wrong(why: string): Refusal {
    return new Refusal(401, "APIGW.0301", `Incorrect IAM authentication information: ${why}`);
}

/** The canonical request of the signing guide. */
function canonicalOf(request: Request, signedHeaders: string): string {
    const rfc3986 = (text: string) =>
        encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
    const query = [...request.url.searchParams]
        .map(([name, value]) => `${rfc3986(name)}=${rfc3986(value)}`)
        .sort()
        .join("&");
    const headers = signedHeaders.split(";").map((name) => `${name}:${String(request.headers[name] ?? "").trim()}\n`);
    return [
        request.method,
        request.url.pathname.replace(/\/?$/, "/"),
        query,
        headers.join(""),
        signedHeaders,
        sha256(request.body),
    ].join("\n");
}

function sha256(text: string): string {
    return createHash("sha256").update(text).digest("hex");
}
