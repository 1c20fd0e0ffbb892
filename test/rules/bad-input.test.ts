import { describe, expect, it } from "vitest";
import type { Wire } from "../../src/engine/wire";
import { kinds } from "../../src/kinds";
import { endpoint, INBOUND, PEERING, SERVICE, useClouds, VPCEP_ENDPOINT, VPCEP_SERVICE } from "../support/clouds";
import { onEndpoint, onInbound, onPeering, onVpcep } from "../support/declarations";
import { TestStack } from "../support/engine";

/** Bad input gets a clear error before anything is sent, and all of it at once. */
const clouds = useClouds();

async function refused(
    args: Wire,
    config: Record<string, string> = {},
    environment: Record<string, string | undefined> = {},
) {
    const { failures } = await new TestStack(clouds.simulator, config, environment).preview({ a: args });
    return failures.a ?? "not refused";
}

const connection = { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(1) };

describe("bad input", () => {
    it.each<[string, Wire, string]>([
        ["no connection", { decision: "accept" }, "connection must say which connection"],
        [
            "an unknown kind",
            { connection: { kind: "aws:teapot" }, decision: "accept" },
            `connection.kind "aws:teapot" is not a known kind; known are ${Object.keys(kinds).join(", ")}`,
        ],
        [
            "a kind that is a property of every object",
            { connection: { kind: "constructor" }, decision: "accept" },
            'connection.kind "constructor" is not a known kind',
        ],
        ["no decision", { connection }, 'decision must be "accept" or "reject"'],
        ["an unknown decision", { connection, decision: "maybe" }, 'decision "maybe" must be "accept" or "reject"'],
        [
            "a missing id",
            { connection: { kind: "aws:vpcEndpoint", serviceId: SERVICE }, decision: "accept" },
            'connection.endpointId is missing; it must be "vpce-" and 8 or 17 hexadecimal digits',
        ],
        [
            "an empty id",
            { connection: { ...connection, endpointId: "" }, decision: "accept" },
            'connection.endpointId "" must be "vpce-"',
        ],
        [
            "a malformed endpoint",
            { connection: { ...connection, endpointId: "vpce-xyz" }, decision: "accept" },
            'connection.endpointId "vpce-xyz" must be',
        ],
        [
            "a service where an endpoint belongs",
            { connection: { ...connection, endpointId: SERVICE }, decision: "accept" },
            "connection.endpointId",
        ],
        [
            "a malformed region",
            { connection: { ...connection, region: "Ireland" }, decision: "accept" },
            'connection.region "Ireland" must be an AWS region such as "eu-west-1"',
        ],
        [
            "a field the kind does not have",
            { connection: { ...connection, endpointID: "x" }, decision: "accept" },
            "connection.endpointID is not a field of aws:vpcEndpoint; it has region, serviceId, endpointId",
        ],
        [
            "a number for an id",
            { connection: { ...connection, serviceId: 7 }, decision: "accept" },
            "connection.serviceId 7 must be",
        ],
        [
            "a malformed inbound connection",
            { connection: { kind: "aws:openSearchInbound", connectionId: "UPPER" }, decision: "accept" },
            "10 to 256 lower-case letters",
        ],
        [
            "a malformed peering",
            { connection: { kind: "alibaba:vpcPeering", instanceId: "vpc-1" }, decision: "accept" },
            '"pcc-" and lower-case letters and digits',
        ],
        [
            "a malformed VPCEP service",
            { connection: { kind: "otc:vpcEndpoint", serviceId: "x", endpointId: VPCEP_ENDPOINT }, decision: "accept" },
            "the UUID of an endpoint service",
        ],
        [
            "an id with a path in it",
            {
                connection: { kind: "otc:vpcEndpoint", serviceId: `${VPCEP_SERVICE}/../x`, endpointId: VPCEP_ENDPOINT },
                decision: "accept",
            },
            "the UUID of an endpoint service",
        ],
        [
            "a malformed project",
            {
                connection: {
                    kind: "huawei:vpcEndpoint",
                    projectId: "p",
                    serviceId: VPCEP_SERVICE,
                    endpointId: VPCEP_ENDPOINT,
                },
                decision: "accept",
            },
            "a project id, 32 hexadecimal digits",
        ],
        [
            "a duration without a unit",
            onEndpoint(1, "accept", { timeout: "20" }),
            'timeout: "20" is not a duration; write a number and a unit, such as "90s", "20m" or "1h30m"',
        ],
        [
            "a negative duration",
            onEndpoint(1, "accept", { waitForRequest: "-5m" }),
            'waitForRequest: "-5m" is not a duration',
        ],
        ["an empty reason", onEndpoint(1, "accept", { reason: " " }), "reason must be a text"],
        [
            "an account of another cloud (AWS)",
            onEndpoint(1, "accept", { expectedRequester: "5fc973eea581490997e82ea11a1df31f" }),
            "must be a 12-digit AWS account id",
        ],
        [
            "an account of another cloud (OTC)",
            onVpcep("accept", { expectedRequester: "123456789012" }),
            "must be a domain (account) id, 32 hexadecimal digits",
        ],
        [
            "an account of another cloud (Alibaba)",
            onPeering("accept", { expectedRequester: "12345" }),
            "must be an Alibaba Cloud account id (UID) of 12 to 18 digits",
        ],
        [
            "an account as a number",
            onInbound("accept", { expectedRequester: 123456789012 }),
            "write account ids in quotes",
        ],
        [
            "nobody as requester",
            onEndpoint(1, "accept", { expectedRequester: [] }),
            "expectedRequester is an empty list",
        ],
        [
            "evidence that is no fact",
            onEndpoint(1, "accept", { expectedEvidence: { endpointRegion: 1 } }),
            "expectedEvidence must name facts",
        ],
        [
            "an unknown onDrift",
            onEndpoint(1, "accept", { onDrift: "ignore" }),
            'onDrift "ignore" must be "correct" or "hold"',
        ],
        [
            "an unknown onDelete",
            onEndpoint(1, "accept", { onDelete: "delete" }),
            'onDelete "delete" must be "keep", "reject" or "remove"',
        ],
        [
            "allowRemoval as text",
            onEndpoint(1, "accept", { allowRemoval: "yes" }),
            'allowRemoval "yes" must be true or false',
        ],
    ])("%s", async (_name, args, text) => {
        expect(await refused(args)).toContain(text);
        expect(clouds.simulator.calls).toEqual([]);
    });

    it("is reported all at once", async () => {
        expect(await refused({ connection: { kind: "aws:vpcEndpoint" }, decision: "no", timeout: "x" })).toBe(
            [
                "several arguments are wrong:",
                '  connection.serviceId is missing; it must be "vpce-svc-" and 8 or 17 hexadecimal digits',
                '  connection.endpointId is missing; it must be "vpce-" and 8 or 17 hexadecimal digits',
                '  decision "no" must be "accept" or "reject"',
                '  timeout: "x" is not a duration; write a number and a unit, such as "90s", "20m" or "1h30m"',
            ].join("\n"),
        );
    });

    it.each<[string, Record<string, string>, string]>([
        [
            "maxCuts",
            { "connections:maxCuts": "many" },
            "connections:maxCuts (or CONNECTIONS_MAX_CUTS) must be a whole number",
        ],
        ["probe", { "connections:probe": "1" }, "connections:probe (or CONNECTIONS_PROBE) must be true or false"],
        [
            "an endpoint",
            { "connections:awsEc2Endpoint": "localhost:80" },
            'connections:awsEc2Endpoint "localhost:80" is not a URL',
        ],
        [
            "another scheme",
            { "connections:awsStsEndpoint": "ftp://x" },
            'connections:awsStsEndpoint "ftp://x" is not a URL',
        ],
    ])("in the configuration: %s", async (_name, config, text) => {
        const args = onEndpoint(1, config["connections:maxCuts"] ? "reject" : "accept");
        if (config["connections:maxCuts"]) {
            const { world } = clouds.simulator;
            Object.assign(world.aws?.[0]?.endpointServices?.[0]?.connections?.[0] as object, { state: "available" });
            clouds.simulator.world = world;
        }
        expect(await refused(args, config)).toContain(text);
    });

    it("in an endpoint variable", async () => {
        expect(await refused(onVpcep("accept"), {}, { OTC_VPCEP_ENDPOINT: "nonsense" })).toContain(
            'OTC_VPCEP_ENDPOINT "nonsense" is not a URL',
        );
    });

    it("a missing region says where it was looked for", async () => {
        const without = { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined };
        const before = { ...process.env };
        delete process.env.AWS_REGION;
        delete process.env.AWS_DEFAULT_REGION;
        try {
            const text = await refused(onEndpoint(1, "accept"), {}, without);
            expect(text).toContain("No region for this VPC endpoint connection.");
            expect(text).toContain(
                "tried: connection.region, connections:awsRegion, aws:region, AWS_REGION, AWS_DEFAULT_REGION, the profile's region",
            );
            expect(await refused(onVpcep("accept"), {}, { OS_REGION_NAME: undefined })).toContain(
                "connections:otcRegion, OS_REGION_NAME",
            );
        } finally {
            Object.assign(process.env, before);
        }
        expect(clouds.simulator.calls).toEqual([]);
    });

    it("missing credentials say which chain was tried, per cloud", async () => {
        const before = { ...process.env };
        for (const name of [
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "ALIBABA_CLOUD_ACCESS_KEY_ID",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        ]) {
            delete process.env[name];
        }
        process.env.HOME = "/nonexistent";
        try {
            expect(await refused(onEndpoint(1, "accept"))).toContain(
                "no AWS credentials; tried the SDK's default chain",
            );
            expect(await refused(onPeering("accept"))).toContain(
                "no Alibaba Cloud credentials; tried the default chain",
            );
            const none = { OS_ACCESS_KEY: undefined, OS_SECRET_KEY: undefined };
            expect(await refused(onVpcep("accept"), {}, none)).toContain(
                "tried the environment: OS_ACCESS_KEY, with OS_SECRET_KEY",
            );
        } finally {
            for (const name of Object.keys(before)) {
                process.env[name] = before[name];
            }
        }
        expect(clouds.simulator.calls).toEqual([]);
    });

    it("credentials the cloud does not take are an error of the cloud, with its code", async () => {
        const before = process.env.AWS_ACCESS_KEY_ID;
        process.env.AWS_ACCESS_KEY_ID = "AKIA000000000000";
        try {
            const text = await refused(onEndpoint(1, "accept"));
            expect(text).toContain("give this process working AWS credentials");
            expect(text).toContain("InvalidClientTokenId");
            expect(text).not.toContain("AKIA000000000000");
        } finally {
            process.env.AWS_ACCESS_KEY_ID = before;
        }
    });
});

