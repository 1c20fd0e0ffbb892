import { describe, expect, it } from "vitest";
import type { Wire } from "../../src/engine/wire";
import { UNKNOWN } from "../../src/shared/unknown";
import {
    ALIBABA_REQUESTER,
    endpoint,
    INBOUND,
    OTHER_ACCOUNT,
    PEERING,
    REQUESTER,
    SERVICE,
    useClouds,
    VPCEP_SERVICE,
    worldWith,
} from "../support/clouds";
import { onEndpoint } from "../support/declarations";
import { TestStack } from "../support/engine";

/** Rules for a whole scope: verdicts in the preview, what up does with them, what it leaves alone. */
const clouds = useClouds();
const SCOPE = { kind: "aws:vpcEndpoint", serviceId: SERVICE };
const STRANGER = "999988887777";
const PARTNER = "444455556666";

function admission(rules: readonly Wire[], more: Wire = {}): Wire {
    return { scope: SCOPE, rules, ...more };
}

const analytics = { name: "analytics", requester: REQUESTER, verdict: "accept" };
const blocked = { name: "blocked", requester: STRANGER, verdict: "reject" };

function states(): (string | undefined)[] {
    return clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.map((c) => c.state) ?? [];
}

function sent(pattern = /Accept|Reject|Delete|connections:update/): string[] {
    return clouds.simulator.calls
        .filter(({ action }) => pattern.test(action))
        .map(({ action, ids }) => `${action} ${ids}`);
}

function endpoints(...all: (string | { state: string; owner?: string })[]): void {
    clouds.simulator.world = worldWith({ endpoints: all });
}

