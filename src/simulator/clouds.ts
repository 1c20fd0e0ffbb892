import { alibaba } from "./alibaba/index";
import { aws } from "./aws/index";
import { azure } from "./azure/index";
import { huawei } from "./huawei/index";
import type { Fault as AnyFault } from "./server/faults";
import type { ChoicesOf, Cloud, EntryOf } from "./server/kind";
import { switchesOf, worldModel } from "./server/world";

export type { VpcPeerConnection } from "./alibaba/vpc-peering";
export type { EndpointService, TransitGatewayConnection, VpcEndpointConnection } from "./aws/endpoint-service";
export type { OpenSearchInboundConnection } from "./aws/opensearch";
export type { VpcepConnection, VpcepError, VpcepService } from "./huawei/vpcep-service";
export type { Principal } from "./server/principal";

/** The simulated clouds. Each has the list of its own kinds. */
export const CLOUDS = [aws, alibaba, huawei, azure] as const satisfies readonly Cloud<
    Exclude<keyof World, "undocumented">
>[];

type Known = (typeof CLOUDS)[number];

/**
 * What a simulated world holds. The file format of `simulate --world` and of `GET|PUT /_simulator/world`.
 * States are written as the clouds write them.
 */
export interface World {
    aws?: AwsRegion[];
    alibaba?: AlibabaAccount[];
    huawei?: HuaweiProject[];
    azure?: AzureSubscription[];
    /** Behaviours that no document settles; every test of a client should pass with each. */
    undocumented?: Partial<Undocumented>;
}

/** What AWS holds of an account in a Region. */
export interface AwsRegion extends EntryOf<typeof aws> {}

/** What Alibaba Cloud holds of an account. */
export interface AlibabaAccount extends EntryOf<typeof alibaba> {}

/** What Huawei Cloud or Open Telekom Cloud holds of a project. */
export interface HuaweiProject extends EntryOf<typeof huawei> {}

/** What Azure holds of a subscription. */
export interface AzureSubscription extends EntryOf<typeof azure> {}

/** What the documents do not say, one switch each; the first word is the default. */
export interface Undocumented extends ChoicesOf<Known> {}

/** The words of each switch, the default first. */
export const UNDOCUMENTED = switchesOf(CLOUDS) as Readonly<{ [K in keyof Undocumented]: readonly Undocumented[K][] }>;

/** What goes wrong, where, and how often. */
export interface Fault extends AnyFault<Known["name"]> {}

/** How a world of these clouds is read, filled in and moved through time. */
export const WORLD_MODEL = worldModel(CLOUDS);

/**
 * Checks a world and fills nothing in. A field that no cloud has is refused: a misspelled one would otherwise test nothing.
 *
 * @throws Error, a sentence that names the place: `aws[0].endpointServices[1].serviceId is missing or malformed`.
 */
export function readWorld(value: unknown): World {
    return WORLD_MODEL.read(value) as World;
}
