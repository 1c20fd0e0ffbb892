import type { World } from "../../src/simulator/index";
import { ACCOUNT, OTHER_ACCOUNT, REQUESTER } from "../support/accounts";
import type { KindRows } from "../support/kind-rows";

export const CORE_NETWORK = "core-network-0522de1b226a5d7b3";
export const ATTACHMENT = "attachment-03b7ea450134787da";

type CoreNetwork = NonNullable<NonNullable<World["aws"]>[number]["coreNetworks"]>[number];
type Attachment = NonNullable<CoreNetwork["attachments"]>[number];

/** The VPC of another account at the core network, in that state. Where its tags changed, it is to move from segment dev to prod. */
export function attachmentWorld(state: string, more: Partial<Attachment> = {}): World {
    const one: Attachment = {
        attachmentId: ATTACHMENT,
        state,
        ownerAccountId: REQUESTER,
        resourceArn: `arn:aws:ec2:us-east-1:${REQUESTER}:vpc/vpc-a7c4bbda`,
        edgeLocation: "us-east-1",
        segmentName: "dev",
        tags: { stage: "dev" },
        ...(state === "PENDING_TAG_ACCEPTANCE"
            ? { proposedSegmentChange: { name: "prod", tags: { stage: "prod" } } }
            : {}),
        ...more,
    };
    const network = { coreNetworkId: CORE_NETWORK, sharedWith: [REQUESTER], attachments: [one] };
    return { aws: [{ account: ACCOUNT, region: "eu-west-1", coreNetworks: [network] }] };
}

const one = { AttachmentId: ATTACHMENT, State: "PENDING_ATTACHMENT_ACCEPTANCE" };
const sent = JSON.stringify({ Attachment: one });

/** https://docs.aws.amazon.com/network-manager/latest/cloudwan/cloudwan-create-attachment.html, "Attachment states". */
export const rows: KindRows = {
    names: ["aws:cloudWanAttachment"],
    connection: { coreNetworkId: CORE_NETWORK, attachmentId: ATTACHMENT },
    resolved: { coreNetworkId: CORE_NETWORK, attachmentId: ATTACHMENT },
    world: (state) => ({ ...attachmentWorld(state), undocumented: { wanAcceptRejected: "accepts" } }),
    calls: {
        accept: "networkmanager:AcceptAttachment",
        reject: "networkmanager:RejectAttachment",
        remove: "networkmanager:DeleteAttachment",
    },
    states: {
        PENDING_ATTACHMENT_ACCEPTANCE: ["pending", "accept", "reject"],
        PENDING_TAG_ACCEPTANCE: ["pending", "accept", "reject"],
        CREATING: ["accepting", ">", ">"],
        PENDING_NETWORK_UPDATE: ["accepting", ">", ">"],
        UPDATING: ["accepting", ">", ">"],
        AVAILABLE: ["accepted", "=", "x"],
        REJECTED: ["rejected", "accept", "="],
        FAILED: ["failed", "!", "="],
        DELETING: ["removing", "!", ">"],
        // No word of the API's: one that is deleted is not listed.
        DELETED: ["absent", "!", "="],
    },
    requester: { asking: REQUESTER, other: OTHER_ACCOUNT },
    evidence: { told: { segment: "dev" }, other: { segment: "prod" } },
    answers: {
        list: JSON.stringify({ Attachments: [one] }),
        empty: '{"Attachments":[]}',
        unreadable: [
            '{"Attachments":null}',
            '{"Attachments":[{}]}',
            '{"Attachments":["x"]}',
            '{"Attachments":[],"NextToken":{}}',
        ],
        pages: {
            by: "token",
            page: (ns, NextToken) =>
                JSON.stringify({
                    Attachments: ns.map((n) => ({ AttachmentId: `attachment-${n.toString(16).padStart(17, "0")}` })),
                    NextToken,
                }),
        },
        scope: {
            asks: /core-networks/,
            found: JSON.stringify({ CoreNetworks: [{ CoreNetworkId: CORE_NETWORK }] }),
            admission: "unknown",
            others: ['{"CoreNetworks":null}', '{"CoreNetworks":[{}]}'],
        },
        sent: { accept: sent, reject: sent, remove: sent },
    },
};
