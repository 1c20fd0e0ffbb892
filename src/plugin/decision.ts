import { omit, type Wire } from "../engine/wire";
import { findKind } from "../kinds";
import { ARGUMENTS } from "../shared/contract";
import { kindOf, ownId } from "../shared/key";
import { DecisionError, problemText } from "../shared/problem";
import { hasUnknown, UNKNOWN } from "../shared/unknown";
import type { Decision, ObservedConnection } from "../shared/vocabulary";
import type { ResourceType } from "./resource";

/** What tells that a decision holds. Any other status is no decision that could be imported. */
const HOLDING: Readonly<Record<string, Decision>> = { accepted: "accept", rejected: "reject" };

/** `connections:index:ConnectionDecision` */
export const decisionType: ResourceType = {
    arguments: ARGUMENTS,
    evidence: ["observed", "transition", "warnings", "acceptedUntil"],
    observed: ["cloudStatus"],
    derive(id, outputs) {
        const observed = outputs.observed as ObservedConnection | undefined;
        return {
            connectionId: id === undefined ? ownIdOf(outputs) : ownId(id),
            status: observed?.status,
            requester: observed?.requester,
        };
    },
    unknowns({ observed }) {
        return {
            observed: { ...(observed as object | undefined), status: UNKNOWN },
            status: UNKNOWN,
            cloudStatus: UNKNOWN,
            decidedBy: UNKNOWN,
            decidedAt: UNKNOWN,
        };
    },
    adopt(id, outputs) {
        const { connection, observed, __memory, __schemaVersion } = outputs;
        const { status, requester } = observed as ObservedConnection;
        const decision = HOLDING[status];
        if (decision === undefined) {
            throw notDecided(id, status, requester);
        }
        const guard = requester === undefined ? {} : { expectedRequester: [requester] };
        const memory = { ...(__memory as object), decided: decision };
        const hidden = { __memory: memory, __schemaVersion };
        return {
            inputs: { connection, decision, ...guard, observed, ...hidden, __established: true },
            outputs: { ...omit(outputs, ["transition"]), decision, decidedBy: "found", ...hidden },
        };
    },
};

/** The connection's own id, where inputs say it: written out, or found by selectors. */
function ownIdOf({ connection, __place }: Wire): unknown {
    const fields = (hasUnknown(connection) ? {} : { ...(__place as object), ...(connection as object) }) as Wire;
    const kind = findKind(fields.kind);
    return kind === undefined ? UNKNOWN : (fields[kind.id] ?? UNKNOWN);
}

function notDecided(id: string, status: string, requester: string | undefined): DecisionError {
    const title = findKind(kindOf(id))?.title ?? "connection";
    return new DecisionError(
        problemText(
            `This ${title} is ${status}: no decision holds that could be imported.`,
            { id, requester },
            "declare the decision without import; the preview shows what happens, and `up` decides",
        ),
    );
}
