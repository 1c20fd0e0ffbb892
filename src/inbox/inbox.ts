import { Semaphore } from "async-mutex";
import { mayDecide } from "../decision/case";
import { CloudError, type Environment } from "../kinds/cloud";
import type { Connection } from "../kinds/index";
import type { AnyConnection, Observed } from "../kinds/kind";
import { mayWait } from "../kinds/lifecycle";
import { Configuration } from "../place/configuration";
import { Places } from "../place/places";
import type { Target } from "../place/target";
import { Inventory } from "../reconcile/inventory";
import type { Clock } from "../shared/clock";
import { ANY } from "../shared/key";
import { DecisionError, oneLine } from "../shared/problem";
import { environmentNames, findsNone } from "./credentials";
import { type Choice, type Place, placeName, placesOf, regionOf } from "./places";

/** A request that waits for a decision. */
export interface Request {
    readonly connection: Connection;
    /** `endpoint service vpce-svc-… in eu-west-1`. */
    readonly scope: string;
    readonly seen: Observed;
}

/** A kind in a region that was read, with its scopes. */
export interface ReadPlace {
    readonly place: string;
    readonly scopes: readonly string[];
}

/** A place that was not read. */
export interface Unread {
    readonly place: string;
    readonly why: string;
}

export interface Inbox {
    readonly requests: readonly Request[];
    readonly read: readonly ReadPlace[];
    /** What should have been read and was not. */
    readonly failed: readonly Unread[];
    /** What was left out because nothing is set up for it. */
    readonly skipped: readonly Unread[];
    /** Connections of a form that no kind knows, by scope. */
    readonly others: readonly string[];
    /** Whether everything that was asked for was read: only then "nothing is pending" means it. */
    readonly complete: boolean;
}

/** Requests to a cloud under way at once. */
const AT_ONCE = 8;

/** A region of the right form, to find out whether there are credentials where no region says where to ask. */
const ANY_REGION = "us-east-1";

type Fields = Readonly<Record<string, string>>;

/** Everything that is pending in the chosen places, read in parallel. One place that fails hides no other. */
export async function readInbox(
    choice: Choice,
    environment: Environment,
    clock: Clock,
    progress: (done: number, all: number) => void,
    configuration = new Configuration(environment),
): Promise<Inbox> {
    const places = placesOf(choice);
    const ended = new AbortController();
    try {
        return await new Reader(choice, environment, clock, ended.signal, progress, configuration).readAll(places);
    } finally {
        // Sessions wait in the background before they ask again; a command that is done does not.
        ended.abort();
    }
}

/** A place whose credentials and scopes are known. */
interface Opened {
    readonly place: Place;
    readonly name: string;
    readonly region: string | undefined;
    /** The account behind the credentials, or why it could not be confirmed. */
    readonly account: Account;
    readonly scopes: readonly Fields[];
}

type Account = { readonly id: string } | { readonly why: string };

/** One reading of the inbox. */
class Reader {
    private readonly places: Places;
    private readonly inventory = new Inventory();
    private readonly slots = new Semaphore(AT_ONCE);
    private readonly requests: Request[] = [];
    private readonly read: ReadPlace[] = [];
    private readonly failed: Unread[] = [];
    private readonly others: string[] = [];
    private readonly skipped: Unread[] = [];
    private done = 0;
    private all = 0;

    constructor(
        private readonly choice: Choice,
        private readonly environment: Environment,
        clock: Clock,
        signal: AbortSignal,
        private readonly progress: (done: number, all: number) => void,
        private readonly configuration: Configuration,
    ) {
        this.places = new Places({ environment, clock, signal }, configuration);
    }

    async readAll(places: readonly Place[]): Promise<Inbox> {
        this.all = places.length;
        const opened = await Promise.all(places.map((place) => this.readPlace(place)));
        this.reportMissing(opened.filter((place) => place !== undefined));
        const byPlace = (a: { place: string }, b: { place: string }) => a.place.localeCompare(b.place);
        return {
            requests: this.requests.sort(byAge),
            read: this.read.sort(byPlace),
            failed: this.failed.sort(byPlace),
            skipped: this.skipped.sort(byPlace),
            others: this.others.sort(),
            complete: this.failed.length === 0 && this.read.length > 0,
        };
    }

