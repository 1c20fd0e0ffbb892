import { ACCOUNT, DOMAIN, endpoint, INBOUND, PEERING, SERVICE, VPCEP_ENDPOINT, VPCEP_SERVICE } from "./clouds";

/** Answers of a cloud about one connection, as its API documents them. */
export const DOCUMENTED = {
    "aws:vpcEndpoint": {
        list: ec2(
            "DescribeVpcEndpointConnections",
            `<vpcEndpointConnectionSet><item><serviceId>${SERVICE}</serviceId><vpcEndpointId>${endpoint(1)}</vpcEndpointId><vpcEndpointState>pendingAcceptance</vpcEndpointState></item></vpcEndpointConnectionSet>`,
        ),
        empty: ec2("DescribeVpcEndpointConnections", "<vpcEndpointConnectionSet/>"),
        describe: ec2(
            "DescribeVpcEndpointServiceConfigurations",
            `<serviceConfigurationSet><item><serviceId>${SERVICE}</serviceId><acceptanceRequired>true</acceptanceRequired></item></serviceConfigurationSet>`,
        ),
        identity: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>${ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    },
    "aws:openSearchInbound": {
        list: JSON.stringify({
            Connections: [{ ConnectionId: INBOUND, ConnectionStatus: { StatusCode: "PENDING_ACCEPTANCE" } }],
        }),
        empty: JSON.stringify({ Connections: [] }),
    },
    "alibaba:vpcPeering": {
        list: JSON.stringify({ RequestId: "r", VpcPeerConnects: [{ InstanceId: PEERING, Status: "Accepting" }] }),
        empty: JSON.stringify({ RequestId: "r", VpcPeerConnects: [] }),
        detail: JSON.stringify({ RequestId: "r", InstanceId: PEERING, Status: "Accepting" }),
    },
    vpcep: {
        list: JSON.stringify({
            connections: [{ id: VPCEP_ENDPOINT, status: "pendingAcceptance", domain_id: DOMAIN }],
            total_count: 1,
        }),
        empty: JSON.stringify({ connections: [], total_count: 0 }),
        describe: JSON.stringify({ id: VPCEP_SERVICE, approval_enabled: true }),
    },
};

export function ec2(action: string, content: string): string {
    return `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>${content}</${action}Response>`;
}
