import { describe, expect, it } from "vitest";
import { guard, violation } from "../../src/decision/guard";
import { type ConnectionKindName, kinds } from "../../src/kinds";
import type { Action } from "../../src/kinds/table";
import { ec2 } from "../support/answers";
import { endpoint } from "../support/clouds";
import { KEYS, NOTHING, placeAt, startHostile, startSaying } from "../support/hostile-server";
import { sendsOf } from "../support/kind-data";
import { ROWS, rowsOf, statusOf, waitingState } from "../support/kind-rows";

/** Absence is proven by a documented answer only; what a call did, too. */

/** The status of a request of that kind that waits. */
const waitsAs = (name: ConnectionKindName) => statusOf(waitingState(rowsOf(name)), rowsOf(name));
const unreadable = { name: "CloudError", failure: "transient" };
const code = expect.stringMatching(/^(UnreadableAnswer|SyntaxError|Error|TypeError)$/);

describe.each([...ROWS])("%s", (name, { answers }) => {
    const kind = kinds[name];
    const at = async (body: string) => placeAt(name, (await startSaying(body)).url);

    it.each([...NOTHING, ...answers.unreadable])("a listing that answers %s is unreadable, not empty", async (body) => {
        const { scope, call } = await at(body);
        await expect(kind.list(scope, undefined, call)).rejects.toMatchObject({ ...unreadable, code });
    });

    it("a listing that says so is empty", async () => {
        const { scope, call } = await at(answers.empty);
        expect(await kind.list(scope, undefined, call)).toEqual({ items: [] });
    });

    it("a listing that tells no more than it must satisfies no expectation, and violates none", async () => {
        const { scope, id, call } = await at(answers.list);
        const { items } = await kind.list(scope, undefined, call);
        const { requester, evidence } = rowsOf(name);
        expect(items).toMatchObject([{ id, status: waitsAs(name) }]);
        for (const expected of [{ requesters: [requester.asking] }, { evidence: evidence.told }]) {
            expect(items.map((seen) => guard(kind, expected, seen).result)).toEqual(["untold"]);
            expect(items.map((seen) => violation(kind, expected, seen))).toEqual([undefined]);
        }
    });

    it.each(Object.entries(sendsOf(kind)))("%s is sent where the documented answer comes", async (action, send) => {
        const { scope, order, call } = await at(answers.sent[action as Action] ?? "no answer in the rows");
        expect(await send(scope, [order], call)).toEqual([{ id: order.seen.id, result: "sent" }]);
    });

    it.each(NOTHING)("a decision answered by %s may or may not have been taken", async (body) => {
        const { scope, call, order } = await at(body);
        for (const [action, send] of Object.entries(sendsOf(kind))) {
            // Where no content is documented, whatever comes says as little.
            if (answers.sent[action as Action] !== "") {
                expect(await send(scope, [order], call)).toMatchObject([{ id: order.seen.id, result: "unknown" }]);
            }
        }
    });
});

const having = (call: "lookup" | "describe" | "discover") =>
    [...ROWS].filter(([name]) => kinds[name][call] !== undefined);

describe.each(having("lookup"))("lookups of %s", (name, { answers: { lookup } }) => {
    it("find what the documented answer names", async () => {
        const { kind, scope, id, call } = placeAt(name, (await startSaying(lookup?.named ?? "")).url);
        expect(await kind.lookup?.(scope, [id], call)).toMatchObject([{ id, status: waitsAs(name) }]);
    });

    it.each([...NOTHING, ...(lookup?.others ?? [])])("are unreadable where they answer %s", async (body) => {
        const { kind, scope, id, call } = placeAt(name, (await startSaying(body)).url);
        await expect(kind.lookup?.(scope, [id], call)).rejects.toMatchObject({ ...unreadable, code });
    });
});

describe.each(having("describe"))("scopes of %s", (name, { answers: { scope: rows } }) => {
    it("are found where the documented answer names them", async () => {
        const { kind, scope, call } = placeAt(name, (await startSaying(rows?.found ?? "")).url);
        expect(await kind.describe?.(scope, call)).toMatchObject({ found: "yes", admission: rows?.admission });
    });

    it.each([...NOTHING, ...(rows?.others ?? [])])("are unreadable where they answer %s", async (body) => {
        const { kind, scope, call } = placeAt(name, (await startSaying(body)).url);
        await expect(kind.describe?.(scope, call)).rejects.toMatchObject({ ...unreadable, code });
    });
});

describe.each(having("discover"))("lists of scopes of %s", (name) => {
    it.each(NOTHING)("that answer %s are not empty", async (body) => {
        const { kind, scope, call } = placeAt(name, (await startSaying(body)).url);
        await expect(kind.discover?.(scope, call)).rejects.toMatchObject({ ...unreadable, code });
    });
});

describe("decisions on several VPC endpoints", () => {
    const item = (content: string) =>
        `<item>${content}<error><code>InternalError</code><message>m</message></error></item>`;
    const named = item(`<resourceId>${endpoint(1)}</resourceId>`);
    it.each([
        ["that all went well", "", ["sent", "sent", "sent"]],
        ["of which one is named", named, ["refused", "sent", "sent"]],
        ["with a failure that names none", item(""), ["unknown", "unknown", "unknown"]],
        ["with one that names none and one named", item("") + named, ["refused", "unknown", "unknown"]],
        [
            "with a failure of one that was not asked for",
            item(`<resourceId>${endpoint(99)}</resourceId>`),
            ["unknown", "unknown", "unknown"],
        ],
    ])("%s", async (_what, items, results) => {
        for (const decision of ["accept", "reject"] as const) {
            const action = decision === "accept" ? "AcceptVpcEndpointConnections" : "RejectVpcEndpointConnections";
            const { url } = await startSaying(ec2(action, `<unsuccessful>${items}</unsuccessful>`));
            const { kind, scope, call, order } = placeAt("aws:vpcEndpoint", url);
            const orders = [1, 2, 3].map((n) => ({ ...order, seen: { ...order.seen, id: endpoint(n) } }));
            const receipts = await kind[decision](scope, orders, call);
            expect(receipts.map(({ id, result }) => [id, result])).toEqual(
                orders.map(({ seen }, i) => [seen.id, results[i]]),
            );
        }
    });
});

describe("accounts", () => {
    it.each(NOTHING)("Huawei: an answer of %s names no project", async (body) => {
        const { url } = await startHostile(() => ({ body }));
        const { kind } = placeAt("huawei:vpcEndpoint", url);
        const clients = kind.cloud.connect({
            settings: { iamEndpoint: url },
            environment: KEYS,
            placement: { region: "eu-de" },
        });
        const account = kind.cloud.account(clients, new AbortController().signal);
        await expect(account).rejects.toMatchObject({ ...unreadable, code });
    });

    it.each(NOTHING)("Alibaba: an answer of %s assumes no role", async (body) => {
        const { url } = await startHostile(() => ({ body }));
        const { kind, scope } = placeAt("alibaba:vpcPeering", url);
        const settings = { stsEndpoint: url, vpcPeerEndpoint: url, roleArn: "acs:ram::1234567890123456:role/owner" };
        const clients = kind.cloud.connect({ settings, environment: KEYS, placement: {} });
        const call = { clients, signal: new AbortController().signal, now: Date.now };
        await expect(kind.list(scope, undefined, call)).rejects.toMatchObject({ ...unreadable, code });
    });
});
