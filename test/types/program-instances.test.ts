import * as pulumi from "@pulumi/pulumi";
import * as built from "pulumi-connection-decision";
import { beforeAll, describe, expect, it } from "vitest";
import * as source from "../../src/index";
import { endpoint, SERVICE } from "../support/clouds";

/** Two copies of the package in one program, as where a component brings its own: the sources, and dist/. */
const COPIES = [
    ["the same copy", source],
    ["another copy", built],
] as const;
const ID = `aws:vpcEndpoint/eu-west-1/${SERVICE}/${endpoint(1)}`;
const connection = { kind: "aws:vpcEndpoint", serviceId: SERVICE, endpointId: endpoint(1) } as const;
const scope = { kind: "aws:vpcEndpoint", serviceId: SERVICE } as const;

beforeAll(async () => {
    await pulumi.runtime.setMocks({
        newResource: ({ inputs }) => ({ id: ID, state: { ...inputs, observed: { status: "pending" } } }),
        call: () => ({}),
    });
});

describe.each(COPIES)("isInstance, of %s", (copy, { ConnectionAdmission, ConnectionDecision, Provider }) => {
    it("knows its own class, and no other", () => {
        const classes = [source.ConnectionDecision, source.ConnectionAdmission, source.Provider];
        const made = [
            new ConnectionDecision(`decision of ${copy}`, { connection, decision: "accept" }),
            new ConnectionAdmission(`admission of ${copy}`, { scope, rules: [] }),
            new Provider(`provider of ${copy}`),
        ];
        expect(made.map((one) => classes.map((type) => type.isInstance(one)))).toEqual([
            [true, false, false],
            [false, true, false],
            [false, false, true],
        ]);
        expect(made[0] instanceof source.ConnectionDecision).toBe(copy === "the same copy");
    });

    it("knows what is looked up", () => {
        expect(source.ConnectionDecision.isInstance(ConnectionDecision.get(`looked up by ${copy}`, ID))).toBe(true);
    });

    it("lets `except` name a decision", async () => {
        const decision = new ConnectionDecision(`left out by ${copy}`, { connection, decision: "accept" });
        const admission = new source.ConnectionAdmission(`admission beside ${copy}`, {
            scope,
            rules: [],
            except: [decision],
        });
        expect(await new Promise((resolve) => admission.except.apply(resolve))).toEqual([connection]);
    });
});
