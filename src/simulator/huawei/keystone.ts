import { createHmac } from "node:crypto";
import { notSimulated, Refusal, type Reply, type Request } from "../server/message";
import type { Api, Operation } from "../server/protocol";
import type { Caller, State } from "../server/state";
import { seconds } from "../server/time";
import { keyHolder, type Project, projectsOf } from "./account";

/**
 * Identity API v3 as far as a client needs it to get a token: the version, and POST /v3/auth/tokens with a password, scoped to
 * a project. Open Telekom Cloud, IAM API Reference, Obtaining a User Token; keystoneauth1/identity/v3.
 * A user is named like an access key, `HPUA<project>` or a principal of the world; the password is `secret-of-<user>`.
 */
export const keystone: Api = (request, state) => {
    const path = request.url.pathname.replace(/\/$/, "");
    if (path !== "/v3" && path !== "/v3/auth/tokens") {
        return undefined;
    }
    const version = path === "/v3";
    return {
        cloud: "huawei",
        action: version ? "iam:version:get" : "iam:tokens:create",
        ids: [],
        throttleKey: "",
        throttled: new Refusal(429, "Too Many Requests", "The throttling threshold has been reached."),
        skewed: new Refusal(401, "Unauthorized", "The request you have made requires authentication."),
        expired: new Refusal(401, "Unauthorized", "The request you have made requires authentication."),
        refuse: (refusal) => reply(refusal.status, errorOf(refusal), { "x-request-id": request.requestId }),
        run() {
            const strange = [...request.url.searchParams.keys()][0];
            if (request.method !== (version ? "GET" : "POST") || strange !== undefined) {
                throw notSimulated(
                    strange === undefined ? `${request.method} ${path}` : `parameter ${strange} of ${path}`,
                );
            }
            return version ? reply(200, versionOf(request)) : createToken(request, state);
        },
    } satisfies Operation;
};

/** A token lasts a day (Obtaining a User Token: "The validity period of a token is 24 hours"). */
const TOKEN_MS = 24 * 3_600_000;

/** Who a token was given to; undefined for one that was never given, has expired, or whose project is gone. */
export function tokenHolder(state: State, token: string): Caller | undefined {
    const [content = "", seal] = token.split(".");
    if (sealOf(content) !== seal) {
        return undefined;
    }
    const [user, until] = JSON.parse(Buffer.from(content, "base64url").toString()) as [string, number];
    return until > state.now() ? userOf(state, user)?.caller : undefined;
}

function createToken(request: Request, state: State): Reply {
    const { user, password, domain: userDomain, project } = readAuth(request);
    const found = userOf(state, user);
    const stranger = ![undefined, found?.project.domainName ?? userDomain].includes(userDomain);
    if (found === undefined || stranger || password !== `secret-of-${user}`) {
        throw new Refusal(401, "Unauthorized", "The username or password is wrong.");
    }
    if (![found.project.projectId, found.project.region].includes(project)) {
        throw new Refusal(401, "Unauthorized", "The user has no role in the project.");
    }
    const until = state.now() + TOKEN_MS;
    const content = Buffer.from(JSON.stringify([user, until])).toString("base64url");
    const domain = { id: found.project.domainId ?? "", name: found.project.domainName ?? "" };
    const token = {
        methods: ["password"],
        issued_at: seconds(state.now()),
        expires_at: seconds(until),
        user: { id: user, name: user, domain },
        project: { id: found.project.projectId, name: found.project.region, domain },
        roles: [{ id: "0", name: "te_admin" }],
        catalog: catalogOf(request, found.project),
    };
    return reply(201, { token }, { "x-subject-token": `${content}.${sealOf(content)}` });
}

/** `auth` of the request: identity.password.user and scope.project; other methods and scopes are not modelled. */
function readAuth(request: Request): { user: string; password: string; domain: unknown; project: string } {
    const { auth } = only(parse(request.body), ["auth"]);
    const { identity, scope } = only(auth, ["identity", "scope"]);
    const { methods, password } = only(identity, ["methods", "password"]);
    if (JSON.stringify(methods) !== '["password"]') {
        throw notSimulated(`authentication methods ${JSON.stringify(methods)}`);
    }
    const { project } = only(scope, ["project"]);
    if (project === undefined) {
        throw notSimulated("tokens that are not scoped to a project");
    }
    const { user } = only(password, ["user"]);
    const { name, id, password: secret, domain } = only(user, ["name", "id", "password", "domain"]);
    const sought = only(project, ["id", "name", "domain"]);
    return {
        user: String(name ?? id),
        password: String(secret),
        domain: only(domain, ["id", "name"]).name,
        project: String(sought.id ?? sought.name),
    };
}

/** The members of an object, of which none may be one that would be ignored. */
function only(value: unknown, names: readonly string[]): Record<string, unknown> {
    const members = Object(value ?? {}) as Record<string, unknown>;
    const strange = Object.keys(members).find((name) => !names.includes(name));
    if (strange !== undefined) {
        throw notSimulated(`member ${strange} of the request, beside ${names.join(", ")}`);
    }
    return members;
}

function userOf(state: State, user: string): { caller: Caller; project: Project } | undefined {
    const caller = keyHolder(state, "HPUA", user);
    const project = projectsOf<object>(state).find(({ projectId }) => projectId === caller?.account);
    return caller === undefined || project === undefined ? undefined : { caller, project };
}

/** The services that the simulator has, at the address that the client knows it by. */
function catalogOf(request: Request, { projectId, region }: Project): object[] {
    const at = (type: string, path: string) => ({
        type,
        name: type,
        id: type,
        endpoints: [
            { id: type, interface: "public", region, region_id: region, url: `http://${request.headers.host}${path}` },
        ],
    });
    return [at("vpcep", `/v1/${projectId}`), at("identity", "/v3")];
}

function versionOf(request: Request): object {
    const links = [{ rel: "self", href: `http://${request.headers.host}/v3/` }];
    return { version: { id: "v3.6", status: "stable", updated: "2018-06-28T00:00:00Z", links, "media-types": [] } };
}

/** A seal that tells a token of the simulator from an invented one. */
function sealOf(content: string): string {
    return createHmac("sha256", "simulator").update(content).digest("base64url");
}

function parse(text: string): object {
    try {
        return Object(JSON.parse(text));
    } catch {
        throw new Refusal(400, "Bad Request", "The request body is not JSON.");
    }
}

function errorOf({ status, code, message }: Refusal): object {
    return { error: { code: status, title: code, message } };
}

function reply(status: number, content: object, headers: Readonly<Record<string, string>> = {}): Reply {
    return { status, headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(content) };
}
