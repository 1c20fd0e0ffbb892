import { beforeEach, describe, expect, it } from "vitest";
import type { Wire } from "../../src/engine/wire";
import type { Simulator, World } from "../../src/simulator/index";
import { IDENTITY } from "../support/answers";
import { ACCOUNT, REQUESTER, useClouds } from "../support/clouds";
import { TestStack } from "../support/engine";
import { type Answer, placeAt, startHostile } from "../support/hostile-server";
import { INVITATION, SHARE, shareWorld } from "./aws-resource-share-invitation";

/** What AWS's documents say of RAM, against answers in the form of its API reference, and the runs that only its shares have. */
const NAME = "aws:resourceShareInvitation";
const OTHER = INVITATION.replace("1e3477be", "2e3477be");
const ROLE = `arn:aws:iam::${ACCOUNT}:role/network`;

function invitation(status: string, more: object = {}) {
    return {
        resourceShareInvitationArn: INVITATION,
        resourceShareArn: SHARE,
        resourceShareName: "backbone",
        senderAccountId: REQUESTER,
        receiverAccountId: ACCOUNT,
        invitationTimestamp: 1_600_000_000,
        status,
        ...more,
    };
}

const share = (status: string) => ({
    resourceShareArn: SHARE,
    name: "backbone",
    owningAccountId: REQUESTER,
    allowExternalPrincipals: true,
    status,
});
const body = (content: object): Answer => ({ body: JSON.stringify(content) });
const refusal = (code: string): Answer => ({
    status: 400,
    headers: { "x-amzn-errortype": code },
    body: '{"message":"m"}',
});

/** A cloud that answers so, and what it was asked: operation and parameters. */
async function cloudWith(answer: (operation: string, parameters: Record<string, unknown>) => Answer) {
    const asked: [string, Record<string, unknown>][] = [];
    const { url } = await startHostile(({ action, body: text }) => {
        if (action === "GetCallerIdentity") {
            return { body: IDENTITY };
        }
        const operation = action.replace("POST /", "");
        const parameters = JSON.parse(text);
        asked.push([operation, parameters]);
        return answer(operation, parameters);
    });
    return { ...placeAt(NAME, url), asked };
}

/** A cloud with these invitations and shares, on one page each. */
function holding(invitations: readonly object[], shares: readonly object[] = []) {
    return cloudWith((operation) =>
        body(
            operation === "getresourceshares" ? { resourceShares: shares } : { resourceShareInvitations: invitations },
        ),
    );
}