describe("places", () => {
    it("come from the argument, the provider's config, then the environment", async () => {
        const region = async (args: Wire, config: Record<string, string>) => {
            const s = new TestStack(clouds.simulator, config);
            const { steps, failures } = await s.preview({ a: args });
            return failures.a === undefined
                ? (steps[0]?.inputs.observed as Wire | undefined)?.status
                : /was not found with these credentials/.exec(failures.a)?.[0];
        };
        expect(await region(onEndpoint(1, "accept"), {})).toBe("pending");
        expect(await region(onEndpoint(1, "accept"), { "aws:region": "us-east-1" })).toBe(
            "was not found with these credentials",
        );
        expect(
            await region(onEndpoint(1, "accept"), { "aws:region": "us-east-1", "connections:awsRegion": "eu-west-1" }),
        ).toBe("pending");
        expect(
            await region(
                { ...onEndpoint(1, "accept"), connection: { ...connection, region: "eu-west-1" } },
                { "connections:awsRegion": "us-east-1" },
            ),
        ).toBe("pending");
    });

    it("find the project named like the region where none is stated, and never create one", async () => {
        const s = new TestStack(clouds.simulator, {}, { OS_PROJECT_ID: undefined });
        const { steps } = await s.preview({ a: onVpcep("accept") });
        expect(steps[0]?.inputs.observed).toMatchObject({ status: "pending" });
        expect(clouds.simulator.calls[0]).toMatchObject({ action: "iam:projects:list", outcome: "ok" });
    });

    it("take security tokens (Huawei, OTC), and roles on top of the chain (AWS, Alibaba)", async () => {
        const { world } = clouds.simulator;
        world.aws?.push({
            account: "333333333333",
            region: "eu-west-1",
            endpointServices: structuredClone(world.aws[0]?.endpointServices ?? []),
        });
        world.alibaba?.push({
            account: "555555555555555555",
            vpcPeerConnections: [
                { instanceId: "pcc-0000000000role", status: "Accepting", ownerId: "283117732402483989" },
            ],
        });
        clouds.simulator.world = world;
        const temporary = `HSTA${world.huawei?.[0]?.projectId}`;
        const s = new TestStack(
            clouds.simulator,
            {
                "connections:awsRoleArn": "arn:aws:iam::333333333333:role/owner",
                "connections:alibabaRoleArn": "acs:ram::555555555555555555:role/owner",
            },
            {
                OS_ACCESS_KEY: temporary,
                OS_SECRET_KEY: `secret-of-${temporary}`,
                OS_SECURITY_TOKEN: `session-of-${temporary}`,
            },
        );
        const { steps, failures } = await s.preview({
            a: onEndpoint(1, "accept"),
            b: { connection: { kind: "alibaba:vpcPeering", instanceId: "pcc-0000000000role" }, decision: "accept" },
            c: onVpcep("accept"),
        });
        expect(failures).toEqual({});
        expect(steps.map((step) => (step.inputs.__memory as Wire).account)).toEqual([
            "333333333333",
            "555555555555555555",
            "6e9dfd51d1124e8d8498dce894923a0d",
        ]);
    });
});

