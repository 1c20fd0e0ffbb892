import { foreignAccount, unreadText } from "../../decision/case";
import { type Declaration, readDeclaration } from "../../decision/declaration";
import { whyUnread } from "../../decision/reading";
import { view } from "../../decision/view";
import type { AnyConnection } from "../../kinds/kind";
import { isSought } from "../../kinds/selectors";
import type { Place } from "../../place/places";
import type { Target } from "../../place/target";
import { ARGUMENTS } from "../../shared/contract";
import { ownId, parseKey } from "../../shared/key";
import { DecisionError, problemText } from "../../shared/problem";
import { refuseNewerState, urnOf } from "../inputs";
import type { ProviderProcess } from "../process";
import { openSetting } from "../setting";
import { keepUnread } from "../unread";
import { omit, pick, toWire, type Wire } from "../wire";
import { type Opened, opened, readCase } from "./open";
import { type Author, ENDING, moved, type OutputMemory, outputsOf } from "./outputs";

/** What read answers. */
export interface ReadResult {
    readonly id: string;
    /** Of what was looked at by its id alone: the one spelling of the id. */
    readonly key?: string;
    readonly props: Wire;
    /** Inputs as check would have left them, so that the next preview compares with what holds now. */
    readonly inputs?: Wire;
}

/** Inputs that a read gives back, beside the arguments. */
const KEPT = ["__provider", "__timeouts", "__schemaVersion", "__memory", "observed", "warnings"];

/**
 * The connection as it stands now, where the id says. Never returns an empty id: what is gone stays in the state as `absent`. What cannot
 * be read fails the refresh, or stays as it was with a warning. `get` passes no properties; the id alone suffices.
 */
export async function read(process: ProviderProcess, id: string, props: Wire): Promise<ReadResult> {
    refuseNewerState(props);
    const bare = props.decision === undefined;
    if (bare && isSought(ownId(id))) {
        throw new DecisionError(
            problemText(
                "This id stands for a connection that no run has found yet; there is nothing to get.",
                { id },
                "use the id that its decision has once an `up` has found it, or the connection's own id",
            ),
        );
    }
    const connection = (props.connection ?? process.places.connectionOf(id)) as AnyConnection;
    const stored = await process.places.stored(id, props.connection);
    const one = await openStored(process, stored, bare ? observer(connection) : readDeclaration(props), props, bare);
    const reading = await readRemembered(process, one, urnOf(props));
    const unread = whyUnread(reading);
    if (unread !== undefined && bare) {
        throw new DecisionError(unreadText(id, unread));
    }
    if (unread !== undefined) {
        return keepUnread(process, id, props, unread, urnOf(props));
    }
    const author = pick(props, ["decidedBy", "decidedAt"]) as Author;
    const fresh = outputsOf({ ...props, connection }, one, { view: view(one.case, reading) }, author);
    const outs = bare ? omit(fresh, ["decision", "decidedBy", "decidedAt", "warnings"]) : fresh;
    process.spoken.readings.set(id, { changed: moved(props, outs) });
    const inputs = {
        ...pick({ ...props, ...outs }, [...ARGUMENTS, ...ENDING, ...KEPT]),
        ...(one.case.options.established ? { __established: true } : {}),
        __place: placeOf(stored, connection),
    };
    return { id, props: toWire(outs), ...(bare ? { key: one.case.key } : { inputs: toWire(inputs) }) };
}

/** What the id knows of the place and the declaration does not say. */
export function placeOf({ kind, address }: Target, connection: AnyConnection): Place | undefined {
    const missing = Object.entries(parseKey(kind, address.key) ?? {}).filter(
        ([name]) => !Object.hasOwn(connection, name) && !(name === kind.id && isSought(address.id)),
    );
    return missing.length === 0 ? undefined : Object.fromEntries(missing);
}

/**
 * A decision in the state, at the place that its id says. Whether it was carried out, the outputs remember. What was sought in vain may
 * have come since: it is shown, and the next check gives the decision its id.
 */
async function openStored(
    { reconciler }: ProviderProcess,
    stored: Target,
    declaration: Declaration,
    props: Wire,
    bare: boolean,
): Promise<Opened> {
    const target = await reconciler.inventory.seek(stored);
    const { decided, begun, ...memory } = (props.__memory ?? {}) as OutputMemory;
    const established = bare || [decided, begun].includes(declaration.decision);
    return opened(await openSetting(target), target, declaration, memory, established);
}

/** Credentials of another account than the remembered one tell nothing. */
async function readRemembered(process: ProviderProcess, one: Opened, urn: string | undefined) {
    const why = foreignAccount(one.case);
    return why === undefined ? readCase(process, one, urn) : ({ state: "unreadable", why } as const);
}

/** `get` declares nothing; the connection is looked at as if everything were fine with it. */
function observer(connection: AnyConnection): Declaration {
    return {
        connection,
        decision: "reject",
        expected: {},
        onDrift: "hold",
        onDelete: "keep",
        allowRemoval: false,
        waitForRequest: "1m",
        waitMs: 60_000,
    };
}
