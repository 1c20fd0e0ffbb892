import type { AnyConnection, ConnectionKind, Observed } from "../kinds/kind";
import { type Lifecycle, removesAccepted } from "../kinds/table";
import { milliseconds } from "../shared/duration";
import type { Decision, OnDelete, OnDrift } from "../shared/vocabulary";
import { connectionProblems, durationProblem, reasonProblem, type Stored, wordProblem } from "./fields";
import { type Expectations, expectationProblems, readExpectations } from "./guard";
import { UNASKED } from "./plan";
import { readUntil, type Until, untilProblem } from "./until";

/** The arguments of a decision: defaults filled in, spellings resolved. */
export interface Declaration {
    readonly connection: AnyConnection;
    readonly decision: Decision;
    readonly expected: Expectations;
    readonly onDrift: OnDrift;
    readonly onDelete: OnDelete;
    readonly allowRemoval: boolean;
    /** As declared, for texts. */
    readonly waitForRequest: string;
    readonly waitMs: number;
    /** The kind's own limit where nothing is declared. */
    readonly timeoutMs?: number;
    /** Of an accept: when it ends. */
    readonly until?: Until;
    /** When that is, ISO 8601, once it has begun, and whether it is near or over; the decision is `reject` then. */
    readonly ending?: { readonly at: string; readonly phase?: "soon" | "over" };
}

const DEFAULT_WAIT_FOR_REQUEST = "1m";

/**
 * Everything that is wrong with arguments as they arrive from the engine, in sentences. Check asks once; what it has let through is read
 * with {@link readDeclaration} from then on. Pure: what a cloud would have to be asked is not checked here.
 */
export function declarationProblems(
    inputs: Stored,
    kinds: readonly ConnectionKind[],
    isUnknown: (value: unknown) => boolean,
): string[] {
    const { kind, problems } = connectionProblems("connection", inputs.connection, kinds, isUnknown);
    return [
        ...problems,
        ...wordProblem("decision", inputs.decision, ["accept", "reject"], true),
        ...wordProblem("onDrift", inputs.onDrift, ["correct", "hold"]),
        ...wordProblem("onDelete", inputs.onDelete, ["keep", "reject", "remove"]),
        ...wordProblem("allowRemoval", inputs.allowRemoval, [true, false]),
        ...reasonProblem(inputs.reason),
        ...durationProblem("waitForRequest", inputs.waitForRequest),
        ...durationProblem("timeout", inputs.timeout),
        ...untilProblem(inputs.until, inputs.decision, ""),
        ...expectationProblems(kind, inputs.expectedRequester, inputs.expectedEvidence),
        ...(kind === undefined ? [] : removeProblem(kind, inputs.onDelete)),
    ];
}

/** The declaration in arguments that check has let through, as this run has it or as an earlier one left it. */
export function readDeclaration(stored: Stored): Declaration {
    const { timeout, until } = stored;
    const waitForRequest = String(stored.waitForRequest ?? DEFAULT_WAIT_FOR_REQUEST);
    const declaration: Declaration = {
        connection: stored.connection as AnyConnection,
        decision: stored.decision as Decision,
        expected: readExpectations(stored.expectedRequester, stored.expectedEvidence),
        onDrift: (stored.onDrift ?? "correct") as OnDrift,
        onDelete: (stored.onDelete ?? "keep") as OnDelete,
        allowRemoval: stored.allowRemoval === true,
        waitForRequest,
        waitMs: milliseconds(waitForRequest),
        ...(timeout === undefined ? {} : { timeoutMs: milliseconds(String(timeout)) }),
        ...(until === undefined ? {} : { until: readUntil(until) }),
    };
    return withEnding(declaration, stored.acceptedUntil, stored.__ending);
}

/** A declaration whose acceptance ends `at`. */
export function withEnding(declaration: Declaration, at: unknown, phase: unknown): Declaration {
    if (typeof at !== "string") {
        return declaration;
    }
    return {
        ...declaration,
        decision: phase === "over" ? "reject" : declaration.decision,
        ending: { at, ...(phase === "soon" || phase === "over" ? { phase } : {}) },
    };
}

/**
 * What the declaration asks for and this table cannot do, as a sentence. Checked when declared, because when the time is over, or at
 * destroy, it is too late to change the program.
 */
export function removalProblem(kind: ConnectionKind, lifecycle: Lifecycle, declared: Declaration): string | undefined {
    const { onDelete, decision, allowRemoval, until } = declared;
    if (!removesAccepted(lifecycle) || allowRemoval) {
        return undefined;
    }
    if (until !== undefined) {
        return `until: an accepted ${kind.name} connection cannot be rejected, only deleted, and the requester must ask again; set allowRemoval: true if it shall be when the time is over`;
    }
    return onDelete === "reject" && decision === "accept"
        ? `onDelete: "reject" is not possible: an accepted ${kind.name} connection cannot be rejected, only deleted, and the requester must ask again; use onDelete: "remove", set allowRemoval: true, or keep it`
        : undefined;
}

/** A deletion would be a decision, too: a sentence where there is nothing to decide. */
export function unaskedProblem({ asked }: Pick<Observed, "asked">, { onDelete }: Declaration): string | undefined {
    return asked === "no" && onDelete !== "keep" ? `onDelete: "${onDelete}" is not possible: ${UNASKED}` : undefined;
}

/** `onDelete: "remove"` where the owner cannot delete connections. */
export function removeProblem(kind: ConnectionKind, onDelete: unknown): string[] {
    return onDelete === "remove" && kind.remove === undefined
        ? [
              `onDelete: "remove" is not possible: the owner of ${kind.name} connections cannot delete them; use onDelete: "reject" or "keep"`,
          ]
        : [];
}
