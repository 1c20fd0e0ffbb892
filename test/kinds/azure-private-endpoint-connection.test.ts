import { describe, expect, it } from "vitest";
import { kinds } from "../../src/kinds";
import { azure } from "../../src/kinds/azure/cloud";
import { readDescription } from "../../src/kinds/azure/description";
import { CloudError } from "../../src/kinds/cloud";
import type { AnyConnection, Observed, Receipt } from "../../src/kinds/kind";
import { lifecycleOf } from "../../src/kinds/lifecycle";
import { finds } from "../../src/kinds/selectors";
import { Configuration } from "../../src/place/configuration";
import { Places } from "../../src/place/places";
import { Inventory } from "../../src/reconcile/inventory";
import { systemClock } from "../../src/shared/clock";
import {
    canonical,
    endpointId,
    error,
    id,
    REQUESTER,
    type Reply,
    SUB,
    useAzure,
    VENDOR,
} from "../support/azure-server";

/** Against small answers, written by hand from the REST references. */

const SQL = id("Microsoft.Sql/servers/orders");
const STORAGE = id("Microsoft.Storage/storageAccounts/orders");
const PLS = id("Microsoft.Network/privateLinkServices/orders");
const VAULT = id("Microsoft.KeyVault/vaults/orders");
const COSMOS = id("Microsoft.DocumentDB/databaseAccounts/orders");
const UNLISTED = id("Contoso.Widgets/makers/orders");

const kind = kinds["azure:privateEndpointConnection"];

const cloud = useAzure();

describe("where a connection is", () => {
    it.each([
        { resourceId: SQL, connectionName: "Billing-1" },
        { resourceId: SQL.toUpperCase().replace("/SUBSCRIPTIONS", "/subscriptions"), connectionName: "BILLING-1" },
        { resourceId: SQL.toLowerCase(), connectionName: "billing-1" },
    ])("is one, whatever the case: %j", async (connection) => {
        const { target } = await places().locate(declared(connection));
        expect(target.address.key).toBe(
            `azure:privateEndpointConnection/subscriptions/${SUB}/resourceGroups/shop/providers/microsoft.sql/servers/orders/billing-1`,
        );
        expect(target.address.scope.title).toBe("Microsoft.Sql/servers orders in resource group shop");
        const back = await places().stored(target.address.key, undefined);
        expect([back.address, back.sought]).toEqual([target.address, undefined]);
    });

    it("is found again by an id that its private endpoint gave, before and after it is found", async () => {
        const connection = declared({ resourceId: STORAGE, privateEndpointId: endpointId(REQUESTER, "Billing") });
        const { target } = await places().locate(connection);
        expect(target.address.key).toMatch(
            /\/storageaccounts\/orders\/\?privateEndpointId=%2Fsubscriptions%2F.*%2Fbilling$/,
        );
        const back = await places().stored(target.address.key, connection);
        expect(back.address).toEqual(target.address);
        expect(back.sought?.privateEndpointId).toBe(
            `/subscriptions/${REQUESTER}/resourceGroups/net/providers/microsoft.network/privateendpoints/billing`,
        );
    });

    it.each([
        "/subscriptions/not-a-guid/resourceGroups/shop/providers/Microsoft.Sql/servers/orders",
        `/subscriptions/${SUB}/resourceGroups/shop/providers/Microsoft.Sql/servers`,
        `${SQL}/`,
        `${SQL}/privateEndpointConnections`,
        `${SQL}/../../servers/other`,
        `${SQL}?api-version=1`,
        `${SQL}#x`,
        `https://management.azure.com${SQL}`,
        `${SQL}%2f..`,
    ])("is not said by %s", (resourceId) => {
        expect(kind.fields.resourceId?.format.test(resourceId)).toBe(false);
    });

    it.each([
        SQL,
        UNLISTED,
        id("Microsoft.Web/sites/a/slots/b"),
        id("Microsoft.Network/privateLinkServices/größe_(1)"),
    ])("may be %s", (resourceId) => {
        expect(kind.fields.resourceId?.format.test(resourceId)).toBe(true);
    });

    it.each(["..", "a/b", "?privateEndpointId=x", "", "a b"])("is no connection named %j", (name) => {
        expect(kind.fields.connectionName?.format.test(name)).toBe(false);
    });
});