    /** Undefined: it could not be opened, and that was said. */
    private async readPlace(place: Place): Promise<Opened | undefined> {
        const opened = await this.step(place, place.name, () => this.open(place));
        if (opened === undefined) {
            return undefined;
        }
        this.all += opened.scopes.length;
        const titles = await Promise.all(
            opened.scopes.map((fields) =>
                this.step(place, scopeName(opened, fields), () => this.readScope(opened, fields)),
            ),
        );
        const scopes = titles.filter((title) => title !== undefined);
        const nothingToRead = opened.scopes.length === 0 && this.choice.scopes.length === 0;
        if (scopes.length > 0 || nothingToRead) {
            this.read.push({ place: opened.name, scopes: scopes.sort() });
        }
        return opened;
    }

    /** Finds the place's region, its account and its scopes; undefined where that is not possible, which is said. */
    private async open(place: Place): Promise<Opened | undefined> {
        const { kind } = place;
        const region = place.region ?? (await this.defaultRegion(place));
        const name = placeName(kind, region);
        const regionMissing = kind.fields.region !== undefined && region === undefined;
        try {
            const any = await this.target(place, regionMissing ? ANY_REGION : region, {});
            const account = await confirmAccount(any);
            const { scope } = any.address;
            const found = await any.session.reading(async () => await kind.discover?.(scope, any.session.call));
            if (regionMissing) {
                this.failed.push({ place: name, why: regionAdvice(place, this.choice) });
                return undefined;
            }
            const scopes = (found ?? [{}]).filter((fields) => this.isChosen(fields));
            return { place, name, region, account, scopes };
        } catch (error) {
            this.tellUnopened(place, name, region, error);
            return undefined;
        }
    }

    /** Why a place could not be opened. What nothing is set up for is skipped, the rest has failed. */
    private tellUnopened(place: Place, name: string, region: string | undefined, error: unknown): void {
        const { kind } = place;
        const regionMissing = kind.fields.region !== undefined && region === undefined;
        // A region in the environment says that somebody means this cloud; one of the command line may be meant for another.
        const unused = !place.chosen && (place.region !== undefined || region === undefined);
        if (unused && findsNone(error) && !environmentNames(kind.cloud.name, this.environment)) {
            this.skipped.push({ place: name, why: regionMissing ? "no credentials, no region" : "no credentials" });
        } else if (regionMissing) {
            this.failed.push({ place: name, why: regionAdvice(place, this.choice) });
        } else {
            this.fail(place, name, error);
        }
    }

    private isChosen(fields: Fields): boolean {
        const { scopes } = this.choice;
        return scopes.length === 0 || Object.values(fields).some((id) => scopes.includes(id));
    }

    private async defaultRegion({ kind }: Place): Promise<string | undefined> {
        return kind.fields.region === undefined
            ? undefined
            : kind.cloud.defaults?.region?.find({
                  settings: this.configuration.settings(kind.cloud),
                  environment: this.environment,
                  placement: {},
              });
    }

    /** Reads one scope; its title, or undefined where it could not be read, which is said. */
    private async readScope(opened: Opened, fields: Fields): Promise<string | undefined> {
        const { place, region, account } = opened;
        const any = await this.target(place, region, fields);
        const { scope } = any.address;
        const reading = await this.inventory.readAll(any);
        if (reading.state !== "found") {
            const why = reading.state === "unreadable" ? reading.why : "it is gone";
            this.failed.push({ place: scopeName(opened, fields), why });
            return undefined;
        }
        if ("why" in account && reading.all.some(({ decider }) => decider !== undefined)) {
            const why = `whether we may decide is not known, because our own account could not be confirmed: ${account.why}`;
            this.failed.push({ place: scopeName(opened, fields), why });
            return undefined;
        }
        if (reading.others > 0) {
            this.others.push(`${oneLine(scope.title)}: ${reading.others} of another form, not shown`);
        }
        const at = scope.at.region === undefined ? {} : { region: scope.at.region };
        for (const seen of reading.all.filter(
            (item) => mayWait(place.kind, item.status) && mayDecide("id" in account ? account.id : undefined, item),
        )) {
            const id = { [place.kind.id]: seen.id };
            const connection = { kind: place.kind.name, ...at, ...fields, ...id } as unknown as Connection;
            this.requests.push({ connection, scope: oneLine(scope.title), seen });
        }
        return oneLine(scope.title);
    }

