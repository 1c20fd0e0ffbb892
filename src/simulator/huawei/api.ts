import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { stringify } from "lossless-json";
import { notSimulated } from "../server/parameters";
import { type Api, type Operation, Refusal, type Reply, type Request } from "../server/protocol";
import type { Caller, State } from "../server/state";
import type { HuaweiProject } from "../server/world";
import { keystone, tokenHolder } from "./keystone";
import { type VpcepRoute, vpcepRoute } from "./vpcep";

/**
 * VPC endpoint (VPCEP) API v1 of Huawei Cloud and Open Telekom Cloud, IAM's list of projects and its tokens.
 * Rules: Open Telekom Cloud's VPC Endpoint API Reference; error codes: its appendix. Signatures are verified.
 */
export const huawei: Api = (request, state) => {
    const path = request.url.pathname;
    const service = /^\/v1\/([^/]+)\/vpc-endpoint-services(?:\/([^/]+)(\/.*)?)?$/.exec(path);
    if (service === null && path !== "/v3/projects") {
        return keystone(request, state);
    }
    const caller = callerOf(state, request);
    const tail = service?.[2] === undefined ? undefined : (service[3] ?? "");
    const call = service === null ? PROJECTS : vpcepRoute(request, tail);
    return {
        cloud: "huawei",
        action: call?.action ?? "vpcep:unknown",
        ids: call?.ids?.(request) ?? [],
        throttleKey: caller?.account ?? "",
        throttled: new Refusal(429, "APIGW.0308", "The throttling threshold has been reached."),
        skewed: new Refusal(401, "APIGW.0301", "Incorrect IAM authentication information: x-sdk-date is too far off"),
        expired: new Refusal(401, "APIGW.0301", "Incorrect IAM authentication information: security token expired"),
        refuse: (refusal) => errorReply(request, refusal),
        run(world) {
            authenticate(request, caller);
            if (call === undefined) {
                throw new Refusal(
                    404,
                    "APIGW.0101",
                    "The API does not exist or has not been published in the environment.",
                );
            }
            if (caller?.denied.includes(call.action)) {
                throw noPermission();
            }
            const project = (state.current.huawei ?? []).find((entry) => entry.projectId === caller?.account);
            if (service !== null && decodeURIComponent(service[1] ?? "") !== project?.projectId) {
                throw noPermission();
            }
            const serviceId = decodeURIComponent(service?.[2] ?? "");
            return jsonReply(
                request,
                call.run({ request, state, world, project: project as HuaweiProject, serviceId }),
            );
        },
    } satisfies Operation;
};

const PROJECTS: VpcepRoute = {
    action: "iam:projects:list",
    /** GET /v3/projects?name= */
    run: ({ request, state }) => {
        const strange = [...request.url.searchParams.keys()].find((name) => name !== "name");
        if (request.method !== "GET" || strange !== undefined) {
            throw notSimulated(
                strange === undefined ? `${request.method} /v3/projects` : `parameter ${strange} of projects`,
            );
        }
        return {
            projects: (state.current.huawei ?? [])
                .filter((entry) => [null, entry.region].includes(request.url.searchParams.get("name")))
                .map((entry) => ({ id: entry.projectId, name: entry.region, enabled: true })),
        };
    },
};

function noPermission(): Refusal {
    return new Refusal(403, "EndPoint.0004", "Authentication information is incorrect or you have no permissions.");
}

/** The holder of a token, or of an access key: `HPUA<project>`, a principal of the world, temporary ones `HSTA<project>`. */
function callerOf(state: State, request: Request): Caller | undefined {
    const token = request.headers["x-auth-token"];
    if (request.headers.authorization === undefined && typeof token === "string") {
        return tokenHolder(state, token);
    }
    const accessKeyId = /^SDK-HMAC-SHA256 Access=([^,]+),/.exec(request.headers.authorization ?? "")?.[1];
    const entries = (state.current.huawei ?? []).map(({ projectId: id, principals }) => ({
        id,
        ...(principals ? { principals } : {}),
    }));
    return accessKeyId === undefined
        ? undefined
        : (state.caller("HPUA", entries, accessKeyId) ?? state.caller("HSTA", entries, accessKeyId));
}

/**
 * SDK-HMAC-SHA256: Huawei Cloud, API Request Signing Guide. Or a token, which the caller was found by.
 * The secret of a key is `secret-of-<key>`, its security token `session-of-<key>`. Requests more than 15 minutes off are refused.
 */
function authenticate(request: Request, caller: Caller | undefined): void {
    const wrong = (why: string) => new Refusal(401, "APIGW.0301", `Incorrect IAM authentication information: ${why}`);
    const { authorization, "x-auth-token": token } = request.headers;
    if (authorization === undefined && token !== undefined) {
        if (caller === undefined) {
            throw wrong("the token is not valid or has expired");
        }
        return;
    }
    const [, signedHeaders, signature] =
        /^SDK-HMAC-SHA256 Access=[^,]+, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(authorization ?? "") ??
        [];
    if (signedHeaders === undefined || signature === undefined) {
        throw wrong("no signature");
    }
    if (caller === undefined) {
        throw wrong("access key not found");
    }
    const date = String(request.headers["x-sdk-date"] ?? "");
    const time = Date.parse(date.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
    if (!(Math.abs(Date.now() - time) <= 15 * 60_000)) {
        throw wrong("x-sdk-date is too far off");
    }
    const temporary = caller.accessKeyId.startsWith("HSTA");
    if (temporary && request.headers["x-security-token"] !== `session-of-${caller.accessKeyId}`) {
        throw wrong("security token");
    }
    const expected = createHmac("sha256", `secret-of-${caller.accessKeyId}`)
        .update(`SDK-HMAC-SHA256\n${date}\n${sha256(canonicalOf(request, signedHeaders))}`)
        .digest();
    if (!timingSafeEqual(expected, Buffer.from(signature, "hex"))) {
        throw wrong("verify aksk signature fail");
    }
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

function jsonReply(request: Request, content: object): Reply {
    return { status: 200, headers: headers(request), body: stringify(content) ?? "{}" };
}

function errorReply(request: Request, { status, code, message }: Refusal): Reply {
    return { status, headers: headers(request), body: JSON.stringify({ error_code: code, error_msg: message }) };
}

function headers(request: Request) {
    return { "content-type": "application/json", "x-request-id": request.requestId };
}
