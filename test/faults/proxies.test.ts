import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type RequestListener, request as send } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { kinds } from "../../src/kinds";
import { IDENTITY } from "../support/answers";
import { VPCEP_SERVICE } from "../support/clouds";
import { KEYS, placeAt } from "../support/hostile-server";
import { rowsOf } from "../support/kind-rows";

/**
 * The ways to a cloud: proxies, certificates, and what an error says of them. Kinds of one cloud travel alike; Azure's client has tests of
 * its own (test/kinds/azure-cloud.test.ts).
 */
const NAMES = [
    "aws:vpcEndpoint",
    "aws:openSearchInbound",
    "alibaba:vpcPeering",
    "huawei:vpcEndpoint",
    "otc:vpcEndpoint",
] as const satisfies readonly (keyof typeof kinds)[];

/** A host that only the proxy knows. */
const HOST = "cloud.example.test";
const VARIABLES = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"].flatMap((name) => [name, name.toLowerCase()]);
const run = promisify(execFile);

beforeEach(() => {
    for (const name of VARIABLES) {
        vi.stubEnv(name, undefined);
    }
});
afterEach(() => vi.unstubAllEnvs());

/** Answers every listing of every cloud with one connection. */
const cloud: RequestListener = (request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
        const action = new URLSearchParams(Buffer.concat(chunks).toString()).get("Action");
        response.end(
            action === "GetCallerIdentity"
                ? IDENTITY
                : action === "DescribeVpcEndpointConnections"
                  ? rowsOf("aws:vpcEndpoint").answers.list
                  : request.headers["x-acs-action"] !== undefined
                    ? rowsOf("alibaba:vpcPeering").answers.list
                    : request.url?.includes("inboundConnection")
                      ? rowsOf("aws:openSearchInbound").answers.list
                      : rowsOf("otc:vpcEndpoint").answers.list,
        );
    });
};

async function listen(server: ReturnType<typeof createServer>): Promise<number> {
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
        server.closeAllConnections();
        server.close();
    });
    return (server.address() as AddressInfo).port;
}

/** A proxy that leads every host to `target`: plain requests as they are, others by CONNECT. */
async function startProxy(target: number, options: { password?: boolean } = {}) {
    const asked: string[] = [];
    const refuses = (headers: Record<string, unknown>) =>
        options.password === true && headers["proxy-authorization"] === undefined;
    const proxy = createServer((incoming, response) => {
        asked.push(`${incoming.method} ${incoming.url}`);
        if (refuses(incoming.headers)) {
            response.writeHead(407).end();
            return;
        }
        const { pathname, search } = new URL(incoming.url ?? "");
        const through = send(
            {
                port: target,
                host: "127.0.0.1",
                path: pathname + search,
                method: incoming.method,
                headers: incoming.headers,
            },
            (answer) => answer.pipe(response.writeHead(answer.statusCode ?? 500, answer.headers)),
        );
        incoming.pipe(through);
    });
    proxy.on("connect", (incoming, socket) => {
        asked.push(`CONNECT ${incoming.url}`);
        socket.on("error", () => {});
        if (refuses(incoming.headers)) {
            socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
            return;
        }
        const inner = connect(target, "127.0.0.1", () => {
            socket.write("HTTP/1.1 200 OK\r\n\r\n");
            inner.pipe(socket).pipe(inner);
        });
        inner.on("error", () => socket.destroy());
        onTestFinished(() => {
            inner.destroy();
            socket.destroy();
        });
    });
    return { url: `http://127.0.0.1:${await listen(proxy)}`, asked };
}

async function startTls(certificate: string): Promise<number> {
    const read = (what: string) => readFileSync(path.join(certificates, `${certificate}.${what}`));
    return listen(createTlsServer({ key: read("key"), cert: read("pem") }, cloud) as never);
}

/** Certificates that sign themselves: for the host, for another one, and one that has expired. */
const certificates = mkdtempSync(path.join(tmpdir(), "certificates-"));
afterAll(() => rmSync(certificates, { recursive: true, force: true }));
const hasOpenssl = makeCertificates();

