import { isLosslessNumber, parse } from "lossless-json";
import { askOnce } from "../calls";
import {
    type Cloud,
    CloudError,
    endpointName,
    type FailureClass,
    networkFailure,
    roleProblem,
    type Site,
    settingName,
    unreadableAnswer,
    withinCallTimeout,
} from "../cloud";
import { type HttpAnswer, Transport } from "../transport";
import { alibabaSettings } from "./settings";

/** JSON with every number as the text it was sent as: account ids have up to 18 digits. */
export type ExactJson = string | boolean | null | ExactJson[] | { [key: string]: ExactJson | undefined };

/** Clients of one account. */
export interface AlibabaClients {
    /** One RPC call to the VPC peering API, version 2022-01-01. */
    vpcPeer(action: string, parameters: Record<string, string>, signal: AbortSignal): Promise<Answer>;
    /** One RPC call to the PrivateLink API, version 2020-04-15, of the site's region. */
    privateLink(action: string, parameters: Record<string, string>, signal: AbortSignal): Promise<Answer>;
    /** The account behind the credentials, asked for once. */
    account(signal: AbortSignal): Promise<string>;
}

export type Answer = { [key: string]: ExactJson | undefined };

/** Of terraform-provider-alicloud and Pulumi's package (the second is its older name), then of the vendor's CLI. */
const REGION_VARIABLES = ["ALIBABA_CLOUD_REGION", "ALICLOUD_REGION", "ALIBABA_CLOUD_REGION_ID"];

/**
 * Alibaba Cloud.
 *
 * Credentials: the default chain of `@alicloud/credentials` (environment, OIDC role, CLI profile, shared file, ECS RAM
 * role, `ALIBABA_CLOUD_CREDENTIALS_URI`), or the CLI profile named in the settings; `roleArn` is assumed on top of either.
 * The VPC peering API has one central endpoint for every region, the PrivateLink API one in each
 * (API references, endpoints; `_endpointRule` is "central" and "regional" in the vendor's SDKs).
 */
export const alibaba: Cloud<AlibabaClients> = {
    name: "alibaba",
    title: "Alibaba Cloud",
    accountTitle: "Alibaba Cloud account",
    settings: alibabaSettings,
    endpointVariables: [
        "ALIBABA_CLOUD_VPCPEER_ENDPOINT",
        "ALIBABA_CLOUD_PRIVATELINK_ENDPOINT",
        "ALIBABA_CLOUD_STS_ENDPOINT",
    ],
    defaults: {
        region: {
            chain: ["connection.region", "connections:alibabaRegion", "alicloud:region", ...REGION_VARIABLES],
            async find({ settings, environment }) {
                const stated = REGION_VARIABLES.map((name) => environment[name]);
                return [settings.region, ...stated].find((region) => region !== undefined && region !== "");
            },
        },
    },
    connect(site) {
        const vpcPeer = apiOf(
            site,
            "vpcPeerEndpoint",
            "ALIBABA_CLOUD_VPCPEER_ENDPOINT",
            "https://vpcpeer.aliyuncs.com",
        );
        const privateLink = apiOf(
            site,
            "privateLinkEndpoint",
            "ALIBABA_CLOUD_PRIVATELINK_ENDPOINT",
            `https://privatelink.${site.placement.region}.aliyuncs.com`,
        );
        const sts = apiOf(site, "stsEndpoint", "ALIBABA_CLOUD_STS_ENDPOINT", "https://sts.aliyuncs.com");
        let credential: Promise<CredentialSource> | undefined;
        const credentials = () => {
            credential ??= credentialSource(site, sts);
            return credential;
        };
        return {
            vpcPeer: (action, parameters, signal) =>
                rpc({ ...vpcPeer, version: "2022-01-01", action, parameters, credentials, signal }),
            privateLink: (action, parameters, signal) =>
                rpc({ ...privateLink, version: "2020-04-15", action, parameters, credentials, signal }),
            account: askOnce(async (signal) => {
                const call = { action: "GetCallerIdentity", parameters: {}, credentials, signal };
                const { AccountId } = await rpc({ ...sts, version: "2015-04-01", ...call });
                return String(AccountId ?? "");
            }),
        };
    },
    account: (clients, signal) => clients.account(signal),
};

/** One API: where it is, and how to get there. */
type Api = Pick<RpcCall, "endpoint" | "transport">;

function apiOf(site: Site, setting: string, variable: string, own: string): Api {
    return {
        endpoint: site.settings[setting] ?? (site.environment[variable] || own),
        transport: new Transport(endpointName("alibaba", setting, site, [variable])),
    };
}

