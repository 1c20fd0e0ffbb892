import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { alibaba } from "./alibaba";
import { ec2 } from "./aws-ec2";
import { openSearch } from "./aws-opensearch";
import { sts } from "./aws-sts";
import { control, json } from "./control";
import { environment } from "./environment";
import { type Fault, Faults } from "./faults";
import { refusedFrom } from "./guard";
import { huawei } from "./huawei";
import { type Api, type Operation, Refusal, type Reply, type Request } from "./protocol";
import { State } from "./state";
import { Throttle } from "./throttle";
import type { World } from "./world";

export type { Fault } from "./faults";
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
} from "./world";
export { UNDOCUMENTED } from "./world";

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

/** One call that a cloud received. */
export interface Call {
    cloud: string;
    /** As policies name it, `ec2:AcceptVpcEndpointConnections`. */
    action: string;
    ids: string[];
    /** Connections that the answer lists, of a call that lists some. */
    listed?: string[];
    /** Time of the simulated clock, ISO 8601. */
    at: string;
    /** `ok`, the error code, or the fault. A fault after the effect is `ok, then reset`. */
    outcome: string;
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
    const throttle = new Throttle(() => state.now());
    const calls: Call[] = [];
    const busy = new Set<string>();

    async function answer(request: Request, response: ServerResponse): Promise<void> {
        state.settle();
        const operation = operationOf(request, state);
        if (operation === undefined) {
            send(response, { status: 404, headers: {}, body: "no simulated API takes this request\n" });
            return;
        }
        const call: Call = {
            cloud: operation.cloud,
            action: operation.action,
            ids: [...operation.ids],
            at: new Date(state.now()).toISOString(),
            outcome: "unanswered",
        };
        calls.push(call);
        options.onCall?.(call, calls.length - 1);
        const overlapping = operation.exclusive !== undefined && busy.has(operation.exclusive);
        if (operation.exclusive !== undefined) {
            busy.add(operation.exclusive);
        }
        try {
            const fault = faults.next(operation);
            await sleep(options.latencyMs ?? 0);
            state.settle();
            const reply = carryOut(operation, fault, overlapping, call);
            respond(response, reply, fault);
        } finally {
            if (operation.exclusive !== undefined && !overlapping) {
                busy.delete(operation.exclusive);
            }
        }
    }

    function carryOut(operation: Operation, fault: Fault | undefined, overlapping: boolean, call: Call): Reply {
        const refused = (refusal: Refusal) => {
            call.outcome = refusal.code;
            return operation.refuse(refusal);
        };
        const before =
            fault !== undefined && (fault.when ?? "before") === "before" ? refusalOf(operation, fault) : undefined;
        if (before !== undefined) {
            return refused(before);
        }
        if (fault?.when !== "after" && (fault?.fault === "reset" || fault?.fault === "hang")) {
            call.outcome = fault.fault;
            return { status: 0, headers: {}, body: "" };
        }
        if (overlapping && operation.overlap !== undefined) {
            return refused(operation.overlap);
        }
        if (options.throttle === "documented" && !throttle.allows(operation.action, operation.throttleKey)) {
            return refused(operation.throttled);
        }
        try {
            const reply = operation.run({
                state,
                stale: fault?.fault === "staleRead",
                list: (ids) => {
                    call.listed = [...ids];
                },
                refuseId: (id) => fault?.fault === "refuseIds" && (fault.ids?.includes(id) ?? true),
            });
            call.outcome = fault?.when === "after" ? `ok, then ${fault.fault}` : "ok";
            const after = fault?.when === "after" ? refusalOf(operation, fault) : undefined;
            return after === undefined ? reply : operation.refuse(after);
        } catch (error) {
            if (error instanceof Refusal) {
                return refused(error);
            }
            throw error;
        }
    }

    const server = createServer((incoming, response) => {
        const refused = refusedFrom(incoming.headers);
        if (refused !== undefined) {
            incoming.resume();
            send(response, json(403, { error: refused }));
            return;
        }
        void receive(incoming)
            .then((request) =>
                request.url.pathname.startsWith("/_simulator/")
                    ? send(response, control(request, { state, faults, calls }))
                    : answer(request, response),
            )
            .catch((error: unknown) => send(response, failure(error)));
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

/** The first API that takes the request. */
function operationOf(request: Request, state: State): Operation | undefined {
    for (const api of APIS) {
        const operation = api(request, state);
        if (operation !== undefined) {
            return operation;
        }
    }
    return undefined;
}

/** A request that cannot be read, or a bug of the simulator, which must not pass for a cloud's answer. Where it happened stays here. */
function failure(error: unknown): Reply {
    if (error instanceof URIError || (error as { code?: unknown }).code === "ERR_INVALID_URL") {
        return json(400, { error: "the address of the request is malformed" });
    }
    process.stderr.write(`simulator: ${error instanceof Error ? error.stack : error}\n`);
    return json(599, { error: "the simulator failed at this request: a bug of it; its stderr says more" });
}

function refusalOf(operation: Operation, { fault, status = 500, code = "InternalError" }: Fault): Refusal | undefined {
    switch (fault) {
        case "throttle":
            return operation.throttled;
        case "expired":
            return operation.expired;
        case "clockSkew":
            return operation.skewed;
        case "error":
            return new Refusal(status, code, "An internal error has occurred.");
        default:
            return undefined;
    }
}

function respond(response: ServerResponse, reply: Reply, fault: Fault | undefined): void {
    if (fault?.fault === "reset") {
        response.destroy();
    } else if (fault?.fault === "malformed") {
        send(response, { ...reply, body: reply.body.slice(0, Math.floor(reply.body.length / 2)) });
    } else if (fault?.fault !== "hang") {
        send(response, reply);
    }
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

function send(response: ServerResponse, { status, headers, body }: Reply): void {
    if (!response.destroyed) {
        response.writeHead(status, headers).end(body);
    }
}
