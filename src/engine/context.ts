import { type Cloud, type Environment, endpointProblem, type Settings } from "../kinds/cloud";
import { type Connection, parseKey, SCHEMA_VERSION } from "../shared/vocabulary";
import type { ConnectionKind } from "../kinds/kind";
import { findKind, kinds } from "../kinds";
import type { Ledger } from "../shared/ledger";
import type { Clock } from "../shared/clock";
import { DecisionError, Reconciler } from "../reconcile/carry-out";
import { Session, type Target } from "../place/session";
import { problemText } from "../shared/problem";
import type { Log } from "./engine-log";
import { Run } from "./run";
import { UNKNOWN } from "./wire";

/** What the provider is made of; tests pass their own. */
export interface ProviderParts {
    readonly environment: Environment;
    readonly clock: Clock;
    readonly log: Log;
    /** What all provider processes of this engine run share. */
    readonly ledger: Ledger;
    /** Aborted when the process is asked to end. */
    readonly signal: AbortSignal;
    /** A new idempotency token. */
    readonly newToken: () => string;
}

/** Reads one config key of the provider instance, `connections:awsRegion`. */
export type ConfigReader = (key: string) => unknown;

/** Settings that concern every cloud. */
export interface Options {
    readonly maxCuts: number;
    readonly probe: boolean;
    readonly requireExpectedRequester: boolean;
    readonly pace: boolean;
    readonly allowPlainHttp: boolean;
    /** What a connection that cannot be read means: the resource fails, or a warning on it. */
    readonly unreadable: "fail" | "warn";
}

/** Defaults that placed a connection when it was declared first: identity fields that its program left out. */
export type Place = Readonly<Record<string, string>>;

/** A connection or a scope as a program wrote it, and where its defaults placed it. */
export interface Declared {
    readonly connection: Connection;
    readonly place: Place | undefined;
}

/** Where a declared connection is. */
export interface Located {
    readonly target: Target;
    readonly place: Place;
    /** It is the connection that the resource was about before. */
    readonly kept: boolean;
}

const DEFAULT_MAX_CUTS = 10;

/**
 * What one provider process remembers between the engine's calls: configuration, sessions and listings, who spoke last
 * about an id, what was declared, what would be cut. Nothing here outlives the preview or the up.
 */
export class Context {
    readonly reconciler: Reconciler;
    /** Resources that check has spoken about, by URN: their new inputs are fresh. */
    readonly checked = new Set<string>();
    /** Ids that read has spoken about, and whether it found them changed: diff sees only old inputs then. */
    readonly readings = new Map<string, { readonly changed: boolean }>();
    /** What the program declares and what this run cuts, in all provider processes. */
    readonly run: Run;
    /** Where check placed each resource, by URN: a replacement is checked again without its old inputs. */
    readonly placed = new Map<string, Declared>();
    /** Notes given once: probes, plans. */
    readonly noted = new Set<string>();
    private readonly unsaid = new Set<Promise<void>>();
    private readonly sessions = new Map<string, Session>();
    private config: ConfigReader = () => undefined;

    constructor(readonly parts: ProviderParts) {
        this.reconciler = new Reconciler(parts.clock);
        this.run = new Run(parts.ledger);
    }

    /** Says something on a resource, once per process. */
    say(level: "info" | "warning", text: string, urn: string | undefined): void {
        const once = `${level} ${urn ?? ""} ${text}`;
        if (!this.noted.has(once)) {
            this.noted.add(once);
            this.report(level, text, urn);
        }
    }

    /** Says something on a resource each time. */
    report(level: "info" | "warning", text: string, urn: string | undefined): void {
        const sent = Promise.resolve(this.parts.log(level, text, urn));
        this.unsaid.add(sent);
        void sent.finally(() => this.unsaid.delete(sent));
    }

    /** Waits until everything said has left: after its last answer a process may be ended at once. */
    async flush(): Promise<void> {
        await Promise.all(this.unsaid);
    }

    /** Only stores: the SDK hands out the provider before this has returned. */
    configure(config: ConfigReader): void {
        this.config = config;
    }

