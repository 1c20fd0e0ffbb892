import { describe, expect, it } from "vitest";
import type { Status } from "../../src/shared/vocabulary";
import { plan } from "../../src/decision/plan";
import type { ConnectionKind, KnownStatus } from "../../src/kinds/kind";
import { kinds } from "../../src/kinds";
import type { Wire } from "../../src/engine/wire";
import type { World } from "../../src/simulator/index";
import { useClouds, worldWith } from "../support/clouds";
import { onEndpoint, onInbound, onPeering, onVpcep } from "../support/declarations";
import { TestStack } from "../support/engine";

/**
 * Every row of every lifecycle table, against the simulator where its cloud has such a state. What is expected is written
 * here by hand, from the documents, not taken from the tables.
 *
 * `=`: holds, nothing is sent. `>`: waits, nothing is sent. `!`: fails in up. `x`: fails in the preview. A word: that call is sent.
 */
type Expected = "=" | ">" | "!" | "x" | "accept" | "reject" | "remove";

interface Rows {
    readonly world: (cloudState: string) => World;
    readonly declare: (decision: "accept" | "reject", more?: Wire) => Wire;
    readonly calls: Readonly<Record<string, string>>;
    /** Cloud's state: status, accept, reject. */
    readonly states: Readonly<Record<string, readonly [Status, Expected, Expected]>>;
}

const vpcep: Omit<Rows, "declare"> = {
    world: (vpcep) => worldWith({ vpcep }),
    calls: { accept: "vpcep:connections:update", reject: "vpcep:connections:update" },
    states: {
        pendingAcceptance: ["pending", "accept", "reject"],
        creating: ["accepting", ">", ">"],
        accepted: ["accepted", "=", "reject"],
        rejected: ["rejected", "accept", "="],
        failed: ["failed", "!", "="],
        deleting: ["removing", "!", "="],
    },
};

const ROWS: Readonly<Record<keyof typeof kinds, Rows>> = {
    "aws:vpcEndpoint": {
        world: (state) => worldWith({ endpoints: [state] }),
        declare: (decision, more) => onEndpoint(1, decision, more),
        calls: { accept: "ec2:AcceptVpcEndpointConnections", reject: "ec2:RejectVpcEndpointConnections" },
        states: {
            pendingAcceptance: ["pending", "accept", "reject"],
            PendingAcceptance: ["pending", "accept", "reject"],
            pending: ["accepting", ">", ">"],
            available: ["accepted", "=", "reject"],
            partial: ["accepted", "=", "reject"],
            rejected: ["rejected", "accept", "="],
            deleting: ["removing", "!", "="],
            deleted: ["absent", "!", "="],
            failed: ["failed", "!", "="],
            expired: ["expired", "!", "="],
        },
    },
    "aws:openSearchInbound": {
        world: (inbound) => worldWith({ inbound, undocumented: { openSearchAcceptRejected: "accepts" } }),
        declare: onInbound,
        calls: {
            accept: "es:AcceptInboundConnection",
            reject: "es:RejectInboundConnection",
            remove: "es:DeleteInboundConnection",
        },
        states: {
            PENDING_ACCEPTANCE: ["pending", "accept", "reject"],
            APPROVED: ["accepting", ">", ">"],
            PROVISIONING: ["accepting", ">", ">"],
            ACTIVE: ["accepted", "=", "x"],
            REJECTING: ["rejecting", ">", ">"],
            REJECTED: ["rejected", "accept", "="],
            DELETING: ["removing", "!", ">"],
            DELETED: ["absent", "!", "="],
        },
    },
    "alibaba:vpcPeering": {
        world: (peering) => worldWith({ peering }),
        declare: onPeering,
        calls: {
            accept: "vpc:AcceptVpcPeerConnection",
            reject: "vpc:RejectVpcPeerConnection",
            remove: "vpc:DeleteVpcPeerConnection",
        },
        states: {
            Creating: ["accepting", ">", ">"],
            Accepting: ["pending", "accept", "reject"],
            Updating: ["accepting", ">", ">"],
            Activated: ["accepted", "=", "x"],
            Rejected: ["rejected", "!", "="],
            Expired: ["expired", "!", "="],
            Deleting: ["removing", "!", ">"],
            Deleted: ["absent", "!", "="],
        },
    },
    "huawei:vpcEndpoint": { ...vpcep, declare: (decision, more) => onVpcep(decision, more, "huawei:vpcEndpoint") },
    "otc:vpcEndpoint": { ...vpcep, declare: (decision, more) => onVpcep(decision, more, "otc:vpcEndpoint") },
};

const clouds = useClouds();

