import { type Asked, CloudError } from "./cloud";
import type { Call } from "./kind";

/** What a listing may cost before it counts as endless. An object, so that tests can change it. */
export const pagingLimits = {
    /** Empty pages in a row that name a next one: APIs that filter after they cut pages send some. */
    emptyPages: 20,
    /** No owner of a service has as many connections; a cloud that goes on for ever would fill the memory. */
    items: 250_000,
    milliseconds: 5 * 60_000,
};

/** The code of a listing that does not end. Unreadable, like every answer that proves nothing. */
export const ENDLESS = "EndlessListing";

/**
 * Follows the pages of one listing and ends one that leads nowhere. "The value of nextToken is a unique pagination token for
 * each page" (API_DescribeInboundConnections; the other APIs say as much of theirs): a cursor that was there before, or a page
 * that repeats what was listed and names a next one, goes round in circles. What such a listing does not show proves nothing.
 */
export class Paging {
    private readonly cursors = new Set<string>();
    private readonly ids = new Set<string>();
    private empty = 0;
    private spent = 0;

    constructor(
        /** Named in the error: the kind's cloud and what is listed. */
        private readonly asked: Asked,
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
        return new Paging(this.asked, this.now);
    }

    private look(ids: readonly string[], next: string | undefined): void {
        const before = this.ids.size;
        for (const id of ids) {
            this.ids.add(id);
        }
        this.empty = ids.length === 0 ? this.empty + 1 : 0;
        const why =
            next === undefined
                ? undefined
                : this.cursors.has(next)
                  ? "its pages go round in a circle: a page token came again"
                  : ids.length > 0 && this.ids.size === before
                    ? "a page repeats what was listed before"
                    : this.empty > pagingLimits.emptyPages
                      ? `${this.empty} empty pages in a row`
                      : this.ids.size > pagingLimits.items
                        ? `more than ${pagingLimits.items} entries`
                        : this.spent > pagingLimits.milliseconds
                          ? `it was not read to its end within ${pagingLimits.milliseconds / 60_000} minutes`
                          : undefined;
        if (why !== undefined) {
            const text = `the listing does not end: ${why}`;
            throw new CloudError({ ...this.asked, failure: "transient", code: ENDLESS, text });
        }
        if (next !== undefined) {
            this.cursors.add(next);
        }
    }
}

/** All items of a listing, page by page to its end. */
export async function everyPage<T>(
    asked: Asked,
    call: Pick<Call<unknown>, "now">,
    idOf: (item: T) => string,
    read: (cursor: string | undefined) => Promise<{ readonly items: readonly T[]; readonly next?: string }>,
): Promise<T[]> {
    const paging = new Paging(asked, call.now);
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
