/** What goes wrong, where, and how often. `POST /_simulator/faults` takes one or a list. */
export interface Fault<Cloud extends string = string> {
    /** Only this cloud; every one by default. */
    cloud?: Cloud;
    /** Only this action, `ec2:AcceptVpcEndpointConnections`; `*` stands for any text. Every one by default. */
    action?: string;
    /** Only calls about one of these connections. */
    ids?: string[];
    /**
     * `reset`: the connection breaks; `hang`: no answer; `error`: HTTP 500, 502 or 503; `throttle`: the cloud's own throttling error;
     * `staleRead`: a read shows the state before the last decision; `refuseIds`: `ids` are refused inside the answer;
     * `malformed`: an answer cut in half; `expired`: the cloud's own error for expired credentials; `clockSkew`: its error for a caller whose clock is off.
     */
    fault: (typeof FAULTS)[number];
    /** Whether the call takes effect first. @default "before" */
    when?: "before" | "after";
    /** HTTP status of `error`. @default 500 */
    status?: number;
    /** Code of `error`. @default "InternalError" */
    code?: string;
    /** How many calls it hits. @default 1 */
    times?: number;
}

export const FAULTS = [
    "reset",
    "hang",
    "error",
    "throttle",
    "staleRead",
    "refuseIds",
    "malformed",
    "expired",
    "clockSkew",
] as const;

const FIELDS: readonly string[] = ["cloud", "action", "ids", "fault", "when", "status", "code", "times"];

/** The faults still to come. */
export class Faults {
    private pending: (Fault & { times: number })[] = [];

    constructor(private readonly clouds: readonly string[]) {}

    get list(): readonly Fault[] {
        return this.pending;
    }

    add(faults: unknown): void {
        const added = (Array.isArray(faults) ? faults : [faults]).map((fault) => readFault(fault, this.clouds));
        this.pending.push(...added);
    }

    clear(): void {
        this.pending = [];
    }

    /** The fault that hits this call, used up by one. */
    next(call: { cloud: string; action: string; ids: readonly string[] }): Fault | undefined {
        const fault = this.pending.find(
            (f) =>
                (f.cloud === undefined || f.cloud === call.cloud) &&
                (f.action === undefined || matches(f.action, call.action)) &&
                (f.ids === undefined || call.ids.some((id) => f.ids?.includes(id))),
        );
        if (fault !== undefined) {
            fault.times -= 1;
            this.pending = this.pending.filter((f) => f.times > 0);
        }
        return fault;
    }
}

function readFault(value: unknown, clouds: readonly string[]): Fault & { times: number } {
    const fault = value as Fault | null;
    if (typeof fault !== "object" || fault === null || !FAULTS.includes(fault.fault)) {
        throw new Error(`fault must be one of ${FAULTS.join(", ")}`);
    }
    const strange = Object.keys(fault).find((key) => !FIELDS.includes(key));
    if (strange !== undefined) {
        throw new Error(`${strange} is not known; a fault has ${FIELDS.join(", ")}`);
    }
    if (fault.cloud !== undefined && !clouds.includes(fault.cloud)) {
        throw new Error(`cloud must be one of ${clouds.join(", ")}`);
    }
    if (fault.when !== undefined && !["before", "after"].includes(fault.when)) {
        throw new Error("when must be before or after");
    }
    return { ...fault, times: fault.times ?? 1 };
}

function matches(pattern: string, text: string): boolean {
    const source = pattern
        .split("*")
        .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"))
        .join(".*");
    return new RegExp(`^${source}$`).test(text);
}
