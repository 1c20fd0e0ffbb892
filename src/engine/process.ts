import type { Environment } from "../kinds/cloud";
import { Configuration } from "../place/configuration";
import { type Declared, Places } from "../place/places";
import { Reconciler } from "../reconcile/carry-out";
import type { Clock } from "../shared/clock";
import type { Ledger } from "../shared/ledger";
import type { Log } from "./engine-log";
import { Messages } from "./messages";
import { Run } from "./run";

/** What the provider is made of; tests pass their own. */
export interface ProviderParts {
    readonly environment: Environment;
    readonly clock: Clock;
    readonly log: Log;
    /** What all provider processes of this engine run share. */
    readonly ledger: Ledger;
    /** Aborted when the process is asked to end. */
    readonly signal: AbortSignal;
    /** A new idempotency token. */
    readonly newToken: () => string;
    /**
     * Whether the engine asks this host for the outputs of a preview. Where it does not (a dynamic provider), the checked inputs stand for
     * them: check then leaves unknown what `up` will change.
     */
    readonly previewsOutputs?: boolean;
}

/** Who spoke last about a resource: the engine's `diff` does not say whether it belongs to a preview or to a refresh. */
export interface Spoken {
    /** Resources that check has spoken about, by URN: their new inputs are fresh. */
    readonly checked: Set<string>;
    /** Ids that read has spoken about, and whether it found them changed: diff sees only old inputs then. */
    readonly readings: Map<string, { readonly changed: boolean }>;
    /** Where check placed each resource, by URN: a replacement is checked again without its old inputs. */
    readonly placed: Map<string, Declared>;
    /** Decided connections that are gone and were told, by scope. */
    readonly gone: Map<string, Set<string>>;
}

/** What the calls of one provider process share. Nothing here outlives the preview or the up. */
export interface ProviderProcess {
    readonly clock: Clock;
    readonly newToken: () => string;
    readonly configuration: Configuration;
    readonly places: Places;
    readonly reconciler: Reconciler;
    /** What the program declares and what this run cuts, in all provider processes. */
    readonly run: Run;
    readonly messages: Messages;
    readonly spoken: Spoken;
    readonly previewsOutputs: boolean;
}

export function startProcess(parts: ProviderParts): ProviderProcess {
    const configuration = new Configuration(parts.environment);
    return {
        clock: parts.clock,
        newToken: parts.newToken,
        configuration,
        places: new Places(parts, configuration),
        reconciler: new Reconciler(parts.clock),
        run: new Run(parts.ledger),
        messages: new Messages(parts.log),
        previewsOutputs: parts.previewsOutputs ?? false,
        spoken: { checked: new Set(), readings: new Map(), placed: new Map(), gone: new Map() },
    };
}