describe("reading", () => {
    it("asks for the invitations to a share, then for the share", async () => {
        const { kind, scope, call, asked } = await holding([invitation("PENDING")]);
        expect(await kind.lookup?.(scope, [SHARE], call)).toMatchObject([
            {
                id: SHARE,
                status: "pending",
                requester: REQUESTER,
                decider: ACCOUNT,
                requestedAt: "2020-09-13T12:26:40.000Z",
                evidence: { shareName: "backbone" },
            },
        ]);
        const page = { maxResults: 500, resourceShareArns: [SHARE] };
        expect(asked).toEqual([
            ["getresourceshareinvitations", page],
            ["getresourceshares", { ...page, resourceOwner: "OTHER-ACCOUNTS" }],
        ]);
    });

    it.each(["UnknownResourceException", "ResourceShareInvitationArnNotFoundException"])(
        "%s: there is no such share, where one is asked for",
        async (code) => {
            const { kind, scope, call } = await cloudWith(() => refusal(code));
            expect(await kind.lookup?.(scope, [SHARE], call)).toEqual([]);
            await expect(kind.list(scope, undefined, call)).rejects.toMatchObject({ code });
        },
    );

    it("takes a share's invitations from all pages, empty ones among them, as one connection", async () => {
        const pages = [
            { resourceShareInvitations: [], nextToken: "a" },
            { resourceShareInvitations: [invitation("REJECTED")], nextToken: "b" },
            {
                resourceShareInvitations: [
                    invitation("EXPIRED", { resourceShareInvitationArn: OTHER, invitationTimestamp: 1_700_000_000 }),
                ],
            },
        ];
        const { kind, scope, call } = await cloudWith((operation) =>
            body(operation === "getresourceshares" ? { resourceShares: [] } : (pages.shift() ?? {})),
        );
        const { items, next } = await kind.list(scope, undefined, call);
        expect([items.map(({ id, status }) => [id, status]), next]).toEqual([[[SHARE, "expired"]], undefined]);
        const named = (invitationArn: string) =>
            items.map((seen) => kind.matches?.({ kind: NAME, invitationArn } as never, seen));
        expect([named(INVITATION), named(OTHER)]).toEqual([["yes"], ["yes"]]);
        // Forgotten, and of another account.
        const forgotten = OTHER.replace("2e", "3e");
        expect([named(forgotten), named(forgotten.replace(REQUESTER, ACCOUNT))]).toEqual([["untold"], ["no"]]);
    });

    it.each([
        ["the share once the account takes part", [invitation("ACCEPTED")], [share("ACTIVE")], "accepted", "ACTIVE"],
        ["the share where the invitation is forgotten", [], [share("ACTIVE")], "accepted", "ACTIVE"],
        [
            "a new invitation beside an old one",
            [invitation("REJECTED"), invitation("PENDING")],
            [],
            "pending",
            "PENDING",
        ],
        [
            "a pending one where the account takes part",
            [invitation("PENDING")],
            [share("ACTIVE")],
            "pending",
            "PENDING",
        ],
        ["nothing once the share is left", [invitation("ACCEPTED")], [], "absent", "ACCEPTED"],
        ["a share that is still being joined", [invitation("ACCEPTED")], [share("PENDING")], "accepting", "PENDING"],
        ["a word that it does not know", [], [share("SUSPENDED")], "unknown", "SUSPENDED"],
    ])("shows %s", async (_what, invitations, shares, status, cloudStatus) => {
        const { kind, scope, call } = await holding(invitations, shares);
        const [seen] = (await kind.lookup?.(scope, [SHARE], call)) ?? [];
        expect(seen).toMatchObject({ status, cloudStatus, requester: REQUESTER, evidence: { shareName: "backbone" } });
    });

    it("refuses a share of another region, and asks nobody", async () => {
        const { kind, scope, call, asked } = await holding([]);
        const elsewhere = SHARE.replace("eu-west-1", "us-east-1");
        await expect(kind.lookup?.(scope, [elsewhere], call)).rejects.toMatchObject({
            failure: "refused",
            text: expect.stringContaining('set its region to "us-east-1"'),
        });
        expect(asked).toEqual([]);
    });
});

describe("deciding", () => {
    const decided = (_operation: string, { resourceShareInvitationArn }: Record<string, unknown>) =>
        body({ resourceShareInvitation: { resourceShareInvitationArn } });

    it("sends every invitation that waits, each with a token of its own, the same when it is sent again", async () => {
        const { kind, scope, call, asked, order } = await cloudWith(decided);
        const seen = { ...order.seen, handle: { pending: [INVITATION, OTHER], all: [INVITATION, OTHER] } };
        for (const token of ["one", "one", "two"]) {
            expect(await kind.accept(scope, [{ seen, token }], call)).toEqual([{ id: SHARE, result: "sent" }]);
        }
        const arns = asked.map(([operation, parameters]) => [operation, parameters.resourceShareInvitationArn]);
        expect(arns.slice(0, 2)).toEqual([
            ["acceptresourceshareinvitation", INVITATION],
            ["acceptresourceshareinvitation", OTHER],
        ]);
        const tokens = asked.map(([, parameters]) => parameters.clientToken);
        expect(tokens.slice(0, 2)).toEqual(tokens.slice(2, 4));
        expect(new Set(tokens).size).toBe(4);
    });

    it("has nothing to send where none waits any more: it is judged again", async () => {
        const { kind, scope, call, asked, order } = await cloudWith(decided);
        const seen = { ...order.seen, handle: { pending: [], all: [INVITATION] } };
        expect(await kind.reject(scope, [{ ...order, seen }], call)).toEqual([{ id: SHARE, result: "conflict" }]);
        expect(asked).toEqual([]);
    });

    it.each([
        ["accept", "ResourceShareInvitationAlreadyAcceptedException", "already"],
        ["accept", "ResourceShareInvitationAlreadyRejectedException", "conflict"],
        ["accept", "ResourceShareInvitationExpiredException", "conflict"],
        ["accept", "ResourceShareInvitationArnNotFoundException", "conflict"],
        ["accept", "OperationNotPermittedException", "refused"],
        ["accept", "IdempotentParameterMismatchException", "refused"],
        ["accept", "ThrottlingException", "busy"],
        ["reject", "ResourceShareInvitationAlreadyRejectedException", "already"],
        ["reject", "ResourceShareInvitationAlreadyAcceptedException", "conflict"],
        ["remove", "UnknownResourceException", "already"],
        ["remove", "InvalidStateTransitionException", "conflict"],
        ["remove", "AccessDeniedException", "refused"],
    ] as const)("%s: %s is %s", async (action, code, result) => {
        const { kind, scope, call, order } = await cloudWith(() => refusal(code));
        expect(await kind[action]?.(scope, [order], call)).toMatchObject([{ id: SHARE, code, result }]);
    });

    it.each([
        ["DISASSOCIATING", SHARE, { result: "sent" }],
        ["FAILED", SHARE, { result: "refused", code: "FAILED" }],
        ["DISASSOCIATING", SHARE.replace("27d0", "37d0"), { result: "unknown" }],
    ])("leaves as the account, which is answered by %s of %s", async (status, resourceShareArn, receipt) => {
        const association = { resourceShareArn, associatedEntity: ACCOUNT, status };
        const { kind, scope, call, asked, order } = await cloudWith(() =>
            body({ resourceShareAssociations: [association] }),
        );
        expect(await kind.remove?.(scope, [order], call)).toMatchObject([receipt]);
        expect(asked).toMatchObject([
            ["disassociateresourceshare", { resourceShareArn: SHARE, principals: [ACCOUNT] }],
        ]);
    });
});

