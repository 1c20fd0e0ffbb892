import type { ConnectionKindName } from "../../src/kinds";
import type { KindRows } from "./kind-rows";

declare global {
    interface ImportMeta {
        /** Vite's own: the modules of all files that match. */
        glob<T>(patterns: readonly string[], options: { readonly eager: true }): Readonly<Record<string, T>>;
    }
}

/** Every file of rows in this folder: whatever exports `rows`. */
const FILES = import.meta.glob<{ rows?: KindRows }>(["./*.ts", "!./*.test.ts", "!./all-rows.ts", "!./kind-rows.ts"], {
    eager: true,
});

/** The rows of each kind, by its name. */
export const ROWS: ReadonlyMap<ConnectionKindName, KindRows> = new Map(
    Object.values(FILES).flatMap(({ rows }) => (rows?.names ?? []).map((name) => [name, rows as KindRows] as const)),
);

/** The rows of a kind. */
export function rowsOf(name: ConnectionKindName): KindRows {
    const rows = ROWS.get(name);
    if (rows === undefined) {
        throw new Error(`there are no rows of ${name}`);
    }
    return rows;
}
