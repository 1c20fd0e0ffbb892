import { setTimeout as sleep } from "node:timers/promises";
import type { HttpClient, Pipeline, PipelineResponse } from "@azure/core-rest-pipeline";
import type { TokenCredential } from "@azure/identity";
import { askOnce } from "../calls";
import {
    type Cloud,
    CloudError,
    endpointName,
    networkFailure,
    type Site,
    unreadableAnswer,
    withinCallTimeout,
} from "../cloud";
import { Transport } from "../transport";
import { type Authority, httpClient, noToken, packageMissing, tokensOf } from "./credentials";
import { armError } from "./errors";
import { azureSettings } from "./settings";

/** Clients of one Azure cloud and its credentials. */
export interface AzureClients {
    /** One call to Azure Resource Manager (ARM), sent once. */
    arm(call: ArmCall): Promise<ArmAnswer>;
    /** The tenant of the credentials, asked for once. */
    tenant(signal: AbortSignal): Promise<string>;
    /** The subscription whose requests are listed, where settings or environment name one. */
    readonly subscription: string | undefined;
    /** API versions that were asked for, by subscription and resource type. */
    readonly versions: Map<string, Promise<string>>;
}

export interface ArmCall {
    /** As errors name it, `Microsoft.Sql/servers/privateEndpointConnections/read`. */
    readonly action: string;
    readonly method: "GET" | "PUT" | "DELETE";
    /** An ARM id with what follows it, `/subscriptions/…?api-version=…`, or a link of an answer before. */
    readonly target: string;
    readonly body?: unknown;
    readonly signal: AbortSignal;
}

export interface ArmAnswer {
    readonly status: number;
    /** Undefined: the answer is empty, as 202 and 204 are. */
    readonly body: unknown;
    /**
     * Where the operation is that goes on after this answer: `Azure-AsyncOperation`, else `Location`. A hint only, since some resource
     * providers never end it: whether it is done, the resource itself says.
     * https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations
     */
    readonly operation?: string;
}

/** Clouds by the names that Pulumi's Azure Native provider takes in `environment`. */
const ENVIRONMENTS = {
    public: {
        endpoint: "https://management.azure.com",
        authorityHost: "https://login.microsoftonline.com",
    },
    usgovernment: {
        endpoint: "https://management.usgovcloudapi.net",
        authorityHost: "https://login.microsoftonline.us",
    },
    china: {
        endpoint: "https://management.chinacloudapi.cn",
        authorityHost: "https://login.chinacloudapi.cn",
    },
} as const;

/**
 * Microsoft Azure. Settings and variables are those of Pulumi's Azure Native provider, so that its stack config is enough.
 * Credentials: see `credentials.ts`.
 *
 * Client: `@azure/core-rest-pipeline` for the token, its renewal and the second question that continuous access evaluation asks
 * (https://learn.microsoft.com/entra/identity-platform/claims-challenge), without its retries, and with our transport as its HTTP
 * client. The clients of single services know one resource type each and, together, have hundreds of MB.
 *
 * The account is the tenant that the credentials belong to. The subscription stands in each resource's id.
 */
export const azure: Cloud<AzureClients> = {
    name: "azure",
    title: "Azure",
    accountTitle: "Azure tenant",
    settings: azureSettings,
    endpointVariables: ["ARM_RESOURCE_MANAGER_ENDPOINT", "ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST", "AZURE_AUTHORITY_HOST"],
    connect(site) {
        const endpoint = memoize(() => endpointOf(site));
        const tokens = memoize(() => tokensOf(site, endpoint()));
        const http = memoize(() => armHttp(site, endpoint()));
        const pipeline = memoize(() => pipelineOf(tokens(), endpoint()));
        const pauses = new Pauses();
        return {
            subscription: subscriptionOf(site),
            versions: new Map(),
            async arm(call) {
                await pauses.over(call);
                return send({ call, endpoint: endpoint(), pipeline, http: http(), pauses });
            },
            tenant: askOnce((signal: AbortSignal) =>
                withinCallTimeout(signal, (within) => tenantOf(tokens(), endpoint(), within)).catch((error) => {
                    throw noToken(error);
                }),
            ),
        };
    },
    account: (clients, signal) => clients.tenant(signal),
};

