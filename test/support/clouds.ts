import { afterAll, beforeAll, beforeEach } from "vitest";
import { type Simulator, type SimulatorOptions, startSimulator, type World } from "../../src/simulator/index";
import { peeringWorld } from "../kinds/alibaba-vpc-peering";
import { inboundWorld } from "../kinds/aws-opensearch-inbound";
import { endpointWorld } from "../kinds/aws-vpc-endpoint";
import { vpcepWorld } from "../kinds/huawei-vpc-endpoint";
import { OTHER_ACCOUNT } from "./accounts";
import { mergedWorlds } from "./worlds";

export { PEERING } from "../kinds/alibaba-vpc-peering";
export { INBOUND } from "../kinds/aws-opensearch-inbound";
export { endpoint, SERVICE } from "../kinds/aws-vpc-endpoint";
export { VPCEP_ENDPOINT, VPCEP_SERVICE } from "../kinds/huawei-vpc-endpoint";
export * from "./accounts";

/** One request of each kind of version 0.1.0, in the given states, and a second AWS account without any. */
export function worldWith(states: {
    endpoints?: readonly (string | { state: string; owner?: string })[];
    inbound?: string;
    peering?: string;
    vpcep?: string;
    acceptanceRequired?: boolean;
    approvalEnabled?: boolean;
    undocumented?: World["undocumented"];
}): World {
    const { undocumented } = states;
    return mergedWorlds(
        endpointWorld(states.endpoints ?? ["pendingAcceptance"], states.acceptanceRequired),
        inboundWorld(states.inbound ?? "PENDING_ACCEPTANCE"),
        { aws: [{ account: OTHER_ACCOUNT, region: "eu-west-1", endpointServices: [] }] },
        peeringWorld(states.peering ?? "Accepting"),
        vpcepWorld(states.vpcep ?? "pendingAcceptance", states.approvalEnabled),
        undocumented === undefined ? {} : { undocumented },
    );
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
