import { describe, expect, it } from "vitest";
import { ALIBABA_ACCOUNT, ALIBABA_REQUESTER, PEERING, useClouds, worldWith } from "../support/clouds";
import { runBin } from "./bin";

/** Alibaba Cloud lists the requests that we made beside those that we may decide. */
const clouds = useClouds();
const OUTGOING = "pcc-0urownrequest";
const KIND = ["--kind", "alibaba:vpcPeering"];

function worldWithOutgoing(incoming: string) {
    const world = worldWith({ peering: incoming });
    world.alibaba?.push({
        account: ALIBABA_REQUESTER,
        vpcPeerConnections: [{ instanceId: OUTGOING, status: "Accepting", ownerId: ALIBABA_ACCOUNT }],
    });
    return world;
}

describe("requests that we made ourselves", () => {
    it.each([
        ["the table", []],
        ["--json", ["--json"]],
        ["--emit ts", ["--emit", "ts"]],
    ])("are in none of the listings: %s", async (_name, argv) => {
        clouds.simulator.world = worldWithOutgoing("Accepting");
        const { status, out, err } = await runBin(["list", ...KIND, ...argv], clouds.simulator.env);
        expect(status, err).toBe(0);
        expect(out).toContain(PEERING);
        expect(out).not.toContain(OUTGOING);
    });

    it("are nothing that is pending", async () => {
        clouds.simulator.world = worldWithOutgoing("Activated");
        const { status, out } = await runBin(["list", ...KIND, "--fail-if-pending"], clouds.simulator.env);
        expect([status, out]).toEqual([0, "Nothing is pending in alibaba:vpcPeering.\n"]);
    });
});

describe("where our own account cannot be confirmed", () => {
    const broken = {
        action: "sts:GetCallerIdentity",
        fault: "error" as const,
        status: 403,
        code: "Forbidden",
        times: 50,
    };

    it("a place whose listing names who decides is unread, and the others are read", async () => {
        clouds.simulator.addFaults(broken);
        const argv = ["list", ...KIND, "--kind", "aws:vpcEndpoint", "--fail-if-pending"];
        const { status, out, err } = await runBin(argv, clouds.simulator.env);
        expect([status, out]).toEqual([4, expect.not.stringContaining(PEERING)]);
        expect(err).toMatch(
            /^NOT READ alibaba:vpcPeering: whether we may decide is not known, because our own account/m,
        );
        expect(err).toMatch(/^Read 1 place: aws:vpcEndpoint in eu-west-1\.$/m);
    });

    it("a listing without such a connection is read", async () => {
        clouds.simulator.world = { ...worldWith({}), alibaba: [{ account: ALIBABA_ACCOUNT, vpcPeerConnections: [] }] };
        clouds.simulator.addFaults(broken);
        const { status, out } = await runBin(["list", ...KIND, "--fail-if-pending"], clouds.simulator.env);
        expect([status, out]).toEqual([0, "Nothing is pending in alibaba:vpcPeering.\n"]);
    });
});