describe.each(Object.entries(ROWS))("%s", (name, rows) => {
    const kind = kinds[name as keyof typeof kinds];

    for (const [state, [status, ...expected]] of Object.entries(rows.states)) {
        for (const [i, decision] of (["accept", "reject"] as const).entries()) {
            const wanted = expected[i] as Expected;
            it(`${decision} of ${state} (${status}): ${wanted}`, async () => {
                clouds.simulator.world = rows.world(state);
                const stack = new TestStack(clouds.simulator);
                const program = { a: rows.declare(decision, { timeout: "30s", waitForRequest: "5s" }) };
                const preview = await stack.preview(program);
                if (wanted === "x") {
                    expect(preview.failures.a).toContain("cannot be rejected once it is accepted");
                    const removal = { a: rows.declare(decision, { timeout: "30s", allowRemoval: true }) };
                    expect((await stack.up(removal)).failures).toEqual({});
                    expect(sent(rows)).toEqual(["remove"]);
                    return;
                }
                expect(preview.failures).toEqual({});
                expect(preview.steps[0]?.inputs.observed).toMatchObject({ status });
                const { failures } = await stack.up(program);
                if (wanted === "!" && status === "absent") {
                    expect(failures.a).toContain("there is no such request after 5s");
                    expect(sent(rows)).toEqual([]);
                } else if (wanted === "!") {
                    expect(failures).toEqual({});
                    expect(preview.steps[0]?.inputs.warnings).toEqual([expect.stringMatching(/^cannot be accepted: /)]);
                    expect(sent(rows)).toEqual([]);
                } else if (wanted === ">") {
                    // A state nobody moves on: up waits for it until its time is over.
                    expect(preview.steps[0]?.inputs.transition).toContain("(waiting for the cloud)");
                    expect(failures.a).toContain("is not settled after");
                    expect(sent(rows)).toEqual([]);
                } else {
                    expect(failures).toEqual({});
                    expect(sent(rows)).toEqual(wanted === "=" ? [] : [wanted]);
                    expect((await stack.preview(program)).steps.map((step) => step.op)).toEqual(["same"]);
                }
            });
        }
    }

    it("has a source for every row, and says of every undocumented action that it is tried", () => {
        for (const { decision, status, rule } of cells(kind)) {
            expect(rule.source, `${decision} of ${status}`).not.toBe("");
            if (typeof rule.do !== "string" && rule.basis === "tried") {
                expect(planned(kind, decision, status).transition).toContain("undocumented");
            }
        }
    });

    it("plans something sensible for statuses its cloud has no word for", () => {
        const shown = new Set(Object.values(rows.states).map(([status]) => status));
        for (const { decision, status, rule } of cells(kind).filter((cell) => !shown.has(cell.status))) {
            const { step } = planned(kind, decision, status);
            if (status !== "absent") {
                expect(rule.basis, `${decision} of ${status}`).toBe("tried");
            }
            if (decision === "reject" && ["rejected", "expired", "failed", "unconnected", "absent"].includes(status)) {
                expect(step.do).toBe("none");
            }
        }
    });

    it("takes a status it does not know for unknown, and sends nothing", async () => {
        clouds.simulator.world = rows.world("SomethingNew");
        const stack = new TestStack(clouds.simulator);
        const preview = await stack.preview({ a: rows.declare("reject") });
        expect(preview.failures.a).toContain('the cloud says "SomethingNew"');
        const warned = new TestStack(clouds.simulator, { "connections:unreadable": "warn" });
        expect((await warned.preview({ a: rows.declare("reject") })).steps[0]?.inputs).toMatchObject({
            observed: { status: "unknown" },
            warnings: [expect.stringContaining('the cloud says "SomethingNew"')],
        });
        expect((await warned.up({ a: rows.declare("reject") })).failures.a).toContain("nothing was sent");
        expect(sent(rows)).toEqual([]);
    });
});

function sent({ calls }: Rows): string[] {
    return clouds.simulator.calls.flatMap((call) => {
        const action = Object.entries(calls).find(([, name]) => name === call.action)?.[0];
        if (action === undefined || call.outcome !== "ok") {
            return [];
        }
        return call.action === "vpcep:connections:update" ? [vpcepAction()] : [action];
    });
}

/** VPCEP has one call for both decisions: what it did tells which it was. */
function vpcepAction(): string {
    const status = clouds.simulator.world.huawei?.[0]?.endpointServices?.[0]?.connections?.[0]?.status;
    return status === "rejected" ? "reject" : "accept";
}

function cells(kind: ConnectionKind) {
    const table = kind.lifecycle({ found: "yes", admission: "manual", settings: {} });
    return (["accept", "reject"] as const).flatMap((decision) =>
        Object.entries(table[decision]).map(([status, rule]) => ({ decision, status: status as KnownStatus, rule })),
    );
}

function planned(kind: ConnectionKind, decision: "accept" | "reject", status: KnownStatus) {
    const table = kind.lifecycle({ found: "yes", admission: "manual", settings: {} });
    return plan(
        table,
        decision,
        { status },
        { seen: "pending" },
        { allowRemoval: true, onDrift: "correct", established: false, waitForRequest: "1m" },
    );
}