/** What `@alicloud/credentials` gives. */
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
    readonly transport: Transport;
    readonly version: string;
    readonly action: string;
    readonly parameters: Record<string, string>;
    readonly credentials: () => Promise<CredentialSource>;
    readonly signal: AbortSignal;
}

/**
 * One call, signed by Alibaba's own core client (ACS3-HMAC-SHA256) and sent once by our transport: the core client's takes no
 * proxy, no signal and no limit, none of them by configuration, and its JSON.parse would round account ids.
 */
async function rpc(call: RpcCall): Promise<Answer> {
    const { action, transport, signal } = call;
    try {
        const answer = await withinCallTimeout(signal, async (within) =>
            transport.send({
                ...(await signed(call)),
                method: "POST",
                url: new URL("/", call.endpoint),
                signal: within,
            }),
        );
        if (!answer.ok) {
            throw refusal(action, answer);
        }
        return exactJson(answer.text) as Answer;
    } catch (error) {
        throw alibabaError(action, error);
    }
}

/** Headers and body of an RPC call: "Request syntax and signature method V3" of the OpenAPI documents. */
async function signed(call: RpcCall): Promise<{ headers: Record<string, string>; body: string }> {
    const { OpenApiUtil } = await core();
    const credential = await (await call.credentials()).getCredential();
    const body = OpenApiUtil.toForm(call.parameters);
    const hash = OpenApiUtil.hash(Buffer.from(body, "utf8"), ALGORITHM).toString("hex");
    const headers: Record<string, string> = {
        host: new URL(call.endpoint).host,
        accept: "application/json",
        "content-type": "application/x-www-form-urlencoded",
        "user-agent": OpenApiUtil.getUserAgent("pulumi-connection-decision"),
        "x-acs-action": call.action,
        "x-acs-content-sha256": hash,
        "x-acs-date": OpenApiUtil.getTimestamp(),
        "x-acs-signature-nonce": OpenApiUtil.getNonce(),
        "x-acs-version": call.version,
        ...(credential.securityToken
            ? {
                  "x-acs-accesskey-id": credential.accessKeyId ?? "",
                  "x-acs-security-token": credential.securityToken,
              }
            : {}),
    };
    const request = { method: "POST", pathname: "/", query: {}, headers } as Parameters<
        typeof OpenApiUtil.getAuthorization
    >[0];
    headers.authorization = OpenApiUtil.getAuthorization(
        request,
        ALGORITHM,
        hash,
        credential.accessKeyId ?? "",
        credential.accessKeySecret ?? "",
    );
    return { headers, body };
}

const ALGORITHM = "ACS3-HMAC-SHA256";

/** `{Code, Message, RequestId}`: API reference, "Error codes". What is not that is a proxy's or a gateway's. */
function refusal(action: string, { status, text }: HttpAnswer): CloudError {
    const { Code, Message, RequestId } = readJson(text);
    const known = typeof Code === "string" && Code !== "";
    return new CloudError({
        action,
        failure: known ? classify(Code, status) : "transient",
        code: known ? Code : `HTTP ${status}`,
        text:
            typeof Message === "string"
                ? (Message.split("\n", 1)[0] ?? "")
                : "the answer is not what the API documents",
        requestId: typeof RequestId === "string" ? RequestId : undefined,
    });
}

