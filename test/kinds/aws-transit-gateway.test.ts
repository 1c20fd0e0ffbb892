import { describe, expect, it } from "vitest";
import type { Wire } from "../../src/engine/wire";
import { kinds } from "../../src/kinds";
import type { Order, Scope } from "../../src/kinds/kind";
import type { World } from "../../src/simulator/index";
import { ec2 } from "../support/answers";
import { cloudWith, filtersOf, refusal } from "../support/aws-cloud";
import { useClouds } from "../support/clouds";
import { TestStack } from "../support/engine";

/** What AWS's documents say of attachments to transit gateways, against answers in the form of its API reference. */
const vpc = kinds["aws:transitGatewayVpcAttachment"];
const peering = kinds["aws:transitGatewayPeering"];
const OURS = "123456789012";
const THEIRS = "111122223333";
const GATEWAY = "tgw-0123456789abcdef0";
const ID = "tgw-attach-0a1b2c3d4e5f60718";
const OTHER = "tgw-attach-0b1b2c3d4e5f60718";
const scope: Scope = { key: "k", title: "t", at: { region: "eu-west-1", transitGatewayId: GATEWAY } };

function orderOf(cloudStatus: string): Order {
    return { seen: { id: ID, status: "pending", cloudStatus, evidence: {}, decider: OURS }, token: "t" };
}

function attachments(owner = OURS): string {
    const item = `<transitGatewayAttachmentId>${ID}</transitGatewayAttachmentId><transitGatewayId>${GATEWAY}</transitGatewayId>
        <transitGatewayOwnerId>${owner}</transitGatewayOwnerId><resourceOwnerId>${THEIRS}</resourceOwnerId>
        <resourceType>vpc</resourceType><resourceId>vpc-1</resourceId><state>initiatingRequest</state>
        <creationTime>2026-11-25T10:00:00.000Z</creationTime>`;
    return ec2("Any", `<transitGatewayAttachments><item>${item}</item></transitGatewayAttachments>`);
}

function gateway(content: string): string {
    const item = `<item><transitGatewayId>${GATEWAY}</transitGatewayId><ownerId>${OURS}</ownerId>${content}</item>`;
    return ec2("DescribeTransitGateways", `<transitGatewaySet>${item}</transitGatewaySet>`);
}

const autoAccept = (word: string) =>
    `<options><autoAcceptSharedAttachments>${word}</autoAcceptSharedAttachments></options>`;

describe("a transit gateway", () => {
    it.each([
        [autoAccept("disable"), { found: "yes", admission: "manual" }],
        [autoAccept("enable"), { found: "yes", admission: "automatic" }],
        [autoAccept("maybe"), { found: "yes", admission: "unknown" }],
        ["", { found: "yes", admission: "unknown" }],
        ["<state>deleted</state>", { found: "missing" }],
    ])("%s: %o", async (content, state) => {
        const { call, asked } = await cloudWith(vpc, { body: gateway(content) });
        expect(await vpc.describe?.(scope, call)).toMatchObject(state);
        // Not by the parameter TransitGatewayIds, which fails where one is missing: as a refused call does.
        expect(asked.map(filtersOf)).toEqual([[`transit-gateway-id=${GATEWAY}`]]);
    });

    it("is missing where none is listed, and unread where the call is denied", async () => {
        const missing = await cloudWith(vpc, { body: ec2("DescribeTransitGateways", "<transitGatewaySet/>") });
        expect(await vpc.describe?.(scope, missing.call)).toMatchObject({ found: "missing" });
        const denied = await cloudWith(vpc, refusal("UnauthorizedOperation"));
        await expect(vpc.describe?.(scope, denied.call)).rejects.toMatchObject({ failure: "denied" });
    });

    it("of the account itself is discovered, and not those that are shared with it", async () => {
        const { call, asked } = await cloudWith(vpc, { body: gateway("") });
        expect(await vpc.discover?.(scope, call)).toEqual([{ transitGatewayId: GATEWAY }]);
        expect(asked.map(filtersOf)).toEqual([[`owner-id=${OURS}`]]);
    });
});

