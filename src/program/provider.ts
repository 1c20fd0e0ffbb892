import * as pulumi from "@pulumi/pulumi";
import { OPTIONS } from "../shared/contract";
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
     * Whether endpoints beyond this machine may be plain `http://`.
     *
     * @default false
     */
    allowPlainHttp?: pulumi.Input<boolean>;
    /**
     * How many working connections one run may cut, over all providers. More fail the preview with the list.
     *
     * @default what the stack config says, else 10
     */
    maxCuts?: pulumi.Input<number>;
    /**
     * Whether to keep to the clouds' documented rates. False is for an account to which a cloud has granted more. A throttled call is repeated either way.
     *
     * @default true
     */
    pace?: pulumi.Input<boolean>;
    /**
     * Whether previews ask the cloud if it would allow the action, where it has a dry run. A denied one leaves an entry in the audit log.
     *
     * @default false
     */
    probe?: pulumi.Input<boolean>;
    /**
     * Whether accepts must say who is expected, those of rules too.
     *
     * @default what the stack config says, else false
     */
    requireExpectedRequester?: pulumi.Input<boolean>;
    /**
     * What becomes of a connection that cannot be read: `"fail"` fails the preview; `"warn"` names it, and nothing is sent for it.
     *
     * @default "fail"
     */
    unreadable?: pulumi.Input<"fail" | "warn">;
}

/** Settings of a cloud that speaks the VPCEP API. */
export type VpcepArgs = NonNullable<ProviderArgs["huawei"]>;

/** Policies of the stack: an explicit provider must not be a way around them by leaving them out. */
const INHERITED = ["maxCuts", "requireExpectedRequester"] as const;

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

    constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
        refuseArguments("Provider", name, args, [...Object.keys(clouds), ...OPTIONS]);
        for (const [cloud, settings] of Object.entries(clouds)) {
            const stated = args[cloud as keyof CloudSections] ?? {};
            refuseArguments(`Provider ${cloud}`, name, stated, Object.keys(settings));
        }
        const config = new pulumi.Config("connections");
        const inherited = Object.fromEntries(INHERITED.map((option) => [option, config.get(option)]));
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
            ? Object.entries(value).map(
                  ([key, inner]) => [`${name}${key.charAt(0).toUpperCase()}${key.slice(1)}`, inner] as const,
              )
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