    /** Options of every cloud, or what is wrong with them. */
    options(): Options {
        return {
            maxCuts: this.option(
                "maxCuts",
                DEFAULT_MAX_CUTS,
                (text) => (/^\d+$/.test(text) ? Number(text) : undefined),
                "a whole number",
            ),
            probe: this.option("probe", false, readBoolean, "true or false"),
            requireExpectedRequester: this.option("requireExpectedRequester", false, readBoolean, "true or false"),
            pace: this.option("pace", true, readBoolean, "true or false"),
            unreadable: this.option(
                "unreadable",
                "fail",
                (text) => (text === "fail" || text === "warn" ? text : undefined),
                '"fail" or "warn"',
            ),
            allowPlainHttp: this.option("allowPlainHttp", false, readBoolean, "true or false"),
        };
    }

    /** Whether the provider's own configuration is not known yet (a role that this run creates). */
    configUnknown(kind: ConnectionKind): boolean {
        return Object.values(this.settings(kind.cloud)).includes(UNKNOWN);
    }

    /** Where a new declaration is, under today's defaults. */
    async target(connection: Connection): Promise<Target> {
        return (await this.locate(connection)).target;
    }

    /**
     * Where a connection is that the state knows: its id decides, whatever today's defaults are. From the declaration come the fields
     * that the id does not hold (a project).
     */
    async stored(id: string, declared: unknown): Promise<Target> {
        const found = this.connectionOf(id);
        const kind = findKind(found.kind);
        const beside = Object.entries((declared ?? {}) as Record<string, unknown>).filter(
            ([name]) => kind !== undefined && Object.hasOwn(kind.fields, name) && !kind.identity.includes(name),
        );
        return this.target({ ...Object.fromEntries(beside), ...found } as Connection);
    }

    /**
     * Where a declaration is that may have been there before. Defaults of the day when it was new go on to place it; only a
     * declaration of another connection is placed by today's.
     */
    async locateDeclared(connection: Connection, before: Declared | undefined): Promise<Located> {
        if (before?.place !== undefined) {
            const old = await this.locateOrUndefined(before.connection, before.place);
            const same = await this.locateOrUndefined(connection, before.place);
            if (same !== undefined && old?.target.address.key === same.target.address.key) {
                return { ...same, kept: true };
            }
        }
        const today = await this.locate(connection);
        const old = before === undefined ? undefined : await this.locateOrUndefined(before.connection, before.place);
        return { ...today, kept: old?.target.address.key === today.target.address.key };
    }

    private async locateOrUndefined(connection: Connection, place: Place | undefined) {
        try {
            return await this.locate(connection, place);
        } catch (error) {
            if (error instanceof DecisionError) {
                return undefined;
            }
            throw error;
        }
    }

    /**
     * Fills in defaults and finds the session.
     *
     * @param defaults come before today's
     * @throws {DecisionError} where a default is missing or malformed
     */
    async locate(connection: Connection, defaults: Place = {}): Promise<Pick<Located, "target" | "place">> {
        const kind = findKind(connection.kind);
        if (kind === undefined) {
            throw new DecisionError(`"${connection.kind}" is not a kind of connection this version knows`);
        }
        const settings = this.settings(kind.cloud);
        this.checkEndpoints(kind.cloud, settings);
        const { environment } = this.parts;
        const optional = Object.entries(kind.fields).filter(([, field]) => !field.required);
        const placement: Record<string, string | undefined> = {};
        for (const [name, field] of optional) {
            const stated = (connection as unknown as Record<string, string | undefined>)[name];
            const value =
                stated ??
                defaults[name] ??
                (name === "region" ? await kind.cloud.region?.({ settings, environment, placement }) : undefined);
            if (value === undefined && kind.identity.includes(name)) {
                throw new DecisionError(
                    problemText(
                        `No ${name} for this ${kind.title}.`,
                        { tried: kind.cloud.regionChain },
                        `set connection.${name}, or one of those`,
                    ),
                );
            }
            if (value !== undefined && !field.format.test(value)) {
                throw new DecisionError(`${name} "${value}" must be ${field.describes}`);
            }
            placement[name] = value;
        }
        const filled = kind.identity.filter((name) => !Object.hasOwn(connection, name));
        return {
            target: {
                kind,
                address: kind.locate({ ...connection, ...defined(placement) } as Connection),
                session: this.session(kind.cloud, settings, placement),
            },
            place: defined(Object.fromEntries(filled.map((name) => [name, placement[name]]))),
        };
    }

