import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { ConnectionDecision } from "pulumi-connection-decision";

const config = new pulumi.Config();

/** The service, with acceptance required: nobody is connected before somebody decides. */
const service = new aws.ec2.VpcEndpointService("ledger", {
    acceptanceRequired: true,
    networkLoadBalancerArns: [config.require("loadBalancerArn")],
    allowedPrincipals: ["arn:aws:iam::111122223333:root"],
});

/** Endpoint ids that customers have sent, with the account each must come from. */
const customers = config.requireObject<Record<string, { endpointId: string; account: string }>>("customers");

for (const [name, { endpointId, account }] of Object.entries(customers)) {
    new ConnectionDecision(name, {
        connection: { kind: "aws:vpcEndpoint", serviceId: service.id, endpointId },
        decision: "accept",
        expectedRequester: account,
        // The service can only be destroyed once its connections are rejected.
        onDelete: "reject",
    });
}

export const serviceName = service.serviceName;
