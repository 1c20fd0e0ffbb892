import { AsyncLocalStorage } from "node:async_hooks";
import { readFile } from "node:fs/promises";
import type { HttpClient, PipelineRequest } from "@azure/core-rest-pipeline";
import type { ClientSecretCredentialOptions, TokenCredential } from "@azure/identity";
import { CloudError, networkFailure, type Site } from "../cloud";
import { Transport } from "../transport";

/** What of a site its credentials depend on, with defaults filled in. */
export interface Authority {
    /** Where Microsoft Entra ID answers. `@azure/identity` takes https only. */
    readonly authorityHost: string;
    /** What tokens are for, such as `https://management.azure.com/.default`. */
    readonly scope: string;
}

/**
 * Tokens for Azure Resource Manager, from `@azure/identity`, which is loaded with the first one.
 *
 * First the variables that Pulumi's Azure Native provider and Terraform's azurerm read: with `ARM_TENANT_ID` and `ARM_CLIENT_ID` a
 * secret (`ARM_CLIENT_SECRET`), a certificate (`ARM_CLIENT_CERTIFICATE_PATH`, `_PASSWORD`) or, with `ARM_USE_OIDC=true`, a token
 * (`ARM_OIDC_TOKEN`, `ARM_OIDC_TOKEN_FILE_PATH`); `ARM_USE_MSI=true` for a managed identity.
 * https://www.pulumi.com/registry/packages/azure-native/installation-configuration/
 *
 * Then `DefaultAzureCredential`: environment (`AZURE_*`), workload identity, managed identity, Visual Studio Code, Azure CLI, Azure
 * PowerShell, Azure Developer CLI. `AZURE_TOKEN_CREDENTIALS` chooses among them.
 *
 * A managed identity of App Service is an address and a secret: `IDENTITY_ENDPOINT` may be plain http, and `IDENTITY_HEADER` any
 * text. That is how a simulator gives tokens to every Azure client, this one included, without Microsoft Entra ID. One process keeps
 * to the first such address it meets, and keeps each identity's token until it expires (MSAL, static fields of `ManagedIdentityClient`
 * and `ManagedIdentityApplication`).
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference
 *
 * A failure is a {@link CloudError}.
 */
export function tokensOf(site: Site, authority: Authority): TokenCredential {
    let made: Promise<TokenCredential> | undefined;
    return {
        getToken: (scopes, options) =>
            asking.run({}, async () => {
                try {
                    made ??= credentialOf(site, authority, watched(httpClient(new Transport())));
                    return await (await made).getToken(scopes, options);
                } catch (error) {
                    throw noToken(error, asking.getStore()?.lost);
                }
            }),
    };
}

/**
 * What happened while a token was asked for. MSAL, below `@azure/identity`, tells no causes, and keeps the first managed identity's
 * address and HTTP client for the whole process: only the asynchronous context tells whose request it is.
 */
const asking = new AsyncLocalStorage<{ lost?: unknown }>();

/** Remembers a request that got no answer. */
function watched(http: HttpClient): HttpClient {
    return {
        async sendRequest(request) {
            try {
                return await http.sendRequest(request);
            } catch (error) {
                const store = asking.getStore();
                if (store !== undefined && !request.url.startsWith(INSTANCE_METADATA)) {
                    store.lost = error;
                }
                throw error;
            }
        },
    };
}

/** Probed on every machine that is not told otherwise; silence there only means: not a virtual machine of Azure. */
const INSTANCE_METADATA = "http://169.254.169.254/";

async function credentialOf(
    { settings, environment }: Site,
    { authorityHost }: Authority,
    http: HttpClient,
): Promise<TokenCredential> {
    const identity = await loadIdentity();
    const disableInstanceDiscovery =
        (settings.disableInstanceDiscovery ?? environment.ARM_DISABLE_INSTANCE_DISCOVERY) === "true";
    const options = { authorityHost, httpClient: http, retryOptions: { maxRetries: 2 }, disableInstanceDiscovery };
    const tenantId = settings.tenantId ?? environment.ARM_TENANT_ID;
    const clientId = environment.ARM_CLIENT_ID;
    const application =
        tenantId && clientId ? applicationOf(identity, environment, [tenantId, clientId], options) : undefined;
    if (application !== undefined) {
        return application;
    }
    return environment.ARM_USE_MSI === "true"
        ? new identity.ManagedIdentityCredential({ ...options, ...(clientId ? { clientId } : {}) })
        : new identity.DefaultAzureCredential({ ...options, ...(tenantId ? { tenantId } : {}) });
}

