import { type Cloud, fieldsOf, type Kind } from "./kind";
import { choices, list, type Moving, optional, recordOf } from "./schema";
import type { AnyWorld, Switches, WorldModel } from "./state";

/** The world file of these clouds, assembled from their kinds. */
export function worldModel(clouds: readonly Cloud[]): WorldModel {
    const parts = clouds.flatMap(({ name, kinds }) => kinds.map((kind) => ({ cloud: name, kind })));
    const entries = (world: AnyWorld, cloud: string) => (world[cloud] ?? []) as AnyWorld[];
    const each = (world: AnyWorld, visit: (kind: Kind, entry: AnyWorld) => void) => {
        for (const { cloud, kind } of parts) {
            for (const entry of entries(world, cloud)) {
                visit(kind, entry);
            }
        }
    };
    const file = recordOf({
        ...Object.fromEntries(clouds.map((cloud) => [cloud.name, optional(list(recordOf(fieldsOf(cloud))))])),
        undocumented: optional(choices(switchesOf(clouds))),
    });
    return {
        read(value) {
            file.check(value, "world");
            return structuredClone(value) as AnyWorld;
        },
        fillIn: (world, now) => each(world, (kind, entry) => kind.fillIn(entry, now)),
        connectionsOf: (world) =>
            parts.flatMap(({ cloud, kind }) =>
                entries(world, cloud).flatMap((entry) => kind.connections(entry) as Moving[]),
            ),
        expire: (world, state, only) =>
            each(world, (kind, entry) => {
                if (only === undefined || kind === only) {
                    kind.expire(entry, state);
                }
            }),
    };
}

/** The switches of all kinds. */
export function switchesOf(clouds: readonly Cloud[]): Switches {
    return Object.assign({}, ...clouds.flatMap(({ kinds }) => kinds.map(({ undocumented }) => undocumented)));
}
