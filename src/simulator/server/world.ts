/**
 * What a simulated world holds. The file format of `simulate --world` and of `GET|PUT /_simulator/world`.
 * States are written as the clouds write them.
 */
export interface World {
    aws?: AwsRegion[];
    alibaba?: AlibabaAccount[];
    huawei?: HuaweiProject[];
    /** Behaviours that no document settles; every test of a client should pass with each. */
    undocumented?: Partial<Undocumented>;
}

/** Credentials beside the account's own, with fewer rights. */
export interface Principal {
    accessKeyId: string;
    /** Actions it may not do, as the cloud's policies name them: `ec2:RejectVpcEndpointConnections`. */
    denied?: string[];
}

export interface AwsRegion {
    account: string;
    region: string;
    endpointServices?: EndpointService[];
    openSearchInboundConnections?: OpenSearchInboundConnection[];
    principals?: Principal[];
}

export interface EndpointService {
    serviceId: string;
    /** Default true, as CreateVpcEndpointServiceConfiguration. */
    acceptanceRequired?: boolean;
    /** As CreateVpcEndpointServiceConfiguration names it by default: `com.amazonaws.vpce.<region>.<serviceId>`. */
    serviceName?: string;
    /** Default Available. */
    serviceState?: string;
    /** Default one derived from the id, unless there are Gateway Load Balancers. */
    networkLoadBalancerArns?: string[];
    /** Of a Gateway Load Balancer endpoint service; the only ones that transit gateway attachments connect to. */
    gatewayLoadBalancerArns?: string[];
    availabilityZones?: string[];
    privateDnsName?: string;
    /** Default ipv4. */
    supportedIpAddressTypes?: string[];
    tags?: Record<string, string>;
    connections?: VpcEndpointConnection[];
    /** Connections of transit gateway attachments: they have no VpcEndpointId. */
    transitGatewayConnections?: TransitGatewayConnection[];
}

export interface VpcEndpointConnection {
    vpcEndpointId: string;
    owner?: string;
    state: string;
    creationTimestamp?: string;
    vpcEndpointRegion?: string;
    ipAddressType?: string;
    dnsEntries?: { dnsName: string; hostedZoneId?: string }[];
    tags?: Record<string, string>;
}

/** A connection that a transit gateway attachment asks for (botocore 1.44, VpcEndpointConnection). */
export interface TransitGatewayConnection {
    transitGatewayAttachmentId: string;
    transitGatewayAttachmentOwner?: string;
    state: string;
    creationTimestamp?: string;
    tags?: Record<string, string>;
}

export interface OpenSearchInboundConnection {
    connectionId: string;
    status: string;
    localDomain?: OpenSearchDomain;
    remoteDomain?: OpenSearchDomain;
    connectionMode?: string;
    /** ConnectionStatus.Message. */
    message?: string;
}

export interface OpenSearchDomain {
    ownerId: string;
    domainName: string;
    region: string;
}

export interface AlibabaAccount {
    account: string;
    vpcPeerConnections?: VpcPeerConnection[];
    principals?: Principal[];
}

export interface VpcPeerConnection {
    instanceId: string;
    status: string;
    /** The requester's account. */
    ownerId: string;
    regionId?: string;
    name?: string;
    description?: string;
    vpc?: AlibabaVpc;
    acceptingRegionId?: string;
    acceptingVpc?: AlibabaVpc;
    gmtCreate?: string;
    /** Until a decision changes it; default: as created. */
    gmtModified?: string;
    /** `Normal` or `FinancialLocked`. @default "Normal" */
    bizStatus?: string;
    /** Default: -1 (no limit) within a region, 1024 between regions. */
    bandwidth?: number;
    linkType?: string;
    resourceGroupId?: string;
    tags?: Record<string, string>;
    /** Route entries of a VPC's route table that point to the connection. */
    routes?: string[];
}

export interface AlibabaVpc {
    vpcId: string;
    ipv4Cidrs?: string[];
    ipv6Cidrs?: string[];
}

export interface HuaweiProject {
    projectId: string;
    region: string;
    /** The account the project belongs to, where tokens and services name it. */
    domainId?: string;
    domainName?: string;
    endpointServices?: VpcepService[];
    principals?: Principal[];
}

