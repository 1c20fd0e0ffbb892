import type { NetworkManager } from "@aws-sdk/client-networkmanager";
import { documentedText, type Fields, optional, text } from "../answer";
import { everyPage, MISSING_SCOPE } from "../calls";
import { CloudError } from "../cloud";
import type { Call, FieldValues, Scope, ScopeState } from "../kind";
import { type AwsApi, type AwsClients, actionOf, askPage } from "./cloud";

/** Core networks of AWS Cloud WAN: where connections of `aws:cloudWanAttachment` arrive. */

/** AWS Network Manager: one API for all Regions of a partition. https://docs.aws.amazon.com/general/latest/gr/networkmanager.html */
export const NETWORK_MANAGER: AwsApi<NetworkManager> = {
    name: "networkmanager",
    load: async (config) => new (await import("@aws-sdk/client-networkmanager")).NetworkManager(config),
};

const CORE_NETWORKS = actionOf(NETWORK_MANAGER, "listCoreNetworks");

/**
 * Whether the core network is there, and ours. Who it is shared with finds it too, but no document says that it sees the attachments of
 * others, so that nothing it does not see would be proven absent. Which segments ask at all is in the core network's policy.
 */
export async function describeCoreNetwork(
    { at: { coreNetworkId } }: Scope,
    call: Call<AwsClients>,
): Promise<ScopeState> {
    const found = (await coreNetworks(call)).find(({ CoreNetworkId }) => CoreNetworkId === coreNetworkId);
    const owner = text(found?.OwnerAccountId);
    const account = await call.clients.account(call.signal);
    if (owner !== undefined && owner !== account) {
        throw new CloudError({
            action: CORE_NETWORKS,
            failure: "refused",
            code: "NotTheOwner",
            text: `${coreNetworkId} belongs to AWS account ${owner} and is only shared with ${account}: use the credentials of ${owner}`,
        });
    }
    return found === undefined ? MISSING_SCOPE : { found: "yes", admission: "unknown" };
}

/** The account's own core networks, without those that others share with it. */
export async function discoverCoreNetworks(_scope: Scope, call: Call<AwsClients>): Promise<FieldValues[]> {
    const account = await call.clients.account(call.signal);
    const own = (await coreNetworks(call)).filter(
        ({ OwnerAccountId }) => (text(OwnerAccountId) ?? account) === account,
    );
    return own.map((one) => ({ coreNetworkId: idOf(one) }));
}

/** "Returns a list of owned and shared core networks". MaxResults up to 500: API_ListCoreNetworks. */
function coreNetworks(call: Call<AwsClients>): Promise<Fields[]> {
    return everyPage(CORE_NETWORKS, call, idOf, (NextToken) =>
        askPage(
            NETWORK_MANAGER,
            "listCoreNetworks",
            "CoreNetworks",
            { MaxResults: 500, ...optional("NextToken", NextToken) },
            call,
        ),
    );
}

function idOf(coreNetwork: Fields): string {
    return documentedText(CORE_NETWORKS, coreNetwork, "CoreNetworkId");
}
