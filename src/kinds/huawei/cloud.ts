import { isLosslessNumber, parse } from "lossless-json";
import { askOnce } from "../calls";
import {
    type Cloud,
    CloudError,
    endpointName,
    type FailureClass,
    networkFailure,
    type Site,
    unreadableAnswer,
    withinCallTimeout,
} from "../cloud";
import { type HttpAnswer, Transport } from "../transport";
import { vpcepSettings } from "./settings";
import { type AccessKey, sign } from "./signer";

/** Clients of one project. */
export interface HuaweiClients {
    /**
     * One call to VPC endpoint (VPCEP) API v1 of the project, `path` below `/v1/{project_id}`.
     * Numbers of the answer come as text: `marker_id` exceeds what a JavaScript number holds.
     */
    vpcep(request: {
        action: string;
        path: string;
        query?: Record<string, string>;
        /** It is sent by POST. Without one: GET. */
        body?: unknown;
        signal: AbortSignal;
    }): Promise<unknown>;
    /** The project of the site: stated, from the environment, or the one named like the region. */
    projectId(signal: AbortSignal): Promise<string>;
}

/** What differs between the clouds that speak this API. */
interface Flavour {
    readonly name: string;
    readonly title: string;
    /** Environment variables, in order of precedence. */
    readonly variables: Readonly<
        Record<
            | "accessKeyId"
            | "secretAccessKey"
            | "securityToken"
            | "region"
            | "projectId"
            | "vpcepEndpoint"
            | "iamEndpoint",
            readonly string[]
        >
    >;
    vpcepEndpoint(region: string): string;
    iamEndpoint(region: string): string;
}

/**
 * Huawei Cloud. Credentials: access key and, for temporary ones, security token from the environment, by the names of the
 * vendor's SDKs (`HUAWEICLOUD_SDK_AK`, `_SK`, `_SECURITY_TOKEN`) or of its Terraform provider (`HW_ACCESS_KEY`, …).
 * Endpoints: vpcep_region.py and iam_region.py of the vendor's SDKs (3.1.219). `eu-west-0`, sold by Orange as Flexible Engine,
 * is listed there too, but has hosts of its own (`vpcep.eu-west-0.prod-cloud-ocb.orange-business.com`): there
 * `HUAWEICLOUD_VPCEP_ENDPOINT` and `HUAWEICLOUD_IAM_ENDPOINT` name them.
 */
export const huawei = flavour({
    name: "huawei",
    title: "Huawei Cloud",
    variables: {
        accessKeyId: ["HUAWEICLOUD_SDK_AK", "HW_ACCESS_KEY"],
        secretAccessKey: ["HUAWEICLOUD_SDK_SK", "HW_SECRET_KEY"],
        securityToken: ["HUAWEICLOUD_SDK_SECURITY_TOKEN", "HW_SECURITY_TOKEN"],
        region: ["HUAWEICLOUD_SDK_REGION", "HW_REGION_NAME"],
        projectId: ["HUAWEICLOUD_SDK_PROJECT_ID", "HW_PROJECT_ID"],
        vpcepEndpoint: ["HUAWEICLOUD_VPCEP_ENDPOINT"],
        iamEndpoint: ["HUAWEICLOUD_IAM_ENDPOINT"],
    },
    vpcepEndpoint: (region) => `https://vpcep.${region}.myhuaweicloud.${domain(region)}`,
    // Keys of the European partition are unknown to the international IAM. Elsewhere: the core SDK's default.
    iamEndpoint: (region) =>
        domain(region) === "eu" ? `https://iam.${region}.myhuaweicloud.eu` : "https://iam.myhuaweicloud.com",
});

/** The top-level domain of a region: Europe is a partition of its own. */
function domain(region: string): "com" | "eu" {
    return region === "eu-west-101" ? "eu" : "com";
}

/**
 * Open Telekom Cloud. Credentials: access key and security token from the environment, by the names of its Terraform
 * provider (`OS_ACCESS_KEY`, `OS_SECRET_KEY`, `OS_SECURITY_TOKEN`).
 * Endpoints: the cloud's service catalog; openstacksdk's profile otc.json for IAM. The Swiss region has hosts of its own
 * (otc-swiss.json: `iam-pub.eu-ch2.sc.otc.t-systems.com`); that VPCEP is offered there, and under this name, is an inference from
 * that profile and not confirmed: where it is not, `OTC_VPCEP_ENDPOINT` names the host.
 */
