export type {
    AlibabaVpcPeeringConnection,
    AwsOpenSearchInboundConnection,
    AwsVpcEndpointConnection,
    Connection,
    ConnectionKindName,
    Decision,
    Facts,
    HuaweiVpcEndpointConnection,
    ObservedConnection,
    OnDelete,
    OnDrift,
    OtcVpcEndpointConnection,
    Status,
} from "./connection";
export { ConnectionDecision, type ConnectionDecisionArgs, type ConnectionInput } from "./connection-decision";
export { Provider, type ProviderArgs, type VpcepArgs } from "./provider-instance";