describe("rules", () => {
    it("decide what the preview showed, and leave what they do not know to people", async () => {
        endpoints(
            "pendingAcceptance",
            { state: "pendingAcceptance", owner: STRANGER },
            { state: "pendingAcceptance", owner: PARTNER },
        );
        const stack = new TestStack(clouds.simulator);
        const program = { ledger: admission([analytics, blocked]) };
        const preview = await stack.preview(program);
        expect(preview.steps[0]?.inputs).toMatchObject({
            verdicts: {
                [endpoint(1)]: `accept: pending, rule analytics, requester ${REQUESTER}`,
                [endpoint(2)]: `reject: pending, rule blocked, requester ${STRANGER}`,
                [endpoint(3)]: `review: no rule, requester ${PARTNER}`,
            },
            counts: UNKNOWN,
            transition: "reject 1, accept 1 (not touched: 1 for review)",
        });
        expect(sent()).toEqual([]);
        const { failures } = await stack.up(program);
        expect(failures).toEqual({});
        expect(states()).toEqual(["available", "rejected", "pendingAcceptance"]);
        expect(stack.outputs("ledger")).toMatchObject({
            verdicts: { [endpoint(3)]: `review: no rule, requester ${PARTNER}` },
            counts: { review: "1" },
        });
        expect(stack.outputs("ledger").transition).toBeUndefined();
        expect((await stack.preview(program)).steps.map((step) => step.op)).toEqual(["same"]);
    });

    it("show a new request as a change of the next preview, and converge without a call", async () => {
        endpoints("available");
        const stack = new TestStack(clouds.simulator);
        const program = { ledger: admission([analytics]) };
        await stack.up(program);
        expect(stack.outputs("ledger").verdicts).toEqual({});
        endpoints("available", { state: "pendingAcceptance", owner: PARTNER });
        expect((await stack.preview(program)).steps[0]).toMatchObject({
            op: "update",
            inputs: { verdicts: { [endpoint(2)]: `review: no rule, requester ${PARTNER}` } },
        });
        await stack.up(program);
        expect(sent()).toEqual([]);
        expect((await stack.preview(program)).steps[0]?.op).toBe("same");
    });

    it("apply in order: the first that matches", async () => {
        endpoints("pendingAcceptance");
        const program = (rules: Wire[]) => ({ ledger: admission(rules) });
        const none = { ...analytics, name: "none", verdict: "review" };
        const first = await new TestStack(clouds.simulator).preview(program([none, analytics]));
        expect(first.steps[0]?.inputs.verdicts).toEqual({
            [endpoint(1)]: `review: rule none, requester ${REQUESTER}`,
        });
        const second = await new TestStack(clouds.simulator).preview(program([analytics, none]));
        expect(second.steps[0]?.inputs.transition).toBe("accept 1");
    });

    it("that ask for what the cloud does not tell leave the connection to people, whatever comes after", async () => {
        const undecided = { name: "dualstack", evidence: { ipAddressType: "dualstack" }, verdict: "reject" };
        endpoints("pendingAcceptance");
        const { steps } = await new TestStack(clouds.simulator).preview({ ledger: admission([undecided, analytics]) });
        // The simulator tells ipv4: the rule does not match, the next one decides.
        expect(steps[0]?.inputs.transition).toBe("accept 1");
        const peering = {
            scope: { kind: "alibaba:vpcPeering" },
            rules: [
                { name: "inside", evidence: { cidrs: "10.0.0.0/8" }, verdict: "reject" },
                { name: "partner", requester: ALIBABA_REQUESTER, verdict: "accept" },
            ],
        };
        const vpc = clouds.simulator.world.alibaba?.[0]?.vpcPeerConnections?.[0];
        delete vpc?.vpc;
        const told = await new TestStack(clouds.simulator).preview({ peerings: peering });
        expect(told.steps[0]?.inputs.verdicts).toEqual({
            [PEERING]: `review: rule inside cannot be judged: the cloud does not tell what it asks for, requester ${ALIBABA_REQUESTER}`,
        });
    });

    it("match a CIDR block inside a range, of either family, and no other", async () => {
        const inRange = async (cidrs: string) => {
            const { steps } = await new TestStack(clouds.simulator).preview({
                peerings: {
                    scope: { kind: "alibaba:vpcPeering" },
                    rules: [{ name: "inside", evidence: { cidrs }, verdict: "accept" }],
                },
            });
            return steps[0]?.inputs.transition === "accept 1";
        };
        // The requester's VPC is 10.20.0.0/16.
        expect(await inRange("10.0.0.0/8")).toBe(true);
        expect(await inRange("10.20.0.0/16")).toBe(true);
        expect(await inRange("10.20.0.0/17")).toBe(false);
        expect(await inRange("10.21.0.0/16")).toBe(false);
        expect(await inRange("::/0")).toBe(false);
    });

    it("narrow an accept by what the requester wrote, and nothing else", async () => {
        const rule = { name: "ticket", requester: ALIBABA_REQUESTER, verdict: "accept", ticket: "CHG-\\d+" };
        const program = (verdict: string) => ({
            peerings: { scope: { kind: "alibaba:vpcPeering" }, rules: [{ ...rule, verdict }] },
        });
        const without = await new TestStack(clouds.simulator).preview(program("accept"));
        expect(without.steps[0]?.inputs.counts).toEqual({ review: "1" });
        Object.assign(clouds.simulator.world.alibaba?.[0]?.vpcPeerConnections?.[0] ?? {}, { name: "orders CHG-2041" });
        const written = await new TestStack(clouds.simulator).preview(program("accept"));
        expect(written.steps[0]?.inputs.transition).toBe("accept 1");
        const { failures } = await new TestStack(clouds.simulator).preview(program("reject"));
        expect(failures.peerings).toContain("it can narrow an accept, nothing else");
    });

    it("are matched in linear time, whatever a requester writes", async () => {
        Object.assign(clouds.simulator.world.alibaba?.[0]?.vpcPeerConnections?.[0] ?? {}, {
            name: `${"a".repeat(150)}!`,
        });
        const rule = { name: "ticket", requester: ALIBABA_REQUESTER, verdict: "accept", ticket: "(a+)+$" };
        const { steps } = await new TestStack(clouds.simulator).preview({
            peerings: { scope: { kind: "alibaba:vpcPeering" }, rules: [rule] },
        });
        expect(steps[0]?.inputs.counts).toEqual({ review: "1" });
    });

    it("hold for every kind", async () => {
        const { failures } = await new TestStack(clouds.simulator).up({
            search: {
                scope: { kind: "aws:openSearchInbound" },
                rules: [
                    { name: "audit", requester: REQUESTER, evidence: { requesterDomain: "audit" }, verdict: "accept" },
                ],
            },
            peerings: {
                scope: { kind: "alibaba:vpcPeering" },
                rules: [{ name: "orders", requester: ALIBABA_REQUESTER, verdict: "accept" }],
            },
            vpcep: { scope: { kind: "otc:vpcEndpoint", serviceId: VPCEP_SERVICE }, rules: [], otherwise: "reject" },
        });
        expect(failures).toEqual({});
        const { aws, alibaba, huawei } = clouds.simulator.world;
        expect([
            aws?.[0]?.openSearchInboundConnections?.[0]?.status,
            alibaba?.[0]?.vpcPeerConnections?.[0]?.status,
            huawei?.[0]?.endpointServices?.[0]?.connections?.[0]?.status,
        ]).toEqual(["ACTIVE", "Activated", "rejected"]);
    });
});

