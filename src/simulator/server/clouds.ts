import { setTimeout as sleep } from "node:timers/promises";
import type { Fault, Faults } from "./faults";
import { type Api, type Operation, Refusal, type Reply, type Request } from "./protocol";
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

/** The simulated clouds behind their address: notes each call, lets faults and throttles at it, and has it carried out. */
export class Clouds {
    readonly calls: Call[] = [];
    private readonly throttle: Throttle;
    private readonly busy = new Set<string>();

    constructor(
        private readonly apis: readonly Api[],
        private readonly state: State,
        private readonly faults: Faults,
        private readonly options: Options,
    ) {
        this.throttle = new Throttle(() => state.now());
    }

    async answer(request: Request): Promise<Answer> {
        this.state.settle();
        const operation = this.operationOf(request);
        if (operation === undefined) {
            return { status: 404, headers: {}, body: "no simulated API takes this request\n" };
        }
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
            return spoilt(this.carryOut(operation, fault, overlapping, call), fault);
        } finally {
            if (exclusive !== undefined && !overlapping) {
                this.busy.delete(exclusive);
            }
        }
    }

    /** The first API that takes the request. */
    private operationOf(request: Request): Operation | undefined {
        for (const api of this.apis) {
            const operation = api(request, this.state);
            if (operation !== undefined) {
                return operation;
            }
        }
        return undefined;
    }

    private note({ cloud, action, ids }: Operation): Call {
        const at = new Date(this.state.now()).toISOString();
        const call: Call = { cloud, action, ids: [...ids], at, outcome: "unanswered" };
        this.calls.push(call);
        this.options.onCall?.(call, this.calls.length - 1);
        return call;
    }

    private carryOut(operation: Operation, fault: Fault | undefined, overlapping: boolean, call: Call): Reply {
        const refused = (refusal: Refusal) => {
            call.outcome = refusal.code;
            return operation.refuse(refusal);
        };
        const early = fault !== undefined && fault.when !== "after";
        const before = early ? refusalOf(operation, fault) : undefined;
        if (before !== undefined) {
            return refused(before);
        }
        if (early && (fault.fault === "reset" || fault.fault === "hang")) {
            call.outcome = fault.fault;
            return { status: 0, headers: {}, body: "" };
        }
        if (overlapping && operation.overlap !== undefined) {
            return refused(operation.overlap);
        }
        const { throttle } = this.options;
        if (throttle === "documented" && !this.throttle.allows(operation.action, operation.throttleKey)) {
            return refused(operation.throttled);
        }
        try {
            const reply = this.run(operation, fault, call);
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

    private run(operation: Operation, fault: Fault | undefined, call: Call): Reply {
        return operation.run({
            state: this.state,
            stale: fault?.fault === "staleRead",
            list: (ids) => {
                call.listed = [...ids];
            },
            refuseId: (id) => fault?.fault === "refuseIds" && (fault.ids?.includes(id) ?? true),
        });
    }
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
