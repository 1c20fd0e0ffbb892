import { CloudError } from "./cloud";
import type { Call, Observed, Order, Page, Receipt, Scope, ScopeState, Send } from "./kind";

/** What a listing may cost before it counts as endless. An object, so that tests can change it. */
export const pagingLimits = {
    /** Empty pages in a row that name a next one: APIs that filter after they cut pages send some. */
    emptyPages: 20,
    /** No owner of a service has as many connections; a cloud that goes on for ever would fill the memory. */
    items: 250_000,
    milliseconds: 5 * 60_000,
};

/** The code of a listing that does not end. It counts as unreadable. */
export const ENDLESS = "EndlessListing";

/**
 * Follows the pages of one listing and ends one that leads nowhere. "The value of nextToken is a unique pagination token for
 * each page" (API_DescribeInboundConnections; the other APIs say as much of theirs): a cursor that was there before, or a page
 * that repeats what was listed and names a next one, goes round in circles. Connections that such a listing does not show may still exist.
 */
export class Paging {
    private readonly cursors = new Set<string>();
    private readonly ids = new Set<string>();
    private empty = 0;
    private spent = 0;

    constructor(
        /** Named in the error. */
        private readonly action: string,
        private readonly now: () => number,
    ) {}

    /** Reads one page. Time counts while pages are read, not while nobody asks for the next one. */
    async turn<P extends { readonly next?: string }>(
        read: () => Promise<P>,
        idsOf: (page: P) => readonly string[],
    ): Promise<P> {
        const started = this.now();
        const page = await read();
        this.spent += this.now() - started;
        this.look(idsOf(page), page.next);
        return page;
    }

    /** The same listing from its first page. */
    again(): Paging {
        return new Paging(this.action, this.now);
    }

    private look(ids: readonly string[], next: string | undefined): void {
        const before = this.ids.size;
        for (const id of ids) {
            this.ids.add(id);
        }
        this.empty = ids.length === 0 ? this.empty + 1 : 0;
        if (next === undefined) {
            return;
        }
        const why = this.whyEndless(next, ids.length > 0 && this.ids.size === before);
        if (why !== undefined) {
            const text = `the listing does not end: ${why}`;
            throw new CloudError({ action: this.action, failure: "transient", code: ENDLESS, text });
        }
        this.cursors.add(next);
    }

    private whyEndless(next: string, repeats: boolean): string | undefined {
        const { items, emptyPages, milliseconds } = pagingLimits;
        const reasons = [
            [this.cursors.has(next), "its pages go round in a circle: a page token came again"],
            [repeats, "a page repeats what was listed before"],
            [this.empty > emptyPages, `${this.empty} empty pages in a row`],
            [this.ids.size > items, `more than ${items} entries`],
            [this.spent > milliseconds, `it was not read to its end within ${milliseconds / 60_000} minutes`],
        ] as const;
        return reasons.find(([holds]) => holds)?.[1];
    }
}

/** All items of a listing, page by page to its end. */
export async function everyPage<T>(
    action: string,
    call: Pick<Call<unknown>, "now">,
    idOf: (item: T) => string,
    read: (cursor: string | undefined) => Promise<{ readonly items: readonly T[]; readonly next?: string }>,
): Promise<T[]> {
    const paging = new Paging(action, call.now);
    const all: T[] = [];
    let cursor: string | undefined;
    do {
        const from = cursor;
        const page = await paging.turn(
            () => read(from),
            ({ items }) => items.map(idOf),
        );
        all.push(...page.items);
        cursor = page.next;
    } while (cursor !== undefined);
    return all;
}

/** The connections with these ids, from a listing that a filter narrows to them. What else it shows is left out. */
export async function connectionsById(
    action: string,
    call: Pick<Call<unknown>, "now">,
    ids: readonly string[],
    read: (cursor: string | undefined) => Promise<Page>,
): Promise<Observed[]> {
    const found = await everyPage(action, call, ({ id }) => id, read);
    return found.filter(({ id }) => ids.includes(id));
}

