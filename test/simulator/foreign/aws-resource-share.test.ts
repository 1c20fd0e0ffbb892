import { describe, expect, it } from "vitest";
import type { World } from "../../../src/simulator/index";
import { clientsAvailable } from "../../../tools/vendor-clients/install.mjs";
import { ACCOUNT, OTHER_ACCOUNT, REQUESTER } from "../../support/clouds";
import { coded, useForeign } from "./clients";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function arn(type: "share" | "invitation", n: number): string {
    const id = `${n}`.padStart(8, "0");
    return `arn:aws:ram:eu-west-1:${REQUESTER}:resource-share${type === "share" ? "" : "-invitation"}/${id}-4a95-46b4-bbe0-c4001d0f5a6b`;
}

/** The n-th invitation, to a share of its own. */
function invitation(n: number, status = "PENDING", resourceTypes = ["ec2:TransitGateway"]) {
    return {
        invitationArn: arn("invitation", n),
        shareArn: arn("share", n),
        shareName: `share${n}`,
        status,
        resourceTypes,
    };
}

function worldOf(invitations: ReturnType<typeof invitation>[], more: object = {}, undocumented = {}): World {
    const own = { account: ACCOUNT, region: "eu-west-1", resourceShareInvitations: invitations, ...more };
    return { aws: [own, { account: OTHER_ACCOUNT, region: "eu-west-1" }], undocumented };
}

