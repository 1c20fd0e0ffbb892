import { describe, expect, it } from "vitest";
import type { World } from "../../../src/simulator/index";
import { clientsAvailable } from "../../../tools/vendor-clients/install.mjs";
import { ATTACHMENT, attachmentWorld, CORE_NETWORK } from "../../kinds/aws-cloud-wan-attachment";
import { ACCOUNT, OTHER_ACCOUNT, REQUESTER } from "../../support/accounts";
import { coded, useForeign } from "./clients";

const GATEWAY = "attachment-00000000000000002";

/** The attachment of another account, one of the owner's own, and accounts that the core network is shared with. */
function wanWorld(state: string, undocumented: World["undocumented"] = {}): World {
    const world = attachmentWorld(state, { createdAt: "2022-03-11T17:48:58Z" });
    const [region] = world.aws ?? [];
    region?.coreNetworks?.[0]?.attachments?.push({
        attachmentId: GATEWAY,
        state: "AVAILABLE",
        attachmentType: "DIRECT_CONNECT_GATEWAY",
        edgeLocations: ["us-east-1", "eu-west-1"],
    });
    Object.assign(region ?? {}, {
        principals: [{ accessKeyId: "AKIAREADER", denied: ["networkmanager:AcceptAttachment"] }],
    });
    const others = [REQUESTER, OTHER_ACCOUNT].map((account) => ({ account, region: "eu-west-1" }));
    return { aws: [...(world.aws ?? []), ...others], undocumented };
}

