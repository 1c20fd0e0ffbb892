import * as pulumi from "@pulumi/pulumi";
import { flatSetting, OPTIONS, POLICIES } from "../shared/contract";
import * as clouds from "./clouds";
import { dynamicHost, type Host, isProviderOf } from "./host";
import { refuseArguments } from "./resource";

/** What one cloud's settings are as arguments. The comments are those of the settings. */
type SettingsInput<S> = {
    -readonly [N in keyof S]?: S[N] extends { flag: true } ? pulumi.Input<string | boolean> : pulumi.Input<string>;
};

/** A section for each cloud: `aws`, `azure`, … */
type CloudSections = { -readonly [C in keyof typeof clouds]?: SettingsInput<(typeof clouds)[C]> };

/** Where decisions of one account are made: names of regions, profiles, roles and endpoints. Never credentials. */
export interface ProviderArgs extends CloudSections {
    /**
     * Let endpoints beyond this machine be plain `http://`. Anybody on the way can read those requests.
     *
     * @default false
     */
    allowPlainHttp?: pulumi.Input<boolean>;
    /**
     * How many working connections one run may cut, over all providers. More fail the preview, with the list.
     *
     * @default 10
     */
    maxCuts?: pulumi.Input<number>;
    /**
     * Keep to the clouds' documented rates. Set it to false where a cloud has granted your account more. A throttled call is repeated
     * either way.
     *
     * @default true
     */
    pace?: pulumi.Input<boolean>;
    /**
     * Ask the cloud in previews whether it would allow the action, where it has a dry run. A dry run that is denied leaves an entry in the
     * audit log.
     *
     * @default false
     */
    probe?: pulumi.Input<boolean>;
    /**
     * Accepts must say who is expected, those of rules too.
     *
     * @default false
     */
    requireExpectedRequester?: pulumi.Input<boolean>;
    /**
     * What cannot be read: `"fail"` fails the resource, `"warn"` names it in a warning. Nothing is sent about it either way.
     *
     * @default "fail"
     */
    unreadable?: pulumi.Input<"fail" | "warn">;
}

/** Settings of a cloud that speaks the VPCEP API. */
export type VpcepArgs = NonNullable<ProviderArgs["huawei"]>;

/**
 * Decisions in another account or region: pass it as `provider` to a `ConnectionDecision`, or to a component as
 * `providers: [p]`. Of the stack config it takes the policies (`connections:maxCuts`, `connections:requireExpectedRequester`) unless it sets
 * them; everything else that it does not say comes from the clouds' own default chains.
 *
 * @example
 * ```ts
 * const production = new Provider("production", {
 *     aws: { region: "eu-west-1", roleArn: "arn:aws:iam::123456789012:role/network-owner" },
 * });
 * new ConnectionDecision("analytics", { … }, { provider: production });
 * ```
 */
export class Provider extends pulumi.ProviderResource {
    /** @internal */
    static readonly host: Host = dynamicHost;

    /**
     * Declares the provider.
     *
     * @param name the resource's name, unique in the stack
     * @param args names of regions, profiles, roles and endpoints, and policies
     * @param opts options of Pulumi
     * @throws RunError, before anything is registered, on arguments that do not exist
     */
    constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
        refuseArguments("Provider", name, args, [...Object.keys(clouds), ...OPTIONS]);
        for (const [cloud, settings] of Object.entries(clouds)) {
            const stated = args[cloud as keyof CloudSections] ?? {};
            refuseArguments(`Provider ${cloud}`, name, stated, Object.keys(settings));
        }
        const config = new pulumi.Config("connections");
        const inherited = Object.fromEntries(POLICIES.map((option) => [option, config.get(option)]));
        const { host } = new.target;
        super(host.package, name, flatten({ ...inherited, ...defined(args) }, host), opts);
    }

    /**
     * Whether it is a provider of decisions, also one of another copy of this package. All dynamic resources belong to one package: a
     * provider of theirs that another library declares is one, too.
     */
    static override isInstance(obj: unknown): obj is Provider {
        return isProviderOf(dynamicHost, obj);
    }
}

/** The provider process reads one flat configuration: `aws.roleArn` is `connections:awsRoleArn`, as in the stack config. */
function flatten(args: object, host: Host): Record<string, pulumi.Output<string>> {
    const entries = Object.entries(args).flatMap(([name, value]) =>
        isSection(value)
            ? Object.entries(value).map(([key, inner]) => [flatSetting(name, key), inner] as const)
            : [[name, value] as const],
    );
    return Object.fromEntries(
        entries
            .filter(([, value]) => value !== undefined)
            .map(([name, value]) => [
                host.setting(name),
                (pulumi.output(value) as pulumi.Output<unknown>).apply(String),
            ]),
    );
}

function defined(args: ProviderArgs): ProviderArgs {
    return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined));
}

function isSection(value: unknown): value is Record<string, unknown> {
    return (
        typeof value === "object" && value !== null && !pulumi.Output.isInstance(value) && !(value instanceof Promise)
    );
}
