import { type Reading, UNREAD } from "../decision/reading";
import { ENDLESS, Paging } from "../kinds/calls";
import { CloudError } from "../kinds/cloud";
import type { ConnectionKind, Observed, Page, Scope } from "../kinds/kind";
import { remedyFor } from "../kinds/remedies";
import { finds, isSought } from "../kinds/selectors";
import type { Session } from "../place/session";
import { scopeIn, type Target, targetInScope } from "../place/target";
import { DecisionError, oneLine, problemText } from "../shared/problem";

/** A listing that takes longer than this says how far it is, and again each time as much later. */
const PROGRESS_EVERY_MS = 10_000;

/** So many connections of a scope are looked up one by one before its listing is read. */
const LOOKUPS_BEFORE_LISTING = 3;

/** A listing without end is not read again for so long: two hundred checks shall not each follow it to the limit. */
const ENDLESS_MS = 30_000;

/** Every connection of a scope. `others`: so many of another form are not among them. */
interface Listed {
    readonly state: "found";
    readonly all: readonly Observed[];
    readonly others: number;
}

type Unlisted = Exclude<Reading, { state: "found" }>;

/** A listing as far as it has been read. */
interface Listing {
    items: Map<string, Observed>;
    /** Ids whose entry no longer holds: something was sent, or a fresh read did not find them. */
    stale: Set<string>;
    cursor: string | undefined;
    complete: boolean;
    paging: Paging;
    /** Its pages led nowhere: until when this is believed. */
    endless: { readonly error: CloudError; readonly until: number } | undefined;
    /** Connections of a form that the kind does not know. */
    others: number;
    /** More than one page. */
    long: boolean;
    /** The cloud refused to list by requester. */
    whole: boolean;
    lookups: number;
    /** The next reading that counts nothing read before, and who waits for it. */
    confirming: { readonly targets: Target[]; readonly readings: Promise<Map<string, Reading>> } | undefined;
    /** Reads of one listing run one after another, so that none is made twice. */
    queue: Promise<unknown>;
}

/**
 * What is known of the connections of each scope: one listing per scope and process, read page by page and only
 * as far as the sought connection.
 *
 * A mutation makes the entries of its own connections stale, not the listing: batches read again right before they
 * send, so a listing dropped whole would only cost one more for every batch.
 */
export class Inventory {
    private readonly listings = new Map<string, Listing>();

    /** A connection as last read by this process. `note` hears how far a long listing is. */
    async read(target: Target, note: (text: string) => void = () => {}): Promise<Reading> {
        if (isSought(target.address.id)) {
            return this.readSought(target, note, false);
        }
        const listing = this.listing(target);
        const turn = listing.queue.then(() => this.attempt(target, () => this.find(target, listing, note)));
        listing.queue = turn;
        return turn;
    }

    /**
     * Every connection of the scope that `target` lies in: one complete listing. What was sent or read since is in it; requests that
     * arrived since are not, unless it is read anew. `others`: so many of another form are not shown.
     *
     * @param anew nothing that was read before the call counts
     */
    async readAll(target: Target, note: (text: string) => void = () => {}, anew = false): Promise<Listed | Unlisted> {
        const listing = this.listing(target);
        const turn = listing.queue.then(() =>
            this.attempt(target, async () => {
                if (anew) {
                    Object.assign(listing, unread(target));
                }
                await this.extend(target, listing, note, () => false);
                return proveAbsent(target);
            }),
        );
        listing.queue = turn;
        const reading = await turn;
        const all = [...listing.items.values()].map(readingOf);
        return reading.state === "absent"
            ? {
                  state: "found",
                  all: all.flatMap((item) => (item.state === "found" ? [item.seen] : [])),
                  others: listing.others,
              }
            : (reading as Unlisted);
    }

