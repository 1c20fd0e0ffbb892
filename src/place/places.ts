import type { Cloud, Environment, Settings } from "../kinds/cloud";
import { findKind, kinds } from "../kinds/index";
import type { AnyConnection, ConnectionKind, FieldValues, Scope } from "../kinds/kind";
import { isSought, soughtId } from "../kinds/selectors";
import { spelled } from "../kinds/spelling";
import type { Clock } from "../shared/clock";
import { ANY, formatKey, kindOf, ownId, parseKey } from "../shared/key";
import { DecisionError, problemText } from "../shared/problem";
import type { Configuration } from "./configuration";
import { Session } from "./session";
import type { Target } from "./target";

/** Where values of fields came from that a program left out: the scope's defaults, or the id that a selector found. */
export type Place = FieldValues;

/** A connection or a scope as a program wrote it, and where its defaults placed it. */
export interface Declared {
    readonly connection: AnyConnection;
    readonly place: Place | undefined;
}

/** Where a declared connection is. */
export interface Located {
    readonly target: Target;
    readonly place: Place;
    /** It is the connection that the resource was about before. */
    readonly kept: boolean;
}

/** What the places of a process are made of. */
export interface PlaceParts {
    readonly environment: Environment;
    readonly clock: Clock;
    /** Aborted when the process is asked to end. */
    readonly signal: AbortSignal;
}

/** Finds where a connection is: defaults, keys, and one session for each set of credentials and place. */
export class Places {
    private readonly sessions = new Map<string, Session>();

    constructor(
        private readonly parts: PlaceParts,
        private readonly configuration: Configuration,
    ) {}

    /**
     * Where a connection is. Without its own id and with selectors, that is the scope in which it is sought.
     *
     * @param defaults come before today's
     * @throws {DecisionError} where a default is missing or malformed
     */
    async locate(connection: AnyConnection, defaults: Place = {}): Promise<Pick<Located, "target" | "place">> {
        const kind = knownKind(connection.kind);
        const settings = this.configuration.settings(kind.cloud);
        this.configuration.checkEndpoints(kind.cloud, settings);
        const placement = await this.placementOf(kind, connection, defaults, settings);
        const values = { ...canonical(kind, connection), ...defined(placement) };
        const session = this.session(kind.cloud, settings, sitePlacement(kind, placement));
        const filled = [...kind.scope, kind.id].filter((name) => connection[name] === undefined && values[name]);
        return {
            place: Object.fromEntries(filled.map((name) => [name, values[name] ?? ""])),
            target: { kind, session, ...addressed(kind, { ...connection, ...values }, values) },
        };
    }

    /**
     * Where a connection is that the state knows: its id decides, whatever today's defaults are. From the declaration come the fields
     * that the id does not hold (a project, a selector).
     */
    async stored(id: string, declared: unknown): Promise<Target> {
        const found = this.connectionOf(id);
        const kind = knownKind(found.kind);
        const held: readonly string[] = isSought(ownId(id)) ? kind.scope : [...kind.scope, kind.id];
        const beside = Object.entries((declared ?? {}) as Record<string, string>).filter(
            ([name]) => Object.hasOwn(kind.fields, name) && !held.includes(name),
        );
        const { [kind.id]: own, ...at } = found;
        const named = isSought(ownId(id)) ? at : { ...at, [kind.id]: own };
        return (await this.locate({ ...Object.fromEntries(beside), ...named } as AnyConnection)).target;
    }

    /**
     * Where a declaration is that may have been there before. Defaults of the day when it was new go on to place it; only a
     * declaration of another connection is placed by today's.
     */
    async locateDeclared(connection: AnyConnection, before: Declared | undefined): Promise<Located> {
        if (before?.place !== undefined) {
            const place = pinned(connection, before.connection, before.place);
            const old = await this.locateOrUndefined(before.connection, before.place);
            const same = await this.locateOrUndefined(connection, place);
            if (same !== undefined && old?.target.address.key === same.target.address.key) {
                return { ...same, kept: true };
            }
        }
        const today = await this.locate(connection);
        const old = before === undefined ? undefined : await this.locateOrUndefined(before.connection, before.place);
        return { ...today, kept: old?.target.address.key === today.target.address.key };
    }

    /** The connection an id of the state stands for; the id alone suffices. */
    connectionOf(id: string): AnyConnection {
        const kind = findKind(kindOf(id));
        const values = kind === undefined ? undefined : parseKey(kind, id);
        if (kind === undefined || values === undefined) {
            throw new DecisionError(`"${id}" is not the id of a connection; expected one of ${forms().join(", ")}`);
        }
        return { kind: kind.name, ...values };
    }

