import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { plan } from "../../src/decision/plan";
import type { Wire } from "../../src/engine/wire";
import { kinds } from "../../src/kinds";
import { UNKNOWN } from "../../src/shared/unknown";
import {
    ACCOUNT,
    ALIBABA_REQUESTER,
    endpoint,
    INBOUND,
    REQUESTER,
    SERVICE,
    useClouds,
    worldWith,
} from "../support/clouds";
import { onEndpoint, onInbound, onPeering } from "../support/declarations";
import { type Program, type Result, TestStack } from "../support/engine";
import { onlyTable } from "../support/kind-data";

/**
 * What went wrong once, each with the history that showed it: wrong decisions, runs that are green and should not be, previews that say too little, and
 * requesters that stop others. What needs the real engine is beside this file.
 */
const clouds = useClouds();
afterEach(() => {
    vi.unstubAllEnvs();
});

const DAY = 86_400_000;
const STRANGER = "999988887777";
const PARTNER = "444455556666";
const SCOPE = { kind: "aws:vpcEndpoint", serviceId: SERVICE };
const analytics = { name: "analytics", requester: REQUESTER, verdict: "accept" };

function admission(rules: readonly Wire[], more: Wire = {}): Wire {
    return { scope: SCOPE, rules, ...more };
}

function connections() {
    return clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections ?? [];
}

function states(): (string | undefined)[] {
    return connections().map(({ state }) => state);
}

function set(n: number, state: string): void {
    Object.assign(connections()[n - 1] as object, { state });
}

function sent(): string[] {
    return clouds.simulator.calls
        .filter(({ action }) => /Accept|Reject|Delete|connections:update/.test(action))
        .map(({ action, ids }) => `${action} ${ids}`);
}

function endpoints(...all: (string | { state: string; owner?: string })[]): void {
    clouds.simulator.world = worldWith({ endpoints: all });
}

/** A stack whose clock the test moves, and that the simulator follows. */
function stackAt(start: string, config: Readonly<Record<string, string>> = {}) {
    const clock = { now: Date.parse(start) };
    const stack = new TestStack(
        clouds.simulator,
        config,
        {},
        {
            now: () => clock.now,
            random: () => 0.5,
            async sleep(ms) {
                clock.now += ms;
                clouds.simulator.advance(ms);
            },
        },
    );
    return { stack, clock };
}

function ops({ steps }: Result): string[] {
    return steps.map(({ op }) => op);
}

function spoken({ logs }: Result): string {
    return logs.map(({ text }) => text).join("\n");
}

/** No credentials service answers, for as long as the test runs. */
function withoutSts(): void {
    clouds.simulator.addFaults({ action: "sts:*", fault: "error", status: 503, times: 10_000 });
}

describe("under another AWS_REGION than the resource was made in", () => {
    const otherRegion = worldWith({ inbound: "ACTIVE" });
    otherRegion.aws?.push({
        account: ACCOUNT,
        region: "eu-central-1",
        openSearchInboundConnections: [
            {
                connectionId: INBOUND,
                status: "ACTIVE",
                localDomain: { ownerId: REQUESTER, domainName: "audit", region: "us-east-1" },
                remoteDomain: { ownerId: ACCOUNT, domainName: "logs", region: "eu-central-1" },
            },
        ],
    });
    const states = () =>
        (clouds.simulator.world.aws ?? []).flatMap(({ region, openSearchInboundConnections: all = [] }) =>
            all.map(({ status }) => `${region} ${status}`),
        );
    const programs: Record<string, Program> = {
        decision: { it: onInbound("accept", { onDelete: "remove" }) },
        admission: {
            it: {
                scope: { kind: "aws:openSearchInbound" },
                rules: [analytics],
                onDelete: "remove",
                allowRemoval: true,
            },
        },
    };

    it.each(Object.keys(programs))(
        "destroying a %s under another AWS_REGION leaves that region alone",
        async (name) => {
            clouds.simulator.world = otherRegion;
            const environment: Record<string, string> = {};
            const stack = new TestStack(clouds.simulator, {}, environment);
            await stack.up(programs[name] ?? {});
            environment.AWS_REGION = "eu-central-1";
            environment.AWS_DEFAULT_REGION = "eu-central-1";
            expect((await stack.destroy()).failures).toEqual({});
            expect(states()).toEqual(["eu-west-1 DELETED", "eu-central-1 ACTIVE"]);
        },
    );

    it("a refresh under another AWS_REGION takes nothing for gone", async () => {
        clouds.simulator.world = worldWith({ inbound: "ACTIVE" });
        const environment: Record<string, string> = {};
        const stack = new TestStack(clouds.simulator, {}, environment);
        await stack.up({ it: onInbound("accept") });
        environment.AWS_REGION = "eu-central-1";
        environment.AWS_DEFAULT_REGION = "eu-central-1";
        expect(ops(await stack.refresh())).toEqual(["same"]);
        expect(stack.outputs("it").observed).toMatchObject({ status: "accepted" });
    });

    it("an up under another AWS_REGION stays where the resource is", async () => {
        clouds.simulator.world = otherRegion;
        const environment: Record<string, string> = {};
        const stack = new TestStack(clouds.simulator, {}, environment);
        await stack.up({ it: onInbound("accept") });
        environment.AWS_REGION = "eu-central-1";
        environment.AWS_DEFAULT_REGION = "eu-central-1";
        const changed = await stack.up({ it: onInbound("reject", { allowRemoval: true }) });
        expect([changed.failures, ops(changed)]).toEqual([{}, ["update"]]);
        expect(states()).toEqual(["eu-west-1 DELETED", "eu-central-1 ACTIVE"]);
    });
});