describe("the list", () => {
    it("tells status, requester and facts of a Private Link Service's connections", async () => {
        answers(`${PLS}/privateEndpointConnections`, {
            value: [
                {
                    name: "Billing.0a1b",
                    id: `${PLS}/privateEndpointConnections/Billing.0a1b`,
                    etag: 'W/"1"',
                    properties: {
                        provisioningState: "Succeeded",
                        privateEndpoint: { id: endpointId(REQUESTER.toUpperCase(), "Billing") },
                        privateLinkServiceConnectionState: {
                            status: "Pending",
                            description: "CHG-7 please",
                            actionsRequired: "None",
                        },
                        linkIdentifier: "536925000",
                        privateEndpointLocation: "westeurope",
                    },
                },
                // As the reference's own example: a name and properties.
                { name: "old", properties: { privateLinkServiceConnectionState: { status: "approved" } } },
            ],
        });
        const { all } = await listing(PLS);
        expect(all).toEqual([
            {
                id: "billing.0a1b",
                status: "pending",
                cloudStatus: "Pending",
                requester: REQUESTER,
                requesterSays: "CHG-7 please",
                evidence: {
                    privateEndpointId: `/subscriptions/${REQUESTER}/resourceGroups/net/providers/microsoft.network/privateendpoints/billing`,
                    linkIdentifier: "536925000",
                    privateEndpointLocation: "westeurope",
                },
                handle: { name: "Billing.0a1b", description: { text: "CHG-7 please", ofRequester: true } },
            },
            {
                id: "old",
                status: "accepted",
                cloudStatus: "approved",
                evidence: {},
                overwritten: true,
                handle: { name: "old", description: { text: undefined, ofRequester: false } },
            },
        ]);
        expect(calls()).toEqual([`GET ${PLS}/privateEndpointConnections?api-version=2023-09-01`]);
    });
});

describe("status and provisioningState", () => {
    it.each([
        ["Pending", "Succeeded", { status: "pending" }],
        ["Pending", "Creating", { status: "accepting", making: true }],
        ["Pending", "Updating", { status: "accepting", making: true }],
        ["Pending", "Approving", { status: "accepting" }],
        ["Pending", "Rejecting", { status: "rejecting" }],
        ["Approved", "Ready", { status: "accepted" }],
        ["Approved", "updating", { status: "accepting" }],
        ["Approved", "Dropping", { status: "removing" }],
        ["Approved", "Failed", { status: "accepted", warnings: [expect.stringContaining("Failed")] }],
        ["Approved", "constructor", { status: "accepted" }],
        ["Rejected", "Succeeded", { status: "rejected" }],
        ["Disconnected", "Disconnected", { status: "unconnected" }],
        ["Timeout", "Succeeded", { status: "expired" }],
        ["Unheard", "Creating", { status: "unknown", cloudStatus: "Unheard" }],
        [undefined, "Succeeded", { status: "unknown" }],
    ])("%s and %s read as %j", async (status, provisioningState, expected) => {
        answers(`${SQL}/privateEndpointConnections`, {
            value: [{ name: "c", properties: { provisioningState, privateLinkServiceConnectionState: { status } } }],
        });
        const { items } = await page(SQL);
        const undecided = expected.status === "pending" || "making" in expected;
        expect(items).toEqual([
            {
                cloudStatus: status ?? "",
                evidence: {},
                id: "c",
                handle: expect.anything(),
                ...(undecided ? {} : { overwritten: true }),
                ...expected,
            },
        ]);
    });
});

