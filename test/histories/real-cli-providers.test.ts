import { chmodSync, mkdirSync } from "node:fs";
import path from "node:path";
import { ConnectionDecision, type ConnectionDecisionArgs, Provider } from "pulumi-connection-decision";
import { describe, expect, it } from "vitest";
import { endpoint, mutationsOf, REQUESTER, SERVICE, useClouds, worldWith } from "../support/clouds";
import { LONG } from "../support/long-runs";
import { diagnostics, failure, operations, realStack } from "../support/pulumi";

/** What went wrong once between the provider processes of one run: each explicit provider is one. The real CLI and engine. */
const clouds = useClouds();
const OPERATION_MS = 180_000;

function on(n: number, decision: "accept" | "reject", more: Partial<ConnectionDecisionArgs> = {}) {
    return {
        connection: { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(n) },
        decision,
        ...more,
    } as const;
}

function here(name: string): Provider {
    return new Provider(name, { aws: { region: "eu-west-1" } });
}

function states(): (string | undefined)[] {
    return (clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections ?? []).map(({ state }) => state);
}

describe.runIf(LONG)("one run, one ledger", { timeout: OPERATION_MS }, () => {
    it("opposite decisions under two providers are an error that names both", async () => {
        const real = await realStack(clouds.simulator.env);
        const program = async () => {
            new ConnectionDecision("let", on(1, "accept"), { provider: here("one") });
            new ConnectionDecision("cut", on(1, "reject"), { provider: here("two") });
        };
        const text = await failure(real.preview(program));
        expect(text).toContain("two opposite decisions");
        expect(text).toContain("let: accept");
        expect(text).toContain("cut: reject");
        await failure(real.up(program));
        expect(mutationsOf(clouds.simulator).length).toBeLessThanOrEqual(1);
    });

    it("three providers cut no more than maxCuts between them", async () => {
        clouds.simulator.world = worldWith({ endpoints: Array.from({ length: 12 }, () => "available") });
        const real = await realStack(clouds.simulator.env, { "connections:maxCuts": "5" });
        const program = async () => {
            const providers = [here("p0"), here("p1"), here("p2")];
            for (let n = 1; n <= 12; n++) {
                new ConnectionDecision(`cut${n}`, on(n, "reject"), { provider: providers[n % 3] as Provider });
            }
        };
        expect(await failure(real.preview(program))).toContain("would cut more than 5 connections");
        expect(await failure(real.up(program))).toContain("would cut more than 5 connections");
        expect(states().filter((state) => state === "rejected").length).toBeLessThanOrEqual(5);
    });

    it("a rename and an explicit provider in one change keep the connection", async () => {
        const real = await realStack(clouds.simulator.env);
        await real.up(async () => {
            new ConnectionDecision("before", on(1, "accept", { onDelete: "reject" }));
        });
        const change = await real.up(async () => {
            new ConnectionDecision("after", on(1, "accept", { onDelete: "reject" }), { provider: here("one") });
        });
        expect(operations(change)).toEqual({ after: "create", before: "delete" });
        expect(states()).toEqual(["available"]);
        expect(diagnostics(change).join("\n")).toContain("onDelete: reject is skipped: after declares");
    });

    it("where it cannot be reached, an onDelete that acts is refused with what to do, and keep is not", async () => {
        const real = await realStack(clouds.simulator.env);
        // A file where the folder would be: nobody can make it, root included.
        const folder = path.join(real.folder, "tmp");
        mkdirSync(folder);
        const own = path.join(folder, `pulumi-connection-decision-${process.getuid?.()}`);
        mkdirSync(own);
        chmodSync(own, 0o777);
        real.setEnv({ TMPDIR: folder });
        const acting = async () => {
            new ConnectionDecision("it", on(1, "accept", { onDelete: "reject" }));
        };
        const text = await failure(real.up(acting));
        expect(text).toContain('onDelete: "reject" is not possible here');
        expect(text).toContain("what to do: let TMPDIR name a folder");
        expect(mutationsOf(clouds.simulator)).toEqual([]);
        const kept = await real.up(async () => {
            new ConnectionDecision("it", on(1, "accept"));
        });
        expect(states()).toEqual(["available"]);
        expect(diagnostics(kept).join("\n")).toContain("connections:maxCuts are watched in each provider alone");
    });
});

describe.runIf(LONG)("policies of the stack", { timeout: OPERATION_MS }, () => {
    it("hold under explicit providers unless these set them", async () => {
        clouds.simulator.world = worldWith({ endpoints: ["available", "available", "pendingAcceptance"] });
        const real = await realStack(clouds.simulator.env, {
            "connections:maxCuts": "1",
            "connections:requireExpectedRequester": "true",
        });
        const unnamed = await failure(
            real.preview(async () => {
                new ConnectionDecision("it", on(3, "accept"), { provider: here("one") });
            }),
        );
        expect(unnamed).toContain("connections:requireExpectedRequester is set");
        const cuts = (provider: () => Provider) => async () => {
            const shared = provider();
            new ConnectionDecision("one", on(1, "reject"), { provider: shared });
            new ConnectionDecision("two", on(2, "reject"), { provider: shared });
        };
        expect(await failure(real.preview(cuts(() => here("one"))))).toContain("would cut more than 1 connections");
        const own = await real.preview(
            cuts(
                () =>
                    new Provider("own", { aws: { region: "eu-west-1" }, maxCuts: 2, requireExpectedRequester: false }),
            ),
        );
        expect(diagnostics(own)).toContainEqual(expect.stringContaining(`CUTS a working connection of ${REQUESTER}`));
    });
});