describe.skipIf(!clientsAvailable)("RAM, by boto3 and the AWS CLI", () => {
    const foreign = useForeign("aws", () => worldOf([invitation(1), invitation(2)]), "aws_cli");

    const call = (operation: string, args: object, more: object = {}) => ({
        do: "call",
        service: "ram",
        operation,
        args,
        ...more,
    });
    const invited = (args: object = {}, more: object = {}) => call("get_resource_share_invitations", args, more);
    const shared = (args: object = {}, more: object = {}) =>
        call("get_resource_shares", { resourceOwner: "OTHER-ACCOUNTS", ...args }, more);
    const decided = (verb: "accept" | "reject", n: number, more: object = {}, clientToken?: string) =>
        call(
            `${verb}_resource_share_invitation`,
            { resourceShareInvitationArn: arn("invitation", n), ...(clientToken === undefined ? {} : { clientToken }) },
            more,
        );
    const left = (n: number, principals: string[] = [ACCOUNT]) =>
        call("disassociate_resource_share", { resourceShareArn: arn("share", n), principals });
    type Shown = Record<string, unknown>;
    const invitations = async (args: object = {}, more: object = {}) =>
        (await foreign.clients.run<{ resourceShareInvitations: Shown[] }>(invited(args, more)))
            .resourceShareInvitations;
    const statuses = async () => (await invitations()).map(({ status }) => status);
    const shares = async (args: object = {}) =>
        (await foreign.clients.run<{ resourceShares: Shown[] }>(shared(args))).resourceShares;

    it("shows an invitation as the CLI's example does", async () => {
        expect((await invitations({ resourceShareArns: [arn("share", 2)] }))[0]).toEqual({
            resourceShareInvitationArn: arn("invitation", 2),
            resourceShareName: "share2",
            resourceShareArn: arn("share", 2),
            senderAccountId: REQUESTER,
            receiverAccountId: ACCOUNT,
            invitationTimestamp: expect.any(String),
            status: "PENDING",
        });
        expect(await invitations({ resourceShareInvitationArns: [arn("invitation", 1)] })).toHaveLength(1);
        expect([await invitations({}, { account: OTHER_ACCOUNT }), await shares()]).toEqual([[], []]);
    });

    it("pages, by boto3's paginator and the CLI's, also where the first page is empty", async () => {
        const many = Array.from({ length: 12 }, (_, i) => invitation(i));
        for (const [ramEmptyPages, sizes] of [
            ["never", [5, 5, 2]],
            ["first", [0, 5, 5, 2]],
        ] as const) {
            foreign.simulator.world = worldOf(many, {}, { ramEmptyPages });
            const pages = await foreign.clients.run<{ resourceShareInvitations: object[] }[]>(
                invited({}, { pages: 5 }),
            );
            expect(pages.map((page) => page.resourceShareInvitations.length)).toEqual(sizes);
            const words = ["ram", "get-resource-share-invitations", "--page-size", "5"];
            const { output } = await foreign.shell.run<{ output: { resourceShareInvitations: object[] } }>({
                arguments: words,
            });
            expect(output.resourceShareInvitations).toHaveLength(12);
        }
    });

    it("accepts: the account takes part at once, or after a while in which the share is not seen", async () => {
        const { resourceShareInvitation } = await foreign.clients.run<{ resourceShareInvitation: Shown }>(
            decided("accept", 1),
        );
        expect(resourceShareInvitation).toMatchObject({ status: "ACCEPTED", resourceShareArn: arn("share", 1) });
        expect(await shares({ resourceShareArns: [arn("share", 1)] })).toMatchObject([
            { owningAccountId: REQUESTER, name: "share1", status: "ACTIVE", allowExternalPrincipals: true },
        ]);
        foreign.simulator.settleMs = 10_000;
        await foreign.clients.run(decided("accept", 2));
        const second = { resourceShareArns: [arn("share", 2)] };
        expect(coded(await foreign.clients.refusal(shared(second)))).toEqual(["UnknownResourceException", 400]);
        expect(await statuses()).toEqual(["ACCEPTED", "ACCEPTED"]);
        foreign.simulator.advance(10_000);
        expect(await shares(second)).toHaveLength(1);
    });

    it.each([
        ["accept", "ACCEPTED", "ResourceShareInvitationAlreadyAcceptedException"],
        ["reject", "ACCEPTED", "ResourceShareInvitationAlreadyAcceptedException"],
        ["accept", "REJECTED", "ResourceShareInvitationAlreadyRejectedException"],
        ["reject", "REJECTED", "ResourceShareInvitationAlreadyRejectedException"],
        ["accept", "EXPIRED", "ResourceShareInvitationExpiredException"],
        ["reject", "EXPIRED", "ResourceShareInvitationExpiredException"],
    ] as const)("%s of one that is %s: %s", async (verb, status, code) => {
        foreign.simulator.world = worldOf([invitation(1, status)]);
        expect(coded(await foreign.clients.refusal(decided(verb, 1)))).toEqual([code, 400]);
        expect(await statuses()).toEqual([status]);
    });

    it("carries a call out once for each client token, and takes one for no other call", async () => {
        for (let i = 0; i < 2; i++) {
            expect(await foreign.clients.run(decided("accept", 1, {}, "t1"))).toMatchObject({ clientToken: "t1" });
        }
        const other = await foreign.clients.refusal(decided("accept", 2, {}, "t1"));
        expect(coded(other)).toEqual(["IdempotentParameterMismatchException", 400]);
        expect(await statuses()).toEqual(["ACCEPTED", "PENDING"]);
    });

    it("leaves a share as the account alone, and not every share", async () => {
        const share = (n: number, more: object) => ({ shareArn: arn("share", n), status: "ACTIVE", ...more });
        const receivedResourceShares = [
            share(1, { resourceTypes: ["EC2:Subnet"] }),
            share(2, { resourceTypes: ["appmesh:Mesh"] }),
            share(3, { inOrganization: true }),
            share(4, { status: "DELETING" }),
        ];
        foreign.simulator.world = worldOf([], { receivedResourceShares });
        const refused = async (n: number, principals?: string[]) =>
            (await foreign.clients.refusal(left(n, principals))).code;
        expect(await Promise.all([refused(1, [REQUESTER]), refused(2), refused(3), refused(4), refused(5)])).toEqual([
            "OperationNotPermittedException",
            "OperationNotPermittedException",
            "OperationNotPermittedException",
            "InvalidStateTransitionException",
            "UnknownResourceException",
        ]);
        expect(await foreign.clients.run(left(1))).toMatchObject({
            resourceShareAssociations: [{ resourceShareArn: arn("share", 1), associatedEntity: ACCOUNT }],
        });
        expect((await shares()).map(({ resourceShareArn }) => resourceShareArn)).toEqual(
            [2, 3, 4].map((n) => arn("share", n)),
        );
        expect(await refused(1)).toBe("UnknownResourceException");
    });

    it("expires what waits for 7 days or for 12 hours, and forgets 7 days later", async () => {
        foreign.simulator.world = worldOf([invitation(1), invitation(2, "PENDING", ["codebuild:Project"])]);
        foreign.simulator.advance(12 * HOUR);
        expect(await statuses()).toEqual(["PENDING", "EXPIRED"]);
        foreign.simulator.advance(7 * DAY - 12 * HOUR);
        expect(await statuses()).toEqual(["EXPIRED", "EXPIRED"]);
        foreign.simulator.advance(12 * HOUR);
        expect(await statuses()).toEqual(["EXPIRED"]);
        foreign.simulator.advance(7 * DAY);
        expect(await statuses()).toEqual([]);
        const forgotten = invited({ resourceShareInvitationArns: [arn("invitation", 1)] });
        expect((await foreign.clients.refusal(forgotten)).code).toBe("ResourceShareInvitationArnNotFoundException");
    });

    it.each([
        ["unsigned", invited({}, { unsigned: true }), ["MissingAuthenticationTokenException", 403]],
        ["by a key that nobody has", invited({}, { key: "AKIANOBODY" }), ["UnrecognizedClientException", 403]],
        ["by who may not", decided("accept", 1, { key: "AKIAREADER" }), ["AccessDeniedException", 403]],
        ["about no invitation there is", decided("accept", 9), ["ResourceShareInvitationArnNotFoundException", 400]],
        [
            "in another region",
            decided("accept", 1, { region: "us-east-1" }),
            ["ResourceShareInvitationArnNotFoundException", 400],
        ],
        ["by a malformed ARN", invited({ resourceShareArns: ["arn:aws:s3:::x"] }), ["MalformedArnException", 400]],
        ["for too much", invited({ maxResults: 501 }), ["InvalidMaxResultsException", 400]],
        ["for too many shares", shared({ maxResults: 501 }), ["InvalidParameterException", 400]],
        ["by a token that was not handed out", invited({ nextToken: "x" }), ["InvalidNextTokenException", 400]],
        ["for nobody's shares", shared({ resourceOwner: "ME" }), ["InvalidParameterException", 400]],
        ["for its own shares", shared({ resourceOwner: "SELF" }), ["NotSimulated", 501]],
        ["by a name", shared({ name: "x" }), ["NotSimulated", 501]],
        ["for what is not simulated", call("list_resource_types", {}), ["UnknownOperationException", 404]],
    ])("refuses a call %s", async (_what, asked, refusal) => {
        const principals = [{ accessKeyId: "AKIAREADER", denied: ["ram:AcceptResourceShareInvitation"] }];
        foreign.simulator.world = worldOf([invitation(1)], { principals });
        expect(coded(await foreign.clients.refusal(asked))).toEqual(refusal);
        expect(await statuses()).toEqual(["PENDING"]);
    });

    it("fails by a fault for one invitation, and stands in the log with it", async () => {
        foreign.simulator.addFaults({ fault: "refuseIds", ids: [arn("invitation", 1)] });
        expect(coded(await foreign.clients.refusal(decided("accept", 1)))).toEqual(["ServerInternalException", 500]);
        expect(foreign.simulator.calls).toMatchObject([
            { action: "ram:AcceptResourceShareInvitation", ids: [arn("invitation", 1)] },
        ]);
        expect(await statuses()).toEqual(["PENDING", "PENDING"]);
    });
});
