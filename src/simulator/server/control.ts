import type { Faults } from "./faults";
import type { Reply, Request } from "./message";
import type { State } from "./state";

/** What the control API shows and changes. */
export interface Controlled {
    readonly state: State;
    readonly faults: Faults;
    /** The calls so far; emptied in place. */
    readonly calls: unknown[];
}

const ROUTES: Readonly<Record<string, (controlled: Controlled, body: () => unknown) => unknown>> = {
    "GET world": ({ state }) => state.snapshot(),
    "PUT world": ({ state }, body) => {
        state.world = body();
        return state.snapshot();
    },
    "GET calls": ({ calls }) => calls,
    "DELETE calls": ({ calls }) => {
        calls.splice(0);
        return [];
    },
    "POST clock": ({ state }, body) => {
        state.advance(advanceOf(body()));
        return { now: new Date(state.now()).toISOString() };
    },
    "GET faults": ({ faults }) => faults.list,
    "POST faults": ({ faults }, body) => {
        faults.add(body());
        return faults.list;
    },
    "DELETE faults": ({ faults }) => {
        faults.clear();
        return [];
    },
};

/** `GET|PUT world`, `GET|DELETE calls`, `POST clock {"advance":"7d"}`, `GET|POST|DELETE faults`; all JSON. */
export function control(request: Request, controlled: Controlled): Reply {
    const route = `${request.method} ${request.url.pathname.slice("/_simulator/".length)}`;
    const handler = Object.hasOwn(ROUTES, route) ? ROUTES[route] : undefined;
    if (handler === undefined) {
        return json(404, { error: "known are GET|PUT world, GET|DELETE calls, POST clock, GET|POST|DELETE faults" });
    }
    // A form of a web page cannot be of this type.
    if (request.body !== "" && !/^application\/json\s*(;|$)/i.test(request.headers["content-type"] ?? "")) {
        return json(415, { error: "the body must be of content-type application/json" });
    }
    try {
        return json(
            200,
            handler(controlled, () => JSON.parse(request.body)),
        );
    } catch (error) {
        return json(400, { error: error instanceof Error ? error.message : String(error) });
    }
}

/** An answer that no cloud gave. */
export function json(status: number, content: unknown): Reply {
    return { status, headers: { "content-type": "application/json" }, body: `${JSON.stringify(content)}\n` };
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `{"advance":"7d"}`. */
function advanceOf(body: unknown): number {
    const { advance, ...rest } = Object(body) as { advance?: unknown };
    const [, amount, unit] = /^(\d+)(ms|s|m|h|d)$/.exec(String(advance)) ?? [];
    if (amount === undefined || unit === undefined || Object.keys(rest).length > 0) {
        throw new Error('advance must be a number and a unit, such as "7d", and stand alone');
    }
    return Number(amount) * (UNITS[unit] ?? 0);
}