describe("connections accepted earlier", () => {
    it("that the rules reject are shown and left, or cut where the admission enforces", async () => {
        endpoints({ state: "available", owner: STRANGER }, { state: "available", owner: PARTNER });
        const stack = new TestStack(clouds.simulator);
        await stack.up({ ledger: admission([blocked]) });
        expect(stack.outputs("ledger").verdicts).toEqual({
            [endpoint(1)]: `would cut: rule blocked, requester ${STRANGER}`,
            [endpoint(2)]: `review: accepted now, no rule, requester ${PARTNER}`,
        });
        expect(states()).toEqual(["available", "available"]);
        const enforced = { ledger: admission([blocked], { existing: "enforce" }) };
        const preview = await stack.preview(enforced);
        expect(preview.steps[0]?.inputs.transition).toBe("cut 1 (not touched: 1 for review)");
        await stack.up(enforced);
        expect(states()).toEqual(["rejected", "available"]);
    });

    it("are cut up to connections:maxCuts in a run, decisions counted too", async () => {
        endpoints(...[1, 2, 3].map(() => ({ state: "available", owner: STRANGER })), "available");
        const enforced = admission([blocked], { existing: "enforce" });
        const stack = new TestStack(clouds.simulator, { "connections:maxCuts": "3" });
        expect((await stack.preview({ ledger: enforced })).failures).toEqual({});
        const both = {
            one: onEndpoint(4, "reject"),
            ledger: admission([blocked], { existing: "enforce", except: [endpoint(4)] }),
        };
        const { failures } = await stack.up(both);
        expect(failures.ledger).toContain("This run would cut more than 3 connections that work now");
        expect(states().slice(0, 3)).toEqual(["available", "available", "available"]);
    });

    it("stay where their kind could only delete them, unless that is allowed", async () => {
        const program = (more: Wire) => ({
            peerings: { scope: { kind: "alibaba:vpcPeering" }, rules: [], otherwise: "reject", ...more },
        });
        clouds.simulator.world = worldWith({ peering: "Activated" });
        const refused = await new TestStack(clouds.simulator).preview(program({ existing: "enforce" }));
        expect(refused.failures.peerings).toContain("set allowRemoval: true");
        const { failures } = await new TestStack(clouds.simulator).up(
            program({ existing: "enforce", allowRemoval: true }),
        );
        expect(failures).toEqual({});
        expect(sent()).toEqual([`vpc:DeleteVpcPeerConnection ${PEERING}`]);
    });
});

