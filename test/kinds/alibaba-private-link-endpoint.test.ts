import { describe, expect, it } from "vitest";
import type { Wire } from "../../src/engine/wire";
import type { World } from "../../src/simulator/index";
import { ALIBABA_ACCOUNT, ALIBABA_REQUESTER } from "../support/accounts";
import { useClouds } from "../support/clouds";
import { TestStack } from "../support/engine";
import {
    PRIVATE_LINK_ENDPOINT as ENDPOINT,
    privateLinkWorld,
    PRIVATE_LINK_SERVICE as SERVICE,
} from "./alibaba-private-link-endpoint";

/** What is special about PrivateLink: undecided and rejected look alike, an account accepts one at a time, services are regional. */
const clouds = useClouds({ world: privateLinkWorld("Disconnected"), settleMs: 5_000, latencyMs: 5 });
const ENABLE = "privatelink:EnableVpcEndpointConnection";
const DISABLE = "privatelink:DisableVpcEndpointConnection";
const UNTOLD = "undecided or rejected, the cloud does not say (both are Disconnected, and a reject sends nothing)";
const at = { kind: "alibaba:privateLinkEndpoint", serviceId: SERVICE };

const declare = (decision: string, more: Wire = {}, endpointId = ENDPOINT) => ({
    connection: { ...at, endpointId },
    decision,
    ...more,
});
const service = (world: World) => world.alibaba?.[0]?.endpointServices?.[0];
const connections = () => service(clouds.simulator.world)?.connections ?? [];
const sent = () =>
    clouds.simulator.calls.filter(({ action }) => [ENABLE, DISABLE].includes(action)).map(({ outcome }) => outcome);
const put = (world: World) => {
    clouds.simulator.world = world;
    return new TestStack(clouds.simulator);
};

describe("a connection that is cut off", () => {
    it("is said to be undecided or rejected, and its zone hints at which", async () => {
        const stack = put(privateLinkWorld("Disconnected"));
        const reject = { a: declare("reject") };
        const { steps } = await stack.preview(reject);
        const waits = expect.stringMatching(
            /both are Disconnected.*; zone status Wait \(cn-hangzhou-h\) hints at undecided$/,
        );
        expect([steps[0]?.inputs.transition, steps[0]?.inputs.warnings]).toEqual([undefined, [waits]]);
        expect((await stack.up(reject)).failures).toEqual({});
        expect(sent()).toEqual([]);
        await stack.up({ a: declare("accept") });
        await stack.up(reject);
        expect(sent()).toEqual(["ok", "ok"]);
        const after = await stack.preview(reject);
        const warnings = after.steps[0]?.inputs.warnings as string[];
        expect([after.steps[0]?.op, warnings.length]).toEqual(["same", 1]);
        expect(warnings[0]).toContain(UNTOLD);
        expect(warnings[0]).not.toContain("Wait");
    });

    it("is what a reject leads to, and an accept brings it back, or holds", async () => {
        const stack = put(privateLinkWorld("Connected"));
        const { steps } = await stack.preview({ a: declare("reject") });
        expect(steps[0]?.inputs.transition).toBe("reject: accepted -> unconnected (CUTS a working connection)");
        await stack.up({ a: declare("accept") });
        put(privateLinkWorld("Disconnected"));
        const held = await stack.preview({ a: declare("accept", { onDrift: "hold" }) });
        expect(held.steps[0]?.inputs.transition).toContain("held: declared accept, unconnected outside");
        await stack.up({ a: declare("accept") });
        expect(sent()).toEqual(["ok"]);
        expect(connections()[0]?.status).toBe("Connected");
    });

    it("is what an accept waits for where there is no request yet", async () => {
        const world = privateLinkWorld("Disconnected");
        const later = service(world)?.connections ?? [];
        Object.assign(service(world) ?? {}, { connections: [] });
        const stack = put(world);
        const program = { a: declare("accept", { waitForRequest: "1m" }) };
        expect((await stack.preview(program)).steps[0]?.inputs.transition).toContain("accept: absent -> accepted");
        const { failures } = await stack.up(program, () => {
            service(clouds.simulator.world)?.connections?.push(...later);
        });
        expect([failures, sent()]).toEqual([{}, ["ok"]]);
    });

    it("is accepted once, where somebody else accepts it between our read and our call", async () => {
        const stack = put(privateLinkWorld("Disconnected"));
        const { failures } = await stack.up({ a: declare("accept") }, () => {
            const world = privateLinkWorld("Connecting");
            const next = [{ at: Date.now() + 60_000, state: "Connected" }];
            Object.assign(service(world)?.connections?.[0] ?? {}, { before: "Disconnected", next });
            clouds.simulator.world = world;
            clouds.simulator.addFaults({ fault: "staleRead", action: "privatelink:ListVpcEndpointConnections" });
        });
        expect([failures, sent()]).toEqual([{}, ["EndpointConnectionOperationDenied"]]);
        expect(connections()[0]?.status).toBe("Connected");
    });

    it("is left alone by an admission, and shown, unless it enforces its rules", async () => {
        const stack = put(privateLinkWorld("Disconnected"));
        const admit = (requester: string, more: Wire = {}) => ({
            a: { scope: at, rules: [{ name: "known", requester, verdict: "accept" }], ...more },
        });
        const verdict = async (program: Record<string, Wire>) =>
            (await stack.preview(program)).steps[0]?.inputs.verdicts as Record<string, string>;
        const why = "undecided or rejected earlier, the cloud does not say";
        expect((await verdict(admit(ALIBABA_REQUESTER)))[ENDPOINT]).toContain(`would accept: ${why}, rule known`);
        expect((await verdict(admit(ALIBABA_ACCOUNT)))[ENDPOINT]).toContain(`review: ${why}, no rule`);
        await stack.up(admit(ALIBABA_REQUESTER));
        expect(sent()).toEqual([]);
        await stack.up(admit(ALIBABA_REQUESTER, { existing: "enforce" }));
        expect([sent(), connections()[0]?.status]).toEqual([["ok"], "Connected"]);
    });
});

