import { findById } from "../server/by-id";
import { Refusal } from "../server/message";
import type { HandledCall, ParameterCall } from "../server/protocol";
import type { State } from "../server/state";
import { accountsOf } from "./account";
import type { RpcAction } from "./rpc";
import { boolean, change, type Facts, listing, refuseIf } from "./rpc-values";

/** What every connection of two accounts has. */
interface Connection {
    status: string;
    bizStatus?: string;
    tags?: Record<string, string>;
}

/** A connection of two accounts, as the caller sees it. */
export interface Shared<T> {
    readonly connection: T;
    /** The account that is asked. */
    readonly accepter: string;
    /** What the caller is. */
    readonly side: "accepter" | "requester";
}

/** The connections of a kind that two accounts have. */
export interface Sharing<Part, T extends Connection> {
    /** Its name in error codes, `VpcPeer`. */
    readonly resource: string;
    /** Those whose accepter is the account of an entry. */
    listOf(entry: Part): T[] | undefined;
    idOf(connection: T): string;
    /** The requester's account. */
    requesterOf(connection: T): string;
    /** Whether a dry run looks at the status. */
    dryRunChecksStatus(state: State): boolean;
    /** Whether a change is carried out though the business status is not Normal. */
    ignoresBusinessStatus(state: State): boolean;
    /** The connection as the API writes it. */
    shown(item: Shared<T>, call: ParameterCall): object;
}

/** The operation that answers with the connection that InstanceId names; both sides may read it. */
export function reading<Part, T extends Connection>(sharing: Sharing<Part, T>): RpcAction {
    return { parameters: ["InstanceId"], run: (call) => sharing.shown(named(sharing, call), call) };
}

/** The operation that lists the connections of both sides under a name. */
export function listingOf<Part, T extends Connection>(
    sharing: Sharing<Part, T>,
    name: string,
    filters: Readonly<Record<string, Facts<T>>>,
): RpcAction {
    return listing<Shared<T>>({
        name,
        all: (call) => seen(sharing, call),
        filters: Object.fromEntries(
            Object.entries(filters).map(([parameter, facts]) => [parameter, ({ connection }) => facts(connection)]),
        ),
        sizes: { most: 100, usual: 20 },
        tags: { parameter: "Tags", of: ({ connection }) => connection.tags },
        idOf: ({ connection }) => sharing.idOf(connection),
        shown: sharing.shown,
    });
}

export interface Change<T> {
    /** The statuses that allow it. */
    readonly from: readonly string[];
    /** Who may. Undocumented for most; of a decision, the accepter alone "can reject the connection request". */
    readonly by: "accepter" | "both";
    /** Parameters besides InstanceId, ClientToken and DryRun: true or false. */
    readonly flags?: readonly string[];
    effect(connection: T, call: ParameterCall): void;
}

/** The effect that a connection goes through these statuses. */
export function moving(now: string, ...later: readonly string[]) {
    return (connection: object, { state }: ParameterCall) => state.move(connection, now, ...later);
}

/** An operation that changes a connection. "does not support concurrent requests for the same" one. */
export function changing<Part, T extends Connection>(sharing: Sharing<Part, T>, wanted: Change<T>): RpcAction {
    const { flags = [] } = wanted;
    const run = (call: ParameterCall) => {
        for (const flag of flags) {
            boolean(call.parameters, flag); // Refuses what is neither true nor false, in a dry run too.
        }
        const { connection, side } = named(sharing, call);
        const incorrect = (refused: boolean, what: "Status" | "BusinessStatus", found: string | undefined) => {
            const id = sharing.idOf(connection);
            const words = what === "Status" ? "status" : "business status";
            const message = `The ${words} of ${id} [${found}] is incorrect.`;
            refuseIf(refused, `Incorrect${what}.${sharing.resource}`, message);
        };
        const checkStatus = () => incorrect(!wanted.from.includes(connection.status), "Status", connection.status);
        const checkDryRun = () => sharing.dryRunChecksStatus(call.state) && checkStatus();
        return change(call, checkDryRun, () => {
            refuseIf(call.hooks.refuseId(sharing.idOf(connection)), "OperationFailed", "The operation failed.");
            const stranger = wanted.by === "accepter" && side === "requester";
            const notAccepter = `Account ${call.caller.account} is not the accepter.`;
            refuseIf(stranger, "Forbidden.NoPermission", notAccepter, 403);
            const locked = connection.bizStatus === "FinancialLocked" && !sharing.ignoresBusinessStatus(call.state);
            incorrect(locked, "BusinessStatus", connection.bizStatus);
            checkStatus();
            wanted.effect(connection, call);
        });
    };
    return { parameters: ["InstanceId", "ClientToken", "DryRun", ...flags], exclusive: "connection", run };
}

/** The connections that the caller sees: both sides do, until it is deleted. */
function seen<Part, T extends Connection>(
    sharing: Sharing<Part, T>,
    { state, caller }: HandledCall,
    id?: string,
): Shared<T>[] {
    return accountsOf<Part>(state).flatMap((entry) => {
        const all = sharing.listOf(entry) ?? [];
        const side = entry.account === caller.account ? "accepter" : "requester";
        return (id === undefined ? all : [...findById(all, [id], sharing.idOf).values()])
            .filter((one) => side === "accepter" || sharing.requesterOf(one) === caller.account)
            .filter(({ status }) => status !== "Deleted")
            .map((connection) => ({ connection, accepter: entry.account, side }) as const);
    });
}

function named<Part, T extends Connection>(sharing: Sharing<Part, T>, call: ParameterCall): Shared<T> {
    const id = call.parameters.get("InstanceId") ?? "";
    refuseIf(id === "", "MissingInstanceId", "InstanceId is mandatory for this action.");
    const [found] = seen(sharing, call, id);
    if (found === undefined) {
        throw new Refusal(400, "ResourceNotFound.InstanceId", `The specified resource of ${id} is not found.`);
    }
    return found;
}
