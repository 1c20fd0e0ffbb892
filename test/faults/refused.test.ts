import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Simulator } from "../../src/simulator/index";
import { useClouds } from "../support/clouds";
import { TestStack, virtualClock } from "../support/engine";
import { decisionsOnAll, endpointSettings, pendingEverywhere, sentToAll, statusesOfAll } from "../support/rows-clouds";

/** Clouds behind a door that can be shut: connections to it are refused (ECONNREFUSED), open ones break. Waits take no time. */
const clouds = useClouds({ world: pendingEverywhere() });

const program = decisionsOnAll(() => ({}));
const DECISIONS = Object.keys(program).length;

describe("clouds that refuse connections", { timeout: 60_000 }, () => {
    it("for a moment are asked again, and every decision is sent once", async () => {
        const door = await openDoor(clouds.simulator);
        const { sleep, ...clock } = virtualClock(clouds.simulator);
        let pauses = 0;
        const stack = new TestStack(
            clouds.simulator,
            door.config,
            {},
            {
                ...clock,
                async sleep(ms, signal) {
                    pauses += door.isOpen() ? 0 : 1;
                    if (pauses === PAUSES) {
                        await door.open();
                    }
                    await sleep(ms, signal);
                },
            },
        );
        await stack.preview(program);
        door.shut();
        expect((await stack.up(program)).failures).toEqual({});
        expect(pauses).toBe(PAUSES);
        expect(statusesOfAll(clouds.simulator.world)).toEqual(Array(DECISIONS).fill("accepted"));
        expect(sentToAll(clouds.simulator)).toHaveLength(DECISIONS);
    });

    it("in a preview are named with every decision that could not be read", async () => {
        const door = await openDoor(clouds.simulator);
        door.shut();
        const { failures } = await new TestStack(clouds.simulator, door.config).preview(program);
        for (const name of Object.keys(program)) {
            expect(failures[name], name).toMatch(/cannot be read[\s\S]*ECONNREFUSED/);
        }
        expect(clouds.simulator.calls).toEqual([]);
    });

    it("for long fail each decision by name; the next run decides", async () => {
        const door = await openDoor(clouds.simulator);
        const stack = new TestStack(clouds.simulator, door.config);
        door.shut();
        const { failures } = await stack.up(program);
        for (const name of Object.keys(program)) {
            expect(failures[name]).toContain(`${name}/`);
            expect(failures[name]).toContain("ECONNREFUSED");
        }
        expect(clouds.simulator.calls).toEqual([]);
        await door.open();
        expect((await stack.up(program)).failures).toEqual({});
        expect(statusesOfAll(clouds.simulator.world)).toEqual(Array(DECISIONS).fill("accepted"));
        expect(sentToAll(clouds.simulator)).toHaveLength(DECISIONS);
    });
});

/** So many waits of the core while the door is shut, and then it opens. */
const PAUSES = 3;

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
        config: endpointSettings(`http://127.0.0.1:${port}`),
        shut,
        isOpen: () => server.listening,
        open: async () => {
            if (!server.listening) {
                await listen(port);
            }
        },
    };
}
