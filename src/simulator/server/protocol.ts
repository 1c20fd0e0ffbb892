import type { IncomingHttpHeaders } from "node:http";
import type { Parameters } from "./parameters";
import type { Caller, State } from "./state";

export interface Request {
    readonly method: string;
    readonly url: URL;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
    readonly requestId: string;
}

export interface Reply {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
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

/** What a handler may use. */
export interface World {
    readonly state: State;
    /** A fault asks for the state before the last decision. */
    readonly stale: boolean;
    /** Faults that refuse single ids inside a successful answer. */
    readonly refuseId: (id: string) => boolean;
    /** Says which connections the answer lists. */
    readonly list: (ids: readonly string[]) => void;
}

/** A request understood: which call of which cloud it is, and how to answer. */
export interface Operation {
    readonly cloud: "aws" | "alibaba" | "huawei";
    /** As policies name it, `ec2:AcceptVpcEndpointConnections`. */
    readonly action: string;
    /** Connections it is about. */
    readonly ids: readonly string[];
    /** What a documented rate counts: account, region. */
    readonly throttleKey: string;
    /** Requests with the same key may not overlap, where the API says so. */
    readonly exclusive?: string;
    run(world: World): Reply;
    refuse(refusal: Refusal): Reply;
    /** The cloud's own throttling error. */
    readonly throttled: Refusal;
    /** The cloud's own error for expired credentials. */
    readonly expired: Refusal;
    /** The cloud's own error for a request whose date is too far off. */
    readonly skewed: Refusal;
    /** What an exclusive overlap answers. */
    readonly overlap?: Refusal;
}

/** A call whose parameters came in a query or a form. */
export interface ParameterCall {
    readonly request: Request;
    readonly state: State;
    readonly world: World;
    readonly parameters: Parameters;
    readonly caller: Caller;
    readonly action: string;
}

/** One API: recognises its requests. Undefined: not mine. */
export type Api = (request: Request, state: State) => Operation | undefined;

/** One page of a list, of at most `size` and the state's largest page, with an opaque token for the next. Undefined for a token it did not hand out. */
export function page<T>(
    state: State,
    items: readonly T[],
    size: number,
    token: string | undefined,
): { items: readonly T[]; next?: string } | undefined {
    const start =
        token === undefined ? 0 : Number(/^page-(\d+)$/.exec(Buffer.from(token, "base64url").toString())?.[1] ?? "NaN");
    if (Number.isNaN(start)) {
        return undefined;
    }
    const end = start + Math.min(size, state.largestPage);
    return {
        items: items.slice(start, end),
        ...(end < items.length ? { next: Buffer.from(`page-${end}`).toString("base64url") } : {}),
    };
}

/** The state a read shows: the present one, or on a stale read the one before. */
export function shownState(connection: { before?: string }, present: string, stale: boolean): string {
    return stale ? (connection.before ?? present) : present;
}