describe("two resources over one connection", () => {
    describe.each([
        ["its connection", { connection: { ...SCOPE, endpointId: UNKNOWN }, decision: "accept" }, "<the decision own>"],
        ["its decision", { ...onEndpoint(1, "accept"), decision: UNKNOWN }, JSON.stringify(endpoint(1))],
    ])("a decision of which only up knows %s", (_what, own, named) => {
        const rules = admission([], { otherwise: "reject", existing: "enforce" });

        it.each([
            ["before", { own, rules }, "rules"],
            ["after", { rules, own }, "own"],
        ])("and is checked %s the admission is an error already in the preview", async (_when, program, failing) => {
            endpoints("available");
            const { failures } = await new TestStack(clouds.simulator).preview(program as unknown as Program);
            expect(Object.keys(failures)).toEqual([failing]);
            expect(failures[failing]).toContain("are about the same connection");
            expect(failures[failing]).toContain(`except: [${named}]`);
        });

        it("is none where except is only known in up, too", async () => {
            endpoints("available");
            const program = { own, rules: { ...rules, except: [{ ...SCOPE, endpointId: UNKNOWN }] } };
            const { failures } = await new TestStack(clouds.simulator).preview(program as unknown as Program);
            expect(failures).toEqual({});
        });
    });

    it("a decision of another scope of which only up knows its connection is no concern of the admission", async () => {
        const serviceId = "vpce-svc-0fffffffffffffff0";
        const own = { connection: { ...SCOPE, serviceId, endpointId: UNKNOWN }, decision: "accept" };
        const { failures } = await new TestStack(clouds.simulator).preview({ own, rules: admission([analytics]) });
        expect(failures).toEqual({});
    });

    const decision = onEndpoint(1, "accept");
    const blocking = admission([{ name: "blocked", requester: REQUESTER, verdict: "reject" }], { existing: "enforce" });

    it.each<[string, Program]>([
        ["the decision", { decision, rules: blocking }],
        ["the admission", { rules: blocking, decision }],
    ])("are an error that names both when %s is checked first", async (_first, program) => {
        endpoints("available");
        const { failures } = await new TestStack(clouds.simulator).preview(program);
        const text = Object.values(failures).join("\n");
        expect(text).toContain("A decision and an admission of this program are about the same connection.");
        expect(text).toContain("decision: decision (accept)");
        expect(text).toContain("admission: rules (");
        expect(text).toContain(`except: ["${endpoint(1)}"]`);
    });

    it.each<[string, Program]>([
        ["the decision", { decision, rules: { ...blocking, except: [decision.connection] } }],
        ["the admission", { rules: { ...blocking, except: [endpoint(1)] }, decision }],
    ])("go together by except when %s is checked first", async (_first, program) => {
        endpoints("available");
        const stack = new TestStack(clouds.simulator);
        expect((await stack.up(program)).failures).toEqual({});
        expect([states(), ops(await stack.preview(program))]).toEqual([["available"], ["same", "same"]]);
    });

    it("the admission does not guess what an earlier run declared elsewhere", async () => {
        endpoints("available", "available");
        const stack = new TestStack(clouds.simulator);
        await stack.up({ decision, rules: { ...blocking, except: [endpoint(1)], existing: "report" } });
        // The decision is not declared any more: nothing remembers it.
        const { steps } = await stack.preview({ rules: { ...blocking, existing: "report" } });
        expect(Object.keys(steps[0]?.inputs.verdicts as object)).toEqual([endpoint(1), endpoint(2)]);
    });

    it.each<[string, unknown]>([
        ["another kind", onInbound("accept").connection],
        ["a wrong form", "vpce-12"],
        ["a wrong field name", { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpoint: endpoint(1) }],
        ["nothing", ""],
        ["blanks", `${endpoint(1)} `],
        ["a URN", "urn:pulumi:test::test::pulumi-nodejs:dynamic/connection:ConnectionDecision::decision"],
        ["a service of another scope", { ...(decision.connection as Wire), serviceId: "vpce-svc-0f23456789abcdef0" }],
        ["a connection's key of another region", `aws:vpcEndpoint/eu-central-1/${SERVICE}/${endpoint(1)}`],
    ])("an except of %s fails the preview and cuts nobody", async (_what, entry) => {
        endpoints("available");
        const stack = new TestStack(clouds.simulator);
        const { failures } = await stack.up({ rules: { ...blocking, except: [entry] } });
        expect(failures.rules).toContain("except[0]");
        expect([states(), sent()]).toEqual([["available"], []]);
    });
});

