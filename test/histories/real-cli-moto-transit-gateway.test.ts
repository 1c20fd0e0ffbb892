import { EC2 } from "@aws-sdk/client-ec2";
import { ConnectionAdmission, ConnectionDecision } from "pulumi-connection-decision";
import { describe, expect, it } from "vitest";
import { LONG } from "../support/long-runs";
import { KEYS, OWNER, REGION, REQUESTER, twoAccounts } from "../support/moto";
import { diagnostics, failure, inputsOf, operations, realStack } from "../support/pulumi";
import { OPERATION_MS } from "../support/real-decisions";

/**
 * The real CLI decides attachments to transit gateways that moto's EC2 holds. Where moto differs from AWS's documents: a VPC attachment
 * is of the gateway's own account and available at once, never pending, and what is deleted is gone at once; a peering has one id at both
 * sides, also within one Region, is accepted at once and kept for ever when it has ended; accept and reject ask for no state. The filters
 * `transit-gateway-attachment-id` of VPC attachments and those of owners are ignored or match nothing.
 */
async function twoGateways() {
    const accounts = await twoAccounts();
    const { owner, requester } = accounts;
    const gatewayOf = async (client: EC2) => {
        const { TransitGateway } = await client.createTransitGateway({});
        return TransitGateway?.TransitGatewayId ?? "";
    };
    const [ours, theirs] = [await gatewayOf(owner), await gatewayOf(requester)];
    /** A request of a gateway for another one. */
    const ask = async (client: EC2, from: string, to: string, account: string, region = REGION) => {
        const { TransitGatewayPeeringAttachment } = await client.createTransitGatewayPeeringAttachment({
            TransitGatewayId: from,
            PeerTransitGatewayId: to,
            PeerAccountId: account,
            PeerRegion: region,
        });
        return TransitGatewayPeeringAttachment?.TransitGatewayAttachmentId ?? "";
    };
    const stateOf = async (id: string, client = owner) => {
        const { TransitGatewayPeeringAttachments = [] } = await client.describeTransitGatewayPeeringAttachments({
            TransitGatewayAttachmentIds: [id],
        });
        return TransitGatewayPeeringAttachments[0]?.State;
    };
    return { ...accounts, ours, theirs, gatewayOf, ask, stateOf };
}

function decide(transitGatewayAttachmentId: string, decision: "accept" | "reject", more: object = {}, region?: string) {
    return async () => {
        new ConnectionDecision("peer", {
            connection: {
                kind: "aws:transitGatewayPeering",
                transitGatewayAttachmentId,
                ...(region === undefined ? {} : { region }),
            },
            decision,
            ...more,
        });
    };
}

