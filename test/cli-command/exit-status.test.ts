import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { CREDENTIAL_VARIABLES } from "../../src/inbox/credentials";
import { kinds } from "../../src/kinds";
import { useClouds, VPCEP_SERVICE, worldWith } from "../support/clouds";
import { runBin } from "./bin";

/** What `list` ends with, as a process: a green night means that everything was read. */
const clouds = useClouds();

/** The environment of the simulated clouds, without what matches. */
function without(pattern: RegExp): Record<string, string> {
    return Object.fromEntries(Object.entries(clouds.simulator.env).filter(([name]) => !pattern.test(name)));
}

const quiet = worldWith({ endpoints: [], inbound: "ACTIVE", peering: "Activated", vpcep: "accepted" });

describe("list --fail-if-pending", () => {
    it("ends 0 where everything was read and nothing is pending, and names what was read", async () => {
        clouds.simulator.world = quiet;
        const { status, out, err } = await runBin(["list", "--fail-if-pending"], clouds.simulator.env);
        expect(status, err).toBe(0);
        expect(out).toMatch(/^Nothing is pending in alibaba:.*, aws:openSearchInbound in eu-west-1, .*aws:vpc/);
        expect(err).toMatch(/^Read \d+ places; 1 skipped: azure:privateEndpointConnection/);
    });

    it("ends 3 where something is pending and everything was read", async () => {
        const { status, err } = await runBin(["list", "--fail-if-pending"], clouds.simulator.env);
        expect([status, err]).toEqual([3, expect.stringContaining("5 requests pending.")]);
        expect(err).not.toContain("no all-clear");
    });

    it("ends 4 and prints no all-clear where nothing is set up", async () => {
        const { status, out, err } = await runBin(["list", "--fail-if-pending"], {});
        expect([status, out]).toEqual([4, ""]);
        expect(err).toMatch(/^Read 0 places; \d+ skipped: .*\(no credentials, no region\); .*\(no credentials\)\./);
        expect(err).toContain(`; ${Object.keys(kinds).length} skipped: `);
        expect(err).toContain("No place was read");
    });

    it("ends 4 where a place fails, whatever is pending elsewhere, and says both", async () => {
        clouds.simulator.addFaults({ action: "vpcep:epservices:list", fault: "error", status: 400, times: 50 });
        const { status, out, err } = await runBin(["list", "--fail-if-pending"], clouds.simulator.env);
        expect(status).toBe(4);
        expect(out).toContain("vpce-");
        expect(err).toMatch(/^NOT READ huawei:vpcEndpoint in eu-de: vpcep:epservices:list: /m);
        expect(err).toContain("3 requests pending.");
        expect(err).toContain("Not everything was read: this is no all-clear.");
    });

    it("ends 4 where a listing fails after its scope was found", async () => {
        clouds.simulator.world = quiet;
        clouds.simulator.addFaults({ action: "vpcep:connections:list", fault: "error", status: 400, times: 50 });
        const { status, out, err } = await runBin(["list", "--fail-if-pending"], clouds.simulator.env);
        expect(status).toBe(4);
        expect(out).not.toContain("otc");
        expect(err).toContain(`NOT READ otc:vpcEndpoint in eu-de, ${VPCEP_SERVICE}: `);
    });

    it.each(["vpce-svc-0fffffffffffffff9", "vpce-svc-0nothing"])(
        "ends 4 for the scope %s, which is nowhere",
        async (scope) => {
            const { status, out, err } = await runBin(
                ["list", "--fail-if-pending", "--scope", scope],
                clouds.simulator.env,
            );
            expect([status, out]).toEqual([4, ""]);
            expect(err).toContain(`NOT READ --scope ${scope}: not found`);
        },
    );

    it("ends at once where the account cannot be read", async () => {
        const started = Date.now();
        const { status } = await runBin(["list", "--kind", "otc:vpcEndpoint"], { OS_REGION_NAME: "eu-de" });
        expect(status).toBe(4);
        expect(Date.now() - started).toBeLessThan(15_000);
    });

    it("reads one scope and no other cloud where one is chosen", async () => {
        const { status, err } = await runBin(
            ["list", "--fail-if-pending", "--scope", VPCEP_SERVICE],
            without(/^(AWS|ALIBABA)/),
        );
        expect([status, err]).toEqual([3, expect.stringMatching(/^Read 2 places: huawei:.*, otc:.*\.$/m)]);
    });
});

