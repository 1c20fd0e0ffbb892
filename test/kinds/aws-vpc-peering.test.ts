import { describe, expect, it } from "vitest";
import { kinds } from "../../src/kinds";
import type { Order, Scope } from "../../src/kinds/kind";
import { lifecycleOf } from "../../src/kinds/lifecycle";
import { ec2 } from "../support/answers";
import { cloudWith, filtersOf, refusal } from "../support/aws-cloud";
import type { Answer } from "../support/hostile-server";

/** What AWS's documents say of VPC peering, against answers in the form of its API reference. */
const kind = kinds["aws:vpcPeering"];
const OURS = "123456789012";
const THEIRS = "111122223333";
const ID = "pcx-0a1b2c3d4e5f60718";
const scope: Scope = { key: "eu-west-1", title: "VPC peering connections in eu-west-1", at: { region: "eu-west-1" } };
const order: Order = { seen: { id: ID, status: "pending", cloudStatus: "", evidence: {}, decider: OURS }, token: "t" };

interface Peering {
    readonly id?: string;
    readonly code?: string;
    readonly accepter?: string;
    readonly accepterRegion?: string;
}

function item({
    id = ID,
    code = "pending-acceptance",
    accepter = OURS,
    accepterRegion = "eu-west-1",
}: Peering): string {
    return `<item><vpcPeeringConnectionId>${id}</vpcPeeringConnectionId>
        <requesterVpcInfo><ownerId>${THEIRS}</ownerId><vpcId>vpc-1</vpcId><region>us-east-1</region>
            <cidrBlockSet><item><cidrBlock>10.0.0.0/16</cidrBlock></item><item><cidrBlock>10.1.0.0/16</cidrBlock></item></cidrBlockSet>
            <ipv6CidrBlockSet><item><ipv6CidrBlock>2001:db8::/56</ipv6CidrBlock></item></ipv6CidrBlockSet></requesterVpcInfo>
        <accepterVpcInfo><ownerId>${accepter}</ownerId><vpcId>vpc-2</vpcId><region>${accepterRegion}</region></accepterVpcInfo>
        <status><code>${code}</code></status><expirationTime>2026-12-02T10:00:00.000Z</expirationTime></item>`;
}

function peerings(...all: readonly Peering[]): Answer {
    const set = `<vpcPeeringConnectionSet>${all.map(item).join("")}</vpcPeeringConnectionSet>`;
    return { body: ec2("DescribeVpcPeeringConnections", set) };
}

describe("reading", () => {
    it("lists what is addressed to the account", async () => {
        const { call, asked } = await cloudWith(kind, peerings({}));
        await kind.list(scope, undefined, call);
        await kind.listOf?.(scope, [THEIRS], undefined, call);
        expect(asked.map(filtersOf)).toEqual([
            [`accepter-vpc-info.owner-id=${OURS}`],
            [`accepter-vpc-info.owner-id=${OURS}`, `requester-vpc-info.owner-id=${THEIRS}`],
        ]);
    });

    it("looks ids up by a filter, which no vanished id fails", async () => {
        const { call, asked } = await cloudWith(kind, peerings({}, { id: "pcx-00000000" }));
        const found = await kind.lookup?.(scope, [ID], call);
        expect(asked.map(filtersOf)).toEqual([[`vpc-peering-connection-id=${ID}`]]);
        expect(asked[0]?.has("VpcPeeringConnectionId.1")).toBe(false);
        expect(found?.map(({ id }) => id)).toEqual([ID]);
    });

    it("tells who asks, from where, and until when", async () => {
        const { call } = await cloudWith(kind, peerings({}));
        expect((await kind.list(scope, undefined, call)).items).toEqual([
            {
                id: ID,
                status: "pending",
                cloudStatus: "pending-acceptance",
                requester: THEIRS,
                decider: OURS,
                expiresAt: "2026-12-02T10:00:00.000Z",
                evidence: {
                    vpcId: "vpc-1",
                    cidrs: ["10.0.0.0/16", "10.1.0.0/16", "2001:db8::/56"],
                    region: "us-east-1",
                    accepterVpcId: "vpc-2",
                },
            },
        ]);
    });

    it.each([
        [{ accepter: THEIRS }, THEIRS],
        [{ accepterRegion: "us-east-1" }, `${OURS} in us-east-1`],
    ])("%o is decided by %s", async (peering, decider) => {
        const { call } = await cloudWith(kind, peerings(peering));
        expect(await kind.lookup?.(scope, [ID], call)).toMatchObject([{ decider }]);
    });

    it("marks a request that is still being made", async () => {
        const { call } = await cloudWith(kind, peerings({ code: "initiating-request" }, { id: "pcx-00000000" }));
        const { items } = await kind.list(scope, undefined, call);
        expect(items.map(({ status, making }) => [status, making])).toEqual([
            ["accepting", true],
            ["pending", undefined],
        ]);
    });
});

