import { afterEach, describe, expect, it } from "vitest";
import type { Simulator } from "../../src/simulator/index";
import { endpointId, error, id, REQUESTER, type Reply, useAzure, VENDOR } from "../support/azure-server";
import { TestStack } from "../support/engine";

/** Previews and updates, as the engine asks for them, against connections of one resource. */

const SQL = id("Microsoft.Sql/servers/orders");
const STORAGE = id("Microsoft.Storage/storageAccounts/orders");
const PLS = id("Microsoft.Network/privateLinkServices/orders");

interface Connection {
    status: string;
    endpoint: string;
    description?: string;
    provisioningState?: string;
}

const cloud = useAzure();
let connections: Record<string, Connection> = {};

afterEach(() => {
    connections = {};
});

describe("a connection that is named by its private endpoint", () => {
    it("is found, approved with the requester's text, and pinned", async () => {
        connections = {
            "orders.0a": { status: "Pending", endpoint: endpointId(VENDOR, "billing") },
            "Orders.1B": { status: "Pending", endpoint: endpointId(REQUESTER, "Billing"), description: "CHG-7" },
        };
        holds(STORAGE);
        const stack = start();
        const program = { a: declare(STORAGE, "accept", { privateEndpointName: "bill*", requester: REQUESTER }) };
        const { steps, failures } = await stack.preview(program);
        expect(failures).toEqual({});
        expect(steps[0]?.inputs).toMatchObject({
            transition: "accept: pending -> accepted",
            observed: { status: "pending", requester: REQUESTER, requesterSays: "CHG-7" },
        });
        expect((await stack.up(program)).failures).toEqual({});
        const description = "CHG-7 (Approved by pulumi-connection-decision)";
        expect(puts()).toEqual([{ status: "Approved", description }]);
        expect(stack.state.get("a")?.outs.observed).toMatchObject({ status: "accepted", requesterSays: "CHG-7" });
        expect(stack.state.get("a")?.id).toMatch(/\/microsoft\.storage\/storageaccounts\/orders\/orders\.1b$/);
        // Another one that fits comes later: the first stays the one that is meant.
        connections["orders.2c"] = { status: "Pending", endpoint: endpointId(REQUESTER, "billing-2") };
        expect((await stack.preview(program)).steps.map(({ op }) => op)).toEqual(["same"]);
        expect((await stack.refresh()).steps.map(({ op }) => op)).toEqual(["same"]);
    });

    it("must be the only one", async () => {
        connections = {
            a: { status: "Pending", endpoint: endpointId(REQUESTER, "billing") },
            b: { status: "Pending", endpoint: endpointId(REQUESTER, "audit") },
        };
        holds(SQL);
        const { failures } = await start().preview({ a: declare(SQL, "accept", { requester: REQUESTER }) });
        expect(failures.a).toContain("2 connections match");
        expect(failures.a).toContain(`a (pending, ${REQUESTER}), b (pending, ${REQUESTER})`);
    });

    it("must be named", async () => {
        const { failures } = await start().preview({ a: declare(SQL, "accept", {}) });
        expect(failures.a).toContain("by connectionName, or by privateEndpointId, privateEndpointName, requester");
    });
});

describe("a run", () => {
    it("sends nothing about a stranger, whatever the case of the expected subscription", async () => {
        connections = { c: { status: "Pending", endpoint: endpointId(REQUESTER, "billing") } };
        holds(SQL);
        const program = (expectedRequester: string) => ({
            a: { ...declare(SQL, "accept", { connectionName: "C" }), expectedRequester },
        });
        expect((await start().preview(program(VENDOR))).failures.a).toContain(`the requester is ${REQUESTER}`);
        expect(puts()).toEqual([]);
        expect((await start().up(program(REQUESTER.toUpperCase()))).failures).toEqual({});
        expect(puts()).toHaveLength(1);
    });

    it("deletes an approved connection of a SQL server only where that is allowed", async () => {
        connections = {
            c: { status: "Approved", endpoint: endpointId(REQUESTER, "billing"), provisioningState: "Ready" },
        };
        holds(SQL);
        const program = { a: declare(SQL, "reject", { connectionName: "c" }) };
        expect((await start().preview(program)).failures.a).toContain("cannot be rejected once it is accepted");
        const allowed = { a: { ...program.a, allowRemoval: true } };
        expect((await start().up(allowed)).failures).toEqual({});
        expect([puts(), connections]).toEqual([[], {}]);
    });
});

