import type { ConnectionKindName } from "../kinds";
import { ConnectionAdmission as DynamicAdmission } from "./connection-admission";
import { ConnectionDecision as DynamicDecision } from "./connection-decision";
import { isProviderOf, pluginHost } from "./host";
import { Provider as DynamicProvider } from "./provider";

/**
 * A decision that the resource plugin `pulumi-resource-connections` carries out. The same class, arguments and outputs; what changes is in
 * docs/languages.md. A decision of a dynamic provider under the same name is taken over as it is.
 */
export class ConnectionDecision<K extends ConnectionKindName = ConnectionKindName> extends DynamicDecision<K> {
    static override readonly host = pluginHost;
}

/** An admission that the resource plugin `pulumi-resource-connections` carries out. */
export class ConnectionAdmission<K extends ConnectionKindName = ConnectionKindName> extends DynamicAdmission<K> {
    static override readonly host = pluginHost;
}

/** Decisions of the resource plugin in another account or region. */
export class Provider extends DynamicProvider {
    static override readonly host = pluginHost;

    static override isInstance(obj: unknown): obj is Provider {
        return isProviderOf(pluginHost, obj);
    }
}
