import { type ChildProcess, spawn } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import * as pulumi from "@pulumi/pulumi";
import { afterEach, describe, expect, it } from "vitest";
import type { Wire } from "../../src/engine/wire";
import { UNKNOWN } from "../../src/shared/unknown";
import { endpoint, REQUESTER, SERVICE, useClouds, worldWith } from "../support/clouds";

/** The provider inside the SDK's own dynamic-provider process, spoken to over gRPC as the engine does. */
const clouds = useClouds();
const require = createRequire(__filename);
const services = require("@pulumi/pulumi/proto/provider_grpc_pb");
const messages = require("@pulumi/pulumi/proto/provider_pb");
const { Struct } = require("google-protobuf/google/protobuf/struct_pb");

const PROVIDER = 'exports.handler = () => require("pulumi-connection-decision/provider").provider;';

interface Host {
    readonly process: ChildProcess;
    readonly output: string[];
    call(method: string, request: unknown): Promise<{ toObject(): Record<string, unknown>; [getter: string]: unknown }>;
}

const running: ChildProcess[] = [];
afterEach(() => {
    for (const child of running.splice(0)) {
        child.kill("SIGKILL");
    }
});

async function start(env: Record<string, string> = {}, config: Wire = {}): Promise<Host> {
    const child = spawn(process.execPath, [require.resolve("@pulumi/pulumi/cmd/dynamic-provider"), "127.0.0.1:1"], {
        cwd: path.resolve(__dirname, "../../examples/quickstart"),
        env: { ...process.env, ...clouds.simulator.env, ...env, PULUMI_NODEJS_PROJECT: "test" },
    });
    running.push(child);
    const output: string[] = [];
    const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream });
    child.stderr?.on("data", (chunk) => output.push(String(chunk)));
    const port = await new Promise<string>((resolve) => lines.once("line", resolve));
    lines.on("line", (line) => output.push(line));
    const client = new services.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    const call: Host["call"] = (method, request) =>
        new Promise((resolve, reject) =>
            client[method](request, (error: Error | null, reply: never) => (error ? reject(error) : resolve(reply))),
        );
    const configure = new messages.ConfigureRequest();
    configure.setArgs(Struct.fromJavaScript(config));
    await call("configure", configure);
    return { process: child, output, call };
}

async function check(host: Host, news: Wire, olds: Wire = {}) {
    const request = new messages.CheckRequest();
    request.setOlds(Struct.fromJavaScript(olds));
    request.setNews(Struct.fromJavaScript({ ...news, __provider: PROVIDER }));
    const reply = await host.call("check", request);
    return {
        inputs: (reply.getInputs as () => { toJavaScript(): Wire })().toJavaScript(),
        failures: (reply.toObject().failuresList as { property: string; reason: string }[]) ?? [],
    };
}

async function create(host: Host, inputs: Wire) {
    const request = new messages.CreateRequest();
    request.setProperties(Struct.fromJavaScript(inputs));
    const reply = await host.call("create", request);
    return {
        id: (reply.getId as () => string)(),
        outs: (reply.getProperties as () => { toJavaScript(): Wire })().toJavaScript(),
    };
}

function args(n: number, more: Wire = {}): Wire {
    return {
        connection: { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(n) },
        decision: "accept",
        ...more,
    };
}