function subscriptionOf({ settings, environment }: Site): string | undefined {
    return (
        settings.subscriptionId ?? (environment.ARM_SUBSCRIPTION_ID || environment.AZURE_SUBSCRIPTION_ID || undefined)
    );
}

/** Where calls go: base without a slash at its end. */
interface Endpoint extends Authority {
    readonly base: string;
}

function endpointOf({ settings, environment }: Site): Endpoint {
    const name = settings.environment ?? (environment.ARM_ENVIRONMENT || environment.AZURE_ENVIRONMENT || "public");
    const own = ENVIRONMENTS[environmentName(name)];
    const base = settings.resourceManagerEndpoint ?? (environment.ARM_RESOURCE_MANAGER_ENDPOINT || own.endpoint);
    const audience = settings.resourceManagerAudience ?? (environment.ARM_RESOURCE_MANAGER_AUDIENCE || own.endpoint);
    const authorityHost =
        settings.activeDirectoryAuthorityHost ??
        (environment.ARM_ACTIVE_DIRECTORY_AUTHORITY_HOST || environment.AZURE_AUTHORITY_HOST || own.authorityHost);
    return { base: withoutSlash(base), scope: `${withoutSlash(audience)}/.default`, authorityHost };
}

/** The longer names are those of the Azure CLI and of Azure's Go SDK: `AzureCloud`, `AzureUSGovernmentCloud`. */
function environmentName(name: string): keyof typeof ENVIRONMENTS {
    const short = name.toLowerCase().replace(/^azure|cloud$/g, "") || "public";
    if (!Object.hasOwn(ENVIRONMENTS, short)) {
        throw new CloudError({
            action: "connect",
            failure: "refused",
            code: "UnknownEnvironment",
            text: `"${name}" is no Azure environment; take ${Object.keys(ENVIRONMENTS).join(", ")}, or set the URLs`,
        });
    }
    return short as keyof typeof ENVIRONMENTS;
}

/**
 * The pipeline's policy sends tokens to https URLs only, so it is shown one: the scheme that the endpoint has is put back here.
 * Which endpoints may be plain http, `endpointProblem` has decided before.
 */
function armHttp(site: Site, { base }: Endpoint): HttpClient {
    const transport = new Transport(
        endpointName("azure", "resourceManagerEndpoint", site, ["ARM_RESOURCE_MANAGER_ENDPOINT"]),
    );
    return httpClient(transport, (url) => (base.startsWith("http:") ? url.replace(/^https:/, "http:") : url));
}

async function pipelineOf(credential: TokenCredential, { scope }: Endpoint): Promise<Pipeline> {
    const azureCore = await import("@azure/core-rest-pipeline").catch((error) => {
        throw packageMissing(error);
    });
    const pipeline = azureCore.createEmptyPipeline();
    pipeline.addPolicy(azureCore.userAgentPolicy({ userAgentPrefix: "pulumi-connection-decision" }));
    pipeline.addPolicy(azureCore.setClientRequestIdPolicy());
    pipeline.addPolicy(azureCore.bearerTokenAuthenticationPolicy({ credential, scopes: scope }));
    return pipeline;
}

interface Sending {
    readonly call: ArmCall;
    readonly endpoint: Endpoint;
    readonly pipeline: () => Promise<Pipeline>;
    readonly http: HttpClient;
    readonly pauses: Pauses;
}

/** Sends once. The caller repeats. */
async function send({ call, endpoint, pipeline, http, pauses }: Sending): Promise<ArmAnswer> {
    const { action, method, body } = call;
    const url = urlOf(call, endpoint);
    let response: PipelineResponse;
    try {
        response = await withinCallTimeout(call.signal, async (abortSignal) => {
            const ready = await pipeline();
            const { createHttpHeaders, createPipelineRequest } = await import("@azure/core-rest-pipeline");
            const headers = createHttpHeaders({ accept: "application/json", "content-type": "application/json" });
            const sent = body === undefined ? {} : { body: JSON.stringify(body) };
            return ready.sendRequest(http, createPipelineRequest({ url, method, headers, abortSignal, ...sent }));
        });
    } catch (error) {
        throw unanswered(action, new URL(url).host, error);
    }
    const said = json(response.bodyAsText ?? "");
    if (response.status < 200 || response.status > 299) {
        pauses.note(call, response);
        throw armError(action, { status: response.status, header: (name) => response.headers.get(name), body: said });
    }
    if (said === NOT_JSON) {
        throw unreadableAnswer(action, "the answer is not JSON");
    }
    const operation = response.headers.get("azure-asyncoperation") ?? response.headers.get("location");
    return { status: response.status, body: said, ...(operation === undefined ? {} : { operation }) };
}