describe("a description", () => {
    it.each([
        ["Pending", "Succeeded", "CHG-7", { requesterSays: "CHG-7" }],
        ["Pending", "Creating", "CHG-7", { requesterSays: "CHG-7" }],
        ["Pending", "Approving", "looks good", { overwritten: true }],
        ["Approved", "Succeeded", "looks good", { overwritten: true }],
        ["Rejected", "Succeeded", "no ticket", { overwritten: true }],
        ["Disconnected", "Succeeded", "CHG-7", { overwritten: true }],
        // Ours, which keep what the requester wrote.
        ["Approved", "Succeeded", "Approved by pulumi-connection-decision", {}],
        ["Approved", "Succeeded", "CHG-7 (Approved by pulumi-connection-decision)", { requesterSays: "CHG-7" }],
        ["Disconnected", "Succeeded", "a\n(b) (Rejected by pulumi-connection-decision)", { requesterSays: "a\n(b)" }],
        [
            "Approved",
            "Succeeded",
            "Approved by pulumi-connection-decision after another decision",
            { overwritten: true },
        ],
        ["Approved", "Succeeded", "CHG-7 Approved by pulumi-connection-decision", { overwritten: true }],
    ])("of one that is %s, %s is read: %j as %j", async (status, provisioningState, description, expected) => {
        const privateLinkServiceConnectionState = { status, description };
        answers(`${SQL}/privateEndpointConnections`, {
            value: [{ name: "c", properties: { provisioningState, privateLinkServiceConnectionState } }],
        });
        const [{ requesterSays, overwritten } = {}] = (await page(SQL)).items;
        expect({ requesterSays, overwritten }).toEqual(expected);
    });

    it.each([
        [{ text: "CHG-7", ofRequester: true }, "CHG-7 (Rejected by pulumi-connection-decision)"],
        [{ text: undefined, ofRequester: true }, "Rejected by pulumi-connection-decision"],
        [{ text: "looks good", ofRequester: false }, "looks good"],
        [{ text: undefined, ofRequester: false }, "Rejected by pulumi-connection-decision after another decision"],
    ])("with %j standing there is written as %j, and read as the same", async (description, written) => {
        cloud.answer = (_method, _url, body) => ({ body });
        await send(VAULT, "reject", { name: "C.1", description });
        expect(cloud.seen[0]?.body).toEqual({
            properties: { privateLinkServiceConnectionState: { status: "Rejected", description: written } },
        });
        const again = readDescription(written, false);
        expect([again.ofRequester, again.ofRequester ? again.text : written]).toEqual([
            description.ofRequester,
            description.ofRequester ? description.text : written,
        ]);
    });
});

describe("an entry of the list", () => {
    it("warns of what the requester must do, in both spellings of that property", async () => {
        const state = (more: object) => ({ privateLinkServiceConnectionState: { status: "Approved", ...more } });
        answers(`${STORAGE}/privateEndpointConnections`, {
            value: [
                { name: "a", properties: state({ actionRequired: "recreate it" }) },
                { name: "b", properties: state({ actionsRequired: "Recreate" }) },
                { name: "c", properties: state({ actionsRequired: "None", actionRequired: "" }) },
            ],
        });
        const { items } = await page(STORAGE);
        expect(items.map(({ warnings }) => warnings)).toEqual([
            ["the requester must act: recreate it"],
            ["the requester must act: Recreate"],
            undefined,
        ]);
    });

    it("takes its name from its id, tells groups in both spellings, and counts what has neither name nor id", async () => {
        answers(`${COSMOS}/privateEndpointConnections`, {
            value: [
                { id: `${COSMOS}/privateEndpointConnections/One`, properties: { groupId: "Sql" } },
                { name: "two", properties: { groupIds: ["sqlServer"] } },
                { properties: { privateLinkServiceConnectionState: { status: "Pending" } } },
                { name: "..", properties: {} },
            ],
        });
        const { items, others } = await page(COSMOS);
        expect(items.map(({ id, evidence }) => [id, evidence.groupIds])).toEqual([
            ["one", "Sql"],
            ["two", ["sqlServer"]],
        ]);
        expect(others).toBe(2);
    });
});

describe("the list, page by page,", () => {
    it("is read to its end", async () => {
        const next = `${cloud.base}${SQL.toLowerCase()}/privateEndpointConnections?api-version=2021-11-01&$skiptoken=2`;
        cloud.answer = (_method, url) => ({
            body: url.searchParams.has("$skiptoken")
                ? { value: [entry("b")] }
                : { value: [entry("a")], nextLink: next },
        });
        expect((await listing(SQL)).all.map(({ id }) => id)).toEqual(["a", "b"]);
    });

    it.each([
        ["no list", { values: [] }],
        ["no record in it", { value: ["c"] }],
        ["a link elsewhere", { value: [entry("a")], nextLink: "https://elsewhere.example/subscriptions" }],
        ["no JSON", "<html>"],
    ])("with %s proves nothing", async (_what, body) => {
        answers(`${SQL}/privateEndpointConnections`, body);
        const read = async () => {
            const { next } = await page(SQL);
            await kind.list(await scopeOf(SQL), next, call());
        };
        expect(await failure(read())).toMatchObject({ failure: "transient", code: "UnreadableAnswer" });
    });
});

