import type { Refusal, Reply, Request } from "./message";
import type { Parameters } from "./parameters";
import type { Caller, State } from "./state";

/** What faults want of the call that is answered, and where it says what it lists. */
export interface Hooks {
    /** A fault asks for the state before the last decision. */
    readonly stale: boolean;
    /** Faults that refuse single ids inside a successful answer. */
    readonly refuseId: (id: string) => boolean;
    /** Says which connections the answer lists. */
    readonly list: (ids: readonly string[]) => void;
}

/** A request understood: which call of which cloud it is, and how to answer. */
export interface Operation {
    readonly cloud: string;
    /** As policies name it, `ec2:AcceptVpcEndpointConnections`. */
    readonly action: string;
    /** Connections it is about. */
    readonly ids: readonly string[];
    /** What a documented rate counts: account, region. */
    readonly throttleKey: string;
    /** Requests with the same key may not overlap, where the API says so. */
    readonly exclusive?: string;
    run(hooks: Hooks): Reply;
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

/** A call that a handler answers, its caller known. */
export interface HandledCall {
    readonly request: Request;
    readonly state: State;
    readonly hooks: Hooks;
    readonly caller: Caller;
}

/** A call whose parameters came in a query or a form. */
export interface ParameterCall extends HandledCall {
    readonly parameters: Parameters;
    readonly action: string;
}

/** An action of a query protocol: the parameters that it knows (`#` stands for a number), and its answer. */
export interface Action<Call> {
    readonly parameters: readonly string[];
    run(call: Call): object;
}

/** One API: recognises its requests. Undefined: not mine. */
export type Api = (request: Request, state: State) => Operation | undefined;

/** Several APIs as one: the first that takes a request answers it. */
export function anyOf(...apis: readonly Api[]): Api {
    return (request, state) => {
        for (const api of apis) {
            const operation = api(request, state);
            if (operation !== undefined) {
                return operation;
            }
        }
        return undefined;
    };
}

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
