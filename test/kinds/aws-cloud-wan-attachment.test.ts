import { NetworkManager } from "@aws-sdk/client-networkmanager";
import { describe, expect, it } from "vitest";
import type { Wire } from "../../src/engine/wire";
import { kinds } from "../../src/kinds";
import type { AwsClients } from "../../src/kinds/aws/cloud";
import type { Scope } from "../../src/kinds/kind";
import type { World } from "../../src/simulator/index";
import { ACCOUNT, REQUESTER } from "../support/accounts";
import { useClouds } from "../support/clouds";
import { TestStack } from "../support/engine";
import { KEYS } from "../support/hostile-server";
import { ATTACHMENT, attachmentWorld, CORE_NETWORK } from "./aws-cloud-wan-attachment";

/** What AWS's documents say of Cloud WAN attachments. */
const kind = kinds["aws:cloudWanAttachment"];
const scope: Scope = { key: CORE_NETWORK, title: CORE_NETWORK, at: { coreNetworkId: CORE_NETWORK } };

describe("the API, which is one for a partition", () => {
    /** Where a call would go, and the region of its signature. */
    async function aimOf(environment: Record<string, string>, settings: Record<string, string> = {}) {
        Object.assign(process.env, KEYS);
        delete process.env.AWS_ENDPOINT_URL;
        const home = { AWS_CONFIG_FILE: "/nonexistent", AWS_SHARED_CREDENTIALS_FILE: "/nonexistent" };
        Object.assign(process.env, home, { AWS_REGION: "", AWS_DEFAULT_REGION: "" });
        delete process.env.AWS_REGION;
        delete process.env.AWS_DEFAULT_REGION;
        const clients = kind.cloud.connect({ settings, environment, placement: {} }) as AwsClients;
        const client = await clients.sdk({
            name: "networkmanager",
            load: async (config) => new NetworkManager(config),
        });
        let aim: unknown;
        client.middlewareStack.add(
            () => async (sent) => {
                const { hostname, headers } = sent.request as { hostname: string; headers: Record<string, string> };
                aim = [hostname, headers.authorization?.split("/")[2]];
                throw new Error("far enough");
            },
            { step: "deserialize" },
        );
        await client.listCoreNetworks({}).catch(() => {});
        return aim;
    }

    it.each([
        [{ AWS_REGION: "eu-west-1" }, {}, "us-west-2"],
        [{ AWS_REGION: "us-gov-east-1" }, {}, "us-gov-west-1"],
        [{ AWS_REGION: "eu-west-1" }, { region: "us-gov-west-1" }, "us-gov-west-1"],
        [{}, {}, "us-west-2"],
    ])("is asked with %j and %j in %s", async (environment, settings, region) => {
        expect(await aimOf(environment as Record<string, string>, settings)).toEqual([
            `networkmanager.${region}.amazonaws.com`,
            region,
        ]);
    });
});

describe("what is told of an attachment", () => {
    /** What the client of a newer SDK hands over than the one that is installed. */
    async function told(attachment: object) {
        const answer = { Attachments: [{ AttachmentId: ATTACHMENT, ...attachment }] };
        const clients = {
            region: "",
            account: async () => ACCOUNT,
            sdk: async () => ({ listAttachments: async () => answer }),
        };
        const call = { clients, signal: new AbortController().signal, now: Date.now };
        return (await kind.list(scope, undefined, call)).items[0];
    }

    it("is who asks, who decides, and what its requester says", async () => {
        expect(
            await told({
                CoreNetworkArn: `arn:aws:networkmanager::${ACCOUNT}:core-network/${CORE_NETWORK}`,
                OwnerAccountId: REQUESTER,
                AttachmentType: "DIRECT_CONNECT_GATEWAY",
                State: "PENDING_ATTACHMENT_ACCEPTANCE",
                EdgeLocations: ["us-east-1", "eu-west-1"],
                SegmentName: "dev",
                Tags: [{ Key: "stage", Value: "dev" }],
                CreatedAt: new Date("2022-03-15T19:18:41Z"),
            }),
        ).toEqual({
            id: ATTACHMENT,
            status: "pending",
            cloudStatus: "PENDING_ATTACHMENT_ACCEPTANCE",
            requester: REQUESTER,
            decider: ACCOUNT,
            requestedAt: "2022-03-15T19:18:41.000Z",
            requesterSays: "stage=dev",
            evidence: {
                attachmentType: "DIRECT_CONNECT_GATEWAY",
                edgeLocations: ["us-east-1", "eu-west-1"],
                segment: "dev",
            },
        });
    });

    const again = { State: "PENDING_TAG_ACCEPTANCE", SegmentName: "dev" };
    it.each([
        [
            { ...again, ProposedSegmentChange: { SegmentName: "prod" } },
            { segment: "prod", currentSegment: "dev" },
            '"prod"',
        ],
        [
            { ...again, ProposedNetworkFunctionGroupChange: { NetworkFunctionGroupName: "firewalls" } },
            { networkFunctionGroup: "firewalls", currentSegment: "dev" },
            'network function group "firewalls"',
        ],
        // The SDK does not know the proposal: it must not look as if the attachment stays where it is.
        [again, { currentSegment: "dev" }, "a place that AWS does not tell"],
        [
            { State: "PENDING_ATTACHMENT_ACCEPTANCE", ProposedSegmentChange: { SegmentName: "dev" } },
            { segment: "dev" },
            "",
        ],
        [{ State: "AVAILABLE", SegmentName: "dev" }, { segment: "dev" }, ""],
    ])("%j is evidence of %j", async (attachment, evidence, warned) => {
        const seen = await told(attachment);
        expect(seen?.evidence).toEqual(evidence);
        expect(seen?.warnings?.join() ?? "").toContain(warned);
        expect(seen?.warnings?.length ?? 0).toBe(warned === "" ? 0 : 1);
    });

    it("is why it failed", async () => {
        const seen = await told({ State: "FAILED", LastModificationErrors: [{ Code: "VPC_NOT_FOUND", Message: "m" }] });
        expect(seen).toMatchObject({ status: "failed", warnings: ["AWS says why it failed: VPC_NOT_FOUND: m"] });
    });
});

