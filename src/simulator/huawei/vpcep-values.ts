import { notSimulated, Refusal, type Request } from "../server/message";
import type { Project } from "./account";

/** The parameters of a page. */
const PAGED = ["sort_key", "sort_dir", "limit", "offset"];

/**
 * sort_key: created_at (default) or updated_at on Open Telekom Cloud, create_at or update_at on Huawei Cloud
 * (huaweicloudsdkvpcep, ListServiceConnectionsRequest). sort_dir: desc (default) or asc. limit: 0 to 1000, 10 by default.
 */
export function paged<T>(
    items: readonly T[],
    query: URLSearchParams,
    { region }: Project,
    timesOf: (item: T) => { created: string | undefined; updated: string | undefined },
): T[] {
    const limit = bounded(query.get("limit") ?? "10", 1000, "EndPoint.0006", "Invalid limit.");
    const offset = bounded(query.get("offset") ?? "0", Number.MAX_SAFE_INTEGER, "EndPoint.0010", "Invalid offset.");
    const key = query.get("sort_key") ?? sortKeys(region)[0];
    const direction = query.get("sort_dir") ?? "desc";
    if (!sortKeys(region).includes(key)) {
        throw new Refusal(400, "EndPoint.0017", "Invalid sort_key.");
    }
    if (direction !== "asc" && direction !== "desc") {
        throw new Refusal(400, "EndPoint.0018", "Invalid sort_dir.");
    }
    const sign = direction === "asc" ? 1 : -1;
    const timed = items.map((item) => {
        const { created = "", updated = "" } = timesOf(item);
        return { item, time: key.startsWith("create") ? created : updated };
    });
    timed.sort((a, b) => (a.time === b.time ? 0 : a.time < b.time ? -sign : sign));
    return timed.slice(offset, offset + limit).map(({ item }) => item);
}

/** The regions of Open Telekom Cloud (openstacksdk, config/vendors/otc.json and otc-swiss.json); all others are Huawei Cloud's. */
function sortKeys(region: string): [string, string] {
    return ["eu-de", "eu-nl", "eu-ch2"].includes(region) ? ["created_at", "updated_at"] : ["create_at", "update_at"];
}

/** What a filter of a listing may be, and how another is refused. */
export interface Format {
    holds(text: string): boolean;
    readonly code: string;
    readonly message: string;
}

const isUuid = (text: string) => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
export const ENDPOINT_ID: Format = { holds: isUuid, code: "EndPoint.2017", message: "Invalid endpoint ID." };
export const SERVICE_ID: Format = { holds: isUuid, code: "EndPoint.3062", message: "Invalid endpoint service ID." };
export const ANY: Format = { holds: () => true, code: "", message: "" };

export function statusAmong(...words: readonly string[]): Format {
    return { holds: (text) => words.includes(text), code: "EndPoint.0019", message: "Invalid status." };
}

/** The query of a listing: its filters, each in its format, besides the order and the page. */
export function listQuery<K extends string>(request: Request, formats: Readonly<Record<K, Format>>) {
    const parameters = queryOf(request, [...Object.keys(formats), ...PAGED]);
    for (const [name, { holds, code, message }] of Object.entries<Format>(formats)) {
        const text = parameters.get(name);
        if (text !== null && !holds(text)) {
            throw new Refusal(400, code, message);
        }
    }
    return {
        parameters,
        /** Whether an item has the value of each filter that is sent. */
        matches: (facts: Readonly<Partial<Record<K, string | undefined>>>) =>
            Object.entries(facts).every(([name, fact]) => [null, fact].includes(parameters.get(name))),
    };
}

/** The query of a request, which may hold nothing that would be ignored. */
export function queryOf({ url }: Request, known: readonly string[]): URLSearchParams {
    const strange = [...url.searchParams.keys()].find((name) => !known.includes(name));
    if (strange !== undefined) {
        throw notSimulated(`query parameter ${strange} of ${url.pathname}`);
    }
    return url.searchParams;
}

/** The body of a decision: an action, and one endpoint. */
export function decisionOf(request: Request): { action: "receive" | "reject"; id: string } {
    queryOf(request, []);
    const { action, endpoints, ...rest } = parsed(request);
    const strange = Object.keys(rest)[0];
    if (strange !== undefined) {
        throw notSimulated(`parameter ${strange} of connections/action`);
    }
    if (action !== "receive" && action !== "reject") {
        throw new Refusal(400, "EndPoint.2027", "Invalid action.");
    }
    if (!Array.isArray(endpoints) || endpoints.length === 0) {
        throw new Refusal(400, "EndPoint.2002", "The request input parameter is empty.");
    }
    if (endpoints.length > 1) {
        throw new Refusal(400, "EndPoint.2031", "Only one endpoint is allowed.");
    }
    const id = String(endpoints[0]);
    if (!isUuid(id)) {
        throw new Refusal(400, ENDPOINT_ID.code, ENDPOINT_ID.message);
    }
    return { action, id };
}

/** The endpoints that the body of a decision names, whatever else it is. */
export function endpointsOf(request: Request): string[] {
    try {
        const { endpoints } = parsed(request);
        return Array.isArray(endpoints) ? endpoints.map(String) : [];
    } catch {
        return [];
    }
}

/** 2018 being deleted, 2019 being created, 2047 failed. */
export function wrongState(status: string): Refusal {
    return status === "deleting"
        ? new Refusal(400, "EndPoint.2018", "The endpoint is being deleted.")
        : status === "creating"
          ? new Refusal(400, "EndPoint.2019", "The endpoint is being created.")
          : new Refusal(400, "EndPoint.2047", "The VPC endpoint in the Failed status cannot be modified.");
}

function parsed(request: Request): { action?: unknown; endpoints?: unknown } {
    try {
        return Object(JSON.parse(request.body));
    } catch {
        throw new Refusal(400, "EndPoint.0002", "Parameter error.");
    }
}

function bounded(text: string, most: number, code: string, message: string): number {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value > most) {
        throw new Refusal(400, code, message);
    }
    return value;
}
