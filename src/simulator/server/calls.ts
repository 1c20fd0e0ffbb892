import { setTimeout as sleep } from "node:timers/promises";
import type { Fault, Faults } from "./faults";
import type { Cloud, Kind } from "./kind";
import { Refusal, type Reply, type Request } from "./message";
import type { Api, Operation } from "./protocol";
import type { State } from "./state";
import { Throttle } from "./throttle";

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

/** A reply, or what a fault makes of it: the connection breaks, or nothing comes. */
export type Answer = Reply | "reset" | "hang";

interface Options {
    readonly throttle?: "documented" | "off";
    readonly latencyMs?: number;
    readonly onCall?: (call: Call, index: number) => void;
}

/** What a request is to a cloud: an operation, and the kind it belongs to, if any. */
interface Understood {
    readonly operation: Operation;
    readonly kind: Kind | undefined;
}

/** The calls of the simulated clouds: notes each, lets faults and rates at it, and has it carried out. */
export class Calls {
    readonly list: Call[] = [];
    private readonly throttle: Throttle;
    /** Of each cloud those of its kinds, then those of no kind. */
    private readonly apis: readonly { readonly kind: Kind | undefined; readonly api: Api }[];
    private readonly busy = new Set<string>();

    constructor(
        clouds: readonly Cloud[],
        private readonly state: State,
        private readonly faults: Faults,
        private readonly options: Options,
    ) {
        this.apis = clouds.flatMap(({ kinds, apis }) => [
            ...kinds.map((kind) => ({ kind, api: kind.api })),
            ...apis.map((api) => ({ kind: undefined, api })),
        ]);
        const rates = clouds.flatMap((cloud) => [...cloud.kinds.flatMap((kind) => kind.rates), ...cloud.rates]);
        this.throttle = new Throttle(rates, () => state.now());
    }

    async answer(request: Request): Promise<Answer> {
        this.state.settle();
        const understood = this.understand(request);
        if (understood === undefined) {
            return { status: 404, headers: {}, body: "no simulated API takes this request\n" };
        }
        const { operation } = understood;
        const call = this.note(operation);
        const { exclusive } = operation;
        const overlapping = exclusive !== undefined && this.busy.has(exclusive);
        if (exclusive !== undefined) {
            this.busy.add(exclusive);
        }
        try {
            const fault = this.faults.next(operation);
            if (this.options.latencyMs) {
                await sleep(this.options.latencyMs);
            }
            this.state.settle();
            return spoilt(this.carryOut(understood, fault, overlapping, call), fault);
        } finally {
            if (exclusive !== undefined && !overlapping) {
                this.busy.delete(exclusive);
            }
        }
    }

    /** The first API that takes the request. */
    private understand(request: Request): Understood | undefined {
        for (const { kind, api } of this.apis) {
            const operation = api(request, this.state);
            if (operation !== undefined) {
                return { operation, kind };
            }
        }
        return undefined;
    }

    private note({ cloud, action, ids }: Operation): Call {
        const at = new Date(this.state.now()).toISOString();
        const call: Call = { cloud, action, ids: [...ids], at, outcome: "unanswered" };
        this.list.push(call);
        this.options.onCall?.(call, this.list.length - 1);
        return call;
    }

    private carryOut(understood: Understood, fault: Fault | undefined, overlapping: boolean, call: Call): Reply {
        const { operation } = understood;
        const [early, late] = fault?.when === "after" ? [undefined, fault] : [fault, undefined];
        if (early?.fault === "reset" || early?.fault === "hang") {
            call.outcome = early.fault;
            return { status: 0, headers: {}, body: "" };
        }
        try {
            const refusal = refusalOf(operation, early) ?? this.refusedBefore(operation, overlapping);
            if (refusal !== undefined) {
                throw refusal;
            }
            const reply = this.run(understood, fault, call);
            call.outcome = late === undefined ? "ok" : `ok, then ${late.fault}`;
            const spoiling = refusalOf(operation, late);
            return spoiling === undefined ? reply : operation.refuse(spoiling);
        } catch (error) {
            if (error instanceof Refusal) {
                call.outcome = error.code;
                return operation.refuse(error);
            }
            throw error;
        }
    }

    /** What an overlap or a rate refuses. */
    private refusedBefore(operation: Operation, overlapping: boolean): Refusal | undefined {
        if (overlapping && operation.overlap !== undefined) {
            return operation.overlap;
        }
        const limited = this.options.throttle === "documented";
        return limited && !this.throttle.allows(operation.action, operation.throttleKey)
            ? operation.throttled
            : undefined;
    }

    private run({ operation, kind }: Understood, fault: Fault | undefined, call: Call): Reply {
        if (kind !== undefined) {
            this.state.expire(kind);
        }
        return operation.run({
            stale: fault?.fault === "staleRead",
            list: (ids) => {
                call.listed = [...ids];
            },
            refuseId: (id) => fault?.fault === "refuseIds" && (fault.ids?.includes(id) ?? true),
        });
    }
}

function refusalOf(operation: Operation, fault: Fault | undefined): Refusal | undefined {
    switch (fault?.fault) {
        case "throttle":
            return operation.throttled;
        case "expired":
            return operation.expired;
        case "clockSkew":
            return operation.skewed;
        case "error":
            return new Refusal(fault.status ?? 500, fault.code ?? "InternalError", "An internal error has occurred.");
        default:
            return undefined;
    }
}

/** What a fault leaves of a reply. */
function spoilt(reply: Reply, fault: Fault | undefined): Answer {
    switch (fault?.fault) {
        case "reset":
        case "hang":
            return fault.fault;
        case "malformed":
            return { ...reply, body: reply.body.slice(0, Math.floor(reply.body.length / 2)) };
        default:
            return reply;
    }
}
