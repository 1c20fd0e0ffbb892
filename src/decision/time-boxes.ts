import type { AdmissionRule } from "./rules";

/**
 * When acceptances for a time began: by rule, then by moment, the ids of the connections. A box is kept as long as its rule stands,
 * also while the connection is rejected or not listed: what is over stays over.
 */
export type TimeBoxes = Readonly<Record<string, Readonly<Record<string, readonly string[]>> | string>>;

/** Reads and adds beginnings. Version 0.1.0 stored `{ id: moment }` without the rule; those hold for whichever rule matches. */
export class Beginnings {
    private readonly byRule = new Map<string, Map<string, string>>();
    private readonly ofAnyRule = new Map<string, string>();

    constructor(stored: TimeBoxes = {}) {
        for (const [name, boxes] of Object.entries(stored)) {
            if (typeof boxes === "string") {
                this.ofAnyRule.set(name, boxes);
                continue;
            }
            for (const [moment, ids] of Object.entries(boxes)) {
                for (const id of ids) {
                    this.set(name, id, moment);
                }
            }
        }
    }

    /** When the acceptance of a connection under a rule began, ISO 8601. */
    get(rule: string, id: string): string | undefined {
        return this.byRule.get(rule)?.get(id) ?? this.ofAnyRule.get(id);
    }

    set(rule: string, id: string, moment: string): void {
        const boxes = this.byRule.get(rule) ?? new Map<string, string>();
        this.byRule.set(rule, boxes.set(id, moment));
        this.ofAnyRule.delete(id);
    }

    /** What is stored: the boxes of rules that still accept for a duration. Sorted, so that the same boxes are the same text. */
    stored(rules: readonly AdmissionRule[]): TimeBoxes | undefined {
        const standing = new Set(rules.flatMap(({ name, until }) => (until && "after" in until ? [name] : [])));
        const boxes = [...this.byRule].filter(([name]) => standing.has(name));
        const old = standing.size === 0 ? [] : [...this.ofAnyRule];
        return boxes.length + old.length === 0
            ? undefined
            : Object.fromEntries([...boxes.map(([name, ids]) => [name, byMoment(ids)] as const), ...old].sort(byName));
    }
}

function byMoment(ids: ReadonlyMap<string, string>): Record<string, string[]> {
    const moments: Record<string, string[]> = {};
    for (const [id, moment] of [...ids].sort(byName)) {
        moments[moment] = [...(moments[moment] ?? []), id];
    }
    return moments;
}

function byName(a: readonly [string, unknown], b: readonly [string, unknown]): number {
    return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}