    /**
     * The connection that selectors name: exactly one of the scope. The same target where none matches, or where nothing is sought.
     *
     * @param anew nothing that was read before the call counts
     * @throws {DecisionError} with the candidates, where several match
     */
    async seek(target: Target, note: (text: string) => void = () => {}, anew = false): Promise<Target> {
        const { kind, sought } = target;
        const listed = sought === undefined ? undefined : await this.readAll(target, note, anew);
        if (sought === undefined || listed?.state !== "found") {
            return target;
        }
        const matching = listed.all.filter((seen) => finds(kind, sought, seen));
        if (matching.length > 1) {
            throw ambiguous(target, matching);
        }
        const [only] = matching;
        return only === undefined ? target : targetInScope(target, only.id);
    }

    /**
     * Reads a connection again: nothing that was read before the call counts. Calls for one scope that wait at the same time share
     * one reading.
     */
    async confirm(target: Target): Promise<Reading> {
        if (isSought(target.address.id)) {
            return this.readSought(target, () => {}, true);
        }
        const listing = this.listing(target);
        listing.confirming ??= this.nextConfirmation(listing);
        listing.confirming.targets.push(target);
        const readings = await listing.confirming.readings;
        return readings.get(target.address.id) ?? UNREAD;
    }

    /** A connection that is sought and was not found: absent, if its scope can be listed. */
    private async readSought(target: Target, note: (text: string) => void, anew: boolean): Promise<Reading> {
        const listed = await this.readAll(target, note, anew);
        return listed.state === "found" ? { state: "absent" } : listed;
    }

    private nextConfirmation(listing: Listing): NonNullable<Listing["confirming"]> {
        const targets: Target[] = [];
        const readings = listing.queue.then(() => {
            // From here on, who comes is too late for this reading.
            listing.confirming = undefined;
            return this.readNow(targets);
        });
        listing.queue = readings;
        return { targets, readings };
    }

    /** Connections of one scope as they are right now; feeds the listing. */
    async readNow(targets: readonly Target[]): Promise<Map<string, Reading>> {
        const first = targets[0];
        if (first === undefined) {
            return new Map();
        }
        const ids = [...new Set(targets.map((target) => target.address.id))];
        const readings = new Map<string, Reading>();
        const listing = this.listing(first);
        try {
            const found = await this.fetch(first, ids, listing);
            for (const id of ids) {
                const seen = found.get(id);
                readings.set(id, seen === undefined ? await proveAbsent(first) : readingOf(seen));
                if (seen === undefined) {
                    listing.stale.add(id);
                } else {
                    listing.items.set(id, seen);
                    listing.stale.delete(id);
                }
            }
        } catch (error) {
            const reading = unreadable(first, error);
            for (const id of ids) {
                readings.set(id, reading);
            }
        }
        return readings;
    }

    private async readOne(target: Target): Promise<Reading> {
        const readings = await this.readNow([target]);
        return readings.get(target.address.id) ?? UNREAD;
    }

    /** Something was sent about these connections: the next read asks the cloud again. */
    forget(target: Target): void {
        this.listing(target).stale.add(target.address.id);
    }

    private listing(target: Target): Listing {
        const key = scopeIn(target);
        let listing = this.listings.get(key);
        if (listing === undefined) {
            listing = {
                ...unread(target),
                endless: undefined,
                long: false,
                whole: false,
                lookups: 0,
                confirming: undefined,
                queue: Promise.resolve(),
            };
            this.listings.set(key, listing);
        }
        return listing;
    }

    private async find(target: Target, listing: Listing, note: (text: string) => void): Promise<Reading> {
        const { kind, address } = target;
        const { id } = address;
        if (listing.stale.has(id)) {
            return this.readOne(target);
        }
        const known = listing.items.get(id);
        if (known !== undefined) {
            return readingOf(known);
        }
        if (kind.lookup !== undefined && !listing.complete && listing.lookups < LOOKUPS_BEFORE_LISTING) {
            listing.lookups += 1;
            return this.readOne(target);
        }
        await this.extend(target, listing, note, () => listing.items.has(id));
        const seen = listing.items.get(id);
        if (seen !== undefined) {
            return readingOf(seen);
        }
        if (kind.lookup !== undefined) {
            return this.readOne(target);
        }
        return proveAbsent(target);
    }

