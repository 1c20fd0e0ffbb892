import { type Choices, kind } from "../server/kind";
import { compact, Refusal } from "../server/message";
import { shownState } from "../server/protocol";
import { list, type Members, optional } from "../server/schema";
import type { AwsAccount } from "./account";
import { type Ec2Call, ec2 } from "./ec2";
import { itemsOf, notPermitted } from "./ec2-values";
import { networkFunctionsOf } from "./network-function";
import * as gateways from "./transit-gateway";
import * as attachments from "./transit-gateway-attachments";
import { peeringAttachmentsOf } from "./transit-gateway-peers";

const WORLD = {
    /** Transit gateways of the account, each with its VPC attachments. */
    transitGateways: optional(list(gateways.TRANSIT_GATEWAY)),
};
export interface Part extends Members<typeof WORLD> {}

const UNDOCUMENTED = {
    ...attachments.ATTACHMENT_SWITCHES,
    /** EC2 transit gateway: the owner of the VPC decides its own request, which the owner of the transit gateway may. */
    ec2TgwRequesterDecides: ["OperationNotPermitted", "InvalidTransitGatewayAttachmentID.NotFound"],
} as const;
export interface Switches extends Choices<typeof UNDOCUMENTED> {}

type VpcAttachment = attachments.Attachment<gateways.TransitGatewayVpcAttachment>;

const VPC_ATTACHMENTS: attachments.Attachments<Part, VpcAttachment> = {
    all: gateways.vpcAttachmentsOf,
    shown,
    refusal({ id, gateway }, { caller, state }, verb) {
        if (gateway.ownerId === caller.account) {
            return undefined;
        }
        const code = state.choice(UNDOCUMENTED, "ec2TgwRequesterDecides");
        return code === "OperationNotPermitted"
            ? notPermitted(`User ${caller.account} cannot ${verb} ${id}`)
            : new Refusal(400, code, `Transit Gateway Attachment ${id} was deleted or does not exist.`);
    },
    attaches: "Vpc",
};

const { state, "transit-gateway-attachment-id": id, "transit-gateway-id": gatewayId } = gateways.ATTACHMENT_FILTERS;

/** VPC attachments of transit gateways. Rules: the API's pages; "VPC attachment lifecycle", Transit Gateways Guide. */
export const transitGatewayVpcAttachment = kind<Part, Switches>({
    names: ["aws:transitGatewayVpcAttachment"],
    world: WORLD,
    connections: ({ transitGateways = [] }) => transitGateways.flatMap(({ vpcAttachments = [] }) => vpcAttachments),
    fillIn(entry, now) {
        const { account, transitGateways = [] } = entry as Part & AwsAccount;
        for (const { vpcAttachments = [] } of transitGateways) {
            attachments.fillInAttachments(vpcAttachments, now, ({ vpcOwnerId = account }) => vpcOwnerId === account);
        }
    },
    expire: () => {},
    undocumented: UNDOCUMENTED,
    rates: [attachments.rateOf(VPC_ATTACHMENTS)],
    api: ec2<Part>({
        ids: ["TransitGatewayAttachmentId"],
        actions: {
            DescribeTransitGateways: gateways.describeGateways,
            DescribeTransitGatewayAttachments: attachments.listing(
                {
                    all: (call): attachments.Attachment[] => [
                        ...gateways.vpcAttachmentsOf(call),
                        ...peeringAttachmentsOf(call),
                        ...networkFunctionsOf(call),
                    ],
                    shown: gateways.shownAttachment,
                },
                "transitGatewayAttachments",
                gateways.ATTACHMENT_FILTERS,
            ),
            DescribeTransitGatewayVpcAttachments: attachments.listing(VPC_ATTACHMENTS, "transitGatewayVpcAttachments", {
                state,
                "transit-gateway-attachment-id": id,
                "transit-gateway-id": gatewayId,
                "vpc-id": ({ resource }) => [resource.id],
            }),
            ...attachments.actionsOn(VPC_ATTACHMENTS),
        },
    }),
});

/** TransitGatewayVpcAttachment of botocore's model, without options and tags. */
function shown({ one, id, gateway, resource }: VpcAttachment, call: Ec2Call): object {
    return compact({
        transitGatewayAttachmentId: id,
        transitGatewayId: gateway.id,
        vpcId: resource.id,
        vpcOwnerId: resource.ownerId,
        state: shownState(one, one.state, call.hooks.stale),
        subnetIds: itemsOf(one.subnetIds),
        creationTime: one.creationTime,
    });
}
