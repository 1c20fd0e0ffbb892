import { describe, expect, it } from "vitest";
import type { World } from "../../../src/simulator/index";
import { clientsAvailable } from "../../../tools/vendor-clients/install.mjs";
import { ACCOUNT, OTHER_ACCOUNT, REQUESTER } from "../../support/clouds";
import { coded, useForeign } from "./clients";

type Peering = NonNullable<NonNullable<World["aws"]>[number]["vpcPeeringConnections"]>[number];

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Of two accounts in one Region. */
const ONE = "pcx-00000000000000001";
const ACTIVE = "pcx-00000000000000002";
/** Of one account in two Regions: asked in us-east-1, to be accepted in eu-west-1. */
const REGIONAL = "pcx-00000000000000003";

function peering(vpcPeeringConnectionId: string, status: string, more: Partial<Peering> = {}): Peering {
    return {
        vpcPeeringConnectionId,
        status,
        requester: { ownerId: REQUESTER, vpcId: "vpc-0a", cidrs: ["10.1.0.0/16", "10.2.0.0/16"] },
        accepter: { vpcId: "vpc-0b", cidrs: ["10.9.0.0/16"], ipv6Cidrs: ["2001:db8::/56"] },
        ...more,
    };
}

function peeringWorld(peerings: Peering[], undocumented: World["undocumented"] = {}): World {
    return {
        aws: [
            {
                account: ACCOUNT,
                region: "eu-west-1",
                vpcPeeringConnections: peerings,
                principals: [{ accessKeyId: "AKIAREADER", denied: ["ec2:AcceptVpcPeeringConnection"] }],
            },
            { account: REQUESTER, region: "eu-west-1" },
            { account: OTHER_ACCOUNT, region: "eu-west-1" },
        ],
        undocumented,
    };
}

function threePeerings(): Peering[] {
    return [
        peering(ONE, "pending-acceptance", { tags: { team: "ledger" }, expirationTime: "2030-01-01T00:00:00.000Z" }),
        peering(ACTIVE, "active", { requester: { ownerId: OTHER_ACCOUNT, vpcId: "vpc-0c", cidrs: ["10.3.0.0/16"] } }),
        peering(REGIONAL, "pending-acceptance", { requester: { vpcId: "vpc-0d", region: "us-east-1" } }),
    ];
}

