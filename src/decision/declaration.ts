import type { Connection, Decision, Facts, OnDelete, OnDrift, Verdict } from "../shared/vocabulary";
import { milliseconds } from "../shared/duration";
import type { ConnectionKind } from "../kinds/kind";
import { didYouMean } from "../shared/suggest";
import { oneLine } from "../shared/problem";
import { type Expectations, impossibleExpectations } from "./guard";
import { parseUntil, type Until } from "./until";

/** The arguments of a decision after validation: defaults filled in, spellings resolved. */
export interface Declaration {
    readonly connection: Connection;
    readonly decision: Decision;
    readonly expected: Expectations;
    readonly onDrift: OnDrift;
    readonly onDelete: OnDelete;
    readonly allowRemoval: boolean;
    /** As declared, for texts. */
    readonly waitForRequest: string;
    /** As declared; the kind's own limit where nothing is. */
    readonly timeout?: string;
    /** Of an accept: when it ends. */
    readonly until?: Until;
    /** When that is, ISO 8601, once it has begun, and whether it is near or over; the decision is `reject` then. */
    readonly ending?: { readonly at: string; readonly phase?: "soon" | "over" };
}

const DEFAULT_WAIT_FOR_REQUEST = "1m";

/**
 * Checks arguments as they arrive from the engine, and says everything that is wrong with them at once.
 * Pure: what a cloud would have to be asked is not checked here.
 */
export function parseArguments(
    inputs: Readonly<Record<string, unknown>>,
    findKind: (name: unknown) => ConnectionKind | undefined,
    kindNames: readonly string[],
    isUnknown: (value: unknown) => boolean,
): { declaration: Declaration; kind: ConnectionKind } | { problems: string[] } {
    const problems: string[] = [];
    const problem = (text: string) => void problems.push(text);

    const connection = inputs.connection as Connection;
    const kind = isRecord(connection) ? findKind(connection.kind) : undefined;
    if (!isRecord(inputs.connection)) {
        problem(
            `connection must say which connection, for example { kind: "aws:vpcEndpoint", serviceId: "vpce-svc-…", endpointId: "vpce-…" }`,
        );
    } else if (kind === undefined) {
        problem(
            `connection.kind ${show(connection.kind)} is not a known kind; known are ${kindNames.join(", ")}${didYouMean(String(connection.kind), kindNames)}`,
        );
    } else {
        problems.push(...fieldProblems("connection", kind.name, kind.fields, inputs.connection, isUnknown));
    }

    const decision = oneOf(inputs.decision, ["accept", "reject"] as const, "decision", problem) ?? "reject";
    if (inputs.decision === undefined) {
        problem('decision must be "accept" or "reject"');
    }
    const onDrift = oneOf(inputs.onDrift, ["correct", "hold"] as const, "onDrift", problem) ?? "correct";
    const onDelete = oneOf(inputs.onDelete, ["keep", "reject", "remove"] as const, "onDelete", problem) ?? "keep";
    const allowRemoval = inputs.allowRemoval ?? false;
    if (typeof allowRemoval !== "boolean") {
        problem("allowRemoval must be true or false");
    }
    if (inputs.reason !== undefined && (typeof inputs.reason !== "string" || inputs.reason.trim() === "")) {
        problem("reason must be a text; leave it out where there is none");
    }
    const waitForRequest = duration(inputs.waitForRequest, "waitForRequest", problem) ?? DEFAULT_WAIT_FOR_REQUEST;
    const timeout = duration(inputs.timeout, "timeout", problem);
    const until = untilOf(inputs.until, decision, "", problem);
    if (until !== undefined && kind !== undefined && allowRemoval !== true && removesAccepted(kind)) {
        problem(
            `until: an accepted ${kind.name} connection cannot be rejected, only deleted, and the requester must ask again; set allowRemoval: true if it shall be when the time is over`,
        );
    }
    const expected = expectations(inputs, problem);
    if (kind !== undefined) {
        problems.push(...impossibleExpectations(kind, expected));
    }
    if (problems.length > 0 || kind === undefined) {
        return { problems };
    }
    return {
        kind,
        declaration: {
            connection,
            decision,
            expected,
            onDrift,
            onDelete,
            allowRemoval: allowRemoval === true,
            waitForRequest,
            ...(timeout === undefined ? {} : { timeout }),
            ...(until === undefined ? {} : { until }),
        },
    };
}

/** Whether rejecting what was accepted means deleting it. */
export function removesAccepted(kind: ConnectionKind): boolean {
    const rule = kind.lifecycle({ found: "yes", admission: "unknown", settings: {} }).reject.accepted;
    return typeof rule.do !== "string" && rule.do.includes("remove");
}

