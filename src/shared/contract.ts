/** What every state file, policy pack and program relies on. */

/**
 * Version of what this package writes into a stack's state. A newer one is refused with a sentence. 1: 0.1.0. 2: time-boxes by rule,
 * `__listed` by status.
 */
export const SCHEMA_VERSION = 2;

/** The type token of every decision. A contract with every state file and policy pack. */
export const TYPE_TOKEN = "pulumi-nodejs:dynamic/connection:ConnectionDecision";

/** The type token of every admission. A contract with every state file and policy pack. */
export const ADMISSION_TYPE_TOKEN = "pulumi-nodejs:dynamic/connection:ConnectionAdmission";

/** The arguments of a decision that a program may pass; what else an input holds is ours. */
export const ARGUMENTS = [
    "connection",
    "decision",
    "expectedRequester",
    "expectedEvidence",
    "reason",
    "until",
    "onDrift",
    "onDelete",
    "allowRemoval",
    "waitForRequest",
    "timeout",
] as const;

/** The arguments of an admission that a program may pass; what else an input holds is ours. */
export const ADMISSION_ARGUMENTS = [
    "scope",
    "rules",
    "otherwise",
    "existing",
    "except",
    "reason",
    "onDelete",
    "allowRemoval",
    "timeout",
] as const;

/** Settings that concern every cloud: `connections:maxCuts` in the stack config. */
export const OPTIONS = [
    "allowPlainHttp",
    "maxCuts",
    "pace",
    "probe",
    "requireExpectedRequester",
    "unreadable",
] as const;

/** A cloud's setting in a flat configuration: `awsRoleArn`, which is `connections:awsRoleArn` in the stack config. */
export function flatSetting(cloud: string, setting: string): string {
    return `${cloud}${setting.charAt(0).toUpperCase()}${setting.slice(1)}`;
}

/** Policies of the stack: an explicit provider must not be a way around them by leaving them out. */
export const POLICIES = ["maxCuts", "requireExpectedRequester"] as const satisfies readonly (typeof OPTIONS)[number][];

/** The name of the resource plugin and of its package, `pulumi-resource-connections`. */
export const PLUGIN = "connections";

/** The type token of a decision that the resource plugin makes. */
export const PLUGIN_TYPE_TOKEN = `${PLUGIN}:index:ConnectionDecision`;

/** The type token of an admission that the resource plugin makes. */
export const PLUGIN_ADMISSION_TYPE_TOKEN = `${PLUGIN}:index:ConnectionAdmission`;

/** What a preview says of a resource that it could not read where `connections:unreadable` is `"warn"`. */
export const UNREAD = "cannot be read, nothing is sent";