describe("the API version", () => {
    it("of a type that is not known is the newest that it lists, asked for once", async () => {
        cloud.answer = (_method, url) =>
            url.pathname.endsWith("/providers/contoso.widgets")
                ? provider({ makers: ["2025-01-01-preview", "2022-01-01", "2024-01-01"] })
                : { body: { value: [] } };
        const clients = connect();
        await page(UNLISTED, {}, clients);
        await page(UNLISTED, {}, clients);
        expect(calls()).toEqual([
            `GET /subscriptions/${SUB}/providers/contoso.widgets?api-version=2021-04-01`,
            `GET ${UNLISTED}/privateEndpointConnections?api-version=2024-01-01`,
            `GET ${UNLISTED}/privateEndpointConnections?api-version=2024-01-01`,
        ]);
    });

    it("is one that the connections have, too, where the provider lists them", async () => {
        cloud.answer = (_method, url) =>
            url.pathname.endsWith("/providers/contoso.widgets")
                ? provider({
                      Makers: ["2024-01-01", "2023-01-01"],
                      "makers/PrivateEndpointConnections": ["2023-01-01"],
                  })
                : { body: { value: [] } };
        await page(UNLISTED);
        expect(calls().at(-1)).toContain("api-version=2023-01-01");
    });

    it("is asked for again where that failed, and where there is none the error says what to do", async () => {
        let failing = true;
        cloud.answer = () =>
            failing ? { status: 503, body: error("ServerBusy") } : provider({ makers: ["2024-01-01-preview"] });
        const clients = connect();
        expect(await failure(page(UNLISTED, {}, clients))).toMatchObject({ failure: "transient" });
        failing = false;
        expect(await failure(page(UNLISTED, {}, clients))).toMatchObject({
            code: "NoApiVersion",
            remedy: "set connection.apiVersion",
        });
    });

    it("may be declared, and says nothing of which connection it is", async () => {
        answers(`${SQL}/privateEndpointConnections`, { value: [] });
        await page(SQL, { apiVersion: "2024-05-01-preview" });
        expect(calls()).toEqual([`GET ${SQL}/privateEndpointConnections?api-version=2024-05-01-preview`]);
        const plain = await target(SQL, "c");
        const versioned = (
            await places().locate(declared({ resourceId: SQL, connectionName: "c", apiVersion: "2024-05-01" }))
        ).target;
        expect(versioned.address.key).toBe(plain.address.key);
    });
});

describe("a type without the list call", () => {
    const SITE = id("Contoso.Widgets/makers/site");
    const noCall = (resource: Reply) => (_method: string, url: URL) =>
        url.pathname.includes("privateEndpointConnections") ? { status: 404, body: error("NotFound") } : resource;

    it("shows its connections itself", async () => {
        const properties = {
            privateEndpointConnections: [{ id: `${SITE}/privateEndpointConnections/C`, properties: {} }],
        };
        cloud.answer = noCall({ body: { id: SITE.toUpperCase(), properties } });
        expect((await page(SITE, { apiVersion: "2024-01-01" })).items.map(({ id }) => id)).toEqual(["c"]);
    });

    it.each([
        ["shows none", { body: { id: SITE, properties: {} } }],
        ["is not there", { status: 404, body: error("ResourceNotFound") }],
    ])("that %s proves nothing", async (_what, resource) => {
        cloud.answer = noCall(resource);
        expect(await failure(page(SITE, { apiVersion: "2024-01-01" }))).toMatchObject({ failure: "missing" });
    });

    it("is not asked for where the list call is documented", async () => {
        expect(await failure(page(SQL))).toMatchObject({ failure: "missing" });
        expect(calls()).toHaveLength(1);
    });
});

describe("the resource", () => {
    it.each([
        [PLS, { autoApproval: { subscriptions: [REQUESTER] } }, "automatic"],
        [PLS, { autoApproval: { subscriptions: [] }, visibility: { subscriptions: ["*"] } }, "manual"],
        [PLS, {}, "manual"],
        [SQL, { autoApproval: { subscriptions: ["*"] } }, "unknown"],
    ])("%s with %j admits: %s", async (resourceId, properties, admission) => {
        answers(resourceId, { id: resourceId, properties });
        expect(await describeResource(resourceId)).toEqual({ found: "yes", admission });
    });

    it("that is not there is an answer", async () => {
        expect(await describeResource(SQL)).toEqual({ found: "missing", admission: "unknown" });
    });

    it.each([
        ["is another one", { body: { id: STORAGE } }, "UnreadableAnswer"],
        ["has no id", { body: {} }, "UnreadableAnswer"],
        [
            "lies in a subscription that is not seen",
            { status: 404, body: error("SubscriptionNotFound") },
            "SubscriptionNotFound",
        ],
        ["may not be read", { status: 403, body: error("AuthorizationFailed") }, "AuthorizationFailed"],
    ])("that %s is no answer", async (_what, reply, code) => {
        cloud.answer = () => reply;
        expect(await failure(describeResource(SQL))).toMatchObject({ code });
    });
});