function makeCertificates(): boolean {
    const openssl = (...argv: string[]) => execFileSync("openssl", argv, { cwd: certificates, stdio: "ignore" });
    try {
        for (const [name, host, days] of [
            ["good", HOST, "2"],
            ["other", "another.example.test", "2"],
            ["expired", HOST, "-1"],
        ] as const) {
            const key = [
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:prime256v1",
                "-nodes",
                "-keyout",
                `${name}.key`,
            ];
            const names = ["-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`];
            openssl("req", "-new", ...key, ...names, "-out", `${name}.csr`);
            const signing = ["-in", `${name}.csr`, "-signkey", `${name}.key`, "-copy_extensions", "copy"];
            openssl("x509", "-req", ...signing, "-days", days, "-out", `${name}.pem`);
        }
        return true;
    } catch {
        return false;
    }
}

describe.each(NAMES)("%s", (name) => {
    it.each(["HTTP_PROXY", "http_proxy", "ALL_PROXY"])("is reached through the proxy of %s", async (variable) => {
        const proxy = await startProxy(await listen(createServer(cloud)));
        vi.stubEnv(variable, proxy.url);
        const { kind, scope, id, call } = placeAt(name, `http://${HOST}`);
        expect(await kind.list(scope, undefined, call)).toMatchObject({ items: [{ id }] });
        expect(proxy.asked[0]).toContain(`http://${HOST}/`);
    });

    it.each(["NO_PROXY", "no_proxy"])("is reached without one where %s says so", async (variable) => {
        const proxy = await startProxy(await listen(createServer(cloud)));
        vi.stubEnv("HTTP_PROXY", proxy.url);
        vi.stubEnv(variable, ".example.test");
        const { kind, scope, call } = placeAt(name, `http://${HOST}`);
        await expect(kind.list(scope, undefined, call)).rejects.toMatchObject({ failure: "transient" });
        expect(proxy.asked).toEqual([]);
    });

    it("is reached without one on this machine", async () => {
        const port = await listen(createServer(cloud));
        vi.stubEnv("HTTP_PROXY", "http://127.0.0.1:9");
        vi.stubEnv("HTTPS_PROXY", "http://127.0.0.1:9");
        const { kind, scope, id, call } = placeAt(name, `http://127.0.0.1:${port}`);
        expect(await kind.list(scope, undefined, call)).toMatchObject({ items: [{ id }] });
    });

    it.skipIf(!hasOpenssl)("keeps the reason why a certificate is not taken, also through a proxy", async () => {
        const port = await startTls("good");
        const why = {
            failure: "transient",
            code: "DEPTH_ZERO_SELF_SIGNED_CERT",
            text: expect.stringMatching(/self-signed certificate.*NODE_EXTRA_CA_CERTS/),
        };
        const direct = placeAt(name, `https://127.0.0.1:${port}`);
        await expect(direct.kind.list(direct.scope, undefined, direct.call)).rejects.toMatchObject(why);
        const proxy = await startProxy(port);
        vi.stubEnv("HTTPS_PROXY", proxy.url);
        const far = placeAt(name, `https://${HOST}`);
        await expect(far.kind.list(far.scope, undefined, far.call)).rejects.toMatchObject(why);
        expect(proxy.asked[0]).toBe(`CONNECT ${HOST}:443`);
    });

    it("says that the proxy wants a password, and never shows one", async () => {
        const proxy = await startProxy(await listen(createServer(cloud)), { password: true });
        for (const scheme of ["http", "https"]) {
            vi.stubEnv(`${scheme.toUpperCase()}_PROXY`, proxy.url);
            const { kind, scope, call } = placeAt(name, `${scheme}://${HOST}`);
            await expect(kind.list(scope, undefined, call)).rejects.toMatchObject({
                failure: "transient",
                code: "ProxyRefused",
                text: expect.stringContaining(`through the proxy that ${scheme.toUpperCase()}_PROXY names`),
            });
        }
        vi.stubEnv("HTTP_PROXY", "http://someone:hunter2@127.0.0.1:9");
        const { kind, scope, call } = placeAt(name, `http://${HOST}`);
        const error = await kind.list(scope, undefined, call).catch((e: Error) => e);
        expect(error).toMatchObject({ code: "ECONNREFUSED", text: expect.stringContaining("HTTP_PROXY names") });
        expect(String(error)).not.toContain("hunter2");
    });
});

describe.skipIf(!hasOpenssl)("with NODE_EXTRA_CA_CERTS, which only a new process reads", { timeout: 60_000 }, () => {
    it.each([
        ["good", { listed: 1 }],
        [
            "other",
            { code: "ERR_TLS_CERT_ALTNAME_INVALID", text: expect.stringContaining("another host answers there") },
        ],
        ["expired", { code: "CERT_HAS_EXPIRED", text: expect.stringContaining("check the clock") }],
    ])("a certificate that is %s", async (certificate, outcome) => {
        const proxy = await startProxy(await startTls(certificate));
        const { stdout } = await run(process.execPath, ["-e", CHILD, HOST], {
            env: {
                ...process.env,
                ...KEYS,
                HTTPS_PROXY: proxy.url,
                NODE_EXTRA_CA_CERTS: path.join(certificates, `${certificate}.pem`),
            },
            cwd: path.resolve(__dirname, "../.."),
        });
        expect(JSON.parse(stdout)).toEqual(NAMES.map(() => outcome));
        expect(proxy.asked.length).toBeGreaterThanOrEqual(NAMES.length);
    });
});

/** Lists each kind once. */
const CHILD = `
const { kinds } = require("./dist/kinds/index.js");
const url = "https://" + process.argv[1];
const ids = { serviceId: "${VPCEP_SERVICE}", endpointId: "e", instanceId: "i", connectionId: "c" };
const one = async (kind) => {
    const settings = Object.fromEntries(Object.keys(kind.cloud.settings).map((s) => [s, s.endsWith("Endpoint") ? url : undefined]));
    const placement = { region: kind.cloud.name === "aws" ? "eu-west-1" : "eu-de", projectId: "p" };
    const clients = kind.cloud.connect({ settings, environment: process.env, placement });
    const serviceId = kind.name === "aws:vpcEndpoint" ? "vpce-svc-0123456789abcdef0" : ids.serviceId;
    const at = { ...ids, ...placement, serviceId };
    const scope = { key: kind.scope.map((name) => at[name]).join("/"), title: kind.scopeTitle(at), at };
    try {
        const page = await kind.list(scope, undefined, { clients, signal: new AbortController().signal, now: Date.now });
        return { listed: page.items.length };
    } catch ({ code, text }) {
        return { code, text };
    }
};
Promise.all(${JSON.stringify(NAMES)}.map((name) => one(kinds[name]))).then((all) => console.log(JSON.stringify(all)));
`;
