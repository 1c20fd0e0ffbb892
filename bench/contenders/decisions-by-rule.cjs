/** The same work with a decision per connection. */
const { ConnectionDecision } = require("pulumi-connection-decision");

exports.declare = ({ serviceId, decided }) => {
    for (const { endpointId, decision, requester } of decided) {
        new ConnectionDecision(endpointId, {
            connection: { kind: "aws:vpcEndpoint", serviceId, endpointId },
            decision,
            expectedRequester: requester,
        });
    }
};
