import type { ConnectionDecisionArgs } from "pulumi-connection-decision";
import { endpoint, SERVICE, type useClouds, type worldWith } from "./clouds";

/** Time of a test that runs the real CLI several times, on a loaded machine. */
export const OPERATION_MS = 120_000;

/** Arguments of a decision on the n-th endpoint of the endpoint service, for a real program. */
export function onEndpoint(
    n: number,
    decision: "accept" | "reject",
    more: Partial<ConnectionDecisionArgs> = {},
): ConnectionDecisionArgs {
    return { connection: { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(n) }, decision, ...more };
}

/** What people and requesters do to the clouds of a test, and how its endpoints stand. */
export function endpointsOf(clouds: ReturnType<typeof useClouds>) {
    const outside = (change: (world: ReturnType<typeof worldWith>) => void) => {
        const { world } = clouds.simulator;
        change(world);
        clouds.simulator.world = world;
    };
    return {
        outside,
        stateOf: (n: number) => clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.[n - 1]?.state,
        setEndpoint(n: number, state: string) {
            outside((world) => {
                Object.assign(world.aws?.[0]?.endpointServices?.[0]?.connections?.[n - 1] as object, { state });
            });
        },
    };
}