export const otc = flavour({
    name: "otc",
    title: "Open Telekom Cloud",
    variables: {
        accessKeyId: ["OS_ACCESS_KEY"],
        secretAccessKey: ["OS_SECRET_KEY"],
        securityToken: ["OS_SECURITY_TOKEN"],
        region: ["OS_REGION_NAME"],
        projectId: ["OS_PROJECT_ID", "OS_TENANT_ID"],
        vpcepEndpoint: ["OTC_VPCEP_ENDPOINT"],
        iamEndpoint: ["OTC_IAM_ENDPOINT"],
    },
    vpcepEndpoint: (region) => `https://vpcep.${region}.${SWISS.has(region) ? "sc." : ""}otc.t-systems.com`,
    iamEndpoint: (region) =>
        SWISS.has(region)
            ? `https://iam-pub.${region}.sc.otc.t-systems.com`
            : `https://iam.${region}.otc.t-systems.com`,
});

/** Regions of the Swiss cloud. */
const SWISS = new Set(["eu-ch2"]);

function flavour(of: Flavour): Cloud<HuaweiClients> {
    return {
        name: of.name,
        title: of.title,
        accountTitle: `${of.title} project`,
        settings: vpcepSettings,
        endpointVariables: [...of.variables.vpcepEndpoint, ...of.variables.iamEndpoint],
        defaults: {
            region: {
                chain: ["connection.region", `connections:${of.name}Region`, ...of.variables.region],
                find: async (site) => site.settings.region ?? variable(site, of.variables.region),
            },
        },
        connect: (site) => clientsOf(of, site),
        account: (clients, signal) => clients.projectId(signal),
    };
}

function clientsOf(of: Flavour, site: Site): HuaweiClients {
    const region = site.placement.region ?? "";
    const stated = site.placement.projectId ?? site.settings.projectId ?? variable(site, of.variables.projectId);
    const vpcep = site.settings.vpcepEndpoint ?? variable(site, of.variables.vpcepEndpoint) ?? of.vpcepEndpoint(region);
    const iam = site.settings.iamEndpoint ?? variable(site, of.variables.iamEndpoint) ?? of.iamEndpoint(region);
    const vpcepTransport = new Transport(endpointName(of.name, "vpcepEndpoint", site, of.variables.vpcepEndpoint));
    const iamTransport = new Transport(endpointName(of.name, "iamEndpoint", site, of.variables.iamEndpoint));
    const projectId = askOnce(
        async (signal: AbortSignal) =>
            stated ?? (await projectOfRegion(of, site, { iam, transport: iamTransport, region, signal })),
    );
    return {
        projectId,
        async vpcep({ action, path, query, body, signal }) {
            const id = await projectId(signal);
            const url = new URL(`${vpcep.replace(/\/$/, "")}/v1/${encodeURIComponent(id)}${path}`);
            url.search = new URLSearchParams(query).toString();
            return send(of, site, {
                action,
                method: body === undefined ? "GET" : "POST",
                url,
                projectId: id,
                body,
                transport: vpcepTransport,
                signal,
            });
        },
    };
}

/**
 * The project named like the region (IAM API reference, "Querying Project Information", GET /v3/projects).
 * Only reads; the vendor's SDK would create one where there is none.
 */
async function projectOfRegion(
    of: Flavour,
    site: Site,
    { iam, transport, region, signal }: { iam: string; transport: Transport; region: string; signal: AbortSignal },
): Promise<string> {
    const url = new URL(`${iam.replace(/\/$/, "")}/v3/projects`);
    url.search = new URLSearchParams({ name: region }).toString();
    const action = "iam:projects:list";
    const answer = (await send(of, site, { action, method: "GET", url, transport, signal })) as {
        projects?: unknown;
    } | null;
    if (!Array.isArray(answer?.projects)) {
        throw unreadableAnswer(action, 'the answer has no list "projects"');
    }
    const projects = answer.projects.filter((project) => project?.name === region);
    const id: unknown = projects[0]?.id;
    if (projects.length !== 1 || typeof id !== "string" || id === "") {
        throw new CloudError({
            action: "iam:projects:list",
            failure: "refused",
            code: "ProjectNotFound",
            text: `${projects.length} projects are named "${region}"; say which one: connection.projectId, connections:${of.name}ProjectId or ${of.variables.projectId[0]}`,
        });
    }
    return id;
}

interface ApiCall {
    readonly action: string;
    readonly method: "GET" | "POST";
    readonly url: URL;
    readonly projectId?: string;
    readonly body?: unknown;
    readonly transport: Transport;
    readonly signal: AbortSignal;
}

