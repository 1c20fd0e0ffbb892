import type { EC2, EC2ClientConfig } from "@aws-sdk/client-ec2";
import type { OpenSearch } from "@aws-sdk/client-opensearch";
import type { STS } from "@aws-sdk/client-sts";
import {
    type Cloud,
    CloudError,
    endpointName,
    type FailureClass,
    networkFailure,
    roleProblem,
    type Site,
    settingName,
    withinCallTimeout,
} from "../cloud";
import { Transport } from "../transport";

/** Clients of one account and region. Each SDK is loaded with its first call. */
export interface AwsClients {
    readonly region: string;
    ec2(): Promise<EC2>;
    openSearch(): Promise<OpenSearch>;
    sts(): Promise<STS>;
    /** The account behind the credentials, asked for once. */
    account(signal: AbortSignal): Promise<string>;
}

/**
 * Amazon Web Services.
 *
 * Credentials: the SDK's default Node chain (environment, SSO, shared files and their roles, process, web identity,
 * container and instance metadata), or the profile named in the settings; `roleArn` is assumed on top of either.
 * Endpoints: the SDK's own `AWS_ENDPOINT_URL` and `AWS_ENDPOINT_URL_<SERVICE>`, or the settings.
 */
export const aws: Cloud<AwsClients> = {
    name: "aws",
    title: "AWS",
    accountTitle: "AWS account",
    settings: {
        region: "Region of connections that name none",
        profile: "Profile of the shared AWS configuration files",
        roleArn: "Role to assume, as an ARN",
        ec2Endpoint: "URL of the EC2 API, instead of the region's own",
        opensearchEndpoint: "URL of the OpenSearch API, instead of the region's own",
        stsEndpoint: "URL of the STS API, instead of the region's own",
    },
    endpointVariables: [
        "AWS_ENDPOINT_URL",
        "AWS_ENDPOINT_URL_EC2",
        "AWS_ENDPOINT_URL_OPENSEARCH",
        "AWS_ENDPOINT_URL_STS",
    ],
    foreignConfig: { region: "aws:region", profile: "aws:profile" },
    regionChain:
        "connection.region, connections:awsRegion, aws:region, AWS_REGION, AWS_DEFAULT_REGION, the profile's region",
    async region({ settings, environment }) {
        const stated = settings.region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
        if (stated) {
            return stated;
        }
        const { STS } = await import("@aws-sdk/client-sts");
        try {
            return await new STS(settings.profile === undefined ? {} : { profile: settings.profile }).config.region();
        } catch {
            return undefined;
        }
    },
    connect(site) {
        const region = site.placement.region ?? "";
        const config = memoize(() => clientConfig(site, region));
        const sts = memoize(async () => {
            const { STS } = await import("@aws-sdk/client-sts");
            return new STS({ ...(await config()), ...apiConfig(site, "sts") });
        });
        let account: Promise<string> | undefined;
        return {
            region,
            sts,
            account(signal) {
                account ??= callerAccount(sts, signal);
                account.catch(() => {
                    account = undefined;
                });
                return account;
            },
            ec2: memoize(async () => {
                const { EC2 } = await import("@aws-sdk/client-ec2");
                return new EC2({ ...(await config()), ...apiConfig(site, "ec2") });
            }),
            openSearch: memoize(async () => {
                const { OpenSearch } = await import("@aws-sdk/client-opensearch");
                return new OpenSearch({ ...(await config()), ...apiConfig(site, "opensearch") });
            }),
        };
    },
    account: (clients, signal) => clients.account(signal),
};

/**
 * Regions of every partition: `eu-west-1`, `us-gov-west-1`, `us-isob-east-1`, `eusc-de-east-1` (regionRegex of the SDKs'
 * partitions.json). Looser than those: a new region needs no new version.
 */
export const AWS_REGION = /^[a-z]{2,8}(-[a-z]+)+-\d+$/;

/** GetCallerIdentity needs no permission. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
async function callerAccount(sts: () => Promise<STS>, signal: AbortSignal): Promise<string> {
    const client = await sts();
    const identity = await awsCall("sts:GetCallerIdentity", signal, (options) => client.getCallerIdentity({}, options));
    return identity.Account ?? "";
}

// The SDK prints eight lines about Node.js 20 with its first client, which the CLI would show on every preview.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/**
 * Runs one SDK call and turns its failure into a {@link CloudError}.
 * The clients never retry (`maxAttempts: 1`): the core repeats reads, and mutations only when they were throttled.
 */