describe("a run, where the cloud has moved,", () => {
    it("does not send what holds, and takes a rejected one for the requester's to mend", async () => {
        connections = {
            approved: { status: "Approved", endpoint: endpointId(REQUESTER, "billing") },
            rejected: { status: "Rejected", endpoint: endpointId(REQUESTER, "audit") },
        };
        holds(STORAGE);
        const stack = start();
        const { failures, steps } = await stack.up({
            a: declare(STORAGE, "accept", { connectionName: "approved" }),
            b: declare(STORAGE, "accept", { connectionName: "rejected" }),
        });
        expect(failures).toEqual({});
        expect(steps[1]?.inputs.warnings).toEqual([expect.stringContaining("Set-AzPrivateEndpoint")]);
        expect(puts()).toEqual([]);
    });

    it("records what only the requester can mend, and from then on calls it unchanged", async () => {
        connections = { c: { status: "Rejected", endpoint: endpointId(REQUESTER, "audit") } };
        holds(STORAGE);
        const stack = start();
        const program = { a: declare(STORAGE, "accept", { connectionName: "c" }) };
        const ops = async () => (await stack.preview(program)).steps.map(({ op }) => op);
        const recorded = () => (stack.state.get("a")?.outs.observed as { status?: string } | undefined)?.status;
        expect([await ops(), (await stack.up(program)).failures, recorded()]).toEqual([["create"], {}, "rejected"]);
        expect(await ops()).toEqual(["same"]);
        connections = { c: { status: "Disconnected", endpoint: endpointId(REQUESTER, "audit") } };
        expect([await ops(), (await stack.up(program)).failures, recorded()]).toEqual([["update"], {}, "unconnected"]);
        expect([await ops(), stack.state.get("a")?.outs.warnings, puts()]).toEqual([
            ["same"],
            [expect.stringContaining("cannot be accepted: the request is unconnected")],
            [],
        ]);
    });

    it("goes on where somebody approves between the read and the call, which Storage answers with 400", async () => {
        connections = { c: { status: "Pending", endpoint: endpointId(REQUESTER, "billing") } };
        holds(STORAGE, (sent) => {
            if (!sent) {
                return undefined;
            }
            connections.c = { status: "Approved", endpoint: endpointId(REQUESTER, "billing") };
            const text = "Values for request parameters are invalid: privateLinkServiceConnectionState.status.";
            return { status: 400, body: error("InvalidValuesForRequestParameters", text) };
        });
        const { failures } = await start().up({ a: declare(STORAGE, "accept", { connectionName: "c" }) });
        expect([failures, puts()]).toEqual([{}, [{ status: "Approved", description: expect.any(String) }]]);
    });
});

