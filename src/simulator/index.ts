import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { alibaba } from "./alibaba/rpc";
import { ec2 } from "./aws/ec2";
import { openSearch } from "./aws/opensearch";
import { sts } from "./aws/sts";
import { huawei } from "./huawei/api";
import { type Answer, type Call, Clouds } from "./server/clouds";
import { type Controlled, control, json } from "./server/control";
import { environment } from "./server/environment";
import { type Fault, Faults } from "./server/faults";
import { refusedFrom } from "./server/guard";
import type { Api, Request } from "./server/protocol";
import { State } from "./server/state";
import type { World } from "./server/world";

export type { Call } from "./server/clouds";
export type { Fault } from "./server/faults";
export type {
    AlibabaAccount,
    AwsRegion,
    EndpointService,
    HuaweiProject,
    OpenSearchInboundConnection,
    Principal,
    TransitGatewayConnection,
    Undocumented,
    VpcEndpointConnection,
    VpcepConnection,
    VpcepError,
    VpcepService,
    VpcPeerConnection,
    World,
} from "./server/world";
export { UNDOCUMENTED } from "./server/world";

export interface SimulatorOptions {
    /** Loopback port. @default a free one */
    port?: number;
    /** @default an empty world */
    world?: World;
    /** `documented`: the clouds' published rates; `off`: none. @default "off" */
    throttle?: "documented" | "off";
    /** How long asynchronous changes take, in milliseconds. @default 0 */
    settleMs?: number;
    /** A page of a listing holds no more connections, whatever was asked for, where pages follow by token. @default as documented */
    largestPage?: number;
    /** Added to every answer, in milliseconds. @default 0 */
    latencyMs?: number;
    /** Called with each call before it is handled: what an outside actor of a test does at that moment. */
    onCall?: (call: Call, index: number) => void;
}

/** The simulated clouds, running. */
export interface Simulator {
    readonly url: string;
    /** Everything a program, a CLI or an SDK needs to talk to it: endpoints and credentials, with no profile or metadata service in between. */
    readonly env: Readonly<Record<string, string>>;
    /** The live world; assign to replace it. */
    world: World;
    /** How long asynchronous changes take from now on, in milliseconds. */
    settleMs: number;
    /** See {@link SimulatorOptions.largestPage}. */
    largestPage: number;
    readonly calls: readonly Call[];
    clearCalls(): void;
    /** Moves the clock ahead, in milliseconds. */
    advance(ms: number): void;
    addFaults(faults: Fault | Fault[]): void;
    clearFaults(): void;
    close(): Promise<void>;
}

const APIS: readonly Api[] = [openSearch, alibaba, huawei, sts, ec2];

/**
 * Starts simulated clouds on loopback: EC2, OpenSearch, STS, Alibaba VPC peering and STS, Huawei and Open Telekom Cloud
 * VPC endpoints and IAM. Their rules come from the clouds' documents; what no document says is a switch of the world.
 *
 * @example
 * ```ts
 * const clouds = await startSimulator({ world });
 * Object.assign(process.env, clouds.env);
 * ```
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
    const state = new State(options.settleMs ?? 0);
    state.largestPage = options.largestPage ?? state.largestPage;
    state.world = options.world ?? {};
    const faults = new Faults();
    const clouds = new Clouds(APIS, state, faults, options);
    const { calls } = clouds;
    const server = createServer((incoming, response) => {
        void answer(incoming, clouds, { state, faults, calls })
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
        server.listen(options.port ?? 0, "127.0.0.1", resolve);
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return {
        url,
        env: environment(url, state.world),
        get world() {
            return state.world;
        },
        set world(world) {
            state.world = world;
        },
        get settleMs() {
            return state.settleMs;
        },
        set settleMs(ms) {
            state.settleMs = ms;
        },
        get largestPage() {
            return state.largestPage;
        },
        set largestPage(connections) {
            state.largestPage = connections;
        },
        get calls() {
            return calls;
        },
        clearCalls: () => void calls.splice(0),
        advance: (ms) => state.advance(ms),
        addFaults: (added) => faults.add(added),
        clearFaults: () => faults.clear(),
        close: () =>
            new Promise((resolve) => {
                server.close(() => resolve());
                server.closeAllConnections();
            }),
    };
}

/** What a request is answered: by the control API, or by a cloud. */
async function answer(incoming: IncomingMessage, clouds: Clouds, controlled: Controlled): Promise<Answer> {
    const refused = refusedFrom(incoming.headers);
    const request = await receive(incoming);
    if (refused !== undefined) {
        return json(403, { error: refused });
    }
    return request.url.pathname.startsWith("/_simulator/") ? control(request, controlled) : clouds.answer(request);
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
    return {
        method: incoming.method ?? "GET",
        url: new URL(incoming.url ?? "/", "http://simulator"),
        headers: incoming.headers,
        body: Buffer.concat(chunks).toString("utf8"),
        requestId: randomUUID(),
    };
}