describe("account ids and marker ids beyond 2^53", () => {
    it("never go through a JavaScript number", async () => {
        const s = new TestStack(clouds.simulator);
        const { steps, failures } = await s.preview({
            a: onPeering("accept", { expectedRequester: "983117732402483989" }),
            b: onVpcep("accept", { expectedEvidence: { markerId: "422321312321312321" } }),
        });
        expect(failures).toEqual({});
        expect(steps[0]?.inputs).toMatchObject({
            observed: { requester: "983117732402483989" },
            __memory: { account: "283117732402483989" },
        });
        expect(steps[1]?.inputs.observed).toMatchObject({ markerId: "422321312321312321" });
        expect([INBOUND, PEERING]).toHaveLength(2);
    });
});

describe("what a requester wrote", () => {
    it("is one escaped line, cut, and drives no terminal", async () => {
        const { world } = clouds.simulator;
        Object.assign(world.alibaba?.[0]?.vpcPeerConnections?.[0] as object, {
            name: "\u001b[2J\u001b]0;pwned\u0007\nline two\u202e",
            description: "x".repeat(10_000),
        });
        clouds.simulator.world = world;
        const { steps } = await new TestStack(clouds.simulator).preview({ a: onPeering("accept") });
        const { requesterSays } = (steps[0]?.inputs.observed ?? {}) as Wire;
        const says = String(requesterSays);
        expect(says).toHaveLength(200);
        expect(says.startsWith("\\u{1b}[2J\\u{1b}]0;pwned\\u{7}\\u{a}line two\\u{202e}: xxx")).toBe(true);
    });
});