    /** Reads on, page by page, until `enough` or the end. */
    private async extend(
        { kind, address: { scope }, session }: Target,
        listing: Listing,
        note: (text: string) => void,
        enough: () => boolean,
    ): Promise<void> {
        let noted = session.clock.now();
        while (!listing.complete && !enough()) {
            if (session.clock.now() - noted >= PROGRESS_EVERY_MS) {
                noted = session.clock.now();
                note(`reading ${scope.title}: ${listing.items.size} connections so far`);
            }
            const page = await turn(listing, listing.paging, session, () =>
                kind.list(scope, listing.cursor, session.call),
            );
            for (const seen of page.items) {
                listing.items.set(seen.id, seen);
            }
            listing.others += page.others ?? 0;
            listing.cursor = page.next;
            listing.complete = page.next === undefined;
            listing.long ||= page.next !== undefined;
        }
    }

    /**
     * By ids where the kind can, few are wanted and all are the cloud's own; else by listing, of a long one what their requesters asked for
     * first, until all are found or the end of the whole listing is reached.
     */
    private async fetch(target: Target, ids: readonly string[], listing: Listing): Promise<Map<string, Observed>> {
        const { kind, address, session } = target;
        const { scope } = address;
        const found = new Map<string, Observed>();
        const { lookup } = kind;
        const lookups = Math.ceil(ids.length / (kind.limits.idsPerLookup ?? 1));
        if (lookup !== undefined && lookups <= LOOKUPS_BEFORE_LISTING && !ids.some(isSought)) {
            return lookUp(target, ids, found);
        }
        const missing = new Set(ids);
        await this.listRequesters(target, ids, listing, missing, found);
        if (missing.size > 0) {
            const list = (cursor: string | undefined) => kind.list(scope, cursor, session.call);
            await collect(target, listing, list, missing, found);
        }
        // Offset paging can skip an entry: what the listing missed is asked for by id.
        const unlisted = [...missing].filter((id) => !isSought(id));
        return lookup === undefined ? found : lookUp(target, unlisted, found);
    }

    /** Of a long listing, what their requesters asked for. A cloud that refuses to list so is not asked again. */
    private async listRequesters(
        target: Target,
        ids: readonly string[],
        listing: Listing,
        missing: Set<string>,
        found: Map<string, Observed>,
    ): Promise<void> {
        const { kind, address, session } = target;
        const requesters = requestersOf(kind, ids, listing);
        const { listOf } = kind;
        if (listOf === undefined || requesters === undefined) {
            return;
        }
        try {
            const list = (cursor: string | undefined) =>
                listOf.call(kind, address.scope, requesters, cursor, session.call);
            await collect(target, listing, list, missing, found);
        } catch (error) {
            if (!(error instanceof CloudError) || error.failure !== "refused") {
                throw error;
            }
            listing.whole = true;
        }
    }

    private async attempt(target: Target, read: () => Promise<Reading>): Promise<Reading> {
        try {
            return await read();
        } catch (error) {
            return unreadable(target, error);
        }
    }
}

/** Looks connections up by id, as many at once as the API takes. */
async function lookUp(
    { kind, address, session }: Target,
    ids: readonly string[],
    found: Map<string, Observed>,
): Promise<Map<string, Observed>> {
    const perLookup = kind.limits.idsPerLookup ?? 1;
    for (let i = 0; i < ids.length; i += perLookup) {
        const some = ids.slice(i, i + perLookup);
        const seen = await session.reading(async () => kind.lookup?.(address.scope, some, session.call));
        for (const one of seen ?? []) {
            found.set(one.id, one);
        }
    }
    return found;
}

/** Lists page by page until nothing is missing, or to the end. */
async function collect(
    { address, session }: Target,
    listing: Listing,
    list: (cursor: string | undefined) => Promise<Page>,
    missing: Set<string>,
    found: Map<string, Observed>,
): Promise<void> {
    const paging = pagingOf(address.scope, session);
    let cursor: string | undefined;
    do {
        const from = cursor;
        const page = await turn(listing, paging, session, () => list(from));
        for (const seen of page.items) {
            if (missing.delete(seen.id)) {
                found.set(seen.id, seen);
            }
        }
        cursor = page.next;
    } while (missing.size > 0 && cursor !== undefined);
}

