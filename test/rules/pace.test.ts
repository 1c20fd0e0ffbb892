import { describe, expect, it } from "vitest";
import { endpoint, REQUESTER, useClouds } from "../support/clouds";
import { TestStack, virtualClock } from "../support/engine";

/** Documented rates: EC2 takes ten accepts at once, then one a second. */
const clouds = useClouds();
const SERVICES = 15;

/** One decision on each of fifteen services: fifteen requests. Virtual seconds that they took, and how many were throttled. */
async function acceptOnAll(config: Record<string, string>) {
    const services = Array.from({ length: SERVICES }, (_, i) => `vpce-svc-${String(i).padStart(17, "0")}`);
    clouds.simulator.world = {
        aws: [
            {
                account: "123456789012",
                region: "eu-west-1",
                endpointServices: services.map((serviceId, i) => ({
                    serviceId,
                    connections: [{ vpcEndpointId: endpoint(i), owner: REQUESTER, state: "pendingAcceptance" }],
                })),
            },
        ],
    };
    const clock = virtualClock(clouds.simulator);
    const started = clock.now();
    const { failures } = await new TestStack(clouds.simulator, config, {}, clock).up(
        Object.fromEntries(
            services.map((serviceId, i) => [
                serviceId,
                { connection: { kind: "aws:vpcEndpoint", serviceId, endpointId: endpoint(i) }, decision: "accept" },
            ]),
        ),
    );
    expect(failures).toEqual({});
    const accepts = clouds.simulator.calls.filter((call) => call.action === "ec2:AcceptVpcEndpointConnections");
    return { seconds: (clock.now() - started) / 1000, accepts: accepts.length };
}

describe("requests", () => {
    it("keep to the documented rate", async () => {
        const { seconds, accepts } = await acceptOnAll({});
        expect(accepts).toBe(SERVICES);
        expect(seconds).toBeGreaterThanOrEqual(SERVICES - 10);
    });

    it("do not where connections:pace is false", async () => {
        const { seconds, accepts } = await acceptOnAll({ "connections:pace": "false" });
        expect(accepts).toBe(SERVICES);
        expect(seconds).toBeLessThan(SERVICES - 10);
    });
});
