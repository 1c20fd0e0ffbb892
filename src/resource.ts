import * as pulumi from "@pulumi/pulumi";

/** A connection or scope whose fields may be outputs of other resources. The kind is always written out. */
export type FieldsAsInputs<C extends { kind: string }> = {
    [F in keyof C]: F extends "kind" ? C[F] : pulumi.Input<NonNullable<C[F]>>;
};

/** Prints what will happen, and what a reviewer should know, on the resource: the default view of a preview shows no inputs. */
export function showEvidence(
    resource: pulumi.Resource & {
        readonly transition: pulumi.Output<string | undefined>;
        readonly warnings: pulumi.Output<string[] | undefined>;
    },
): void {
    resource.transition.apply((transition) => transition && pulumi.log.info(transition, resource));
    resource.warnings.apply((warnings) => {
        for (const warning of warnings ?? []) {
            pulumi.log.warn(warning, resource);
        }
    });
}

const LEFT_OUT = pulumi.output(undefined);

/**
 * Arguments that were left out are outputs like the others, of undefined. One output for all of them: the SDK takes a stack trace for each
 * property it registers, 0.2 ms of a program per property and resource.
 */
export function fillIn<Args>(resource: pulumi.Resource, names: readonly (keyof Args & string)[]): void {
    for (const name of names) {
        if (!(name in resource)) {
            Object.assign(resource, { [name]: LEFT_OUT });
        }
    }
}

/** Throws on options that these resources cannot have, before anything is registered. */
export function refuseOptions(
    type: "ConnectionDecision" | "ConnectionAdmission",
    name: string,
    opts: pulumi.CustomResourceOptions | undefined,
): void {
    if (opts?.import !== undefined) {
        const adopts =
            type === "ConnectionDecision"
                ? "Declare the decision: creation adopts a connection that is decided already, and sends nothing."
                : "Declare the rules: creation adopts what they already hold for, and the preview shows the rest.";
        throw new pulumi.RunError(`${type} "${name}": opts.import is not possible and not needed. ${adopts}`);
    }
    // Internal to the SDK; without it the engine fails later with "unrecognized resource type (Check)" (pulumi/pulumi#2776).
    const foreign = (opts?.provider as { getPackage?(): string } | undefined)?.getPackage?.();
    if (foreign !== undefined && foreign !== "pulumi-nodejs") {
        throw new pulumi.RunError(
            `${type} "${name}": opts.provider is a provider of "${foreign}", which cannot decide connections. Pass a Provider of pulumi-connection-decision, or none.`,
        );
    }
}
