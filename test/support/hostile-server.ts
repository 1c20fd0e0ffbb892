import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { Call, ConnectionKind, Order, Scope } from "../../src/kinds/kind";
import { kinds } from "../../src/kinds";
import { ACCOUNT, DOMAIN, endpoint, INBOUND, PEERING, PROJECT, SERVICE, VPCEP_ENDPOINT, VPCEP_SERVICE } from "./clouds";

export interface Asked {
    /** The API's word for the call: a query action, a header, or method and path. */
    readonly action: string;
    readonly url: URL;
    readonly body: string;
    /** How many calls came before this one. */
    readonly index: number;
}

export interface Answer {
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body: string | Buffer;
}

/** A cloud that answers what the test says, with whatever it is asked. Closed with the test. */
export async function startHostile(answer: (asked: Asked) => Answer) {
    const calls: string[] = [];
    const server = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on("data", (chunk) => chunks.push(chunk));
        request.on("end", () => {
            const body = Buffer.concat(chunks).toString();
            const url = new URL(request.url ?? "/", "http://hostile");
            const action =
                String(request.headers["x-acs-action"] ?? "") ||
                new URLSearchParams(body).get("Action") ||
                `${request.method} ${url.pathname}`;
            const { status = 200, headers = {}, body: content } = answer({ action, url, body, index: calls.length });
            calls.push(action);
            response.on("error", () => {});
            response.writeHead(status, { "content-type": "application/json", ...headers }).end(content);
        });
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    onTestFinished(() => {
        server.closeAllConnections();
        server.close();
    });
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, calls };
}

/** Keys that no cloud knows, for clients that only need to sign. */
export const KEYS = {
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "example",
    ALIBABA_CLOUD_ACCESS_KEY_ID: "example",
    ALIBABA_CLOUD_ACCESS_KEY_SECRET: "example",
    HUAWEICLOUD_SDK_AK: "example",
    HUAWEICLOUD_SDK_SK: "example",
    OS_ACCESS_KEY: "example",
    OS_SECRET_KEY: "example",
};

export interface Place {
    readonly kind: ConnectionKind;
    readonly scope: Scope;
    readonly id: string;
    readonly call: Call<unknown>;
    readonly order: Order;
}

/** One connection of a kind whose cloud is at `url`, without the provider around it. */
export function placeAt(name: keyof typeof kinds, url: string, now: () => number = Date.now): Place {
    const kind = kinds[name];
    Object.assign(process.env, KEYS);
    const settings = Object.fromEntries(
        Object.keys(kind.cloud.settings).map((setting) => [setting, setting.endsWith("Endpoint") ? url : undefined]),
    );
    const placement = { region: name.startsWith("aws") ? "eu-west-1" : "eu-de", projectId: PROJECT };
    const clients = kind.cloud.connect({ settings, environment: KEYS, placement });
    const { scope, id } = kind.locate({ ...CONNECTIONS[name], ...placement } as never);
    return {
        kind,
        scope,
        id,
        call: { clients, signal: new AbortController().signal, now },
        order: { seen: { id, status: "pending", cloudStatus: "", evidence: {} }, token: "token" },
    };
}

const CONNECTIONS = {
    "aws:vpcEndpoint": { serviceId: SERVICE, endpointId: endpoint(1) },
    "aws:openSearchInbound": { connectionId: INBOUND },
    "alibaba:vpcPeering": { instanceId: PEERING },
    "huawei:vpcEndpoint": { serviceId: VPCEP_SERVICE, endpointId: VPCEP_ENDPOINT },
    "otc:vpcEndpoint": { serviceId: VPCEP_SERVICE, endpointId: VPCEP_ENDPOINT },
} as const;

/** Answers of a cloud about one connection, as its API documents them. */
export const DOCUMENTED = {
    "aws:vpcEndpoint": {
        list: ec2(
            "DescribeVpcEndpointConnections",
            `<vpcEndpointConnectionSet><item><serviceId>${SERVICE}</serviceId><vpcEndpointId>${endpoint(1)}</vpcEndpointId><vpcEndpointState>pendingAcceptance</vpcEndpointState></item></vpcEndpointConnectionSet>`,
        ),
        empty: ec2("DescribeVpcEndpointConnections", "<vpcEndpointConnectionSet/>"),
        describe: ec2(
            "DescribeVpcEndpointServiceConfigurations",
            `<serviceConfigurationSet><item><serviceId>${SERVICE}</serviceId><acceptanceRequired>true</acceptanceRequired></item></serviceConfigurationSet>`,
        ),
        identity: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Account>${ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
    },
    "aws:openSearchInbound": {
        list: JSON.stringify({
            Connections: [{ ConnectionId: INBOUND, ConnectionStatus: { StatusCode: "PENDING_ACCEPTANCE" } }],
        }),
        empty: JSON.stringify({ Connections: [] }),
    },
    "alibaba:vpcPeering": {
        list: JSON.stringify({ RequestId: "r", VpcPeerConnects: [{ InstanceId: PEERING, Status: "Accepting" }] }),
        empty: JSON.stringify({ RequestId: "r", VpcPeerConnects: [] }),
        detail: JSON.stringify({ RequestId: "r", InstanceId: PEERING, Status: "Accepting" }),
    },
    vpcep: {
        list: JSON.stringify({
            connections: [{ id: VPCEP_ENDPOINT, status: "pendingAcceptance", domain_id: DOMAIN }],
            total_count: 1,
        }),
        empty: JSON.stringify({ connections: [], total_count: 0 }),
        describe: JSON.stringify({ id: VPCEP_SERVICE, approval_enabled: true }),
    },
};

export function ec2(action: string, content: string): string {
    return `<${action}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>${content}</${action}Response>`;
}
