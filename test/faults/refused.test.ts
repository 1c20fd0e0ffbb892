import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Simulator } from "../../src/simulator/index";
import { mutationsOf, useClouds } from "../support/clouds";
import { onEndpoint, onInbound, onPeering, onVpcep } from "../support/declarations";
import { TestStack, virtualClock } from "../support/engine";

/** Clouds behind a door that can be shut: connections to it are refused (ECONNREFUSED), open ones break. Waits take no time. */
const clouds = useClouds();

const program = {
    ec2: onEndpoint(1, "accept"),
    search: onInbound("accept"),
    peering: onPeering("accept"),
    vpcep: onVpcep("accept"),
};

describe("clouds that refuse connections", { timeout: 60_000 }, () => {
    it("for a moment are asked again, and every decision is sent once", async () => {
        const door = await openDoor(clouds.simulator);
        const { sleep, ...clock } = virtualClock(clouds.simulator);
        let pauses = 0;
        const stack = new TestStack(clouds.simulator, door.config, door.env, {
            ...clock,
            async sleep(ms, signal) {
                pauses += door.isOpen() ? 0 : 1;
                if (pauses === PAUSES) {
                    await door.open();
                }
                await sleep(ms, signal);
            },
        });
        await stack.preview(program);
        door.shut();
        expect((await stack.up(program)).failures).toEqual({});
        expect(pauses).toBe(PAUSES);
        expect(statuses()).toEqual(DECIDED);
        expect(mutationsOf(clouds.simulator)).toHaveLength(4);
    });

    it("in a preview are named with every decision that could not be read", async () => {
        const door = await openDoor(clouds.simulator);
        door.shut();
        const { failures } = await new TestStack(clouds.simulator, door.config, door.env).preview(program);
        for (const name of Object.keys(program)) {
            expect(failures[name], name).toMatch(/cannot be read[\s\S]*ECONNREFUSED/);
        }
        expect(clouds.simulator.calls).toEqual([]);
    });

    it("for long fail each decision by name; the next run decides", async () => {
        const door = await openDoor(clouds.simulator);
        const stack = new TestStack(clouds.simulator, door.config, door.env);
        door.shut();
        const { failures } = await stack.up(program);
        for (const [name, key] of Object.entries(KEYS)) {
            expect(failures[name]).toContain(key);
            expect(failures[name]).toContain("ECONNREFUSED");
        }
        expect(clouds.simulator.calls).toEqual([]);
        await door.open();
        expect((await stack.up(program)).failures).toEqual({});
        expect(statuses()).toEqual(DECIDED);
        expect(mutationsOf(clouds.simulator)).toHaveLength(4);
    });
});

/** So many waits of the core while the door is shut, and then it opens. */
const PAUSES = 3;
const DECIDED = ["available", "ACTIVE", "Activated", "accepted"];
const KEYS = {
    ec2: "aws:vpcEndpoint/eu-west-1/",
    search: "aws:openSearchInbound/eu-west-1/",
    peering: "alibaba:vpcPeering/",
    vpcep: "otc:vpcEndpoint/eu-de/",
};

function statuses() {
    const { aws, alibaba, huawei } = clouds.simulator.world;
    return [
        aws?.[0]?.endpointServices?.[0]?.connections?.[0]?.state,
        aws?.[0]?.openSearchInboundConnections?.[0]?.status,
        alibaba?.[0]?.vpcPeerConnections?.[0]?.status,
        huawei?.[0]?.endpointServices?.[0]?.connections?.[0]?.status,
    ];
}

/** A port that leads to the simulator, with the settings that name it. */
async function openDoor(simulator: Simulator) {
    const sockets = new Set<Socket>();
    const target = Number(new URL(simulator.url).port);
    const server = createServer((socket) => {
        const inner = connect(target, "127.0.0.1");
        for (const [side, other] of [
            [socket, inner],
            [inner, socket],
        ] as const) {
            sockets.add(side);
            side.pipe(other);
            side.on("error", () => other.destroy());
            side.on("close", () => {
                other.destroy();
                sockets.delete(side);
            });
        }
    });
    const listen = async (port: number) => {
        server.listen(port, "127.0.0.1");
        await once(server, "listening");
    };
    await listen(0);
    const { port } = server.address() as AddressInfo;
    const shut = () => {
        server.close();
        for (const socket of sockets) {
            socket.destroy();
        }
    };
    onTestFinished(shut);
    return {
        env: Object.fromEntries(
            Object.entries(simulator.env).map(([name, value]) => [name, value.replaceAll(`:${target}`, `:${port}`)]),
        ),
        // AWS's clients take the process's own environment.
        config: Object.fromEntries(
            ["Ec2", "Opensearch", "Sts"].map((api) => [`connections:aws${api}Endpoint`, `http://127.0.0.1:${port}`]),
        ),
        shut,
        isOpen: () => server.listening,
        open: async () => {
            if (!server.listening) {
                await listen(port);
            }
        },
    };
}