/** Asks once and keeps the answer. A failure is not kept: the next call asks again. */
export function askOnce<A extends unknown[], T>(ask: (...asked: A) => Promise<T>): (...asked: A) => Promise<T> {
    let answer: Promise<T> | undefined;
    return (...asked) => {
        answer ??= ask(...asked);
        answer.catch(() => {
            answer = undefined;
        });
        return answer;
    };
}

/** What a call finds; `missing` where the cloud says that there is no such thing. Every other failure is thrown on. */
export async function unlessMissing<T>(
    find: () => Promise<T>,
    missing: T,
    isMissing = (error: CloudError) => error.failure === "missing",
): Promise<T> {
    try {
        return await find();
    } catch (error) {
        if (error instanceof CloudError && isMissing(error)) {
            return missing;
        }
        throw error;
    }
}

/** A scope that is not there. */
export const MISSING_SCOPE: ScopeState = { found: "missing", admission: "unknown" };

/** A scope that is there. `asksOwner`: the cloud's own switch; a value that is neither true nor false says nothing. */
export function foundScope(asksOwner: unknown): ScopeState {
    return { found: "yes", admission: asksOwner === true ? "manual" : asksOwner === false ? "automatic" : "unknown" };
}

const SENT = { result: "sent" } as const;

/**
 * An action of an API that takes one connection per call. `send` gives nothing back where the order was taken; what it throws becomes
 * a receipt.
 *
 * @param explain what the receipt of an error says beside that, by the cloud's code in lower case
 */
export function oneByOne<K>(
    // biome-ignore lint/suspicious/noConfusingVoidType: a function without a return statement gives void.
    send: (order: Order, scope: Scope, call: Call<K>) => Promise<Omit<Receipt, "id"> | void>,
    explain: (code: string, order: Order) => Partial<Receipt> = () => ({}),
): Send<K> {
    return (scope, orders, call) =>
        Promise.all(
            orders.map(async (order) => {
                const { id } = order.seen;
                try {
                    return { id, ...((await send(order, scope, call)) ?? SENT) };
                } catch (error) {
                    const receipt = receiptOfFailure(id, error);
                    return { ...receipt, ...explain(receipt.code?.toLowerCase() ?? "", order) };
                }
            }),
        );
}

/** An action of an API that takes several connections per call. What `send` throws holds for all of them. */
export function allAtOnce<K>(
    send: (orders: readonly Order[], scope: Scope, call: Call<K>) => Promise<readonly Receipt[]>,
): Send<K> {
    return async (scope, orders, call) => {
        try {
            return await send(orders, scope, call);
        } catch (error) {
            return orders.map(({ seen }) => receiptOfFailure(seen.id, error));
        }
    };
}

/**
 * A dry run, as EC2 and Alibaba Cloud answer it: with the error DryRunOperation where the permission is there, with a denial where not.
 * Every other answer says nothing about the permission.
 */
export async function dryRun(send: () => Promise<unknown>): Promise<"allowed" | "denied" | "cannotTell"> {
    try {
        await send();
        return "cannotTell";
    } catch (error) {
        if (!(error instanceof CloudError)) {
            throw error;
        }
        if (error.code.toLowerCase() === "dryrunoperation") {
            return "allowed";
        }
        return error.failure === "denied" ? "denied" : "cannotTell";
    }
}

/**
 * What a failed call means for one order of it. A throttled call was not done; after a timeout, a reset or a 5xx
 * nobody knows, so the core reads before it does anything else; every other error is a refusal.
 * Errors that are not the cloud's (a bug) are thrown on.
 */
function receiptOfFailure(id: string, error: unknown): Receipt {
    if (!(error instanceof CloudError)) {
        throw error;
    }
    return {
        id,
        result: RESULTS[error.failure] ?? "refused",
        code: error.code,
        text: error.text,
        call: error.action,
        failure: error.failure,
        ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
        ...(error.failure === "refused" || error.failure === "missing" ? { wholeRequest: true } : {}),
        ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
    };
}

const RESULTS: Partial<Record<CloudError["failure"], Receipt["result"]>> = {
    throttled: "busy",
    conflict: "conflict",
    transient: "unknown",
};
