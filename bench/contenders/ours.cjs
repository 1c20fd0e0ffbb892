/** This package. */
exports.declareWith =
    ({ ConnectionDecision }) =>
    ({ serviceId, ids }) => {
        for (const endpointId of ids) {
            new ConnectionDecision(endpointId, {
                connection: { kind: "aws:vpcEndpoint", serviceId, endpointId },
                decision: "accept",
                expectedRequester: "111122223333",
                reason: "CHG-2041 analytics reads the ledger API",
            });
        }
    };

exports.declare = exports.declareWith(require("pulumi-connection-decision"));