describe("VPC attachments", () => {
    it("are listed by gateway and type, by who asks, and by id, which no vanished id fails", async () => {
        const { call, asked } = await cloudWith(vpc, { body: attachments() });
        await vpc.list(scope, undefined, call);
        await vpc.listOf?.(scope, [THEIRS], undefined, call);
        await vpc.lookup?.(scope, [ID], call);
        const all = [`transit-gateway-id=${GATEWAY}`, "resource-type=vpc"];
        expect(asked.map(filtersOf)).toEqual([
            all,
            [...all, `resource-owner-id=${THEIRS}`],
            [...all, `transit-gateway-attachment-id=${ID}`],
        ]);
        expect(asked.some((query) => query.has("TransitGatewayAttachmentIds.1"))).toBe(false);
    });

    it("tell who asks, and whose the transit gateway is", async () => {
        const { call } = await cloudWith(vpc, { body: attachments(THEIRS) });
        expect((await vpc.list(scope, undefined, call)).items).toEqual([
            {
                id: ID,
                status: "accepting",
                cloudStatus: "initiatingRequest",
                making: true,
                asked: "no",
                requester: THEIRS,
                decider: THEIRS,
                requestedAt: "2026-11-25T10:00:00.000Z",
                evidence: { vpcId: "vpc-1" },
            },
        ]);
    });
});

describe.each([
    ["VPC attachment", vpc, "Vpc"],
    ["peering attachment", peering, "Peering"],
] as const)("deciding a %s", (_what, kind, type) => {
    const element = `transitGateway${type}Attachment`;
    const answerOf = (id: string) =>
        ec2("Any", `<${element}><transitGatewayAttachmentId>${id}</transitGatewayAttachmentId></${element}>`);

    it.each([
        ["accept", "Accept"],
        ["reject", "Reject"],
        ["remove", "Delete"],
    ] as const)("%s is %s, and answered with the attachment", async (action, verb) => {
        const { call, asked } = await cloudWith(kind, { body: answerOf(ID) });
        expect(await kind[action]?.(scope, [orderOf("")], call)).toEqual([{ id: ID, result: "sent" }]);
        expect(asked.map((query) => [query.get("Action"), query.get("TransitGatewayAttachmentId")])).toEqual([
            [`${verb}TransitGateway${type}Attachment`, ID],
        ]);
        for (const body of [answerOf(OTHER), ec2("Any", "")]) {
            const { call } = await cloudWith(kind, { body });
            expect(await kind[action]?.(scope, [orderOf("")], call)).toMatchObject([{ id: ID, result: "unknown" }]);
        }
    });

    it.each([
        ["IncorrectState", "pendingAcceptance", { result: "conflict" }],
        ["IncorrectState", "modifying", { result: "busy" }],
        ["InvalidTransitGatewayAttachmentID.NotFound", "available", { result: "conflict" }],
        ["RequestLimitExceeded", "available", { result: "busy" }],
        ["UnauthorizedOperation", "available", { result: "refused" }],
    ])("%s of one that was %s: %o", async (code, state, receipt) => {
        const { call } = await cloudWith(kind, refusal(code));
        expect(await kind.remove?.(scope, [orderOf(state)], call)).toMatchObject([{ id: ID, code, ...receipt }]);
    });
});

const clouds = useClouds({ world: peeringWorld("eu-west-1") });

/** An attachment that its owner modifies, which takes a second. */
function modifyingWorld(): World {
    const one = {
        transitGatewayAttachmentId: ID,
        state: "modifying",
        vpcId: "vpc-1",
        vpcOwnerId: THEIRS,
        next: [{ at: Date.now() + 1_000, state: "available" }],
    };
    const transitGateways = [{ transitGatewayId: GATEWAY, vpcAttachments: [one] }];
    return { aws: [{ account: OURS, region: "eu-west-1", transitGateways }] };
}

