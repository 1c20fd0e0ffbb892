import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ConnectionDecision, Provider } from "pulumi-connection-decision";
import { describe, expect, it, onTestFinished } from "vitest";
import {
    ACCOUNT,
    endpoint,
    INBOUND,
    OTHER_ACCOUNT,
    PEERING,
    REQUESTER,
    useClouds,
    VPCEP_ENDPOINT,
    VPCEP_SERVICE,
    worldWith,
} from "../support/clouds";
import { diagnostics, failure, filesBelow, inputsOf, realStack } from "../support/pulumi";
import { endpointsOf, OPERATION_MS, onEndpoint } from "../support/real-decisions";

/** The real CLI and engine, the SDK's real provider process, simulated clouds: accounts, warnings of unchanged resources, what the state holds. */
const clouds = useClouds({ settleMs: 200 });
const { outside, stateOf } = endpointsOf(clouds);

describe("two accounts", { timeout: OPERATION_MS }, () => {
    it("are two providers with roles of their own; children of a component inherit theirs", async () => {
        outside((world) => {
            Object.assign(world.aws?.[1] as object, {
                endpointServices: [
                    {
                        serviceId: "vpce-svc-0aaaaaaaaaaaaaaaa",
                        connections: [{ vpcEndpointId: endpoint(7), owner: REQUESTER, state: "pendingAcceptance" }],
                    },
                ],
            });
        });
        const real = await realStack(clouds.simulator.env);
        const preview = await real.preview(async () => {
            new ConnectionDecision("here", onEndpoint(1, "accept"));
            const other = new Provider("other", {
                aws: { region: "eu-west-1", roleArn: `arn:aws:iam::${OTHER_ACCOUNT}:role/owner` },
            });
            const parent = new pulumi.ComponentResource("test:index:Component", "parent", {}, { providers: [other] });
            new ConnectionDecision(
                "there",
                {
                    connection: {
                        kind: "aws:vpcEndpoint",
                        serviceId: "vpce-svc-0aaaaaaaaaaaaaaaa",
                        endpointId: endpoint(7),
                    },
                    decision: "reject",
                },
                { parent },
            );
        });
        expect(inputsOf(preview, "here").__memory).toMatchObject({ account: ACCOUNT });
        expect(inputsOf(preview, "there")).toMatchObject({
            transition: "reject: pending -> rejected",
            __memory: { account: OTHER_ACCOUNT },
        });
    });

    it("are not mixed up: credentials of another account are an error that names both", async () => {
        const program = async () => {
            new ConnectionDecision("a", onEndpoint(1, "accept"));
        };
        const real = await realStack(clouds.simulator.env);
        await real.up(program);
        real.setEnv({ AWS_ACCESS_KEY_ID: `AKIA${OTHER_ACCOUNT}` });
        expect(await failure(real.preview(program))).toContain(
            `This decision belongs to AWS account ${ACCOUNT}; the credentials now belong to ${OTHER_ACCOUNT}.`,
        );
    });
});

describe("unchanged resources", { timeout: OPERATION_MS }, () => {
    it("repeat their warnings, and gone connections are one warning per service", async () => {
        clouds.simulator.world = worldWith({
            endpoints: ["pendingAcceptance", "pendingAcceptance", "pendingAcceptance"],
            acceptanceRequired: false,
        });
        const program = async () => {
            for (const n of [1, 2]) {
                new ConnectionDecision(`gone${n}`, onEndpoint(n, "accept"));
            }
            new ConnectionDecision("open", onEndpoint(3, "reject"));
        };
        const real = await realStack(clouds.simulator.env);
        await real.up(program);
        outside((world) => {
            world.aws?.[0]?.endpointServices?.[0]?.connections?.splice(0, 2);
        });
        await real.up(program);
        const again = await real.preview(program, { expectNoChanges: true });
        const warnings = diagnostics(again).filter((line) => line.startsWith("warning"));
        expect(warnings).toEqual(
            expect.arrayContaining([
                expect.stringContaining("warning open: endpoint service"),
                expect.stringMatching(/aws:vpcEndpoint\/eu-west-1\/vpce-svc-\w+: 2 decided connections are gone/),
            ]),
        );
        expect(warnings).toHaveLength(2);
    });
});