describe("the provider in the SDK's process", () => {
    it("checks, creates and diffs", async () => {
        const host = await start();
        const checked = await check(host, args(1));
        expect(checked.inputs).toMatchObject({
            observed: { status: "accepted", requester: REQUESTER },
            transition: "accept: pending -> accepted",
            __provider: PROVIDER,
        });
        expect(checked.inputs).not.toHaveProperty("__preview");
        const previewed = await check(host, args(1, { __preview: true }));
        expect(previewed.inputs).toMatchObject({ observed: { status: UNKNOWN, requester: REQUESTER } });
        const created = await create(host, checked.inputs);
        expect(created.id).toBe(`aws:vpcEndpoint/eu-west-1/${SERVICE}/${endpoint(1)}`);
        expect(created.outs).toMatchObject({ observed: { status: "accepted" }, __provider: PROVIDER });
        const again = await check(host, args(1), checked.inputs);
        const request = new messages.DiffRequest();
        request.setId(created.id);
        request.setOlds(Struct.fromJavaScript(created.outs));
        request.setNews(Struct.fromJavaScript(again.inputs));
        expect((await host.call("diff", request)).toObject().changes).toBe(messages.DiffResponse.DiffChanges.DIFF_NONE);
    });

    it("fails a check with an empty property, so that the CLI prints no value", async () => {
        const host = await start();
        const { failures } = await check(host, args(1, { expectedRequester: "999988887777" }));
        expect(failures).toEqual([{ property: "", reason: expect.stringContaining("Will not accept") }]);
    });

    it("records what was sent but did not settle, with __provider in the properties", async () => {
        const host = await start();
        const { world } = clouds.simulator;
        Object.assign(world.aws?.[0]?.endpointServices?.[0]?.connections?.[0] as object, { state: "pending" });
        clouds.simulator.world = world;
        const { inputs } = await check(host, args(1, { timeout: "300ms" }));
        const error = (await create(host, inputs).catch((e) => e)) as grpc.ServiceError;
        const status = require("@pulumi/pulumi/proto/status_pb").Status.deserializeBinary(
            error.metadata.get("grpc-status-details-bin")[0],
        );
        const detail = messages.ErrorResourceInitFailed.deserializeBinary(status.getDetailsList()[0].getValue_asU8());
        expect(detail.getId()).toContain(endpoint(1));
        expect(detail.getProperties().toJavaScript()).toMatchObject({
            __provider: PROVIDER,
            observed: { status: "accepting" },
        });
        expect(detail.getReasonsList()).toEqual([expect.stringContaining("accept is not settled after")]);
    });

    it("reads by the id alone", async () => {
        const host = await start();
        const request = new messages.ReadRequest();
        request.setId(`aws:vpcEndpoint/eu-west-1/${SERVICE}/${endpoint(1)}`);
        request.setProperties(Struct.fromJavaScript({ __provider: PROVIDER }));
        const reply = await host.call("read", request);
        const props = (reply.getProperties as () => { toJavaScript(): Wire })().toJavaScript();
        expect(props).toMatchObject({ observed: { status: "pending", requester: REQUESTER } });
    });

    it("shares one listing among many checks and one request among many creates", async () => {
        clouds.simulator.world = worldWith({ endpoints: Array.from({ length: 30 }, () => "pendingAcceptance") });
        const host = await start();
        const inputs: Wire[] = [];
        for (let n = 1; n <= 30; n++) {
            inputs.push((await check(host, args(n))).inputs);
        }
        const lists = () =>
            clouds.simulator.calls.filter((call) => call.action === "ec2:DescribeVpcEndpointConnections").length;
        expect(lists()).toBe(1);
        await Promise.all(inputs.map((input) => create(host, input)));
        expect(
            clouds.simulator.calls.filter((call) => call.action === "ec2:AcceptVpcEndpointConnections"),
        ).toHaveLength(1);
        expect(lists()).toBeLessThanOrEqual(4);
    });

    it("loads no cloud's SDK but the one that is used", async () => {
        const host = await start({ NODE_OPTIONS: `--require ${path.join(__dirname, "print-modules.cjs")}` });
        await check(host, {
            connection: {
                kind: "otc:vpcEndpoint",
                serviceId: "4189d3c2-8882-4871-a3c2-d380272eed88",
                endpointId: "705290f3-0d00-41f2-aedc-71e09844e879",
            },
            decision: "accept",
        });
        host.process.kill("SIGTERM");
        await new Promise((resolve) => host.process.once("close", resolve));
        const loaded =
            host.output
                .join("")
                .split("\n")
                .find((line) => line.startsWith("MODULES ")) ?? "";
        expect(loaded).toContain("pulumi-connection-decision");
        expect(loaded).not.toMatch(/@aws-sdk|@alicloud|@smithy/);
    });

    it("ends a wait at SIGINT with the connection recorded, and ends at once when nothing waits", async () => {
        const { world } = clouds.simulator;
        Object.assign(world.aws?.[0]?.endpointServices?.[0]?.connections?.[0] as object, { state: "pending" });
        clouds.simulator.world = world;
        const host = await start();
        const { inputs } = await check(host, args(1));
        const creating = create(host, inputs).catch((e) => e as grpc.ServiceError);
        await new Promise((resolve) => setTimeout(resolve, 500));
        const started = Date.now();
        host.process.kill("SIGINT");
        expect(((await creating) as grpc.ServiceError).message).toContain("interrupted");
        await new Promise((resolve) => host.process.once("close", resolve));
        expect(Date.now() - started).toBeLessThan(4_000);

        const idle = await start();
        await check(idle, args(1));
        const asked = Date.now();
        idle.process.kill("SIGINT");
        await new Promise((resolve) => idle.process.once("close", resolve));
        expect(Date.now() - asked).toBeLessThan(1_500);
    });

    it("knows the engine's stand-in for unknown values", () => {
        expect(UNKNOWN).toBe(pulumi.runtime.unknownValue);
    });
});
