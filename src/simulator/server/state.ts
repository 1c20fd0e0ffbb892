import type { Moving } from "./schema";

/** Who sends a request. */
export interface Caller {
    /** The account or project the credentials belong to. */
    readonly account: string;
    readonly accessKeyId: string;
    /** Actions it may not do, as the cloud's policies name them. */
    readonly denied: readonly string[];
}

/** A world as the server sees it: lists of entries by cloud, and `undocumented`. The types of the clouds say more. */
export type AnyWorld = Record<string, unknown>;

/** The undocumented behaviours of a kind: a name, and its words, of which the first is the default. */
export type Switches = Readonly<Record<string, readonly string[]>>;

/** What the kinds say together about a world. */
export interface WorldModel {
    /** A checked copy; throws a sentence that names the place of what is wrong. */
    read(value: unknown): AnyWorld;
    /** Fills in what a new world left out: creation times, ids. */
    fillIn(world: AnyWorld, now: number): void;
    connectionsOf(world: AnyWorld): Moving[];
    /** Carries out what time alone has brought, for one kind (the object that declares it) or for all. */
    expire(world: AnyWorld, state: State, kind?: object): void;
}

/** The live world and its clock: real time, moved ahead by `POST /_simulator/clock`. */
export class State {
    /** A page of a listing holds no more, whatever was asked for; where pages follow by token. */
    largestPage = Number.POSITIVE_INFINITY;
    /** The world as it stands, without what time has brought meanwhile: what handlers read after the settling at their start. */
    current: AnyWorld = {};
    /** Client tokens that were carried out, each with what it belongs to: an idempotent request is carried out once. */
    readonly clientTokens = new Set<string>();
    private offset = 0;
    private moving = new Set<Moving>();

    constructor(
        private readonly model: WorldModel,
        /** How long asynchronous changes take, in milliseconds. */
        public settleMs: number,
    ) {}

    now(): number {
        return Date.now() + this.offset;
    }

    advance(ms: number): void {
        this.offset += ms;
        this.settle();
        this.expire();
    }

    get world(): AnyWorld {
        this.settle();
        this.expire();
        return this.current;
    }

    set world(value: unknown) {
        this.current = this.model.read(value);
        this.clientTokens.clear();
        this.model.fillIn(this.current, this.now());
        this.moving = new Set(
            this.model.connectionsOf(this.current).filter(({ next }) => next !== undefined && next.length > 0),
        );
    }

    /** The world in the format of a world file: without what is noted beside a connection. */
    snapshot(): AnyWorld {
        const world = structuredClone(this.world);
        for (const connection of this.model.connectionsOf(world)) {
            delete connection.next;
            delete connection.before;
            delete connection.changedAt;
        }
        return world;
    }

    /** The entries of a cloud in the world. Its own type of an entry is for the cloud to know. */
    entries<Entry>(cloud: string): Entry[] {
        return (this.current[cloud] ?? []) as Entry[];
    }

    /** What the world chooses for an undocumented behaviour. */
    choice<S extends Switches, K extends keyof S & string>(switches: S, name: K): S[K][number] {
        const chosen = this.current.undocumented as Partial<Record<string, string>> | undefined;
        return chosen?.[name] ?? (switches[name]?.[0] as string);
    }

    /** Puts a connection into the first of these states, and through the others after `settleMs` each. */
    move(moved: object, ...[now, ...later]: readonly [string, ...string[]]): void {
        const connection: Moving = moved;
        const before = stateOf(connection);
        setState(connection, now);
        connection.before = before;
        connection.changedAt = this.now();
        connection.next = later.map((state, i) => ({ at: this.now() + this.settleMs * (i + 1), state }));
        this.moving.add(connection);
        this.catchUp(connection);
    }

    /** Carries out what time has brought to those on their way to another state. */
    settle(): void {
        for (const connection of this.moving) {
            this.catchUp(connection);
        }
    }

    /** Carries out what time alone has brought, such as expiry: a walk through all of a kind, so at its own calls only. */
    expire(kind?: object): void {
        this.model.expire(this.current, this, kind);
    }

    /** The states whose time has come, of one connection. */
    private catchUp(connection: Moving): void {
        while (connection.next?.[0] !== undefined && connection.next[0].at <= this.now()) {
            const { state, at } = connection.next.shift() as { state: string; at: number };
            setState(connection, state);
            connection.changedAt = at;
        }
        if (connection.next === undefined || connection.next.length === 0) {
            this.moving.delete(connection);
        }
    }

    /** A caller by its access key: the account's own key, or a principal of the world. */
    caller(
        prefix: string,
        accounts: readonly { id: string; principals?: { accessKeyId: string; denied?: string[] }[] }[],
        accessKeyId: string,
    ): Caller | undefined {
        for (const { id, principals = [] } of accounts) {
            const principal = principals.find((p) => p.accessKeyId === accessKeyId);
            if (principal !== undefined || accessKeyId === `${prefix}${id}`) {
                return { account: id, accessKeyId, denied: principal?.denied ?? [] };
            }
        }
        return undefined;
    }
}

function stateOf(connection: Moving): string {
    const { state, status } = connection as { state?: string; status?: string };
    return state ?? status ?? "";
}

function setState(connection: Moving, value: string): void {
    const target = connection as { state?: string; status?: string };
    if (target.state === undefined) {
        target.status = value;
    } else {
        target.state = value;
    }
}
