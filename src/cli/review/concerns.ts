import type { Row } from "./rows";

/** What a pipeline may stop for. */
export const CONCERNS = ["cut", "removal", "unguarded", "accept", "reject", "review", "held", "unknown"] as const;
export type Concern = (typeof CONCERNS)[number];

/** How many rows a pipeline's concern is about. */
export function concernedBy(concern: Concern, rows: readonly Row[]): number {
    return rows.filter(CONCERNED[concern]).length;
}

const CONCERNED: Readonly<Record<Concern, (row: Row) => boolean>> = {
    cut: ({ group }) => group === "cut",
    removal: ({ group, removes }) => group === "removal" || removes === true,
    unguarded: ({ group }) => group === "stranger",
    accept: ({ group }) => group === "stranger" || group === "accept",
    reject: ({ group }) => group === "reject",
    review: ({ group }) => group === "review",
    held: ({ group }) => group === "held",
    unknown: ({ group }) => group === "later",
};
