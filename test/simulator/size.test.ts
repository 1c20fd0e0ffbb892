import { AcceptVpcEndpointConnectionsCommand, EC2Client } from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Simulator, startSimulator } from "../../src/simulator/index";
import { findById } from "../../src/simulator/server/by-id";
import { ACCOUNT, endpoint, SERVICE, worldWith } from "../support/clouds";

const MANY = 50_000;
const ASKED = 500;

describe("finding by id", () => {
    /** A list whose reads of ids are counted. */
    function counted(size: number) {
        const reads = { count: 0 };
        const idOf = (item: { id: string }) => {
            reads.count += 1;
            return item.id;
        };
        return { list: Array.from({ length: size }, (_, i) => ({ id: `i${i}` })), idOf, reads };
    }

    it("reads a list once, however many ids are asked for, and then those alone", () => {
        const { list, idOf, reads } = counted(1_000);
        const ids = list.slice(500, 700).map(({ id }) => id);
        expect(findById(list, [...ids, "nothing"], idOf).size).toBe(200);
        expect(reads.count).toBeLessThanOrEqual(1_000 + 201);
        reads.count = 0;
        expect(findById(list, ids, idOf).size).toBe(200);
        expect(reads.count).toBe(200);
    });

    it("sees what was added, taken away, renamed and moved in place meanwhile", () => {
        const { list, idOf } = counted(5);
        const find = (id: string) => findById(list, [id], idOf).get(id);
        expect(find("i4")).toBe(list[4]);
        list.push({ id: "new" });
        expect(find("new")).toBe(list[5]);
        list.shift();
        expect([find("i0"), find("i4")]).toEqual([undefined, list[3]]);
        Object.assign(list[0] ?? {}, { id: "renamed" });
        expect([find("i1"), find("renamed")]).toEqual([undefined, list[0]]);
    });
});

describe(`an accept of ${ASKED} ids among ${MANY} connections`, () => {
    let simulator: Simulator;
    beforeAll(async () => {
        simulator = await startSimulator({
            world: worldWith({ endpoints: Array.from({ length: MANY }, () => "pendingAcceptance") }),
            settleMs: 60_000,
        });
    });
    afterAll(() => simulator.close());

    it("reads each connection's id a few times, not once for each id asked for", async () => {
        let reads = 0;
        for (const connection of simulator.world.aws?.[0]?.endpointServices?.[0]?.connections ?? []) {
            const id = connection.vpcEndpointId;
            Object.defineProperty(connection, "vpcEndpointId", {
                get: () => {
                    reads += 1;
                    return id;
                },
            });
        }
        const client = new EC2Client({
            endpoint: simulator.url,
            region: "eu-west-1",
            credentials: { accessKeyId: `AKIA${ACCOUNT}`, secretAccessKey: "x" },
            maxAttempts: 1,
        });
        const VpcEndpointIds = Array.from({ length: ASKED }, (_, i) => endpoint(MANY - i));
        const accept = () =>
            client.send(new AcceptVpcEndpointConnectionsCommand({ ServiceId: SERVICE, VpcEndpointIds }));
        expect((await accept()).Unsuccessful).toEqual([]);
        expect(reads).toBeLessThan(3 * MANY);
        reads = 0;
        await accept();
        expect(reads).toBeLessThan(10 * ASKED);
    });
});
