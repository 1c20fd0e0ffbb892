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
} from "./connection";
export {
    type AdmissionRuleArgs,
    ConnectionAdmission,
    type ConnectionAdmissionArgs,
    type ScopeInput,
} from "./connection-admission";
export { ConnectionDecision, type ConnectionDecisionArgs, type ConnectionInput } from "./connection-decision";
export { Provider, type ProviderArgs, type VpcepArgs } from "./provider-instance";