export interface VpcepService {
    id: string;
    /** Default true, as the API. */
    approvalEnabled?: boolean;
    status?: string;
    /** The middle of its full name, `<region>.<name>.<id>`; without one `<region>.<id>`. */
    name?: string;
    description?: string;
    tags?: Record<string, string>;
    createdAt?: string;
    updatedAt?: string;
    /** Default, of a failed one: EndPoint.3022. */
    error?: VpcepError[];
    connections?: VpcepConnection[];
}

export interface VpcepError {
    errorCode: string;
    errorMessage: string;
}

export interface VpcepConnection {
    id: string;
    domainId: string;
    status: string;
    /** An integer beyond 2^53: text here, a JSON number on the wire. */
    markerId?: string;
    createdAt?: string;
    /** Until a decision changes it; default: as created. */
    updatedAt?: string;
    /** Huawei Cloud has it, Open Telekom Cloud's documents do not. */
    description?: string;
    /** Default, of a failed one: EndPoint.2022. */
    error?: VpcepError[];
}

/** What the documents do not say, one switch each; the first word is the default. */
export interface Undocumented {
    /** EC2 accept of a rejected connection. */
    ec2AcceptRejected: "accepts" | "unsuccessful";
    /** EC2: the decision that holds already, sent again. */
    ec2Repeat: "nothing" | "unsuccessful";
    /** EC2: an id the service does not have. */
    ec2UnknownEndpoint: "unsuccessful" | "wholeRequest";
    /** EC2: the documented filter `vpc-endpoint-id`, seen to fail (terraform-provider-aws PR #48442). */
    ec2EndpointIdFilter: "InvalidFilter" | "works";
    /** EC2: the documented filter `vpc-endpoint-owner`, the neighbour of the one that was seen to fail. */
    ec2OwnerFilter: "works" | "InvalidFilter";
    /** OpenSearch accept of a rejected connection. */
    openSearchAcceptRejected: "refuses" | "accepts";
    /** OpenSearch: whether DELETED stays listed. */
    openSearchDeleted: "vanishes" | "listed";
    /** Alibaba dry run: whether it looks at the status. */
    alibabaDryRunStatus: "ignored" | "checked";
    /** Alibaba removal, not forced, where routes point to the connection: terraform-provider-alicloud knows a refusal, the SDK's text says that the routes stay. */
    alibabaRemoveWithRoutes: "OperationDenied.RouteEntryExist" | "leavesRoutes";
    /** Alibaba: a decision or removal while BizStatus is FinancialLocked; a code for it is documented, which calls answer it is not. */
    alibabaFinancialLocked: "IncorrectBusinessStatus.VpcPeer" | "ignored";
    /** VPCEP receive of a rejected connection. */
    vpcepAcceptRejected: "accepts" | "refuses";
    /** VPCEP: the decision that holds already, sent again. */
    vpcepRepeat: "ok" | "Endpoint.2014";
    /** VPCEP: a decision while the service is not available; a code for it is documented, which calls answer it is not. */
    vpcepServiceUnavailable: "EndPoint.2004" | "ignored";
}

export const UNDOCUMENTED: Readonly<{ [K in keyof Undocumented]: readonly Undocumented[K][] }> = {
    ec2AcceptRejected: ["accepts", "unsuccessful"],
    ec2Repeat: ["nothing", "unsuccessful"],
    ec2UnknownEndpoint: ["unsuccessful", "wholeRequest"],
    ec2EndpointIdFilter: ["InvalidFilter", "works"],
    ec2OwnerFilter: ["works", "InvalidFilter"],
    openSearchAcceptRejected: ["refuses", "accepts"],
    openSearchDeleted: ["vanishes", "listed"],
    alibabaDryRunStatus: ["ignored", "checked"],
    alibabaRemoveWithRoutes: ["OperationDenied.RouteEntryExist", "leavesRoutes"],
    alibabaFinancialLocked: ["IncorrectBusinessStatus.VpcPeer", "ignored"],
    vpcepAcceptRejected: ["accepts", "refuses"],
    vpcepRepeat: ["ok", "Endpoint.2014"],
    vpcepServiceUnavailable: ["EndPoint.2004", "ignored"],
};

/** A connection on its way to other states. Kept beside the world's own fields. */
export interface Moving {
    /** States to come, each with its time in milliseconds of the simulated clock. */
    next?: { at: number; state: string }[];
    /** The state before the last decision, for stale reads. */
    before?: string;
    /** Counts changes of state; tells a test that something moved. */
    changedAt?: number;
}
