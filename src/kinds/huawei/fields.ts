import type { Field, Whereabouts } from "../kind";

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** The command lines of the clouds that speak the VPCEP API: KooCLI, and the OpenStack client with python-otcextensions. */
const COMMANDS = {
    huawei: {
        region: "hcloud configure show",
        project: "hcloud IAM KeystoneListAuthProjects",
        services: "hcloud VPCEP ListEndpointService --cli-region=eu-west-101",
        connections: "hcloud VPCEP ListServiceConnections --cli-region=eu-west-101 --vpc_endpoint_service_id=…",
    },
    otc: {
        region: "openstack configuration show (region_name)",
        project: "openstack project list",
        services: "openstack vpcep service list",
        connections: "openstack vpcep service connection list <service>",
    },
} as const;

/** The fields of a connection, which differ in where their values are found. */
export function vpcepFields(cloud: keyof typeof COMMANDS) {
    const { region, project, services, connections } = COMMANDS[cloud];
    return {
        region: {
            required: false,
            format: /^[a-z]{2}(-[a-z0-9]+)+$/,
            describes: 'a region such as "eu-de"',
            whereabouts: at("My Credentials > Projects > the name, up to the first underscore", region),
        },
        projectId: {
            required: false,
            format: /^[0-9a-f]{32}$/,
            describes: "a project id, 32 hexadecimal digits",
            whereabouts: at("My Credentials > Projects > Project ID", project),
        },
        serviceId: {
            required: true,
            format: UUID,
            describes: "the UUID of an endpoint service",
            whereabouts: at("VPC Endpoint > VPC Endpoint Services > the service > ID", services),
        },
        endpointId: {
            required: true,
            format: UUID,
            describes: "the UUID of an endpoint",
            whereabouts: at(
                "VPC Endpoint > VPC Endpoint Services > the service > Connection Management > VPC Endpoint ID",
                connections,
            ),
        },
    } as const satisfies Readonly<Record<string, Field>>;
}

function at(console: string, cli: string): Whereabouts {
    return { console, cli };
}
