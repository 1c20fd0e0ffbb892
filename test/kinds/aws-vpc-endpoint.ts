import type { VpcEndpointConnection, World } from "../../src/simulator/index";
import { ACCOUNT, OTHER_ACCOUNT, REQUESTER } from "../support/accounts";
import { ec2, ec2Pages } from "../support/answers";
import type { KindRows } from "../support/kind-rows";

export const SERVICE = "vpce-svc-0123456789abcdef0";

/** The n-th endpoint of the endpoint service. */
export function endpoint(n: number): string {
    return `vpce-${n.toString(16).padStart(17, "0")}`;
}

/** The endpoint service with endpoints in these states; another requester where one is named. */
export function endpointWorld(
    endpoints: readonly (string | Omit<VpcEndpointConnection, "vpcEndpointId">)[],
    acceptanceRequired = true,
): World {
    const connections = endpoints.map((item, i) => ({
        vpcEndpointId: endpoint(i + 1),
        owner: REQUESTER,
        ...(typeof item === "string" ? { state: item } : item),
    }));
    const service = { serviceId: SERVICE, acceptanceRequired, connections };
    return { aws: [{ account: ACCOUNT, region: "eu-west-1", endpointServices: [service] }] };
}

const connection = { serviceId: SERVICE, endpointId: endpoint(1) };
const LIST = "DescribeVpcEndpointConnections";
const list = ec2(
    LIST,
    `<vpcEndpointConnectionSet><item><serviceId>${SERVICE}</serviceId><vpcEndpointId>${endpoint(1)}</vpcEndpointId><vpcEndpointState>pendingAcceptance</vpcEndpointState></item></vpcEndpointConnectionSet>`,
);
const found = ec2(
    "DescribeVpcEndpointServiceConfigurations",
    `<serviceConfigurationSet><item><serviceId>${SERVICE}</serviceId><acceptanceRequired>true</acceptanceRequired></item></serviceConfigurationSet>`,
);

/** https://docs.aws.amazon.com/vpc/latest/privatelink/concepts.html, endpoint states. */
export const rows: KindRows = {
    names: ["aws:vpcEndpoint"],
    connection,
    resolved: { region: "eu-west-1", ...connection },
    world: (state) => endpointWorld([state]),
    calls: { accept: "ec2:AcceptVpcEndpointConnections", reject: "ec2:RejectVpcEndpointConnections" },
    states: {
        pendingAcceptance: ["pending", "accept", "reject"],
        PendingAcceptance: ["pending", "accept", "reject"],
        pending: ["accepting", ">", ">"],
        available: ["accepted", "=", "reject"],
        partial: ["accepted", "=", "reject"],
        rejected: ["rejected", "accept", "="],
        deleting: ["removing", "!", "="],
        deleted: ["absent", "!", "="],
        failed: ["failed", "!", "="],
        expired: ["expired", "!", "="],
    },
    requester: { asking: REQUESTER, other: OTHER_ACCOUNT },
    evidence: { told: { endpointRegion: "eu-west-1" }, other: { endpointRegion: "us-east-1" } },
    accessKeyId: `AKIA${ACCOUNT}`,
    answers: {
        list,
        empty: ec2(LIST, "<vpcEndpointConnectionSet/>"),
        unreadable: [
            ec2(LIST, ""),
            ec2(LIST, "<vpcEndpointConnectionSet><item/></vpcEndpointConnectionSet>"),
            list.replace(SERVICE, "vpce-svc-ffffffffffffffff0"),
        ],
        pages: ec2Pages(
            LIST,
            "vpcEndpointConnectionSet",
            "vpce",
            (id) => `<serviceId>${SERVICE}</serviceId><vpcEndpointId>${id}</vpcEndpointId>`,
        ),
        scope: {
            asks: /DescribeVpcEndpointServiceConfigurations/,
            found,
            admission: "manual",
            others: [found.replace(SERVICE, "vpce-svc-0other")],
        },
        sent: {
            accept: ec2("AcceptVpcEndpointConnections", "<unsuccessful/>"),
            reject: ec2("RejectVpcEndpointConnections", "<unsuccessful/>"),
        },
    },
};
