export type {
    AlibabaVpcPeeringConnection,
    AwsOpenSearchInboundConnection,
    AwsVpcEndpointConnection,
    Connection,
    ConnectionKindName,
    ConnectionScope,
    Decision,
    Existing,
    Facts,
    HuaweiVpcEndpointConnection,
    ObservedConnection,
    OnDelete,
    OnDrift,
    OtcVpcEndpointConnection,
    Status,
    Verdict,
} from "./shared/vocabulary";
export {
    type AdmissionRuleArgs,
    ConnectionAdmission,
    type ConnectionAdmissionArgs,
    type ScopeInput,
} from "./program/connection-admission";
export { ConnectionDecision, type ConnectionDecisionArgs, type ConnectionInput } from "./program/connection-decision";
export { Provider, type ProviderArgs, type VpcepArgs } from "./program/provider";
