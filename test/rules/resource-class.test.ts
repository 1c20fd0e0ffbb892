import * as pulumi from "@pulumi/pulumi";
import { ConnectionDecision, Provider } from "pulumi-connection-decision";
import { beforeAll, describe, expect, it } from "vitest";
import { ARGUMENTS } from "../../src/shared/contract";
import { endpoint, SERVICE } from "../support/clouds";

/** The classes under Pulumi's mocks: what they register, and what they refuse before registering. */
const registered: pulumi.runtime.MockResourceArgs[] = [];

beforeAll(async () => {
    await pulumi.runtime.setMocks({
        newResource(args) {
            registered.push(args);
            return {
                id: `aws:vpcEndpoint/eu-west-1/${SERVICE}/${endpoint(1)}`,
                state: { ...args.inputs, observed: { status: "pending", requester: "111122223333" } },
            };
        },
        call: () => ({}),
    });
});

const args = {
    connection: { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(1) },
    decision: "accept",
} as const;

function promised<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => output.apply(resolve));
}

describe("ConnectionDecision under mocks", () => {
    it("registers its token, the literal provider text, its URN and the timeouts the engine keeps to itself", async () => {
        const decision = new ConnectionDecision("a", args, { customTimeouts: { create: "3m", update: "4m" } });
        await promised(decision.urn);
        expect(registered.at(-1)).toMatchObject({
            type: "pulumi-nodejs:dynamic/connection:ConnectionDecision",
            inputs: {
                ...args,
                __provider:
                    'exports.handler=()=>{try{return require("pulumi-connection-decision/provider").provider}catch(e){throw e.code=="MODULE_NOT_FOUND"?Error("npm install pulumi-connection-decision here; remove its resources before the package"):e}}',
                __schemaVersion: 2,
                __timeouts: { create: "3m", update: "4m" },
                __urn: expect.stringMatching(/::pulumi-nodejs:dynamic\/connection:ConnectionDecision::a$/),
            },
        });
    });

    it("has an output for every argument, left out ones too, and registers nothing for these", async () => {
        const decision = new ConnectionDecision("left-out", args);
        const looked = ConnectionDecision.get("looked", `aws:vpcEndpoint/eu-west-1/${SERVICE}/${endpoint(1)}`);
        for (const argument of ARGUMENTS) {
            expect([argument, pulumi.Output.isInstance(decision[argument])]).toEqual([argument, true]);
            expect([argument, pulumi.Output.isInstance(looked[argument])]).toEqual([argument, true]);
        }
        expect(await promised(decision.reason)).toBeUndefined();
        expect(await promised(decision.decision)).toBe("accept");
        expect(registered.find(({ name }) => name === "left-out")?.inputs).not.toHaveProperty("reason");
    });

    it("derives connectionId, status and requester", async () => {
        const decision = new ConnectionDecision("b", args);
        expect(await promised(pulumi.all([decision.connectionId, decision.status, decision.requester]))).toEqual([
            endpoint(1),
            "pending",
            "111122223333",
        ]);
    });

    it("refuses the provider of another package, by name, before registering anything", () => {
        const before = registered.length;
        const foreign = new (class extends pulumi.ProviderResource {})("aws", "foreign", {});
        expect(() => new ConnectionDecision("c", args, { provider: foreign })).toThrow(
            'ConnectionDecision "c": opts.provider is a provider of "aws", which cannot decide connections. Pass a Provider of pulumi-connection-decision, or none.',
        );
        expect(registered.slice(before).filter((resource) => resource.name === "c")).toEqual([]);
    });

    it("refuses import, because creation adopts", () => {
        expect(() => new ConnectionDecision("d", args, { import: "x" })).toThrow(
            "opts.import is not possible and not needed",
        );
    });
});

describe("Provider under mocks", () => {
    it("passes its settings as the flat configuration that the stack config has too", async () => {
        const provider = new Provider("p", {
            aws: { region: "eu-west-1", roleArn: pulumi.output("arn:aws:iam::1:role/r") },
            otc: { projectId: "6e9dfd51d1124e8d8498dce894923a0d" },
            maxCuts: 3,
            probe: true,
        });
        await promised(provider.urn);
        await expect
            .poll(() => registered.find((resource) => resource.name === "p")?.inputs)
            .toEqual({
                "connections:awsRegion": "eu-west-1",
                "connections:awsRoleArn": "arn:aws:iam::1:role/r",
                "connections:otcProjectId": "6e9dfd51d1124e8d8498dce894923a0d",
                "connections:maxCuts": "3",
                "connections:probe": "true",
            });
    });
});