describe("a run, where the cloud goes on by itself,", () => {
    it("fails with the words of an operation that failed", async () => {
        connections = {
            c: { status: "Pending", endpoint: endpointId(REQUESTER, "billing"), provisioningState: "Ready" },
        };
        holds(SQL, (sent) => (sent ? { status: 202, headers: { location: `${cloud.base}/op/1` } } : undefined));
        const before = cloud.answer;
        cloud.answer = (method, url, body) =>
            url.pathname === "/op/1"
                ? { status: 409, body: error("OperationCancelled", "The operation was canceled by the user.") }
                : before(method, url, body);
        const { failures } = await start().up({ a: declare(SQL, "accept", { connectionName: "c" }) });
        expect(failures.a).toContain("OperationCancelled");
        expect(failures.a).toContain("The operation was canceled by the user.");
    });

    it("waits for a request that is being made, and for what the provider does with an approval", async () => {
        const connection = {
            status: "Pending",
            endpoint: endpointId(REQUESTER, "billing"),
            provisioningState: "Creating",
        };
        connections = { c: connection };
        let lists = 0;
        holds(SQL, (sent) => {
            if (sent) {
                Object.assign(connection, { status: "Approved", provisioningState: "Approving" });
                return { status: 202 };
            }
            lists += 1;
            if (lists % 4 === 0) {
                connection.provisioningState = "Ready";
            }
            return undefined;
        });
        const { failures, steps } = await start().up({ a: declare(SQL, "accept", { connectionName: "c" }) });
        expect(steps[0]?.inputs.transition).toContain("waiting for the cloud");
        expect([failures, puts().length, connection]).toMatchObject([{}, 1, { provisioningState: "Ready" }]);
    });
});

describe("a decision that changes another one", () => {
    it("shows no text of whoever decided as the requester's, nor writes its own as such", async () => {
        const billing = { endpoint: endpointId(REQUESTER, "billing") };
        connections = { c: { ...billing, status: "Pending", description: "CHG-7" } };
        holds(PLS);
        const stack = start();
        const program = (decision: string) => ({ a: declare(PLS, decision, { connectionName: "c" }) });
        const shown = () =>
            (stack.state.get("a")?.outs.observed as { requesterSays?: string } | undefined)?.requesterSays;
        await stack.up(program("reject"));
        expect([connections.c?.description, shown()]).toEqual([
            "CHG-7 (Rejected by pulumi-connection-decision)",
            "CHG-7",
        ]);
        expect((await stack.preview(program("reject"))).steps.map(({ op }) => op)).toEqual(["same"]);
        connections = { c: { ...billing, status: "Approved", description: "as asked, Bob" } };
        await stack.up(program("reject"));
        expect([connections.c, shown()]).toEqual([
            { ...billing, status: "Rejected", description: "as asked, Bob" },
            undefined,
        ]);
    });
});

describe("an error names what is missing:", () => {
    const sqlWrite =
        "Microsoft.Sql/servers/privateEndpointConnections/write (some types: also Microsoft.Sql/servers/privateEndpointConnectionsApproval/action)";

    it.each([
        ["PUT", 403, "AuthorizationFailed", `give these credentials ${sqlWrite}, or use others that have it`],
        [
            "DELETE",
            403,
            "AuthorizationFailed",
            "give these credentials Microsoft.Sql/servers/privateEndpointConnections/delete, or use others that have it",
        ],
        [
            "PUT",
            401,
            "ExpiredAuthenticationToken",
            `give this process working Azure credentials of the account that decides here, with ${sqlWrite}`,
        ],
        ["PUT", 400, "BadRequest", "see the cloud's words; nothing else of this run is affected"],
        ["PUT", 409, "ScopeLocked", "remove the lock that is named, or ask its owner to"],
    ])("a %s answered %i %s", async (method, status, code, remedy) => {
        connections = {
            c: { status: method === "PUT" ? "Pending" : "Approved", endpoint: endpointId(REQUESTER, "billing") },
        };
        holds(SQL);
        const { answer } = cloud;
        cloud.answer = (sent, url, body) => (sent === method ? { status, body: error(code) } : answer(sent, url, body));
        const declared = { ...declare(SQL, "reject", { connectionName: "c" }), allowRemoval: true };
        const { failures } = await start().up({ a: declared });
        expect(failures.a?.split("\n").slice(3)).toEqual([
            `  requester: ${REQUESTER}`,
            `  code: ${code}`,
            "  the cloud's words: m",
            `  call: Microsoft.Sql/servers/privateEndpointConnections/${method === "PUT" ? "write" : "delete"}`,
            `  what to do: ${remedy}`,
        ]);
    });

    it.each([
        [
            "AuthorizationFailed",
            403,
            "give these credentials Microsoft.Sql/servers/read and Microsoft.Sql/servers/priv",
        ],
        ["ExpiredAuthenticationToken", 401, "give this process working Azure credentials of the account that decides"],
        ["BadRequest", 400, "mend what the reason names, then run it again"],
    ])("a reading that failed with %s", async (code, status, remedy) => {
        cloud.answer = () => ({ status, body: error(code) });
        const { failures } = await start().preview({ a: declare(SQL, "accept", { connectionName: "c" }) });
        expect(failures.a).toContain(`\n  what to do: ${remedy}`);
        expect(failures.a).not.toContain("{type}");
    });

    it("an API version", async () => {
        const resourceTypes = [{ resourceType: "makers", apiVersions: ["2024-01-01-preview"] }];
        cloud.answer = (_method, url) =>
            url.pathname.endsWith("/providers/contoso.widgets") ? { body: { resourceTypes } } : { status: 404 };
        const makers = id("Contoso.Widgets/makers/orders");
        const { failures } = await start().preview({ a: declare(makers, "accept", { connectionName: "c" }) });
        expect(failures.a).toContain("lists no generally available version of makers\n");
        expect(failures.a).toContain("\n  what to do: set connection.apiVersion");
    });
});

