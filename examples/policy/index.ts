import { PolicyPack, type ReportViolation, type ResourceValidationArgs } from "@pulumi/policy";

// Policies see what the preview sees: the live connection, and what will happen to it.
const DECISION = "pulumi-nodejs:dynamic/connection:ConnectionDecision";
const ADMISSION = "pulumi-nodejs:dynamic/connection:ConnectionAdmission";

/** What is looked at: arguments, and what the provider saw. */
interface Props {
    readonly decision?: string;
    readonly expectedRequester?: string | string[];
    readonly reason?: string;
    readonly onDelete?: string;
    readonly otherwise?: string;
    readonly transition?: string;
}

/** A policy about resources of these types. */
function about(types: readonly string[], validate: (props: Props, report: ReportViolation) => void) {
    return ({ type, props }: ResourceValidationArgs, report: ReportViolation) => {
        if (types.includes(type)) {
            validate(props as Props, report);
        }
    };
}

new PolicyPack("connections", {
    policies: [
        {
            name: "accepts-expect-their-requester",
            description: "An accept says who is expected to ask.",
            enforcementLevel: "mandatory",
            validateResource: about([DECISION], ({ decision, expectedRequester }, report) => {
                if (decision === "accept" && expectedRequester === undefined) {
                    report("set expectedRequester: an endpoint's id says nothing about whose it is");
                }
            }),
        },
        {
            name: "cuts-have-a-reason",
            description: "Nobody is cut off without a reason that an audit can find.",
            enforcementLevel: "mandatory",
            validateResource: about([DECISION, ADMISSION], ({ transition, reason }, report) => {
                // A decision's transition says it in capitals, an admission's counts the cuts. What `up` changes (the status) is unknown here.
                if (/\bCUTS\b|\bcut \d/.test(String(transition)) && reason === undefined) {
                    report(`set reason: this run cuts a connection that works (${transition})`);
                }
            }),
        },
        {
            name: "destroy-removes-nothing",
            description: "Destroying a stack deletes no connection.",
            enforcementLevel: "mandatory",
            validateResource: about([DECISION, ADMISSION], ({ onDelete }, report) => {
                if (onDelete === "remove") {
                    report('onDelete: "remove" deletes the connection with the resource; use "keep" or "reject"');
                }
            }),
        },
        {
            name: "nobody-is-let-in-by-default",
            description: "An admission accepts by rules, not by default.",
            enforcementLevel: "mandatory",
            validateResource: about([ADMISSION], ({ otherwise }, report) => {
                if (otherwise === "accept") {
                    report('otherwise: "accept" lets everybody in; write a rule for whom you know');
                }
            }),
        },
    ],
});
