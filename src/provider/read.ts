import { ARGUMENTS, type Connection } from "../connection";
import type { Declaration } from "../decision/arguments";
import { DecisionError } from "../reconcile/decide";
import { openCase, readCase } from "./assess";
import { type Context, refuseNewerState } from "./context";
import { declarationOf, ENDING } from "./declaration";
import { type Author, moved, type OutputMemory, outputsOf, pick } from "./outputs";
import { toWire, type Wire } from "./wire";

export interface ReadResult {
    readonly id: string;
    readonly props: Wire;
    /** Inputs as check would have left them, so that the next preview compares with what holds now. */
    readonly inputs?: Wire;
}

/**
 * The connection as it stands now. Never returns an empty id: what is gone stays in the state as `absent`, what cannot
 * be read stays as it was. `get` passes no properties; the id alone suffices.
 */
export async function read(context: Context, id: string, props: Wire): Promise<ReadResult> {
    refuseNewerState(props);
    const connection = (props.connection ?? context.connectionOf(id)) as Connection;
    const bare = props.decision === undefined;
    const declaration: Declaration = bare ? observer(connection) : declarationOf(props);
    const { decided, ...memory } = (props.__memory ?? {}) as OutputMemory;
    const opened = await openCase(context, declaration, memory, true);
    const elsewhere = memory.account !== undefined && opened.account !== undefined && memory.account !== opened.account;
    const reading = elsewhere
        ? ({
              state: "unreadable",
              why: `it belongs to ${opened.target.kind.cloud.accountTitle} ${memory.account}, the credentials to ${opened.account}`,
          } as const)
        : await readCase(context, opened, props.__urn as string | undefined);
    if (reading.state === "unreadable") {
        if (bare) {
            throw new DecisionError(`${id} cannot be read: ${reading.why}`);
        }
        context.parts.log("warning", `${id} cannot be read, its state is kept: ${reading.why}`, undefined);
        context.readings.set(id, { changed: false });
        return { id, props: toWire(props) };
    }
    const fresh = outputsOf(
        { ...props, connection },
        opened,
        reading,
        pick(props, ["decidedBy", "decidedAt"]) as Author,
    );
    const outs = bare ? withoutDecision(fresh) : fresh;
    // Reading decides nothing: whether the decision was reached is what the last create or update said.
    outs.__memory = {
        ...(outs.__memory as OutputMemory),
        decided: decided ?? (bare ? undefined : (outs.__memory as OutputMemory).decided),
    };
    context.readings.set(id, { changed: moved(props, outs) });
    const inputs = pick({ ...props, ...outs }, [
        ...ARGUMENTS,
        ...ENDING,
        "__provider",
        "__timeouts",
        "__schemaVersion",
        "__memory",
        "observed",
        "warnings",
    ]);
    return { id, props: toWire(outs), ...(bare ? {} : { inputs: toWire(inputs) }) };
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
