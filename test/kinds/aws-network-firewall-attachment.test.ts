import { describe, expect, it, onTestFinished, vi } from "vitest";
import { kinds } from "../../src/kinds";
import type { Order, Scope } from "../../src/kinds/kind";
import type { Decision } from "../../src/shared/vocabulary";
import { ACCOUNT, REQUESTER } from "../support/accounts";
import { ec2 } from "../support/answers";
import { cloudWith, filtersOf } from "../support/aws-cloud";
import { useClouds } from "../support/clouds";
import { TestStack } from "../support/engine";
import type { Answer } from "../support/hostile-server";
import { sentActions } from "../support/rows-clouds";
import { rows } from "./aws-network-firewall-attachment";

/** What AWS's documents say of attachments of network firewalls, against answers in the form of its API references. */
const kind = kinds["aws:networkFirewallAttachment"];
const GATEWAY = "tgw-0123456789abcdef0";
const ID = "tgw-attach-0a1b2c3d4e5f60718";
const at = { region: "eu-west-1", transitGatewayId: GATEWAY };
const scope: Scope = { key: `eu-west-1/${GATEWAY}`, title: `transit gateway ${GATEWAY} in eu-west-1`, at };
const order: Order = { seen: { id: ID, status: "pending", cloudStatus: "", evidence: {} }, token: "t" };

interface Attachment {
    readonly id?: string;
    readonly owner?: string;
    readonly type?: string;
    readonly resource?: string;
    readonly state?: string;
}

function attachments(all: readonly Attachment[], more = ""): Answer {
    const items = all.map(
        ({
            id = ID,
            owner = ACCOUNT,
            type = "network-function",
            resource = "network-firewall",
            state = "pendingAcceptance",
        }) =>
            `<item><transitGatewayAttachmentId>${id}</transitGatewayAttachmentId><transitGatewayId>${GATEWAY}</transitGatewayId>
            <transitGatewayOwnerId>${owner}</transitGatewayOwnerId><resourceOwnerId>${REQUESTER}</resourceOwnerId>
            <resourceType>${type}</resourceType><resourceId>${resource}</resourceId><state>${state}</state>
            <creationTime>2026-11-24T10:00:00.000Z</creationTime></item>`,
    );
    const set = `<transitGatewayAttachments>${items.join("")}</transitGatewayAttachments>${more}`;
    return { body: ec2("DescribeTransitGatewayAttachments", set) };
}

function gateways(items: string, more = ""): Answer {
    const set = `<transitGatewaySet>${items}</transitGatewaySet>${more}`;
    return { body: ec2("DescribeTransitGateways", set) };
}

function gateway(owner: string, setting: string): string {
    const options = `<options><autoAcceptSharedAttachments>${setting}</autoAcceptSharedAttachments></options>`;
    return `<item><transitGatewayId>${GATEWAY}</transitGatewayId><ownerId>${owner}</ownerId>${options}</item>`;
}

describe("attachments", () => {
    it("are asked for by documented filters only", async () => {
        const { call, asked } = await cloudWith(kind, attachments([{}]));
        await kind.list(scope, undefined, call);
        await kind.listOf?.(scope, [REQUESTER], undefined, call);
        await kind.lookup?.(scope, [ID], call);
        expect(asked.map(filtersOf)).toEqual([
            [`transit-gateway-id=${GATEWAY}`],
            [`transit-gateway-id=${GATEWAY}`, `resource-owner-id=${REQUESTER}`],
            [`transit-gateway-id=${GATEWAY}`, `transit-gateway-attachment-id=${ID}`],
        ]);
        expect(asked.some((query) => query.has("TransitGatewayAttachmentIds.1"))).toBe(false);
    });

    it("tell who asks, since when, and who decides", async () => {
        const { call } = await cloudWith(kind, attachments([{ owner: "444455556666" }]));
        expect((await kind.list(scope, undefined, call)).items).toEqual([
            {
                id: ID,
                status: "pending",
                cloudStatus: "pendingAcceptance",
                requester: REQUESTER,
                decider: "444455556666",
                requestedAt: "2026-11-24T10:00:00.000Z",
                evidence: { resourceId: "network-firewall" },
            },
        ]);
    });

    it.each([
        { type: "vpc", resource: "vpc-0a" },
        { type: "peering", resource: "tgw-0a" },
        { resource: "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0" },
        { resource: "cn.com.amazonaws.vpce.cn-north-1.vpce-svc-0123456789abcdef0" },
    ])("of %j are no firewall's: neither listed nor found", async (other) => {
        const { call } = await cloudWith(kind, attachments([other]));
        expect((await kind.list(scope, undefined, call)).items).toEqual([]);
        expect(await kind.lookup?.(scope, [ID], call)).toEqual([]);
    });

    it("go on after a page without any firewall", async () => {
        const { call } = await cloudWith(
            kind,
            attachments([{ type: "vpc" }], "<nextToken>two</nextToken>"),
            attachments([], "<nextToken>three</nextToken>"),
            attachments([{}]),
        );
        expect(await kind.list(scope, undefined, call)).toEqual({ items: [], next: "two" });
        expect(await kind.lookup?.(scope, [ID], call)).toMatchObject([{ id: ID }]);
    });

    it.each(["initiating", "initiatingRequest"])("that are %s are still being made", async (state) => {
        const { call } = await cloudWith(kind, attachments([{ state }]));
        expect((await kind.list(scope, undefined, call)).items).toMatchObject([{ status: "accepting", making: true }]);
    });
});