const clouds = useClouds({ world: shareWorld("PENDING") });
const on = (decision: string, more: Wire = {}) => ({
    a: { connection: { kind: NAME, shareArn: SHARE }, decision, expectedRequester: REQUESTER, ...more },
});

function entryOf({ aws: [entry] = [] }: World) {
    if (entry === undefined) {
        throw new Error("the world has no account");
    }
    return entry;
}

/** What people and the share's owner do meanwhile. */
function outside(simulator: Simulator, change: (entry: ReturnType<typeof entryOf>) => void): void {
    const { world } = simulator;
    change(entryOf(world));
    simulator.world = world;
}

describe("runs", () => {
    // The SDK reads the environment, where the tests above leave keys that no cloud knows.
    beforeEach(() => {
        Object.assign(process.env, clouds.simulator.env);
        clouds.simulator.settleMs = 5_000;
    });

    const UNDOCUMENTED: readonly World["undocumented"][] = [
        {},
        { ramJoiningShare: "shown" },
        { ramInvitationAfterLeaving: "vanishes" },
        { ramInvitationsOfUnknownShare: "UnknownResourceException" },
        { ramInvitationsOfUnknownShare: "ResourceShareInvitationArnNotFoundException" },
        { ramEmptyPages: "first" },
    ];

    it.each(UNDOCUMENTED)("accept, outlast the invitation, leave, accept once more: %j", async (undocumented) => {
        const { simulator } = clouds;
        simulator.world = { ...shareWorld("PENDING"), ...(undocumented === undefined ? {} : { undocumented }) };
        const stack = new TestStack(simulator);
        const settled = async (program: ReturnType<typeof on>) => {
            expect((await stack.up(program)).failures).toEqual({});
            expect((await stack.preview(program)).steps.map(({ op }) => op)).toEqual(["same"]);
        };
        await settled(on("accept"));
        simulator.advance(8 * 24 * 3_600_000);
        await settled(on("accept"));
        expect((await stack.refresh()).steps.map(({ op }) => op)).toEqual(["same"]);
        expect(entryOf(simulator.world).receivedResourceShares).toMatchObject([{ status: "ACTIVE" }]);

        expect((await stack.preview(on("reject"))).failures.a).toContain("allowRemoval: true");
        await settled(on("reject", { allowRemoval: true }));
        expect(entryOf(simulator.world).receivedResourceShares).toMatchObject([{ status: "DISASSOCIATED" }]);

        outside(simulator, ({ resourceShareInvitations = [] }) => {
            resourceShareInvitations.push({ invitationArn: OTHER, shareArn: SHARE, status: "PENDING" });
        });
        await settled(on("accept"));
        expect(entryOf(simulator.world).receivedResourceShares).toMatchObject([{ status: "ACTIVE" }]);
    });

    it("find a share by an invitation, and know it when the invitation is forgotten", async () => {
        const { simulator } = clouds;
        const program = { a: { connection: { kind: NAME, invitationArn: INVITATION }, decision: "accept" } };
        const stack = new TestStack(simulator);
        expect((await stack.up(program)).failures).toEqual({});
        expect([...stack.state.values()].map(({ id }) => id)).toEqual([
            `${NAME}/eu-west-1/${SHARE.replace("/", "%2F")}`,
        ]);
        simulator.advance(8 * 24 * 3_600_000);
        expect((await stack.preview(program)).steps.map(({ op }) => op)).toEqual(["same"]);
    });

    it("look for a share where its ARN says, and refuse to look elsewhere", async () => {
        const { simulator } = clouds;
        const abroad = (text: string) => text.replace("eu-west-1", "us-east-1");
        simulator.world = JSON.parse(JSON.stringify(shareWorld("PENDING")).replaceAll("eu-west-1", "us-east-1"));
        const stack = new TestStack(simulator);
        const connections: Wire[] = [{ shareArn: abroad(SHARE) }, { invitationArn: abroad(INVITATION) }];
        for (const connection of connections) {
            const program = { a: { connection: { kind: NAME, ...connection }, decision: "accept" } };
            expect((await stack.up(program)).failures).toEqual({});
            expect([...stack.state.values()].map(({ id }) => id)).toEqual([
                `${NAME}/us-east-1/${abroad(SHARE).replace("/", "%2F")}`,
            ]);
        }
        const here = { kind: NAME, region: "eu-west-1", shareArn: abroad(SHARE) };
        const { failures } = await stack.preview({ a: { connection: here, decision: "accept" } });
        expect(failures.a).toContain('the ARN, which is "us-east-1"; leave region out');
    });

    it("list for an invitation that is not there yet, and ask for no share by its name", async () => {
        const { simulator } = clouds;
        const connection = { kind: NAME, invitationArn: OTHER };
        const program = { a: { connection, decision: "accept", waitForRequest: "5s" } };
        expect((await new TestStack(simulator).up(program)).failures.a).toContain("there is no such request after 5s");
        expect(new Set(simulator.calls.map(({ outcome }) => outcome))).toEqual(new Set(["ok"]));
    });

    it("reject an invitation to a role, and cut nothing that the account takes part in", async () => {
        const { simulator } = clouds;
        simulator.world = shareWorld("PENDING, ACTIVE");
        outside(simulator, ({ resourceShareInvitations: [one] = [] }) =>
            Object.assign(one ?? {}, { receiverArn: ROLE }),
        );
        const { steps } = await new TestStack(simulator).preview(on("reject", { allowRemoval: true }));
        expect(steps[0]?.inputs).toMatchObject({
            observed: { status: "pending", receivers: [ROLE] },
            transition: "reject: pending -> rejected",
        });
        const { failures } = await new TestStack(simulator).up(on("reject", { allowRemoval: true }));
        expect(failures.a).toContain("the connection changed since the preview");
        expect(entryOf(simulator.world)).toMatchObject({
            resourceShareInvitations: [{ status: "REJECTED" }],
            receivedResourceShares: [{ status: "ACTIVE" }],
        });
    });

    it.each([
        ["within an organization", { inOrganization: true }],
        ["of other types of resources", { resourceTypes: ["codebuild:Project"] }],
    ])("say who can help where a share %s cannot be left", async (_what, more) => {
        const { simulator } = clouds;
        simulator.world = shareWorld("ACTIVE");
        outside(simulator, ({ receivedResourceShares: [one] = [] }) => Object.assign(one ?? {}, more));
        expect((await new TestStack(simulator).up(on("accept"))).failures).toEqual({});
        const { failures } = await new TestStack(simulator).up(on("reject", { allowRemoval: true }));
        expect(failures.a).toMatch(/OperationNotPermittedException[\s\S]*call: ram:DisassociateResourceShare/);
        expect(failures.a).toContain(`ask the owner of the share (${REQUESTER}) to take this account out of it`);
    });

    it.each([
        [["ec2:Subnet"], 7 * 24],
        [["ec2:Subnet", "codebuild:Project"], 12],
    ])("are too late for a share of %j after %i hours", async (resourceTypes, hours) => {
        const { simulator } = clouds;
        outside(simulator, ({ resourceShareInvitations: [one] = [] }) => {
            Object.assign(one ?? {}, { resourceTypes, invitedAt: undefined, expiresAt: undefined });
        });
        simulator.advance(hours * 3_600_000 - 60_000);
        const stack = new TestStack(simulator);
        expect((await stack.preview(on("accept"))).steps[0]?.inputs.transition).toBe("accept: pending -> accepted");
        simulator.advance(60_000);
        expect((await stack.preview(on("accept"))).steps[0]?.inputs.warnings).toEqual([
            expect.stringMatching(/^cannot be accepted: the request is expired \(EXPIRED\); ask the owner .* 12 hours/),
        ]);
    });

    it("are those of other accounts, in the region of the ARN", async () => {
        const { simulator } = clouds;
        const failureOf = async (connection: Wire) => {
            const program = { a: { connection: { kind: NAME, ...connection }, decision: "reject" } };
            return (await new TestStack(simulator).preview(program)).failures.a;
        };
        const elsewhere = 'region "us-east-1" is not the one of the ARN, which is "eu-west-1"';
        expect(await failureOf({ invitationArn: INVITATION, region: "us-east-1" })).toContain(elsewhere);
        expect(await failureOf({ shareArn: SHARE, region: "us-east-1" })).toContain(elsewhere);
        expect(await failureOf({ shareArn: SHARE.replace(REQUESTER, ACCOUNT) })).toContain(
            "there is nothing to decide",
        );
        expect(await failureOf({ shareArn: SHARE, region: "eu-west-1" })).toBeUndefined();
    });

    it("may be what except names by an invitation that RAM has forgotten: people decide, and the shares of others are cut", async () => {
        const { simulator } = clouds;
        const foreign = SHARE.replace(REQUESTER, "999988887777");
        simulator.world = shareWorld("ACTIVE");
        outside(simulator, ({ receivedResourceShares: all = [] }) => all.push({ shareArn: foreign, status: "ACTIVE" }));
        const admission = {
            scope: { kind: NAME },
            rules: [],
            otherwise: "reject",
            existing: "enforce",
            allowRemoval: true,
            except: [{ kind: NAME, invitationArn: INVITATION }],
        };
        const stack = new TestStack(simulator);
        const { verdicts } = (await stack.preview({ a: admission })).steps[0]?.inputs ?? {};
        expect(verdicts).toEqual({
            [SHARE]: expect.stringMatching(/^review: accepted, except may name this one.*name it by its id/),
            [foreign]: expect.stringMatching(/^cut: /),
        });
        expect((await stack.up({ a: admission })).failures).toEqual({});
        const left = simulator.calls.filter(({ action }) => action === "ram:DisassociateResourceShare");
        expect(left.map(({ ids }) => ids)).toEqual([[foreign]]);
    });

    it("decide once, although the answer to the first call was lost", async () => {
        const { simulator } = clouds;
        simulator.addFaults({ action: "ram:AcceptResourceShareInvitation", fault: "reset", when: "after" });
        expect((await new TestStack(simulator).up(on("accept"))).failures).toEqual({});
        const accepts = simulator.calls.filter(({ action }) => action === "ram:AcceptResourceShareInvitation");
        expect(accepts.map(({ ids, outcome }) => [ids, outcome])).toEqual([[[INVITATION], "ok, then reset"]]);
    });

    it("fail where shares may not be listed: an invitation alone does not say whether the account takes part", async () => {
        const { simulator } = clouds;
        simulator.world = shareWorld("ACCEPTED, ACTIVE");
        outside(simulator, (entry) => {
            entry.principals = [{ accessKeyId: `AKIA${ACCOUNT}`, denied: ["ram:GetResourceShares"] }];
        });
        const { failures } = await new TestStack(simulator).preview(on("accept"));
        expect(failures.a).toMatch(
            /AccessDeniedException[\s\S]*ram:GetResourceShareInvitations and ram:GetResourceShares/,
        );
    });
});
