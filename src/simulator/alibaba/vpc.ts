import { list, type Members, optional, record, text } from "../server/schema";

const FIELDS = { vpcId: text, ipv4Cidrs: optional(list(text)), ipv6Cidrs: optional(list(text)) };
export interface AlibabaVpc extends Members<typeof FIELDS> {}

/** A VPC that something in the world belongs to. */
export const VPC = record<AlibabaVpc>(FIELDS);

/** A VPC as the API writes it. */
export function vpcOf(info: AlibabaVpc | undefined): object {
    return { VpcId: info?.vpcId ?? "", Ipv4Cidrs: info?.ipv4Cidrs ?? [], Ipv6Cidrs: info?.ipv6Cidrs ?? [] };
}