describe.skipIf(!clientsAvailable)("VPC peering, by boto3 and the AWS CLI", () => {
    const foreign = useForeign("aws", () => peeringWorld(threePeerings()), "aws_cli");

    type Verb = "accept" | "reject" | "delete";
    const call = (operation: string, args: object, more: object = {}) => ({
        do: "call",
        service: "ec2",
        operation,
        args,
        ...more,
    });
    const described = (args: object = {}, more: object = {}) => call("describe_vpc_peering_connections", args, more);
    const decided = (verb: Verb, id: string, more: object = {}) =>
        call(`${verb}_vpc_peering_connection`, { VpcPeeringConnectionId: id }, more);
    const list = async (args: object = {}, more: object = {}) =>
        (await foreign.clients.run<{ VpcPeeringConnections: Record<string, unknown>[] }>(described(args, more)))
            .VpcPeeringConnections;
    const found = async (args: object = {}, more: object = {}) =>
        (await list(args, more)).map((one) => one.VpcPeeringConnectionId);
    const statuses = () => foreign.simulator.world.aws?.[0]?.vpcPeeringConnections?.map(({ status }) => status);
    const asRequester = { account: REQUESTER };

    describe("DescribeVpcPeeringConnections", () => {
        it.each([
            ["accepter-vpc-info.cidr-block", "10.9.0.0/16", [ONE, ACTIVE, REGIONAL]],
            ["accepter-vpc-info.owner-id", ACCOUNT, [ONE, ACTIVE, REGIONAL]],
            ["accepter-vpc-info.vpc-id", "vpc-0z", []],
            ["requester-vpc-info.cidr-block", "10.2.0.0/16", [ONE]],
            ["requester-vpc-info.owner-id", ACCOUNT, [REGIONAL]],
            ["requester-vpc-info.vpc-id", "vpc-0c", [ACTIVE]],
            ["expiration-time", "2030-01-01T00:00:00.000Z", [ONE]],
            ["status-code", "active", [ACTIVE]],
            ["status-message", `Pending Acceptance by ${ACCOUNT}`, [ONE, REGIONAL]],
            ["vpc-peering-connection-id", REGIONAL, [REGIONAL]],
            ["tag:team", "ledger", [ONE]],
            ["tag-key", "team", [ONE]],
        ])("filters by %s=%s", async (name, value, ids) => {
            expect(await found({ Filters: [{ Name: name, Values: [value, "nothing"] }] })).toEqual(ids);
        });

        it("refuses a filter that it does not know", async () => {
            const Filters = [{ Name: "accepter-vpc-info.region", Values: ["x"] }];
            expect(coded(await foreign.clients.refusal(described({ Filters })))).toEqual(["InvalidFilter", 400]);
        });

        it("finds by ids, and fails as a whole where one is unknown or malformed", async () => {
            expect(await found({ VpcPeeringConnectionIds: [REGIONAL, ONE] })).toEqual([REGIONAL, ONE]);
            const unknown = { VpcPeeringConnectionIds: [ONE, "pcx-0000000000000000f"] };
            expect(await foreign.clients.refusal(described(unknown))).toMatchObject({
                code: "InvalidVpcPeeringConnectionID.NotFound",
                status: 400,
                text: "The vpcPeeringConnection ID 'pcx-0000000000000000f' does not exist",
            });
            const malformed = { VpcPeeringConnectionIds: ["vpc-0a"] };
            expect(coded(await foreign.clients.refusal(described(malformed)))).toEqual([
                "InvalidVpcPeeringConnectionId.Malformed",
                400,
            ]);
        });

        it("pages, by boto3's paginator and the CLI's", async () => {
            const many = Array.from({ length: 12 }, (_, i) => peering(`pcx-${i}`, "active"));
            foreign.simulator.world = peeringWorld(many);
            const pages = await foreign.clients.run<{ VpcPeeringConnections: object[] }[]>(described({}, { pages: 5 }));
            expect(pages.map((page) => page.VpcPeeringConnections.length)).toEqual([5, 5, 2]);
            const words = ["ec2", "describe-vpc-peering-connections", "--page-size", "5"];
            const { output } = await foreign.shell.run<{ output: { VpcPeeringConnections: object[] } }>({
                arguments: words,
            });
            expect(output.VpcPeeringConnections).toHaveLength(12);
        });

        it("shows a pending request as the CLI's examples do", async () => {
            expect((await list())[0]).toEqual({
                VpcPeeringConnectionId: ONE,
                Status: { Code: "pending-acceptance", Message: `Pending Acceptance by ${ACCOUNT}` },
                ExpirationTime: expect.stringContaining("2030-01-01"),
                RequesterVpcInfo: {
                    OwnerId: REQUESTER,
                    VpcId: "vpc-0a",
                    Region: "eu-west-1",
                    CidrBlock: "10.1.0.0/16",
                    CidrBlockSet: [{ CidrBlock: "10.1.0.0/16" }, { CidrBlock: "10.2.0.0/16" }],
                },
                AccepterVpcInfo: { OwnerId: ACCOUNT, VpcId: "vpc-0b", Region: "eu-west-1" },
                Tags: [{ Key: "team", Value: "ledger" }],
            });
        });

        it("shows an active one with both sides' blocks and no expiration", async () => {
            const [active] = await list({ VpcPeeringConnectionIds: [ACTIVE] });
            expect(active).toMatchObject({
                Status: { Code: "active", Message: "Active" },
                AccepterVpcInfo: { CidrBlock: "10.9.0.0/16", Ipv6CidrBlockSet: [{ Ipv6CidrBlock: "2001:db8::/56" }] },
                Tags: [],
            });
            expect(active).not.toHaveProperty("ExpirationTime");
        });

        it("shows the blocks of active ones only where the switch says so", async () => {
            foreign.simulator.world = peeringWorld(threePeerings(), { ec2PeeringCidrs: "activeOnly" });
            const blocks = (await list()).map((one) => (one.RequesterVpcInfo as { CidrBlock?: string }).CidrBlock);
            expect(blocks).toEqual([undefined, "10.3.0.0/16", undefined]);
        });

        it("shows each side its own, and the tags to theirs only", async () => {
            const [seen, ...others] = await list({}, asRequester);
            expect([seen?.VpcPeeringConnectionId, seen?.Tags, others]).toEqual([ONE, [], []]);
            expect(await found({}, { region: "us-east-1" })).toEqual([REGIONAL]);
            expect(await found({}, { account: OTHER_ACCOUNT })).toEqual([ACTIVE]);
            const stranger = described({ VpcPeeringConnectionIds: [ACTIVE] }, asRequester);
            expect((await foreign.clients.refusal(stranger)).code).toBe("InvalidVpcPeeringConnectionID.NotFound");
        });

        it("does not find a new one at first", async () => {
            const visibleFrom = new Date(Date.now() + HOUR).toISOString();
            foreign.simulator.world = peeringWorld([peering(ONE, "pending-acceptance", { visibleFrom })]);
            const byId = described({ VpcPeeringConnectionIds: [ONE] });
            expect((await foreign.clients.refusal(byId)).code).toBe("InvalidVpcPeeringConnectionID.NotFound");
            expect((await foreign.clients.refusal(decided("accept", ONE))).code).toBe(
                "InvalidVpcPeeringConnectionID.NotFound",
            );
            expect(await found()).toEqual([]);
            foreign.simulator.advance(HOUR);
            expect(await found({ VpcPeeringConnectionIds: [ONE] })).toEqual([ONE]);
        });
    });

    describe("decisions", () => {
        it("accept through provisioning to active", async () => {
            foreign.simulator.settleMs = 60_000;
            const { VpcPeeringConnection } = await foreign.clients.run(decided("accept", ONE));
            expect(VpcPeeringConnection).toMatchObject({
                VpcPeeringConnectionId: ONE,
                Status: { Code: "provisioning", Message: "Provisioning" },
                AccepterVpcInfo: { CidrBlock: "10.9.0.0/16" },
            });
            foreign.simulator.advance(60_000);
            expect((await list({}, asRequester))[0]).toMatchObject({ Status: { Code: "active", Message: "Active" } });
        });

        it("reject and delete through the CLI, what boto3 then reads", async () => {
            const run = (verb: Verb, id: string) =>
                foreign.shell.run({
                    arguments: ["ec2", `${verb}-vpc-peering-connection`, "--vpc-peering-connection-id", id],
                });
            expect(await run("reject", ONE)).toMatchObject({ status: 0, output: { Return: true } });
            expect(await run("delete", ACTIVE)).toMatchObject({ status: 0, output: { Return: true } });
            const codes = (await list()).map((one) => (one.Status as { Code: string }).Code);
            expect(codes).toEqual(["rejected", "deleted", "pending-acceptance"]);
        });

        it("of the requester delete its pending request; between Regions by way of deleting", async () => {
            foreign.simulator.settleMs = 60_000;
            expect(await foreign.clients.run(decided("delete", ONE, asRequester))).toEqual({ Return: true });
            expect(await foreign.clients.run(decided("delete", REGIONAL, { region: "us-east-1" }))).toEqual({
                Return: true,
            });
            expect(statuses()).toEqual(["deleted", "active", "deleting"]);
            foreign.simulator.advance(60_000);
            expect(statuses()).toEqual(["deleted", "active", "deleted"]);
        });

        it.each(["accept", "reject", "delete"] as const)("%s in a dry run changes nothing", async (verb) => {
            const dryRun = { raw: { DryRun: "true" } };
            expect(coded(await foreign.clients.refusal(decided(verb, ONE, dryRun)))).toEqual(["DryRunOperation", 412]);
            expect(statuses()?.[0]).toBe("pending-acceptance");
        });

        const STATES = ["initiating-request", "provisioning", "rejected", "expired", "deleting", "deleted"];
        it.each([
            ...[...STATES, "active"].flatMap((status) => [
                ["accept", status, "provisioning"] as const,
                ["reject", status, "rejected"] as const,
            ]),
            ...STATES.map((status) => ["delete", status, "deleting"] as const),
        ])("%s of one that is %s is refused", async (verb, status, target) => {
            foreign.simulator.world = peeringWorld([peering(ONE, status)]);
            expect(await foreign.clients.refusal(decided(verb, ONE))).toMatchObject({
                code: "InvalidStateTransition",
                status: 400,
                text: `Invalid state transition for ${ONE}, attempted to transition from ${status} to ${target}`,
            });
            expect(statuses()).toEqual([status]);
        });

        it("of a failed one refuse its requester, and do not know it for its accepter", async () => {
            foreign.simulator.world = peeringWorld([peering(ONE, "failed", { statusMessage: "overlapping" })]);
            expect((await list({}, asRequester))[0]?.Status).toEqual({ Code: "failed", Message: "overlapping" });
            const refused = await foreign.clients.refusal(decided("delete", ONE, asRequester));
            expect([refused.code, refused.text]).toEqual([
                "InvalidStateTransition",
                expect.stringContaining("from failed to deleting"),
            ]);
            expect((await foreign.clients.refusal(decided("accept", ONE))).code).toBe(
                "InvalidVpcPeeringConnectionID.NotFound",
            );
        });

        it.each(["accept", "reject"] as const)("%s: only the accepter may, in its Region", async (verb) => {
            expect(await foreign.clients.refusal(decided(verb, ONE, asRequester))).toMatchObject({
                code: "OperationNotPermitted",
                text: `User ${REQUESTER} cannot ${verb} peering ${ONE}`,
            });
            expect(await foreign.clients.refusal(decided(verb, REGIONAL, { region: "us-east-1" }))).toMatchObject({
                code: "OperationNotPermitted",
                text: expect.stringMatching(/^Incorrect region \(us-east-1\) .* in region eu-west-1$/),
            });
            const elsewhere = decided(verb, ONE, { region: "ap-south-1" });
            expect((await foreign.clients.refusal(elsewhere)).code).toBe("OperationNotPermitted");
            const ec2PeeringOtherRegion = "InvalidVpcPeeringConnectionID.NotFound";
            foreign.simulator.world = peeringWorld(threePeerings(), { ec2PeeringOtherRegion });
            expect((await foreign.clients.refusal(elsewhere)).code).toBe(ec2PeeringOtherRegion);
            const stranger = decided(verb, ONE, { account: OTHER_ACCOUNT });
            expect((await foreign.clients.refusal(stranger)).code).toBe("InvalidVpcPeeringConnectionID.NotFound");
            expect(statuses()).toEqual(["pending-acceptance", "active", "pending-acceptance"]);
        });

        it("of an accepter do not delete a pending request, unless the switch says so", async () => {
            expect(coded(await foreign.clients.refusal(decided("delete", ONE)))).toEqual([
                "OperationNotPermitted",
                400,
            ]);
            foreign.simulator.world = peeringWorld(threePeerings(), { ec2PeeringAccepterDeletes: "deletes" });
            expect(await foreign.clients.run(decided("delete", ONE))).toEqual({ Return: true });
        });

        it("delete what is deleted where the switch says so", async () => {
            const gone = [peering(ONE, "deleted"), peering(ACTIVE, "deleting")];
            foreign.simulator.world = peeringWorld(gone, { ec2PeeringDeleteAgain: "nothing" });
            expect(await foreign.clients.run(decided("delete", ONE))).toEqual({ Return: true });
            expect(await foreign.clients.run(decided("delete", ACTIVE))).toEqual({ Return: true });
            expect(statuses()).toEqual(["deleted", "deleting"]);
        });

        it("refuse who may not, and what they do not know", async () => {
            const denied = { key: "AKIAREADER" };
            expect(coded(await foreign.clients.refusal(decided("accept", ONE, denied)))).toEqual([
                "UnauthorizedOperation",
                403,
            ]);
            const none = decided("accept", ONE, { raw: { VpcPeeringConnectionId: "" } });
            expect(coded(await foreign.clients.refusal(none))).toEqual(["MissingParameter", 400]);
            const more = decided("accept", ONE, { raw: { PeerRegion: "x" } });
            expect(coded(await foreign.clients.refusal(more))).toEqual(["NotSimulated", 501]);
            expect(coded(await foreign.clients.refusal(decided("accept", "foo")))).toEqual([
                "InvalidVpcPeeringConnectionId.Malformed",
                400,
            ]);
            expect(statuses()?.[0]).toBe("pending-acceptance");
        });

        it("fail by a fault for one id, and stand in the log with it", async () => {
            foreign.simulator.addFaults({ fault: "refuseIds", ids: [ONE] });
            expect(coded(await foreign.clients.refusal(decided("accept", ONE)))).toEqual(["InternalError", 500]);
            expect(foreign.simulator.calls).toMatchObject([{ action: "ec2:AcceptVpcPeeringConnection", ids: [ONE] }]);
        });
    });

    describe("time", () => {
        it("expires a pending request after 7 days, and shows it for 2 more", async () => {
            foreign.simulator.world = peeringWorld([peering(ONE, "pending-acceptance")]);
            foreign.simulator.advance(7 * DAY - HOUR);
            expect(await found({ Filters: [{ Name: "status-code", Values: ["pending-acceptance"] }] })).toEqual([ONE]);
            foreign.simulator.advance(HOUR);
            expect(await found({ Filters: [{ Name: "status-code", Values: ["expired"] }] })).toEqual([ONE]);
            foreign.simulator.advance(2 * DAY - HOUR);
            expect(await found({}, asRequester)).toEqual([ONE]);
            foreign.simulator.advance(HOUR);
            expect([await found(), await found({}, asRequester)]).toEqual([[], []]);
        });

        it("counts from the expiry, however late somebody looks", async () => {
            foreign.simulator.world = peeringWorld([peering(ONE, "pending-acceptance")]);
            foreign.simulator.advance(30 * DAY);
            expect(await found()).toEqual([]);
        });

        const REFUSAL = "InvalidVpcPeeringConnectionID.NotFound";
        it.each([
            ["rejected", {}, 2 * HOUR, 2 * DAY],
            ["deleted", { deletedBy: ACCOUNT }, 2 * HOUR, 2 * DAY],
            ["deleted", { deletedBy: REQUESTER }, 2 * DAY, 2 * HOUR],
        ])("shows one that is %s %j for a while, to each side its own", async (status, more, accepter, requester) => {
            const byId = { VpcPeeringConnectionIds: [ONE] };
            for (const [who, time] of [
                [{}, accepter],
                [asRequester, requester],
            ] as const) {
                foreign.simulator.world = peeringWorld([peering(ONE, status, more)]);
                foreign.simulator.advance(time - HOUR);
                expect(await found(byId, who)).toEqual([ONE]);
                foreign.simulator.advance(HOUR);
                expect((await foreign.clients.refusal(described(byId, who))).code).toBe(REFUSAL);
            }
        });

        it("shows what was rejected by a call, or within an account, for 2 hours", async () => {
            await foreign.clients.run(decided("reject", ONE));
            await foreign.clients.run(decided("reject", REGIONAL));
            foreign.simulator.advance(2 * HOUR);
            expect(await found()).toEqual([ACTIVE]);
            expect(await found({}, asRequester)).toEqual([ONE]);
            expect(await found({}, { region: "us-east-1" })).toEqual([]);
            expect((await foreign.clients.refusal(decided("reject", ONE))).code).toBe(REFUSAL);
        });
    });
});
