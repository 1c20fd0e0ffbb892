import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Answer, Calls } from "./calls";
import { type Controlled, control, json } from "./control";
import { refusedFrom } from "./guard";
import type { Request } from "./message";

/** The loopback server of the control API and the clouds. */
export interface Loopback {
    readonly url: string;
    /** Breaks the connections that are open. */
    close(): Promise<void>;
}

/** @param port 0: a free one. */
export async function listen(port: number, calls: Calls, controlled: Controlled): Promise<Loopback> {
    const server = createServer((incoming, response) => {
        void answer(incoming, calls, controlled)
            .catch(failure)
            .then((reply) => {
                if (reply === "reset") {
                    response.destroy();
                } else if (reply !== "hang" && !response.destroyed) {
                    response.writeHead(reply.status, reply.headers).end(reply.body);
                }
            });
    });
    await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(port, "127.0.0.1", resolve);
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => close(server) };
}

function close(server: Server): Promise<void> {
    return new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
    });
}

/** What a request is answered: by the control API, or by a cloud. */
async function answer(incoming: IncomingMessage, calls: Calls, controlled: Controlled): Promise<Answer> {
    const refused = refusedFrom(incoming.headers);
    const request = await receive(incoming);
    if (refused !== undefined) {
        return json(403, { error: refused });
    }
    return request.url.pathname.startsWith("/_simulator/") ? control(request, controlled) : calls.answer(request);
}

/** A request that cannot be read, or a bug of the simulator, which must not pass for a cloud's answer. Where it happened stays here. */
function failure(error: unknown): Answer {
    if ((error as { code?: unknown }).code === "ECONNRESET") {
        return "reset"; // Who asked has gone.
    }
    if (error instanceof URIError || (error as { code?: unknown }).code === "ERR_INVALID_URL") {
        return json(400, { error: "the address of the request is malformed" });
    }
    process.stderr.write(`simulator: ${error instanceof Error ? error.stack : error}\n`);
    return json(599, { error: "the simulator failed at this request: a bug of it; its stderr says more" });
}

async function receive(incoming: IncomingMessage): Promise<Request> {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) {
        chunks.push(chunk as Buffer);
    }
    const bytes = Buffer.concat(chunks);
    return {
        method: incoming.method ?? "GET",
        url: new URL(incoming.url ?? "/", "http://simulator"),
        headers: incoming.headers,
        body: bytes.toString("utf8"),
        bytes,
        requestId: randomUUID(),
    };
}