const ACCEPTED = `<vpcPeeringConnection>${item({ code: "provisioning" }).replace(/^<item>|<\/item>$/g, "")}</vpcPeeringConnection>`;

describe("deciding", () => {
    it.each([
        ["accept", "AcceptVpcPeeringConnection", ACCEPTED],
        ["reject", "RejectVpcPeeringConnection", "<return>true</return>"],
        ["remove", "DeleteVpcPeeringConnection", "<return>true</return>"],
    ] as const)("%s is %s", async (action, operation, content) => {
        const { call, asked } = await cloudWith(kind, { body: ec2(operation, content) });
        expect(await kind[action]?.(scope, [order], call)).toEqual([{ id: ID, result: "sent" }]);
        expect(asked.map((query) => [query.get("Action"), query.get("VpcPeeringConnectionId")])).toEqual([
            [operation, ID],
        ]);
    });

    it.each([
        ["accept", ""],
        ["accept", ACCEPTED.replace(ID, "pcx-00000000")],
        ["reject", "<return>false</return>"],
        ["remove", ""],
    ] as const)("%s answered by %s may or may not have been taken", async (action, content) => {
        const { call } = await cloudWith(kind, { body: ec2("Any", content) });
        expect(await kind[action]?.(scope, [order], call)).toMatchObject([{ id: ID, result: "unknown" }]);
    });

    it.each([
        ["InvalidStateTransition", { result: "conflict" }],
        ["InvalidVpcPeeringConnectionID.NotFound", { result: "conflict" }],
        ["OperationNotPermitted", { result: "refused", remedy: expect.stringContaining(OURS) }],
        ["RequestLimitExceeded", { result: "busy" }],
        ["UnauthorizedOperation", { result: "refused" }],
    ])("%s: %o", async (code, receipt) => {
        const { call } = await cloudWith(kind, refusal(code));
        expect(await kind.accept(scope, [order], call)).toMatchObject([{ id: ID, code, ...receipt }]);
    });
});

describe("before and after", () => {
    it.each([
        ["DryRunOperation", "allowed"],
        ["UnauthorizedOperation", "denied"],
        ["InvalidStateTransition", "cannotTell"],
    ])("a dry run that answers %s: %s", async (code, verdict) => {
        const { call, asked } = await cloudWith(kind, refusal(code));
        expect(await kind.probe?.(scope, "remove", order, call)).toBe(verdict);
        expect(asked.map((query) => [query.get("Action"), query.get("DryRun")])).toEqual([
            ["DeleteVpcPeeringConnection", "true"],
        ]);
    });

    it("is done once: what was rejected is not accepted, what was accepted is deleted", () => {
        const { accept, reject } = lifecycleOf(kind, scope, { found: "yes", admission: "manual" });
        expect([accept.rejected?.do, accept.expired?.do, reject.accepted?.do]).toEqual([
            "impossible",
            "impossible",
            "remove",
        ]);
        // Two hours after it was rejected its accepter sees it no more.
        expect(reject.absent?.do).toBe("none");
    });
});
