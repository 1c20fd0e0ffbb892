import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { kinds } from "../../src/kinds";
import { PROJECT, SERVICE, VPCEP_SERVICE } from "../support/clouds";
import { KEYS, startHostile } from "../support/hostile-server";
import { addressOf } from "../support/kind-data";

/** Errors about a role, a profile or an endpoint name the setting that is wrong, and the call that failed. */
const signal = new AbortController().signal;
/** Nobody listens there. */
const DEAD = "http://127.0.0.1:9";

beforeEach(() => {
    for (const [name, value] of Object.entries(KEYS)) {
        vi.stubEnv(name, value);
    }
    vi.stubEnv("AWS_CONFIG_FILE", "/nowhere/config");
    vi.stubEnv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere/credentials");
    vi.stubEnv("HOME", "/nowhere");
});
afterEach(() => vi.unstubAllEnvs());

/** What a listing fails with under these settings. */
async function failure(
    name: keyof typeof kinds,
    settings: Readonly<Record<string, string>>,
    environment: Readonly<Record<string, string>> = {},
) {
    for (const [variable, value] of Object.entries(environment)) {
        vi.stubEnv(variable, value);
    }
    const kind = kinds[name];
    const placement = { region: name.startsWith("aws") ? "eu-west-1" : "eu-de", projectId: PROJECT };
    const clients = kind.cloud.connect({ settings, environment: { ...KEYS, ...environment }, placement });
    const serviceId = name === "aws:vpcEndpoint" ? SERVICE : VPCEP_SERVICE;
    const { scope } = addressOf(kind, { ...placement, serviceId, endpointId: "e", instanceId: "i" });
    return kind.list(scope, undefined, { clients, signal, now: Date.now }).then(
        () => "no failure",
        (error: unknown) => error,
    );
}

describe("a role that cannot be assumed", () => {
    it.each([
        ["AccessDenied", 403, "credentials"],
        ["ValidationError", 400, "credentials"],
        ["ServiceUnavailable", 503, "transient"],
    ])("on AWS: %s", async (code, status, expected) => {
        const { url } = await startHostile(() => ({
            status,
            headers: { "content-type": "text/xml" },
            body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>no way</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
        }));
        const roleArn = "arn:aws:iam::123456789012:role/network-owner";
        for (const name of ["aws:vpcEndpoint", "aws:openSearchInbound"] as const) {
            expect(await failure(name, { roleArn, stsEndpoint: url, ec2Endpoint: DEAD })).toMatchObject({
                name: "CloudError",
                action: "sts:AssumeRole",
                code,
                failure: expected,
                text: expect.stringContaining("connections:awsRoleArn (aws.roleArn on a Provider)"),
            });
        }
    });

    it.each([
        ["NoPermission", 403, "credentials"],
        ["EntityNotExist.Role", 404, "credentials"],
        ["Throttling.User", 400, "throttled"],
    ])("on Alibaba Cloud: %s", async (Code, status, expected) => {
        const { url } = await startHostile(() => ({
            status,
            body: JSON.stringify({ Code, Message: "no way", RequestId: "r" }),
        }));
        const roleArn = "acs:ram::1234567890123456:role/network-owner";
        expect(await failure("alibaba:vpcPeering", { roleArn, stsEndpoint: url })).toMatchObject({
            action: "sts:AssumeRole",
            code: Code,
            failure: expected,
            text: expect.stringContaining("connections:alibabaRoleArn (alibaba.roleArn on a Provider)"),
        });
    });
});

describe("a profile that is not there", () => {
    it.each([
        ["aws:vpcEndpoint", "connections:awsProfile (aws.profile on a Provider), or aws:profile"],
        ["aws:openSearchInbound", "connections:awsProfile"],
        ["alibaba:vpcPeering", "connections:alibabaProfile (alibaba.profile on a Provider)"],
    ] as const)("of %s", async (name, setting) => {
        const error = await failure(name, { profile: "nobody" });
        expect(error).toMatchObject({ action: "credentials", failure: "credentials" });
        expect((error as Error).message).toContain('profile "nobody"');
        expect((error as Error).message).toContain(setting);
    });

    it("below an AWS role", async () => {
        const roleArn = "arn:aws:iam::123456789012:role/network-owner";
        const error = await failure("aws:vpcEndpoint", { profile: "nobody", roleArn, stsEndpoint: DEAD });
        expect(error).toMatchObject({ action: "credentials", failure: "credentials" });
        expect((error as Error).message).toContain("connections:awsProfile");
    });
});

describe("an endpoint where nobody answers", () => {
    it.each([
        ["aws:vpcEndpoint", "ec2Endpoint", "connections:awsEc2Endpoint (aws.ec2Endpoint on a Provider)"],
        ["aws:openSearchInbound", "stsEndpoint", "connections:awsStsEndpoint"],
        ["alibaba:vpcPeering", "vpcPeerEndpoint", "connections:alibabaVpcPeerEndpoint"],
        ["huawei:vpcEndpoint", "vpcepEndpoint", "connections:huaweiVpcepEndpoint"],
        ["otc:vpcEndpoint", "vpcepEndpoint", "connections:otcVpcepEndpoint"],
    ] as const)("of %s, named by the setting %s", async (name, setting, shown) => {
        expect(await failure(name, { [setting]: DEAD })).toMatchObject({
            failure: "transient",
            code: "ECONNREFUSED",
            text: expect.stringContaining(`the endpoint that ${shown}`),
        });
    });

    it.each([
        ["aws:vpcEndpoint", "AWS_ENDPOINT_URL"],
        ["aws:vpcEndpoint", "AWS_ENDPOINT_URL_EC2"],
        ["aws:openSearchInbound", "AWS_ENDPOINT_URL_STS"],
        ["alibaba:vpcPeering", "ALIBABA_CLOUD_VPCPEER_ENDPOINT"],
        ["huawei:vpcEndpoint", "HUAWEICLOUD_VPCEP_ENDPOINT"],
        ["otc:vpcEndpoint", "OTC_VPCEP_ENDPOINT"],
    ] as const)("of %s, named by %s", async (name, variable) => {
        expect(await failure(name, {}, { [variable]: DEAD })).toMatchObject({
            failure: "transient",
            code: "ECONNREFUSED",
            text: expect.stringContaining(`the endpoint that ${variable} names`),
        });
    });
});
