import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { ConnectionDecision, type ConnectionDecisionArgs, Provider } from "pulumi-connection-decision";
import { describe, expect, it, onTestFinished } from "vitest";
import {
    ACCOUNT,
    endpoint,
    INBOUND,
    mutationsOf,
    OTHER_ACCOUNT,
    PEERING,
    REQUESTER,
    SERVICE,
    useClouds,
    VPCEP_ENDPOINT,
    VPCEP_SERVICE,
    worldWith,
} from "../support/clouds";
import { diagnostics, failure, filesBelow, inputsOf, operations, realStack } from "../support/pulumi";

/** The real CLI and engine, the SDK's real provider process, simulated clouds. */
const clouds = useClouds({ settleMs: 200 });

const OPERATION_MS = 120_000;

function onEndpoint(
    n: number,
    decision: "accept" | "reject",
    more: Partial<ConnectionDecisionArgs> = {},
): ConnectionDecisionArgs {
    return { connection: { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(n) }, decision, ...more };
}

function stateOf(n: number) {
    return clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.[n - 1]?.state;
}

function outside(change: (world: ReturnType<typeof worldWith>) => void) {
    const { world } = clouds.simulator;
    change(world);
    clouds.simulator.world = world;
}

function setEndpoint(n: number, state: string) {
    outside((world) => {
        Object.assign(world.aws?.[0]?.endpointServices?.[0]?.connections?.[n - 1] as object, { state });
    });
}

describe("a stack over four systems", { timeout: OPERATION_MS }, () => {
    const program = async () => {
        new ConnectionDecision("ec2", onEndpoint(1, "accept", { expectedRequester: REQUESTER }));
        new ConnectionDecision("search", {
            connection: { kind: "aws:openSearchInbound", connectionId: INBOUND },
            decision: "reject",
        });
        new ConnectionDecision("peering", {
            connection: { kind: "alibaba:vpcPeering", instanceId: PEERING },
            decision: "accept",
        });
        const reporting = new ConnectionDecision("vpcep", {
            connection: { kind: "otc:vpcEndpoint", serviceId: VPCEP_SERVICE, endpointId: VPCEP_ENDPOINT },
            decision: "accept",
        });
        return { requester: reporting.observed.apply((o) => o.requester), status: reporting.status };
    };

    it("is previewed, applied, converged, seen drifting, healed, refreshed and destroyed", async () => {
        const real = await realStack(clouds.simulator.env);
        const preview = await real.preview(program);
        expect(operations(preview)).toEqual({ ec2: "create", search: "create", peering: "create", vpcep: "create" });
        expect(inputsOf(preview, "ec2")).toMatchObject({
            observed: { requester: REQUESTER },
            transition: "accept: pending -> accepted",
        });
        expect(diagnostics(preview).filter((line) => line.includes(" ec2: "))).toEqual([
            `info ec2: ec2: accept ${REQUESTER} (expected): pending -> accepted`,
        ]);
        const detailed = await real.preview(program, { diff: true });
        expect(detailed.text).toContain(`transition       : "accept: pending -> accepted"`);
        expect(detailed.text).toMatch(new RegExp(`requester {5}: "${REQUESTER}"`));
        expect(mutationsOf(clouds.simulator)).toEqual([]);

        await real.up(program);
        expect(stateOf(1)).toBe("available");
        expect(await real.stack.outputs()).toMatchObject({ status: { value: "accepted" } });

        const converged = await real.preview(program, { expectNoChanges: true });
        expect(operations(converged)).toEqual({ ec2: "same", search: "same", peering: "same", vpcep: "same" });

        setEndpoint(1, "rejected");
        const drifted = await real.preview(program, { diff: true });
        expect(operations(drifted)).toMatchObject({ ec2: "update", vpcep: "same" });
        expect(drifted.text).toMatch(/status *: "accepted" => \[unknown\]/);
        expect(drifted.text).toContain("accept: rejected -> accepted (undocumented: tried, the cloud may refuse)");
        await expect(real.preview(program, { expectNoChanges: true })).rejects.toThrow();

        await real.up(program);
        expect(stateOf(1)).toBe("available");
        const refreshed = await real.refresh();
        expect(operations(refreshed)).toEqual({ ec2: "same", search: "same", peering: "same", vpcep: "same" });
        expect(refreshed.text).toContain("unchanged");
        await real.preview(program, { expectNoChanges: true });

        clouds.simulator.clearCalls();
        await real.destroy(program);
        expect(mutationsOf(clouds.simulator)).toEqual([]);
        expect(stateOf(1)).toBe("available");
    });

    it("shows drift in refresh, and preview --refresh agrees with preview", async () => {
        const real = await realStack(clouds.simulator.env);
        await real.up(program);
        setEndpoint(1, "rejected");
        const preview = await real.preview(program, { refresh: true });
        expect(operations(preview).ec2).toBe("update");
        const refreshed = await real.refresh();
        expect(refreshed.text).toContain("1 updated");
        expect(operations(await real.preview(program)).ec2).toBe("update");
        await real.up(program, { refresh: true });
        expect(stateOf(1)).toBe("available");
        await real.preview(program, { expectNoChanges: true });
    });
});

