import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { pipeline, Readable, type Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";
import type { NodeHttpHandler } from "@smithy/node-http-handler";
import { isLoopback } from "./cloud";

/** Longest answer that is read, after inflation. A full page of a thousand connections has less than one MiB. */
export const answerLimits = { bytes: 32 * 1024 * 1024 };

/** One request, as every client of ours sends it. */
export interface HttpCall {
    readonly method: string;
    readonly url: URL;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly signal: AbortSignal;
}

export interface HttpAnswer {
    readonly status: number;
    readonly ok: boolean;
    readonly headers: Readonly<Record<string, string>>;
    readonly text: string;
}

type SdkRequest = Parameters<NodeHttpHandler["handle"]>[0];
type SdkOptions = Parameters<NodeHttpHandler["handle"]>[1];
type SdkAnswer = Awaited<ReturnType<NodeHttpHandler["handle"]>>;

/**
 * How requests of all clouds travel: by the AWS SDK's own handler for Node.js, through the proxy that the environment names, and
 * with an end to what is read. It stands in the AWS SDK's clients as their request handler; the others call {@link Transport.send}.
 *
 * Neither `fetch` nor the HTTP client of Alibaba's SDK (httpx) would do: the one takes no proxy on Node.js 20, the other none at
 * all (`httpsProxy` of its configuration is not read), and both inflate and keep whatever is sent.
 */
export class Transport {
    readonly metadata = { handlerProtocol: "http/1.1" };
    /** By the URL of the proxy; "": none. */
    private readonly handlers = new Map<string, Promise<NodeHttpHandler>>();

    /** `endpoint`: the setting or variable that names where requests go; undefined: the cloud's own host. */
    constructor(private readonly endpoint?: string) {}

    async handle(request: SdkRequest, options: SdkOptions = {}): Promise<SdkAnswer> {
        const url = `${request.protocol}//${request.hostname}${request.port ? `:${request.port}` : ""}/`;
        const proxy = await proxyFor(url);
        try {
            const handler = await this.handlerFor(proxy ?? "");
            const { response } = await handler.handle(request, options);
            if (proxy !== undefined && response.statusCode === 407) {
                throw Object.assign(new Error("the proxy wants a user name and a password"), { code: "ProxyRefused" });
            }
            response.body = Readable.from([await collect(response, options.abortSignal as AbortSignal | undefined)]);
            return { response };
        } catch (error) {
            throw explained(error, [
                ...(this.endpoint === undefined ? [] : [`the endpoint that ${this.endpoint} names`]),
                ...(proxy === undefined ? [] : [`through the proxy that ${proxyVariable(url)} names`]),
            ]);
        }
    }

    async send({ method, url, headers, body, signal }: HttpCall): Promise<HttpAnswer> {
        const request = {
            method,
            protocol: url.protocol,
            hostname: url.hostname.replace(/^\[|\]$/g, ""),
            ...(url.port === "" ? {} : { port: Number(url.port) }),
            path: `${url.pathname}${url.search}`,
            headers: { ...headers, ...(body === "" ? {} : { "content-length": String(Buffer.byteLength(body)) }) },
            query: {},
            ...(body === "" ? {} : { body }),
        };
        const { response } = await this.handle(request as unknown as SdkRequest, { abortSignal: signal });
        const text = Buffer.concat(await (response.body as Readable).toArray()).toString("utf8");
        const { statusCode: status } = response;
        return { status, ok: status >= 200 && status < 300, headers: response.headers, text };
    }

    /** What the SDK's clients ask of a handler beside. */
    updateHttpClientConfig(): void {}

    httpHandlerConfigs(): object {
        return {};
    }

    private handlerFor(proxy: string): Promise<NodeHttpHandler> {
        let handler = this.handlers.get(proxy);
        if (handler === undefined) {
            handler = makeHandler(proxy);
            this.handlers.set(proxy, handler);
        }
        return handler;
    }
}

async function makeHandler(proxy: string): Promise<NodeHttpHandler> {
    const { NodeHttpHandler } = await import("@smithy/node-http-handler");
    const options = { keepAlive: true, maxSockets: 50 };
    if (proxy === "") {
        return new NodeHttpHandler({
            connectionTimeout: CONNECT_MS,
            httpAgent: new HttpAgent(options),
            httpsAgent: new HttpsAgent(options),
        });
    }
    const { HttpProxyAgent } = await import("http-proxy-agent");
    const { HttpsProxyAgent } = await import("https-proxy-agent");
    return new NodeHttpHandler({
        connectionTimeout: CONNECT_MS,
        httpAgent: new HttpProxyAgent(proxy, options) as HttpAgent,
        httpsAgent: new HttpsProxyAgent(proxy, options) as HttpsAgent,
    });
}

const CONNECT_MS = 10_000;

/** Whatever `proxy-from-env` looks at; it is loaded only where one of them is set. */
const PROXY_VARIABLES = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"].flatMap((name) => [name, name.toLowerCase()]);

/**
 * The proxy for a URL, by the rules of curl and wget: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in capitals or not.
 * The own machine is never reached through one, as in Go, which the Pulumi engine is made of: a simulator stays reachable.
 */
async function proxyFor(url: string): Promise<string | undefined> {
    if (!PROXY_VARIABLES.some((name) => process.env[name]) || isLoopback(new URL(url).hostname)) {
        return undefined;
    }
    const { getProxyForUrl } = await import("proxy-from-env");
    return getProxyForUrl(url) || undefined;
}

/** Its name only: the URL may hold a password. */
function proxyVariable(url: string): string {
    const scheme = url.startsWith("https") ? "HTTPS" : "HTTP";
    const names = [`${scheme}_PROXY`, "ALL_PROXY"].flatMap((name) => [name.toLowerCase(), name]);
    return names.find((name) => process.env[name]) ?? `${scheme}_PROXY`;
}

/** Reads a body to its end, inflated, and no further than the limit. */
async function collect(response: SdkAnswer["response"], signal: AbortSignal | undefined): Promise<Buffer> {
    const inflate = INFLATE[String(response.headers["content-encoding"] ?? "").toLowerCase()]?.();
    const raw = response.body as Readable;
    const body = inflate === undefined ? raw : (pipeline(raw, inflate, () => {}) as Transform);
    const abort = () => body.destroy(signal?.reason as Error | undefined);
    signal?.addEventListener("abort", abort, { once: true });
    const chunks: Buffer[] = [];
    let size = 0;
    try {
        for await (const chunk of body) {
            size += chunk.length;
            if (size > answerLimits.bytes) {
                raw.destroy();
                const limit = `${answerLimits.bytes / 1024 / 1024} MiB`;
                throw Object.assign(new Error(`the answer has more than ${limit}`), { code: "AnswerTooLarge" });
            }
            chunks.push(chunk);
        }
    } finally {
        signal?.removeEventListener("abort", abort);
    }
    if (inflate !== undefined) {
        delete response.headers["content-encoding"];
    }
    return Buffer.concat(chunks);
}

const INFLATE: Readonly<Record<string, () => Transform>> = {
    gzip: createGunzip,
    "x-gzip": createGunzip,
    deflate: createInflate,
    br: createBrotliDecompress,
};

/** The same error, which says where the request went. */
function explained(error: unknown, where: readonly string[]): unknown {
    if (error instanceof Error && where.length > 0) {
        error.message = `${error.message} (${where.join(", ")})`;
    }
    return error;
}