it("one that is being modified is deleted as soon as that is possible", async () => {
    clouds.simulator.world = modifyingWorld();
    const connection = { ...scope.at, kind: "aws:transitGatewayVpcAttachment", transitGatewayAttachmentId: ID };
    const reject = { a: { connection, decision: "reject", allowRemoval: true, timeout: "20s" } };
    expect((await new TestStack(clouds.simulator).up(reject)).failures).toEqual({});
    const deletes = clouds.simulator.calls.filter(({ action }) => action.startsWith("ec2:Delete"));
    const [first, ...others] = deletes.map(({ outcome }) => outcome);
    expect([first, others.at(-1)]).toEqual(["IncorrectState", "ok"]);
});

/** A peering of one account and Region: each side has an id. */
function peeringWorld(accepterRegion: string, undocumented: World["undocumented"] = {}): World {
    const one = {
        transitGatewayAttachmentId: ID,
        accepterTransitGatewayAttachmentId: OTHER,
        state: "pendingAcceptance",
        requester: { transitGatewayId: "tgw-0a1b2c3d4e5f60718" },
        accepter: { transitGatewayId: "tgw-0b1b2c3d4e5f60718", region: accepterRegion },
    };
    return { aws: [{ account: OURS, region: "eu-west-1", transitGatewayPeeringAttachments: [one] }], undocumented };
}

function program(transitGatewayAttachmentId: string, decision = "accept"): Record<string, Wire> {
    return { a: { connection: { kind: "aws:transitGatewayPeering", transitGatewayAttachmentId }, decision } };
}

describe("the two sides of a peering", () => {
    it("have an id each: the requester's is refused with the accepter's, which is decided", async () => {
        clouds.simulator.world = peeringWorld("eu-west-1");
        const stack = new TestStack(clouds.simulator);
        for (const decision of ["accept", "reject"]) {
            const { failures } = await stack.preview(program(ID, decision));
            expect(failures.a).toMatch(
                /requester's side[\s\S]*other side is tgw-attach-0b[\s\S]*transitGatewayAttachmentId: "tgw-attach-0b/,
            );
        }
        expect((await stack.up(program(OTHER))).failures).toEqual({});
        expect((await stack.preview(program(ID))).failures.a).toContain(OTHER);
    });

    it("are two entries of the listing, of which rules decide the accepter's", async () => {
        clouds.simulator.world = peeringWorld("eu-west-1");
        const rules = [{ name: "ours", requester: OURS, verdict: "accept" }];
        const { steps } = await new TestStack(clouds.simulator).preview({
            a: { scope: { kind: "aws:transitGatewayPeering" }, rules },
        });
        expect(Object.keys((steps[0]?.inputs.verdicts ?? {}) as object)).toEqual([OTHER]);
    });

    it("in two Regions: only the accepter's can decide", async () => {
        clouds.simulator.world = peeringWorld("us-east-1");
        const { failures } = await new TestStack(clouds.simulator).preview(program(ID));
        expect(failures.a).toMatch(/requester's side[\s\S]*decided by: 123456789012 in us-east-1/);
    });

    it("are warned of where AWS does not tell the accepter's id; the refusal says what to do", async () => {
        clouds.simulator.world = peeringWorld("eu-west-1", { ec2TgwAccepterId: "untold" });
        const stack = new TestStack(clouds.simulator);
        const { steps, failures } = await stack.preview(program(ID));
        expect(failures).toEqual({});
        expect(steps[0]?.inputs.warnings).toEqual([expect.stringContaining("there are two attachments")]);
        const { failures: refused } = await stack.up(program(ID));
        expect(refused.a).toMatch(/InvalidParameterValue[\s\S]*name the accepter's attachment/);
        expect((await stack.up(program(OTHER))).failures).toEqual({});
    });
});
