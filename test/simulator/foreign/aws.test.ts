import { DescribeVpcEndpointConnectionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { DescribeInboundConnectionsCommand, OpenSearchClient } from "@aws-sdk/client-opensearch";
import { describe, expect, it } from "vitest";
import type { World } from "../../../src/simulator/index";
import { clientsAvailable } from "../../../tools/vendor-clients/install.mjs";
import { ACCOUNT, endpoint, INBOUND, OTHER_ACCOUNT, REQUESTER, SERVICE, worldWith } from "../../support/clouds";
import { coded, useForeign } from "./clients";

const BALANCED = "vpce-svc-0fedcba9876543210";
const OTHER_REQUESTER = "444455556666";
const GATEWAY_BALANCER =
    "arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/gwy/inspect/0123456789abcdef";

/** An attachment's connection beside endpoints, tags, names, and two more inbound connections. */
function fullWorld(undocumented: World["undocumented"] = {}): World {
    const world = worldWith({ endpoints: ["pendingAcceptance", "available", "rejected"], undocumented });
    const [region] = world.aws ?? [];
    const [service] = region?.endpointServices ?? [];
    if (region === undefined || service?.connections === undefined) {
        throw new Error("the world has no endpoint service");
    }
    Object.assign(service, { tags: { team: "ledger" }, privateDnsName: "ledger.example.com" });
    Object.assign(service.connections[1] ?? {}, {
        owner: OTHER_REQUESTER,
        vpcEndpointRegion: "us-east-1",
        ipAddressType: "dualstack",
        tags: { Name: "analytics" },
        dnsEntries: [{ dnsName: "vpce-2.ledger.example.com", hostedZoneId: "Z1" }],
    });
    region.endpointServices?.push({
        serviceId: BALANCED,
        serviceState: "Pending",
        supportedIpAddressTypes: ["ipv6"],
        gatewayLoadBalancerArns: [GATEWAY_BALANCER],
        tags: { team: "network" },
        transitGatewayConnections: [
            {
                transitGatewayAttachmentId: "tgw-attach-0123456789abcdef0",
                transitGatewayAttachmentOwner: REQUESTER,
                state: "pendingAcceptance",
            },
        ],
    });
    region.openSearchInboundConnections?.push(
        {
            connectionId: "b1b2c3d4e5f6",
            status: "ACTIVE",
            message: "ready",
            localDomain: { ownerId: OTHER_REQUESTER, domainName: "search", region: "eu-west-1" },
            remoteDomain: { ownerId: ACCOUNT, domainName: "ledger", region: "eu-west-1" },
        },
        { connectionId: "c1b2c3d4e5f6", status: "REJECTED" },
    );
    region.principals = [
        {
            accessKeyId: "AKIAREADER",
            denied: ["ec2:AcceptVpcEndpointConnections", "es:AcceptInboundConnection"],
        },
    ];
    return world;
}

describe.skipIf(!clientsAvailable)("boto3 and the AWS CLI", () => {
    const foreign = useForeign("aws", () => fullWorld(), "aws_cli");

    const ec2 = (operation: string, args: object = {}, more: object = {}) => ({
        do: "call",
        service: "ec2",
        operation,
        args,
        ...more,
    });
    const es = (operation: string, args: object = {}, more: object = {}) => ({
        do: "call",
        service: "opensearch",
        operation,
        args,
        ...more,
    });
    const cli = (...words: string[]) =>
        foreign.shell.run<{ status: number; output: { VpcEndpointConnections: object[] }; error: string }>({
            arguments: words,
        });
    const connectionStates = () =>
        foreign.simulator.world.aws?.[0]?.endpointServices?.flatMap((service) =>
            [...(service.connections ?? []), ...(service.transitGatewayConnections ?? [])].map(({ state }) => state),
        );
    const inboundStates = () =>
        foreign.simulator.world.aws?.[0]?.openSearchInboundConnections?.map(({ status }) => status);
    const UNTOUCHED = ["pendingAcceptance", "available", "rejected", "pendingAcceptance"];

    describe("DescribeVpcEndpointConnections", () => {
        const found = async (filters: object[]) =>
            (
                await foreign.clients.run<{ VpcEndpointConnections: Record<string, string>[] }>(
                    ec2("describe_vpc_endpoint_connections", { Filters: filters }),
                )
            ).VpcEndpointConnections.map((c) => c.VpcEndpointId ?? c.TransitGatewayAttachmentId);

        it.each([
            ["service-id", BALANCED, ["tgw-attach-0123456789abcdef0"]],
            ["vpc-endpoint-owner", OTHER_REQUESTER, [endpoint(2)]],
            ["vpc-endpoint-state", "rejected", [endpoint(3)]],
            ["vpc-endpoint-region", "us-east-1", [endpoint(2)]],
            ["ip-address-type", "dualstack", [endpoint(2)]],
            ["transit-gateway-attachment-id", "tgw-attach-0123456789abcdef0", ["tgw-attach-0123456789abcdef0"]],
        ])("filters by %s", async (name, value, ids) => {
            expect(await found([{ Name: name, Values: [value, "nothing"] }])).toEqual(ids);
        });

        it("joins filters with AND", async () => {
            const both = [
                { Name: "service-id", Values: [SERVICE] },
                { Name: "vpc-endpoint-state", Values: ["available", "pendingAcceptance"] },
            ];
            expect(await found(both)).toEqual([endpoint(1), endpoint(2)]);
        });

        it("filters by vpc-endpoint-id where its switch says so", async () => {
            foreign.simulator.world = fullWorld({ ec2EndpointIdFilter: "works" });
            expect(await found([{ Name: "vpc-endpoint-id", Values: [endpoint(3)] }])).toEqual([endpoint(3)]);
        });

        it.each([
            ["vpc-endpoint-id", ["x"], "InvalidFilter", 400],
            ["owner", ["x"], "InvalidFilter", 400],
            ["vpc-endpoint-state", ["pending*"], "NotSimulated", 501],
            ["vpc-endpoint-state", [], "NotSimulated", 501],
        ])("refuses the filter %s=%j with %s", async (name, values, code, status) => {
            const error = await foreign.clients.refusal(
                ec2("describe_vpc_endpoint_connections", { Filters: [{ Name: name, Values: values }] }),
            );
            expect(coded(error)).toEqual([code, status]);
        });

        it("shows the fields that users print", async () => {
            const { VpcEndpointConnections } = await foreign.clients.run(ec2("describe_vpc_endpoint_connections"));
            const [, second, , fourth] = VpcEndpointConnections as object[];
            expect(second).toMatchObject({
                VpcEndpointConnectionId: `vpce-conn-${endpoint(2).slice(5)}`,
                DnsEntries: [{ DnsName: "vpce-2.ledger.example.com", HostedZoneId: "Z1" }],
                NetworkLoadBalancerArns: [expect.stringContaining(":loadbalancer/net/")],
                Tags: [{ Key: "Name", Value: "analytics" }],
                IpAddressType: "dualstack",
            });
            expect(fourth).toEqual({
                ServiceId: BALANCED,
                VpcEndpointState: "pendingAcceptance",
                CreationTimestamp: expect.any(String),
                GatewayLoadBalancerArns: [GATEWAY_BALANCER],
                TransitGatewayAttachmentId: "tgw-attach-0123456789abcdef0",
                TransitGatewayAttachmentOwner: REQUESTER,
            });
        });

        it("pages from 5, and gives 1,000 where more is asked for", async () => {
            foreign.simulator.world = worldWith({ endpoints: Array.from({ length: 1_003 }, () => "available") });
            const sizes = async (size: number) =>
                (
                    await foreign.clients.run<{ VpcEndpointConnections: object[] }[]>(
                        ec2("describe_vpc_endpoint_connections", {}, { pages: size }),
                    )
                ).map((page) => page.VpcEndpointConnections.length);
            expect(await sizes(500)).toEqual([500, 500, 3]);
            expect(await sizes(5_000)).toEqual([1_000, 3]);
        });

        it.each([
            [{ MaxResults: 4 }, "InvalidParameterValue", 400],
            [{ NextToken: "x" }, "InvalidNextToken", 400],
        ])("refuses %j with %s", async (args, code, status) => {
            expect(coded(await foreign.clients.refusal(ec2("describe_vpc_endpoint_connections", args)))).toEqual([
                code,
                status,
            ]);
        });
    });

    describe("DescribeVpcEndpointServiceConfigurations", () => {
        const found = async (args: object) =>
            (
                await foreign.clients.run<{ ServiceConfigurations: { ServiceId: string }[] }>(
                    ec2("describe_vpc_endpoint_service_configurations", args),
                )
            ).ServiceConfigurations.map(({ ServiceId }) => ServiceId);

        it.each([
            ["service-id", SERVICE, SERVICE],
            ["service-name", `com.amazonaws.vpce.eu-west-1.${BALANCED}`, BALANCED],
            ["service-state", "Pending", BALANCED],
            ["supported-ip-address-types", "ipv6", BALANCED],
            ["tag:team", "ledger", SERVICE],
        ])("filters by %s", async (name, value, id) => {
            expect(await found({ Filters: [{ Name: name, Values: [value] }] })).toEqual([id]);
        });

        it("filters by tag-key, and by ids besides", async () => {
            const Filters = [{ Name: "tag-key", Values: ["team"] }];
            expect(await found({ Filters })).toEqual([SERVICE, BALANCED]);
            expect(await found({ Filters, ServiceIds: [BALANCED] })).toEqual([BALANCED]);
        });

        it("refuses a bogus filter, which used to list everything, and an unknown service", async () => {
            const bogus = { Filters: [{ Name: "bogus", Values: ["x"] }] };
            expect(
                coded(await foreign.clients.refusal(ec2("describe_vpc_endpoint_service_configurations", bogus))),
            ).toEqual(["InvalidFilter", 400]);
            const unknown = { ServiceIds: ["vpce-svc-0"] };
            expect(
                coded(await foreign.clients.refusal(ec2("describe_vpc_endpoint_service_configurations", unknown))),
            ).toEqual(["InvalidVpcEndpointServiceId.NotFound", 400]);
        });

        it("tells of a service what users print", async () => {
            const { ServiceConfigurations } = await foreign.clients.run(
                ec2("describe_vpc_endpoint_service_configurations"),
            );
            expect(ServiceConfigurations).toMatchObject([
                {
                    ServiceName: `com.amazonaws.vpce.eu-west-1.${SERVICE}`,
                    ServiceType: [{ ServiceType: "Interface" }],
                    ServiceState: "Available",
                    AcceptanceRequired: true,
                    PrivateDnsName: "ledger.example.com",
                    Tags: [{ Key: "team", Value: "ledger" }],
                },
                { ServiceType: [{ ServiceType: "GatewayLoadBalancer" }], GatewayLoadBalancerArns: [GATEWAY_BALANCER] },
            ]);
        });
    });

    describe("AcceptVpcEndpointConnections, RejectVpcEndpointConnections", () => {
        const both = ["accept_vpc_endpoint_connections", "reject_vpc_endpoint_connections"];
        const one = { ServiceId: SERVICE, VpcEndpointIds: [endpoint(1)] };

        it("accept what the CLI and the JavaScript SDK then read as available", async () => {
            expect(await foreign.clients.run(ec2("accept_vpc_endpoint_connections", one))).toEqual({
                Unsuccessful: [],
            });
            const filter = ["--filters", `Name=service-id,Values=${SERVICE}`];
            const read = await cli("ec2", "describe-vpc-endpoint-connections", ...filter);
            expect([read.status, read.output.VpcEndpointConnections[0]]).toEqual([
                0,
                expect.objectContaining({ VpcEndpointId: endpoint(1), VpcEndpointState: "available" }),
            ]);
            const sdk = new EC2Client({
                endpoint: foreign.simulator.url,
                region: "eu-west-1",
                credentials: { accessKeyId: `AKIA${ACCOUNT}`, secretAccessKey: "x" },
            });
            const { VpcEndpointConnections } = await sdk.send(new DescribeVpcEndpointConnectionsCommand({}));
            expect(VpcEndpointConnections?.[0]?.VpcEndpointState).toBe("available");
        });

        it("reject through the CLI, what boto3 then reads; a failure is told with status 0", async () => {
            const reject = ["ec2", "reject-vpc-endpoint-connections", "--service-id", SERVICE, "--vpc-endpoint-ids"];
            const rejected = await cli(...reject, endpoint(2), endpoint(9));
            expect(rejected).toEqual({
                status: 0,
                error: "",
                output: {
                    Unsuccessful: [
                        {
                            ResourceId: endpoint(9),
                            Error: { Code: "InvalidVpcEndpointId.NotFound", Message: expect.any(String) },
                        },
                    ],
                },
            });
            const { VpcEndpointConnections } = await foreign.clients.run(ec2("describe_vpc_endpoint_connections"));
            expect((VpcEndpointConnections as { VpcEndpointState: string }[])[1]?.VpcEndpointState).toBe("rejected");
        });

        it("decide attachments of transit gateways", async () => {
            const args = { ServiceId: BALANCED, TransitGatewayAttachmentIds: ["tgw-attach-0123456789abcdef0"] };
            await foreign.clients.run(ec2("accept_vpc_endpoint_connections", args));
            expect(connectionStates()?.[3]).toBe("available");
            await foreign.clients.run(ec2("reject_vpc_endpoint_connections", args));
            expect(connectionStates()?.[3]).toBe("rejected");
        });

        it.each(both.flatMap((operation) => ["true", "True", "TRUE", "1"].map((value) => [operation, value])))(
            "%s with DryRun=%s changes nothing",
            async (operation, value) => {
                const error = await foreign.clients.refusal(ec2(operation, one, { raw: { DryRun: value } }));
                expect(coded(error)).toEqual(["DryRunOperation", 412]);
                expect(connectionStates()).toEqual(UNTOUCHED);
            },
        );

        it.each([
            [
                "both id lists",
                { TransitGatewayAttachmentIds: ["tgw-attach-0123456789abcdef0"] },
                "InvalidParameterCombination",
                400,
            ],
            ["no id", { VpcEndpointIds: [] }, "MissingParameter", 400],
            ["no service", { ServiceId: "" }, "MissingParameter", 400],
            ["a service of nobody", { ServiceId: "vpce-svc-0" }, "InvalidVpcEndpointServiceId.NotFound", 400],
        ])("refuse %s", async (_, args, code, status) => {
            const error = await foreign.clients.refusal(ec2("reject_vpc_endpoint_connections", { ...one, ...args }));
            expect(coded(error)).toEqual([code, status]);
            expect(connectionStates()).toEqual(UNTOUCHED);
        });

        it.each([
            ["attachments of a service without Gateway Load Balancers", SERVICE, 1, "InvalidParameter"],
            ["more than 50 attachments", BALANCED, 51, "InvalidParameterValue"],
        ])("refuse %s", async (_, service, count, code) => {
            const TransitGatewayAttachmentIds = Array.from({ length: count }, (_, i) => `tgw-attach-${i}`);
            const args = { ServiceId: service, TransitGatewayAttachmentIds };
            expect(coded(await foreign.clients.refusal(ec2("accept_vpc_endpoint_connections", args)))).toEqual([
                code,
                400,
            ]);
        });

        it.each([
            ["DryRun", "yes", "InvalidParameterValue", 400],
            ["DryRun", "", "InvalidParameterValue", 400],
            ["Force", "true", "NotSimulated", 501],
            ["VpcEndpointId.1.Name", "x", "NotSimulated", 501],
            ["Version", "2014-10-01", "NotSimulated", 501],
        ])("refuse %s=%j and name it", async (name, value, code, status) => {
            const error = await foreign.clients.refusal(
                ec2("reject_vpc_endpoint_connections", one, { raw: { [name]: value } }),
            );
            expect(coded(error)).toEqual([code, status]);
            expect(error.text).toContain(name === "Version" ? value : name);
            expect(connectionStates()).toEqual(UNTOUCHED);
        });

        it("refuse who may not, also in a dry run, who is nobody, and who does not sign", async () => {
            const accept = (more: object) => foreign.clients.refusal(ec2("accept_vpc_endpoint_connections", one, more));
            expect(coded(await accept({ key: "AKIAREADER" }))).toEqual(["UnauthorizedOperation", 403]);
            expect(coded(await accept({ key: "AKIAREADER", raw: { DryRun: "true" } }))).toEqual([
                "UnauthorizedOperation",
                403,
            ]);
            expect(coded(await accept({ account: "999999999999" }))).toEqual(["AuthFailure", 401]);
            expect(coded(await accept({ unsigned: true }))).toEqual(["MissingAuthenticationToken", 403]);
            expect(coded(await accept({ account: OTHER_ACCOUNT }))).toEqual([
                "InvalidVpcEndpointServiceId.NotFound",
                400,
            ]);
            expect(connectionStates()).toEqual(UNTOUCHED);
        });

        it("say what fails of each id: a state that does not allow it", async () => {
            foreign.simulator.world = worldWith({ endpoints: ["expired", "pendingAcceptance"] });
            const ids = { ServiceId: SERVICE, VpcEndpointIds: [endpoint(1), endpoint(2)] };
            expect(await foreign.clients.run(ec2("accept_vpc_endpoint_connections", ids))).toEqual({
                Unsuccessful: [
                    { ResourceId: endpoint(1), Error: { Code: "InvalidParameter", Message: expect.any(String) } },
                ],
            });
        });

        it("are throttled and expire with EC2's own codes", async () => {
            foreign.simulator.addFaults([{ fault: "throttle" }, { fault: "expired" }, { fault: "clockSkew" }]);
            const codes = [];
            for (let i = 0; i < 3; i++) {
                codes.push((await foreign.clients.refusal(ec2("accept_vpc_endpoint_connections", one))).code);
            }
            expect(codes).toEqual(["RequestLimitExceeded", "RequestExpired", "SignatureDoesNotMatch"]);
        });
    });

    it("an operation that is not simulated is an invalid action", async () => {
        expect(coded(await foreign.clients.refusal(ec2("describe_vpcs")))).toEqual(["InvalidAction", 400]);
    });

    it("the query protocol takes GET, and decides in a dry run nothing", async () => {
        const list = await foreign.clients.run<{ status: number; text: string }>({
            do: "get",
            query: "Action=DescribeVpcEndpointConnections&Version=2016-11-15&MaxResults=5",
        });
        expect([list.status, list.text]).toEqual([200, expect.stringContaining(endpoint(1))]);
        const ids = `ServiceId=${SERVICE}&VpcEndpointId.1=${endpoint(1)}`;
        const query = `Action=RejectVpcEndpointConnections&Version=2016-11-15&DryRun=True&${ids}`;
        const dryRun = await foreign.clients.run<{ status: number; text: string }>({ do: "get", query });
        expect([dryRun.status, dryRun.text]).toEqual([412, expect.stringContaining("<Code>DryRunOperation</Code>")]);
        expect(connectionStates()).toEqual(UNTOUCHED);
    });

    describe("OpenSearch", () => {
        const found = async (args: object) =>
            (
                await foreign.clients.run<{ Connections: { ConnectionId: string }[] }>(
                    es("describe_inbound_connections", args),
                )
            ).Connections.map(({ ConnectionId }) => ConnectionId);

        it.each([
            ["connection-id", INBOUND, [INBOUND]],
            ["local-domain-info.domain-name", "search", ["b1b2c3d4e5f6"]],
            ["local-domain-info.owner-id", OTHER_REQUESTER, ["b1b2c3d4e5f6"]],
            ["local-domain-info.region", "us-east-1", [INBOUND]],
            ["remote-domain-info.domain-name", "logs", [INBOUND]],
        ])("filters by %s", async (name, value, ids) => {
            expect(await found({ Filters: [{ Name: name, Values: [value] }] })).toEqual(ids);
        });

        it("pages with its tokens", async () => {
            const first = await foreign.clients.run(es("describe_inbound_connections", { MaxResults: 2 }));
            expect(first.Connections).toHaveLength(2);
            expect(await found({ MaxResults: 2, NextToken: first.NextToken })).toEqual(["c1b2c3d4e5f6"]);
        });

        it.each([
            [{ Filters: [{ Name: "remote-domain-info.owner-id", Values: ["x"] }] }, {}, "ValidationException", 400],
            [{ Filters: [{ Name: "connection-id", Values: [] }] }, {}, "ValidationException", 400],
            [{ MaxResults: 101 }, {}, "ValidationException", 400],
            [{ NextToken: "x" }, {}, "InvalidPaginationTokenException", 400],
            [{}, { Status: "ACTIVE" }, "NotSimulated", 501],
        ])("refuses %j %j with %s", async (args, raw, code, status) => {
            const error = await foreign.clients.refusal(es("describe_inbound_connections", args, { raw }));
            expect(coded(error)).toEqual([code, status]);
        });

        it("takes no body with a decision, and no query", async () => {
            const signed = `AWS4-HMAC-SHA256 Credential=AKIA${ACCOUNT}/20260101/eu-west-1/es/aws4_request, x`;
            const path = `${foreign.simulator.url}/2021-01-01/opensearch/cc/inboundConnection/${INBOUND}/accept`;
            const send = (query: string, body?: string) =>
                fetch(path + query, { method: "PUT", headers: { authorization: signed }, ...(body ? { body } : {}) });
            const statuses = [(await send("", '{"DryRun":true}')).status, (await send("?dryRun=true")).status];
            expect([statuses, inboundStates()?.[0]]).toEqual([[501, 501], "PENDING_ACCEPTANCE"]);
        });

        it("accepts what the CLI and the JavaScript SDK then read as active", async () => {
            const { Connection } = await foreign.clients.run(
                es("accept_inbound_connection", { ConnectionId: INBOUND }),
            );
            expect(Connection).toMatchObject({ ConnectionId: INBOUND, ConnectionMode: "DIRECT" });
            const filter = ["--filters", `Name=connection-id,Values=${INBOUND}`];
            const { output } = await cli("opensearch", "describe-inbound-connections", ...filter);
            const active = { Connections: [{ ConnectionId: INBOUND, ConnectionStatus: { StatusCode: "ACTIVE" } }] };
            expect(output).toMatchObject(active);
            const sdk = new OpenSearchClient({
                endpoint: foreign.simulator.url,
                region: "eu-west-1",
                credentials: { accessKeyId: `AKIA${ACCOUNT}`, secretAccessKey: "x" },
            });
            const { Connections } = await sdk.send(new DescribeInboundConnectionsCommand({}));
            expect(Connections?.slice(0, 1)).toMatchObject(active.Connections);
        });

        it("rejects and deletes through the CLI, what boto3 then reads, messages too", async () => {
            expect(await cli("opensearch", "reject-inbound-connection", "--connection-id", INBOUND)).toMatchObject({
                status: 0,
            });
            const before = await foreign.clients.run(es("describe_inbound_connections"));
            expect(before.Connections).toMatchObject([
                { ConnectionStatus: { StatusCode: "REJECTED" } },
                { ConnectionStatus: { StatusCode: "ACTIVE", Message: "ready" } },
                {},
            ]);
            await cli("opensearch", "delete-inbound-connection", "--connection-id", "b1b2c3d4e5f6");
            expect(await found({})).toEqual([INBOUND, "c1b2c3d4e5f6"]);
        });

        it.each([
            ["accept_inbound_connection", "nosuchconnection", {}, "ResourceNotFoundException", 409],
            ["reject_inbound_connection", INBOUND, { region: "us-east-1" }, "ResourceNotFoundException", 409],
            ["reject_inbound_connection", "b1b2c3d4e5f6", {}, "DisabledOperationException", 409],
            ["accept_inbound_connection", "c1b2c3d4e5f6", {}, "DisabledOperationException", 409],
            ["delete_inbound_connection", "nosuchconnection", {}, "ResourceNotFoundException", 409],
            ["accept_inbound_connection", INBOUND, { key: "AKIAREADER" }, "AccessDeniedException", 403],
        ])("%s of %s %j is refused with %s", async (operation, id, more, code, status) => {
            const error = await foreign.clients.refusal(es(operation, { ConnectionId: id }, more));
            expect(coded(error)).toEqual([code, status]);
            expect(inboundStates()).toEqual(["PENDING_ACCEPTANCE", "ACTIVE", "REJECTED"]);
        });
    });

    it("STS says who is calling, to the CLI too, and refuses what it would ignore", async () => {
        const { output } = await cli("sts", "get-caller-identity");
        expect(output).toMatchObject({ Account: ACCOUNT });
        const role = { RoleArn: `arn:aws:iam::${OTHER_ACCOUNT}:role/owner`, RoleSessionName: "test" };
        const sts = (args: object) => ({ do: "call", service: "sts", operation: "assume_role", args });
        expect(await foreign.clients.run(sts({ ...role, DurationSeconds: 900 }))).toMatchObject({
            AssumedRoleUser: { Arn: `arn:aws:sts::${OTHER_ACCOUNT}:assumed-role/owner/test` },
        });
        const refused = await Promise.all(
            [
                { SourceIdentity: "someone" },
                { ExternalId: "not one" },
                { DurationSeconds: 1 },
                { RoleSessionName: "" },
            ].map((more) => foreign.clients.refusal(sts({ ...role, ...more }))),
        );
        expect(refused.map(coded)).toEqual([
            ["NotSimulated", 501],
            ["ValidationError", 400],
            ["ValidationError", 400],
            ["ValidationError", 400],
        ]);
    });
});