describe("what is refused", { timeout: OPERATION_MS }, () => {
    it("is printed with its facts, without a stack trace, and without sending", async () => {
        const real = await realStack(clouds.simulator.env);
        const text = await failure(
            real.preview(async () => {
                new ConnectionDecision("analytics", onEndpoint(1, "accept", { expectedRequester: "999988887777" }));
            }),
        );
        expect(text).toContain(
            "resource 'analytics' has a problem: Will not accept: the requester is 111122223333, expected 999988887777.",
        );
        expect(text).toContain(
            "  what to do: find out who asks; correct the declaration only if this is the request you mean",
        );
        expect(text).not.toMatch(/\n\s+at .*\.js:\d+/);
        expect(mutationsOf(clouds.simulator)).toEqual([]);
    });

    it("includes opts.import, which creation makes needless", async () => {
        const real = await realStack(clouds.simulator.env);
        const printed = await failure(
            real.preview(async () => {
                new ConnectionDecision("x", onEndpoint(1, "accept"), { import: "x" });
            }),
        );
        expect(printed).toContain("opts.import is not possible and not needed");
        expect(printed).not.toMatch(/\n\s+at .*\.js:\d+/);
    });

    it("by the cloud in up is one resource only; the rest is done with --continue-on-error", async () => {
        clouds.simulator.world = worldWith({
            endpoints: ["rejected", "pendingAcceptance"],
            undocumented: { ec2AcceptRejected: "unsuccessful" },
        });
        const real = await realStack(clouds.simulator.env);
        const text = await failure(
            real.up(
                async () => {
                    new ConnectionDecision("late", onEndpoint(1, "accept"));
                    new ConnectionDecision("fine", onEndpoint(2, "accept"));
                },
                { continueOnError: true },
            ),
        );
        expect(text).toContain("Cannot accept: the cloud refused.");
        expect(text).not.toMatch(/\n\s+at .*\.js:\d+/);
        expect(stateOf(2)).toBe("available");
    });
});

describe("update plans", { timeout: OPERATION_MS }, () => {
    const program = async () => {
        new ConnectionDecision("a", onEndpoint(1, "accept"));
    };

    it("refuse what moved since the preview, and apply otherwise, also with other credentials", async () => {
        const real = await realStack(clouds.simulator.env);
        const plan = path.join(real.folder, "plan.json");
        await real.preview(program, { plan });
        setEndpoint(1, "rejected");
        expect(await failure(real.up(program, { plan }))).toContain("violates plan");
        expect(mutationsOf(clouds.simulator)).toEqual([]);

        setEndpoint(1, "pendingAcceptance");
        outside((world) => {
            Object.assign(world.aws?.[0] as object, {
                principals: [{ accessKeyId: "AKIAREVIEWER", denied: ["ec2:AcceptVpcEndpointConnections"] }],
            });
        });
        real.setEnv({ AWS_ACCESS_KEY_ID: "AKIAREVIEWER" });
        await real.preview(program, { plan });
        real.setEnv({ AWS_ACCESS_KEY_ID: `AKIA${ACCOUNT}` });
        await real.up(program, { plan });
        expect(stateOf(1)).toBe("available");
    });
});

