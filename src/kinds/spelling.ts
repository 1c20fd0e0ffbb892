import type { ConnectionKind } from "./kind";

/** The one spelling of a field's value: ids, comparisons and listings use no other. */
export function spelled({ fields }: Pick<ConnectionKind, "fields">, name: string, value: string): string {
    return fields[name]?.canonical?.(value) ?? value;
}