describe.skipIf(!clientsAvailable)("AWS Network Manager, by boto3 and the AWS CLI", () => {
    const foreign = useForeign("aws", () => wanWorld("PENDING_ATTACHMENT_ACCEPTANCE"), "aws_cli");

    const call = (operation: string, args: object = {}, more: object = {}) => ({
        do: "call",
        service: "networkmanager",
        operation,
        args,
        ...more,
    });
    const decided = (verb: "accept" | "reject" | "delete", more: object = {}, id = ATTACHMENT) =>
        call(`${verb}_attachment`, { AttachmentId: id }, more);
    const list = async (args: object = {}, more: object = {}) =>
        (await foreign.clients.run<{ Attachments: Record<string, unknown>[] }>(call("list_attachments", args, more)))
            .Attachments;
    const found = async (args: object = {}, more: object = {}) =>
        (await list(args, more)).map(({ AttachmentId }) => AttachmentId);
    const only = async () => (await list())[0];
    const asRequester = { account: REQUESTER };

    it.each([
        [{}, [ATTACHMENT, GATEWAY]],
        [{ CoreNetworkId: CORE_NETWORK, State: "AVAILABLE" }, [GATEWAY]],
        [{ AttachmentType: "VPC" }, [ATTACHMENT]],
        [{ EdgeLocation: "eu-west-1" }, [GATEWAY]],
        [{ CoreNetworkId: "core-network-00000000" }, []],
    ])("lists attachments by %j", async (args, ids) => {
        expect(await found(args)).toEqual(ids);
    });

    it("pages, and takes no strange page", async () => {
        const pages = await foreign.clients.run<{ Attachments: object[] }[]>(
            call("list_attachments", {}, { pages: 1 }),
        );
        expect(pages.map(({ Attachments }) => Attachments.length)).toEqual([1, 1]);
        const strange = [{ MaxResults: 501 }, { MaxResults: 0 }, { NextToken: "x" }];
        for (const args of strange) {
            expect(coded(await foreign.clients.refusal(call("list_attachments", args)))).toEqual([
                "ValidationException",
                400,
            ]);
        }
    });

    it("shows an attachment as the CLI's examples do, and the change that waits", async () => {
        foreign.simulator.world = wanWorld("PENDING_TAG_ACCEPTANCE");
        expect(await only()).toEqual({
            CoreNetworkId: CORE_NETWORK,
            CoreNetworkArn: `arn:aws:networkmanager::${ACCOUNT}:core-network/${CORE_NETWORK}`,
            AttachmentId: ATTACHMENT,
            OwnerAccountId: REQUESTER,
            AttachmentType: "VPC",
            State: "PENDING_TAG_ACCEPTANCE",
            EdgeLocation: "us-east-1",
            ResourceArn: `arn:aws:ec2:us-east-1:${REQUESTER}:vpc/vpc-a7c4bbda`,
            SegmentName: "dev",
            Tags: [{ Key: "stage", Value: "dev" }],
            ProposedSegmentChange: { SegmentName: "prod", Tags: [{ Key: "stage", Value: "prod" }] },
            CreatedAt: expect.stringContaining("2022-03-11"),
            UpdatedAt: expect.stringContaining("2022-03-11"),
        });
    });

    it("shows core networks to their owner and to those they are shared with", async () => {
        const networks = async (account: string) =>
            (await foreign.clients.run<{ CoreNetworks: object[] }>(call("list_core_networks", {}, { account })))
                .CoreNetworks;
        const one = { CoreNetworkId: CORE_NETWORK, OwnerAccountId: ACCOUNT, State: "AVAILABLE" };
        expect(await networks(ACCOUNT)).toMatchObject([one]);
        expect(await networks(REQUESTER)).toMatchObject([one]);
        expect(await networks(OTHER_ACCOUNT)).toEqual([]);
    });

    it("shows who shares a core network its own attachments, or all where the switch says so", async () => {
        expect(await found({}, asRequester)).toEqual([ATTACHMENT]);
        foreign.simulator.world = wanWorld("AVAILABLE", { wanSharedSees: "all" });
        expect(await found({}, asRequester)).toEqual([ATTACHMENT, GATEWAY]);
        expect(await found({}, { account: OTHER_ACCOUNT })).toEqual([]);
    });

    it.each([
        ["accept", "PENDING_ATTACHMENT_ACCEPTANCE", "CREATING", "AVAILABLE", "dev"],
        ["accept", "PENDING_TAG_ACCEPTANCE", "PENDING_NETWORK_UPDATE", "AVAILABLE", "prod"],
        ["reject", "PENDING_ATTACHMENT_ACCEPTANCE", "REJECTED", "REJECTED", "dev"],
        ["reject", "PENDING_TAG_ACCEPTANCE", "REJECTED", "REJECTED", "dev"],
    ] as const)("%s of %s: %s, then %s in segment %s", async (verb, state, now, later, segment) => {
        foreign.simulator.world = wanWorld(state);
        foreign.simulator.settleMs = 60_000;
        expect(await foreign.clients.run(decided(verb))).toMatchObject({
            Attachment: { State: now, SegmentName: segment },
        });
        foreign.simulator.advance(60_000);
        const seen = await only();
        expect(seen).toMatchObject({ State: later, SegmentName: segment });
        expect(seen).not.toHaveProperty("ProposedSegmentChange");
    });

    it("deletes what does not wait", async () => {
        expect(coded(await foreign.clients.refusal(decided("delete")))).toEqual(["ValidationException", 400]);
        await foreign.clients.run(decided("reject"));
        expect(await foreign.clients.run(decided("delete", asRequester))).toMatchObject({
            Attachment: { AttachmentId: ATTACHMENT },
        });
        expect(await found()).toEqual([GATEWAY]);
        expect(coded(await foreign.clients.refusal(decided("delete")))).toEqual(["ResourceNotFoundException", 404]);
    });

    it.each([
        ["another state", decided("accept", {}, GATEWAY), ["ValidationException", 400]],
        ["the requester", decided("accept", asRequester), ["AccessDeniedException", 403]],
        ["a stranger", decided("reject", { account: OTHER_ACCOUNT }), ["ResourceNotFoundException", 404]],
        ["a missing permission", decided("accept", { key: "AKIAREADER" }), ["AccessDeniedException", 403]],
        ["an unsigned request", decided("accept", { unsigned: true }), ["MissingAuthenticationTokenException", 403]],
        [
            "an operation that is not there",
            call("get_core_network", { CoreNetworkId: CORE_NETWORK }),
            ["UnknownOperationException", 404],
        ],
    ])("refuses a call of %s", async (_what, asked, error) => {
        expect(coded(await foreign.clients.refusal(asked))).toEqual(error);
    });

    it.each([
        ["wanRejectChange", "stays", "PENDING_TAG_ACCEPTANCE", "reject", "AVAILABLE"],
        ["wanAcceptRejected", "accepts", "REJECTED", "accept", "AVAILABLE"],
        ["wanAcceptRejected", "refuses", "REJECTED", "accept", "ValidationException"],
        ["wanOwnerDeletes", "AccessDeniedException", "AVAILABLE", "delete", "AccessDeniedException"],
        ["wanWrongState", "ConflictException", "AVAILABLE", "accept", "ConflictException"],
    ] as const)("where %s is %s, %s and %s: %s", async (name, word, state, verb, outcome) => {
        foreign.simulator.world = wanWorld(state, { [name]: word });
        if (outcome.endsWith("Exception")) {
            expect((await foreign.clients.refusal(decided(verb))).code).toBe(outcome);
            expect(await only()).toMatchObject({ State: state });
        } else {
            await foreign.clients.run(decided(verb));
            expect(await only()).toMatchObject({ State: outcome, SegmentName: "dev" });
        }
    });

    it("is driven by the AWS CLI", async () => {
        const words = ["networkmanager", "accept-attachment", "--attachment-id", ATTACHMENT];
        expect(await foreign.shell.run({ arguments: words })).toMatchObject({
            status: 0,
            output: { Attachment: { AttachmentId: ATTACHMENT } },
        });
        expect(await only()).toMatchObject({ State: "AVAILABLE" });
    });
});