describe("selectors", () => {
    const vendor = seenAs("managed", "pending", endpointId(VENDOR, "adf-shop.orders-pe", "adf-managed-vnet-1"));
    const own = seenAs("own", "pending", endpointId(REQUESTER, "billing"));
    const cut = seenAs("cut", "unconnected", endpointId(REQUESTER, "billing"));
    const untold = { ...own, requester: undefined, evidence: {} } as unknown as Observed;

    it.each([
        [{ privateEndpointId: endpointId(REQUESTER, "billing") }, ["own"]],
        [{ privateEndpointId: endpointId(REQUESTER, "billing").toUpperCase() }, ["own"]],
        [{ privateEndpointId: endpointId(VENDOR, "billing") }, []],
        [{ requester: REQUESTER.toUpperCase() }, ["own"]],
        [{ privateEndpointName: "ADF-*.orders-pe" }, ["managed"]],
        [{ privateEndpointName: "adf-*", requester: REQUESTER }, []],
        [{ privateEndpointName: "*" }, ["managed", "own"]],
        [{ privateEndpointName: "billing" }, ["own"]],
        [{ privateEndpointName: "billin" }, []],
        [{}, []],
    ])("%j name %j", (selectors, ids) => {
        const all = [vendor, own, cut, { ...untold, id: "untold" }];
        const found = all.filter((one) => finds(kind, declared({ resourceId: SQL, ...selectors }), one));
        expect(found.map((one) => one.id)).toEqual(ids);
    });

    it.each([
        ["a*a", "a", false],
        ["a*a", "aa", true],
        ["*-pe", "x-pe-pe", true],
        ["a*b*c", "abc", true],
        ["a*b*c", "acb", false],
        ["ab*bc", "abc", false],
        [`${"a*".repeat(120)}b`, "a".repeat(250), false],
    ])("%s fits %s: %s", (privateEndpointName, name, expected) => {
        const started = performance.now();
        const one = seenAs("x", "pending", endpointId(REQUESTER, name));
        expect(kind.matches?.({ privateEndpointName } as never, one)).toBe(expected ? "yes" : "no");
        expect(performance.now() - started).toBeLessThan(100);
    });

    it.each([
        ["no", { requester: VENDOR }, own],
        ["no", { requester: VENDOR, privateEndpointName: "billing" }, own],
        ["yes", { requester: REQUESTER, privateEndpointName: "billing" }, cut],
        ["untold", { privateEndpointId: endpointId(REQUESTER, "billing") }, untold],
        ["untold", { requester: REQUESTER }, untold],
        ["untold", { privateEndpointName: "*" }, untold],
    ] as const)("are compared again before anything is sent: %s for %j", (match, selectors, one) => {
        expect(kind.matches?.(declared({ resourceId: SQL, connectionName: "own", ...selectors }) as never, one)).toBe(
            match,
        );
    });

    it("find the one connection in the cloud", async () => {
        answers(`${STORAGE}/privateEndpointConnections`, {
            value: [entry("a", endpointId(VENDOR, "x")), entry("B.1", endpointId(REQUESTER, "billing"))],
        });
        const connection = declared({ resourceId: STORAGE, requester: REQUESTER });
        answersMore(STORAGE, { id: STORAGE });
        const found = await new Inventory().seek((await places().locate(connection)).target);
        expect(found.address.key).toMatch(/\/storageaccounts\/orders\/b\.1$/);
    });
});

