import { EC2 } from "@aws-sdk/client-ec2";
import { ConnectionAdmission, ConnectionDecision } from "pulumi-connection-decision";
import { describe, expect, it } from "vitest";
import { LONG } from "../support/long-runs";
import { KEYS, OWNER, REQUESTER, twoAccounts } from "../support/moto";
import { diagnostics, failure, inputsOf, operations, realStack } from "../support/pulumi";
import { OPERATION_MS } from "../support/real-decisions";

/**
 * The real CLI decides VPC peering requests that moto's EC2 holds. Where moto differs from AWS's documents: it tells no CIDR blocks of a
 * pending request, gives it no ExpirationTime, accepts at once, and keeps what was rejected or deleted for ever.
 */

/** Two accounts of one moto, with a VPC each. */
async function twoVpcs() {
    const { owner, requester, ...envs } = await twoAccounts();
    const vpcOf = async (client: EC2, CidrBlock: string) => (await client.createVpc({ CidrBlock })).Vpc?.VpcId ?? "";
    const ours = await vpcOf(owner, "10.1.0.0/16");
    const theirs = await vpcOf(requester, "10.2.0.0/16");
    /** A request of the other account for our VPC. */
    const ask = async (PeerRegion?: string) => {
        const { VpcPeeringConnection } = await requester.createVpcPeeringConnection({
            VpcId: theirs,
            PeerVpcId: ours,
            PeerOwnerId: OWNER,
            PeerRegion,
        });
        return VpcPeeringConnection?.VpcPeeringConnectionId ?? "";
    };
    const statusOf = async (id: string) => {
        const { VpcPeeringConnections = [] } = await owner.describeVpcPeeringConnections({
            VpcPeeringConnectionIds: [id],
        });
        return VpcPeeringConnections[0]?.Status?.Code;
    };
    return { owner, ask, statusOf, theirs, ...envs };
}

function decide(vpcPeeringConnectionId: string, decision: "accept" | "reject", more: object = {}) {
    return async () => {
        new ConnectionDecision("peer", {
            connection: { kind: "aws:vpcPeering", vpcPeeringConnectionId },
            decision,
            ...more,
        });
    };
}

describe("VPC peering on moto", { timeout: OPERATION_MS }, () => {
    it("is accepted from the preview that shows who asks, held, healed by deletion only where that is allowed", async () => {
        const { ask, statusOf, owner, env, theirs } = await twoVpcs();
        const id = await ask();
        const real = await realStack(env);
        const accept = decide(id, "accept", { expectedRequester: REQUESTER, expectedEvidence: { vpcId: theirs } });
        const preview = await real.preview(accept);
        expect(inputsOf(preview, "peer")).toMatchObject({
            observed: { requester: REQUESTER, vpcId: theirs },
            transition: "accept: pending -> accepted",
        });
        expect(await statusOf(id)).toBe("pending-acceptance");
        await real.up(accept);
        expect(await statusOf(id)).toBe("active");
        expect(operations(await real.preview(accept))).toEqual({ peer: "same" });

        const cut = decide(id, "reject");
        expect(await failure(real.preview(cut))).toMatch(
            /cannot be rejected once it is accepted[\s\S]*allowRemoval: true/,
        );
        const removal = decide(id, "reject", { allowRemoval: true });
        expect(diagnostics(await real.preview(removal)).join()).toContain(`CUTS a working connection of ${REQUESTER}`);
        await real.up(removal);
        expect(await statusOf(id)).toBe("deleted");
        expect(operations(await real.preview(removal))).toEqual({ peer: "same" });

        // A request of its own for the same VPCs is another connection.
        const again = await ask();
        await owner.rejectVpcPeeringConnection({ VpcPeeringConnectionId: again });
        expect(diagnostics(await real.preview(decide(again, "accept"))).join()).toMatch(
            /cannot be accepted: the request is rejected; ask the requester/,
        );
    });

    it.runIf(LONG)("is rejected, and shown where somebody deletes what was accepted", async () => {
        const { ask, statusOf, owner, env } = await twoVpcs();
        const [bad, good] = [await ask(), await ask()];
        const real = await realStack(env);
        const program = async () => {
            await decide(bad, "reject")();
            new ConnectionDecision("good", {
                connection: { kind: "aws:vpcPeering", vpcPeeringConnectionId: good },
                decision: "accept",
                expectedRequester: REQUESTER,
            });
        };
        await real.up(program);
        expect([await statusOf(bad), await statusOf(good)]).toEqual(["rejected", "active"]);
        await owner.deleteVpcPeeringConnection({ VpcPeeringConnectionId: good });
        const drifted = await real.preview(program);
        expect(operations(drifted)).toEqual({ peer: "same", good: "update" });
        await real.up(program);
        expect(operations(await real.preview(program))).toEqual({ peer: "same", good: "same" });
    });

    it.runIf(LONG)("names the account and the Region that can decide, where ours is another one", async () => {
        const { ask, owner, env, theirEnv } = await twoVpcs();
        const id = await ask();
        const stranger = await realStack(theirEnv);
        expect(await failure(stranger.preview(decide(id, "accept")))).toMatch(
            new RegExp(`addressed to AWS account ${OWNER}; the credentials belong to ${REQUESTER}`),
        );

        // A request between two of our own Regions is decided in the second one.
        const abroad = new EC2({ endpoint: env.AWS_ENDPOINT_URL, region: "us-east-1", credentials: KEYS });
        const vpcOf = async (client: EC2) => (await client.createVpc({ CidrBlock: "10.3.0.0/16" })).Vpc?.VpcId ?? "";
        const { VpcPeeringConnection } = await owner.createVpcPeeringConnection({
            VpcId: await vpcOf(owner),
            PeerVpcId: await vpcOf(abroad),
            PeerRegion: "us-east-1",
        });
        const ours = VpcPeeringConnection?.VpcPeeringConnectionId ?? "";
        const here = await realStack(env);
        expect(await failure(here.preview(decide(ours, "accept")))).toMatch(
            new RegExp(
                `addressed to AWS account ${OWNER} in us-east-1, and can be decided only there[\\s\\S]*set its region`,
            ),
        );
        const there = async () => {
            new ConnectionDecision("peer", {
                connection: { kind: "aws:vpcPeering", region: "us-east-1", vpcPeeringConnectionId: ours },
                decision: "accept",
                expectedRequester: OWNER,
            });
        };
        await here.up(there);
        expect(here.deployed().resources?.at(-1)?.id).toBe(`aws:vpcPeering/us-east-1/${ours}`);
    });

    it.runIf(LONG)("is admitted by rules", async () => {
        const { ask, statusOf, env } = await twoVpcs();
        const id = await ask();
        const real = await realStack(env);
        const program = async () => {
            new ConnectionAdmission("peers", {
                scope: { kind: "aws:vpcPeering" },
                rules: [{ name: "analytics", requester: REQUESTER, verdict: "accept" }],
            });
        };
        expect(inputsOf(await real.preview(program), "peers")).toMatchObject({
            verdicts: { [id]: `accept: pending, rule analytics, requester ${REQUESTER}` },
        });
        await real.up(program);
        expect(await statusOf(id)).toBe("active");
        expect(inputsOf(await real.preview(program), "peers")?.transition).toBeUndefined();
    });
});