function readJson(text: string): Answer {
    try {
        return exactJson(text) as Answer;
    } catch {
        return {};
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
    const { message, name } = error as Error;
    const network = networkFailure(error);
    if (network === undefined && error instanceof SyntaxError) {
        return unreadableAnswer(action, "the answer is not a JSON object");
    }
    return new CloudError({
        action,
        failure: "transient",
        code: network?.code ?? name,
        text: network?.text ?? String(message).split("\n", 1)[0] ?? "",
    });
}

/**
 * https://www.alibabacloud.com/help/en/vpc/developer-reference/api-vpcpeer-2022-01-01-errorcodes and the common error codes.
 * PrivateLink's: the pages of its operations. EndpointConnectionOperationDenied is "The endpoint is being connected".
 * The gateway's own come with any HTTP status, 400 too: whatever names Throttling (`Rejected.Throttling`) and
 * `ServiceUnavailable` are repeated by terraform-provider-alicloud (NeedRetry in errors.go).
 */
function classify(code: string, httpStatus: number | undefined): FailureClass {
    const word = code.toLowerCase();
    const known = CODES.get(word);
    if (known !== undefined) {
        return known;
    }
    if (word.includes("throttling")) {
        return "throttled";
    }
    if (word.startsWith("forbidden") || word.startsWith("nopermission")) {
        return "denied";
    }
    if (CREDENTIAL_CODES.some((prefix) => word.startsWith(prefix))) {
        return "credentials";
    }
    return httpStatus === undefined || httpStatus >= 500 ? "transient" : "refused";
}

const CODES: ReadonlyMap<string, FailureClass> = new Map([
    ["conflict.operation", "throttled"],
    ["concurrentcallnotsupported", "throttled"],
    ["endpointconnectionoperationdenied", "conflict"],
    ["serviceunavailable", "transient"],
    ["resourcenotfound.instanceid", "missing"],
    ["endpointservicenotfound", "missing"],
    ["endpointconnectionnotfound", "missing"],
]);

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

/** The default chain or a named profile, and the assumed role on top. */
async function credentialSource(site: Site, sts: Api): Promise<CredentialSource> {
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
                    action: "credentials",
                    failure: "credentials",
                    code: "NoCredentials",
                    text:
                        site.settings.profile === undefined
                            ? "no Alibaba Cloud credentials; tried the default chain (environment ALIBABA_CLOUD_ACCESS_KEY_ID, OIDC role, CLI profile, ~/.alibabacloud/credentials, ECS RAM role, ALIBABA_CLOUD_CREDENTIALS_URI)"
                            : `no usable credentials in the Alibaba Cloud CLI profile "${site.settings.profile}" of ${settingName("alibaba", "profile")}: ${(error as Error).message.split("\n", 1)[0]}`,
                });
            }
        },
    };
    const { roleArn } = site.settings;
    return roleArn === undefined ? base : assumedRole(roleArn, base, sts);
}

const ASSUME = "sts:AssumeRole";

/** A role that cannot be assumed is a wrong setting, whatever the API's word for it is. */
async function issue(roleArn: string, base: CredentialSource, sts: Api): Promise<Answer> {
    const parameters = { RoleArn: roleArn, RoleSessionName: "pulumi-connection-decision", DurationSeconds: "3600" };
    const { signal } = new AbortController();
    try {
        return await rpc({
            ...sts,
            version: "2015-04-01",
            action: "AssumeRole",
            parameters,
            credentials: async () => base,
            signal,
        });
    } catch (error) {
        throw roleProblem(error, settingName("alibaba", "roleArn"));
    }
}

/**
 * AssumeRole, renewed five minutes before it ends (STS API reference 2015-04-01).
 * Not `ram_role_arn` of `@alicloud/credentials`: it takes long-lived keys only, no profile or chain below it, and no endpoint.
 */
function assumedRole(roleArn: string, base: CredentialSource, sts: Api): CredentialSource {
    let current: IssuedCredential | undefined;
    return {
        async getCredential() {
            if (current === undefined || current.until - 5 * 60_000 < Date.now()) {
                current = issuedCredential(await issue(roleArn, base, sts));
            }
            return current.credential;
        },
    };
}

interface IssuedCredential {
    /** Milliseconds since 1970. */
    readonly until: number;
    readonly credential: Awaited<ReturnType<CredentialSource["getCredential"]>>;
}

function issuedCredential(answer: Answer): IssuedCredential {
    const { AccessKeyId, AccessKeySecret, SecurityToken, Expiration } = (answer.Credentials ?? {}) as Answer;
    if (!AccessKeyId || !AccessKeySecret || !SecurityToken) {
        throw unreadableAnswer(ASSUME, "the answer has no credentials");
    }
    return {
        until: Date.parse(String(Expiration)) || Date.now() + 3_600_000,
        credential: {
            accessKeyId: String(AccessKeyId),
            accessKeySecret: String(AccessKeySecret),
            securityToken: String(SecurityToken),
            type: "sts",
            providerName: "ram_role_arn",
        },
    };
}

/** Alibaba's packages are CommonJS with a `default` export: node and bundlers hand it out at different depths. */
async function core(): Promise<Pick<typeof import("@alicloud/openapi-core"), "OpenApiUtil">> {
    const module = await import("@alicloud/openapi-core");
    return module.OpenApiUtil === undefined ? (module.default as unknown as typeof module) : module;
}

async function credentialsModule() {
    const module = await import("@alicloud/credentials");
    return (typeof module.default === "function"
        ? module
        : module.default) as unknown as typeof import("@alicloud/credentials");
}
