import { describe, expect, it } from "vitest";
import { endpointProblem } from "../../src/kinds/cloud";
import { useClouds } from "../support/clouds";
import { onEndpoint, onInbound, onPeering, onVpcep } from "../support/declarations";
import { TestStack } from "../support/engine";

/** Where requests, and the signatures on them, may be sent in the clear. */
const clouds = useClouds();

describe("an endpoint", () => {
    it.each([
        "http://127.0.0.1:4566",
        "http://127.1",
        "http://127.255.255.254:1",
        "http://0x7f.0.0.1",
        "http://2130706433",
        "http://[::1]:8080",
        "http://[0:0:0:0:0:0:0:1]",
        "http://localhost",
        "http://LOCALHOST:1",
        "http://ec2.localhost:4566/",
        "http://a.b.localhost.",
        "https://api.example.com",
        "https://10.0.0.1",
    ])("%s is taken", (url) => {
        expect(endpointProblem(url, false)).toBeUndefined();
    });

    it.each([
        "http://api.example.com",
        "http://10.0.0.1:4566",
        "http://128.0.0.1",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://notlocalhost",
        "http://[::2]",
        "http://[::ffff:10.0.0.1]",
        "http://0.0.0.0",
        "http://127.0.0.1@example.com",
        "http://localhost:x@example.com",
    ])("%s is refused, unless the setting allows it", (url) => {
        expect(endpointProblem(url, false)).toContain("is plain http to ");
        expect(endpointProblem(url, false)).not.toContain("x@");
        expect(endpointProblem(url, true)).toBeUndefined();
    });

    it.each(["", "api.example.com", "ftp://127.0.0.1", "//127.0.0.1", "file:///etc"])("%s is no URL", (url) => {
        expect(endpointProblem(url, true)).toContain("is not a URL");
    });
});

describe("a decision whose cloud is plain http somewhere else", () => {
    const program = { ec2: onEndpoint(1, "accept"), peering: onPeering("accept"), vpcep: onVpcep("accept") };
    const far = "http://10.255.255.1:9";
    const settings = {
        ec2: ["connections:awsStsEndpoint"],
        search: ["connections:awsOpensearchEndpoint"],
        peering: ["connections:alibabaVpcPeerEndpoint"],
        vpcep: ["connections:otcVpcepEndpoint"],
    };

    it("is refused before any call, and the setting named", async () => {
        const all = { ...program, search: onInbound("accept") };
        for (const [name, [setting = ""]] of Object.entries(settings)) {
            const stack = new TestStack(clouds.simulator, { [setting]: far });
            const { failures } = await stack.preview({ [name]: all[name as keyof typeof all] });
            expect(failures[name], name).toContain(`${setting} is plain http to 10.255.255.1:9`);
            expect(failures[name]).toContain("connections:allowPlainHttp");
        }
        expect(clouds.simulator.calls).toEqual([]);
    });

    it("named by an environment variable is refused too", async () => {
        const stack = new TestStack(clouds.simulator, {}, { ALIBABA_CLOUD_VPCPEER_ENDPOINT: far });
        const { failures } = await stack.preview({ peering: program.peering });
        expect(failures.peering).toContain("ALIBABA_CLOUD_VPCPEER_ENDPOINT is plain http");
    });

    it.each([
        ["config", { "connections:allowPlainHttp": "true" }, {}],
        ["environment", {}, { CONNECTIONS_ALLOW_PLAIN_HTTP: "true" }],
    ])("is asked where the %s allows it", async (_where, config, environment) => {
        // An address that leads here, and that nobody could know to be this machine. The simulator answers under loopback names only: it was asked.
        const here = clouds.simulator.url.replace("127.0.0.1", "0.0.0.0");
        const env = { ...environment, ALIBABA_CLOUD_VPCPEER_ENDPOINT: here };
        const { failures } = await new TestStack(clouds.simulator, config, env).preview({
            peering: program.peering,
        });
        expect(failures.peering).toContain("HTTP 403");
    });
});
