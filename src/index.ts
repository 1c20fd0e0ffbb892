export type {
    AlibabaVpcPeeringConnection,
    AwsOpenSearchInboundConnection,
    AwsVpcEndpointConnection,
    Connection,
    ConnectionKindName,
    ConnectionOf,
    ConnectionScope,
    EvidenceOf,
    HuaweiVpcEndpointConnection,
    OtcVpcEndpointConnection,
    ScopeOf,
} from "./kinds";
export type { ConnectionInput, EvidenceInput, RequesterInput, ScopeInput } from "./program/arguments";
export {
    type AdmissionRule,
    type AdmissionRuleArgs,
    ConnectionAdmission,
    type ConnectionAdmissionArgs,
} from "./program/connection-admission";
export {
    ConnectionDecision,
    type ConnectionDecisionArgs,
    type LookedUpConnection,
} from "./program/connection-decision";
export { Provider, type ProviderArgs, type VpcepArgs } from "./program/provider";
export type {
    Decision,
    Existing,
    Facts,
    ObservedConnection,
    OnDelete,
    OnDrift,
    Status,
    Verdict,
} from "./shared/vocabulary";
