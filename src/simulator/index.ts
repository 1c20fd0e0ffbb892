import { CLOUDS, type Fault, WORLD_MODEL, type World } from "./clouds";
import { type Call, Calls } from "./server/calls";
import { Faults } from "./server/faults";
import { listen } from "./server/http";
import type { Cloud } from "./server/kind";
import { State } from "./server/state";

export type {
    AlibabaAccount,
    AwsRegion,
    EndpointService,
    Fault,
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
} from "./clouds";
export { UNDOCUMENTED } from "./clouds";
export type { Call } from "./server/calls";

/** How {@link startSimulator} starts. */
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
    /** Where all clouds and the control API answer, `http://127.0.0.1:…`. */
    readonly url: string;
    /** Everything a program, a CLI or an SDK needs to talk to it: endpoints and credentials, with no profile or metadata service in between. */
    readonly env: Readonly<Record<string, string>>;
    /** The live world; assign to replace it. */
    world: World;
    /** How long asynchronous changes take from now on, in milliseconds. */
    settleMs: number;
    /** See {@link SimulatorOptions.largestPage}. */
    largestPage: number;
    /** The calls so far, in order. */
    readonly calls: readonly Call[];
    /** Forgets the calls so far. */
    clearCalls(): void;
    /** Moves the clock ahead, in milliseconds. */
    advance(ms: number): void;
    /** Adds faults that hit calls from now on. */
    addFaults(faults: Fault | Fault[]): void;
    /** Removes the faults that have not hit yet. */
    clearFaults(): void;
    /** Ends it. */
    close(): Promise<void>;
}

/**
 * Starts simulated clouds on loopback: what the kinds of connection need of AWS, Alibaba Cloud, Huawei Cloud, Open Telekom Cloud and Azure.
 * Their rules come from the clouds' documents. What no document says is a switch of the world.
 *
 * @example
 * ```ts
 * const clouds = await startSimulator({ world });
 * Object.assign(process.env, clouds.env);
 * ```
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
    const state = new State(WORLD_MODEL, options.settleMs ?? 0);
    state.largestPage = options.largestPage ?? state.largestPage;
    state.world = options.world ?? {};
    const faults = new Faults(CLOUDS.map(({ name }) => name));
    const calls = new Calls(CLOUDS, state, faults, options);
    const { url, close } = await listen(options.port ?? 0, calls, { state, faults, calls: calls.list });
    return {
        url,
        env: environment(url, state),
        get world() {
            return state.world as World;
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
            return calls.list;
        },
        clearCalls: () => void calls.list.splice(0),
        advance: (ms) => state.advance(ms),
        addFaults: (added) => faults.add(added),
        clearFaults: () => faults.clear(),
        close,
    };
}

/** Credentials of the first account of each cloud. Keys name their account; secrets and tokens follow from keys. */
function environment(url: string, state: State): Record<string, string> {
    const clouds: readonly Cloud[] = CLOUDS;
    return Object.assign(
        {},
        ...clouds.map(({ name, environment }) => {
            const [entry] = state.entries<Record<string, unknown>>(name);
            return entry === undefined ? {} : environment(url, entry);
        }),
    );
}