describe("a time-box that is over does not begin again", () => {
    const boxed = (more: Wire = {}) => ({ rules: admission([{ ...analytics, until: "1d" }], more) });

    it.each([["report"], ["enforce"]])(
        "what is over stays over for ten days, with %s and refreshes",
        async (existing) => {
            endpoints("pendingAcceptance");
            const { stack, clock } = stackAt("2026-11-21T00:00:00Z");
            const program = boxed({ existing });
            const seen: (string | undefined)[] = [];
            for (let day = 0; day < 10; day++) {
                expect((await stack.up(program)).failures).toEqual({});
                await stack.refresh();
                seen.push(states()[0]);
                clock.now += DAY;
                clouds.simulator.advance(DAY);
            }
            expect([...new Set(seen)]).toEqual(["available", "rejected"]);
            expect(sent()).toHaveLength(2);
        },
    );

    it("one listing without the connection does not start a time anew", async () => {
        endpoints("pendingAcceptance");
        const { stack, clock } = stackAt("2026-11-21T00:00:00Z");
        await stack.up(boxed());
        clock.now += 2 * DAY;
        await stack.up(boxed());
        expect(states()).toEqual(["rejected"]);
        const [gone] = connections().splice(0, 1);
        await stack.up(boxed());
        await stack.refresh();
        connections().push({ ...gone, vpcEndpointId: endpoint(1), state: "pendingAcceptance" });
        clock.now += DAY;
        await stack.up(boxed());
        expect(states()).toEqual(["rejected"]);
    });

    it("another endpoint of the same requester has a time of its own only under a duration", async () => {
        endpoints("pendingAcceptance");
        const { stack, clock } = stackAt("2026-11-21T00:00:00Z");
        const program = {
            rules: admission([{ ...analytics, until: "2026-11-22" }], { otherwise: "review" }),
        };
        await stack.up(program);
        clock.now += 3 * DAY;
        connections().push({ vpcEndpointId: endpoint(2), owner: REQUESTER, state: "pendingAcceptance" });
        await stack.up(program);
        expect(states()).toEqual(["rejected", "rejected"]);
    });
});

describe("a human's decision", () => {
    it("that rejected what a rule accepts is reported, and changed under enforce only", async () => {
        endpoints("rejected");
        const stack = new TestStack(clouds.simulator);
        const { steps } = await stack.up({ rules: admission([analytics]) });
        expect(steps[0]?.inputs.verdicts).toEqual({
            [endpoint(1)]: `would accept: rejected earlier, rule analytics, requester ${REQUESTER}`,
        });
        expect([states(), sent()]).toEqual([["rejected"], []]);
        await stack.up({ rules: admission([analytics], { existing: "enforce" }) });
        expect(states()).toEqual(["available"]);
    });

    it("between the preview and the sending is not overruled", async () => {
        endpoints("pendingAcceptance");
        const stack = new TestStack(clouds.simulator);
        await stack.up({ rules: admission([analytics], { existing: "enforce" }) }, () => set(1, "rejected"));
        expect([states(), sent()]).toEqual([["rejected"], []]);
    });

    it("between the preview and the sending of a decision is not overruled", async () => {
        endpoints("pendingAcceptance");
        const { failures } = await new TestStack(clouds.simulator).up({ a: onEndpoint(1, "accept") }, () =>
            set(1, "rejected"),
        );
        expect(failures.a).toContain("Cannot accept");
        expect([states(), sent()]).toEqual([["rejected"], []]);
    });

    it("is in the verdict: a pending and a rejected connection read differently", async () => {
        endpoints("pendingAcceptance", "rejected");
        const { steps } = await new TestStack(clouds.simulator).preview({
            rules: admission([analytics], { existing: "enforce" }),
        });
        expect(steps[0]?.inputs.verdicts).toEqual({
            [endpoint(1)]: `accept: pending, rule analytics, requester ${REQUESTER}`,
            [endpoint(2)]: `accept: rejected, rule analytics, requester ${REQUESTER}`,
        });
    });
});