describe("a decision", () => {
    it.each([
        [PLS, "2023-09-01", "accept", "Approved"],
        [SQL, "2021-11-01", "accept", "Approved"],
        [STORAGE, "2023-05-01", "reject", "Rejected"],
        [VAULT, "2023-07-01", "reject", "Rejected"],
        [COSMOS, "2023-11-15", "accept", "Approved"],
    ] as const)("about %s sends status and description only", async (resourceId, version, action, status) => {
        cloud.answer = (_method, _url, body) => ({ body });
        expect(await send(resourceId, action)).toEqual({ id: "c.1", result: "sent" });
        expect(cloud.seen).toEqual([
            {
                method: "PUT",
                url: `${canonical(resourceId)}/privateEndpointConnections/C.1?api-version=${version}`,
                body: {
                    properties: {
                        privateLinkServiceConnectionState: {
                            status,
                            description: `CHG-7 (${status} by pulumi-connection-decision)`,
                        },
                    },
                },
            },
        ]);
    });

    it("writes a text of its own where there is none, which SQL asks for", async () => {
        cloud.answer = (_method, _url, body) => ({ body });
        await send(SQL, "accept", { name: "C.1", description: { text: undefined, ofRequester: true } });
        expect(cloud.seen[0]?.body).toEqual({
            properties: {
                privateLinkServiceConnectionState: {
                    status: "Approved",
                    description: "Approved by pulumi-connection-decision",
                },
            },
        });
    });

    it("is removal by DELETE, with the operation that goes on after it", async () => {
        cloud.answer = () => ({ status: 202, headers: { location: `${cloud.base}/op/1` } });
        expect(await send(SQL, "remove")).toEqual({ id: "c.1", result: "sent", operation: `${cloud.base}/op/1` });
        expect(cloud.seen[0]).toMatchObject({
            method: "DELETE",
            url: `${canonical(SQL)}/privateEndpointConnections/C.1?api-version=2021-11-01`,
        });
    });

    it("prefers Azure-AsyncOperation to Location", async () => {
        const headers = { "azure-asyncoperation": `${cloud.base}/op/a`, location: `${cloud.base}/op/l` };
        cloud.answer = () => ({ status: 201, headers });
        expect(await send(VAULT, "accept")).toMatchObject({ result: "sent", operation: `${cloud.base}/op/a` });
    });
});

describe("a refused decision", () => {
    it.each([
        ["accept", 400, "PrivateEndpointConnectionStatusNotPending", "m", "conflict"],
        [
            "accept",
            400,
            "InvalidValuesForRequestParameters",
            "Values for request parameters are invalid: privateLinkServiceConnectionState.status.",
            "conflict",
        ],
        ["accept", 400, "InvalidValuesForRequestParameters", "Values … are invalid: sku.", "refused"],
        ["accept", 400, "PrivateEndpointConnectionCannotBeCreatedByServiceProvider", "m", "conflict"],
        ["accept", 404, "ResourceNotFound", "m", "conflict"],
        ["remove", 404, "ResourceNotFound", "m", "already"],
        ["remove", 400, "PrivateEndpointConnectionDoesNotExist", "m", "already"],
        ["accept", 412, "PreconditionFailed", "m", "conflict"],
        ["accept", 409, "AnotherOperationInProgress", "m", "conflict"],
        ["accept", 429, "TooManyRequests", "m", "busy"],
        ["accept", 500, "InternalServerError", "m", "unknown"],
        ["accept", 403, "AuthorizationFailed", "m", "refused"],
        ["accept", 400, "BadRequest", "Approving rejected private endpoint connections is not supported.", "refused"],
        ["accept", 400, "constructor", "m", "refused"],
    ] as const)("to %s answered with %i %s (%s) is %s", async (action, status, code, message, result) => {
        cloud.answer = () => ({ status, body: { error: { code, message } } });
        expect(await send(STORAGE, action)).toMatchObject({ id: "c.1", result, code, text: message });
    });

    it("that a policy forbids is told word for word", async () => {
        const message = "Resource 'C.1' was disallowed by policy. Policy identifiers: '[{\"name\":\"Deny-PE\"}]'.";
        cloud.answer = () => ({ status: 403, body: { error: { code: "RequestDisallowedByPolicy", message } } });
        expect(await send(STORAGE, "accept")).toMatchObject({
            result: "refused",
            text: message,
            remedy: expect.stringContaining("a policy forbids it"),
        });
    });

    it("that a missing registration of the requester's forbids says whose doing that is", async () => {
        const message =
            "Microsoft.KeyVault provider must be registered on subscription containing private endpoint: /subscriptions/x";
        cloud.answer = () => ({ status: 403, body: { error: { code: "AuthorizationFailed", message } } });
        expect(await send(VAULT, "accept")).toMatchObject({
            result: "refused",
            text: message,
            remedy: expect.stringContaining("ask the requester to register"),
        });
    });

    it.each([{}, { properties: {} }, "<html>"])("answered with %j may have taken effect or not", async (body) => {
        cloud.answer = () => ({ body });
        expect(await send(STORAGE, "accept")).toMatchObject({ result: "unknown", code: "UnreadableAnswer" });
    });
});