describe("the transit gateway", () => {
    it.each([
        ["disable", "manual"],
        ["enable", "automatic"],
        ["", "unknown"],
    ])("with AutoAcceptSharedAttachments %j: %s", async (setting, admission) => {
        const { call } = await cloudWith(
            kind,
            gateways("", "<nextToken>two</nextToken>"),
            gateways(gateway(ACCOUNT, setting)),
        );
        expect(await kind.describe?.(scope, call)).toEqual({ found: "yes", admission });
    });

    it("is missing where nothing is listed, and says whose it is where it is shared with us", async () => {
        const nothing = await cloudWith(kind, gateways(""));
        expect(await kind.describe?.(scope, nothing.call)).toEqual({ found: "missing", admission: "unknown" });
        const { call } = await cloudWith(kind, gateways(gateway("444455556666", "disable")));
        await expect(kind.describe?.(scope, call)).rejects.toMatchObject({
            code: "NotTheOwner",
            text: expect.stringContaining("belongs to AWS account 444455556666"),
        });
    });

    it("is looked for among our own", async () => {
        const { call, asked } = await cloudWith(kind, gateways(gateway(ACCOUNT, "disable")));
        expect(await kind.discover?.(scope, call)).toEqual([{ transitGatewayId: GATEWAY }]);
        expect(asked.map(filtersOf)).toEqual([[`owner-id=${ACCOUNT}`]]);
    });
});

describe("a decision", () => {
    const refusal = (code: string, status = 400): Answer => ({
        status,
        body: JSON.stringify({ __type: code, Message: "m" }),
    });

    it.each(["{}", JSON.stringify({ TransitGatewayAttachmentId: "tgw-attach-00000000" })])(
        "answered by %s may or may not have been taken",
        async (body) => {
            const { call } = await cloudWith(kind, { body });
            expect(await kind.accept(scope, [order], call)).toMatchObject([{ id: ID, result: "unknown" }]);
        },
    );

    it.each([
        [refusal("ThrottlingException"), { result: "busy", code: "ThrottlingException" }],
        [refusal("ResourceNotFoundException"), { result: "refused", remedy: expect.stringContaining("run it again") }],
        [refusal("InvalidRequestException"), { result: "refused", code: "InvalidRequestException", text: "m" }],
        [refusal("AccessDeniedException"), { result: "refused", code: "AccessDeniedException" }],
        [refusal("InternalServerError", 500), { result: "unknown" }],
    ])("%j: %o", async (answer, receipt) => {
        const { call } = await cloudWith(kind, answer);
        expect(await kind.remove?.(scope, [order], call)).toMatchObject([{ id: ID, ...receipt }]);
    });
});

describe("a stack", () => {
    const clouds = useClouds({ world: rows.world("pendingAcceptance") });
    const program = (decision: Decision, more: object = {}, transitGatewayAttachmentId = ID) => ({
        a: { connection: { kind: kind.name, ...at, transitGatewayAttachmentId }, decision, ...more },
    });
    const put = (undocumented: object, gateway: object = {}) => {
        const world = rows.world("pendingAcceptance");
        Object.assign(world.aws?.[0]?.transitGateways?.[0] ?? {}, gateway);
        world.aws?.push({ account: REQUESTER, region: "eu-west-1" });
        clouds.simulator.world = { ...world, undocumented };
    };

    it.each([
        { ec2FirewallState: "later" },
        { ec2FirewallState: "later", networkFirewallWrongState: "nothing" },
        { ec2FirewallResourceId: "network-firewall" },
        { networkFirewallStranger: "InvalidRequestException" },
    ])("sends one accept, and holds it: %j", async (undocumented) => {
        put(undocumented);
        const stack = new TestStack(clouds.simulator);
        expect((await stack.up(program("accept"))).failures).toEqual({});
        expect(sentActions(clouds.simulator, rows)).toEqual(["accept"]);
        expect((await stack.preview(program("accept"))).steps.map(({ op }) => op)).toEqual(["same"]);
    });

    it("warns of a transit gateway that accepts by itself", async () => {
        put({}, { autoAcceptSharedAttachments: "enable" });
        const { steps } = await new TestStack(clouds.simulator).preview(program("reject"));
        expect(steps[0]?.inputs.warnings).toEqual([expect.stringContaining("accepts requests by itself")]);
    });

    it("of the firewall's account decides nothing, and takes nothing for absent", async () => {
        put({}, { sharedWith: [REQUESTER] });
        vi.stubEnv("AWS_ACCESS_KEY_ID", `AKIA${REQUESTER}`);
        onTestFinished(() => void vi.unstubAllEnvs());
        for (const id of [ID, "tgw-attach-00000000000000000"]) {
            const stack = new TestStack(clouds.simulator);
            const { failures } = await stack.preview(program("reject", {}, id));
            expect(failures.a).toContain(`AWS account ${ACCOUNT}`);
            expect((await stack.up(program("reject", {}, id))).failures.a).toContain(`AWS account ${ACCOUNT}`);
        }
        expect(sentActions(clouds.simulator, rows)).toEqual([]);
    });

    it("in another region finds no transit gateway, and takes nothing for absent", async () => {
        put({});
        const connection = { ...program("reject").a.connection, region: "us-east-1" };
        const { failures } = await new TestStack(clouds.simulator).preview({ a: { connection, decision: "reject" } });
        expect(failures.a).toContain(`transit gateway ${GATEWAY} in us-east-1 was not found`);
    });
});
