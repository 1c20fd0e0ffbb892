import { CloudError, type FailureClass } from "../cloud";

/** An answer that is no success. */
export interface ArmRefusal {
    readonly status: number;
    readonly header: (name: string) => string | undefined;
    readonly body: unknown;
}

/**
 * The error that an answer of Azure Resource Manager or of a resource provider tells, in its own words.
 *
 * `{"error":{"code","message","details":[…]}}`; Cosmos DB writes `code` and `message` without the `error` around them.
 * https://github.com/Azure/azure-resource-manager-rpc/blob/master/v1.0/common-api-details.md#error-response-content
 *
 * Without a code and without a header of Azure's it is somebody else's answer, a proxy's page for one, and proves nothing.
 */
export function armError(action: string, { status, header, body }: ArmRefusal): CloudError {
    const error = errorOf(body);
    const requestId = header("x-ms-correlation-request-id") ?? header("x-ms-request-id");
    const foreign = error === undefined && requestId === undefined;
    const codes = [error?.code, ...(error?.details ?? []).map(({ code }) => code)].filter((code) => code !== undefined);
    const texts = [error?.message, ...(error?.details ?? []).map(({ message }) => message)];
    return new CloudError({
        action,
        failure: foreign && status < 500 && status !== 429 ? "transient" : classOf(status, codes, texts),
        code: foreign ? "UnreadableAnswer" : (codes[0] ?? `HTTP ${status}`),
        text:
            [...new Set(texts.filter((text) => text))].join(" ") ||
            `HTTP ${status}${foreign ? ", and the answer is not what Azure's errors look like" : ", without a reason"}`,
        ...(requestId === undefined ? {} : { requestId }),
    });
}

interface ErrorBody {
    readonly code: string | undefined;
    readonly message: string | undefined;
    readonly details: readonly { readonly code: string | undefined; readonly message: string | undefined }[];
}

function errorOf(body: unknown): ErrorBody | undefined {
    const { error = body } = (typeof body === "object" && body !== null ? body : {}) as { error?: unknown };
    const { code, message, details } = (typeof error === "object" && error !== null ? error : {}) as {
        code?: unknown;
        message?: unknown;
        details?: unknown;
    };
    if (text(code) === undefined && text(message) === undefined) {
        return undefined;
    }
    const inner = (Array.isArray(details) ? details : []).map((detail) => ({
        code: text(detail?.code),
        message: text(detail?.message),
    }));
    return { code: text(code), message: text(message), details: inner };
}

function text(value: unknown): string | undefined {
    return typeof value === "string" && value !== "" ? value : undefined;
}

/**
 * Codes that mean something else than their status, in lower case.
 *
 * - Common codes: https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
 * - SQL, of Private Endpoint Connections - Create Or Update: `PrivateEndpointConnectionStatusNotPending` (400) is what a decision gets
 *   that came second, `PrivateEndpointConnectionDoesNotExist` (400) is its 404.
 *   https://learn.microsoft.com/rest/api/sql/private-endpoint-connections/create-or-update
 * - Storage answers 400 `ResourceNotFound` for a connection that is not there (pulumi/pulumi-azure-native#1219).
 * - Private Link Services answer 400 `PrivateEndpointConnectionCannotBeCreatedByServiceProvider` to a PUT for a name that is not there
 *   (Azure/azure-sdk-for-go#9484).
 * - The network provider says `RetryableError…` with 429 where another operation holds the resource (request limits and throttling).
 * - A subscription that is not found may be one that these credentials do not see: that proves no absence.
 */
const CODES = new Map<string, FailureClass>(
    Object.entries({
        privateendpointconnectionstatusnotpending: "conflict",
        privateendpointconnectiondroppedbyotherworkflow: "conflict",
        anotheroperationinprogress: "conflict",
        retryableerror: "conflict",
        retryableerrorduetoanotheroperation: "conflict",
        resourcenotfound: "missing",
        parentresourcenotfound: "missing",
        resourcegroupnotfound: "missing",
        privateendpointconnectiondoesnotexist: "missing",
        privateendpointconnectioncannotbecreatedbyserviceprovider: "missing",
        subscriptionnotfound: "denied",
        invalidsubscriptionid: "refused",
        requestdisallowedbypolicy: "refused",
        scopelocked: "refused",
        missingsubscriptionregistration: "refused",
        subscriptionnotregistered: "refused",
        readonlydisabledsubscription: "refused",
        resourcegroupbeingdeleted: "refused",
        noregisteredproviderfound: "refused",
        invalidresourcetype: "refused",
        invalidresourcenamespace: "refused",
        toomanyrequests: "throttled",
        subscriptionrequeststhrottled: "throttled",
    } as const),
);

function classOf(status: number, codes: readonly string[], texts: readonly (string | undefined)[]): FailureClass {
    const known = hasStatusAlready(codes, texts)
        ? "conflict"
        : codes.map((code) => CODES.get(code.toLowerCase())).find((failure) => failure !== undefined);
    // A 5xx tells nothing of what was done, whatever it calls itself.
    return status >= 500 || status === 408 ? "transient" : (known ?? STATUSES[status] ?? otherStatus(status));
}

/**
 * Storage's answer to a PUT of the status that a connection already has: somebody decided meanwhile. The same code stands for every
 * other value that it does not take. https://github.com/Azure/azure-rest-api-specs/issues/30308
 */
function hasStatusAlready(codes: readonly string[], texts: readonly (string | undefined)[]): boolean {
    return (
        codes.some((code) => code.toLowerCase() === "invalidvaluesforrequestparameters") &&
        texts.some((text) => /privateLinkServiceConnectionState\.status/i.test(text ?? ""))
    );
}

const STATUSES: Readonly<Record<number, FailureClass>> = {
    401: "credentials",
    403: "denied",
    404: "missing",
    409: "conflict",
    412: "conflict",
    429: "throttled",
};

/** ARM redirects nobody: a 3xx is somebody else's. */
function otherStatus(status: number): FailureClass {
    return status < 400 ? "transient" : "refused";
}