describe("an operation", () => {
    it.each([
        ["runs", { status: 202 }, { state: "running" }],
        ["runs, by its word", { body: { status: "InProgress" } }, { state: "running" }],
        ["is done", { body: { status: "Succeeded" } }, { state: "done" }],
        ["is done, and answers as the call would have", { body: { properties: {} } }, { state: "done" }],
        ["is done, and says nothing", { status: 204 }, { state: "done" }],
        [
            "failed",
            { body: { status: "Failed", error: { code: "Quota", message: "Too many." } } },
            { state: "failed", code: "Quota", text: "Too many." },
        ],
        ["was canceled", { body: { status: "Canceled" } }, { state: "failed", code: "canceled" }],
        [
            "failed with an error",
            { status: 409, body: { error: { code: "OperationCancelled", message: "m" } } },
            { state: "failed", code: "OperationCancelled", text: "m" },
        ],
    ])("%s", async (_what, reply, expected) => {
        cloud.answer = () => reply;
        expect(await kind.operation?.(`${cloud.base}/op/1?api-version=1`, call())).toMatchObject(expected);
        expect(calls()).toEqual(["GET /op/1?api-version=1"]);
    });

    it("on another host is not asked for", async () => {
        expect(await failure(kind.operation?.("https://elsewhere.example/op", call()))).toMatchObject({
            code: "UnreadableAnswer",
        });
        expect(cloud.seen).toEqual([]);
    });
});

describe("what a decision means", () => {
    it.each([
        [PLS, "reject", "impossible"],
        [STORAGE, "reject", "impossible"],
        [COSMOS, "reject", "impossible"],
        [VAULT, "reject", "impossible"],
        [SQL, "remove", "impossible"],
        [id("Microsoft.Sql/managedInstances/m"), "remove", "impossible"],
        [id("Microsoft.Search/searchServices/s"), "reject", "impossible"],
        [UNLISTED, "reject", "accept"],
    ])("for %s: an approved one, %s; a rejected one, %s", async (resourceId, rejecting, accepting) => {
        const { scope } = (await target(resourceId, "c")).address;
        const table = lifecycleOf(kind, scope, { found: "yes", admission: "unknown" });
        expect([table.reject.accepted?.do, table.accept.rejected?.do]).toEqual([rejecting, accepting]);
        expect([table.accept.pending?.do, table.reject.pending?.do]).toEqual(["accept", "reject"]);
        expect(table.accept.rejected?.basis === "tried").toBe(resourceId === UNLISTED);
    });
});

describe("the inbox", () => {
    const found = [
        { id: SQL, type: "microsoft.sql/servers", name: "orders" },
        { id: id("Microsoft.Compute/virtualMachines/vm"), type: "Microsoft.Compute/virtualMachines", name: "vm" },
    ];

    it("looks at the known types of the subscription that is set", async () => {
        answers(`/subscriptions/${SUB}/resources`, { value: found });
        const clients = connect({ subscriptionId: SUB });
        expect(await discover(clients)).toEqual([{ resourceId: SQL }]);
        expect(calls()).toEqual([`GET /subscriptions/${SUB}/resources?api-version=2021-04-01`]);
    });

    it("looks at all subscriptions that are seen where none is set, page by page", async () => {
        const next = `${cloud.base}/subscriptions/${SUB}/resources?api-version=2021-04-01&$skiptoken=2`;
        cloud.answer = (_method, url) => {
            if (url.pathname === "/subscriptions") {
                const gone = { subscriptionId: VENDOR, state: "Deleted" };
                return { body: { value: [{ subscriptionId: SUB, state: "Enabled" }, gone] } };
            }
            return url.searchParams.has("$skiptoken")
                ? { body: { value: [{ id: PLS, type: "Microsoft.Network/privateLinkServices" }] } }
                : { body: { value: found, nextLink: next } };
        };
        expect(await discover(connect())).toEqual([{ resourceId: SQL }, { resourceId: PLS }]);
        expect(calls()).toHaveLength(3);
    });

    it("fails where the answer is no list", async () => {
        cloud.answer = () => ({ body: {} });
        expect(await failure(discover(connect()))).toMatchObject({ code: "UnreadableAnswer" });
    });
});

