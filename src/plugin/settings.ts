import { pick, type Wire } from "../engine/wire";
import { kinds } from "../kinds";
import type { Cloud, Environment } from "../kinds/cloud";
import { type ConfigReader, Configuration } from "../place/configuration";
import { flatSetting, OPTIONS, PLUGIN, POLICIES } from "../shared/contract";
import { DecisionError } from "../shared/problem";
import { unknownNames } from "../shared/suggest";

/** Every cloud that a kind belongs to, once. */
const CLOUDS: readonly Cloud<unknown>[] = [
    ...new Map(Object.values(kinds).map(({ cloud }) => [cloud.name, cloud])).values(),
];

/** The settings by the name that the plugin gives them, `awsRegion`. */
const SETTINGS = CLOUDS.flatMap(({ name, settings }) =>
    Object.entries(settings).map(([setting, { sameAs, flag }]) => ({
        name: flatSetting(name, setting),
        sameAs,
        flag: flag === true,
    })),
);

/** What the engine puts beside the settings of a provider. */
const OF_ENGINE = ["version", "pluginDownloadURL", "pluginChecksums", "parameterization"];

/** What is wrong with the settings of a provider, a sentence each. */
export function settingProblems(settings: Wire, environment: Environment): readonly string[] {
    const known = [...SETTINGS.map(({ name }) => name), ...OPTIONS];
    const names = Object.keys(settings).filter((name) => !name.startsWith("__") && !OF_ENGINE.includes(name));
    const misspelled = unknownNames(names, known, `the provider of ${PLUGIN}`);
    const untold = SETTINGS.filter(({ name, flag }) => !isText(settings[name], flag));
    if (misspelled.length > 0 || untold.length > 0) {
        return [...misspelled, ...untold.map(({ name }) => `${name} must be a text`)];
    }
    const configuration = new Configuration(environment);
    configuration.configure(readerOf(settings));
    try {
        configuration.options();
        for (const cloud of CLOUDS) {
            configuration.checkEndpoints(cloud, configuration.settings(cloud));
        }
        return [];
    } catch (error) {
        if (error instanceof DecisionError) {
            return [error.message];
        }
        throw error;
    }
}

/**
 * Reads `connections:awsRegion` from settings that are named `awsRegion`. The configuration of other packages does not reach a plugin.
 *
 * @param stack the policies of the stack, for an explicit provider that does not say them
 */
export function readerOf(settings: Wire, stack: Wire = {}): ConfigReader {
    const prefix = `${PLUGIN}:`;
    return (key) => {
        const name = key.startsWith(prefix) ? key.slice(prefix.length) : "";
        const value = settings[name] ?? stack[name];
        return typeof value === "boolean" ? String(value) : value;
    };
}

/** A number would lose its leading zeros, and a list or a record says nothing: passed over, another account or region would decide. */
function isText(value: unknown, flag: boolean): boolean {
    return value === undefined || typeof value === "string" || (flag && typeof value === "boolean");
}

/** The policies in the stack's configuration, which the engine gives each plugin as a variable: that of the plugin's own name. */
export function stackPolicies({ PULUMI_CONFIG: config }: Environment): Wire {
    try {
        return pick(JSON.parse(config ?? "{}") as Wire, POLICIES);
    } catch {
        return {};
    }
}

/**
 * An error text that names the configuration of another Pulumi package: what to set instead. The engine gives a plugin the settings of its
 * own name only.
 */
export function withOwnSettings(text: string): string {
    const advice = SETTINGS.flatMap(({ name, sameAs }) =>
        sameAs !== undefined && new RegExp(`\\b${sameAs}\\b`).test(text)
            ? [`  note: ${sameAs} does not reach a resource plugin; set ${PLUGIN}:${name}`]
            : [],
    );
    return [text, ...advice].join("\n");
}