export async function awsCall<T>(
    action: string,
    signal: AbortSignal,
    send: (options: { abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
    try {
        return await withinCallTimeout(signal, (abortSignal) => send({ abortSignal }));
    } catch (error) {
        throw awsError(action, error);
    }
}

function awsError(action: string, error: unknown): CloudError {
    if (error instanceof CloudError) {
        return error;
    }
    const { name, code, message, $metadata } = error as Error & {
        code?: unknown;
        $metadata?: { httpStatusCode?: number; requestId?: string };
    };
    const network = networkFailure(error);
    const httpStatus = $metadata?.httpStatusCode;
    const word = network?.code ?? (name === "Error" && typeof code === "string" ? code : name);
    const noCredentials = NO_CREDENTIALS.has(name);
    const answered = httpStatus !== undefined && (error as { Code?: unknown; $fault?: unknown }).$fault !== undefined;
    return new CloudError({
        cloud: "AWS",
        action,
        failure: noCredentials
            ? "credentials"
            : network !== undefined
              ? "transient"
              : classify(word, httpStatus, answered),
        code: word,
        text: noCredentials
            ? `no AWS credentials; ${CHAIN}: ${firstLine(message)}`
            : (network?.text ?? firstLine(message)),
        httpStatus,
        requestId: $metadata?.requestId,
    });
}

/**
 * Codes: https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html,
 * https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html, common errors of OpenSearch and STS.
 */
const CODES: Readonly<Record<string, FailureClass>> = {
    requestlimitexceeded: "throttled",
    throttling: "throttled",
    throttlingexception: "throttled",
    throttledexception: "throttled",
    toomanyrequestsexception: "throttled",
    requestthrottled: "throttled",
    requestthrottledexception: "throttled",
    bandwidthlimitexceeded: "throttled",
    slowdown: "throttled",
    unauthorizedoperation: "denied",
    accessdenied: "denied",
    accessdeniedexception: "denied",
    authfailure: "credentials",
    expiredtoken: "credentials",
    expiredtokenexception: "credentials",
    requestexpired: "credentials",
    invalidclienttokenid: "credentials",
    unrecognizedclientexception: "credentials",
    missingauthenticationtoken: "credentials",
    missingauthenticationtokenexception: "credentials",
    incompletesignature: "credentials",
    signaturedoesnotmatch: "credentials",
    invalidsignatureexception: "credentials",
    optinrequired: "credentials",
    internalerror: "transient",
    internalfailure: "transient",
    internalexception: "transient",
    serviceunavailable: "transient",
    unavailable: "transient",
    resourcenotfoundexception: "missing",
};

function classify(code: string, httpStatus: number | undefined, answered: boolean): FailureClass {
    const known = CODES[code.toLowerCase()];
    if (known !== undefined) {
        return known;
    }
    // A parse failure of the SDK is an error without a fault: what the cloud did is as unknown as after a 5xx.
    return (httpStatus !== undefined && httpStatus >= 500) || !answered ? "transient" : "refused";
}

/** What all clients of a site share, and of one API its endpoint and the way there. */
async function clientConfig(site: Site, region: string): Promise<SharedConfig> {
    const { settings } = site;
    const base = {
        region,
        maxAttempts: 1,
        ...(settings.profile === undefined ? {} : { profile: settings.profile }),
    };
    if (settings.roleArn === undefined && settings.profile === undefined) {
        return base;
    }
    const { fromNodeProviderChain, fromTemporaryCredentials } = await import("@aws-sdk/credential-providers");
    const sts = { region, ...apiConfig(site, "sts") };
    const chain = credentialsOf(
        fromNodeProviderChain({
            ...(settings.profile === undefined ? {} : { profile: settings.profile }),
            clientConfig: { requestHandler: new Transport() },
        }),
        site,
    );
    return {
        ...base,
        credentials:
            settings.roleArn === undefined
                ? chain
                : credentialsOf(
                      fromTemporaryCredentials({
                          masterCredentials: chain,
                          params: { RoleArn: settings.roleArn, RoleSessionName: "pulumi-connection-decision" },
                          clientConfig: sts,
                      }),
                      site,
                  ),
    };
}

/** A provider of credentials whose failures name the setting they come from: the profile, or the role. */
function credentialsOf(provider: AwsCredentialIdentityProvider, { settings }: Site): AwsCredentialIdentityProvider {
    return async (properties) => {
        try {
            return await provider(properties);
        } catch (error) {
            const failure = awsError("sts:AssumeRole", error);
            if (failure === error) {
                throw error;
            }
            throw NO_CREDENTIALS.has((error as Error).name)
                ? new CloudError({
                      cloud: "AWS",
                      action: "credentials",
                      failure: "credentials",
                      code: (error as Error).name,
                      text: `${settings.profile === undefined ? `no AWS credentials; ${CHAIN}` : `no usable credentials in the profile "${settings.profile}" of ${PROFILE}`}: ${firstLine((error as Error).message)}`,
                  })
                : settings.roleArn === undefined
                  ? failure
                  : roleProblem(failure, "AWS", settingName("aws", "roleArn"));
        }
    };
}

const NO_CREDENTIALS = new Set(["CredentialsProviderError", "TokenProviderError"]);
const CHAIN =
    "tried the SDK's default chain (environment, SSO, shared files, process, web identity, container and instance metadata)";
const PROFILE = `${settingName("aws", "profile")}, or aws:profile`;

/** The endpoint of one API, where a setting names it, and how its requests travel. */
function apiConfig(site: Site, api: "ec2" | "opensearch" | "sts"): { requestHandler: Transport; endpoint?: string } {
    const setting = `${api}Endpoint`;
    const variables = [`AWS_ENDPOINT_URL_${api.toUpperCase()}`, "AWS_ENDPOINT_URL"];
    const url = site.settings[setting];
    return {
        requestHandler: new Transport(endpointName("aws", setting, site, variables)),
        ...(url === undefined ? {} : { endpoint: url }),
    };
}

type SharedConfig = Required<Pick<EC2ClientConfig, "region" | "maxAttempts">> &
    Pick<EC2ClientConfig, "profile" | "credentials">;

type AwsCredentialIdentityProvider = ReturnType<
    typeof import("@aws-sdk/credential-providers")["fromNodeProviderChain"]
>;

function memoize<T>(make: () => Promise<T>): () => Promise<T> {
    let made: Promise<T> | undefined;
    return () => {
        made ??= make();
        return made;
    };
}

function firstLine(text: unknown): string {
    return String(text ?? "").split("\n", 1)[0] ?? "";
}
