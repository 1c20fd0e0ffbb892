import type { LifecycleRows } from "./kind-rows";

/** One list for attachments of every type: https://docs.aws.amazon.com/vpc/latest/tgw/tgw-vpc-attachments.html, "VPC attachment lifecycle". */
export const ATTACHMENT_STATES: LifecycleRows["states"] = {
    initiating: ["accepting", ">", ">"],
    initiatingRequest: ["accepting", ">", ">"],
    pendingAcceptance: ["pending", "accept", "reject"],
    pending: ["accepting", ">", ">"],
    available: ["accepted", "=", "x"],
    modifying: ["accepted", "=", "x"],
    rollingBack: ["accepted", "=", "x"],
    rejecting: ["rejecting", ">", ">"],
    rejected: ["rejected", "!", "="],
    failing: ["failed", "!", "="],
    failed: ["failed", "!", "="],
    deleting: ["removing", "!", ">"],
    deleted: ["absent", "!", "="],
};
