import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatKey, keyInScope, kindOf, ownId, parseKey, scopeOf } from "../../src/shared/key";

const PLAIN = {
    name: "aws:vpcEndpoint",
    scope: ["region", "serviceId"],
    id: "endpointId",
    fields: { region: {}, serviceId: {}, endpointId: {} },
};
const PATH = {
    name: "azure:privateEndpointConnection",
    scope: ["resourceId"],
    id: "connectionName",
    fields: { resourceId: { path: true }, connectionName: {} },
};
const BETWEEN = {
    name: "x:between",
    scope: ["region", "resourceId"],
    id: "name",
    fields: { region: {}, resourceId: { path: true }, name: {} },
};

const ARM = "/subscriptions/1b2c/resourcegroups/data/providers/microsoft.storage/storageaccounts/ledger";

describe("ids", () => {
    it("of version 0.1.0 stay as they are", () => {
        const id = "aws:vpcEndpoint/eu-west-1/vpce-svc-0123456789abcdef0/vpce-0a1b2c3d4e5f60718";
        const values = {
            region: "eu-west-1",
            serviceId: "vpce-svc-0123456789abcdef0",
            endpointId: "vpce-0a1b2c3d4e5f60718",
        };
        expect(formatKey(PLAIN, values)).toBe(id);
        expect(parseKey(PLAIN, id)).toEqual(values);
    });

    it("hold a path as people read it", () => {
        const id = formatKey(PATH, { resourceId: ARM, connectionName: "ledger.77" });
        expect(id).toBe(
            "azure:privateEndpointConnection/subscriptions/1b2c/resourcegroups/data/providers/microsoft.storage/storageaccounts/ledger/ledger.77",
        );
        expect(parseKey(PATH, id)).toEqual({ resourceId: ARM, connectionName: "ledger.77" });
        expect([kindOf(id), ownId(id)]).toEqual(["azure:privateEndpointConnection", "ledger.77"]);
        expect(keyInScope(id)).toBe(`${scopeOf(id)}/*`);
    });

    it("take a slash in a field that is no path, such as an ARN", () => {
        const endpointId = "arn:aws:ram:eu-west-1:1:resource-share-invitation/7d1f";
        const id = formatKey(PLAIN, { region: "eu-west-1", serviceId: "s", endpointId });
        expect(id).toBe("aws:vpcEndpoint/eu-west-1/s/arn:aws:ram:eu-west-1:1:resource-share-invitation%2F7d1f");
        expect(ownId(id)).toBe(endpointId);
        expect(parseKey(PLAIN, id)?.endpointId).toBe(endpointId);
    });

    const part = fc.string({ minLength: 1, maxLength: 20 }).filter((text) => text !== "");
    const path = fc
        .array(fc.stringMatching(/^[a-z0-9.-]{1,8}$/), { minLength: 1, maxLength: 10 })
        .map((parts) => `/${parts.join("/")}`);

    it("come back as the fields they were made of", () => {
        fc.assert(
            fc.property(part, part, part, path, (region, serviceId, name, resourceId) => {
                for (const kind of [PLAIN, PATH, BETWEEN]) {
                    const values = { region, serviceId, endpointId: name, connectionName: name, name, resourceId };
                    const id = formatKey(kind, values);
                    const expected = [...kind.scope, kind.id].map((field) => [field, values[field as "name"]]);
                    expect(parseKey(kind, id)).toEqual(Object.fromEntries(expected));
                    expect(ownId(id)).toBe(name);
                    expect(keyInScope(keyInScope(id), name)).toBe(id);
                }
            }),
        );
    });

    it.each(["", "aws:vpcEndpoint", "aws:vpcEndpoint/eu-west-1/s", "aws:vpcEndpoint/a/b/c/d", "otc:vpcEndpoint/a/b/c"])(
        "%j is no id of the kind",
        (id) => {
            expect(parseKey(PLAIN, id)).toBeUndefined();
        },
    );
});
