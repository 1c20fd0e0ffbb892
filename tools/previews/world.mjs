/** The simulated clouds of the recorded previews: one request of every fate. */

const LEDGER = "vpce-svc-0123456789abcdef0";
const AUDIT = "vpce-svc-0fedcba9876543210";
const ARCHIVE = "vpce-svc-00000000000000aaa";

/** Text that a requester wrote to do harm in a comment; printable, because the provider escapes the rest. */
const HOSTILE = "@admins see [this](https://evil.example) | <img src=x onerror=alert(1)> `code` **bold** #1 \u202eabc";

const endpoint = (n) => `vpce-${String(n).padStart(17, "0")}`;
const connection = (n, owner, state) => ({ vpcEndpointId: endpoint(n), owner, state });

export function world() {
    return {
        aws: [
            {
                account: "123456789012",
                region: "eu-west-1",
                endpointServices: [
                    {
                        serviceId: LEDGER,
                        connections: [
                            connection(1, "111122223333", "pendingAcceptance"),
                            connection(2, "999988887777", "pendingAcceptance"),
                            connection(3, "444455556666", "available"),
                            connection(4, "999988887777", "pendingAcceptance"),
                            connection(5, "555566667777", "available"),
                            connection(6, "555566667777", "available"),
                        ],
                    },
                    {
                        serviceId: AUDIT,
                        connections: [
                            connection(11, "111122223333", "pendingAcceptance"),
                            connection(12, "222233334444", "pendingAcceptance"),
                            connection(13, "999988887777", "available"),
                            connection(14, "999988887777", "pendingAcceptance"),
                            connection(15, "777766665555", "pendingAcceptance"),
                        ],
                    },
                    {
                        serviceId: ARCHIVE,
                        connections: [
                            connection(21, "999988887777", "available"),
                            connection(22, "111122223333", "rejected"),
                            connection(23, "777766665555", "pendingAcceptance"),
                        ],
                    },
                ],
                openSearchInboundConnections: [
                    {
                        connectionId: "a1b2c3d4e5f6",
                        status: "ACTIVE",
                        localDomain: { ownerId: "123456789012", domainName: "logs", region: "eu-west-1" },
                        remoteDomain: { ownerId: "111122223333", domainName: "audit", region: "eu-west-1" },
                    },
                ],
            },
        ],
        alibaba: [
            {
                account: "1234567890123456",
                vpcPeerConnections: [
                    {
                        instanceId: "pcc-guzvyqlj0n6e10",
                        status: "Accepting",
                        ownerId: "9876543210987654",
                        regionId: "cn-hangzhou",
                        name: HOSTILE,
                        vpc: { vpcId: "vpc-bp1aevy8sofi8mh1q", ipv4Cidrs: ["10.20.0.0/16"] },
                    },
                ],
            },
        ],
    };
}
