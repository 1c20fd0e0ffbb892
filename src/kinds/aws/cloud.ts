import type { STSClientConfig, STS as StsClient } from "@aws-sdk/client-sts";
import { documentedPage, type Fields, type FieldsPage, record, text } from "../answer";
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
    withinCallTimeout,
} from "../cloud";
import type { Call } from "../kind";
import { Transport } from "../transport";
import { awsSettings } from "./settings";

/**
 * APIs of AWS that kinds use, by the name in our settings (`ec2Endpoint`). `id` is the service's id in the SDK, which makes the SDK's
 * own variable (`AWS_ENDPOINT_URL_EC2`), `prefix` is its name in policies. A kind of another service adds one line here and its setting.
 * https://docs.aws.amazon.com/sdkref/latest/guide/ss-endpoints-table.html
 */
const APIS: Readonly<Record<ApiName, { readonly id: string; readonly prefix: string }>> = {
    ec2: { id: "EC2", prefix: "ec2" },
    networkfirewall: { id: "Network Firewall", prefix: "network-firewall" },
    networkmanager: { id: "NetworkManager", prefix: "networkmanager" },
    opensearch: { id: "OpenSearch", prefix: "es" },
    ram: { id: "RAM", prefix: "ram" },
    sts: { id: "STS", prefix: "sts" },
};

/** `ec2` of the setting `ec2Endpoint`. */
type ApiName = EndpointOf<keyof typeof awsSettings>;
type EndpointOf<S extends string> = S extends `${infer Name}Endpoint` ? Name : never;

/** One API, and how its client is made. `load` imports the SDK. */
export interface AwsApi<C> {
    readonly name: ApiName;
    load(config: AwsConfig): Promise<C>;
}

/** Clients of one account and region. */
export interface AwsClients {
    /** Empty: of connections without a region, at an API that is one for all regions of a partition. */
    readonly region: string;
    /** The client of an API. Its SDK is loaded with the first call. */
    sdk<C>(api: AwsApi<C>): Promise<C>;
    /** The account behind the credentials, asked for once. */
    account(signal: AbortSignal): Promise<string>;
}

export type AwsCall = Pick<Call<AwsClients>, "clients" | "signal">;

const STS: AwsApi<StsClient> = {
    name: "sts",
    load: async (config) => new (await import("@aws-sdk/client-sts")).STS(config),
};

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
    settings: awsSettings,
    endpointVariables: ["AWS_ENDPOINT_URL", ...Object.values(APIS).map(({ id }) => endpointVariable(id))],
    defaults: {
        region: {
            chain: [
                "connection.region",
                "connections:awsRegion",
                "aws:region",
                "AWS_REGION",
                "AWS_DEFAULT_REGION",
                "the profile's region",
            ],
            find: defaultRegion,
        },
    },
    connect(site) {
        const region = site.placement.region ?? "";
        const config = askOnce(async () => clientConfig(site, region || (await partitionRegion(site))));
        const made = new Map<ApiName, Promise<unknown>>();
        const clients: AwsClients = {
            region,
            sdk<C>(api: AwsApi<C>) {
                const client =
                    made.get(api.name) ??
                    config().then((shared) => api.load({ ...shared, ...apiConfig(site, api.name) }));
                made.set(api.name, client);
                return client as Promise<C>;
            },
            account: askOnce((signal) => callerAccount({ clients, signal })),
        };
        return clients;
    },
    account: (clients, signal) => clients.account(signal),
};

/** The variable of the SDK that names the endpoint of one API: the service's id in capitals, underscores for spaces. */
function endpointVariable(serviceId: string): string {
    return `AWS_ENDPOINT_URL_${serviceId.toUpperCase().replace(/ /g, "_")}`;
}

/** What an ARN in the connection says, else the settings and the environment, else what the SDK finds in the profile. */
async function defaultRegion({ settings, environment, placement }: Site): Promise<string | undefined> {
    const [named] = Object.values(placement).flatMap(
        (value) => /^arn:[^:]*:[^:]*:([^:]+):/.exec(value ?? "")?.[1] ?? [],
    );
    const stated = named ?? settings.region ?? environment.AWS_REGION ?? environment.AWS_DEFAULT_REGION;
    if (stated) {
        return stated;
    }
    const { STS } = await import("@aws-sdk/client-sts");
    try {
        return await new STS(settings.profile === undefined ? {} : { profile: settings.profile }).config.region();
    } catch {
        return undefined;
    }
}

/**
 * For an API without regions: the SDK's endpoint rules make the partition's own region of any of its regions, so the default region says
 * which partition; without one it is `aws`, whose own region this is.
 */
