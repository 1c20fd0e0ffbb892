import { CloudError, type Environment } from "../kinds/cloud";

/**
 * Environment variables that say "this cloud is set up here", by cloud. Where one is set, missing credentials are a mistake and not a
 * cloud that nobody uses. Regions and endpoints are no credentials.
 */
export const CREDENTIAL_VARIABLES: Readonly<Record<string, readonly string[]>> = {
    aws: [
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_PROFILE",
        "AWS_ROLE_ARN",
        "AWS_WEB_IDENTITY_TOKEN_FILE",
        "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
        "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    ],
    alibaba: [
        "ALIBABA_CLOUD_ACCESS_KEY_ID",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        "ALIBABA_CLOUD_SECURITY_TOKEN",
        "ALIBABA_CLOUD_PROFILE",
        "ALIBABA_CLOUD_ROLE_ARN",
        "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
        "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
        "ALIBABA_CLOUD_CREDENTIALS_URI",
        "ALIBABA_CLOUD_ECS_METADATA",
    ],
    huawei: [
        "HUAWEICLOUD_SDK_AK",
        "HUAWEICLOUD_SDK_SK",
        "HUAWEICLOUD_SDK_SECURITY_TOKEN",
        "HW_ACCESS_KEY",
        "HW_SECRET_KEY",
        "HW_SECURITY_TOKEN",
    ],
    otc: ["OS_ACCESS_KEY", "OS_SECRET_KEY", "OS_SECURITY_TOKEN"],
    azure: [
        "ARM_CLIENT_ID",
        "ARM_CLIENT_SECRET",
        "ARM_CLIENT_CERTIFICATE_PATH",
        "ARM_OIDC_TOKEN",
        "ARM_OIDC_TOKEN_FILE_PATH",
        "ARM_USE_MSI",
        "AZURE_CLIENT_ID",
        "AZURE_CLIENT_SECRET",
        "AZURE_CLIENT_CERTIFICATE_PATH",
        "AZURE_FEDERATED_TOKEN_FILE",
        "IDENTITY_ENDPOINT",
    ],
};

/** Whether the environment holds credentials of this cloud, or a part of them. */
export function environmentNames(cloud: string, environment: Environment): boolean {
    return (CREDENTIAL_VARIABLES[cloud] ?? []).some((name) => (environment[name] ?? "") !== "");
}

/**
 * Whether a call failed because there are no credentials at all. Ones that are expired, refused or cannot be fetched are there.
 * The AWS SDK has one class of error for both: its chain ends with a sentence of its own where nothing was found.
 */
export function findsNone(error: unknown): boolean {
    return (
        error instanceof CloudError &&
        error.failure === "credentials" &&
        (NOTHING_SET_UP.has(error.code) || error.text.includes("Could not load credentials from any providers"))
    );
}

/** `PackageMissing`: the optional packages of a cloud are not installed. */
const NOTHING_SET_UP = new Set(["NoCredentials", "PackageMissing"]);
