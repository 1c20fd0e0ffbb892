import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { kinds } from "../../src/kinds";
import { KEYS } from "../support/hostile-server";
import { addressOf } from "../support/kind-data";
import { rowsOf } from "../support/kind-rows";

/**
 * What arrives is signed as "Request syntax and signature method V3" says, recomputed here from the request as a server sees it:
 * the simulator does not verify Alibaba's signatures.
 */
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

function expected(headers: IncomingHttpHeaders, body: string, secret: string): string {
    const [, signedHeaders = ""] = /SignedHeaders=([^,]+)/.exec(String(headers.authorization)) ?? [];
    const canonical = [
        "POST",
        "/",
        "",
        ...signedHeaders.split(";").map((name) => `${name}:${String(headers[name]).trim()}`),
        "",
        signedHeaders,
        sha256(body),
    ].join("\n");
    return createHmac("sha256", secret)
        .update(`ACS3-HMAC-SHA256\n${sha256(canonical)}`)
        .digest("hex");
}

describe("requests to Alibaba Cloud", () => {
    it.each([
        ["a key", {}],
        ["temporary credentials", { ALIBABA_CLOUD_SECURITY_TOKEN: "token+/=" }],
    ])("are signed with %s over host, body and every x-acs header", async (_what, environment) => {
        const seen: { headers: IncomingHttpHeaders; body: string }[] = [];
        const server = createServer((request, response) => {
            let body = "";
            request.on("data", (chunk) => {
                body += chunk;
            });
            request.on("end", () => {
                seen.push({ headers: request.headers, body });
                response.end(rowsOf("alibaba:vpcPeering").answers.list);
            });
        }).listen(0, "127.0.0.1");
        await once(server, "listening");
        onTestFinished(() => void server.close());
        const before = { ...process.env };
        Object.assign(process.env, KEYS, environment);
        onTestFinished(() => {
            process.env = before;
        });
        const kind = kinds["alibaba:vpcPeering"];
        const vpcPeerEndpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
        const clients = kind.cloud.connect({ settings: { vpcPeerEndpoint }, environment: KEYS, placement: {} });
        const { scope } = addressOf(kind, { instanceId: "pcc-guzvyqlj0n6e10" });
        await kind.list(scope, "a token/with+signs *~", {
            clients,
            signal: new AbortController().signal,
            now: Date.now,
        });
        const [{ headers, body } = { headers: {}, body: "" }] = seen;
        expect(new URLSearchParams(body).get("NextToken")).toBe("a token/with+signs *~");
        expect(headers["x-acs-content-sha256"]).toBe(sha256(body));
        expect(headers["x-acs-security-token"]).toBe(
            (environment as { ALIBABA_CLOUD_SECURITY_TOKEN?: string }).ALIBABA_CLOUD_SECURITY_TOKEN,
        );
        const signed = /SignedHeaders=([^,]+)/.exec(String(headers.authorization))?.[1]?.split(";") ?? [];
        expect(signed).toEqual(
            Object.keys(headers)
                .filter((name) => name.startsWith("x-acs-") || name === "host" || name === "content-type")
                .sort(),
        );
        const signature = /Signature=([0-9a-f]+)/.exec(String(headers.authorization))?.[1];
        expect(signature).toBe(expected(headers, body, KEYS.ALIBABA_CLOUD_ACCESS_KEY_SECRET));
    });
});
