import type { OpenApiRequest } from "@alicloud/openapi-core/dist/utils";
import { isLosslessNumber, parse } from "lossless-json";
import {
    type Cloud,
    CloudError,
    callLimits,
    type FailureClass,
    networkFailure,
    type Site,
    unreadableAnswer,
    withinCallTimeout,
} from "./cloud";

/** JSON with every number as the text it was sent as: account ids have up to 18 digits. */
export type ExactJson = string | boolean | null | ExactJson[] | { [key: string]: ExactJson | undefined };

/** Clients of one account. */
export interface AlibabaClients {
    /** One RPC call to the VPC peering API, version 2022-01-01. */
    vpcPeer(action: string, parameters: Record<string, string>, signal: AbortSignal): Promise<Answer>;
    /** The account behind the credentials, asked for once. */
    account(signal: AbortSignal): Promise<string>;
}

export type Answer = { [key: string]: ExactJson | undefined };

/**
 * Alibaba Cloud.
 *
 * Credentials: the default chain of `@alicloud/credentials` (environment, OIDC role, CLI profile, shared file, ECS RAM
 * role, `ALIBABA_CLOUD_CREDENTIALS_URI`), or the CLI profile named in the settings; `roleArn` is assumed on top of either.
 * The VPC peering API has one central endpoint for every region
 * (API reference, endpoints; `_endpointRule = "central"` in the vendor's SDK).
 */
export const alibaba: Cloud<AlibabaClients> = {
    name: "alibaba",
    title: "Alibaba Cloud",
    accountTitle: "Alibaba Cloud account",
    settings: {
        profile: "Profile of the Alibaba Cloud CLI (~/.aliyun/config.json)",
        roleArn: "RAM role to assume, as an ARN",
        vpcPeerEndpoint: "URL of the VPC peering API, instead of https://vpcpeer.aliyuncs.com",
        stsEndpoint: "URL of the STS API, instead of https://sts.aliyuncs.com",
    },
    endpointVariables: ["ALIBABA_CLOUD_VPCPEER_ENDPOINT", "ALIBABA_CLOUD_STS_ENDPOINT"],
    connect(site) {
        const { settings, environment } = site;
        const vpcPeer =
            settings.vpcPeerEndpoint ?? environment.ALIBABA_CLOUD_VPCPEER_ENDPOINT ?? "https://vpcpeer.aliyuncs.com";
        const sts = settings.stsEndpoint ?? environment.ALIBABA_CLOUD_STS_ENDPOINT ?? "https://sts.aliyuncs.com";
        let credential: Promise<CredentialSource> | undefined;
        const credentials = () => {
            credential ??= credentialSource(site, sts);
            return credential;
        };
        let account: Promise<string> | undefined;
        return {
            vpcPeer: (action, parameters, signal) =>
                rpc({ endpoint: vpcPeer, version: "2022-01-01", action, parameters, credentials, signal }),
            account(signal) {
                account ??= rpc({
                    endpoint: sts,
                    version: "2015-04-01",
                    action: "GetCallerIdentity",
                    parameters: {},
                    credentials,
                    signal,
                }).then((answer) => String(answer.AccountId ?? ""));
                account.catch(() => {
                    account = undefined;
                });
                return account;
            },
        };
    },
    account: (clients, signal) => clients.account(signal),
};

/** What `@alicloud/openapi-core` asks of a credential. */
interface CredentialSource {
    getCredential(): Promise<{
        accessKeyId?: string;
        accessKeySecret?: string;
        securityToken?: string;
        type?: string;
        providerName?: string;
    }>;
}

interface RpcCall {
    readonly endpoint: string;
    readonly version: string;
    readonly action: string;
    readonly parameters: Record<string, string>;
    readonly credentials: () => Promise<CredentialSource>;
    readonly signal: AbortSignal;
}

/**
 * One call through Alibaba's own core client, which signs (ACS3-HMAC-SHA256) and sends once: it repeats nothing unless told to.
 * `bodyType: "string"` because the client's own JSON.parse would round account ids.
 */
