import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";
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
    readonly headers: Packed["headers"];
    readonly text: string;
}

type SdkRequest = Parameters<NodeHttpHandler["handle"]>[0];
type SdkOptions = Parameters<NodeHttpHandler["handle"]>[1];
type SdkAnswer = Awaited<ReturnType<NodeHttpHandler["handle"]>> & { readonly status: number };

/** Agents of Node.js for one way, direct or through one proxy. */
interface Way {
    readonly http: HttpAgent;
    readonly https: HttpsAgent;
}

/** A body and how it is packed. */
interface Packed {
    readonly headers: Readonly<Record<string, string | string[] | undefined>>;
    readonly body: Readable;
}

/**
 * How requests of all clouds travel: through the proxy that the environment names, and with an end to what is read. It stands in
 * the AWS SDK's clients as their request handler, before the SDK's own; the others call {@link Transport.send}.
 *
 * Neither `fetch` nor the HTTP client of Alibaba's SDK (httpx) would do: the one takes no proxy on Node.js 20, the other none at
 * all (`httpsProxy` of its configuration is not read), and both inflate and keep whatever is sent.
 */
export class Transport {
    readonly metadata = { handlerProtocol: "http/1.1" };
    /** By the URL of the proxy; "": none. */
    private readonly ways = new Map<string, Promise<Way>>();
    private readonly handlers = new Map<Way, NodeHttpHandler>();

    /** `endpoint`: the setting or variable that names where requests go; undefined: the cloud's own host. */
    constructor(private readonly endpoint?: string) {}

    /** One request, sent once; no redirect is followed. */
    async send({ method, url, headers, body, signal }: HttpCall): Promise<HttpAnswer> {
        return this.through(url.href, async (way) => {
            const [request, agent] = url.protocol === "https:" ? [httpsRequest, way.https] : [httpRequest, way.http];
            const answer = await new Promise<IncomingMessage>((resolve, reject) => {
                request(url, { method, headers, agent, signal }, resolve).on("error", reject).end(body);
            });
            const status = answer.statusCode ?? 0;
            const text = (await collect({ headers: answer.headers, body: answer }, signal)).toString("utf8");
            return { status, ok: status >= 200 && status < 300, headers: answer.headers, text };
        });
    }

    /** What the AWS SDK's clients ask of a request handler. */
    async handle(request: SdkRequest, options: SdkOptions = {}): Promise<SdkAnswer> {
        const url = `${request.protocol}//${request.hostname}${request.port ? `:${request.port}` : ""}/`;
        return this.through(url, async (way) => {
            const { response } = await (await this.handlerFor(way)).handle(request, options);
            const packed = { headers: response.headers, body: response.body as Readable };
            response.body = Readable.from([await collect(packed, options.abortSignal as AbortSignal | undefined)]);
            delete response.headers["content-encoding"];
            return { response, status: response.statusCode };
        });
    }

    updateHttpClientConfig(): void {}

    httpHandlerConfigs(): object {
        return {};
    }

    /** Chooses the way; an error on it says where it led. */
    private async through<T extends { status: number }>(url: string, call: (way: Way) => Promise<T>): Promise<T> {
        const proxy = await proxyFor(url);
        try {
            const answer = await call(await this.wayOf(proxy ?? ""));
            if (proxy !== undefined && answer.status === 407) {
                throw Object.assign(new Error("the proxy wants a user name and a password"), { code: "ProxyRefused" });
            }
            return answer;
        } catch (error) {
            throw explained(error, [
                ...(this.endpoint === undefined ? [] : [`the endpoint that ${this.endpoint} names`]),
                ...(proxy === undefined ? [] : [`through the proxy that ${proxyVariable(url)} names`]),
            ]);
        }
    }

    private wayOf(proxy: string): Promise<Way> {
        let way = this.ways.get(proxy);
        if (way === undefined) {
            way = makeWay(proxy);
            this.ways.set(proxy, way);
        }
        return way;
    }

    private async handlerFor(way: Way): Promise<NodeHttpHandler> {
        let handler = this.handlers.get(way);
        if (handler === undefined) {
            const { NodeHttpHandler } = await import("@smithy/node-http-handler");
            handler = new NodeHttpHandler({
                connectionTimeout: CONNECT_MS,
                httpAgent: way.http,
                httpsAgent: way.https,
            });
            this.handlers.set(way, handler);
        }
        return handler;
    }
}

async function makeWay(proxy: string): Promise<Way> {
    const options = { keepAlive: true, maxSockets: 50 };
    if (proxy === "") {
        return { http: new HttpAgent(options), https: new HttpsAgent(options) };
    }
    const { HttpProxyAgent } = await import("http-proxy-agent");
    const { HttpsProxyAgent } = await import("https-proxy-agent");
    return {
        http: new HttpProxyAgent(proxy, options) as HttpAgent,
        https: new HttpsProxyAgent(proxy, options) as HttpsAgent,
    };
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
async function collect({ headers, body: raw }: Packed, signal: AbortSignal | undefined): Promise<Buffer> {
    const inflate = INFLATE[String(headers["content-encoding"] ?? "").toLowerCase()]?.();
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
