import { isRecord } from "../decision/fields";
import { omit, type Wire } from "../engine/wire";
import { findKind } from "../kinds";
import { spelled } from "../kinds/spelling";
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
    unknowns(inputs, olds) {
        // What cannot be read now, `up` leaves in the outputs as it was.
        const unread = isRecord(inputs.observed) && inputs.observed.status === "unknown";
        const due = inputs.transition !== undefined || unread;
        const sameAuthor = !due && inputs.decision === olds.decision && inputs.__ending !== "over";
        return {
            ...(due ? unknownAfter(inputs) : {}),
            // No input says it, and whatever is stored may be of another day.
            cloudStatus: UNKNOWN,
            ...(sameAuthor ? {} : { decidedBy: UNKNOWN, decidedAt: UNKNOWN }),
        };
    },
    async adopt(id, read) {
        const outputs = await read();
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

/**
 * What is seen of a connection that `up` acts on: another status for sure. Who asks and what the cloud vouches for stays, unless nothing is there
 * yet, or nothing may be left.
 */
function unknownAfter({ observed, warnings, allowRemoval, decision, __ending }: Wire): Wire {
    const rejects = decision !== "accept" || __ending === "over";
    const mayVanish = rejects && allowRemoval !== undefined && allowRemoval !== false;
    const wasThere = isRecord(observed) && observed.status !== "absent" && observed.status !== "unknown";
    return {
        ...(wasThere && !mayVanish
            ? { observed: { ...observed, ...unknownFacts(observed), status: UNKNOWN } }
            : { observed: UNKNOWN, requester: UNKNOWN }),
        status: UNKNOWN,
        ...(warnings === undefined ? {} : { warnings: UNKNOWN }),
    };
}

/** Facts about the request itself, not about who asks: a cloud may no longer tell them once it is decided. */
const OF_REQUEST = ["requestedAt", "expiresAt", "requesterSays"] as const;

function unknownFacts(observed: Wire): Wire {
    return Object.fromEntries(OF_REQUEST.filter((name) => name in observed).map((name) => [name, UNKNOWN]));
}

/** The connection's own id as `up` will spell it, where inputs say it: written out, or found by selectors. */
function ownIdOf({ connection, __place }: Wire): unknown {
    const kind = isRecord(connection) ? findKind(connection.kind) : undefined;
    if (kind === undefined || !isRecord(connection) || hasUnknown(connection)) {
        return UNKNOWN;
    }
    const own = connection[kind.id] ?? (isRecord(__place) ? __place[kind.id] : undefined);
    return typeof own === "string" ? spelled(kind, kind.id, own) : UNKNOWN;
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
