/** One admission with a rule per requester, instead of a decision per connection. */
const { ConnectionAdmission } = require("pulumi-connection-decision");

exports.declare = ({ serviceId, rules }) => {
    new ConnectionAdmission("service", { scope: { kind: "aws:vpcEndpoint", serviceId }, rules });
};
