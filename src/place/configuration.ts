import { type Cloud, type Environment, endpointProblem, type Settings } from "../kinds/cloud";
import { flatSetting } from "../shared/contract";
import { DecisionError } from "../shared/problem";
import { UNKNOWN } from "../shared/unknown";

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

const DEFAULT_MAX_CUTS = 10;

/** The configuration of one provider process, as texts: the stack's, or that of an explicit provider. */
export class Configuration {
    private read: ConfigReader = () => undefined;

    constructor(private readonly environment: Environment) {}

    /** Only stores: the SDK hands out the provider before this has returned. */
    configure(read: ConfigReader): void {
        this.read = read;
    }

    /** Options of every cloud. Throws what is wrong with them. */
    options(): Options {
        return {
            maxCuts: this.option("maxCuts", DEFAULT_MAX_CUTS, readCount, "a whole number"),
            probe: this.option("probe", false, readBoolean, "true or false"),
            requireExpectedRequester: this.option("requireExpectedRequester", false, readBoolean, "true or false"),
            pace: this.option("pace", true, readBoolean, "true or false"),
            unreadable: this.option("unreadable", "fail", readUnreadable, '"fail" or "warn"'),
            allowPlainHttp: this.option("allowPlainHttp", false, readBoolean, "true or false"),
        };
    }

    /** The settings of a cloud, without defaults. */
    settings(cloud: Cloud<unknown>): Settings {
        return Object.fromEntries(
            Object.entries(cloud.settings).map(([name, { sameAs }]) => {
                const value = this.read(keyOf(cloud, name)) ?? (sameAs === undefined ? undefined : this.read(sameAs));
                return [name, typeof value === "string" && value !== "" ? value : undefined];
            }),
        );
    }

    /** Whether a cloud's settings are not known yet (a role that this run creates). */
    isUnknown(cloud: Cloud<unknown>): boolean {
        return Object.values(this.settings(cloud)).includes(UNKNOWN);
    }

    /** Throws where a setting or a variable holds no usable URL. */
    checkEndpoints(cloud: Cloud<unknown>, settings: Settings): void {
        const configured = Object.entries(settings)
            .filter(([name]) => name.endsWith("Endpoint"))
            .map(([name, url]) => [keyOf(cloud, name), url] as const);
        const variables = cloud.endpointVariables.map((name) => [name, this.environment[name]] as const);
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
        const raw = this.read(`connections:${name}`) ?? this.environment[variable];
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

/** `connections:awsRoleArn` */
function keyOf(cloud: Cloud<unknown>, setting: string): string {
    return `connections:${flatSetting(cloud.name, setting)}`;
}

function readBoolean(text: string): boolean | undefined {
    return text === "true" ? true : text === "false" ? false : undefined;
}

function readCount(text: string): number | undefined {
    return /^\d+$/.test(text) ? Number(text) : undefined;
}

function readUnreadable(text: string): "fail" | "warn" | undefined {
    return text === "fail" || text === "warn" ? text : undefined;
}
