import { describe, expect, it } from "vitest";
import { ROWS } from "../kinds/all-rows";
import { endpoint, INBOUND, PEERING, SERVICE, useClouds, VPCEP_ENDPOINT, VPCEP_SERVICE } from "../support/clouds";
import { onEndpoint, onInbound, onPeering, onVpcep } from "../support/declarations";
import { TestStack } from "../support/engine";
import { DOCUMENTED, ec2, KEYS, placeAt, startHostile } from "../support/hostile-server";
import { sendsOf } from "../support/kind-data";

/** Absence is proven by a documented answer only; what a call did, too. */

/** The caller's account is asked for beside the listing of OpenSearch. */
function cloud(body: string) {
    return startHostile(({ action }) => ({
        body: action === "GetCallerIdentity" ? DOCUMENTED["aws:vpcEndpoint"].identity : body,
    }));
}

const NOTHING = ["{}", '{"foo":1}', "", "null", "[]", '"text"', "<html><body>Sign in</body></html>"];
const unreadable = { name: "CloudError", failure: "transient" };
const code = expect.stringMatching(/^(UnreadableAnswer|SyntaxError|Error|TypeError)$/);

describe.each([...ROWS])("%s", (name, { answers }) => {
    it.each([...NOTHING, ...answers.unreadable])("a listing that answers %s is unreadable, not empty", async (body) => {
        const { kind, scope, call } = placeAt(name, (await cloud(body)).url);
        await expect(kind.list(scope, undefined, call)).rejects.toMatchObject({ ...unreadable, code });
    });

    it("a listing that says so is empty", async () => {
        const { kind, scope, call } = placeAt(name, (await cloud(answers.empty)).url);
        expect(await kind.list(scope, undefined, call)).toEqual({ items: [] });
    });

    it.each([...NOTHING])("a decision answered by %s may or may not have been taken", async (body) => {
        const { kind, scope, call, order } = placeAt(name, (await cloud(body)).url);
        for (const [action, send] of Object.entries(sendsOf(kind))) {
            if (answers.withoutContent?.includes(action as "remove")) {
                continue;
            }
            expect(await send(scope, [order], call)).toMatchObject([{ id: order.seen.id, result: "unknown" }]);
        }
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
            const { url } = await cloud(ec2(action, `<unsuccessful>${items}</unsuccessful>`));
            const { kind, scope, call, order } = placeAt("aws:vpcEndpoint", url);
            const orders = [1, 2, 3].map((n) => ({ ...order, seen: { ...order.seen, id: endpoint(n) } }));
            const receipts = await kind[decision](scope, orders, call);
            expect(receipts.map(({ id, result }) => [id, result])).toEqual(
                orders.map(({ seen }, i) => [seen.id, results[i]]),
            );
        }
    });
});

describe("lookups", () => {
    it.each([
        ["aws:openSearchInbound", NOTHING],
        [
            "alibaba:vpcPeering",
            [...NOTHING, JSON.stringify({ RequestId: "r", InstanceId: "pcc-other00000001", Status: "Rejected" })],
        ],
        ["huawei:vpcEndpoint", NOTHING],
        ["otc:vpcEndpoint", NOTHING],
    ] as const)("%s: an answer that does not name the connection is unreadable", async (name, bodies) => {
        for (const body of bodies) {
            const { kind, scope, id, call } = placeAt(name, (await cloud(body)).url);
            await expect(kind.lookup?.(scope, [id], call), body).rejects.toMatchObject({ ...unreadable, code });
        }
    });

    it.each([
        ["aws:openSearchInbound", DOCUMENTED["aws:openSearchInbound"].list, INBOUND],
        ["alibaba:vpcPeering", DOCUMENTED["alibaba:vpcPeering"].detail, PEERING],
        ["otc:vpcEndpoint", DOCUMENTED.vpcep.list, VPCEP_ENDPOINT],
    ] as const)("%s: a documented answer names it", async (name, body, id) => {
        const { kind, scope, call } = placeAt(name, (await cloud(body)).url);
        expect(await kind.lookup?.(scope, [id], call)).toMatchObject([{ id, status: "pending" }]);
    });
});

describe("scopes", () => {
    it.each([
        ["aws:vpcEndpoint", [...NOTHING, DOCUMENTED["aws:vpcEndpoint"].describe.replace(SERVICE, "vpce-svc-0other")]],
        ["otc:vpcEndpoint", [...NOTHING, DOCUMENTED.vpcep.describe.replace(VPCEP_SERVICE, "another")]],
    ] as const)("%s: an answer that does not name the service does not find it", async (name, bodies) => {
        for (const body of bodies) {
            const { kind, scope, call } = placeAt(name, (await cloud(body)).url);
            await expect(kind.describe?.(scope, call), body).rejects.toMatchObject({ ...unreadable, code });
        }
    });

    it.each([
        ["aws:vpcEndpoint", DOCUMENTED["aws:vpcEndpoint"].describe],
        ["otc:vpcEndpoint", DOCUMENTED.vpcep.describe],
    ] as const)("%s: a documented answer finds it", async (name, body) => {
        const { kind, scope, call } = placeAt(name, (await cloud(body)).url);
        expect(await kind.describe?.(scope, call)).toMatchObject({ found: "yes", admission: "manual" });
    });

    it.each(["aws:vpcEndpoint", "otc:vpcEndpoint"] as const)(
        "%s: no list of services is no empty list",
        async (name) => {
            for (const body of NOTHING) {
                const { kind, scope, call } = placeAt(name, (await cloud(body)).url);
                await expect(kind.discover?.(scope, call), body).rejects.toMatchObject({ ...unreadable, code });
            }
        },
    );
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

describe("a stack whose clouds answer something else", { timeout: 60_000 }, () => {
    const clouds = useClouds();
    const program = {
        ec2: onEndpoint(1, "accept", { onDelete: "reject" }),
        search: onInbound("accept", { onDelete: "remove" }),
        peering: onPeering("accept", { onDelete: "remove" }),
        vpcep: onVpcep("accept", { onDelete: "reject" }),
    };

    it.each(NOTHING)("(%s) loses no connection, and deletes nothing without saying so", async (body) => {
        const { env } = clouds.simulator;
        const settings: Record<string, string> = { "connections:unreadable": "warn" };
        const environment: Record<string, string | undefined> = { ...env };
        const stack = new TestStack(clouds.simulator, settings, environment);
        expect((await stack.up(program)).failures).toEqual({});
        const { url } = await startHostile(({ action }) => ({
            body: action === "GetCallerIdentity" ? DOCUMENTED["aws:vpcEndpoint"].identity : body,
        }));
        for (const api of ["Ec2", "Opensearch"]) {
            settings[`connections:aws${api}Endpoint`] = url;
        }
        environment.ALIBABA_CLOUD_VPCPEER_ENDPOINT = url;
        environment.OTC_VPCEP_ENDPOINT = url;
        const refreshed = await stack.refresh().catch(() => undefined);
        for (const { inputs } of refreshed?.steps ?? []) {
            expect(JSON.stringify(inputs.observed)).not.toContain("absent");
        }
        const { failures } = await stack.destroy();
        expect(Object.keys(failures).sort()).toEqual(Object.keys(program).sort());
    });
});