describe("up", () => {
    it("leaves requests that arrive after the list to the next run", async () => {
        endpoints("pendingAcceptance");
        const stack = new TestStack(clouds.simulator);
        const program = { ledger: admission([analytics]) };
        await stack.up(program, () => {
            clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.push({
                vpcEndpointId: endpoint(2),
                owner: REQUESTER,
                state: "pendingAcceptance",
            });
        });
        expect(states()).toEqual(["available", "pendingAcceptance"]);
        const next = await stack.preview(program);
        expect(next.steps[0]).toMatchObject({ op: "update", inputs: { transition: "accept 1" } });
    });

    it("sends nothing for a connection whose requester changed since the list", async () => {
        endpoints("pendingAcceptance", "pendingAcceptance");
        const stack = new TestStack(clouds.simulator);
        const { failures, logs } = await stack.up({ ledger: admission([analytics]) }, () => {
            Object.assign(clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.[0] ?? {}, {
                owner: STRANGER,
            });
        });
        expect(failures).toEqual({});
        expect(states()).toEqual(["pendingAcceptance", "available"]);
        expect(logs.map(({ text }) => text)).toContain(
            "ledger: 1 of the 2 listed connections changed since the preview; nothing was sent for them, the next run decides",
        );
    });

    it("cuts nothing that was only to be rejected", async () => {
        endpoints({ state: "pendingAcceptance", owner: STRANGER });
        await new TestStack(clouds.simulator).up({ ledger: admission([blocked]) }, () => {
            Object.assign(clouds.simulator.world.aws?.[0]?.endpointServices?.[0]?.connections?.[0] ?? {}, {
                state: "available",
            });
        });
        expect(sent()).toEqual([]);
    });

    it("does the rest when one fails, and names every failure", async () => {
        endpoints("pendingAcceptance", "pendingAcceptance", "pendingAcceptance");
        clouds.simulator.addFaults({ action: "ec2:Accept*", fault: "refuseIds", ids: [endpoint(2)], times: 1 });
        const stack = new TestStack(clouds.simulator);
        const program = { ledger: admission([analytics]) };
        const { failures } = await stack.up(program);
        expect(failures.ledger).toContain("1 of 3 connections failed; the others are done.");
        expect(failures.ledger).toContain(`${SERVICE}/${endpoint(2)}`);
        expect(states()).toEqual(["available", "pendingAcceptance", "available"]);
        expect((await stack.up(program)).failures).toEqual({});
        expect(states()).toEqual(["available", "available", "available"]);
    });

    it("decides in the largest batches the API takes", async () => {
        endpoints(...Array.from({ length: 1_200 }, () => "pendingAcceptance"));
        const stack = new TestStack(clouds.simulator);
        await stack.up({ ledger: admission([analytics]) });
        expect(states().every((state) => state === "available")).toBe(true);
        expect(sent()).toHaveLength(3);
        expect(JSON.stringify(stack.outputs("ledger")).length).toBeLessThan(600);
    });
});

describe("an explicit decision", () => {
    it("wins where except names it", async () => {
        endpoints("pendingAcceptance", "pendingAcceptance", "pendingAcceptance");
        const stack = new TestStack(clouds.simulator);
        const program = {
            one: onEndpoint(1, "reject"),
            ledger: admission([analytics], { except: [onEndpoint(1, "reject").connection, endpoint(2)] }),
        };
        await stack.up(program);
        expect(states()).toEqual(["rejected", "pendingAcceptance", "available"]);
        expect((await stack.preview(program)).steps.map((step) => step.op)).toEqual(["same", "same"]);
        expect((await stack.refresh()).steps.map((step) => step.op)).toEqual(["same", "same"]);
        expect((await stack.preview(program)).steps.map((step) => step.op)).toEqual(["same", "same"]);
        const decision = onEndpoint(1, "reject").connection;
        const other = new TestStack(clouds.simulator);
        await other.up({ ledger: admission([analytics], { except: [decision, endpoint(2)] }) });
        expect(states()).toEqual(["rejected", "pendingAcceptance", "available"]);
    });
});

