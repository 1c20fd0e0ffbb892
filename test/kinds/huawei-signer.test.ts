import { AKSKSigner } from "@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sign } from "../../src/kinds/huawei/signer";

const NOW = new Date("2026-11-21T08:30:15Z");

/** What the vendor's core SDK signs for the same request. */
function oracle(
    method: string,
    path: string,
    query: Record<string, string>,
    data: unknown,
    headers: Record<string, string>,
    sk: string,
) {
    const credential = { getAk: () => "AK", getSk: () => sk };
    const signed = AKSKSigner.sign(
        {
            endpoint: `https://vpcep.eu-de.otc.t-systems.com${path}`,
            method,
            queryParams: query,
            data,
            headers: { ...headers, "X-Sdk-Date": "20261121T083015Z" },
        } as never,
        credential as never,
    );
    return (signed as Record<string, string>).Authorization;
}

function ours(
    method: string,
    path: string,
    query: Record<string, string>,
    data: unknown,
    headers: Record<string, string>,
    sk: string,
) {
    const url = new URL(`https://vpcep.eu-de.otc.t-systems.com${path}`);
    url.search = new URLSearchParams(query).toString();
    const body = data === undefined ? "" : JSON.stringify(data);
    return sign({ method, url, headers, body }, { accessKeyId: "AK", secretAccessKey: sk }, NOW).authorization;
}

describe("our Huawei signer", () => {
    it("signs what the vendor's AKSKSigner signs, for any query, body, project header and secret", () => {
        const segment = fc.stringMatching(/^[a-z0-9-]{1,36}$/);
        // The vendor sorts encoded and unencoded names the same way for these.
        const query = fc.dictionary(
            fc.stringMatching(/^[a-z_]{1,10}$/),
            fc.string({ unit: "grapheme", maxLength: 20 }),
            { maxKeys: 5 },
        );
        fc.assert(
            fc.property(
                fc.constantFrom("GET", "POST"),
                fc.array(segment, { minLength: 1, maxLength: 5 }),
                query,
                fc.option(fc.dictionary(fc.string(), fc.string(), { minKeys: 1 }), { nil: undefined }),
                fc.string({ minLength: 1 }),
                (method, segments, params, data, sk) => {
                    const path = `/v1/${segments.join("/")}`;
                    const headers = {
                        "content-type": "application/json",
                        "x-project-id": "6e9dfd51d1124e8d8498dce894923a0d",
                    };
                    expect(ours(method, path, params, data, headers, sk)).toBe(
                        oracle(method, path, params, data, headers, sk),
                    );
                },
            ),
            { numRuns: 300 },
        );
    });

    it("signs the security token of temporary credentials", () => {
        const url = new URL("https://vpcep.eu-de.otc.t-systems.com/v1/p/vpc-endpoint-services/s/connections");
        const headers = { "content-type": "application/json" };
        const key = { accessKeyId: "AK", secretAccessKey: "SK", securityToken: "TOKEN" };
        const signed = sign({ method: "GET", url, headers, body: "" }, key, NOW);
        expect(signed["x-security-token"]).toBe("TOKEN");
        expect(signed.authorization).toBe(
            oracle("GET", url.pathname, {}, undefined, { ...headers, "x-security-token": "TOKEN" }, "SK"),
        );
    });
});
