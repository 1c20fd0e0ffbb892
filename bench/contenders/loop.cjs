/** A loop of single calls, as a script around the AWS CLI makes them (without the CLI's own start, which each call there pays again). */
const { EC2Client, AcceptVpcEndpointConnectionsCommand } = require("@aws-sdk/client-ec2");

async function main({ serviceId, ids }) {
    const client = new EC2Client({});
    for (const endpointId of ids) {
        try {
            await client.send(
                new AcceptVpcEndpointConnectionsCommand({ ServiceId: serviceId, VpcEndpointIds: [endpointId] }),
            );
        } catch (error) {
            console.error(`${endpointId}: ${error.name}`);
        }
    }
    console.log(JSON.stringify({ peakMb: process.resourceUsage().maxRSS / 1024 }));
}

main(JSON.parse(process.env.BENCH_WORLD));
