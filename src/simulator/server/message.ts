import type { IncomingHttpHeaders } from "node:http";

export interface Request {
    readonly method: string;
    readonly url: URL;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
    /** The body as it came, for protocols that are no text. */
    readonly bytes: Uint8Array;
    readonly requestId: string;
}

export interface Reply {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string | Uint8Array;
}

/** A refusal in the cloud's own words; the protocol renders it. */
export class Refusal extends Error {
    constructor(
        readonly status: number,
        readonly code: string,
        message: string,
    ) {
        super(message);
    }
}

/** What the simulator does not model it refuses in the cloud's own error format, and says what it is. */
export function notSimulated(what: string): Refusal {
    return new Refusal(501, "NotSimulated", `The simulator does not model ${what}.`);
}

/** The object without its undefined members. */
export function compact(object: Record<string, unknown>): Record<string, unknown> {
    return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
