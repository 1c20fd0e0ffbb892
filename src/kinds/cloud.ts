import { flatSetting } from "../shared/contract";
import { oneLine } from "../shared/problem";

/** Values of one cloud's settings: from the explicit provider or the stack config, without defaults. */
export type Settings = Readonly<Record<string, string | undefined>>;

/** Environment variables; passed in, so that tests choose them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where calls go: settings and environment of this process, and what the connection itself says.
 * `placement` holds the connection's own fields that choose a place (region, project).
 */
export interface Site {
    readonly settings: Settings;
    readonly environment: Environment;
    readonly placement: Readonly<Record<string, string | undefined>>;
}

/** One setting of a cloud. What it means is said in its comment: editors show that on the arguments of `Provider`. */
export interface Setting {
    /** Stack config of the cloud's own Pulumi package that means the same, `aws:region`. */
    readonly sameAs?: string;
    /** Programs write true or false, or a text that says so. Default: texts only. */
    readonly flag?: true;
}

/** One cloud: where its calls go by default, with whose credentials, and how its errors read. K: its clients. */
export interface Cloud<K> {
    readonly name: string;
    /** As error texts name it. */
    readonly title: string;
    /** What an account is called there, `AWS account`, `project`. */
    readonly accountTitle: string;
    /**
     * Settings this cloud understands. `region` is `connections:<name>Region` in the stack config and `region` on the explicit
     * provider. Each cloud has them in a file `settings.ts` of its own, which the user's program loads without the rest.
     */
    readonly settings: Readonly<Record<string, Setting>>;
    /** Environment variables that hold an endpoint URL; checked before anything is sent. */
    readonly endpointVariables: readonly string[];
    /** Defaults of optional fields of connections, by the field's name. */
    readonly defaults?: Readonly<Record<string, Default>>;
    /** Clients for a site. Opens nothing and loads no SDK; calls do that. */
    connect(site: Site): K;
    /** The account the credentials belong to. One call, or none where the site says it. */
    account(clients: K, signal: AbortSignal): Promise<string>;
}

/** Where the value of a field comes from that a program leaves out. */
export interface Default {
    /** What is tried, in order, for the error where nothing is found. */
    readonly chain: readonly string[];
    /** The default: settings, environment, profile. Undefined: none to be had. Calls no cloud. */
    find(site: Site): Promise<string | undefined>;
}

/**
 * What is wrong with the URL of an endpoint, as the end of a sentence; undefined: nothing. Plain `http://` shows requests, and the
 * signatures on them, to everybody on the way: only the own machine is reached like that, unless a setting allows more.
 *
 * AWS's `endpoint_url` in the shared configuration files is read by the SDK alone: it is not seen here.
 */
export function endpointProblem(url: string, allowPlainHttp: boolean): string | undefined {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
        return `"${oneLine(url)}" is not a URL; write it with its scheme, such as "https://api.example.com"`;
    }
    const { protocol, hostname, host } = new URL(url);
    return protocol === "http:" && !allowPlainHttp && !isLoopback(hostname)
        ? `is plain http to ${host}, which anybody on the way can read; use https, or set connections:allowPlainHttp (CONNECTIONS_ALLOW_PLAIN_HTTP) to true where the way is safe`
        : undefined;
}

/**
 * `hostname` as WHATWG URLs write it: other spellings of an IPv4 address (`127.1`, `0x7f.1`) have become four numbers.
 * 127.0.0.0/8 and ::1: RFC 1122 3.2.1.3, RFC 4291 2.5.3; names that end in `localhost`: RFC 6761 6.3.
 */
export function isLoopback(hostname: string): boolean {
    return /^(127\.\d+\.\d+\.\d+|\[::1\]|(.+\.)?localhost\.?)$/i.test(hostname);
}

/** Classes of failed calls that the core treats differently. */
export type FailureClass =
    /** Not done; the same call may be repeated after a pause. */
    | "throttled"
    /** Not done: what it was about changed meanwhile, or something else is under way there. Read again before repeating it. */
    | "conflict"
    /** Outcome unknown: 5xx, timeout, reset connection, unreadable answer. */
    | "transient"
    /** No permission. */
    | "denied"
    /** No credentials, or ones that the cloud does not take. */
    | "credentials"
    /** What was asked for does not exist. */
    | "missing"
    /** Everything else: the cloud says no. */
    | "refused";

/** A failed call, in the words of its cloud. Carries no request, no header and no credential. */
export class CloudError extends Error {
    readonly action: string;
    readonly failure: FailureClass;
    readonly code: string;
    readonly requestId: string | undefined;
    /** The cloud's own sentence. */
    readonly text: string;
    /** What to do about it, where that is not the same for all failures of this class. */
    readonly remedy: string | undefined;

    constructor(facts: {
        action: string;
        failure: FailureClass;
        code: string;
        text: string;
        requestId?: string | undefined;
        remedy?: string | undefined;
    }) {
        const code = oneLine(facts.code, 100);
        const text = oneLine(facts.text, 500);
        const requestId = facts.requestId === undefined ? undefined : oneLine(facts.requestId, 100);
        super(`${facts.action}: ${code}: ${text}${requestId === undefined ? "" : ` (request ${requestId})`}`);
        this.name = "CloudError";
        this.action = facts.action;
        this.failure = facts.failure;
        this.code = code;
        this.text = text;
        this.requestId = requestId;
        this.remedy = facts.remedy;
    }
}

/**
 * An answer that is not what the API documents: a proxy's page, a listing without its list, a detail of another thing.
 * Nothing may be concluded from it, least of all that a connection is gone.
 */
export function unreadableAnswer(action: string, text: string): CloudError {
    return new CloudError({ action, failure: "transient", code: "UnreadableAnswer", text });
}