    /** What was chosen by name and is nowhere. */
    private reportMissing(opened: readonly Opened[]): void {
        const names = opened.map(({ name }) => name).sort();
        const where = names.length === 0 ? "" : ` in ${names.join(", ")}`;
        for (const id of this.choice.scopes) {
            if (!opened.some(({ scopes }) => scopes.some((fields) => Object.values(fields).includes(id)))) {
                this.failed.push({ place: `${this.choice.terms.scope} ${oneLine(id, 80)}`, why: `not found${where}` });
            }
        }
        for (const text of this.choice.regions) {
            const region = regionOf(text);
            const told = this.failed.some(({ place }) => `${place.replace(",", "")} `.includes(` in ${region} `));
            if (!told && !opened.some((place) => place.region === region)) {
                this.failed.push({
                    place: `${this.choice.terms.region} ${text}`,
                    why: "no place of this region was read",
                });
            }
        }
    }

    /** One step of the progress. A failure of the cloud or of a setting is told, and the others go on. */
    private async step<T>(place: Place, name: string, work: () => Promise<T>): Promise<T | undefined> {
        try {
            return await this.slots.runExclusive(work);
        } catch (error) {
            this.fail(place, name, error);
            return undefined;
        } finally {
            this.done += 1;
            this.progress(this.done, this.all);
        }
    }

    private fail({ kind }: Place, name: string, error: unknown): void {
        if (!(error instanceof CloudError) && !(error instanceof DecisionError)) {
            throw error;
        }
        this.failed.push({ place: name, why: reason(error, kind.cloud.title) });
    }

    /** Any connection of a place; fields that only tell scopes apart are not known before they are discovered. */
    private async target({ kind }: Place, region: string | undefined, fields: Fields): Promise<Target> {
        const required = [...kind.scope, kind.id].filter((name) => name !== "region");
        const connection = {
            kind: kind.name,
            ...Object.fromEntries(required.map((name) => [name, ANY])),
            ...(region === undefined ? {} : { region }),
            ...fields,
        };
        return (await this.places.locate(connection as AnyConnection)).target;
    }
}

/** `aws:vpcEndpoint in eu-west-1, vpce-svc-…`; a scope that is the account has no name of its own. */
function scopeName({ name }: Opened, fields: Fields): string {
    return [name, ...Object.values(fields)].join(", ");
}

/** The account, where it can be had. Missing or refused credentials end the place; any other failure leaves it unconfirmed. */
async function confirmAccount({ session, kind }: Target): Promise<Account> {
    try {
        return { id: await session.account() };
    } catch (error) {
        if (!(error instanceof CloudError) || error.failure === "credentials") {
            throw error;
        }
        return { why: reason(error, kind.cloud.title) };
    }
}

/** So much of a cloud's own text: some name every way they tried. */
const REASON = 320;

/** Why a place was not read, on one line, with what to do about it in terms of this command. */
function reason(error: CloudError | DecisionError, cloud: string): string {
    const text = oneLine(withoutArguments(error.message.replaceAll("\n", " ")), REASON);
    if (!(error instanceof CloudError)) {
        return text;
    }
    return error.failure === "denied"
        ? `${text}; the credentials need ${error.action}`
        : error.failure === "credentials"
          ? `${text}; check the ${cloud} credentials`
          : text;
}

function regionAdvice({ kind }: Place, { terms }: Choice): string {
    const variables = (kind.cloud.defaults?.region?.chain ?? []).filter((name) => /^[A-Z]/.test(name));
    return `no region; use ${terms.region} ${kind.cloud.name}=REGION, or set ${variables.join(" or ")}`;
}

/** Arguments and stack configuration mean nothing here: advice keeps what this command reads. */
function withoutArguments(text: string): string {
    return text
        .replace(/\b(connection\.\w+|connections:\w+|\w+:region)(, | or )/g, "")
        .replace(/\bconnections:\w+ \(([A-Z_]+)\)/g, "$1");
}

/** What has waited longest first; the same order in every run. */
function byAge(a: Request, b: Request): number {
    const time = ({ seen }: Request) => Date.parse(seen.requestedAt ?? "") || Number.POSITIVE_INFINITY;
    const [one, other] = [time(a), time(b)];
    return one === other ? sortKey(a).localeCompare(sortKey(b)) : one - other;
}

function sortKey({ connection, scope, seen }: Request): string {
    return [connection.kind, scope, seen.id].join(" ");
}