async function rpc({ endpoint, version, action, parameters, credentials, signal }: RpcCall): Promise<Answer> {
    const { OpenApi, OpenApiUtil } = await core();
    const { protocol, host } = new URL(endpoint);
    const { RuntimeOptions } = await import("@darabonba/typescript");
    try {
        const client = new OpenApi(
            new OpenApiUtil.Config({
                endpoint: host,
                protocol: protocol.replace(":", ""),
                credential: (await credentials()) as never,
                // The client's default of 3 s cuts off slow answers (aliyun-openapi-nodejs-sdk#16). Its "connect" timeout runs until the first byte.
                connectTimeout: callLimits.timeoutMs,
                readTimeout: callLimits.timeoutMs,
            }),
        );
        const request = new OpenApiUtil.OpenApiRequest({ body: parameters }) as OpenApiRequest;
        const params = new OpenApiUtil.Params({
            action,
            version,
            protocol: "HTTPS",
            pathname: "/",
            method: "POST",
            authType: "AK",
            style: "RPC",
            reqBodyType: "formData",
            bodyType: "string",
        });
        // openapi-core takes no signal; its own timeouts end the request.
        const answer = await withinCallTimeout(signal, () => client.callApi(params, request, new RuntimeOptions({})));
        return exactJson(String(answer.body ?? "")) as Answer;
    } catch (error) {
        throw alibabaError(`${action}`, error);
    }
}

/** JSON text with numbers as strings. Throws a SyntaxError on anything that is not a JSON object. */
function exactJson(text: string): ExactJson {
    const value = parse(text, (_key, inner) => (isLosslessNumber(inner) ? inner.toString() : inner)) as ExactJson;
    if (typeof value !== "object" || value === null) {
        throw new SyntaxError("the answer is not a JSON object");
    }
    return value;
}

function alibabaError(action: string, error: unknown): CloudError {
    if (error instanceof CloudError) {
        return error;
    }
    const { code, message, statusCode, requestId, name } = error as Error & {
        code?: unknown;
        statusCode?: number;
        requestId?: string;
    };
    const network = networkFailure(error);
    const word = network ?? (typeof code === "string" && code !== "" && code !== "undefined" ? code : name);
    const failure = network !== undefined || error instanceof SyntaxError ? "transient" : classify(word, statusCode);
    return new CloudError({
        cloud: "Alibaba Cloud",
        action,
        failure,
        code: word,
        text: sentence(String(message ?? ""), word),
        httpStatus: statusCode,
        requestId: requestId === "undefined" ? undefined : requestId,
    });
}

/**
 * https://www.alibabacloud.com/help/en/vpc/developer-reference/api-vpcpeer-2022-01-01-errorcodes and the common error codes.
 * The gateway's own come with any HTTP status, 400 too: whatever names Throttling (`Rejected.Throttling`) and
 * `ServiceUnavailable` are repeated by terraform-provider-alicloud (NeedRetry in errors.go).
 */
function classify(code: string, httpStatus: number | undefined): FailureClass {
    const word = code.toLowerCase();
    if (word.includes("throttling") || word === "conflict.operation") {
        return "throttled";
    }
    if (word === "serviceunavailable") {
        return "transient";
    }
    if (word === "resourcenotfound.instanceid") {
        return "missing";
    }
    if (word.startsWith("forbidden") || word.startsWith("nopermission")) {
        return "denied";
    }
    if (CREDENTIAL_CODES.some((prefix) => word.startsWith(prefix))) {
        return "credentials";
    }
    return httpStatus === undefined || httpStatus >= 500 ? "transient" : "refused";
}

const CREDENTIAL_CODES = [
    "invalidaccesskeyid",
    "invalidcredentials",
    "invalidsecuritytoken",
    "incompletesignature",
    "signaturedoesnotmatch",
    "missingaccesskeyid",
    "missingsecuritytoken",
    "signaturenonceused",
    "invalidtimestamp",
    "credentials",
];

/** The client's message repeats the code, the HTTP status and the request id around the cloud's sentence. */
function sentence(message: string, code: string): string {
    return (message.split("\n", 1)[0] ?? "")
        .replace(`${code}: `, "")
        .replace(/^code: \d+, /, "")
        .replace(/ request id: \S+$/, "");
}

