import { expect, it } from "vitest";
import type { World } from "../../src/simulator/index";
import { useClouds } from "../support/clouds";
import { follow, newProject } from "./transcript";

/** The account of the pages: two requests that wait, and a connection that works. */
const SERVICE = "vpce-svc-0123456789abcdef0";
const ANALYTICS = "vpce-0a1b2c3d4e5f60718";
const clouds = useClouds({ settleMs: 200 });

function account(): World {
    const hours = (n: number) => new Date(Date.now() - n * 3_600_000 - 60_000).toISOString();
    const connections = [
        { vpcEndpointId: ANALYTICS, owner: "111122223333", state: "pendingAcceptance", creationTimestamp: hours(2) },
        {
            vpcEndpointId: "vpce-0bad00bad00bad00b",
            owner: "999988887777",
            state: "pendingAcceptance",
            creationTimestamp: hours(30),
        },
        {
            vpcEndpointId: "vpce-0fedcba9876543210",
            owner: "444455556666",
            state: "available",
            creationTimestamp: hours(500),
        },
    ];
    const service = { serviceId: SERVICE, acceptanceRequired: true, connections };
    return { aws: [{ account: "123456789012", region: "eu-west-1", endpointServices: [service] }] };
}

const connection = (id: string) =>
    clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.find((one) => one.vpcEndpointId === id);

it("the pages print what they show", { timeout: 240_000 }, async () => {
    clouds.simulator.world = account();
    const { AWS_ENDPOINT_URL = "", AWS_ACCESS_KEY_ID = "", AWS_SECRET_ACCESS_KEY = "" } = clouds.simulator.env;
    const project = await newProject("connections", {
        AWS_ENDPOINT_URL,
        AWS_ACCESS_KEY_ID,
        AWS_SECRET_ACCESS_KEY,
        AWS_REGION: "eu-west-1",
    });
    expect(
        await follow("docs/getting-started.md", project, {
            "aws ec2 reject-vpc-endpoint-connections": () => {
                Object.assign(connection(ANALYTICS) ?? {}, { state: "rejected" });
            },
        }),
    ).toEqual([]);
    expect(connection(ANALYTICS)?.state).toBe("available");
    expect(connection("vpce-0bad00bad00bad00b")?.state).toBe("rejected");

    for (const page of ["README.md", "docs/decisions.md", "docs/admissions.md"]) {
        clouds.simulator.world = account();
        expect(await follow(page, project)).toEqual([]);
    }
});
