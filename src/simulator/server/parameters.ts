import { notSimulated, type Refusal } from "./message";

/** Parameters of a query and a form, found by name and by number without a walk through all of them. */
export class Parameters {
    private readonly values = new Map<string, string>();
    private readonly lists = new Map<string, Map<number, string>>();

    constructor(...sources: readonly URLSearchParams[]) {
        for (const [name, value] of sources.flatMap((source) => [...source])) {
            this.values.set(name, value);
            const [, base, number] = /^(.+)\.(\d+)$/.exec(name) ?? [];
            if (base !== undefined) {
                const list = this.lists.get(base) ?? new Map<number, string>();
                this.lists.set(base, list.set(Number(number), value));
            }
        }
    }

    /** Undefined where it is not sent. */
    get(name: string): string | undefined {
        return this.values.get(name);
    }

    /** `Name.1`, `Name.2`, …, in the order of their numbers. */
    list(name: string): string[] {
        return [...(this.lists.get(name) ?? [])].sort(([a], [b]) => a - b).map(([, value]) => value);
    }

    /** `Name`, or the list of `Name.N`. */
    oneOrMany(name: string): string[] {
        const one = this.get(name);
        return one === undefined ? this.list(name) : [one];
    }

    /** The numbers N for which `Name.N.…` is sent, in order. */
    numbers(name: string): number[] {
        const found = [...this.values.keys()].flatMap((key) =>
            key.startsWith(`${name}.`) ? [Number.parseInt(key.slice(name.length + 1), 10)] : [],
        );
        return [...new Set(found)].sort((a, b) => a - b);
    }

    /**
     * Refuses what is sent beyond the known names; `#` stands for a number.
     * A parameter that the simulator would ignore might change what the real cloud does.
     */
    allowOnly(known: readonly string[], call: string): void {
        const names = new Set(known);
        for (const name of this.values.keys()) {
            if (!names.has(name.replace(/\.\d+(?=\.|$)/g, ".#"))) {
                throw notSimulated(`parameter ${name} of ${call}`);
            }
        }
    }
}

/**
 * A boolean as clients write it: `true` (the AWS SDKs, botocore/serialize.py; the JavaScript SDK of Alibaba Cloud), `True`
 * (its Python SDK: str(value) in alibabacloud_openapi_util), `1` (XML Schema). Undefined for every other spelling.
 */
export function readBoolean(text: string): boolean | undefined {
    return /^(true|1)$/i.test(text) ? true : /^(false|0)$/i.test(text) ? false : undefined;
}

/** A boolean parameter, false where it is not sent; an unknown spelling is refused with the cloud's own words. */
export function flag(parameters: Parameters, name: string, refuse: (value: string) => Refusal): boolean {
    const text = parameters.get(name);
    const value = text === undefined ? false : readBoolean(text);
    if (value === undefined) {
        throw refuse(text ?? "");
    }
    return value;
}
