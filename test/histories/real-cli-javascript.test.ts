import { mkdirSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import {
    ConnectionAdmission,
    type ConnectionAdmissionArgs,
    ConnectionDecision,
    type ConnectionDecisionArgs,
    Provider,
    type ProviderArgs,
} from "pulumi-connection-decision";
import { describe, expect, it } from "vitest";
import { endpoint, REQUESTER, SERVICE, useClouds } from "../support/clouds";
import { failure, realStack } from "../support/pulumi";

/** What went wrong once in JavaScript programs, and without the package. The real CLI and engine. */
const clouds = useClouds();
const OPERATION_MS = 180_000;
const PARTNER = "444455556666";
const onFirst = { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(1) } as const;

describe("unknown arguments", { timeout: OPERATION_MS }, () => {
    const rules: ConnectionAdmissionArgs["rules"] = [{ name: "all", requester: REQUESTER, verdict: "accept" }];
    const scope = { kind: "aws:vpcEndpoint", serviceId: SERVICE } as const;

    it.each<[string, () => void, string]>([
        [
            "of a decision",
            () => {
                const spread = { connection: onFirst, decision: "accept", expectRequester: PARTNER };
                new ConnectionDecision("it", spread as unknown as ConnectionDecisionArgs);
            },
            "did you mean expectedRequester?",
        ],
        [
            "of an admission",
            () => {
                const spread = { scope, rules, excpet: [endpoint(1)] };
                new ConnectionAdmission("it", spread as unknown as ConnectionAdmissionArgs);
            },
            "did you mean except?",
        ],
        [
            "left out altogether",
            () => {
                new ConnectionAdmission("it", undefined as unknown as ConnectionAdmissionArgs);
            },
            "scope must say where connections arrive",
        ],
        ["of a provider", () => new Provider("it", { maxCut: 1 } as ProviderArgs), "did you mean maxCuts?"],
        [
            "of a section of a provider",
            () => new Provider("it", { aws: { regoin: "eu-west-1" } } as ProviderArgs),
            "did you mean region?",
        ],
    ])("%s in JavaScript fail the preview with what was meant", async (_of, declare, hint) => {
        const real = await realStack(clouds.simulator.env);
        const text = await failure(
            real.preview(async () => {
                declare();
            }),
        );
        expect(text).toContain(hint);
        expect(text).not.toMatch(/\n\s+at .*\.js:\d+/);
    });
});

describe("a missing package", { timeout: OPERATION_MS }, () => {
    it("is one sentence with what to install, and to remove resources first", async () => {
        const real = await realStack(clouds.simulator.env);
        await real.up(async () => {
            new ConnectionDecision("it", { connection: onFirst, decision: "accept" });
        });
        const modules = path.join(real.folder, "node_modules");
        rmSync(modules);
        mkdirSync(modules);
        symlinkSync(path.resolve(__dirname, "../../node_modules/@pulumi"), path.join(modules, "@pulumi"));
        const { code, text } = await real.cli("destroy", "--yes", "--stack", "test", "--non-interactive");
        expect(code).not.toBe(0);
        expect(text).toContain("npm install pulumi-connection-decision here; remove its resources before the package");
    });
});
