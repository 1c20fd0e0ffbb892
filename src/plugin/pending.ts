import type { Wire } from "../engine/wire";
import { type Inbox, readInbox } from "../inbox/inbox";
import { ChoiceError } from "../inbox/places";
import { kinds } from "../kinds";
import type { Environment } from "../kinds/cloud";
import type { Configuration } from "../place/configuration";
import type { Clock } from "../shared/clock";
import { DecisionError } from "../shared/problem";
import type { ReadPending } from "./functions";

/** The arguments of the function, as its errors name them. */
const TERMS = { kind: "kinds:", region: "regions:", scope: "scopes:" };

/** What waits for a decision, read with the provider's own settings. */
export function pendingReader(environment: Environment, clock: Clock, configuration: () => Configuration): ReadPending {
    return async (choice) => {
        try {
            return toWire(await readInbox({ ...choice, terms: TERMS }, environment, clock, () => {}, configuration()));
        } catch (error) {
            throw error instanceof ChoiceError ? new DecisionError(error.message) : error;
        }
    };
}

function toWire({ requests, failed, skipped, others, complete }: Inbox): Wire {
    return {
        complete,
        requests: requests.map(({ connection, scope, seen }) => ({
            connection,
            connectionId: seen.id,
            scope,
            title: kinds[connection.kind].title,
            status: seen.status,
            cloudStatus: seen.cloudStatus,
            requester: seen.requester,
            requestedAt: seen.requestedAt,
            expiresAt: seen.expiresAt,
            requesterSays: seen.requesterSays,
            evidence: seen.evidence,
        })),
        failed,
        skipped,
        others,
    };
}