/** An application with a certificate, a secret or another identity provider's token; undefined where there is none of them. */
function applicationOf(
    identity: typeof import("@azure/identity"),
    environment: Site["environment"],
    [tenantId, clientId]: readonly [string, string],
    options: ClientSecretCredentialOptions,
): TokenCredential | undefined {
    const { ARM_CLIENT_SECRET: secret, ARM_CLIENT_CERTIFICATE_PATH: certificatePath } = environment;
    if (certificatePath) {
        const certificatePassword = environment.ARM_CLIENT_CERTIFICATE_PASSWORD;
        const certificate = { certificatePath, ...(certificatePassword ? { certificatePassword } : {}) };
        return new identity.ClientCertificateCredential(tenantId, clientId, certificate, options);
    }
    if (secret) {
        return new identity.ClientSecretCredential(tenantId, clientId, secret, options);
    }
    const assertion = environment.ARM_USE_OIDC === "true" ? assertionOf(environment) : undefined;
    return assertion && new identity.ClientAssertionCredential(tenantId, clientId, assertion, options);
}

/** The token of another identity provider; its file is read again each time, since others renew it. */
function assertionOf(environment: Site["environment"]): (() => Promise<string>) | undefined {
    const { ARM_OIDC_TOKEN: token, ARM_OIDC_TOKEN_FILE_PATH: file } = environment;
    return token ? async () => token : file ? async () => (await readFile(file, "utf8")).trim() : undefined;
}

/** An optional peer dependency: 43 packages that nobody needs who has no Azure. */
async function loadIdentity(): Promise<typeof import("@azure/identity")> {
    try {
        return await import("@azure/identity");
    } catch (error) {
        throw packageMissing(error);
    }
}

/** The error of a package that could not be loaded, with the command that installs it. */
export function packageMissing(error: unknown): CloudError {
    return new CloudError({
        action: "credentials",
        failure: "credentials",
        code: "PackageMissing",
        text: `Azure connections need two more packages: npm install @azure/identity @azure/core-rest-pipeline (${(error as Error).message.split("\n", 1)[0]})`,
        remedy: "install the two packages",
    });
}

/** Errors of `@azure/identity` where nothing is set up: one credential, or none of a chain, could even be tried. */
const FOUND_NONE = new Set(["CredentialUnavailableError", "AggregateAuthenticationError"]);

/** `lost`: a token request that got no answer, if there was one. Its chain of causes does not tell. */
export function noToken(error: unknown, lost?: unknown): CloudError {
    if (error instanceof CloudError) {
        return error;
    }
    const network = networkFailure(error) ?? networkFailure(lost);
    const { name, message } = error as Error;
    return new CloudError({
        action: "credentials",
        failure: network === undefined ? "credentials" : "transient",
        code: network?.code ?? (FOUND_NONE.has(name) ? "NoCredentials" : name),
        text:
            network === undefined
                ? `no Azure credentials; tried ARM_* (see the documents) and @azure/identity: ${message.replace(/\n/g, " ")}`
                : `no answer to a request for a token: ${network.text}`,
    });
}

/**
 * Our transport as the HTTP client of Azure's libraries: same proxies, same limit of an answer's size. Sends once. `as` may change
 * where a request goes.
 */
export function httpClient(transport: Transport, as: (url: string) => string = (url) => url): HttpClient {
    return {
        async sendRequest(request) {
            const { createHttpHeaders } = await import("@azure/core-rest-pipeline");
            const answer = await withTimeoutOf(request, (signal) =>
                transport.send({
                    method: request.method,
                    url: new URL(as(request.url)),
                    headers: request.headers.toJSON({ preserveCase: true }),
                    body: typeof request.body === "string" ? request.body : "",
                    signal,
                }),
            );
            const headers = createHttpHeaders();
            for (const [name, value] of Object.entries(answer.headers)) {
                headers.set(name, Array.isArray(value) ? value.join(", ") : (value ?? ""));
            }
            return { request, status: answer.status, headers, bodyAsText: answer.text };
        },
    };
}

/** The request's own timeout in milliseconds, 0 for none: the probe for a virtual machine's identity waits one second only. */
async function withTimeoutOf<T>(request: PipelineRequest, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const abort = () => controller.abort();
    const timer =
        request.timeout > 0
            ? setTimeout(() => controller.abort(new DOMException("no answer in time", "TimeoutError")), request.timeout)
            : undefined;
    request.abortSignal?.addEventListener("abort", abort, { once: true });
    if (request.abortSignal?.aborted) {
        abort();
    }
    try {
        return await call(controller.signal);
    } finally {
        clearTimeout(timer);
        request.abortSignal?.removeEventListener("abort", abort);
    }
}
