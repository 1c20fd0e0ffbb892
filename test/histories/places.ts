import type { OpenSearchInboundConnection, Simulator, VpcEndpointConnection, World } from "../../src/simulator/index";
import { ACCOUNT, endpoint, OTHER_ACCOUNT, SERVICE } from "../support/clouds";

/** Where connections arrive. Every id belongs to one place, so an id alone says where something was sent. */
export interface Place {
    readonly account: string;
    readonly region: string;
}

export type Family = "ec2" | "search";

/** One connection that may be there. */
export interface Slot {
    readonly id: string;
    readonly family: Family;
    readonly place: Place;
    readonly requester: string;
}

export const HOME: Place = { account: ACCOUNT, region: "eu-west-1" };
export const AWAY: Place = { account: ACCOUNT, region: "eu-central-1" };
export const FOREIGN: Place = { account: OTHER_ACCOUNT, region: "eu-west-1" };
const FOREIGN_AWAY: Place = { account: OTHER_ACCOUNT, region: "eu-central-1" };
export const PLACES: readonly Place[] = [HOME, AWAY, FOREIGN, FOREIGN_AWAY];

export const REQUESTERS: readonly string[] = ["111122223333", "222233334444", "333344445555"];

export const SLOTS: readonly Slot[] = PLACES.flatMap((place, p) =>
    (["ec2", "search"] as const).flatMap((family) =>
        Array.from({ length: p === 0 ? 3 : 2 }, (_, n): Slot => {
            const requester = REQUESTERS[n % REQUESTERS.length] as string;
            const id = family === "ec2" ? endpoint(16 * p + n + 1) : `inbound-${p}-${n}xx`;
            return { id, family, place, requester };
        }),
    ),
);

/** What a connection amounts to, whatever its cloud calls it. */
export type Truth = "absent" | "pending" | "accepting" | "accepted" | "rejecting" | "rejected" | "removing" | "lapsed";

const MEANING: Readonly<Record<string, Truth>> = {
    pendingAcceptance: "pending",
    pending: "accepting",
    available: "accepted",
    rejected: "rejected",
    expired: "lapsed",
    failed: "lapsed",
    PENDING_ACCEPTANCE: "pending",
    APPROVED: "accepting",
    PROVISIONING: "accepting",
    ACTIVE: "accepted",
    REJECTING: "rejecting",
    REJECTED: "rejected",
    DELETING: "removing",
    DELETED: "absent",
};

/** The cloud's word for what a human or a requester did. */
const WORDS: Readonly<Record<Family, Readonly<Record<"pending" | "accepted" | "rejected" | "lapsed", string>>>> = {
    ec2: { pending: "pendingAcceptance", accepted: "available", rejected: "rejected", lapsed: "expired" },
    search: { pending: "PENDING_ACCEPTANCE", accepted: "ACTIVE", rejected: "REJECTED", lapsed: "REJECTED" },
};

export type Start = "absent" | "pending" | "accepted" | "rejected" | "lapsed";

export function sameplace(a: Place, b: Place): boolean {
    return a.account === b.account && a.region === b.region;
}

/** A world in which each slot starts as told; slots that nobody tells of are pending. */
export function worldOf(starts: readonly Start[]): World {
    const here = (place: Place, family: Family) =>
        SLOTS.flatMap((slot, i) => {
            const start = starts[i] ?? "pending";
            return slot.family !== family || !sameplace(slot.place, place) || start === "absent"
                ? []
                : [{ slot, word: WORDS[family][start] }];
        });
    return {
        aws: PLACES.map((place) => ({
            ...place,
            endpointServices: [
                { serviceId: SERVICE, connections: here(place, "ec2").map(({ slot, word }) => endpointOf(slot, word)) },
            ],
            openSearchInboundConnections: here(place, "search").map(({ slot, word }) => inboundOf(slot, word)),
        })),
    };
}

/** What a connection is now. */
export function truthOf(simulator: Simulator, slot: Slot): Truth {
    const found = connectionOf(simulator, slot);
    const word = found === undefined ? undefined : "state" in found ? found.state : found.status;
    return word === undefined ? "absent" : (MEANING[word] ?? "absent");
}

/** Connections that vanished from the listings, as they were: one that is there again is the same one. */
type Vanished = Map<string, VpcEndpointConnection | OpenSearchInboundConnection>;

/** Somebody outside decides, or the requester asks or gives up. False: nothing to do it to. */
export function actOutside(simulator: Simulator, vanished: Vanished, slot: Slot, to: Start): boolean {
    const connection = connectionOf(simulator, slot);
    const region = simulator.world.aws?.find((one) => sameplace(one, slot.place));
    const endpoints = region?.endpointServices?.[0]?.connections ?? [];
    const inbounds = region?.openSearchInboundConnections ?? [];
    if (connection === undefined) {
        if (to !== "pending" || inbounds.some(({ connectionId }) => connectionId === slot.id)) {
            return false;
        }
        const before = vanished.get(slot.id);
        if (slot.family === "ec2") {
            endpoints.push((before as VpcEndpointConnection | undefined) ?? endpointOf(slot, WORDS.ec2.pending));
        } else {
            inbounds.push((before as OpenSearchInboundConnection | undefined) ?? inboundOf(slot, WORDS.search.pending));
        }
        return true;
    }
    if (to === "pending") {
        return false;
    }
    if (to === "absent") {
        vanished.set(slot.id, connection);
        const left = <T>(all: T[]) =>
            void (all.indexOf(connection as T) >= 0 && all.splice(all.indexOf(connection as T), 1));
        left(endpoints);
        left(inbounds);
        return true;
    }
    const word = WORDS[slot.family][to];
    Object.assign(connection, "state" in connection ? { state: word } : { status: word }, { next: [], before: word });
    return true;
}

/** The declared connection, with or without its region. */
export function connectionArgument({ family, id, place }: Slot, region: boolean): Record<string, string> {
    return {
        ...scopeArgument(family, place, region),
        ...(family === "ec2" ? { endpointId: id } : { connectionId: id }),
    };
}

export function scopeArgument(family: Family, { region }: Place, written: boolean): Record<string, string> {
    return {
        kind: family === "ec2" ? "aws:vpcEndpoint" : "aws:openSearchInbound",
        ...(written ? { region } : {}),
        ...(family === "ec2" ? { serviceId: SERVICE } : {}),
    };
}

function connectionOf(
    { world }: Simulator,
    { family, id, place }: Slot,
): VpcEndpointConnection | OpenSearchInboundConnection | undefined {
    const region = world.aws?.find((one) => sameplace(one, place));
    return family === "ec2"
        ? region?.endpointServices?.[0]?.connections?.find((one) => one.vpcEndpointId === id)
        : region?.openSearchInboundConnections?.find((one) => one.connectionId === id && one.status !== "DELETED");
}

function endpointOf({ id, requester }: Slot, state: string): VpcEndpointConnection {
    return { vpcEndpointId: id, owner: requester, state, creationTimestamp: "2029-12-01T00:00:00.000Z" };
}

function inboundOf({ id, requester, place }: Slot, status: string): OpenSearchInboundConnection {
    return {
        connectionId: id,
        status,
        localDomain: { ownerId: requester, domainName: "audit", region: "us-east-1" },
        remoteDomain: { ownerId: place.account, domainName: "logs", region: place.region },
    };
}