describe("a resource that somebody deleted", () => {
    it("holds back a delete that was to act, whose error says the ways out", async () => {
        connections = { c: { status: "Approved", endpoint: endpointId(REQUESTER, "billing") } };
        holds(STORAGE);
        const environment: Record<string, string> = {};
        const stack = start(environment);
        const program = (onDelete: string) => ({
            a: { ...declare(STORAGE, "accept", { connectionName: "c" }), onDelete },
        });
        expect((await stack.up(program("reject"))).failures).toEqual({});
        cloud.answer = () => ({ status: 404, body: error("ResourceNotFound") });
        expect((await stack.preview(program("reject"))).failures.a).toContain("it does not count as unchanged");
        const { failures } = await stack.up({});
        expect(failures.a).toContain("This connection cannot be read, so what onDelete says cannot be done.");
        expect(failures.a).toContain("`pulumi state delete 'urn:pulumi:test::test::connection::a'`");
        expect(failures.a).toContain('onDelete: "keep" first, for one run of `CONNECTIONS_UNREADABLE=warn pulumi up`');
        // And so it is.
        environment.CONNECTIONS_UNREADABLE = "warn";
        expect((await stack.up(program("keep"))).failures).toEqual({});
        delete environment.CONNECTIONS_UNREADABLE;
        expect((await stack.up({})).failures).toEqual({});
        expect([stack.state.size, puts()]).toEqual([0, []]);
    });
});

describe("a rule with a ticket", () => {
    const rule = { name: "one", verdict: "accept", requester: REQUESTER, ticket: "CHG-\\d+" };
    const scope = { kind: "azure:privateEndpointConnection", resourceId: STORAGE };
    const program = { a: { scope, rules: [rule], otherwise: "reject", existing: "enforce" } };
    const endpoint = endpointId(REQUESTER, "billing");

    it("leaves to people what people decided: their text is not the requester's", async () => {
        connections = {
            approved: { status: "Approved", endpoint, description: "as asked, Bob" },
            silent: { status: "Approved", endpoint },
            rejected: { status: "Rejected", endpoint, description: "no" },
            stranger: { status: "Approved", endpoint: endpointId(VENDOR, "x"), description: "CHG-7" },
        };
        holds(STORAGE);
        const { steps } = await start().preview(program);
        const overwritten = `rule one cannot be judged: what the requester wrote may have been overwritten by whoever decided, requester ${REQUESTER}`;
        expect(steps[0]?.inputs.verdicts).toEqual({
            stranger: `cut: accepted, no rule, requester ${VENDOR}`,
            approved: `review: accepted now, ${overwritten}`,
            silent: `review: accepted now, ${overwritten}`,
        });
    });

    it("still holds for what it let in itself", async () => {
        connections = {
            asked: { status: "Pending", endpoint, description: "CHG-7" },
            bare: { status: "Pending", endpoint, description: "please" },
            empty: { status: "Pending", endpoint },
        };
        holds(STORAGE);
        const stack = start();
        expect((await stack.up(program)).failures).toEqual({});
        expect(connections).toMatchObject({
            asked: { status: "Approved", description: "CHG-7 (Approved by pulumi-connection-decision)" },
            bare: { status: "Rejected" },
            empty: { status: "Rejected" },
        });
        const { steps } = await stack.preview(program);
        expect(steps.map(({ op, inputs }) => [op, inputs.counts])).toEqual([["same", {}]]);
    });
});