describe("an account that is not confirmed", () => {
    const remove = { onDelete: "remove", allowRemoval: true };

    it("of a remembered peering sends nothing at destroy", async () => {
        clouds.simulator.world = worldWith({ peering: "Activated" });
        const stack = new TestStack(clouds.simulator);
        await stack.up({ it: onPeering("accept", remove) });
        withoutSts();
        const { failures } = await stack.destroy();
        expect(failures.it).toContain("could not be confirmed");
        expect(sent()).toEqual([]);
    });

    it("sends nothing where the cloud names who decides", async () => {
        withoutSts();
        const { failures } = await new TestStack(clouds.simulator).up({ it: onPeering("accept") });
        expect(failures.it).toContain("could not be confirmed");
        expect(sent()).toEqual([]);
    });

    it("lets no admission delete a peering of our own", async () => {
        withoutSts();
        const rules = {
            scope: { kind: "alibaba:vpcPeering" },
            rules: [],
            otherwise: "reject",
            existing: "enforce",
            allowRemoval: true,
        };
        clouds.simulator.world = worldWith({ peering: "Activated" });
        asRequesterOfPeering();
        const stack = new TestStack(clouds.simulator);
        const { failures } = await stack.up({ rules });
        expect(failures.rules).toContain("could not be confirmed");
        expect(sent()).toEqual([]);
    });

    it("holds what an earlier run decided back, too", async () => {
        endpoints("available");
        const stack = new TestStack(clouds.simulator);
        await stack.up({ a: onEndpoint(1, "accept") });
        withoutSts();
        const { failures } = await stack.up({ a: onEndpoint(1, "reject") });
        expect(failures.a).toContain("could not be confirmed");
        expect(states()).toEqual(["available"]);
    });

    it("is no way into our own requests: they are no verdicts", async () => {
        clouds.simulator.world = worldWith({ peering: "Accepting" });
        asRequesterOfPeering();
        const stack = new TestStack(clouds.simulator);
        const { steps, failures } = await stack.preview({
            rules: { scope: { kind: "alibaba:vpcPeering" }, rules: [], otherwise: "reject" },
        });
        expect([failures, steps[0]?.inputs.verdicts]).toEqual([{}, {}]);
    });

    /** The credentials of the account that asked for the peering: the listing holds its own outgoing request. */
    function asRequesterOfPeering(): void {
        const { world } = clouds.simulator;
        world.alibaba?.push({ account: ALIBABA_REQUESTER });
        clouds.simulator.world = world;
        vi.stubEnv("ALIBABA_CLOUD_ACCESS_KEY_ID", `LTAI${ALIBABA_REQUESTER}`);
        vi.stubEnv("ALIBABA_CLOUD_ACCESS_KEY_SECRET", `secret-of-LTAI${ALIBABA_REQUESTER}`);
    }
});

describe("preview and up agree", () => {
    const slow = { timeout: "1s" };

    /** A decision that timed out while it settled; then its endpoint failed. */
    async function timedOutThen(state: string, more: Wire): Promise<TestStack> {
        endpoints("pendingAcceptance");
        clouds.simulator.addFaults({
            action: "ec2:DescribeVpcEndpointConnections",
            fault: "staleRead",
            times: 100,
        });
        const stack = new TestStack(clouds.simulator);
        const { failures } = await stack.up({ a: onEndpoint(1, "accept", { ...slow, ...more }) });
        expect(failures.a).toContain("is not settled");
        clouds.simulator.clearFaults();
        set(1, state);
        return stack;
    }

    it.each([["correct"], ["hold"]])("after a timeout and a failed endpoint, onDrift: %s", async (onDrift) => {
        const stack = await timedOutThen("failed", { onDrift });
        const program = { a: onEndpoint(1, "accept", { ...slow, onDrift }) };
        const preview = await stack.preview(program);
        const up = await stack.up(program);
        expect(up.failures).toEqual(preview.failures);
        expect(stack.outputs("a").warnings).toEqual(preview.steps[0]?.inputs.warnings);
        expect(ops(await stack.preview(program))).toEqual(["same"]);
        expect(sent()).toHaveLength(1);
    });

    it("a reject by removal leaves a cloud that cannot be read afterwards harmless", async () => {
        clouds.simulator.world = worldWith({ inbound: "ACTIVE" });
        const stack = new TestStack(clouds.simulator, { "connections:unreadable": "warn" });
        const program = { a: onInbound("reject", { allowRemoval: true }) };
        expect((await stack.up(program)).failures).toEqual({});
        clouds.simulator.addFaults({ action: "es:Describe*", fault: "error", status: 503, times: 1_000 });
        const [preview, up] = [await stack.preview(program), await stack.up(program)];
        expect([preview.failures, up.failures]).toEqual([{}, {}]);
        expect([ops(preview), ops(up)]).toEqual([["same"], ["same"]]);
    });
});

