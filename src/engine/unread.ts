import { unreadText } from "../decision/case";
import { UNREAD } from "../shared/contract";
import { DecisionError } from "../shared/problem";
import type { ProviderProcess } from "./process";
import { toWire, type Wire } from "./wire";

/** What a check does where nothing is known of a connection or a scope: it fails, or warns by name. */
export function refuseUnread(
    { configuration, messages }: ProviderProcess,
    key: string,
    why: string,
    urn: string | undefined,
): void {
    if (configuration.options().unreadable === "fail") {
        throw new DecisionError(unreadText(key, why));
    }
    messages.sayNamed({ level: "warning", text: `${UNREAD}: ${why}` }, urn);
}

/** What a refresh does there: it fails, or keeps the state with a warning. */
export function keepUnread(
    { configuration, messages, spoken }: ProviderProcess,
    id: string,
    props: Wire,
    why: string,
    urn: string | undefined,
): { id: string; props: Wire } {
    if (configuration.options().unreadable === "fail") {
        throw new DecisionError(unreadText(id, why));
    }
    messages.report({ level: "warning", text: `${id} cannot be read, its state is kept: ${why}` }, urn);
    spoken.readings.set(id, { changed: false });
    return { id, props: toWire(props) };
}