describe("a decision that comes back", () => {
    const clouds = useClouds({ world: attachmentWorld("AVAILABLE") });
    const declared = (decision: string, more: Wire = {}) => ({
        a: {
            connection: { kind: "aws:cloudWanAttachment", coreNetworkId: CORE_NETWORK, attachmentId: ATTACHMENT },
            decision,
            timeout: "30s",
            ...more,
        },
    });
    const put = (world: World, undocumented: World["undocumented"] = {}) => {
        clouds.simulator.world = { ...world, undocumented };
    };
    const sent = () =>
        clouds.simulator.calls
            .filter(({ action, outcome }) => /Accept|Reject|Delete/.test(action) && outcome === "ok")
            .map(({ action }) => action.slice("networkmanager:".length));
    const only = () => clouds.simulator.world.aws?.[0]?.coreNetworks?.[0]?.attachments?.[0];

    it("is drift with the segment that it leads to, and is accepted again", async () => {
        const stack = new TestStack(clouds.simulator);
        expect((await stack.up(declared("accept"))).failures).toEqual({});
        put(attachmentWorld("PENDING_TAG_ACCEPTANCE"));
        const { steps } = await stack.preview(declared("accept"));
        expect(steps).toMatchObject([
            {
                op: "update",
                inputs: {
                    transition: "accept: pending -> accepted",
                    observed: { segment: "prod", currentSegment: "dev", requesterSays: "stage=prod" },
                    warnings: [expect.stringContaining('from segment "dev" to segment "prod"')],
                },
            },
        ]);
        expect((await stack.up(declared("accept"))).failures).toEqual({});
        expect([sent(), only()?.segmentName]).toEqual([["AcceptAttachment"], "prod"]);
        expect((await stack.preview(declared("accept"))).steps[0]?.op).toBe("same");
    });

    it("is not accepted where it leads to another segment by then than its check has shown", async () => {
        put(attachmentWorld("PENDING_ATTACHMENT_ACCEPTANCE"));
        const moved = () => put(attachmentWorld("PENDING_ATTACHMENT_ACCEPTANCE", { segmentName: "prod" }));
        const { failures } = await new TestStack(clouds.simulator).up(declared("accept"), moved);
        expect(failures.a).toContain("changed since the preview");
        expect([sent(), only()?.state]).toEqual([[], "PENDING_ATTACHMENT_ACCEPTANCE"]);
    });

    it("is not accepted where another segment is expected", async () => {
        const guarded = declared("accept", { expectedEvidence: { segment: "dev" } });
        const stack = new TestStack(clouds.simulator);
        expect((await stack.up(guarded)).failures).toEqual({});
        put(attachmentWorld("PENDING_TAG_ACCEPTANCE"));
        expect((await stack.preview(guarded)).failures.a).toContain("segment is prod");
        put(attachmentWorld("PENDING_TAG_ACCEPTANCE", { proposedSegmentChange: {} }));
        expect((await stack.up(guarded)).failures.a).toContain("segment");
        expect(sent()).toEqual([]);
    });

    it("is rejected as a whole, where a reject does that", async () => {
        put(attachmentWorld("PENDING_TAG_ACCEPTANCE"));
        const stack = new TestStack(clouds.simulator);
        // It works while it waits: that is a cut.
        const { steps } = await stack.preview(declared("reject"));
        expect(steps[0]?.inputs.transition).toBe("reject: pending -> rejected (CUTS a working connection)");
        expect((await stack.up(declared("reject"))).failures).toEqual({});
        expect([sent(), only()?.state]).toEqual([["RejectAttachment"], "REJECTED"]);
    });

    it("is not cut unannounced, where a reject leaves the attachment at work", async () => {
        put(attachmentWorld("PENDING_TAG_ACCEPTANCE"), { wanRejectChange: "stays" });
        const stack = new TestStack(clouds.simulator);
        const removing = declared("reject", { allowRemoval: true });
        expect((await stack.up(removing)).failures.a).toBeDefined();
        expect([sent(), only()?.state]).toEqual([["RejectAttachment"], "AVAILABLE"]);
        const { steps } = await stack.preview(removing);
        expect(steps[0]?.inputs.transition).toContain("CUTS a working connection");
        expect((await stack.up(removing)).failures).toEqual({});
        expect(sent()).toEqual(["RejectAttachment", "DeleteAttachment"]);
    });

    it.each(["PENDING_ATTACHMENT_ACCEPTANCE", "PENDING_TAG_ACCEPTANCE"])(
        "that waits as %s is rejected before it is deleted",
        async (state) => {
            const stack = new TestStack(clouds.simulator);
            const program = declared("accept", { onDelete: "remove" });
            expect((await stack.up(program)).failures).toEqual({});
            put(attachmentWorld(state));
            expect((await stack.destroy()).failures).toEqual({});
            expect(sent()).toEqual(["RejectAttachment", "DeleteAttachment"]);
        },
    );

    it("says that the owner may not delete, where that is so", async () => {
        put(attachmentWorld("AVAILABLE"), { wanOwnerDeletes: "AccessDeniedException" });
        const { failures } = await new TestStack(clouds.simulator).up(declared("reject", { allowRemoval: true }));
        expect(failures.a).toContain("AccessDeniedException");
    });

    it("is judged again where something else is under way", async () => {
        put(attachmentWorld("PENDING_ATTACHMENT_ACCEPTANCE"));
        clouds.simulator.addFaults({
            action: "networkmanager:AcceptAttachment",
            fault: "error",
            status: 409,
            code: "ConflictException",
        });
        expect((await new TestStack(clouds.simulator).up(declared("accept"))).failures).toEqual({});
        expect(sent()).toEqual(["AcceptAttachment"]);
    });

    it.each(["own", "all"] as const)(
        "is of the core network's owner alone, where others see %s",
        async (wanSharedSees) => {
            const world = attachmentWorld("PENDING_ATTACHMENT_ACCEPTANCE");
            put({ aws: [...(world.aws ?? []), { account: REQUESTER, region: "eu-west-1" }] }, { wanSharedSees });
            process.env.AWS_ACCESS_KEY_ID = `AKIA${REQUESTER}`;
            const { failures } = await new TestStack(clouds.simulator).preview(declared("accept"));
            Object.assign(process.env, clouds.simulator.env);
            expect(failures.a).toContain(`${CORE_NETWORK} belongs to AWS account ${ACCOUNT}`);
        },
    );

    describe("to an admission", () => {
        const admit = (rules: Wire[]) => ({
            a: {
                scope: { kind: "aws:cloudWanAttachment", coreNetworkId: CORE_NETWORK },
                rules,
                otherwise: "reject",
                existing: "enforce",
                allowRemoval: true,
            },
        });
        const cutsOwn = admit([{ name: "own", requester: ACCOUNT, verdict: "reject" }]);
        const verdictOf = async (program: ReturnType<typeof admit>) => {
            const { steps } = await new TestStack(clouds.simulator).preview(program);
            return (steps[0]?.inputs.verdicts as Record<string, string> | undefined)?.[ATTACHMENT];
        };

        it("is for review with what it is: at work, and asking again", async () => {
            put(attachmentWorld("PENDING_TAG_ACCEPTANCE"));
            const review = admit([{ name: "known", requester: REQUESTER, verdict: "review" }]);
            expect(await verdictOf(review)).toBe(
                `review: accepted now and asks again (PENDING_TAG_ACCEPTANCE), rule known, requester ${REQUESTER}`,
            );
        });

        it("is one of the owner's own attachments, too, where they wait", async () => {
            put(attachmentWorld("PENDING_ATTACHMENT_ACCEPTANCE", { ownerAccountId: ACCOUNT }));
            expect(await verdictOf(admit([]))).toBe(`reject: pending, no rule, requester ${ACCOUNT}`);
        });

        it("does not cut the owner's own attachments by what holds of everybody, only by a rule that names them", async () => {
            put(attachmentWorld("AVAILABLE", { ownerAccountId: ACCOUNT }));
            expect(await verdictOf(admit([]))).toMatch(/^review: accepted now, made by this account/);
            expect((await new TestStack(clouds.simulator).up(admit([]))).failures).toEqual({});
            expect([sent(), only()?.state]).toEqual([[], "AVAILABLE"]);
            expect(await verdictOf(cutsOwn)).toMatch(/^cut: accepted, rule own/);
        });
    });

    it("is not absent where its core network is not there", async () => {
        put({ aws: [{ account: ACCOUNT, region: "eu-west-1" }] });
        expect((await new TestStack(clouds.simulator).preview(declared("reject"))).failures.a).toContain(CORE_NETWORK);
    });
});
