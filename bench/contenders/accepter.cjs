/**
 * The calls of terraform-provider-aws's `aws_vpc_endpoint_connection_accepter` (commits 9c8e83e, 0620f2a), made from a dynamic provider:
 * create is one accept, a wait that starts after 5 s and polls every 5 s, and a read; each of these reads pages all connections of the service.
 * Delete is one reject. Its SDK repeats throttled calls up to 25 times. BENCH_ACCEPTER_WAIT_MS shortens the wait.
 */
exports.declare = ({ serviceId, ids }) => {
    const pulumi = require("@pulumi/pulumi");
    const type = "pulumi-nodejs:dynamic/connection:Accepter";
    for (const endpointId of ids) {
        new pulumi.CustomResource(type, endpointId, {
            serviceId,
            endpointId,
            state: undefined,
            __provider: "exports.handler = () => require(process.env.BENCH_ACCEPTER).provider;",
        });
    }
};

let client;
async function send(name, input) {
    const ec2 = require("@aws-sdk/client-ec2");
    client ??= new ec2.EC2Client({ maxAttempts: 25 });
    return client.send(new ec2[`${name}Command`](input));
}

async function find(serviceId, endpointId) {
    let NextToken;
    let found;
    do {
        const page = await send("DescribeVpcEndpointConnections", {
            Filters: [{ Name: "service-id", Values: [serviceId] }],
            NextToken,
        });
        found ??= page.VpcEndpointConnections.find((c) => c.VpcEndpointId === endpointId);
        NextToken = page.NextToken;
    } while (NextToken);
    return found?.VpcEndpointState;
}

exports.provider = {
    async check(_olds, news) {
        return { inputs: news };
    },
    async diff() {
        return { changes: false };
    },
    async create({ __provider, serviceId, endpointId }) {
        await send("AcceptVpcEndpointConnections", { ServiceId: serviceId, VpcEndpointIds: [endpointId] });
        let state;
        do {
            await new Promise((resolve) => setTimeout(resolve, Number(process.env.BENCH_ACCEPTER_WAIT_MS ?? 5_000)));
            state = await find(serviceId, endpointId);
        } while (state !== "available");
        state = await find(serviceId, endpointId);
        return { id: `${serviceId}_${endpointId}`, outs: { __provider, serviceId, endpointId, state } };
    },
    async read(id, props) {
        const state = await find(props.serviceId, props.endpointId);
        return { id, props: { ...props, state } };
    },
    async update(_id, _olds, news) {
        return { outs: news };
    },
    async delete(_id, { serviceId, endpointId }) {
        await send("RejectVpcEndpointConnections", { ServiceId: serviceId, VpcEndpointIds: [endpointId] });
    },
};