/** More than one connection is what a declaration seeks: the first must not be taken. */
function ambiguous({ address, kind }: Target, matching: readonly Observed[]): DecisionError {
    const candidates = matching.map(
        ({ id, status, requester }) => `${id} (${status}, ${requester ?? "requester not told"})`,
    );
    return new DecisionError(
        problemText(
            `${matching.length} connections match; the declaration must name one.`,
            { connection: address.key, candidates: candidates.join(", ") },
            `say which one: connection.${kind.id}, or more of what is known of it`,
        ),
    );
}

function pagingOf(scope: Scope, { clock }: Session): Paging {
    return new Paging(`listing ${scope.title}`, () => clock.now());
}

/** One page of a listing. One that does not end starts again at its first page, after a while. */
async function turn(listing: Listing, paging: Paging, session: Session, read: () => Promise<Page>): Promise<Page> {
    const { clock } = session;
    if (listing.endless !== undefined && clock.now() < listing.endless.until) {
        throw listing.endless.error;
    }
    try {
        return await paging.turn(
            () => session.reading(read),
            ({ items }) => items.map(({ id }) => id),
        );
    } catch (error) {
        if (error instanceof CloudError && error.code === ENDLESS) {
            listing.endless = { error, until: clock.now() + ENDLESS_MS };
            if (paging === listing.paging) {
                listing.cursor = undefined;
                listing.others = 0;
                listing.paging = paging.again();
            }
        }
        throw error;
    }
}

/** What a listing knows before its first page. */
function unread({ address, session }: Target) {
    return {
        items: new Map<string, Observed>(),
        stale: new Set<string>(),
        cursor: undefined,
        complete: false,
        paging: pagingOf(address.scope, session),
        others: 0,
    };
}

/** Whom to list for to read these again; undefined where the whole listing is no longer, or it is not known who asked. */
function requestersOf(kind: ConnectionKind, ids: readonly string[], listing: Listing): readonly string[] | undefined {
    const requesters = new Set(ids.map((id) => listing.items.get(id)?.requester));
    return listing.long &&
        !listing.whole &&
        !requesters.has(undefined) &&
        requesters.size <= (kind.limits.requestersPerList ?? 1)
        ? [...(requesters as Set<string>)]
        : undefined;
}

/** A connection that the cloud still lists as deleted is absent like any other. */
function readingOf(seen: Observed): Reading {
    return seen.status === "absent" ? { state: "absent" } : { state: "found", seen: harmless(seen) };
}

/** Texts from outside as short lines: from here on they may be shown, stored and compared. The id stays as it is: it is sent back. */
function harmless(seen: Observed): Observed {
    const lines = Object.entries(seen).map(([key, value]) => [
        key,
        typeof value === "string" && key !== "id" && key !== "handle" ? oneLine(value) : value,
    ]);
    const evidence = Object.entries(seen.evidence).map(([fact, value]) => [
        fact,
        typeof value === "string" ? oneLine(value) : Array.isArray(value) ? value.map((item) => oneLine(item)) : value,
    ]);
    return { ...Object.fromEntries(lines), evidence: Object.fromEntries(evidence) };
}

/** Not in a complete listing: absent, if the scope itself is there. */
async function proveAbsent({ kind, address, session }: Target): Promise<Reading> {
    const { found } = await session.describe(kind, address.scope);
    return found === "yes"
        ? { state: "absent" }
        : { state: "unreadable", why: `${address.scope.title} was not found with these credentials` };
}

function unreadable({ kind, address }: Target, error: unknown): Reading {
    return { state: "unreadable", why: whyUnreadable(kind, address.scope, error) };
}

/** The cloud's words and what to look at. Anything but a cloud's error is a bug and thrown on. */
function whyUnreadable(kind: ConnectionKind, scope: Scope, error: unknown): string {
    if (!(error instanceof CloudError)) {
        throw error;
    }
    const remedy = remedyFor(kind, scope, "read", error);
    return remedy === undefined ? error.message : `${error.message}; ${remedy}`;
}
