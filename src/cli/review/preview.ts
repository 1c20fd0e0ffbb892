import { isRecord, type Stored } from "../../decision/fields";
import { changeOf, type Preview, stackOf, withoutHalves } from "./change";
import { readEvents } from "./events";
import { readPlan } from "./plan-file";

/**
 * Reads what `pulumi preview --json` printed, as one document or as a stream of events, or what `--save-plan` wrote. Whatever else it
 * is given is a problem, and never a preview without decisions.
 */
export function readPreview(text: string): Preview {
    // A byte order mark comes from shells that write files in their own way.
    const bare = text.replace(/^\uFEFF/, "").trim();
    if (bare === "") {
        return unusable("The preview is empty: the command that made it failed before it wrote anything.");
    }
    const document = parsed(bare);
    if (isRecord(document) && isRecord(document.resourcePlans)) {
        return readPlan(document.resourcePlans);
    }
    if (isRecord(document) && (Array.isArray(document.steps) || isRecord(document.changeSummary))) {
        return readDigest(document);
    }
    const events = document === undefined ? linesOf(bare) : [document];
    const first = events[0];
    return isRecord(first) && typeof first.sequence === "number"
        ? readEvents(events)
        : unusable("This is not a preview: it must be what `pulumi preview --json` printed, and nothing else.");
}

function readDigest({ steps, diagnostics, changeSummary, maybeCorrupt }: Stored): Preview {
    const all = Array.isArray(steps) ? steps.filter(isRecord) : [];
    const shown = all.filter(({ op }) => op === "same").length;
    const same = isRecord(changeSummary) ? Number(changeSummary.same ?? 0) : 0;
    const messages = (Array.isArray(diagnostics) ? diagnostics : []).filter(isRecord);
    return {
        ...stackOf(all.map(({ urn }) => urn)),
        changes: withoutHalves(
            all.flatMap(({ op, urn, oldState, newState }) => changeOf(op, urn, oldState, newState) ?? []),
        ),
        messages: messages.map(({ urn, severity, message }) => ({
            ...(typeof urn === "string" && urn !== "" ? { urn } : {}),
            severity: String(severity),
            text: String(message),
        })),
        hidden: Math.max(0, same - shown),
        problems: [
            ...(isRecord(changeSummary) ? [] : ["The preview did not finish: it has no summary."]),
            ...(maybeCorrupt === true ? ["Pulumi says that the preview may be corrupt."] : []),
        ],
    };
}

function unusable(problem: string): Preview {
    return { changes: [], messages: [], hidden: 0, problems: [problem] };
}

/** Each line's value; what is no JSON is undefined. */
function linesOf(text: string): unknown[] {
    return text.split(/\r?\n/).map(parsed);
}

function parsed(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        return undefined;
    }
}
