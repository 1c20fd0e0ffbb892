import { ConnectionDecision, Provider } from "pulumi-connection-decision";

// One provider per account: names of regions and roles, never credentials. Those come from the environment or a profile.
const production = new Provider("production", {
    aws: { region: "eu-west-1", roleArn: "arn:aws:iam::123456789012:role/network-owner" },
    requireExpectedRequester: true,
});
const staging = new Provider("staging", {
    aws: { region: "eu-west-1", roleArn: "arn:aws:iam::210987654321:role/network-owner" },
});

new ConnectionDecision(
    "analytics-production",
    {
        connection: {
            kind: "aws:vpcEndpoint",
            serviceId: "vpce-svc-0123456789abcdef0",
            endpointId: "vpce-0a1b2c3d4e5f60718",
        },
        decision: "accept",
        expectedRequester: "111122223333",
    },
    { provider: production },
);

new ConnectionDecision(
    "analytics-staging",
    {
        connection: {
            kind: "aws:vpcEndpoint",
            serviceId: "vpce-svc-0fedcba9876543210",
            endpointId: "vpce-01234567890abcdef",
        },
        decision: "reject",
    },
    { provider: staging },
);