function entry(name: string, endpoint?: string) {
    const privateEndpoint = endpoint === undefined ? {} : { privateEndpoint: { id: endpoint } };
    return { name, properties: { ...privateEndpoint, privateLinkServiceConnectionState: { status: "Pending" } } };
}

function seenAs(name: string, status: Observed["status"], endpoint: string): Observed {
    return {
        id: name,
        status,
        cloudStatus: "",
        requester: endpoint.split("/")[2] ?? "",
        evidence: { privateEndpointId: canonical(endpoint) },
    };
}

function provider(versions: Readonly<Record<string, readonly string[]>>): Reply {
    const resourceTypes = Object.entries(versions).map(([resourceType, apiVersions]) => ({
        resourceType,
        apiVersions,
    }));
    return { body: { namespace: "Contoso.Widgets", resourceTypes } };
}

/** The cloud has this one thing, at an address in any case. */
function answers(path: string, body: unknown): void {
    cloud.answer = (_method, url) =>
        url.pathname.toLowerCase() === path.toLowerCase() ? { body } : { status: 404, body: error("ResourceNotFound") };
}

function answersMore(path: string, body: unknown): void {
    const before = cloud.answer;
    cloud.answer = (method, url, sent) =>
        url.pathname.toLowerCase() === path.toLowerCase() ? { body } : before(method, url, sent);
}

/** What was asked for, in the spelling of the test's ids. */
function calls(): string[] {
    return cloud.seen.map(({ method, url }) => {
        const resource = [SQL, PLS, STORAGE, VAULT, COSMOS, UNLISTED].find((one) => url.startsWith(canonical(one)));
        return `${method} ${resource === undefined ? url : url.replace(canonical(resource), resource)}`;
    });
}

type Clients = ReturnType<typeof connect>;

function connect(settings: Record<string, string> = {}) {
    return azure.connect({ settings, environment: environment(), placement: {} });
}

function environment() {
    return { ARM_RESOURCE_MANAGER_ENDPOINT: cloud.base };
}

function places(): Places {
    const signal = new AbortController().signal;
    return new Places({ environment: environment(), clock: systemClock, signal }, new Configuration(environment()));
}

function declared(fields: Record<string, string | undefined>): AnyConnection {
    return { kind: "azure:privateEndpointConnection", ...fields };
}

async function target(resourceId: string, connectionName: string) {
    return (await places().locate(declared({ resourceId, connectionName }))).target;
}

function call(clients: Clients = connect()) {
    return { clients, signal: new AbortController().signal, now: Date.now };
}

async function scopeOf(resourceId: string, more: Record<string, string> = {}) {
    return (await places().locate(declared({ resourceId, connectionName: "c", ...more }))).target.address.scope;
}

async function page(resourceId: string, more: Record<string, string> = {}, clients: Clients = connect()) {
    return kind.list(await scopeOf(resourceId, more), undefined, call(clients));
}

async function listing(resourceId: string) {
    const before = cloud.answer;
    cloud.answer = (method, url, body) =>
        url.pathname === canonical(resourceId) ? { body: { id: resourceId } } : before(method, url, body);
    const found = await new Inventory().readAll(await target(resourceId, "c"));
    if (found.state !== "found") {
        throw new Error(JSON.stringify(found));
    }
    // The resource itself was asked for last.
    cloud.seen.pop();
    return found as { all: readonly Observed[] };
}

async function describeResource(resourceId: string) {
    return kind.describe?.(await scopeOf(resourceId), call());
}

function discover(clients: Clients) {
    return kind.discover?.({ key: "", title: "", at: { resourceId: "*" } }, call(clients));
}

async function send(
    resourceId: string,
    action: "accept" | "reject" | "remove",
    handle: unknown = { name: "C.1", description: { text: "CHG-7", ofRequester: true } },
): Promise<Receipt | undefined> {
    const order = { seen: { ...seenAs("c.1", "pending", endpointId(REQUESTER, "billing")), handle }, token: "t" };
    return (await kind[action]?.(await scopeOf(resourceId), [order], call()))?.[0];
}

async function failure(promise: Promise<unknown> | undefined): Promise<CloudError> {
    const thrown = await promise?.then(
        () => undefined,
        (reason: unknown) => reason,
    );
    if (!(thrown instanceof CloudError)) {
        throw thrown ?? new Error("it went well");
    }
    return thrown;
}