describe("arguments that are not known in a preview", () => {
    it("and do not matter are left out: the verdicts are shown", async () => {
        endpoints("available");
        const { steps } = await new TestStack(clouds.simulator).preview({
            rules: admission([], { otherwise: "reject", existing: "enforce", reason: UNKNOWN, timeout: UNKNOWN }),
        });
        expect(steps[0]?.inputs.transition).toBe("cut 1");
    });

    it.each([["rules"], ["except"], ["scope"], ["existing"], ["otherwise"]])(
        "%s: the preview says so on the resource",
        async (name) => {
            endpoints("available");
            const result = await new TestStack(clouds.simulator).preview({
                rules: admission([], { otherwise: "reject", existing: "enforce", [name]: UNKNOWN }),
            });
            expect(result.failures).toEqual({});
            expect(spoken(result)).toContain(`only known in \`up\`: ${name} is not known yet`);
            expect(result.logs.map(({ urn }) => urn?.split("::").at(-1))).toEqual(["rules"]);
        },
    );

    it("keep the brake in up", async () => {
        endpoints("available", "available", "available");
        const stack = new TestStack(clouds.simulator, { "connections:maxCuts": "2" });
        const program = { rules: admission([], { otherwise: "reject", existing: "enforce" }) };
        const preview = await stack.preview({ rules: { ...program.rules, rules: UNKNOWN } });
        expect(preview.failures).toEqual({});
        expect((await stack.up(program)).failures.rules).toContain("would cut more than 2 connections");
        expect(sent()).toEqual([]);
    });
});

