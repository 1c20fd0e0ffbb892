import { documentedText, type Fields } from "../answer";
import { everyPage, foundScope, MISSING_SCOPE, unlessMissing } from "../calls";
import { type CloudError, unreadableAnswer } from "../cloud";
import type { Call, FieldValues, Scope, ScopeState } from "../kind";
import { type AwsCall, type AwsClients, askPage } from "./cloud";
import { EC2 } from "./ec2";

/** Endpoint services of PrivateLink: where connections of `aws:vpcEndpoint` arrive. */

const SERVICES = "ec2:DescribeVpcEndpointServiceConfigurations";

/** Whether the service is there, and whether it accepts by itself. */
export function describeService({ at: { serviceId = "" } }: Scope, call: AwsCall): Promise<ScopeState> {
    const find = async () => {
        const { items } = await services({ ServiceIds: [serviceId] }, call);
        const service = items.find(({ ServiceId }) => ServiceId === serviceId);
        if (service === undefined && items.length > 0) {
            throw unreadableAnswer(SERVICES, `the answer is about another service than ${serviceId}`);
        }
        return service === undefined ? MISSING_SCOPE : foundScope(service.AcceptanceRequired);
    };
    return unlessMissing(find, MISSING_SCOPE, isMissing);
}

/** Every service of the account and region. */
export async function discoverServices(_scope: Scope, call: Call<AwsClients>): Promise<FieldValues[]> {
    const idOf = (service: Fields) => documentedText(SERVICES, service, "ServiceId");
    const found = await everyPage(SERVICES, call, idOf, (NextToken) => services({ MaxResults: 1000, NextToken }, call));
    return found.map((service) => ({ serviceId: idOf(service) }));
}

function isMissing({ code }: CloudError): boolean {
    return /^InvalidVpcEndpointService(Id)?\.NotFound$|^InvalidVpcEndpointServiceId\.Malformed$/i.test(code);
}

/**
 * MaxResults up to 1000: API_DescribeVpcEndpointServiceConfigurations.
 *
 * An empty set is an empty element on EC2's wire (`<serviceConfigurationSet/>`), and the SDK makes an empty list of it.
 * A missing element, an empty body and a page of HTML leave the property out. What the SDK does not tell from an empty set:
 * a set element that holds something else than items.
 */
function services(
    input: { ServiceIds?: string[]; MaxResults?: number; NextToken?: string | undefined },
    call: AwsCall,
) {
    return askPage(EC2, "describeVpcEndpointServiceConfigurations", "ServiceConfigurations", input, call);
}
