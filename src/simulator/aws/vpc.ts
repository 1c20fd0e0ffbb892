import { compact } from "../server/message";
import { list, type Members, optional, record, text } from "../server/schema";
import type { AwsAccount } from "./account";
import { itemsOf } from "./ec2-values";

const FIELDS = {
    vpcId: text,
    /** The account. Default: that of the entry. */
    ownerId: optional(text),
    /** Default: that of the entry. */
    region: optional(text),
    /** IPv4 CIDR blocks. */
    cidrs: optional(list(text)),
    ipv6Cidrs: optional(list(text)),
};
export interface PeeredVpc extends Members<typeof FIELDS> {}

/** A VPC of any account and Region. */
export const VPC = record<PeeredVpc>(FIELDS);

/** A side of a connection: a VPC whose account and Region are known. */
export interface Side extends PeeredVpc {
    ownerId: string;
    region: string;
}

export function sideOf(vpc: PeeredVpc, { account, region }: AwsAccount): Side {
    return { ownerId: account, region, ...vpc };
}

/** VpcPeeringConnectionVpcInfo of botocore's model, with CIDR blocks or without. */
export function vpcInfo({ ownerId, vpcId, region, cidrs = [], ipv6Cidrs }: Side, withCidrs: boolean): object {
    const blocks = {
        cidrBlock: cidrs[0],
        cidrBlockSet: itemsOf(cidrs.map((cidrBlock) => ({ cidrBlock }))),
        ipv6CidrBlockSet: itemsOf(ipv6Cidrs?.map((ipv6CidrBlock) => ({ ipv6CidrBlock }))),
    };
    return compact({ ownerId, vpcId, region, ...(withCidrs ? blocks : {}) });
}
