import { type Inbox, readInbox } from "../cli/inbox";
import { UsageError } from "../cli/usage";
import type { Wire } from "../engine/wire";
import { kinds } from "../kinds";
import type { Environment } from "../kinds/cloud";
import type { Configuration } from "../place/configuration";
import type { Clock } from "../shared/clock";
import { DecisionError } from "../shared/problem";
import type { ReadPending } from "./functions";

/** What waits for a decision, read with the provider's own settings. */
export function pendingReader(environment: Environment, clock: Clock, configuration: () => Configuration): ReadPending {
    return async (choice) => {
        try {
            return toWire(await readInbox(choice, environment, clock, () => {}, configuration()));
        } catch (error) {
            throw error instanceof UsageError ? new DecisionError(error.message) : error;
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