/** Time one call may take before its outcome counts as unknown. An object, so that fault tests can shorten it. */
export const callLimits = { timeoutMs: 30_000 };

/**
 * Gives one call the time of {@link callLimits}, or less where the caller's signal ends it. A client that does not listen to its
 * signal is not waited for either.
 *
 * Not `AbortSignal.any([signal, AbortSignal.timeout(…)])`: on Node.js 20 nothing holds the timeout, it is collected as
 * garbage, and a call that is never answered never ends.
 */
export async function withinCallTimeout<T>(signal: AbortSignal, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const timer = setTimeout(
        () => controller.abort(new DOMException("no answer in time", "TimeoutError")),
        callLimits.timeoutMs,
    );
    const abort = () => controller.abort(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    if (signal.aborted) {
        abort();
    }
    const ended = new Promise<never>((_, reject) => {
        if (controller.signal.aborted) {
            reject(controller.signal.reason);
        }
        controller.signal.addEventListener("abort", () => reject(controller.signal.reason), { once: true });
    });
    try {
        return await Promise.race([ended, call(controller.signal)]);
    } finally {
        clearTimeout(timer);
        signal.removeEventListener("abort", abort);
    }
}

const NETWORK_CODES = new Set([
    "ECONNREFUSED",
    "ECONNRESET",
    "EPIPE",
    "ETIMEDOUT",
    "ENOTFOUND",
    "EAI_AGAIN",
    "EHOSTUNREACH",
    "ENETUNREACH",
    "UND_ERR_CONNECT_TIMEOUT",
    "UND_ERR_HEADERS_TIMEOUT",
    "UND_ERR_SOCKET",
]);

/**
 * Codes of certificates that are not taken (Node.js, `tls`: "X509 certificate error codes"), and what the user can do.
 */
const TLS_ADVICE: readonly (readonly [RegExp, string])[] = [
    [
        /SELF_SIGNED|UNABLE_TO_(GET_ISSUER|VERIFY|DECODE)|CERT_UNTRUSTED|INVALID_CA|CERT_CHAIN_TOO_LONG/,
        "if it is your company's own, or of its proxy, name the file of its certificate authority in NODE_EXTRA_CA_CERTS",
    ],
    [/CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/, "check the clock of this machine, and whose certificate it is"],
    [/ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH/, "check the URL of the endpoint: another host answers there"],
    [
        /^(CERT_|CRL_|ERR_TLS_|ERR_SSL_|EPROTO$)/,
        "check the URL of the endpoint and what stands between it and this machine",
    ],
];

/** Codes of our own transport. */
const TRANSPORT_CODES = new Set(["AnswerTooLarge", "ProxyRefused"]);

/**
 * What went wrong with a call that never reached the cloud or lost its answer, found in the error or in its causes; undefined for
 * every other error. Aborts and timeouts count: their outcome is just as unknown. `text` keeps the reason: which certificate is
 * not taken and why, which host has no address.
 */
export function networkFailure(error: unknown): NetworkFailure | undefined {
    for (let e = error, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
        const failure = ownFailure(e) ?? innerFailure(e);
        if (failure !== undefined) {
            return failure;
        }
    }
    return undefined;
}

interface NetworkFailure {
    readonly code: string;
    readonly text: string;
}

/** What one error says by itself. */
function ownFailure(error: Error): NetworkFailure | undefined {
    const { code } = error as { code?: unknown };
    const text = firstLine(error);
    if (typeof code === "string") {
        const advice = TLS_ADVICE.find(([codes]) => codes.test(code))?.[1];
        if (advice !== undefined) {
            return { code, text: `${text}; ${advice}` };
        }
        if (NETWORK_CODES.has(code) || TRANSPORT_CODES.has(code)) {
            return { code, text };
        }
    }
    return ABORTED.has(error.name) ? { code: error.name, text } : undefined;
}

/** Of several attempts that failed (one for each address of a host), the first. */
function innerFailure(error: Error): NetworkFailure | undefined {
    const inner = error instanceof AggregateError ? networkFailure(error.errors[0]) : undefined;
    return inner === undefined ? undefined : { ...inner, text: firstLine(error) || inner.text };
}

/** An SDK takes the message of a cloud's answer as it is: it may be no text. */
function firstLine({ message }: Error): string {
    return String(message).split("\n", 1)[0] ?? "";
}

const ABORTED = new Set(["TimeoutError", "AbortError", "RequestTimeoutError"]);

/** A failed attempt to assume a role, by the call that failed and the setting that names the role. */
export function roleProblem(error: unknown, setting: string): unknown {
    if (!(error instanceof CloudError) || error.action === "credentials") {
        return error;
    }
    const passing = error.failure === "throttled" || error.failure === "transient";
    return new CloudError({
        action: "sts:AssumeRole",
        failure: passing ? error.failure : "credentials",
        code: error.code,
        text: `the role of ${setting} cannot be assumed: ${error.text}`,
        requestId: error.requestId,
        remedy: error.remedy,
    });
}

/**
 * The setting or variable that names an endpoint, as errors name it; undefined: the cloud's own host.
 */
export function endpointName(
    cloud: string,
    setting: string,
    { settings, environment }: Pick<Site, "settings" | "environment">,
    variables: readonly string[],
): string | undefined {
    return settings[setting] !== undefined
        ? settingName(cloud, setting)
        : variables.find((name) => environment[name] !== undefined && environment[name] !== "");
}

/** A setting in both places it can be written: `connections:awsRoleArn`, `aws.roleArn` on a Provider. */
export function settingName(cloud: string, setting: string): string {
    return `connections:${flatSetting(cloud, setting)} (${cloud}.${setting} on a Provider)`;
}
