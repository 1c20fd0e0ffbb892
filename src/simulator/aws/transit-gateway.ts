import { compact, Refusal } from "../server/message";
import type { Api } from "../server/protocol";
import { flag, list, type Members, optional, record, text } from "../server/schema";
import { type AwsAccount, regionsOf } from "./account";
import { type Ec2Call, ec2 } from "./ec2";
import { type Filters, itemsOf, matching, PAGED, pageOf } from "./ec2-values";

const GATEWAY = {
    /** `tgw-…` */
    transitGatewayId: text,
    /** Whether it accepts attachments by itself. Default false, as CreateTransitGateway. */
    autoAcceptSharedAttachments: optional(flag),
    /** Accounts that it is shared with, which see it too. */
    sharedWith: optional(list(text)),
    /** Default available. */
    state: optional(text),
};
export interface TransitGateway extends Members<typeof GATEWAY> {}

/** Part of an account in the world: attachments of several kinds arrive at a transit gateway. */
export const TRANSIT_GATEWAYS = {
    /** Transit gateways that the account owns in this region. */
    transitGateways: optional(list(record<TransitGateway>(GATEWAY))),
};
export interface WithTransitGateways extends Members<typeof TRANSIT_GATEWAYS> {}

/** A transit gateway, and the entry of its owner. */
interface Owned {
    readonly gateway: TransitGateway;
    readonly entry: AwsAccount;
}

/** The transit gateways of EC2. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeTransitGateways.html */
export const transitGateways: Api = ec2<WithTransitGateways>({
    ids: [],
    actions: { DescribeTransitGateways: { parameters: [...PAGED, "TransitGatewayIds.#"], run: describe } },
});

/** Filters that the API documents; those of options that are not simulated are refused. */
const FILTERS: Filters<Owned> = {
    "options.auto-accept-shared-attachments": ({ gateway }) => [setting(gateway)],
    "owner-id": ({ entry }) => [entry.account],
    state: ({ gateway }) => [gateway.state ?? "available"],
    "transit-gateway-id": ({ gateway }) => [gateway.transitGatewayId],
};

/** An account sees its own, and those that are shared with it. */
function describe(call: Ec2Call<WithTransitGateways>): object {
    const { state, caller, regionName, parameters } = call;
    const seen = regionsOf<WithTransitGateways>(state).flatMap((entry) =>
        (entry.region === regionName ? (entry.transitGateways ?? []) : [])
            .filter(({ sharedWith = [] }) => [entry.account, ...sharedWith].includes(caller.account))
            .map((gateway) => ({ gateway, entry })),
    );
    const ids = parameters.list("TransitGatewayIds");
    const gone = ids.find((id) => !seen.some(({ gateway }) => gateway.transitGatewayId === id));
    if (gone !== undefined) {
        throw new Refusal(400, "InvalidTransitGatewayID.NotFound", `Transit Gateway ${gone} does not exist`);
    }
    const wanted = seen.filter(({ gateway }) => ids.length === 0 || ids.includes(gateway.transitGatewayId));
    const { items, token } = pageOf(call, wanted.filter(matching<Owned>(parameters, FILTERS)));
    return { transitGatewaySet: itemsOf(items.map(shown)), ...token };
}

function shown({ gateway, entry }: Owned): object {
    const { transitGatewayId: id, state = "available" } = gateway;
    return compact({
        transitGatewayId: id,
        transitGatewayArn: `arn:aws:ec2:${entry.region}:${entry.account}:transit-gateway/${id}`,
        state,
        ownerId: entry.account,
        options: { autoAcceptSharedAttachments: setting(gateway) },
    });
}

function setting({ autoAcceptSharedAttachments = false }: TransitGateway): string {
    return autoAcceptSharedAttachments ? "enable" : "disable";
}