/** Always https, see {@link armHttp}. A link to another host gets no token. */
function urlOf({ action, target }: ArmCall, { base }: Endpoint): string {
    const url = target.startsWith("/") ? `${base}${target}` : target;
    if (!URL.canParse(url) || new URL(url).host !== new URL(base).host) {
        throw unreadableAnswer(action, `a link leads to another host: ${target}`);
    }
    return new URL(url).href.replace(/^http:/, "https:");
}

function unanswered(action: string, host: string, error: unknown): CloudError {
    if (error instanceof CloudError) {
        return error;
    }
    const network = networkFailure(error);
    return new CloudError({
        action,
        failure: "transient",
        code: network?.code ?? "NetworkError",
        text: `no answer from ${host}: ${network?.text ?? "the connection broke"}`,
    });
}

/** An answer that is no JSON, such as a proxy's page. */
const NOT_JSON = Symbol("not JSON");

function json(text: string): unknown {
    if (text.trim() === "") {
        return undefined;
    }
    try {
        return JSON.parse(text);
    } catch {
        return NOT_JSON;
    }
}

/**
 * Waits out what `Retry-After` of a 429 asks for: a call sent sooner "isn't processed and a new retry value is returned".
 * ARM counts reads, writes and deletes of one subscription and principal apart.
 * https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
class Pauses {
    private readonly until = new Map<string, number>();

    note(call: ArmCall, { status, headers }: PipelineResponse): void {
        const seconds = Number(headers.get("retry-after"));
        if (status === 429 && seconds > 0) {
            this.until.set(bucketOf(call), performance.now() + Math.min(seconds, LONGEST_PAUSE_S) * 1000);
        }
    }

    async over(call: ArmCall): Promise<void> {
        const left = (this.until.get(bucketOf(call)) ?? 0) - performance.now();
        if (left > 0) {
            await sleep(left, undefined, { signal: call.signal }).catch(() => {
                throw new CloudError({
                    action: call.action,
                    failure: "throttled",
                    code: "TooManyRequests",
                    text: "not sent: the run ended while it waited for what Retry-After asked for",
                });
            });
        }
    }
}

/** A minute: longer ones are left to the caller's own patience, and get a 429 again. */
const LONGEST_PAUSE_S = 60;

function bucketOf({ method, target }: ArmCall): string {
    return `${method} ${/\/subscriptions\/([^/?]+)/i.exec(target)?.[1]?.toLowerCase() ?? ""}`;
}

/**
 * The claim `tid` of the token. Microsoft calls tokens of its own APIs opaque, but no call of ARM says whose they are: `GET /tenants`
 * lists every tenant that the principal is a guest of. Claims: https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 *
 * `enableCae` as the pipeline asks: MSAL keeps tokens with and without it apart.
 */
async function tenantOf(credential: TokenCredential, { scope }: Endpoint, signal: AbortSignal): Promise<string> {
    const token = await credential.getToken(scope, { abortSignal: signal, enableCae: true });
    const claims = json(Buffer.from(token?.token.split(".")[1] ?? "", "base64url").toString("utf8"));
    const tenant = (claims as { tid?: unknown } | undefined)?.tid;
    if (typeof tenant !== "string" || tenant === "") {
        throw new CloudError({
            action: "credentials",
            failure: "credentials",
            code: "UnreadableToken",
            text: "the access token does not say which tenant it belongs to (claim tid)",
        });
    }
    return tenant.toLowerCase();
}

function withoutSlash(url: string): string {
    return url.replace(/\/+$/, "");
}

function memoize<T>(make: () => T): () => T {
    let made: { readonly value: T } | undefined;
    return () => {
        made ??= { value: make() };
        return made.value;
    };
}