/** Reads `until`; `at` says where it stands, with a colon, for texts. */
export function untilOf(
    value: unknown,
    verdict: Verdict | undefined,
    at: string,
    problem: (text: string) => void,
): Until | undefined {
    if (value === undefined) {
        return undefined;
    }
    if (verdict !== "accept") {
        problem(`${at}until says when an acceptance ends; nothing is accepted here`);
    }
    try {
        return parseUntil(value);
    } catch (error) {
        problem(`${at}until ${(error as Error).message}`);
        return undefined;
    }
}

/**
 * Whether the kind can do on delete what was declared; a sentence where it cannot.
 * Checked when declared, because at destroy it is too late to change the program.
 */
export function onDeleteProblem(kind: ConnectionKind, declaration: Declaration): string | undefined {
    const { onDelete, decision, allowRemoval } = declaration;
    if (onDelete === "remove" && kind.actions.remove === undefined) {
        return `onDelete: "remove" is not possible: the owner of ${kind.name} connections cannot delete them; use onDelete: "reject" or "keep"`;
    }
    if (onDelete === "reject" && decision === "accept" && removesAccepted(kind) && !allowRemoval) {
        return `onDelete: "reject" is not possible: an accepted ${kind.name} connection cannot be rejected, only deleted, and the requester must ask again; use onDelete: "remove", set allowRemoval: true, or keep it`;
    }
    return undefined;
}

/** What is wrong with the fields of a connection or a scope, `argument`. */
export function fieldProblems(
    argument: string,
    kindName: string,
    fields: ConnectionKind["fields"],
    connection: Readonly<Record<string, unknown>>,
    isUnknown: (value: unknown) => boolean,
): string[] {
    const unexpected = Object.keys(connection)
        .filter((name) => name !== "kind" && !Object.hasOwn(fields, name))
        .map(
            (name) =>
                `${argument}.${oneLine(name, 40)} is not a field of ${kindName}; it has ${Object.keys(fields).join(", ") || "none"}${didYouMean(name, Object.keys(fields))}`,
        );
    const malformed = Object.entries(fields).flatMap(([name, field]) => {
        const value = connection[name];
        if (value === undefined) {
            return field.required ? [`${argument}.${name} is missing; it must be ${field.describes}`] : [];
        }
        return isUnknown(value) || (typeof value === "string" && field.format.test(value))
            ? []
            : [`${argument}.${name} ${show(value)} must be ${field.describes}`];
    });
    return [...unexpected, ...malformed];
}

function expectations(inputs: Readonly<Record<string, unknown>>, problem: (text: string) => void): Expectations {
    const { expectedRequester: requester, expectedEvidence: evidence } = inputs;
    const requesters = requester === undefined ? undefined : Array.isArray(requester) ? requester : [requester];
    if (requesters?.length === 0) {
        problem("expectedRequester is an empty list, which nobody can satisfy; leave it out or name an account");
    }
    const named = requesters?.every((item): item is string => typeof item === "string");
    if (named === false) {
        problem('expectedRequester must be a text or a list of texts; write account ids in quotes, "012345678901"');
    }
    const facts = isRecord(evidence) && Object.values(evidence).every(isFact) ? (evidence as Facts) : undefined;
    // No fact is nothing expected: it must not read as a guard.
    const some = facts !== undefined && Object.keys(facts).length > 0 ? facts : undefined;
    if (evidence !== undefined && facts === undefined) {
        problem("expectedEvidence must name facts with a text, a list of texts, true or false");
    }
    return {
        ...(requesters !== undefined && named ? { requesters } : {}),
        ...(some === undefined ? {} : { evidence: some }),
    };
}

export function isFact(value: unknown): boolean {
    return (
        typeof value === "string" ||
        typeof value === "boolean" ||
        (Array.isArray(value) && value.every((item) => typeof item === "string"))
    );
}

export function duration(value: unknown, name: string, problem: (text: string) => void): string | undefined {
    if (value === undefined) {
        return undefined;
    }
    try {
        milliseconds(String(value));
        return String(value);
    } catch (error) {
        problem(`${name}: ${(error as Error).message}`);
        return undefined;
    }
}

export function oneOf<T extends string>(
    value: unknown,
    allowed: readonly T[],
    name: string,
    problem: (text: string) => void,
): T | undefined {
    if (value === undefined || allowed.includes(value as T)) {
        return value as T | undefined;
    }
    problem(`${name} ${show(value)} must be ${allowed.map((word) => `"${word}"`).join(" or ")}`);
    return undefined;
}

/** A wrong value as the error names it: short, on one line, no control characters. */
export function show(value: unknown): string {
    return oneLine(JSON.stringify(value) ?? "undefined", 80);
}

export function isRecord(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
