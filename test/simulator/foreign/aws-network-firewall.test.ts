import { NetworkFirewall } from "@aws-sdk/client-network-firewall";
import { describe, expect, it } from "vitest";
import type { World } from "../../../src/simulator/index";
import { clientsAvailable } from "../../../tools/vendor-clients/install.mjs";
import { ACCOUNT, OTHER_ACCOUNT, REQUESTER } from "../../support/accounts";
import { coded, useForeign } from "./clients";

type Attachment = NonNullable<NonNullable<World["aws"]>[number]["networkFunctionAttachments"]>[number];

const HOUR = 3_600_000;
const GATEWAY = "tgw-00000000000000001";
const ONE = "tgw-attach-00000000000000001";
const READY = "tgw-attach-00000000000000002";
/** Of a Gateway Load Balancer endpoint service: the gateway's owner attaches it. */
const BALANCED = "tgw-attach-00000000000000003";
const SERVICE = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0";

function attachment(transitGatewayAttachmentId: string, state: string, more: Partial<Attachment> = {}): Attachment {
    return { transitGatewayAttachmentId, transitGatewayId: GATEWAY, state, resourceOwnerId: REQUESTER, ...more };
}

function firewallWorld(attachments?: Attachment[], undocumented: World["undocumented"] = {}): World {
    return {
        aws: [
            {
                account: ACCOUNT,
                region: "eu-west-1",
                transitGateways: [
                    { transitGatewayId: GATEWAY, sharedWith: [REQUESTER] },
                    { transitGatewayId: "tgw-00000000000000002", autoAcceptSharedAttachments: "enable" },
                ],
                networkFunctionAttachments: attachments ?? [
                    attachment(ONE, "pendingAcceptance", { creationTime: "2026-01-01T00:00:00.000Z" }),
                    attachment(READY, "available", { resourceOwnerId: OTHER_ACCOUNT }),
                    attachment(BALANCED, "pendingAcceptance", { resourceOwnerId: ACCOUNT, serviceName: SERVICE }),
                ],
                principals: [
                    {
                        accessKeyId: "AKIAREADER",
                        denied: ["network-firewall:AcceptNetworkFirewallTransitGatewayAttachment"],
                    },
                ],
            },
            { account: REQUESTER, region: "eu-west-1" },
            { account: OTHER_ACCOUNT, region: "eu-west-1" },
        ],
        undocumented,
    };
}

