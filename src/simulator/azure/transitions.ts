import type { Choices } from "../server/kind";
import { Refusal } from "../server/message";
import type { State } from "../server/state";
import type { Connection, Decided } from "./connections";
import type { TypeRules } from "./resource-types";

/** Which status may follow which. */

export const UNDOCUMENTED = {
    /** Azure: an approved connection is rejected, of types whose own pages do not say that it can be. */
    azureRejectApproved: ["accepts", "refuses"],
    /** Azure: a rejected connection is approved, of types whose own pages do not say that it cannot be. */
    azureApproveRejected: ["refuses", "accepts"],
    /** Azure: the status that holds already, sent again, to types whose own pages do not say what comes. */
    azureRepeat: ["ok", "refuses"],
} as const;
export interface Switches extends Choices<typeof UNDOCUMENTED> {}

/** What the types do not allow, and what no page settles. */
export function refuseTransition({ status: now }: Connection, status: Decided, rules: TypeRules, state: State): void {
    const refuses = (name: keyof Switches & string) => state.choice(UNDOCUMENTED, name) === "refuses";
    const refusal = (code: string, message: string) => new Refusal(400, code, message);
    if (rules.onlyPending && now !== "Pending") {
        throw refusal("PrivateEndpointConnectionStatusNotPending", `The connection is ${now}, not Pending.`);
    }
    if (now === status && (rules.equal === "refused" || refuses("azureRepeat"))) {
        const message = "Values for request parameters are invalid: privateLinkServiceConnectionState.status.";
        throw refusal("InvalidValuesForRequestParameters", message);
    }
    if (now === "Rejected" && status === "Approved" && rules.revive !== "switch") {
        throw refusal(rules.revive.code, rules.revive.message);
    }
    const impossible =
        !["Pending", "Approved", "Rejected"].includes(now) ||
        (now === "Approved" && status === "Rejected" && rules.undo === "switch" && refuses("azureRejectApproved")) ||
        (now === "Rejected" && status === "Approved" && refuses("azureApproveRejected"));
    if (impossible) {
        throw refusal("BadRequest", `A private endpoint connection that is ${now} cannot become ${status}.`);
    }
}
