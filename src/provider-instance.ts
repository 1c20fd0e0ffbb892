import * as pulumi from "@pulumi/pulumi";

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
    /** See `connections:allowPlainHttp`. @default false */
    allowPlainHttp?: pulumi.Input<boolean>;
    /** See `connections:maxCuts`. @default 10 */
    maxCuts?: pulumi.Input<number>;
    /** See `connections:pace`. @default true */
    pace?: pulumi.Input<boolean>;
    /** See `connections:probe`. @default false */
    probe?: pulumi.Input<boolean>;
    /** See `connections:requireExpectedRequester`. @default false */
    requireExpectedRequester?: pulumi.Input<boolean>;
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

/**
 * Decisions in another account or region: pass it as `provider` to a `ConnectionDecision`, or to a component as
 * `providers: [p]`. It does not see the stack config; what it does not say comes from the clouds' own default chains.
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
    constructor(name: string, args: ProviderArgs = {}, opts?: pulumi.ResourceOptions) {
        super("pulumi-nodejs", name, flatten(args), opts);
    }
}

/** The provider process reads one flat configuration: `aws.roleArn` is `connections:awsRoleArn`, as in the stack config. */
function flatten(args: ProviderArgs): Record<string, pulumi.Output<string>> {
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

function isSection(value: unknown): value is Record<string, unknown> {
    return (
        typeof value === "object" && value !== null && !pulumi.Output.isInstance(value) && !(value instanceof Promise)
    );
}