describe("an admission to a Private Link Service", () => {
    it("decides each request by its subscription, and says which are let in without it", async () => {
        connections = {
            ours: { status: "Pending", endpoint: endpointId(REQUESTER.toUpperCase(), "billing") },
            theirs: { status: "Pending", endpoint: endpointId(VENDOR, "billing") },
        };
        holds(PLS, undefined, { autoApproval: { subscriptions: [VENDOR] } });
        const program = {
            a: {
                scope: { kind: "azure:privateEndpointConnection", resourceId: PLS },
                rules: [{ name: "ours", verdict: "accept", requester: REQUESTER }],
                otherwise: "reject",
            },
        };
        const stack = start();
        const { failures, logs } = await stack.up(program);
        expect(failures).toEqual({});
        expect(logs.map(({ text }) => text).join("\n")).toContain("autoApproval.subscriptions");
        expect(connections).toMatchObject({ ours: { status: "Approved" }, theirs: { status: "Rejected" } });
        expect(stack.state.get("a")?.id).toMatch(/\/microsoft\.network\/privatelinkservices\/orders\/\*$/);
    });
});

/** The cloud has one resource with these connections. `first` may answer a list (false) or a PUT (true) before it does. */
function holds(
    resourceId: string,
    first: (sent: boolean) => Reply | undefined = () => undefined,
    properties: object = {},
): void {
    cloud.answer = (method, url, body) => {
        const path = url.pathname.toLowerCase();
        const [resource, name] = path.split("/privateendpointconnections");
        if (resource !== resourceId.toLowerCase()) {
            return { status: 404, body: error("ResourceNotFound") };
        }
        if (name === undefined) {
            return { body: { id: resourceId, properties } };
        }
        return first(method === "PUT") ?? (name === "" ? listed() : changed(method, name.slice(1), body));
    };
}

function listed(): Reply {
    const value = Object.entries(connections).map(([name, { status, endpoint, description, provisioningState }]) => ({
        name,
        properties: {
            provisioningState,
            privateEndpoint: { id: endpoint },
            privateLinkServiceConnectionState: { status, description },
        },
    }));
    return { body: { value } };
}

function changed(method: string, lower: string, body: unknown): Reply {
    const name = Object.keys(connections).find((one) => one.toLowerCase() === lower) ?? "";
    if (method === "DELETE") {
        delete connections[name];
        return { status: 204 };
    }
    Object.assign(connections[name] ?? {}, stateOf(body));
    return { body };
}

function stateOf(body: unknown): { status: string; description: string } {
    return (body as { properties: { privateLinkServiceConnectionState: { status: string; description: string } } })
        .properties.privateLinkServiceConnectionState;
}

function puts() {
    return cloud.seen.filter(({ method }) => method === "PUT").map(({ body }) => stateOf(body));
}

function start(more: Record<string, string> = {}): TestStack {
    const env = { ARM_RESOURCE_MANAGER_ENDPOINT: cloud.base };
    return new TestStack({ env, advance: () => {} } as unknown as Simulator, {}, more);
}

function declare(resourceId: string, decision: string, connection: Record<string, string>) {
    return { connection: { kind: "azure:privateEndpointConnection", resourceId, ...connection }, decision };
}
