import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Simulator, startSimulator, type World } from "../../../src/simulator/index";
import { clientsAvailable } from "../../../tools/vendor-clients/install.mjs";
import { type Clients, coded, startClients } from "./clients";

const SUBSCRIPTION = "0b1f6471-1bf0-4dda-aec3-cb9272f09590";
const ENDPOINT =
    "/subscriptions/5fc973ee-a581-4909-97e8-2ea11a1df31f/resourceGroups/net/providers/Microsoft.Network/privateEndpoints/pe";

const TYPES = {
    network: "Microsoft.Network/privateLinkServices",
    storage: "Microsoft.Storage/storageAccounts",
    sql: "Microsoft.Sql/servers",
    keyvault: "Microsoft.KeyVault/vaults",
    cosmos: "Microsoft.DocumentDB/databaseAccounts",
} as const;
const NAMES = Object.keys(TYPES) as (keyof typeof TYPES)[];

function worldOf(status: string, principals: { accessKeyId: string; denied: string[] }[] = []): World {
    return {
        azure: [
            {
                tenantId: "7f1c4b1e-0d7a-4d2c-9a39-2a4a5a1f6c11",
                subscriptionId: SUBSCRIPTION,
                principals,
                resources: Object.values(TYPES).map((type) => ({
                    id: `/subscriptions/${SUBSCRIPTION}/resourceGroups/orders/providers/${type}/ledger`,
                    privateEndpointConnections: [
                        { name: "ledger.77", status, privateEndpointId: ENDPOINT, description: "CHG-7" },
                    ],
                })),
            },
        ],
    };
}

describe.skipIf(!clientsAvailable)("Azure's own clients for Python", { timeout: 120_000 }, () => {
    let simulator: Simulator;
    let clients: Clients;
    beforeAll(async () => {
        simulator = await startSimulator({ world: worldOf("Pending"), settleMs: 50 });
        // Not azure.py: that name would hide the package.
        clients = await startClients("azure", simulator.env, "azure_arm");
    }, 240_000);
    beforeEach(() => {
        simulator.world = worldOf("Pending");
        simulator.clearFaults();
    });
    afterAll(async () => {
        clients?.close();
        await simulator?.close();
    });

    it.each(NAMES)("%s: lists, gets, approves, removes", async (type) => {
        const pending = { name: "ledger.77", status: "Pending", description: "CHG-7", endpoint: ENDPOINT };
        expect(await clients.run({ type, call: "list" })).toMatchObject([pending]);
        expect(await clients.run({ type, call: "get", name: "LEDGER.77" })).toMatchObject(pending);
        await clients.run({ type, call: "put", name: "ledger.77", status: "Approved", description: "CHG-7" });
        expect(await clients.run({ type, call: "get", name: "ledger.77" })).toMatchObject({
            status: "Approved",
            provisioning: type === "sql" ? "Ready" : "Succeeded",
        });
        await clients.run({ type, call: "delete", name: "ledger.77" });
        expect(await clients.run({ type, call: "list" })).toEqual([]);
        // What is not there has been deleted.
        expect(await clients.run({ type, call: "delete", name: "ledger.77" })).toBeNull();
    });

    it.each(NAMES)("%s: rejects", async (type) => {
        await clients.run({ type, call: "put", name: "ledger.77", status: "Rejected", description: "no" });
        expect(await clients.run({ type, call: "get", name: "ledger.77" })).toMatchObject({
            status: "Rejected",
            description: "no",
        });
    });

    it.each([
        ["network", [404, "ResourceNotFound"], [400, "PrivateEndpointConnectionCannotBeCreatedByServiceProvider"]],
        ["storage", [400, "ResourceNotFound"], [400, "ResourceNotFound"]],
        ["sql", [404, "ResourceNotFound"], [404, "ResourceNotFound"]],
        ["cosmos", [404, "NotFound"], [404, "NotFound"]],
    ] as const)("%s: what is not there has codes of its own", async (type, get, put) => {
        const more = { type, name: "stranger" };
        expect(coded(await clients.refusal({ ...more, call: "get" })).reverse()).toEqual(get);
        const write = { ...more, call: "put", status: "Approved", description: "x" };
        expect(coded(await clients.refusal(write)).reverse()).toEqual(put);
    });

    it("keyvault: a connection that is not there is no content", async () => {
        expect(await clients.run({ type: "keyvault", call: "get", name: "stranger" })).toBeNull();
    });

    it.each([
        ["sql", "Rejected", "PrivateEndpointConnectionStatusNotPending"],
        ["sql", "Approved", "PrivateEndpointConnectionStatusNotPending"],
        ["storage", "Approved", "InvalidValuesForRequestParameters"],
    ] as const)("%s: an approved one that is to be %s answers %s", async (type, status, code) => {
        simulator.world = worldOf("Approved");
        const write = { type, call: "put", name: "ledger.77", status, description: "x" };
        expect(coded(await clients.refusal(write))).toEqual([code, 400]);
    });

    it("sql: a PUT without a description is refused", async () => {
        const write = { type: "sql", call: "put", name: "ledger.77", status: "Approved" };
        expect((await clients.refusal(write)).status).toBe(400);
    });

    it("cosmos: a rejected one cannot be approved", async () => {
        simulator.world = worldOf("Rejected");
        const write = { type: "cosmos", call: "put", name: "ledger.77", status: "Approved", description: "x" };
        expect((await clients.refusal(write)).message).toContain("is not supported");
    });

    it("is throttled with 429, and refused with the missing action", async () => {
        simulator.addFaults({
            action: "Microsoft.Storage/storageAccounts/privateEndpointConnections/read",
            fault: "throttle",
        });
        expect(coded(await clients.refusal({ type: "storage", call: "list" }))).toEqual(["TooManyRequests", 429]);
    });
});
