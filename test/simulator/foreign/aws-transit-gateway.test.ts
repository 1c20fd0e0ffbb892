import { describe, expect, it } from "vitest";
import type { World } from "../../../src/simulator/index";
import { clientsAvailable } from "../../../tools/vendor-clients/install.mjs";
import { ACCOUNT, OTHER_ACCOUNT, REQUESTER } from "../../support/clouds";
import { coded, useForeign } from "./clients";

const HOUR = 3_600_000;
const GATEWAY = "tgw-00000000000000001";
const AUTO = "tgw-00000000000000002";
const ONE = "tgw-attach-00000000000000001";
const ACTIVE = "tgw-attach-00000000000000002";
/** Of one account and Region: the two sides have an id each. */
const ASKING = "tgw-attach-0000000000000000a";
const ASKED = "tgw-attach-0000000000000000b";
/** Of another account in us-east-1. */
const FOREIGN = "tgw-attach-0000000000000000c";
const NOT_FOUND = "InvalidTransitGatewayAttachmentID.NotFound";

/** Attachments of both types; the first of each in that state. */
function gatewayWorld(state: string, undocumented: World["undocumented"] = {}): World {
    const attachment = (id: string, one: string, vpcOwnerId: string) => ({
        transitGatewayAttachmentId: id,
        state: one,
        vpcId: `vpc-${id.slice(-1)}`,
        vpcOwnerId,
        creationTime: "2026-01-02T03:04:05.000Z",
    });
    const vpcAttachments = [attachment(ONE, state, REQUESTER), attachment(ACTIVE, "available", OTHER_ACCOUNT)];
    return {
        aws: [
            {
                account: ACCOUNT,
                region: "eu-west-1",
                transitGateways: [
                    { transitGatewayId: GATEWAY, vpcAttachments },
                    { transitGatewayId: AUTO, autoAcceptSharedAttachments: "enable" },
                ],
                transitGatewayPeeringAttachments: [
                    {
                        transitGatewayAttachmentId: ASKING,
                        accepterTransitGatewayAttachmentId: ASKED,
                        state,
                        requester: { transitGatewayId: AUTO },
                        accepter: { transitGatewayId: GATEWAY },
                    },
                    {
                        transitGatewayAttachmentId: FOREIGN,
                        state: "pendingAcceptance",
                        requester: { transitGatewayId: "tgw-0f", ownerId: REQUESTER, region: "us-east-1" },
                        accepter: { transitGatewayId: GATEWAY },
                    },
                ],
                principals: [{ accessKeyId: "AKIAREADER", denied: ["ec2:AcceptTransitGatewayVpcAttachment"] }],
            },
            { account: REQUESTER, region: "eu-west-1" },
            { account: OTHER_ACCOUNT, region: "eu-west-1" },
        ],
        undocumented,
    };
}

const PENDING = "pendingAcceptance";
const TYPES = [
    { type: "vpc", first: ONE },
    { type: "peering", first: ASKED },
] as const;