describe("time-boxed rules", () => {
    const DAY = 86_400_000;
    const until = (text: string) => ({ ...analytics, until: text });
    const inDays = (days: number) => new Date(Date.now() + days * DAY).toISOString().slice(0, 10);

    it("cut when their time is over, with a warning in the last week", async () => {
        endpoints("pendingAcceptance");
        const clock = { now: Date.now() };
        const stack = new TestStack(
            clouds.simulator,
            {},
            {},
            {
                now: () => clock.now,
                random: () => 0.5,
                async sleep(ms) {
                    clock.now += ms;
                },
            },
        );
        const program = { ledger: admission([until("30d")]) };
        await stack.up(program);
        expect(states()).toEqual(["available"]);
        expect((await stack.preview(program)).steps[0]?.op).toBe("same");
        clock.now += 25 * DAY;
        const warned = await stack.up(program);
        expect(String(warned.steps[0]?.inputs.warnings)).toMatch(
            /^rule analytics: 1 accepted for a time, the first until 20/,
        );
        expect((await stack.preview(program)).steps[0]?.op).toBe("same");
        clock.now += 6 * DAY;
        const over = await stack.preview(program);
        expect(over.steps[0]?.inputs.transition).toBe("cut 1");
        expect(String(Object.values(over.steps[0]?.inputs.verdicts as Wire))).toMatch(
            /^cut: accepted, rule analytics accepted until 20.*Z, requester 111122223333$/,
        );
        await stack.up(program);
        expect(states()).toEqual(["rejected"]);
        expect((await stack.preview(program)).steps[0]?.op).toBe("same");
    });

    it("are refused in a new admission when they are over already", async () => {
        const { failures } = await new TestStack(clouds.simulator).preview({ ledger: admission([until(inDays(-2))]) });
        expect(failures.ledger).toContain("until is over already: rule analytics");
        const today = await new TestStack(clouds.simulator).preview({ ledger: admission([until(inDays(0))]) });
        expect(today.failures).toEqual({});
    });
});

describe("destroy", () => {
    it("leaves what decisions of the program decided", async () => {
        endpoints("pendingAcceptance", "pendingAcceptance");
        const stack = new TestStack(clouds.simulator);
        await stack.up({
            one: onEndpoint(1, "accept"),
            ledger: admission([analytics], { onDelete: "reject", except: [endpoint(1)] }),
        });
        expect(states()).toEqual(["available", "available"]);
        await stack.destroy();
        expect(states()).toEqual(["available", "rejected"]);
    });

    it("keeps the cloud as it is, or rejects what the rules let in", async () => {
        const run = async (more: Wire) => {
            endpoints("pendingAcceptance", { state: "available", owner: PARTNER });
            const stack = new TestStack(clouds.simulator);
            await stack.up({ ledger: admission([analytics], more) });
            expect((await stack.destroy()).failures).toEqual({});
            return states();
        };
        expect(await run({})).toEqual(["available", "available"]);
        expect(await run({ onDelete: "reject" })).toEqual(["rejected", "available"]);
    });
});

describe("connections:probe", () => {
    it("asks once for each action of a scope, whatever their number", async () => {
        endpoints("pendingAcceptance", "pendingAcceptance", { state: "pendingAcceptance", owner: STRANGER });
        const stack = new TestStack(clouds.simulator, { "connections:probe": "true" });
        await stack.preview({ ledger: admission([analytics, blocked]) });
        expect(
            clouds.simulator.calls.filter(({ outcome }) => outcome === "DryRunOperation").map(({ action }) => action),
        ).toEqual(["ec2:RejectVpcEndpointConnections", "ec2:AcceptVpcEndpointConnections"]);
        expect(states()).toEqual(["pendingAcceptance", "pendingAcceptance", "pendingAcceptance"]);
    });
});