describe("the state", { timeout: OPERATION_MS }, () => {
    it("holds no credential, keeps secret reasons secret, and takes at most 3 kB a decision", async () => {
        const real = await realStack(clouds.simulator.env);
        const canaries = {
            AWS_SESSION_TOKEN: "CANARY-AWS-TOKEN",
            AWS_SECRET_ACCESS_KEY: "CANARY-AWS-SECRET",
            ALIBABA_CLOUD_ACCESS_KEY_SECRET: "CANARY-ALIBABA-SECRET",
            ALIBABA_CLOUD_SECURITY_TOKEN: "CANARY-ALIBABA-TOKEN",
            HUAWEICLOUD_SDK_SECURITY_TOKEN: "CANARY-HUAWEI-TOKEN",
            OS_SECURITY_TOKEN: "CANARY-OTC-TOKEN",
        };
        const grpc = path.join(real.folder, "grpc.json");
        real.setEnv({ ...canaries, PULUMI_DEBUG_GRPC: grpc });
        const plan = path.join(real.folder, "plan.json");
        const program = (reporting: string) => async () => {
            new ConnectionDecision(
                "ec2",
                onEndpoint(1, "accept", { reason: pulumi.secret("CANARY-REASON"), expectedRequester: REQUESTER }),
            );
            new ConnectionDecision("search", {
                connection: { kind: "aws:openSearchInbound", connectionId: INBOUND },
                decision: "accept",
            });
            new ConnectionDecision("peering", {
                connection: { kind: "alibaba:vpcPeering", instanceId: PEERING },
                decision: "accept",
            });
            new ConnectionDecision("vpcep", {
                connection: { kind: "otc:vpcEndpoint", serviceId: VPCEP_SERVICE, endpointId: VPCEP_ENDPOINT },
                decision: "accept",
                expectedRequester: reporting,
            });
        };
        const right = program("5fc973eea581490997e82ea11a1df31f");
        const loud = { logToStdErr: true, logVerbosity: 11, logFlow: true } as never;
        const printed = [
            (await real.preview(right, { plan })).text,
            (await real.up(right, loud)).text,
            (await real.refresh()).text,
            await failure(real.preview(program("00000000000000000000000000000000"), loud)),
        ];
        clouds.simulator.addFaults({ fault: "expired", times: 100 });
        printed.push(await failure(real.preview(right, loud)));
        clouds.simulator.clearFaults();
        const state = real.state();
        const files = filesBelow(real.folder).filter((file) => !file.includes("/home/"));
        const written = files.map((file) => ({ file, content: readFileSync(file, "utf8") }));
        expect(files).toContain(grpc);
        for (const canary of [...Object.values(canaries), "secret-of-", "Signature="]) {
            expect(written.filter(({ content }) => content.includes(canary)).map(({ file }) => file)).toEqual([]);
            expect(printed.filter((text) => text.includes(canary))).toEqual([]);
        }
        // The engine's own gRPC log has plain values of secret arguments; files that are kept have none.
        const kept = written
            .filter(({ file }) => file !== grpc)
            .filter(({ content }) => content.includes("CANARY-REASON"));
        expect(kept.map(({ file }) => file)).toEqual([]);

        const decisions = JSON.parse(state).checkpoint.latest.resources.filter((r: { type: string }) =>
            r.type.includes("ConnectionDecision"),
        );
        expect(decisions).toHaveLength(4);
        for (const decision of decisions) {
            expect(JSON.stringify(decision).length).toBeLessThan(3_000);
        }
    });

    it("has nothing of the profile that leads to a role, nor do errors and logs: no key, no external id", async () => {
        const folder = mkdtempSync(path.join(tmpdir(), "connection-decision-profile-"));
        onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
        const role = (profile: string, account: string) =>
            `[profile ${profile}]\nrole_arn = arn:aws:iam::${account}:role/owner\nsource_profile = base\nexternal_id = CANARY-EXTERNAL-ID\n`;
        writeFileSync(
            path.join(folder, "config"),
            `${role("owner", ACCOUNT)}${role("stranger", "666677778888")}[profile base]\naws_access_key_id = AKIA${ACCOUNT}\naws_secret_access_key = secret-of-AKIA${ACCOUNT}\n`,
        );
        const real = await realStack(clouds.simulator.env, { "connections:awsProfile": "owner" });
        const grpc = path.join(real.folder, "grpc.json");
        real.setEnv({ AWS_CONFIG_FILE: path.join(folder, "config"), PULUMI_DEBUG_GRPC: grpc });
        const loud = { logToStdErr: true, logVerbosity: 11, logFlow: true } as never;
        const program = async () => {
            new ConnectionDecision("ec2", onEndpoint(1, "accept", { expectedRequester: REQUESTER }));
        };
        const printed = [(await real.up(program, loud)).text];
        expect(clouds.simulator.calls.map(({ action }) => action)).toContain("sts:AssumeRole");
        expect(stateOf(1)).toBe("available");
        real.setConfig({ "connections:awsProfile": "stranger" });
        const refused = await real.preview(program, loud).catch((error: { text: string }) => error);
        expect(refused.text).toContain("AccessDenied");
        printed.push(refused.text);

        const files = filesBelow(real.folder).filter((file) => !file.includes("/home/"));
        expect(files).toContain(grpc);
        for (const canary of ["CANARY-EXTERNAL-ID", "secret-of-", "session-of-", "Signature="]) {
            expect(files.filter((file) => readFileSync(file, "utf8").includes(canary))).toEqual([]);
            expect(printed.filter((text) => text.includes(canary))).toEqual([]);
        }
    });
});
