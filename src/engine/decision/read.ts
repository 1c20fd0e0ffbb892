import { ARGUMENTS, type Connection, parseKey } from "../../shared/vocabulary";
import type { Declaration } from "../../decision/declaration";
import { DecisionError } from "../../reconcile/carry-out";
import type { Reading } from "../../reconcile/inventory";
import type { Target } from "../../place/session";
import { type Case, openCase, readCase, unreadText, whyForeign, whyUnread } from "../assess";
import { urnOf } from "./check";
import { type Context, type Place, refuseNewerState } from "../context";
import { declarationOf, ENDING } from "./declaration";
import { type Author, moved, type OutputMemory, outputsOf, pick } from "./outputs";
import { toWire, type Wire } from "../wire";

export interface ReadResult {
    readonly id: string;
    readonly props: Wire;
    /** Inputs as check would have left them, so that the next preview compares with what holds now. */
    readonly inputs?: Wire;
}

/**
 * The connection as it stands now, where the id says. Never returns an empty id: what is gone stays in the state as `absent`. What cannot
 * be read fails the refresh, or stays as it was with a warning. `get` passes no properties; the id alone suffices.
 */
export async function read(context: Context, id: string, props: Wire): Promise<ReadResult> {
    refuseNewerState(props);
    const bare = props.decision === undefined;
    const connection = (props.connection ?? context.connectionOf(id)) as Connection;
    const target = await context.stored(id, props.connection);
    const declaration: Declaration = bare ? observer(connection) : declarationOf(props);
    const { decided, begun, ...memory } = (props.__memory ?? {}) as OutputMemory;
    const established = bare || [decided, begun].includes(declaration.decision);
    const opened = await openCase(target, declaration, memory, established);
    const reading = await readRemembered(context, opened, urnOf(props));
    const unread = whyUnread(reading);
    if (unread !== undefined && (bare || context.options().unreadable === "fail")) {
        throw new DecisionError(unreadText(id, unread));
    }
    if (unread !== undefined) {
        context.report("warning", `${id} cannot be read, its state is kept: ${unread}`, urnOf(props));
        context.readings.set(id, { changed: false });
        return { id, props: toWire(props) };
    }
    const fresh = outputsOf(
        { ...props, connection },
        opened,
        { reading },
        pick(props, ["decidedBy", "decidedAt"]) as Author,
    );
    const outs = bare ? withoutDecision(fresh) : fresh;
    context.readings.set(id, { changed: moved(props, outs) });
    const inputs = {
        ...pick({ ...props, ...outs }, [
            ...ARGUMENTS,
            ...ENDING,
            "__provider",
            "__timeouts",
            "__schemaVersion",
            "__memory",
            "observed",
            "warnings",
        ]),
        ...(established ? { __established: true } : {}),
        __place: placeOf(target, connection),
    };
    return { id, props: toWire(outs), ...(bare ? {} : { inputs: toWire(inputs) }) };
}

/** What the id knows of the place and the declaration does not say. */
export function placeOf({ kind, address }: Target, connection: Connection): Place | undefined {
    const parts = parseKey(address.key).parts;
    const missing = kind.identity.flatMap((name, i) =>
        Object.hasOwn(connection, name) ? [] : [[name, parts[i] ?? ""] as const],
    );
    return missing.length === 0 ? undefined : Object.fromEntries(missing);
}

/** Credentials of another account than the remembered one tell nothing. */
async function readRemembered(context: Context, opened: Case, urn: string | undefined): Promise<Reading> {
    const { memory, account, target } = opened;
    return memory.account !== undefined && account !== undefined && memory.account !== account
        ? {
              state: "unreadable",
              why: whyForeign(target.kind.cloud.accountTitle, memory.account, account),
          }
        : readCase(context, opened, urn);
}

/** `get` declares nothing; the connection is looked at as if everything were fine with it. */
function observer(connection: Connection): Declaration {
    return {
        connection,
        decision: "reject",
        expected: {},
        onDrift: "hold",
        onDelete: "keep",
        allowRemoval: false,
        waitForRequest: "1m",
    };
}

function withoutDecision(outputs: Wire): Wire {
    const { decision: _decision, decidedBy: _by, decidedAt: _at, warnings: _warnings, ...rest } = outputs;
    return rest;
}