describe("transit gateways on moto", { timeout: OPERATION_MS }, () => {
    it.runIf(LONG)(
        "peer: accepted from the preview that shows who asks, held, cut by deletion only where that is allowed",
        async () => {
            const { requester, ours, theirs, ask, stateOf, env, theirEnv } = await twoGateways();
            const id = await ask(requester, theirs, ours, OWNER);
            const stranger = await realStack(theirEnv);
            expect(await failure(stranger.preview(decide(id, "accept")))).toMatch(
                new RegExp(`addressed to AWS account ${OWNER}; the credentials belong to ${REQUESTER}`),
            );
            const real = await realStack(env);
            const evidence = { transitGatewayId: theirs, accepterTransitGatewayId: ours };
            const accept = decide(id, "accept", { expectedRequester: REQUESTER, expectedEvidence: evidence });
            expect(inputsOf(await real.preview(accept), "peer")).toMatchObject({
                observed: { requester: REQUESTER, ...evidence },
                transition: "accept: pending -> accepted",
            });
            expect(await stateOf(id)).toBe("pendingAcceptance");
            await real.up(accept);
            expect(await stateOf(id)).toBe("available");
            expect(operations(await real.preview(accept))).toEqual({ peer: "same" });

            expect(await failure(real.preview(decide(id, "reject")))).toMatch(/allowRemoval: true/);
            const removal = decide(id, "reject", { allowRemoval: true });
            expect(diagnostics(await real.preview(removal)).join()).toContain(
                `CUTS a working connection of ${REQUESTER}`,
            );
            await real.up(removal);
            expect(await stateOf(id)).toBe("deleted");
            expect(operations(await real.preview(removal))).toEqual({ peer: "same" });
        },
    );

    it.runIf(LONG)("peer: rejected by rules, and shown where somebody accepts what was rejected", async () => {
        const { owner, requester, ours, theirs, ask, stateOf, env } = await twoGateways();
        const id = await ask(requester, theirs, ours, OWNER);
        const outgoing = await ask(owner, ours, theirs, REQUESTER);
        const real = await realStack(env);
        const program = async () => {
            new ConnectionAdmission("peers", {
                scope: { kind: "aws:transitGatewayPeering" },
                rules: [{ name: "unknown", requester: REQUESTER, verdict: "reject" }],
            });
        };
        // Our own request to them is none that we may decide.
        expect(Object.keys(inputsOf(await real.preview(program), "peers")?.verdicts as object)).toEqual([id]);
        await real.up(program);
        expect([await stateOf(id), await stateOf(outgoing)]).toEqual(["rejected", "pendingAcceptance"]);
        const decided = await realStack(env);
        await decided.up(decide(id, "reject"));
        await owner.acceptTransitGatewayPeeringAttachment({ TransitGatewayAttachmentId: id });
        expect(diagnostics(await decided.preview(decide(id, "reject", { allowRemoval: true }))).join()).toContain(
            "CUTS a working connection",
        );
    });

    it.runIf(LONG)("peer between Regions of one account: decided in the second one", async () => {
        const { owner, ours, gatewayOf, ask, stateOf, env } = await twoGateways();
        const region = "us-east-1";
        const abroad = new EC2({ endpoint: env.AWS_ENDPOINT_URL, region, credentials: KEYS });
        const id = await ask(owner, ours, await gatewayOf(abroad), OWNER, region);
        const real = await realStack(env);
        expect(await failure(real.preview(decide(id, "accept")))).toMatch(
            /addressed to AWS account \d+ in us-east-1, and can be decided only there[\s\S]*set its region/,
        );
        await real.up(decide(id, "accept", { expectedRequester: OWNER }, region));
        expect(await stateOf(id, abroad)).toBe("available");
    });

    it.runIf(LONG)(
        "have VPC attachments of their own account, which were never asked for: nothing is decided about them",
        async () => {
            const { owner, ours, env } = await twoGateways();
            const { Vpc } = await owner.createVpc({ CidrBlock: "10.1.0.0/16" });
            const VpcId = Vpc?.VpcId ?? "";
            const { Subnet } = await owner.createSubnet({ VpcId, CidrBlock: "10.1.0.0/24" });
            const { TransitGatewayVpcAttachment } = await owner.createTransitGatewayVpcAttachment({
                TransitGatewayId: ours,
                VpcId,
                SubnetIds: [Subnet?.SubnetId ?? ""],
            });
            const id = TransitGatewayVpcAttachment?.TransitGatewayAttachmentId ?? "";
            const attach =
                (decision: "accept" | "reject", more: object = {}) =>
                async () => {
                    new ConnectionDecision("vpc", {
                        connection: {
                            kind: "aws:transitGatewayVpcAttachment",
                            transitGatewayId: ours,
                            transitGatewayAttachmentId: id,
                        },
                        decision,
                        expectedEvidence: { vpcId: VpcId },
                        ...more,
                    });
                };
            const real = await realStack(env);
            expect(diagnostics(await real.up(attach("accept", { expectedRequester: OWNER }))).join()).toContain(
                "there is nothing to decide",
            );
            expect(operations(await real.preview(attach("accept", { expectedRequester: OWNER })))).toEqual({
                vpc: "same",
            });
            expect(await failure(real.preview(attach("accept", { expectedRequester: REQUESTER })))).toContain(
                `the requester is ${OWNER}`,
            );
            expect(await failure(real.up(attach("reject", { allowRemoval: true })))).toContain(
                "there is nothing to decide",
            );
            const admission = async () => {
                new ConnectionAdmission("vpcs", {
                    scope: { kind: "aws:transitGatewayVpcAttachment", transitGatewayId: ours },
                    rules: [],
                    otherwise: "reject",
                    existing: "enforce",
                    allowRemoval: true,
                });
            };
            expect(inputsOf(await real.up(admission), "vpcs").verdicts).toEqual({});
            expect((await owner.describeTransitGatewayAttachments({})).TransitGatewayAttachments).toHaveLength(1);
        },
    );
});
