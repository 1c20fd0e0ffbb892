import * as pulumi from "@pulumi/pulumi";
import {
    ADMISSION_TYPE_TOKEN,
    PLUGIN,
    PLUGIN_ADMISSION_TYPE_TOKEN,
    PLUGIN_TYPE_TOKEN,
    TYPE_TOKEN,
} from "../shared/contract";
import { providerText, urnOf } from "./resource";

/** The two types of resource. */
export type ResourceName = "ConnectionDecision" | "ConnectionAdmission";

/** Where the provider of a resource runs: in a process of the Node.js SDK, or in the resource plugin. */
export interface Host {
    /** The package of explicit providers. */
    readonly package: string;
    readonly tokens: Readonly<Record<ResourceName, string>>;
    /** Whether the engine can import a resource there. */
    readonly imports: boolean;
    /** Whether the provider itself tells of connections that are gone. */
    readonly tellsGone: boolean;
    /** What goes to the provider beside the arguments. */
    inputs(type: ResourceName, name: string, opts: pulumi.CustomResourceOptions): object;
    options(type: ResourceName, opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions;
    /** Settings of an explicit provider by the names that the provider reads. */
    setting(name: string): string;
}

const PROVIDERS = { ConnectionDecision: providerText("provider"), ConnectionAdmission: providerText("admission") };

/** Every dynamic resource of Node.js belongs to one package. */
export const dynamicHost: Host = {
    package: "pulumi-nodejs",
    tokens: { ConnectionDecision: TYPE_TOKEN, ConnectionAdmission: ADMISSION_TYPE_TOKEN },
    imports: false,
    tellsGone: false,
    inputs: (type, name, { id, parent, customTimeouts }) => ({
        __provider: PROVIDERS[type],
        __urn: id === undefined ? urnOf(name, dynamicHost.tokens[type], parent) : undefined,
        // Check takes it away again: what `up` will change is unknown in previews.
        __preview: pulumi.runtime.isDryRun(),
        // The engine never hands customTimeouts to a dynamic provider.
        ...(customTimeouts === undefined ? {} : { __timeouts: { ...customTimeouts } }),
    }),
    options: (_type, opts) => opts,
    setting: (name) => `connections:${name}`,
};

/**
 * The plugin learns the rest from the engine. The text of the dynamic provider stays among the inputs: with it in the state, a program can
 * go back.
 */
export const pluginHost: Host = {
    package: PLUGIN,
    tokens: { ConnectionDecision: PLUGIN_TYPE_TOKEN, ConnectionAdmission: PLUGIN_ADMISSION_TYPE_TOKEN },
    imports: true,
    tellsGone: true,
    inputs: (type) => ({ __provider: PROVIDERS[type] }),
    options: (type, opts) => pulumi.mergeOptions(opts, { aliases: [{ type: dynamicHost.tokens[type] }] }),
    setting: (name) => name,
};

const HOSTS = [dynamicHost, pluginHost];

/**
 * Whether a value is a resource of this type, in any host. The Pulumi way: not `instanceof`, which fails where the package is installed
 * twice.
 */
export function isOfType(value: unknown, type: ResourceName): boolean {
    return HOSTS.some(({ tokens }) => hasToken(value, tokens[type]));
}

/** Whether a value is an explicit provider of this host. */
export function isProviderOf(host: Host, value: unknown): boolean {
    return hasToken(value, `pulumi:providers:${host.package}`);
}

function hasToken(value: unknown, token: string): boolean {
    // Internal to the SDK, but what every generated package compares.
    return pulumi.Resource.isInstance(value) && (value as { __pulumiType?: string }).__pulumiType === token;
}

/** Throws on options that these resources cannot have, before anything is registered. */
export function refuseOptions(
    type: ResourceName,
    host: Host,
    name: string,
    opts: pulumi.CustomResourceOptions | undefined,
): void {
    if (opts?.import !== undefined && !host.imports) {
        const adopts =
            type === "ConnectionDecision"
                ? "Declare the decision: creation adopts a connection that is decided already, and sends nothing."
                : "Declare the rules: creation adopts what they already hold for, and the preview shows the rest.";
        throw new pulumi.RunError(`${type} "${name}": opts.import is not possible and not needed. ${adopts}`);
    }
    // Internal to the SDK; without it the engine fails later with "unrecognized resource type (Check)" (pulumi/pulumi#2776).
    const foreign = (opts?.provider as { getPackage?(): string } | undefined)?.getPackage?.();
    if (foreign !== undefined && foreign !== host.package) {
        throw new pulumi.RunError(
            `${type} "${name}": opts.provider is a provider of "${foreign}", which cannot decide connections. Pass a Provider of pulumi-connection-decision, or none.`,
        );
    }
}
