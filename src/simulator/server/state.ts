import { readWorld } from "./read-world";
import { type AwsRegion, type Moving, type Principal, UNDOCUMENTED, type Undocumented, type World } from "./world";

/** Who sends a request. */
export interface Caller {
    /** The account or project the credentials belong to. */
    readonly account: string;
    readonly accessKeyId: string;
    readonly denied: readonly string[];
}

/** Seven days, the pending time of an Alibaba peering request: GmtExpired in the SDK's own examples. */
export const PEERING_EXPIRY_MS = 7 * 24 * 3_600_000;

/** The live world and its clock: real time, moved ahead by `POST /_simulator/clock`. */
export class State {
    /** A page of a listing holds no more, whatever was asked for; where pages follow by token. */
    largestPage = Number.POSITIVE_INFINITY;
    /** The world as it stands, without what time has brought meanwhile: what handlers read after the settling at their start. */
    current: World = {};
    /** Client tokens that Alibaba Cloud has carried out, with their action, connection and account. */
    readonly clientTokens = new Set<string>();
    private offset = 0;
    private moving = new Set<Moving>();

    constructor(
        /** How long asynchronous changes take, in milliseconds. */
        public settleMs: number,
    ) {}

    now(): number {
        return Date.now() + this.offset;
    }

    advance(ms: number): void {
        this.offset += ms;
        this.settle();
        this.expire();
    }

    get world(): World {
        this.settle();
        this.expire();
        return this.current;
    }

    set world(value: unknown) {
        this.current = readWorld(value);
        this.clientTokens.clear();
        const created = new Date(this.now()).toISOString();
        for (const connection of this.peerings()) {
            connection.gmtCreate ??= seconds(this.now());
        }
        for (const service of (this.current.huawei ?? []).flatMap((project) => project.endpointServices ?? [])) {
            service.createdAt ??= seconds(this.now());
            service.connections?.forEach((connection, i) => {
                connection.createdAt ??= seconds(this.now());
                // As large as the one in the vendor's example, and no double can hold it.
                connection.markerId ??= String(422321312321312321n + BigInt(i));
            });
        }
        for (const service of (this.current.aws ?? []).flatMap((region) => region.endpointServices ?? [])) {
            for (const connection of [...(service.connections ?? []), ...(service.transitGatewayConnections ?? [])]) {
                connection.creationTimestamp ??= created;
            }
        }
        this.moving = new Set(connectionsOf(this.current).filter(({ next }) => next !== undefined && next.length > 0));
    }

    /** The world in the format of a world file: without what is noted beside a connection. */
    snapshot(): World {
        const world = structuredClone(this.world);
        for (const connection of connectionsOf(world)) {
            delete connection.next;
            delete connection.before;
            delete connection.changedAt;
        }
        return world;
    }

    undocumented<K extends keyof Undocumented>(name: K): Undocumented[K] {
        return (this.current.undocumented?.[name] ?? UNDOCUMENTED[name][0]) as Undocumented[K];
    }

    awsRegion(account: string, region: string): AwsRegion | undefined {
        return this.current.aws?.find((entry) => entry.account === account && entry.region === region);
    }

    /** Puts a connection into a state, and through others after `settleMs` each. */
    move(connection: Moving, now: string, ...later: string[]): void {
        const before = stateOf(connection);
        setState(connection, now);
        connection.before = before;
        connection.changedAt = this.now();
        connection.next = later.map((state, i) => ({ at: this.now() + this.settleMs * (i + 1), state }));
        this.moving.add(connection);
        this.catchUp(connection);
    }

    /** Carries out what time has brought to those on their way to another state. */
    settle(): void {
        for (const connection of this.moving) {
            this.catchUp(connection);
        }
    }

    /** Carries out what time has brought to peering requests: a walk through all, so at their own calls only. */
    expire(): void {
        const overdue = seconds(this.now() - PEERING_EXPIRY_MS);
        for (const connection of this.peerings()) {
            if (connection.status === "Accepting" && isUntil(connection.gmtCreate, overdue)) {
                this.move(connection as Moving, "Expired");
            }
        }
    }

    /** The states whose time has come, of one connection. */
    private catchUp(connection: Moving): void {
        while (connection.next?.[0] !== undefined && connection.next[0].at <= this.now()) {
            const { state, at } = connection.next.shift() as { state: string; at: number };
            setState(connection, state);
            connection.changedAt = at;
        }
        if (connection.next === undefined || connection.next.length === 0) {
            this.moving.delete(connection);
        }
    }

    /** A caller by its access key: the account's own key, or a principal of the world. */
    caller(
        prefix: string,
        accounts: readonly { id: string; principals?: Principal[] }[],
        accessKeyId: string,
    ): Caller | undefined {
        for (const { id, principals = [] } of accounts) {
            const principal = principals.find((p) => p.accessKeyId === accessKeyId);
            if (principal !== undefined || accessKeyId === `${prefix}${id}`) {
                return { account: id, accessKeyId, denied: principal?.denied ?? [] };
            }
        }
        return undefined;
    }

    private peerings() {
        return (this.current.alibaba ?? []).flatMap((account) => account.vpcPeerConnections ?? []);
    }
}

/** The connections of every cloud. */
function connectionsOf({ aws = [], alibaba = [], huawei = [] }: World): Moving[] {
    return [
        ...aws.flatMap((region) => [
            ...(region.endpointServices ?? []).flatMap((service) => [
                ...(service.connections ?? []),
                ...(service.transitGatewayConnections ?? []),
            ]),
            ...(region.openSearchInboundConnections ?? []),
        ]),
        ...alibaba.flatMap((account) => account.vpcPeerConnections ?? []),
        ...huawei.flatMap((project) =>
            (project.endpointServices ?? []).flatMap((service) => service.connections ?? []),
        ),
    ] as Moving[];
}

function stateOf(connection: Moving): string {
    const { state, status } = connection as { state?: string; status?: string };
    return state ?? status ?? "";
}

function setState(connection: Moving, value: string): void {
    const target = connection as { state?: string; status?: string };
    if (target.state === undefined) {
        target.status = value;
    } else {
        target.state = value;
    }
}

/** A time as Alibaba Cloud and VPCEP write it: `2018-01-30T07:42:01Z`. */
export function seconds(ms: number): string {
    return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Whether a time is at or before another; times in the usual form are compared as they stand, which is many times faster. */
function isUntil(time: string | undefined, limit: string): boolean {
    return time?.length === limit.length ? time <= limit : Date.parse(time ?? "") <= Date.parse(limit);
}