/** Sends once. The caller repeats. */
async function send(of: Flavour, site: Site, call: ApiCall): Promise<unknown> {
    const body = call.body === undefined ? "" : JSON.stringify(call.body);
    const headers = {
        "content-type": "application/json",
        ...(call.projectId === undefined ? {} : { "x-project-id": call.projectId }),
    };
    const { host: _host, ...signed } = sign(
        { method: call.method, url: call.url, headers, body },
        accessKey(of, site),
        new Date(),
    );
    let response: HttpAnswer;
    try {
        response = await withinCallTimeout(call.signal, (signal) =>
            call.transport.send({ method: call.method, url: call.url, headers: signed, body, signal }),
        );
    } catch (error) {
        const network = networkFailure(error);
        throw new CloudError({
            action: call.action,
            failure: "transient",
            code: network?.code ?? "NetworkError",
            text: `no answer from ${call.url.host}: ${network?.text ?? "the connection broke"}`,
        });
    }
    const answer = exactJson(response.text);
    if (response.ok && answer !== undefined) {
        return answer;
    }
    throw apiError(call.action, response, answer);
}

function apiError(action: string, response: HttpAnswer, answer: unknown): CloudError {
    const { error_code, error_msg, error } = (answer ?? {}) as {
        error_code?: unknown;
        error_msg?: unknown;
        error?: { code?: unknown; message?: unknown };
    };
    const code = String(error_code ?? error?.code ?? (response.ok ? "UnreadableAnswer" : `HTTP ${response.status}`));
    return new CloudError({
        action,
        failure: response.ok ? "transient" : classify(code, response.status),
        code,
        text: String(error_msg ?? error?.message ?? "the answer is not what the API documents"),
        requestId: response.headers["x-request-id"]?.toString(),
    });
}

/**
 * VPC Endpoint API Reference, appendix "Error Codes". Case differs between pages and
 * examples (`EndPoint`, `Endpoint`): compared without regard to it. 0022 is "too many requests" with HTTP 400; of 2004, "the
 * endpoint service is unavailable", and 2019 the appendix says "try again later".
 */
const CODES: Readonly<Record<string, FailureClass>> = {
    "endpoint.0001": "transient",
    "endpoint.0003": "credentials",
    "endpoint.0004": "denied",
    "endpoint.0005": "missing",
    "endpoint.0011": "refused",
    "endpoint.0012": "refused",
    "endpoint.0013": "transient",
    "endpoint.0022": "throttled",
    "endpoint.2003": "missing",
    "endpoint.2004": "throttled",
    "endpoint.2006": "missing",
    "endpoint.2007": "missing",
    "endpoint.2008": "missing",
    "endpoint.2013": "missing",
    "endpoint.2019": "throttled",
    "endpoint.2051": "throttled",
    "apigw.0308": "throttled",
    "apig.0308": "throttled",
    "apigw.0301": "credentials",
    "apig.0301": "credentials",
    "apigw.0302": "denied",
    "apigw.0303": "denied",
    "apigw.0305": "denied",
};

function classify(code: string, httpStatus: number): FailureClass {
    return (
        CODES[code.toLowerCase()] ??
        (httpStatus === 429
            ? "throttled"
            : httpStatus >= 500
              ? "transient"
              : httpStatus === 401
                ? "credentials"
                : httpStatus === 403
                  ? "denied"
                  : "refused")
    );
}

function accessKey(of: Flavour, site: Site): AccessKey {
    const accessKeyId = variable(site, of.variables.accessKeyId);
    const secretAccessKey = variable(site, of.variables.secretAccessKey);
    const securityToken = variable(site, of.variables.securityToken);
    if (accessKeyId === undefined || secretAccessKey === undefined) {
        throw new CloudError({
            action: "credentials",
            failure: "credentials",
            code: "NoCredentials",
            text: `no ${of.title} credentials; tried the environment: ${of.variables.accessKeyId.join(" or ")}, with ${of.variables.secretAccessKey.join(" or ")}`,
        });
    }
    return { accessKeyId, secretAccessKey, ...(securityToken === undefined ? {} : { securityToken }) };
}

function variable(site: Site, names: readonly string[]): string | undefined {
    return names.map((name) => site.environment[name]).find((value) => value !== undefined && value !== "");
}

/** JSON with numbers as text; undefined for what is not JSON. An empty answer is an empty object. */
function exactJson(text: string): unknown {
    if (text.trim() === "") {
        return {};
    }
    try {
        return parse(text, (_key, value) => (isLosslessNumber(value) ? value.toString() : value));
    } catch {
        return undefined;
    }
}