describe("a connection under onDelete: reject", { timeout: OPERATION_MS }, () => {
    const named = (name: string) => async () => {
        new ConnectionDecision(name, onEndpoint(1, "accept", { onDelete: "reject" }));
    };

    it("survives a rename", async () => {
        const real = await realStack(clouds.simulator.env);
        await real.up(named("before"));
        const renamed = await real.up(named("after"));
        expect(operations(renamed)).toEqual({ after: "create", before: "delete" });
        expect(renamed.text).toContain("onDelete: reject is skipped");
        expect(stateOf(1)).toBe("available");
    });

    it("survives up --replace and state taint", async () => {
        const real = await realStack(clouds.simulator.env);
        await real.up(named("a"));
        const urn = (await real.stack.exportStack()).deployment.resources.find((r: { type: string }) =>
            r.type.includes("ConnectionDecision"),
        ).urn;
        await real.up(named("a"), { replace: [urn] });
        expect(stateOf(1)).toBe("available");
        expect((await real.cli("state", "taint", urn, "--yes", "--stack", "test")).code).toBe(0);
        await real.up(named("a"));
        expect(stateOf(1)).toBe("available");
        expect(mutationsOf(clouds.simulator)).toHaveLength(1);
    });

    it("is rejected when the resource is removed, and by destroy", async () => {
        const real = await realStack(clouds.simulator.env);
        await real.up(named("a"));
        await real.up(async () => {});
        expect(stateOf(1)).toBe("rejected");
    });
});

describe("a decision that does not settle in time", { timeout: OPERATION_MS }, () => {
    const program = async () => {
        new ConnectionDecision("slow", onEndpoint(1, "accept", { onDelete: "reject" }), {
            customTimeouts: { create: "1s" },
        });
    };

    it("is recorded, survives refresh and destroy, and leaves the cloud as declared", async () => {
        const { startSimulator } = await import("../../src/simulator/index");
        const slow = await startSimulator({ world: worldWith({}), settleMs: 3_600_000 });
        try {
            const real = await realStack(slow.env);
            const text = await failure(real.up(program));
            expect(text).toContain("accept is not settled after");
            expect(text).toContain("run `pulumi up` again to go on waiting");
            await real.refresh();
            slow.advance(3_600_000);
            await real.up(program);
            expect(await real.state()).toContain('"status": "accepted"');
            expect(slow.calls.filter((call) => call.action === "ec2:AcceptVpcEndpointConnections")).toHaveLength(1);

            slow.world = worldWith({});
            const again = await realStack(slow.env);
            await failure(again.up(program));
            await again.refresh();
            slow.advance(3_600_000);
            await again.destroy();
            expect(slow.world.aws?.[0]?.endpointServices?.[0]?.connections?.[0]?.state).toBe("rejected");
        } finally {
            await slow.close();
        }
    });
});

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

describe("preview of what is not known yet, targets, and get", { timeout: OPERATION_MS }, () => {
    it("handles ids that this run creates", async () => {
        const real = await realStack(clouds.simulator.env);
        const preview = await real.preview(async () => {
            const first = new ConnectionDecision("first", onEndpoint(1, "accept"));
            new ConnectionDecision("second", {
                connection: { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: first.connectionId },
                decision: "accept",
            });
        });
        expect(operations(preview)).toEqual({ first: "create", second: "create" });
        expect(diagnostics(preview)).toContain(
            "info second: second: what happens is only known in `up`: the connection or the decision is not known yet",
        );
    });

    it("acts on targets only", async () => {
        clouds.simulator.world = worldWith({ endpoints: ["pendingAcceptance", "pendingAcceptance"] });
        const real = await realStack(clouds.simulator.env);
        await real.up(
            async () => {
                new ConnectionDecision("a", onEndpoint(1, "accept"));
                new ConnectionDecision("b", onEndpoint(2, "accept"));
            },
            { target: ["urn:pulumi:test::decisions::pulumi-nodejs:dynamic/connection:ConnectionDecision::a"] },
        );
        expect([stateOf(1), stateOf(2)]).toEqual(["available", "pendingAcceptance"]);
    });

    it("looks at a connection by its id alone", async () => {
        const real = await realStack(clouds.simulator.env);
        await real.up(async () => {
            const looked = ConnectionDecision.get("look", `aws:vpcEndpoint/eu-west-1/${SERVICE}/${endpoint(1)}`);
            return { status: looked.status, requester: looked.requester };
        });
        expect(await real.stack.outputs()).toMatchObject({
            status: { value: "pending" },
            requester: { value: REQUESTER },
        });
        expect(mutationsOf(clouds.simulator)).toEqual([]);
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
        const state = await real.state();
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
        await real.stack.setConfig("connections:awsProfile", { value: "stranger" });
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
