import type { Request } from "../server/message";
import { Parameters } from "../server/parameters";
import type { Caller, State } from "../server/state";
import { regionsOf } from "./account";

/** What a SigV4 `Authorization` header says. The signature itself is not verified. */
export interface Signed {
    readonly accessKeyId: string;
    readonly region: string;
    readonly service: string;
}

/** `AWS4-HMAC-SHA256 Credential=KEY/date/region/service/aws4_request, …`; undefined for an unsigned request. */
export function signedBy(request: Request): Signed | undefined {
    const match = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request,/.exec(
        request.headers.authorization ?? "",
    );
    const [, accessKeyId, region, service] = match ?? [];
    return accessKeyId === undefined || region === undefined || service === undefined
        ? undefined
        : { accessKeyId, region, service };
}

const PARSED = new WeakMap<Request, Parameters>();

/**
 * The parameters of a request of the query protocol: POST with a form, or GET; undefined where it is none.
 * Every kind of the protocol asks, so they are read once.
 */
export function queryOf(request: Request): Parameters | undefined {
    if (request.url.pathname !== "/" || !["GET", "POST"].includes(request.method)) {
        return undefined;
    }
    const known = PARSED.get(request);
    if (known !== undefined) {
        return known;
    }
    const form = new URLSearchParams(request.method === "POST" ? request.body : "");
    const parameters = new Parameters(request.url.searchParams, form);
    PARSED.set(request, parameters);
    return parameters;
}

/** The account behind a key: `AKIA<account>`, a principal of the world, or a role that AssumeRole handed out. */
export function awsCaller(state: State, request: Request, { accessKeyId }: Signed): Caller | undefined {
    const entries = regionsOf<object>(state);
    const role = /^ASIA(\d{12})([\w+=,.@-]*)$/.exec(accessKeyId);
    if (role?.[1] !== undefined) {
        const known = entries.some((entry) => entry.account === role[1]);
        const principal = entries
            .flatMap((entry) => entry.principals ?? [])
            .find((p) => p.accessKeyId === `role/${role[2]}`);
        return known && request.headers["x-amz-security-token"] === sessionToken(accessKeyId)
            ? { account: role[1], accessKeyId, denied: principal?.denied ?? [] }
            : undefined;
    }
    return state.caller(
        "AKIA",
        entries.map(({ account: id, principals }) => ({ id, ...(principals ? { principals } : {}) })),
        accessKeyId,
    );
}

/** The session token that belongs to a temporary key. */
export function sessionToken(accessKeyId: string): string {
    return `session-of-${accessKeyId}`;
}