async function partitionRegion(site: Site): Promise<string> {
    return (await defaultRegion(site)) ?? "us-west-2";
}

/** GetCallerIdentity needs no permission. https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html */
async function callerAccount(call: AwsCall): Promise<string> {
    const { Account } = await ask(STS, "getCallerIdentity", {}, call);
    return text(Account) ?? "";
}

// The SDK prints eight lines about Node.js 20 with its first client, which the CLI would show on every preview.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** What a method of an SDK's client is given. All its overloads take the same. */
type InputOf<M> = M extends (input: infer I, ...rest: never[]) => unknown ? I : never;

/**
 * Asks an API: `ask(EC2, "describeVpcs", { … }, call)`. A failure becomes a {@link CloudError} that names the action,
 * `ec2:DescribeVpcs`. The answer is read field by field, see answer.ts.
 * The clients never retry (`maxAttempts: 1`): the core repeats reads, and mutations only when they were throttled.
 */
export async function ask<C, M extends keyof C & string>(
    api: AwsApi<C>,
    method: M,
    input: InputOf<C[M]>,
    { clients, signal }: AwsCall,
): Promise<Fields> {
    const client = (await clients.sdk(api)) as Record<M, (input: unknown, options: object) => Promise<unknown>>;
    const action = actionOf(api, method);
    try {
        return record(await withinCallTimeout(signal, (abortSignal) => client[method](input, { abortSignal })));
    } catch (error) {
        throw awsError(action, error);
    }
}

/** One page of a listing, as {@link ask}. `list` is the field of the answer that holds it. */
export async function askPage<C, M extends keyof C & string>(
    api: AwsApi<C>,
    method: M,
    list: string,
    input: InputOf<C[M]>,
    call: AwsCall,
): Promise<FieldsPage> {
    return documentedPage(actionOf(api, method), await ask(api, method, input, call), list);
}

/** The action that a method stands for, as policies and errors name it. */
export function actionOf({ name }: Pick<AwsApi<unknown>, "name">, method: string): string {
    return `${APIS[name].prefix}:${method.charAt(0).toUpperCase()}${method.slice(1)}`;
}

/** A filter of a listing: one of these values. */
export function where(name: string, values: readonly string[]): AwsFilter[] {
    return [{ Name: name, Values: [...values] }];
}

export interface AwsFilter {
    Name: string;
    Values: string[];
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
            throw credentialsProblem(error as Error, settings);
        }
    };
}

function credentialsProblem(error: Error, { profile, roleArn }: Site["settings"]): unknown {
    const failure = awsError("sts:AssumeRole", error);
    if (failure === error) {
        return error;
    }
    if (!NO_CREDENTIALS.has(error.name)) {
        return roleArn === undefined ? failure : roleProblem(failure, settingName("aws", "roleArn"));
    }
    const what =
        profile === undefined
            ? `no AWS credentials; ${CHAIN}`
            : `no usable credentials in the profile "${profile}" of ${PROFILE}`;
    return new CloudError({
        action: "credentials",
        failure: "credentials",
        code: error.name,
        text: `${what}: ${firstLine(error.message)}`,
    });
}

const NO_CREDENTIALS = new Set(["CredentialsProviderError", "TokenProviderError"]);
const CHAIN =
    "tried the SDK's default chain (environment, SSO, shared files, process, web identity, container and instance metadata)";
const PROFILE = `${settingName("aws", "profile")}, or aws:profile`;

/** The endpoint of one API, where a setting names it, and how its requests travel. */
function apiConfig(site: Site, api: ApiName): { requestHandler: Transport; endpoint?: string } {
    const setting = `${api}Endpoint`;
    const variables = [endpointVariable(APIS[api].id), "AWS_ENDPOINT_URL"];
    const url = site.settings[setting];
    return {
        requestHandler: new Transport(endpointName("aws", setting, site, variables)),
        ...(url === undefined ? {} : { endpoint: url }),
    };
}

type SharedConfig = Required<Pick<STSClientConfig, "region" | "maxAttempts">> &
    Pick<STSClientConfig, "profile" | "credentials">;

/** What the constructor of a client is given. */
export type AwsConfig = SharedConfig & ReturnType<typeof apiConfig>;

type AwsCredentialIdentityProvider = ReturnType<
    typeof import("@aws-sdk/credential-providers")["fromNodeProviderChain"]
>;

function firstLine(text: unknown): string {
    return String(text ?? "").split("\n", 1)[0] ?? "";
}
