import * as pulumi from "@pulumi/pulumi";
import { isOfType, refuseArguments } from "./resource";

/** Where decisions of one account are made: names of regions, profiles, roles and endpoints. Never credentials. */
export interface ProviderArgs {
    aws?: {
        /** Region of connections that name none. */
        region?: pulumi.Input<string>;
        /** Profile of the shared AWS configuration files. */
        profile?: pulumi.Input<string>;
        /** Role to assume, as an ARN. An external id belongs into the profile (`external_id`), not here. */
        roleArn?: pulumi.Input<string>;
        /** URLs of the APIs, instead of the region's own. */
        ec2Endpoint?: pulumi.Input<string>;
        opensearchEndpoint?: pulumi.Input<string>;
        stsEndpoint?: pulumi.Input<string>;
    };
    alibaba?: {
        /** Profile of the Alibaba Cloud CLI, `~/.aliyun/config.json`. */
        profile?: pulumi.Input<string>;
        /** RAM role to assume, as an ARN. */
        roleArn?: pulumi.Input<string>;
        /** URLs of the APIs, instead of `https://vpcpeer.aliyuncs.com` and `https://sts.aliyuncs.com`. */
        vpcPeerEndpoint?: pulumi.Input<string>;
        stsEndpoint?: pulumi.Input<string>;
    };
    huawei?: VpcepArgs;
    otc?: VpcepArgs;
    azure?: AzureArgs;
    /** See `connections:allowPlainHttp`. @default false */
    allowPlainHttp?: pulumi.Input<boolean>;
    /** See `connections:maxCuts`. @default what the stack config says, else 10 */
    maxCuts?: pulumi.Input<number>;
    /** See `connections:pace`. @default true */
    pace?: pulumi.Input<boolean>;
    /** See `connections:probe`. @default false */
    probe?: pulumi.Input<boolean>;
    /** See `connections:requireExpectedRequester`. @default what the stack config says, else false */
    requireExpectedRequester?: pulumi.Input<boolean>;
    /** See `connections:unreadable`. @default "fail" */
    unreadable?: pulumi.Input<"fail" | "warn">;
}

/** Settings of a cloud that speaks the VPCEP API. */
export interface VpcepArgs {
    /** Region of connections that name none. */
    region?: pulumi.Input<string>;
    /** Project of the endpoint services. */
    projectId?: pulumi.Input<string>;
    /** URLs of the APIs, instead of the region's own. */
    vpcepEndpoint?: pulumi.Input<string>;
    iamEndpoint?: pulumi.Input<string>;
}

/** Settings of Azure, by the names of Pulumi's Azure Native provider. */
export interface AzureArgs {
    /** Subscription whose requests the command `connection-decision list` shows; a decision's own is in its `resourceId`. */
    subscriptionId?: pulumi.Input<string>;
    /** Tenant whose credentials are used. */
    tenantId?: pulumi.Input<string>;
    /** Azure cloud: public, usgovernment or china. */
    environment?: pulumi.Input<string>;
    /** URL of Azure Resource Manager, instead of the cloud's own. */
    resourceManagerEndpoint?: pulumi.Input<string>;
    /** What tokens are for, instead of the URL of the cloud's Azure Resource Manager. */
    resourceManagerAudience?: pulumi.Input<string>;
    /** URL of Microsoft Entra ID, instead of the cloud's own. */
    activeDirectoryAuthorityHost?: pulumi.Input<string>;
    /** True: do not ask Microsoft's public cloud whether that URL is known, as private clouds need. */
    disableInstanceDiscovery?: pulumi.Input<boolean>;
}

type Section = "aws" | "alibaba" | "huawei" | "otc" | "azure";

/**
 * Every setting of a cloud, for telling a wrong one. Written out, because the user's process loads no cloud; a test compares them with the
 * clouds' own.
 */
export const SECTIONS: { [S in Section]: readonly (keyof NonNullable<ProviderArgs[S]>)[] } = {
    aws: ["region", "profile", "roleArn", "ec2Endpoint", "opensearchEndpoint", "stsEndpoint"],
    alibaba: ["profile", "roleArn", "vpcPeerEndpoint", "stsEndpoint"],
    huawei: ["region", "projectId", "vpcepEndpoint", "iamEndpoint"],
    otc: ["region", "projectId", "vpcepEndpoint", "iamEndpoint"],
    azure: [
        "subscriptionId",
        "tenantId",
        "environment",
        "resourceManagerEndpoint",
        "resourceManagerAudience",
        "activeDirectoryAuthorityHost",
        "disableInstanceDiscovery",
    ],
};

const OPTIONS: readonly Exclude<keyof ProviderArgs, Section>[] = [
    "allowPlainHttp",
    "maxCuts",
    "pace",
    "probe",
    "requireExpectedRequester",
    "unreadable",
];

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
    /** Whether it is a provider of decisions, also one of another copy of this package. */
    static override isInstance(obj: unknown): obj is Provider {
        return isOfType(obj, "pulumi:providers:pulumi-nodejs");
    }

    constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
        refuseArguments("Provider", name, args, [...Object.keys(SECTIONS), ...OPTIONS]);
        for (const [section, known] of Object.entries(SECTIONS)) {
            refuseArguments(`Provider ${section}`, name, args[section as Section] ?? {}, known);
        }
        const config = new pulumi.Config("connections");
        const inherited = Object.fromEntries(INHERITED.map((option) => [option, config.get(option)]));
        super("pulumi-nodejs", name, flatten({ ...inherited, ...defined(args) }), opts);
    }
}

/** The provider process reads one flat configuration: `aws.roleArn` is `connections:awsRoleArn`, as in the stack config. */
function flatten(args: object): Record<string, pulumi.Output<string>> {
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
                `connections:${name}`,
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
