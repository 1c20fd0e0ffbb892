import { ADMISSION_ARGUMENTS } from "../shared/contract";
import { DecisionError } from "../shared/problem";
import { UNKNOWN } from "../shared/unknown";
import type { ResourceType } from "./resource";

/** `connections:index:ConnectionAdmission` */
export const admissionType: ResourceType = {
    arguments: ADMISSION_ARGUMENTS,
    evidence: ["verdicts", "counts", "transition", "warnings"],
    observed: [],
    derive: () => ({}),
    unknowns: ({ transition }) => (transition === undefined ? {} : { verdicts: UNKNOWN, counts: UNKNOWN }),
    async adopt(id) {
        throw new DecisionError(
            `${id} is a scope; the rules of an admission are in the program only. Declare it without import: its first preview shows every verdict`,
        );
    },
};