describe("a connection that one answer does not name", () => {
    it("but that this run creates is read again before it is taken for gone", async () => {
        endpoints("pendingAcceptance");
        const appear = () => {
            if (connections().length === 1) {
                connections().push({ vpcEndpointId: endpoint(2), owner: STRANGER, state: "pendingAcceptance" });
            }
        };
        const program = { first: onEndpoint(1, "accept"), second: onEndpoint(2, "reject") };
        const { failures } = await new TestStack(clouds.simulator).up(program, appear);
        expect([failures, states()]).toEqual([{}, ["available", "rejected"]]);
    });

    it("is read again for an admission, too", async () => {
        clouds.simulator.world = worldWith({ endpoints: ["pendingAcceptance"] });
        const appear = () => {
            if (connections().length === 1) {
                connections().push({ vpcEndpointId: endpoint(2), owner: STRANGER, state: "pendingAcceptance" });
            }
        };
        const program = {
            first: onEndpoint(1, "accept"),
            rules: admission([{ name: "blocked", requester: STRANGER, verdict: "reject" }], { except: [endpoint(1)] }),
        };
        const { failures } = await new TestStack(clouds.simulator).up(program, appear);
        expect([failures, states()]).toEqual([{}, ["available", "rejected"]]);
    });

    it.each(["{}", '{"foo":1}', ""])("is not gone because an answer of %j with status 200 lacks it", async (body) => {
        clouds.simulator.world = worldWith({ inbound: "ACTIVE" });
        const server = createServer((_request, response) => {
            response.setHeader("content-type", "application/json");
            response.end(body);
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        onTestFinished(() => void server.close());
        const stack = new TestStack(clouds.simulator);
        await stack.up({ it: onInbound("accept", { onDelete: "remove" }) });
        vi.stubEnv("AWS_ENDPOINT_URL_OPENSEARCH", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
        const refreshed = await stack.refresh();
        expect(refreshed.failures.it).toContain("cannot be read");
        expect(stack.outputs("it").observed).toMatchObject({ status: "accepted" });
        expect((await stack.destroy()).failures.it).toContain("cannot be read");
    });
});

describe("requireExpectedRequester", () => {
    const policy = { "connections:requireExpectedRequester": "true" };

    it.each<[string, Wire]>([
        [
            "rules by evidence alone",
            {
                scope: { kind: "alibaba:vpcPeering" },
                rules: [{ name: "inside", evidence: { cidrs: "10.0.0.0/8" }, verdict: "accept" }],
            },
        ],
        ['otherwise: "accept"', admission([], { otherwise: "accept" })],
    ])("binds admissions: %s", async (_what, rules) => {
        const { failures } = await new TestStack(clouds.simulator, policy).up({ rules });
        expect(failures.rules).toContain("connections:requireExpectedRequester is set");
        expect(sent()).toEqual([]);
    });
});

describe("messages, limits and lengths", () => {
    it("a reject that is impossible does not speak of accepting", () => {
        const { accept, reject } = onlyTable(kinds["alibaba:vpcPeering"]);
        const impossible = { do: "impossible", basis: "tried", source: "a table of this test" } as const;
        const { warnings } = plan(
            { accept, reject: { ...reject, removing: impossible } },
            "reject",
            { status: "removing" },
            { seen: "pending" },
            { allowRemoval: false, onDrift: "correct", established: false, waitForRequest: "1m" },
        );
        expect(warnings).toEqual([expect.stringContaining("cannot be rejected: the request is removing")]);
    });

    it.each([
        ["2026-02-30", /is not a date/],
        ["99999999999d", /longer than a hundred years/],
    ])("a wrong until (%s) is refused with a sentence", async (until, sentence) => {
        const stack = new TestStack(clouds.simulator);
        const { failures } = await stack.preview({
            a: onEndpoint(1, "accept", { until }),
            rules: {
                scope: { kind: "aws:openSearchInbound" },
                rules: [{ ...analytics, until }],
                allowRemoval: true,
            },
        });
        expect(failures.a).toMatch(sentence);
        expect(failures.rules).toMatch(sentence);
    });

    it("customTimeouts of an update of an admission hold", async () => {
        endpoints("available");
        const stack = new TestStack(clouds.simulator);
        const __timeouts = { create: "1h", update: "1s" };
        await stack.up({ rules: admission([], { __timeouts }) });
        connections().push({ vpcEndpointId: endpoint(2), owner: REQUESTER, state: "pendingAcceptance" });
        clouds.simulator.addFaults({ action: "ec2:Describe*Connections", fault: "staleRead", times: 100 });
        const { failures } = await stack.up({ rules: admission([analytics], { __timeouts }) });
        expect(failures.rules).toMatch(/is not settled after \ds/);
    });

    it("ids of more than 200 characters are sent whole", async () => {
        const long = `a${"b".repeat(255)}`;
        clouds.simulator.world = worldWith({});
        const [connection] = clouds.simulator.world.aws?.[0]?.openSearchInboundConnections ?? [];
        Object.assign(connection as object, { connectionId: long });
        const stack = new TestStack(clouds.simulator);
        const { failures } = await stack.up({
            rules: { scope: { kind: "aws:openSearchInbound" }, rules: [analytics] },
        });
        expect([failures, sent()]).toEqual([{}, [`es:AcceptInboundConnection ${long}`]]);
    });
});

describe("unreadable is not unchanged", () => {
    const unreadable = () =>
        clouds.simulator.addFaults({ action: "ec2:Describe*", fault: "error", status: 503, times: 1_000 });

    it.each<[string, Program]>([
        ["a decision", { it: onEndpoint(1, "accept") }],
        ["an admission", { it: admission([analytics]) }],
    ])("for the preview, up and refresh of %s", async (_what, program) => {
        endpoints("available");
        const stack = new TestStack(clouds.simulator);
        await stack.up(program);
        unreadable();
        for (const result of [await stack.preview(program), await stack.up(program), await stack.refresh()]) {
            expect(result.failures.it).toContain("cannot be read");
        }
    });

    it("for an admission whose rules changed: it does not report an update", async () => {
        endpoints("available");
        const stack = new TestStack(clouds.simulator);
        await stack.up({ it: admission([analytics]) });
        unreadable();
        const changed = await stack.up({ it: admission([analytics], { otherwise: "reject", existing: "enforce" }) });
        expect(changed.failures.it).toContain("cannot be read");
    });

    it("but keep deletes need no cloud", async () => {
        endpoints("available");
        const stack = new TestStack(clouds.simulator);
        await stack.up({ a: onEndpoint(1, "accept") });
        clouds.simulator.clearCalls();
        clouds.simulator.addFaults({ fault: "error", status: 503, times: 1_000 });
        expect((await stack.destroy()).failures).toEqual({});
        expect(clouds.simulator.calls).toEqual([]);
    });
});

describe("unknown arguments", () => {
    it.each<[string, Wire, string]>([
        ["expectRequester", onEndpoint(1, "accept", { expectRequester: PARTNER }), "did you mean expectedRequester?"],
        ["excpet", admission([analytics], { excpet: [endpoint(1)] }), "did you mean except?"],
        ["otherwize", admission([analytics], { otherwize: "reject" }), "did you mean otherwise?"],
        [
            "a kind",
            {
                connection: { kind: "aws:vpcEndpiont", serviceId: SERVICE, endpointId: endpoint(1) },
                decision: "accept",
            },
            "did you mean aws:vpcEndpoint?",
        ],
        [
            "a field",
            { connection: { kind: "aws:vpcEndpoint", servceId: SERVICE, endpointId: endpoint(1) }, decision: "accept" },
            "did you mean serviceId?",
        ],
        ["a rule's field", admission([{ ...analytics, requestor: REQUESTER }]), "did you mean requester?"],
    ])("are refused, with what was meant: %s", async (_name, args, hint) => {
        const { failures } = await new TestStack(clouds.simulator).up({ it: args });
        expect(failures.it).toContain(hint);
        expect(sent()).toEqual([]);
    });
});

describe("what the preview says", () => {
    it("names cuts first: a flood of requests does not hide one", async () => {
        endpoints(...Array.from({ length: 150 }, () => ({ state: "pendingAcceptance", owner: PARTNER })), {
            state: "available",
            owner: STRANGER,
        });
        const result = await new TestStack(clouds.simulator).preview({
            rules: admission([{ name: "blocked", requester: STRANGER, verdict: "reject" }], { existing: "enforce" }),
        });
        expect(Object.keys(result.steps[0]?.inputs.verdicts as object)).toContain(endpoint(151));
        expect(spoken(result)).toContain(`CUTS a working connection of ${STRANGER}: ${endpoint(151)}`);
    });

    it("says what destroy cuts before it does", async () => {
        endpoints("available");
        const stack = new TestStack(clouds.simulator);
        await stack.up({ a: onEndpoint(1, "accept", { onDelete: "reject" }) });
        const { logs } = await stack.destroy();
        expect(logs[0]).toMatchObject({
            level: "warning",
            text: expect.stringContaining(`onDelete: reject CUTS a working connection of ${REQUESTER} now`),
        });
    });

    it("up ends by saying what was decided and cut", async () => {
        endpoints("available", "pendingAcceptance");
        const result = await new TestStack(clouds.simulator).up({
            cut: onEndpoint(1, "reject"),
            let: onEndpoint(2, "accept"),
        });
        expect(spoken(result)).toContain(`cut: CUT a working connection of ${REQUESTER}: accepted -> rejected`);
        expect(spoken(result)).toContain(`let: accepted ${REQUESTER}: pending -> accepted`);
    });
});

describe("what one requester does stops no other decision", () => {
    const guarded = onPeering("accept", { expectedEvidence: { cidrs: ["10.20.0.0/16"] } });
    const requesterChangesCidrs = () => {
        const peering = clouds.simulator.world.alibaba?.[0]?.vpcPeerConnections?.[0];
        Object.assign(peering as object, { vpc: { vpcId: "vpc-bp1aevy8sofi8mh1q", ipv4Cidrs: ["10.99.0.0/16"] } });
    };

    it("a requester that changes its CIDRs is a warning on every run, and the others are decided", async () => {
        const stack = new TestStack(clouds.simulator);
        await stack.up({ peering: guarded });
        requesterChangesCidrs();
        const program = { peering: guarded, other: onEndpoint(1, "accept") };
        const up = await stack.up(program);
        expect([up.failures, states()]).toEqual([{}, ["available"]]);
        for (const result of [up, await stack.preview(program)]) {
            expect(JSON.stringify([result.logs, result.steps])).toContain("10.99.0.0/16");
        }
    });

    it("but fails where something would be sent for it", async () => {
        requesterChangesCidrs();
        const { failures } = await new TestStack(clouds.simulator).up({ peering: guarded });
        expect(failures.peering).toContain("10.99.0.0/16");
        expect(sent()).toEqual([]);
    });

    it("a wrong requester of a settled one stays an error", async () => {
        endpoints("available");
        const { failures } = await new TestStack(clouds.simulator).preview({
            a: onEndpoint(1, "accept", { expectedRequester: PARTNER }),
        });
        expect(failures.a).toContain(`the requester is ${REQUESTER}, expected ${PARTNER}`);
    });

    it("one expired request among 30 does not keep the others from being decided", async () => {
        endpoints(...Array.from({ length: 30 }, (_, i) => (i === 7 ? "expired" : "pendingAcceptance")));
        const program = Object.fromEntries(
            Array.from({ length: 30 }, (_, i) => [`r${i}`, onEndpoint(i + 1, "accept")]),
        );
        const stack = new TestStack(clouds.simulator);
        const { failures } = await stack.up(program);
        expect(failures).toEqual({});
        expect(states().filter((state) => state === "available")).toHaveLength(29);
        expect(stack.outputs("r7").warnings).toEqual([expect.stringContaining("cannot be accepted")]);
        expect(new Set(ops(await stack.preview(program)))).toEqual(new Set(["same"]));
    });
});

describe("what is not known yet in a preview", () => {
    it.each([["expectedRequester"], ["expectedEvidence"]])("%s does not read as nobody expected", async (name) => {
        const result = await new TestStack(clouds.simulator).preview({ a: onPeering("accept", { [name]: UNKNOWN }) });
        expect(spoken(result)).toContain("(who is expected is not known yet): pending -> accepted");
    });

    it("until is said to be open", async () => {
        const result = await new TestStack(clouds.simulator).preview({
            a: onEndpoint(1, "accept", { until: UNKNOWN }),
        });
        expect(spoken(result)).toContain("pending -> accepted, until not known yet");
    });

    it.each<[string, Wire]>([
        ["a reject", onInbound("reject", { allowRemoval: UNKNOWN })],
        ["onDelete: reject", onInbound("accept", { allowRemoval: UNKNOWN, onDelete: "reject" })],
        ["a time-box", onInbound("accept", { allowRemoval: UNKNOWN, until: "2099-12-31" })],
    ])("allowRemoval of %s does not fail the preview", async (_what, a) => {
        clouds.simulator.world = worldWith({ inbound: "ACTIVE" });
        expect((await new TestStack(clouds.simulator).preview({ a })).failures).toEqual({});
    });

    it.each<[string, Wire, Wire]>([
        ["a decision", onInbound("accept"), { decision: UNKNOWN }],
        ["an admission", { scope: { kind: "aws:openSearchInbound" }, rules: [analytics] }, { rules: UNKNOWN }],
    ])("%s is not replaced because today's region is another one", async (_what, a, unknown) => {
        const environment: Record<string, string> = {};
        const stack = new TestStack(clouds.simulator, {}, environment);
        await stack.up({ a });
        environment.AWS_REGION = "eu-central-1";
        environment.AWS_DEFAULT_REGION = "eu-central-1";
        expect(ops(await stack.preview({ a: { ...a, ...unknown } }))).toEqual(["update"]);
    });
});

describe("onDrift: hold", () => {
    it("after a timeout holds what somebody undid, with and without a refresh in between", async () => {
        endpoints("pendingAcceptance");
        clouds.simulator.addFaults({ action: "ec2:DescribeVpcEndpointConnections", fault: "staleRead", times: 100 });
        const program = { a: onEndpoint(1, "accept", { timeout: "1s", onDrift: "hold" }) };
        const stack = new TestStack(clouds.simulator);
        await stack.up(program);
        clouds.simulator.clearFaults();
        set(1, "rejected");
        const before = await stack.preview(program);
        await stack.refresh();
        const after = await stack.preview(program);
        expect(spoken(after)).toBe(spoken(before));
        await stack.up(program);
        expect([states(), sent()]).toEqual([["rejected"], [`ec2:AcceptVpcEndpointConnections ${endpoint(1)}`]]);
    });
});

describe("a replacement that leaves a connection", () => {
    it("says in the preview what it does to the connection that it leaves", async () => {
        endpoints("available", "pendingAcceptance");
        const stack = new TestStack(clouds.simulator);
        await stack.up({ a: onEndpoint(1, "accept", { onDelete: "reject" }) });
        const result = await stack.preview({ a: onEndpoint(2, "accept", { onDelete: "reject" }) });
        expect(ops(result)).toContain("replace");
        expect(result.logs.map(({ level, text }) => `${level} ${text}`)).toContainEqual(
            expect.stringContaining(
                `warning a: replacing it CUTS a working connection of ${REQUESTER} (onDelete: reject, unless another resource declares it): aws:vpcEndpoint/eu-west-1/${SERVICE}/${endpoint(1)}`,
            ),
        );
        const kept = new TestStack(clouds.simulator);
        await kept.up({ a: onEndpoint(1, "accept") });
        expect(spoken(await kept.preview({ a: onEndpoint(2, "accept") }))).not.toContain("replacing");
    });
});

describe("a delete that acts and cannot read", () => {
    it.each<[string, Wire]>([
        ["a decision", onEndpoint(1, "accept", { onDelete: "reject" })],
        ["an admission", admission([analytics], { onDelete: "reject" })],
    ])("of %s promises no way on that there is not", async (_what, it) => {
        endpoints("available");
        const stack = new TestStack(clouds.simulator, { "connections:unreadable": "warn" });
        await stack.up({ it });
        clouds.simulator.addFaults({ action: "ec2:Describe*", fault: "error", status: 503, times: 1_000 });
        const { failures } = await stack.destroy();
        expect(failures.it).toContain("cannot be read");
        expect(failures.it).not.toContain("goes on with a warning");
        expect(states()).toEqual(["available"]);
    });
});

describe("a guard that expects nothing", () => {
    it("an empty expectedEvidence does not read as one", async () => {
        const result = await new TestStack(clouds.simulator).preview({
            a: onEndpoint(1, "accept", { expectedEvidence: {} }),
        });
        expect(spoken(result)).toContain("(nobody expected)");
    });
});