describe("what cannot be read", () => {
    it("is never taken for empty: it fails, or converged rules stay as they are with a warning", async () => {
        endpoints("available");
        const stack = new TestStack(clouds.simulator, { "connections:unreadable": "warn" });
        const program = { ledger: admission([analytics]) };
        await stack.up(program);
        const before = stack.outputs("ledger");
        clouds.simulator.addFaults({
            action: "ec2:DescribeVpcEndpointConnections",
            fault: "error",
            status: 503,
            times: 100,
        });
        const { failures, steps } = await stack.up(program);
        expect([failures, steps[0]?.op]).toEqual([{}, "same"]);
        const fresh = await new TestStack(clouds.simulator).up(program);
        expect(fresh.failures.ledger).toContain("cannot be read");
        const strict = new TestStack(clouds.simulator);
        clouds.simulator.clearFaults();
        await strict.up(program);
        clouds.simulator.addFaults({ action: "ec2:Describe*", fault: "error", status: 503, times: 1_000 });
        expect((await strict.preview(program)).failures.ledger).toContain("cannot be read");
        expect((await strict.refresh()).failures.ledger).toContain("cannot be read");
        clouds.simulator.clearFaults();
        expect((await stack.refresh()).steps[0]?.op).toBe("same");
        expect(stack.outputs("ledger")).toEqual(before);
    });

    it("in another account is refused with both accounts named", async () => {
        endpoints("available");
        const stack = new TestStack(clouds.simulator);
        const program = { ledger: admission([analytics]) };
        await stack.up(program);
        const moved = new TestStack(clouds.simulator, {}, { AWS_ACCESS_KEY_ID: `AKIA${OTHER_ACCOUNT}` });
        for (const [name, resource] of stack.state) {
            moved.state.set(name, resource);
        }
        const before = process.env.AWS_ACCESS_KEY_ID;
        process.env.AWS_ACCESS_KEY_ID = `AKIA${OTHER_ACCOUNT}`;
        const { failures } = await moved.preview(program);
        process.env.AWS_ACCESS_KEY_ID = before;
        expect(failures.ledger).toContain(
            "belongs to AWS account 123456789012; the credentials now belong to 210987654321",
        );
    });
});

describe("wrong arguments", () => {
    it.each<[Wire, string]>([
        [{ scope: { kind: "aws:vpcEndpoint" } }, "scope.serviceId is missing"],
        [
            { scope: { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(1) } },
            "scope.endpointId is not a field",
        ],
        [{ scope: { kind: "alibaba:vpcPeering", instanceId: PEERING } }, "it has none"],
        [{ rules: "all" }, "rules must be a list"],
        [{ rules: [{ name: "all", verdict: "accept" }] }, "names neither requester nor evidence"],
        [{ rules: [{ ...analytics, requester: "12" }] }, 'requester "12" must be a 12-digit AWS account id'],
        [{ rules: [analytics, analytics] }, "two rules are named analytics"],
        [{ rules: [{ ...analytics, verdict: "allow" }] }, "rule analytics: verdict"],
        [{ rules: [{ ...analytics, note: "x" }] }, '"note" is not a field of a rule'],
        [{ rules: [{ ...analytics, until: "soon" }] }, 'until "soon" is not a date'],
        [{ rules: [{ ...blocked, until: "30d" }] }, "nothing is accepted here"],
        [{ rules: [{ ...analytics, ticket: "(" }] }, "must be a regular expression"],
        [{ otherwise: "ask" }, "otherwise"],
        [{ existing: "cut" }, "existing"],
        [{ except: [1] }, "except[0]: 1 is not a connection of this scope"],
        [{ onDelete: "remove" }, 'onDelete: "remove" is not possible'],
    ])("%j: %s", async (more, text) => {
        const { failures } = await new TestStack(clouds.simulator).preview({ ledger: { ...admission([]), ...more } });
        expect(failures.ledger).toContain(text);
        expect(clouds.simulator.calls).toEqual([]);
    });

    it("two admissions of one scope are refused", async () => {
        const { failures } = await new TestStack(clouds.simulator).preview({ a: admission([]), b: admission([]) });
        expect(failures.b).toContain("two admissions of one scope");
    });
});

it("names of the inbound connections of a region need no service", async () => {
    const { steps } = await new TestStack(clouds.simulator).preview({
        search: { scope: { kind: "aws:openSearchInbound", region: "eu-west-1" }, rules: [] },
    });
    expect(steps[0]?.inputs.verdicts).toEqual({ [INBOUND]: `review: no rule, requester ${REQUESTER}` });
});
