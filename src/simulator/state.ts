import {
    type AwsRegion,
    type Moving,
    type Principal,
    readWorld,
    UNDOCUMENTED,
    type Undocumented,
    type World,
} from "./world";

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
    private current: World = {};
    private offset = 0;

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
    }

    get world(): World {
        this.settle();
        return this.current;
    }

    set world(value: unknown) {
        this.current = readWorld(value);
        const created = new Date(this.now()).toISOString();
        for (const connection of this.peerings()) {
            connection.gmtCreate ??= created.replace(/\.\d+Z$/, "Z");
        }
        for (const service of (this.current.huawei ?? []).flatMap((project) => project.endpointServices ?? [])) {
            service.connections?.forEach((connection, i) => {
                connection.createdAt ??= created.replace(/\.\d+Z$/, "Z");
                // As large as the one in the vendor's example, and no double can hold it.
                connection.markerId ??= String(422321312321312321n + BigInt(i));
            });
        }
        for (const service of (this.current.aws ?? []).flatMap((region) => region.endpointServices ?? [])) {
            for (const connection of service.connections ?? []) {
                connection.creationTimestamp ??= created;
            }
        }
    }

    undocumented<K extends keyof Undocumented>(name: K): Undocumented[K] {
        return (this.current.undocumented?.[name] ?? UNDOCUMENTED[name][0]) as Undocumented[K];
    }

    awsRegion(account: string, region: string): AwsRegion | undefined {
        return this.world.aws?.find((entry) => entry.account === account && entry.region === region);
    }

    /** Puts a connection into a state, and through others after `settleMs` each. */
    move(connection: Moving, now: string, ...later: string[]): void {
        const before = stateOf(connection);
        setState(connection, now);
        connection.before = before;
        connection.changedAt = this.now();
        connection.next = later.map((state, i) => ({ at: this.now() + this.settleMs * (i + 1), state }));
        this.settle();
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

    /** Carries out what time has brought: states to come, requests that expire. */
    private settle(): void {
        const now = this.now();
        for (const connection of this.connections()) {
            while (connection.next?.[0] !== undefined && connection.next[0].at <= now) {
                const { state } = connection.next.shift() as { state: string };
                setState(connection, state);
            }
        }
        for (const connection of this.peerings()) {
            if (
                connection.status === "Accepting" &&
                Date.parse(connection.gmtCreate ?? "") + PEERING_EXPIRY_MS <= now
            ) {
                this.move(connection as Moving, "Expired");
            }
        }
    }

    private connections(): Moving[] {
        const { aws = [], alibaba = [], huawei = [] } = this.current;
        return [
            ...aws.flatMap((region) => [
                ...(region.endpointServices ?? []).flatMap((service) => service.connections ?? []),
                ...(region.openSearchInboundConnections ?? []),
            ]),
            ...alibaba.flatMap((account) => account.vpcPeerConnections ?? []),
            ...huawei.flatMap((project) =>
                (project.endpointServices ?? []).flatMap((service) => service.connections ?? []),
            ),
        ] as Moving[];
    }
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
