import { CloudError } from "./cloud";
import type { Receipt } from "./kind";

/**
 * What a failed call means for one order of it. A throttled call was not done; after a timeout, a reset or a 5xx
 * nobody knows, so the core reads before it does anything else; every other error is a refusal.
 * Errors that are not the cloud's (a bug) are thrown on.
 */
export function receiptOfFailure(id: string, error: unknown): Receipt {
    if (!(error instanceof CloudError)) {
        throw error;
    }
    return {
        id,
        result: error.failure === "throttled" ? "busy" : error.failure === "transient" ? "unknown" : "refused",
        code: error.code,
        text: error.text,
        ...(error.failure === "refused" || error.failure === "missing" ? { wholeRequest: true } : {}),
        ...(error.requestId === undefined ? {} : { requestId: error.requestId }),
    };
}