/** The default chain or a named profile, and the assumed role on top. */
async function credentialSource(site: Site, stsEndpoint: string): Promise<CredentialSource> {
    const { default: Credential, CLIProfileCredentialsProvider } = await credentialsModule();
    const base: CredentialSource = {
        async getCredential() {
            try {
                return site.settings.profile === undefined
                    ? await new Credential().getCredential()
                    : await new Credential(
                          null,
                          CLIProfileCredentialsProvider.builder().withProfileName(site.settings.profile).build(),
                      ).getCredential();
            } catch (error) {
                throw new CloudError({
                    cloud: "Alibaba Cloud",
                    action: "credentials",
                    failure: "credentials",
                    code: "NoCredentials",
                    text:
                        site.settings.profile === undefined
                            ? "no Alibaba Cloud credentials; tried the default chain (environment ALIBABA_CLOUD_ACCESS_KEY_ID, OIDC role, CLI profile, ~/.alibabacloud/credentials, ECS RAM role, ALIBABA_CLOUD_CREDENTIALS_URI)"
                            : `no usable credentials in the Alibaba Cloud CLI profile "${site.settings.profile}": ${(error as Error).message.split("\n", 1)[0]}`,
                });
            }
        },
    };
    const { roleArn } = site.settings;
    return roleArn === undefined ? base : assumedRole(roleArn, base, stsEndpoint);
}

/**
 * AssumeRole, renewed five minutes before it ends (STS API reference 2015-04-01).
 * Not `ram_role_arn` of `@alicloud/credentials`: it takes long-lived keys only, no profile or chain below it, and no endpoint.
 */
function assumedRole(roleArn: string, base: CredentialSource, endpoint: string): CredentialSource {
    let current: { until: number; credential: Awaited<ReturnType<CredentialSource["getCredential"]>> } | undefined;
    return {
        async getCredential() {
            if (current === undefined || current.until - 5 * 60_000 < Date.now()) {
                const answer = await rpc({
                    endpoint,
                    version: "2015-04-01",
                    action: "AssumeRole",
                    parameters: {
                        RoleArn: roleArn,
                        RoleSessionName: "pulumi-connection-decision",
                        DurationSeconds: "3600",
                    },
                    credentials: async () => base,
                    signal: new AbortController().signal,
                });
                const issued = (answer.Credentials ?? {}) as Record<string, string>;
                if (!issued.AccessKeyId || !issued.AccessKeySecret || !issued.SecurityToken) {
                    throw unreadableAnswer(
                        { cloud: "Alibaba Cloud", action: "sts:AssumeRole" },
                        "the answer has no credentials",
                    );
                }
                current = {
                    until: Date.parse(issued.Expiration ?? "") || Date.now() + 3_600_000,
                    credential: {
                        accessKeyId: issued.AccessKeyId ?? "",
                        accessKeySecret: issued.AccessKeySecret ?? "",
                        securityToken: issued.SecurityToken ?? "",
                        type: "sts",
                        providerName: "ram_role_arn",
                    },
                };
            }
            return current.credential;
        },
    };
}

/** Alibaba's packages are CommonJS with a `default` export: node and bundlers hand it out at different depths. */
async function core() {
    const module = await import("@alicloud/openapi-core");
    const { default: OpenApi } = (module.$OpenApiUtil === undefined ? module.default : module) as unknown as {
        default: typeof import("@alicloud/openapi-core").default;
    };
    const util = (module.$OpenApiUtil ??
        (module.default as unknown as typeof module)
            .$OpenApiUtil) as typeof import("@alicloud/openapi-core").$OpenApiUtil;
    const Client = (
        typeof OpenApi === "function" ? OpenApi : (OpenApi as { default: unknown }).default
    ) as typeof import("@alicloud/openapi-core").default;
    return { OpenApi: Client, OpenApiUtil: util };
}

async function credentialsModule() {
    const module = await import("@alicloud/credentials");
    return (typeof module.default === "function"
        ? module
        : module.default) as unknown as typeof import("@alicloud/credentials");
}
