/** What a user would write today: a dynamic resource as the Pulumi documentation shows it, one SDK call per operation. */
exports.declare = ({ serviceId, ids }) => {
    const pulumi = require("@pulumi/pulumi");
    const provider = {
        async create(inputs) {
            const { EC2Client, AcceptVpcEndpointConnectionsCommand } = require("@aws-sdk/client-ec2");
            const client = new EC2Client({});
            await client.send(
                new AcceptVpcEndpointConnectionsCommand({
                    ServiceId: inputs.serviceId,
                    VpcEndpointIds: [inputs.endpointId],
                }),
            );
            return { id: inputs.endpointId, outs: inputs };
        },
        async read(id, props) {
            const { EC2Client, DescribeVpcEndpointConnectionsCommand } = require("@aws-sdk/client-ec2");
            const client = new EC2Client({});
            const { VpcEndpointConnections = [] } = await client.send(
                new DescribeVpcEndpointConnectionsCommand({
                    Filters: [
                        { Name: "service-id", Values: [props.serviceId] },
                        { Name: "vpc-endpoint-id", Values: [id] },
                    ],
                }),
            );
            return { id: VpcEndpointConnections.length === 0 ? "" : id, props };
        },
        async delete(id, props) {
            const { EC2Client, RejectVpcEndpointConnectionsCommand } = require("@aws-sdk/client-ec2");
            const client = new EC2Client({});
            await client.send(
                new RejectVpcEndpointConnectionsCommand({ ServiceId: props.serviceId, VpcEndpointIds: [id] }),
            );
        },
    };
    class AcceptedConnection extends pulumi.dynamic.Resource {
        constructor(name, props, opts) {
            super(provider, name, props, opts);
        }
    }
    for (const endpointId of ids) {
        new AcceptedConnection(endpointId, { serviceId, endpointId });
    }
};