describe("skipped or failed", () => {
    it("skips a cloud without credentials and without region, and still ends 0", async () => {
        clouds.simulator.world = quiet;
        const { status, err } = await runBin(["list", "--fail-if-pending"], without(/^(AWS|HUAWEI|OS)/));
        expect([status, err]).toEqual([
            0,
            expect.stringMatching(
                /^Read 2 places; \d+ skipped: aws:.*\(no credentials\); aws \(\d kinds\).*\(no credentials, no region\)/,
            ),
        ]);
    });

    it.each([
        ["a region and no credentials", /^(HUAWEICLOUD_SDK_[AS]K)/, "no Huawei Cloud credentials"],
        [
            "credentials and no region",
            /^HUAWEICLOUD_SDK_REGION/,
            "no region; use --region huawei=REGION, or set HUAWEI",
        ],
        ["half of the credentials", /^HUAWEICLOUD_SDK_(SK|REGION)/, "no region; use --region huawei=REGION"],
    ])("%s is a failure", async (_name, pattern, text) => {
        clouds.simulator.world = quiet;
        const { status, err } = await runBin(["list", "--fail-if-pending"], without(pattern));
        expect(status, err).toBe(4);
        expect(err).toMatch(/^NOT READ huawei:vpcEndpoint/m);
        expect(err).toContain(text);
    });

    it.each([
        ["expired", { action: "ec2:DescribeVpcEndpointServiceConfigurations", fault: "expired" as const, times: 50 }],
        ["refused", { action: "ec2:DescribeVpcEndpointServiceConfigurations", fault: "clockSkew" as const, times: 50 }],
    ])("credentials that are %s are a failure", async (_name, fault) => {
        clouds.simulator.world = quiet;
        clouds.simulator.addFaults(fault);
        const { status, err } = await runBin(["list", "--fail-if-pending"], clouds.simulator.env);
        expect([status, err]).toEqual([
            4,
            expect.stringMatching(/^NOT READ aws:vpcEndpoint in eu-west-1: .*; check the AWS credentials$/m),
        ]);
    });

    it("a profile that is not there is a failure", async () => {
        clouds.simulator.world = quiet;
        const { status, err } = await runBin(["list"], {
            ...without(/^AWS_(ACCESS|SECRET|REGION|DEF)/),
            AWS_PROFILE: "x",
        });
        expect([status, err]).toEqual([
            4,
            expect.stringContaining("NOT READ aws:vpcEndpoint: no region; use --region"),
        ]);
    });

    it("credentials in a file and no region are a failure", async () => {
        const file = path.join(mkdtempSync(path.join(tmpdir(), "connection-decision-")), "credentials");
        onTestFinished(() => rmSync(path.dirname(file), { recursive: true, force: true }));
        writeFileSync(file, "[default]\naws_access_key_id = AKIA123456789012\naws_secret_access_key = secret\n");
        clouds.simulator.world = quiet;
        const environment = { ...without(/^AWS_(ACCESS|SECRET|REGION|DEF)/), AWS_SHARED_CREDENTIALS_FILE: file };
        const { status, err } = await runBin(["list"], environment);
        expect(status).toBe(4);
        expect(err).toMatch(/^NOT READ aws:vpcEndpoint: no region; use --region aws=REGION, or set AWS_REGION or /m);
    });

    it("every cloud has its variables for credentials", () => {
        const clouds = new Set(Object.values(kinds).map(({ cloud }) => cloud.name));
        expect(Object.keys(CREDENTIAL_VARIABLES).sort()).toEqual([...clouds].sort());
    });

    it("a cloud chosen by name is never skipped", async () => {
        const { status, out, err } = await runBin(["list", "--kind", "otc:vpcEndpoint"], {});
        expect([status, out]).toEqual([4, ""]);
        expect(err).toContain("NOT READ otc:vpcEndpoint: no region; use --region otc=REGION, or set OS_REGION_NAME");
    });
});

describe("advice", () => {
    it("names what this command reads, not the configuration of a stack", async () => {
        const { err } = await runBin(["list", "--kind", "otc:vpcEndpoint"], {
            ...clouds.simulator.env,
            OTC_VPCEP_ENDPOINT: "http://example.com",
        });
        expect(err).toContain("or set CONNECTIONS_ALLOW_PLAIN_HTTP to true");
        expect(err).not.toContain("connections:");
    });
});

describe("--region", () => {
    it("ends 4 for a region where nothing could be read", async () => {
        const { status, err } = await runBin(["list", "--region", "otc=eu-nl"], without(/^OS_/));
        expect([status, err]).toEqual([4, expect.stringMatching(/^NOT READ otc:vpcEndpoint in eu-nl: /m)]);
    });

    it("is for one cloud with its name in front; the others keep their own", async () => {
        const { err } = await runBin(["list", "--region", "aws=us-east-1"], clouds.simulator.env);
        expect(err).toMatch(/aws in us-east-1 \(\d kinds\)/);
        expect(err).toMatch(/huawei:vpcEndpoint in eu-de/);
    });

    it.each([
        [["--region", "mars"], "--region mars must be an AWS region"],
        [["--region", "azure=westeurope"], "the cloud must be one of aws, alibaba, huawei, otc"],
        [["--region", "eu-west-1", "--kind", "alibaba:vpcPeering"], "the chosen kinds have no regions"],
    ])("%j is wrong usage", async (argv, text) => {
        const { status, err } = await runBin(["list", ...argv], clouds.simulator.env);
        expect([status, err]).toEqual([2, expect.stringContaining(text)]);
        expect(clouds.simulator.calls).toEqual([]);
    });
});