describe.skipIf(!clientsAvailable)("network firewall attachments, by boto3, the AWS CLI and the JavaScript SDK", () => {
    const foreign = useForeign("aws", () => firewallWorld(), "aws_cli");

    type Verb = "accept" | "reject" | "delete";
    const call = (service: string, operation: string, args: object, more: object = {}) => ({
        do: "call",
        service,
        operation,
        args,
        ...more,
    });
    const decision = (verb: Verb, id: string, more: object = {}) =>
        call(
            "network-firewall",
            `${verb}_network_firewall_transit_gateway_attachment`,
            { TransitGatewayAttachmentId: id },
            more,
        );
    const listing = (args: object = {}, more: object = {}) =>
        call("ec2", "describe_transit_gateway_attachments", args, more);
    const list = async (args: object = {}, more: object = {}) =>
        (await foreign.clients.run<{ TransitGatewayAttachments: Record<string, unknown>[] }>(listing(args, more)))
            .TransitGatewayAttachments;
    const found = async (args: object = {}, more: object = {}) =>
        (await list(args, more)).map((one) => one.TransitGatewayAttachmentId);
    const gateways = async (args: object = {}, more: object = {}) =>
        (
            await foreign.clients.run<{ TransitGateways: Record<string, unknown>[] }>(
                call("ec2", "describe_transit_gateways", args, more),
            )
        ).TransitGateways;
    const where = (name: string, value: string) => ({ Filters: [{ Name: name, Values: [value, "nothing"] }] });
    const states = () => foreign.simulator.world.aws?.[0]?.networkFunctionAttachments?.map(({ state }) => state);
    const UNTOUCHED = ["pendingAcceptance", "available", "pendingAcceptance"];
    const javaScript = (account = ACCOUNT) =>
        new NetworkFirewall({
            endpoint: foreign.simulator.url,
            region: "eu-west-1",
            credentials: { accessKeyId: `AKIA${account}`, secretAccessKey: "x" },
            maxAttempts: 1,
        });

    describe("EC2", () => {
        it("shows transit gateways, to their owner and to whom they are shared with", async () => {
            expect(await gateways()).toMatchObject([
                { TransitGatewayId: GATEWAY, OwnerId: ACCOUNT, Options: { AutoAcceptSharedAttachments: "disable" } },
                { Options: { AutoAcceptSharedAttachments: "enable" } },
            ]);
            expect(await gateways(where("options.auto-accept-shared-attachments", "enable"))).toHaveLength(1);
            expect(await gateways(where("owner-id", REQUESTER))).toEqual([]);
            expect(await gateways({}, { account: REQUESTER })).toMatchObject([{ OwnerId: ACCOUNT }]);
            expect(await gateways({}, { account: OTHER_ACCOUNT })).toEqual([]);
            const gone = call("ec2", "describe_transit_gateways", { TransitGatewayIds: ["tgw-0f"] });
            expect(coded(await foreign.clients.refusal(gone))).toEqual(["InvalidTransitGatewayID.NotFound", 400]);
        });

        it("shows attachments of firewalls and of endpoint services as network functions", async () => {
            const [one, , balanced] = await list();
            expect(one).toEqual({
                TransitGatewayAttachmentId: ONE,
                TransitGatewayId: GATEWAY,
                TransitGatewayOwnerId: ACCOUNT,
                ResourceOwnerId: REQUESTER,
                ResourceType: "network-function",
                ResourceId: `arn:aws:network-firewall:eu-west-1:${REQUESTER}:firewall/${ONE}`,
                State: "pendingAcceptance",
                CreationTime: expect.stringContaining("2026-01-01"),
            });
            expect(balanced).toMatchObject({ ResourceType: "network-function", ResourceId: SERVICE });
            foreign.simulator.world = firewallWorld(undefined, { ec2FirewallResourceId: "network-firewall" });
            expect((await list())[0]).toMatchObject({ ResourceId: "network-firewall" });
        });

        it.each([
            ["resource-id", SERVICE, [BALANCED]],
            ["resource-owner-id", REQUESTER, [ONE]],
            ["resource-type", "vpc", []],
            ["state", "available", [READY]],
            ["transit-gateway-attachment-id", BALANCED, [BALANCED]],
            ["transit-gateway-id", GATEWAY, [ONE, READY, BALANCED]],
            ["transit-gateway-owner-id", REQUESTER, []],
        ])("filters by %s=%s", async (name, value, ids) => {
            expect(await found(where(name, value))).toEqual(ids);
        });

        it("shows other accounts their own, and nobody what is elsewhere", async () => {
            expect(await found({}, { account: REQUESTER })).toEqual([ONE]);
            expect(await found({}, { region: "us-east-1" })).toEqual([]);
            const stranger = listing({ TransitGatewayAttachmentIds: [READY] }, { account: REQUESTER });
            const code = "InvalidTransitGatewayAttachmentID.NotFound";
            expect(coded(await foreign.clients.refusal(stranger))).toEqual([code, 400]);
        });

        it("pages", async () => {
            const many = Array.from({ length: 12 }, (_, i) => attachment(`tgw-attach-${i}`, "available"));
            foreign.simulator.world = firewallWorld(many);
            const pages = await foreign.clients.run<{ TransitGatewayAttachments: object[] }[]>(
                listing({}, { pages: 5 }),
            );
            expect(pages.map((page) => page.TransitGatewayAttachments.length)).toEqual([5, 5, 2]);
        });
    });

    describe("Network Firewall", () => {
        it.each([
            ["accept", ONE, "CREATING", ["pending", "available"]],
            ["reject", ONE, "REJECTING", ["rejecting", "rejected"]],
            ["delete", READY, "DELETING", ["deleting", "deleted"]],
        ] as const)("%s is answered in CBOR and in JSON", async (verb, id, status, [first, last]) => {
            const method = `${verb}NetworkFirewallTransitGatewayAttachment` as const;
            for (const ask of [
                () => foreign.clients.run(decision(verb, id)),
                () => javaScript()[method]({ TransitGatewayAttachmentId: id }),
            ]) {
                foreign.simulator.world = firewallWorld();
                foreign.simulator.settleMs = 60_000;
                foreign.simulator.clearCalls();
                expect(await ask()).toMatchObject({
                    TransitGatewayAttachmentId: id,
                    TransitGatewayAttachmentStatus: status,
                });
                expect(states()).toContain(first);
                foreign.simulator.advance(60_000);
                expect(states()).toContain(last);
                const name = `${verb.charAt(0).toUpperCase()}${verb.slice(1)}`;
                const action = `network-firewall:${name}NetworkFirewallTransitGatewayAttachment`;
                expect(foreign.simulator.calls).toMatchObject([{ action, ids: [id], outcome: "ok" }]);
            }
        });

        /** A request by hand: newer versions of a client may write the other form. */
        const raw = async (path: string, headers: Record<string, string>, body: string | Buffer) => {
            const authorization = `AWS4-HMAC-SHA256 Credential=AKIA${ACCOUNT}/20260101/eu-west-1/network-firewall/aws4_request, Signature=0`;
            const method = "POST";
            const answer = await fetch(foreign.simulator.url + path, {
                method,
                body,
                headers: { authorization, ...headers },
            });
            const bytes = Buffer.from(await answer.arrayBuffer());
            return { status: answer.status, type: answer.headers.get("content-type"), bytes };
        };
        const ACCEPT = "AcceptNetworkFirewallTransitGatewayAttachment";
        const JSON_HEADERS = { "x-amz-target": `NetworkFirewall_20201112.${ACCEPT}` };
        const CBOR_PATH = `/service/NetworkFirewall_20201112/operation/${ACCEPT}`;
        const CBOR_HEADERS = { "smithy-protocol": "rpc-v2-cbor" };
        /** A text of CBOR: major type 3, then so many bytes (RFC 8949). */
        const cborText = (text: string) => Buffer.concat([Buffer.from([0x78, text.length]), Buffer.from(text)]);

        it("answers each form in its own", async () => {
            const json = JSON.stringify({ TransitGatewayAttachmentId: ONE });
            const inJson = await raw("/", JSON_HEADERS, json);
            expect([inJson.status, inJson.type]).toEqual([200, "application/x-amz-json-1.0"]);
            expect(JSON.parse(inJson.bytes.toString())).toMatchObject({ TransitGatewayAttachmentId: ONE });
            foreign.simulator.world = firewallWorld();
            // A map of one pair, major type 5.
            const member = cborText("TransitGatewayAttachmentId");
            const cbor = Buffer.concat([Buffer.from([0xa1]), member, cborText(ONE)]);
            const inCbor = await raw(CBOR_PATH, CBOR_HEADERS, cbor);
            expect([inCbor.status, inCbor.type]).toEqual([200, "application/cbor"]);
            expect(inCbor.bytes.includes(Buffer.concat([member, cborText(ONE)]))).toBe(true);
        });

        it("refuses bodies that it cannot read, and members that it does not know", async () => {
            for (const [path, headers, body, status] of [
                ["/", JSON_HEADERS, "{", 400],
                [CBOR_PATH, CBOR_HEADERS, Buffer.from([0xa1]), 400],
                ["/", JSON_HEADERS, JSON.stringify({ TransitGatewayAttachmentId: ONE, DryRun: true }), 501],
                [CBOR_PATH, {}, "", 404],
            ] as const) {
                expect((await raw(path, headers, body)).status).toBe(status);
            }
            expect(states()).toEqual(UNTOUCHED);
        });

        it("is called by the CLI", async () => {
            const words = ["network-firewall", "accept-network-firewall-transit-gateway-attachment"];
            const accept = { arguments: [...words, "--transit-gateway-attachment-id", ONE] };
            const output = { TransitGatewayAttachmentId: ONE, TransitGatewayAttachmentStatus: "READY" };
            expect(await foreign.shell.run(accept)).toMatchObject({ status: 0, output });
        });

        it.each([
            ["accept", ONE, REQUESTER, "ResourceNotFoundException"],
            ["reject", ONE, REQUESTER, "ResourceNotFoundException"],
            ["delete", READY, REQUESTER, "ResourceNotFoundException"],
            ["accept", BALANCED, ACCOUNT, "ResourceNotFoundException"],
            ["accept", "tgw-attach-0f", ACCOUNT, "ResourceNotFoundException"],
            ["accept", "eni-0f", ACCOUNT, "InvalidRequestException"],
            ["accept", READY, ACCOUNT, "InvalidRequestException"],
            ["reject", READY, ACCOUNT, "InvalidRequestException"],
        ] as const)("refuses to %s %s for %s: %s", async (verb, id, account, code) => {
            expect(coded(await foreign.clients.refusal(decision(verb, id, { account })))).toEqual([code, 400]);
            const method = `${verb}NetworkFirewallTransitGatewayAttachment` as const;
            const refused = javaScript(account)[method]({ TransitGatewayAttachmentId: id });
            await expect(refused).rejects.toMatchObject({ name: code, message: expect.stringContaining(" ") });
            expect(states()).toEqual(UNTOUCHED);
        });

        it("lets the firewall's account delete what it asked for", async () => {
            await foreign.clients.run(decision("delete", ONE, { account: REQUESTER }));
            expect(states()?.[0]).toBe("deleted");
        });

        it("behaves as the switches say where no document does", async () => {
            const stranger = { account: REQUESTER };
            foreign.simulator.world = firewallWorld(undefined, { networkFirewallStranger: "InvalidRequestException" });
            expect((await foreign.clients.refusal(decision("accept", ONE, stranger))).code).toBe(
                "InvalidRequestException",
            );
            foreign.simulator.world = firewallWorld(undefined, { networkFirewallWrongState: "nothing" });
            const output = { TransitGatewayAttachmentStatus: "READY" };
            expect(await foreign.clients.run(decision("accept", READY))).toMatchObject(output);
            foreign.simulator.world = firewallWorld(undefined, { ec2FirewallState: "later" });
            foreign.simulator.settleMs = 60_000;
            await foreign.clients.run(decision("accept", ONE));
            expect(states()?.[0]).toBe("pendingAcceptance");
            foreign.simulator.advance(60_000);
            expect(states()?.[0]).toBe("pending");
        });

        it("refuses who may not, who is nobody, what it does not know, and by faults", async () => {
            const accept = (more: object) => foreign.clients.refusal(decision("accept", ONE, more));
            expect(coded(await accept({ key: "AKIAREADER" }))).toEqual(["AccessDeniedException", 400]);
            expect(coded(await accept({ key: "AKIANOBODY" }))).toEqual(["UnrecognizedClientException", 400]);
            expect(coded(await accept({ unsigned: true }))).toEqual(["MissingAuthenticationTokenException", 400]);
            expect(coded(await accept({ region: "us-east-1" }))).toEqual(["ResourceNotFoundException", 400]);
            const other = call("network-firewall", "list_firewalls", {});
            expect(coded(await foreign.clients.refusal(other))).toEqual(["UnknownOperationException", 400]);
            foreign.simulator.addFaults([{ fault: "throttle" }, { fault: "refuseIds", ids: [ONE] }]);
            expect(coded(await accept({}))).toEqual(["ThrottlingException", 400]);
            expect(coded(await accept({}))).toEqual(["InternalServerError", 500]);
            expect(states()).toEqual(UNTOUCHED);
        });
    });

    it.each(["rejected", "failed", "deleted"])("what is %s is shown for 2 hours", async (state) => {
        foreign.simulator.world = firewallWorld([attachment(ONE, state)]);
        foreign.simulator.advance(2 * HOUR - 60_000);
        expect(await found()).toEqual([ONE]);
        foreign.simulator.advance(60_000);
        expect(await found()).toEqual([]);
    });
});
