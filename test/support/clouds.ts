import { afterAll, beforeAll, beforeEach } from "vitest";
import { type Simulator, type SimulatorOptions, startSimulator, type World } from "../../src/simulator/index";

export const ACCOUNT = "123456789012";
export const OTHER_ACCOUNT = "210987654321";
export const REQUESTER = "111122223333";
export const SERVICE = "vpce-svc-0123456789abcdef0";
export const ALIBABA_ACCOUNT = "283117732402483989";
export const ALIBABA_REQUESTER = "983117732402483989";
export const PROJECT = "6e9dfd51d1124e8d8498dce894923a0d";
export const DOMAIN = "5fc973eea581490997e82ea11a1df31f";
export const VPCEP_SERVICE = "4189d3c2-8882-4871-a3c2-d380272eed88";
export const PEERING = "pcc-guzvyqlj0n6e10";
export const INBOUND = "a1b2c3d4e5f6";
export const VPCEP_ENDPOINT = "705290f3-0d00-41f2-aedc-71e09844e879";

/** The n-th endpoint of the endpoint service. */
export function endpoint(n: number): string {
    return `vpce-${n.toString(16).padStart(17, "0")}`;
}

/** One request of each kind, in the given states. */
export function worldWith(states: {
    endpoints?: readonly (string | { state: string; owner?: string })[];
    inbound?: string;
    peering?: string;
    vpcep?: string;
    acceptanceRequired?: boolean;
    approvalEnabled?: boolean;
    undocumented?: World["undocumented"];
}): World {
    return {
        aws: [
            {
                account: ACCOUNT,
                region: "eu-west-1",
                endpointServices: [
                    {
                        serviceId: SERVICE,
                        acceptanceRequired: states.acceptanceRequired ?? true,
                        connections: (states.endpoints ?? ["pendingAcceptance"]).map((item, i) => ({
                            vpcEndpointId: endpoint(i + 1),
                            owner: REQUESTER,
                            ...(typeof item === "string" ? { state: item } : item),
                        })),
                    },
                ],
                openSearchInboundConnections: [
                    {
                        connectionId: INBOUND,
                        status: states.inbound ?? "PENDING_ACCEPTANCE",
                        localDomain: { ownerId: REQUESTER, domainName: "audit", region: "us-east-1" },
                        remoteDomain: { ownerId: ACCOUNT, domainName: "logs", region: "eu-west-1" },
                    },
                ],
            },
            { account: OTHER_ACCOUNT, region: "eu-west-1", endpointServices: [] },
        ],
        alibaba: [
            {
                account: ALIBABA_ACCOUNT,
                vpcPeerConnections: [
                    {
                        instanceId: PEERING,
                        status: states.peering ?? "Accepting",
                        ownerId: ALIBABA_REQUESTER,
                        regionId: "cn-hangzhou",
                        name: "orders",
                        vpc: { vpcId: "vpc-bp1aevy8sofi8mh1q", ipv4Cidrs: ["10.20.0.0/16"] },
                    },
                ],
            },
        ],
        huawei: [
            {
                projectId: PROJECT,
                region: "eu-de",
                endpointServices: [
                    {
                        id: VPCEP_SERVICE,
                        approvalEnabled: states.approvalEnabled ?? true,
                        connections: [
                            { id: VPCEP_ENDPOINT, domainId: DOMAIN, status: states.vpcep ?? "pendingAcceptance" },
                        ],
                    },
                ],
            },
        ],
        ...(states.undocumented === undefined ? {} : { undocumented: states.undocumented }),
    };
}

/** Simulated clouds for the tests of a file: a fresh world, no calls and no faults before each. */
export function useClouds(options: SimulatorOptions = {}): { readonly simulator: Simulator } {
    let simulator: Simulator | undefined;
    beforeAll(async () => {
        simulator = await startSimulator({ world: worldWith({}), ...options });
        Object.assign(process.env, simulator.env);
    });
    beforeEach(() => {
        if (simulator !== undefined) {
            simulator.world = options.world ?? worldWith({});
            simulator.clearCalls();
            simulator.clearFaults();
        }
    });
    afterAll(() => simulator?.close());
    return {
        get simulator() {
            if (simulator === undefined) {
                throw new Error("the simulator has not started");
            }
            return simulator;
        },
    };
}

/** The calls that decided or deleted something, on any cloud. */
export function mutationsOf(simulator: Simulator) {
    return simulator.calls.filter((call) => /Accept|Reject|Delete|connections:update/.test(call.action));
}