describe.skipIf(!clientsAvailable)("Transit gateways, by boto3", () => {
    const foreign = useForeign("aws", () => gatewayWorld(PENDING));

    type Verb = "accept" | "reject" | "delete";
    const call = (operation: string, args: object, more: object = {}) => ({
        do: "call",
        service: "ec2",
        operation,
        args,
        ...more,
    });
    const decided = (verb: Verb, type: "vpc" | "peering", id: string, more: object = {}) =>
        call(`${verb}_transit_gateway_${type}_attachment`, { TransitGatewayAttachmentId: id }, more);
    /** The listing of a type, or of all types. */
    const described = (type: "vpc_" | "peering_" | "", args: object = {}, more: object = {}) =>
        call(`describe_transit_gateway_${type}attachments`, args, more);
    const list = async (...asked: Parameters<typeof described>) =>
        Object.values(await foreign.clients.run<Record<string, Record<string, unknown>[]>>(described(...asked)))[0] ??
        [];
    const found = async (...asked: Parameters<typeof described>) =>
        (await list(...asked)).map((one) => one.TransitGatewayAttachmentId);
    const by = (Name: string, ...Values: string[]) => ({ Filters: [{ Name, Values }] });
    const asRequester = { account: REQUESTER };
    const elsewhere = { account: REQUESTER, region: "us-east-1" };

    it("shows gateways to their owner and to those whom they are shared with", async () => {
        const seen = async (args: object, more: object = {}) =>
            (
                await foreign.clients.run<{ TransitGateways: Record<string, unknown>[] }>(
                    call("describe_transit_gateways", args, more),
                )
            ).TransitGateways;
        expect(await seen({ TransitGatewayIds: [AUTO] })).toMatchObject([
            { TransitGatewayId: AUTO, OwnerId: ACCOUNT, Options: { AutoAcceptSharedAttachments: "enable" } },
        ]);
        expect(await seen(by("options.auto-accept-shared-attachments", "disable"))).toHaveLength(1);
        expect(await seen({}, asRequester)).toMatchObject([{ TransitGatewayId: GATEWAY, OwnerId: ACCOUNT }]);
        expect(await seen(by("owner-id", REQUESTER), asRequester)).toEqual([]);
        const unknown = call("describe_transit_gateways", { TransitGatewayIds: [AUTO] }, asRequester);
        expect(coded(await foreign.clients.refusal(unknown))).toEqual(["InvalidTransitGatewayID.NotFound", 400]);
    });

    it("lists attachments of every type, each side its own", async () => {
        expect(await found("")).toEqual([ONE, ACTIVE, ASKED, ASKING, FOREIGN]);
        expect(await found("", {}, asRequester)).toEqual([ONE]);
        expect(await found("", {}, elsewhere)).toEqual([FOREIGN]);
        expect(await found("", by("resource-type", "vpc"))).toEqual([ONE, ACTIVE]);
        expect(await found("", by("resource-owner-id", REQUESTER))).toEqual([ONE, FOREIGN]);
        expect(await found("", by("transit-gateway-id", AUTO))).toEqual([ASKING]);
        expect((await list("", by("transit-gateway-attachment-id", ONE), asRequester))[0]).toMatchObject({
            TransitGatewayOwnerId: ACCOUNT,
            ResourceOwnerId: REQUESTER,
            ResourceType: "vpc",
            ResourceId: "vpc-1",
            State: PENDING,
        });
    });

    it("lists each type, filtered as documented, in pages, and fails as a whole on an unknown id", async () => {
        expect(await found("vpc_", by("vpc-id", "vpc-1"))).toEqual([ONE]);
        expect(await found("vpc_", by("state", "available"))).toEqual([ACTIVE]);
        expect(await found("peering_", by("remote-owner-id", REQUESTER))).toEqual([FOREIGN]);
        expect(await found("peering_", by("local-owner-id", REQUESTER), elsewhere)).toEqual([FOREIGN]);
        const pages = await foreign.clients.run<object[]>(described("vpc_", {}, { pages: 5 }));
        expect(pages).toHaveLength(1);
        const unknown = described("vpc_", { TransitGatewayAttachmentIds: [ONE, "tgw-attach-0f"] });
        expect(coded(await foreign.clients.refusal(unknown))).toEqual([NOT_FOUND, 400]);
        expect(coded(await foreign.clients.refusal(described("vpc_", by("x", "y"))))).toEqual(["InvalidFilter", 400]);
    });

    it("tells both sides of a peering the accepter's id, or neither where the switch says so", async () => {
        const told = async () =>
            (await list("peering_", by("transit-gateway-attachment-id", ASKING, ASKED))).map(
                (one) => one.AccepterTransitGatewayAttachmentId,
            );
        expect(await told()).toEqual([ASKED, ASKED]);
        foreign.simulator.world = gatewayWorld(PENDING, { ec2TgwAccepterId: "untold" });
        expect(await told()).toEqual([undefined, undefined]);
    });

    describe.each(TYPES)("a $type attachment", ({ type, first }) => {
        const state = async () =>
            (await list(`${type}_`, by("transit-gateway-attachment-id", first)))[0]?.State as string | undefined;
        const answered = async (verb: Verb) => {
            const answer = await foreign.clients.run<Record<string, { State: string }>>(decided(verb, type, first));
            return Object.values(answer)[0]?.State;
        };

        it.each([
            ["accept", "pending", "available"],
            ["reject", "rejecting", "rejected"],
            ["delete", "deleting", "deleted"],
        ] as const)("%s: %s, then %s", async (verb, now, later) => {
            foreign.simulator.settleMs = 60_000;
            expect(await answered(verb)).toBe(now);
            foreign.simulator.advance(60_000);
            expect(await state()).toBe(later);
        });

        it.each(["initiatingRequest", "pending", "available", "rejecting", "rejected", "failed", "deleting"])(
            "that is %s can be neither accepted nor rejected",
            async (word) => {
                foreign.simulator.world = gatewayWorld(word);
                for (const verb of ["accept", "reject"] as const) {
                    expect(coded(await foreign.clients.refusal(decided(verb, type, first)))).toEqual([
                        "IncorrectState",
                        400,
                    ]);
                }
                expect(await state()).toBe(word);
            },
        );

        it.each(["pending", "modifying", "rollingBack", "rejected", "failed", "deleting", "deleted"])(
            "that is %s cannot be deleted, unless a switch says so",
            async (word) => {
                foreign.simulator.world = gatewayWorld(word);
                expect(coded(await foreign.clients.refusal(decided("delete", type, first)))).toEqual([
                    "IncorrectState",
                    400,
                ]);
                foreign.simulator.world = gatewayWorld(word, {
                    ec2TgwDeleteModifying: "deletes",
                    ec2TgwDeleteAgain: "nothing",
                });
                const modifying = ["modifying", "rollingBack"].includes(word);
                if (modifying || word.startsWith("delet")) {
                    expect(await answered("delete")).toMatch(modifying ? /^delet/ : word);
                }
            },
        );

        it("is shown for 2 hours after it ended", async () => {
            await foreign.clients.run(decided("reject", type, first));
            foreign.simulator.advance(2 * HOUR - 1_000);
            expect(await state()).toBe("rejected");
            foreign.simulator.advance(1_000);
            expect(await state()).toBeUndefined();
            expect(coded(await foreign.clients.refusal(decided("reject", type, first)))).toEqual([NOT_FOUND, 400]);
        });

        it("is left as it is by a dry run, and pending for ever", async () => {
            const dryRun = decided("accept", type, first, { raw: { DryRun: "true" } });
            expect(coded(await foreign.clients.refusal(dryRun))).toEqual(["DryRunOperation", 412]);
            foreign.simulator.advance(365 * 24 * HOUR);
            expect(await state()).toBe(PENDING);
        });
    });

    it("a VPC attachment is not decided by the VPC's owner, who may delete it", async () => {
        const own = decided("accept", "vpc", ONE, asRequester);
        expect(coded(await foreign.clients.refusal(own))).toEqual(["OperationNotPermitted", 400]);
        expect(coded(await foreign.clients.refusal(decided("accept", "vpc", ACTIVE, asRequester)))).toEqual([
            NOT_FOUND,
            400,
        ]);
        foreign.simulator.world = gatewayWorld(PENDING, { ec2TgwRequesterDecides: NOT_FOUND });
        expect(coded(await foreign.clients.refusal(own))).toEqual([NOT_FOUND, 400]);
        const denied = decided("accept", "vpc", ONE, { key: "AKIAREADER" });
        expect(coded(await foreign.clients.refusal(denied))).toEqual(["UnauthorizedOperation", 403]);
        await foreign.clients.run(decided("delete", "vpc", ONE, asRequester));
        expect(await found("vpc_", by("state", "deleted"))).toEqual([ONE]);
    });

    it("a peering is decided by the accepter's attachment in its Region, and deleted by either side", async () => {
        for (const wrong of [decided("accept", "peering", ASKING), decided("reject", "peering", FOREIGN, elsewhere)]) {
            expect(await foreign.clients.refusal(wrong)).toMatchObject({
                code: "InvalidParameterValue",
                text: expect.stringMatching(
                    /^Cannot (accept|reject) tgw-attach-\w+ as the source of the peering request/,
                ),
            });
        }
        expect(coded(await foreign.clients.refusal(decided("accept", "peering", FOREIGN, asRequester)))).toEqual([
            NOT_FOUND,
            400,
        ]);
        await foreign.clients.run(decided("accept", "peering", FOREIGN));
        await foreign.clients.run(decided("delete", "peering", FOREIGN, elsewhere));
        expect(await found("peering_", by("state", "deleted"))).toEqual([FOREIGN]);
        foreign.simulator.advance(2 * HOUR);
        expect(await found("peering_", by("state", "deleted"))).toEqual([]);
        foreign.simulator.world = gatewayWorld("deleted", { ec2TgwPeeringEnded: "stays" });
        foreign.simulator.advance(2 * HOUR);
        expect(await found("peering_", by("state", "deleted"))).toEqual([ASKED, ASKING]);
    });
});
