import { ConnectionDecision } from "pulumi-connection-decision";

const serviceId = "4189d3c2-8882-4871-a3c2-d380272eed88";

/** Endpoint by endpoint: who may connect. A decision undone at night is shown, not overruled. */
const endpoints = {
    reporting: {
        endpointId: "705290f3-0d00-41f2-aedc-71e09844e879",
        decision: "accept",
        domain: "5fc973eea581490997e82ea11a1df31f",
    },
    stranger: { endpointId: "805290f3-0d00-41f2-aedc-71e09844e879", decision: "reject", domain: undefined },
} as const;

for (const [name, { endpointId, decision, domain }] of Object.entries(endpoints)) {
    new ConnectionDecision(name, {
        // On Huawei Cloud: kind "huawei:vpcEndpoint".
        connection: { kind: "otc:vpcEndpoint", region: "eu-de", serviceId, endpointId },
        decision,
        ...(domain === undefined ? {} : { expectedRequester: domain }),
        onDrift: "hold",
    });
}
