import type { Api } from "./protocol";
import type { Fields, FieldsOf } from "./schema";
import type { State } from "./state";
import type { Rate } from "./throttle";

/**
 * A kind of connection, as one cloud behaves about it. A kind is one file in the cloud's folder that exports one such
 * object, and one line in the list of its cloud (`aws/index.ts`). Everything else is assembled from the list: reading and
 * checking a world, its TypeScript type, `GET world`, the clock, the rates, the switches.
 *
 * How a kind's file looks, from top to bottom:
 *
 * ```ts
 * // 1. Its part of an entry of the world. A field's JSDoc documents the world file. Interfaces keep it in the .d.ts.
 * const PEERING = {
 *     // `pcx-…`
 *     peeringId: text,
 *     status: text,
 *     // When it was asked for, ISO 8601. Default: when the simulator got the world.
 *     createdAt: optional(text),
 * };
 * export interface Peering extends Members<typeof PEERING> {}
 *
 * const WORLD = {
 *     // Peerings that this account is asked to accept.
 *     peerings: optional(list(connection<Peering>(PEERING))),
 * };
 * export interface Part extends Members<typeof WORLD> {}
 *
 * // 2. What no document says: a name, and its words. The first is the default.
 * const UNDOCUMENTED = {
 *     // An accept of what is accepted.
 *     peeringRepeat: ["nothing", "refused"],
 * } as const;
 * export interface Switches extends Choices<typeof UNDOCUMENTED> {}
 *
 * // 3. The kind.
 * export const peering = kind<Part, Switches>({
 *     names: ["cloud:peering"],
 *     world: WORLD,
 *     connections: ({ peerings = [] }) => peerings,
 *     fillIn({ peerings = [] }, now) {
 *         for (const one of peerings) {
 *             one.createdAt ??= seconds(now);
 *         }
 *     },
 *     expire: () => {},
 *     undocumented: UNDOCUMENTED,
 *     rates: [{ action: /^ec2:AcceptPeering$/, burst: 50, perSecond: 5, source: "https://…" }],
 *     api: ec2<Part>({ ids: ["PeeringId"], actions: { AcceptPeering: { parameters: ["PeeringId"], run: accept } } }),
 * });
 *
 * // 4. Its handlers: functions of a call that change the world or throw a `Refusal`. `state.move` changes a state,
 * // `state.choice(UNDOCUMENTED, "peeringRepeat")` asks for a switch.
 * ```
 *
 * Signing, paging, filters and errors of a protocol are the cloud's, in its folder beside the kinds.
 */
export interface Kind<Part extends object = object, Switches extends object = object> {
    /** As programs name it, `aws:vpcEndpoint`. Two names: two clouds have the same API. */
    readonly names: readonly `${string}:${string}`[];
    /** What it adds to an entry of its cloud in a world file. */
    readonly world: FieldsOf<Part>;
    /** Its connections in an entry. Each has a `state` or a `status`, which `State.move` changes. */
    connections(entry: Part): object[];
    /** Fills in what a new world left out, such as creation times. */
    fillIn(entry: Part, now: number): void;
    /** Carries out what time alone brings, such as expiry. Called before each of its calls, and when the clock is moved. */
    expire(entry: Part, state: State): void;
    /** The words of each switch, the default first. */
    readonly undocumented: Words<Switches>;
    /** The published rates of its actions. Empty: none is published, or the cloud's own list has them. */
    readonly rates: readonly Rate[];
    /** Recognises its requests and answers them. Made by one of the cloud's protocols. */
    readonly api: Api;
}

/** The words that a world may choose, of each switch. */
export type Words<Switches> = { readonly [K in keyof Switches]: readonly Switches[K][] };

/** What a world chooses: one word of each switch. */
export type Choices<W> = { -readonly [K in keyof W]: W[K] extends readonly (infer Word)[] ? Word : never };

/** Declares a kind. */
export function kind<Part extends object, Switches extends object>(
    declared: Kind<Part, Switches>,
): Kind<Part, Switches> {
    return declared;
}

/** A cloud: its accounts, its kinds, and what belongs to no kind. */
export interface Cloud<
    Name extends string = string,
    Account extends object = object,
    Kinds extends readonly Kind[] = readonly Kind[],
> {
    /** The name of its list of entries in a world, and of its calls. */
    readonly name: Name;
    /** What an entry of the world has beside the parts of the kinds: whose it is, and where. */
    readonly account: FieldsOf<Account>;
    /** The list that a new kind is added to. */
    readonly kinds: Kinds;
    /** APIs of no kind, asked after those of the kinds: sign-in, and at last what answers an action that nobody knows. */
    readonly apis: readonly Api[];
    /** Published rates that hold for actions of every kind. */
    readonly rates: readonly Rate[];
    /** What programs, CLIs and SDKs read to talk to the simulator as the account of this entry. */
    environment(url: string, entry: Account): Record<string, string>;
}

type Intersection<U> = (U extends unknown ? (one: U) => void : never) extends (all: infer I) => void ? I : never;
type PartOf<K> = K extends Kind<infer Part> ? Part : never;
type SwitchesOf<K> = K extends Kind<object, infer Switches> ? Switches : never;

/** Declares a cloud; its kinds are inferred: `cloud<AwsAccount>()({ name: "aws", … })`. */
export function cloud<Account extends object>() {
    return <Name extends string, Kinds extends readonly Kind[]>(
        declared: Cloud<Name, Account, Kinds>,
    ): Cloud<Name, Account, Kinds> => declared;
}

/** An entry of a cloud in the world: the account's part and those of all kinds. */
export type EntryOf<C> =
    C extends Cloud<string, infer Account, infer Kinds> ? Account & Intersection<PartOf<Kinds[number]>> : never;

/** What a world chooses of the switches of these clouds. */
export type ChoicesOf<C extends Cloud> = Intersection<SwitchesOf<C["kinds"][number]>>;

/** The fields of a whole entry. */
export function fieldsOf({ account, kinds }: Cloud): Fields {
    return Object.assign({}, account, ...kinds.map(({ world }) => world));
}