    /** The connection an id of the state stands for; the id alone suffices. */
    connectionOf(id: string): Connection {
        const { kind: name, parts } = parseKey(id);
        const kind = findKind(name);
        if (kind === undefined || parts.length !== kind.identity.length) {
            throw new DecisionError(
                `"${id}" is not the id of a connection; expected one of ${Object.values(kinds)
                    .map((k) => `"${[k.name, ...k.identity.map((part) => `<${part}>`)].join("/")}"`)
                    .join(", ")}`,
            );
        }
        return {
            kind: name,
            ...Object.fromEntries(kind.identity.map((field, i) => [field, parts[i]])),
        } as unknown as Connection;
    }

    private session(cloud: Cloud<unknown>, settings: Settings, placement: Settings): Session {
        const key = JSON.stringify([cloud.name, settings, placement]);
        let session = this.sessions.get(key);
        if (session === undefined) {
            const { environment, clock, signal } = this.parts;
            const clients = cloud.connect({ settings, environment, placement });
            session = new Session(key, clients, (c, s) => cloud.account(c, s), clock, signal, this.options().pace);
            this.sessions.set(key, session);
        }
        return session;
    }

    private settings(cloud: Cloud<unknown>): Settings {
        return Object.fromEntries(
            Object.keys(cloud.settings).map((name) => {
                const foreign = cloud.foreignConfig?.[name];
                const value =
                    this.config(`connections:${cloud.name}${name.charAt(0).toUpperCase()}${name.slice(1)}`) ??
                    (foreign === undefined ? undefined : this.config(foreign));
                return [name, typeof value === "string" && value !== "" ? value : undefined];
            }),
        );
    }

    private checkEndpoints(cloud: Cloud<unknown>, settings: Settings): void {
        const configured = Object.entries(settings)
            .filter(([name]) => name.endsWith("Endpoint"))
            .map(
                ([name, url]) =>
                    [`connections:${cloud.name}${name.charAt(0).toUpperCase()}${name.slice(1)}`, url] as const,
            );
        const variables = cloud.endpointVariables.map((name) => [name, this.parts.environment[name]] as const);
        for (const [name, url] of [...configured, ...variables]) {
            const problem =
                url === undefined || url === "" || url === UNKNOWN
                    ? undefined
                    : endpointProblem(url, this.options().allowPlainHttp);
            if (problem !== undefined) {
                throw new DecisionError(`${name} ${problem}`);
            }
        }
    }

    private option<T>(name: string, fallback: T, read: (text: string) => T | undefined, expected: string): T {
        const variable = `CONNECTIONS_${name.replace(/[A-Z]/g, (c) => `_${c}`).toUpperCase()}`;
        const raw = this.config(`connections:${name}`) ?? this.parts.environment[variable];
        if (raw === undefined || raw === "" || raw === UNKNOWN) {
            return fallback;
        }
        const value = read(String(raw));
        if (value === undefined) {
            throw new DecisionError(`connections:${name} (or ${variable}) must be ${expected}`);
        }
        return value;
    }
}

/** State written by a newer version is not touched: its meaning is not known here. */
export function refuseNewerState(stored: Readonly<Record<string, unknown>>): void {
    const version = Number(stored.__schemaVersion ?? SCHEMA_VERSION);
    if (version > SCHEMA_VERSION) {
        throw new DecisionError(
            `this decision was written by a newer pulumi-connection-decision (state schema ${version}, this version knows up to ${SCHEMA_VERSION}); install that version or a newer one, nothing was changed`,
        );
    }
}

function readBoolean(text: string): boolean | undefined {
    return text === "true" ? true : text === "false" ? false : undefined;
}

function defined(record: Readonly<Record<string, string | undefined>>): Record<string, string> {
    return Object.fromEntries(
        Object.entries(record).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])),
    );
}
