import { isRecord, type Stored } from "../../decision/fields";
import { changeOf, type Message, type Preview, stackOf, withoutHalves } from "./change";

/** A preview that was streamed, one event a line (`PULUMI_ENABLE_STREAMING_JSON_PREVIEW`). It shows unchanged resources too. */
export function readEvents(lines: readonly unknown[]): Preview {
    const events = lines.filter(isRecord);
    const part = (name: string) => events.flatMap((event) => (isRecord(event[name]) ? [event[name] as Stored] : []));
    const steps = part("resourcePreEvent").flatMap(({ metadata }) => (isRecord(metadata) ? [metadata] : []));
    const [summary] = part("summaryEvent");
    return {
        ...stackOf(steps.map(({ urn }) => urn)),
        changes: withoutHalves(steps.flatMap((step) => changeOf(step.op, step.urn, step.old, step.new) ?? [])),
        messages: [...part("diagnosticEvent").flatMap(diagnostic), ...part("policyEvent").flatMap(violation)],
        hidden: 0,
        problems: [
            ...(events.length === lines.length
                ? []
                : ["Lines of the preview are no events: it was cut off, or mixed."]),
            ...(summary === undefined ? ["The preview did not finish: it has no summary."] : []),
            ...(summary?.maybeCorrupt === true ? ["Pulumi says that the preview may be corrupt."] : []),
            ...(summary?.isPreview === false ? ["These are the events of an update, not of a preview."] : []),
        ],
    };
}

/** Debug messages hold inputs of every resource: they are for nobody's comment. */
function diagnostic({ urn, prefix, message, severity, ephemeral }: Stored): Message[] {
    return severity === "debug" || ephemeral === true
        ? []
        : [
              {
                  ...(typeof urn === "string" && urn !== "" ? { urn } : {}),
                  severity: String(severity),
                  text: `${prefix ?? ""}${message}`,
              },
          ];
}

/** A policy that must hold and does not fails the preview; one that advises is a warning. */
function violation({ resourceUrn, message, policyName, enforcementLevel }: Stored): Message[] {
    return [
        {
            ...(typeof resourceUrn === "string" && resourceUrn !== "" ? { urn: resourceUrn } : {}),
            severity: enforcementLevel === "mandatory" ? "error" : "warning",
            text: `policy ${policyName} (${enforcementLevel}): ${message}`,
        },
    ];
}
