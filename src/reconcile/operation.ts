import type { OperationState } from "../kinds/kind";
import type { Target } from "../place/target";
import type { Clock } from "../shared/clock";
import { milliseconds } from "../shared/duration";

type Failed = Extract<OperationState, { state: "failed" }>;

/**
 * Waits until an operation of the cloud fails. Never ends where there is none, where it goes well, or where it cannot be read: then the
 * connection itself says how it stands.
 */
export async function failedOperation(
    { kind, session }: Target,
    name: string | undefined,
    clock: Clock,
    isOver: () => boolean,
): Promise<Failed> {
    while (name !== undefined && !isOver() && !session.signal.aborted) {
        const state = await session.reading(async () => kind.operation?.(name, session.call)).catch(() => undefined);
        if (state?.state === "failed") {
            return state;
        }
        if (state?.state !== "running") {
            break;
        }
        await clock.sleep(milliseconds(kind.limits.settleEvery), session.signal);
    }
    return new Promise(() => {});
}