    private async locateOrUndefined(connection: AnyConnection, place: Place | undefined) {
        try {
            return await this.locate(connection, place);
        } catch (error) {
            if (error instanceof DecisionError) {
                return undefined;
            }
            throw error;
        }
    }

    /** The optional fields with their values: stated, placed earlier, or by today's defaults. */
    private async placementOf(kind: ConnectionKind, connection: AnyConnection, defaults: Place, settings: Settings) {
        const { environment } = this.parts;
        const placement: Record<string, string | undefined> = {};
        for (const [name, field] of Object.entries(kind.fields).filter(([, { required }]) => !required)) {
            const value =
                connection[name] ??
                defaults[name] ??
                (await kind.cloud.defaults?.[name]?.find({ settings, environment, placement }));
            if (value === undefined && (kind.scope as readonly string[]).includes(name)) {
                throw noDefault(kind, name);
            }
            if (value !== undefined && value !== ANY && !field.format.test(value)) {
                throw new DecisionError(`${name} "${value}" must be ${field.describes}`);
            }
            placement[name] = value === undefined ? undefined : spelled(kind, name, value);
        }
        return placement;
    }

    private session(cloud: Cloud<unknown>, settings: Settings, placement: Settings): Session {
        const key = JSON.stringify([cloud.name, settings, placement]);
        let session = this.sessions.get(key);
        if (session === undefined) {
            const { environment, clock, signal } = this.parts;
            const clients = cloud.connect({ settings, environment, placement });
            const { pace } = this.configuration.options();
            session = new Session(key, clients, (c, s) => cloud.account(c, s), clock, signal, pace);
            this.sessions.set(key, session);
        }
        return session;
    }
}

function knownKind(name: string): ConnectionKind {
    const kind = findKind(name);
    if (kind === undefined) {
        throw new DecisionError(`"${name}" is not a kind of connection this version knows`);
    }
    return kind;
}

/** Ids as an error shows them. */
function forms(): string[] {
    return Object.values(kinds).map(
        ({ name, scope, id }) => `"${[name, ...[...scope, id].map((part) => `<${part}>`)].join("/")}"`,
    );
}

function noDefault(kind: ConnectionKind, name: string): DecisionError {
    const chain = kind.cloud.defaults?.[name]?.chain.join(", ");
    return new DecisionError(
        problemText(`No ${name} for this ${kind.title}.`, { tried: chain }, `set connection.${name}, or one of those`),
    );
}

function canonical(kind: ConnectionKind, connection: AnyConnection): Record<string, string> {
    const given = Object.keys(kind.fields).flatMap((name) => {
        const value = connection[name];
        return value === undefined ? [] : [[name, spelled(kind, name, value)] as const];
    });
    return Object.fromEntries(given);
}

/** The address of a connection; of one without an id of its own, also the fields by which it is sought. */
function addressed(
    kind: ConnectionKind,
    sought: AnyConnection,
    values: FieldValues,
): Pick<Target, "address" | "sought"> {
    const scope = scopeAt(kind, values);
    const id = values[kind.id] ?? soughtId(kind, values);
    const key = formatKey(kind, { ...values, [kind.id]: id });
    return { address: { scope, key, id }, ...(isSought(id) ? { sought } : {}) };
}

function scopeAt(kind: ConnectionKind, values: FieldValues): Scope {
    const beside = new Set<string>([kind.id, ...(kind.selectors ?? [])]);
    const at = Object.fromEntries(Object.entries(values).filter(([name]) => !beside.has(name)));
    return { key: kind.scope.map((name) => at[name as string]).join("/"), title: kind.scopeTitle(at), at };
}

/** What clients are made for: optional fields that say neither which connection nor how to find it. */
function sitePlacement(kind: ConnectionKind, placement: Settings): Settings {
    const beside = new Set<string>([kind.id, ...(kind.selectors ?? [])]);
    return Object.fromEntries(Object.entries(placement).filter(([name]) => !beside.has(name)));
}

/** An id that selectors found holds as long as the selectors are the same. */
function pinned(connection: AnyConnection, before: AnyConnection, place: Place): Place {
    const kind = findKind(connection.kind);
    const moved = kind !== undefined && soughtId(kind, connection) !== soughtId(kind, before);
    return Object.fromEntries(Object.entries(place).filter(([name]) => !moved || name !== kind.id));
}

function defined(record: Settings): Record<string, string> {
    return Object.fromEntries(
        Object.entries(record).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    );
}