describe("accepts of one account", () => {
    const IDS = Array.from({ length: 6 }, (_, n) => `ep-many000000000${n}`);

    function manyWorld(undocumented: World["undocumented"] = {}): World {
        const world = privateLinkWorld("Disconnected");
        const all = IDS.map((endpointId) => ({
            endpointId,
            status: "Disconnected",
            endpointOwnerId: ALIBABA_REQUESTER,
        }));
        Object.assign(service(world) ?? {}, { connections: all });
        return { ...world, undocumented };
    }
    const program = Object.fromEntries(IDS.map((id) => [id, declare("accept", {}, id)]));

    it("never overlap", async () => {
        const { failures } = await put(manyWorld()).up(program);
        expect([failures, sent()]).toEqual([{}, IDS.map(() => "ok")]);
    });

    it("are sent again where the one before still settles", async () => {
        const { failures } = await put(manyWorld({ privateLinkConcurrent: "untilSettled" })).up(program);
        expect(failures).toEqual({});
        expect(sent().filter((outcome) => outcome === "ok")).toHaveLength(IDS.length);
        expect(sent()).toContain("ConcurrentCallNotSupported");
        expect(connections().map(({ status }) => status)).toEqual(IDS.map(() => "Connected"));
    });
});

it("a reject in a service that accepts by itself is warned of", async () => {
    const { steps } = await put(privateLinkWorld("Connected", true)).preview({ a: declare("reject") });
    expect(steps[0]?.inputs.warnings).toEqual([expect.stringContaining("AutoAcceptEnabled is true")]);
});

describe("the region of a service", () => {
    it.each([
        ["the connection", { region: "cn-hangzhou" }, {}, {}],
        ["connections:alibabaRegion", {}, { "connections:alibabaRegion": "cn-hangzhou" }, {}],
        ["alicloud:region", {}, { "alicloud:region": "cn-hangzhou" }, {}],
        ["ALIBABA_CLOUD_REGION", {}, {}, { ALIBABA_CLOUD_REGION: "cn-hangzhou" }],
        ["ALICLOUD_REGION", {}, {}, { ALICLOUD_REGION: "cn-hangzhou" }],
    ])("is found in %s", async (_where, stated, config, variables) => {
        const environment = { ...clouds.simulator.env, ALIBABA_CLOUD_REGION: undefined, ...variables };
        const stack = new TestStack(clouds.simulator, config as Record<string, string>, environment);
        const connection = { ...at, ...stated, endpointId: ENDPOINT };
        const { failures, steps } = await stack.preview({ a: { connection, decision: "accept" } });
        expect(failures).toEqual({});
        expect(steps[0]?.inputs.transition).toBe("accept: unconnected -> accepted");
    });

    it("that is another one proves nothing: the connection is not absent, and nothing is sent", async () => {
        const stack = put(privateLinkWorld("Connected"));
        await stack.up({ a: declare("accept") });
        const moved = { connection: { ...at, region: "eu-central-1", endpointId: ENDPOINT }, decision: "reject" };
        expect((await stack.preview({ a: moved })).failures.a).toContain("EndpointServiceNotFound");
        expect(sent()).toEqual([]);
    });

    it("is asked for where nothing says it", async () => {
        const environment = { ...clouds.simulator.env, ALIBABA_CLOUD_REGION: undefined };
        const { failures } = await new TestStack(clouds.simulator, {}, environment).preview({ a: declare("accept") });
        expect(failures.a).toContain("connections:alibabaRegion, alicloud:region, ALIBABA_CLOUD_REGION");
    });
});
