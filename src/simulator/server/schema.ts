/**
 * The checks that a world file is read with, and the types that follow from them. A field is written once, with its
 * check and its JSDoc; `Members` makes the TypeScript type of it. A field that nobody knows is refused: a misspelled one
 * would otherwise test nothing.
 *
 * Why no schema library: the simulator notes what is on its way beside a connection (`Moving`), which a world that is put
 * back carries, but which is no part of the file's type; and `World` in the .d.ts stays free of a library's types.
 */

/** Checks one value. `T` is the type of a value that passed. */
export interface Check<T> {
    /**
     * @param at The place in the file, `aws[0].endpointServices[1].serviceId`.
     * @throws Error, a sentence that names the place.
     */
    readonly check: (value: unknown, at: string) => void;
    /** Never there; carries the type. */
    readonly type?: T;
}

/** A field that may be left out. */
export interface Optional<T> extends Check<T> {
    readonly optional: true;
}

export type Fields = Readonly<Record<string, Check<unknown>>>;

type TypeOf<C> = C extends Check<infer T> ? T : never;
type OptionalKeys<F> = { [K in keyof F]: F[K] extends { optional: true } ? K : never }[keyof F];
type Flat<T> = { [K in keyof T]: T[K] };

/**
 * The members of an object with these fields, for `interface Peering extends Members<typeof PEERING> {}`: an interface,
 * because its name and the JSDoc of its fields stay in the .d.ts.
 */
export type Members<F> = Flat<
    { [K in keyof Needed<F>]: TypeOf<F[K]> } & { [K in keyof Pick<F, OptionalKeys<F>>]?: TypeOf<F[K]> }
>;
type Needed<F> = Pick<F, Exclude<keyof F, OptionalKeys<F>>>;

/** The fields of an object of type `T`: none is missing. */
export type FieldsOf<T> = Readonly<{
    [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? Optional<Exclude<T[K], undefined>> : Check<T[K]>;
}>;

/** What the simulator notes beside a connection that is on its way to other states. */
export interface Moving {
    /** States to come, each with its time in milliseconds of the simulated clock. */
    next?: { at: number; state: string }[];
    /** The state before the last decision, for stale reads. */
    before?: string;
    /** When the state last changed, in milliseconds of the simulated clock. */
    changedAt?: number;
}

/** The names of {@link Moving}. */
export const NOTED: readonly (keyof Moving)[] = ["next", "before", "changedAt"];

export function optional<T>(check: Check<T>): Optional<T> {
    return { ...check, optional: true };
}

/** Text that matches. */
export function textLike(format: RegExp): Check<string> {
    return {
        check(value, at) {
            if (typeof value !== "string" || !format.test(value)) {
                throw new Error(`${at} is missing or malformed`);
            }
        },
    };
}

/** Text that is not empty. */
export const text = textLike(/./);

/** Text that may be empty. */
export const anyText = checked<string>((value) => typeof value === "string", "text");
export const flag = checked<boolean>((value) => typeof value === "boolean", "true or false");
export const integer = checked<number>(Number.isInteger, "an integer");

/** Keys and values, both text. */
export const tags: Check<Record<string, string>> = {
    check(value, at) {
        for (const [key, tag] of Object.entries(object(value, at))) {
            anyText.check(tag, `${at}.${key}`);
        }
    },
};

export function list<T>(item: Check<T>): Check<T[]> {
    return {
        check(value, at) {
            if (!Array.isArray(value)) {
                throw new Error(`${at} must be a list`);
            }
            for (const [i, one] of value.entries()) {
                item.check(one, `${at}[${i}]`);
            }
        },
    };
}

/** An object with these fields and no others. */
export function record<T>(fields: FieldsOf<T>): Check<T> {
    return { check: (value, at) => checkMembers(value, at, fields, []) };
}

/** As `record`, of fields that are only known at run time. */
export function recordOf(fields: Fields): Check<Record<string, unknown>> {
    return { check: (value, at) => checkMembers(value, at, fields, []) };
}

/** A connection: an object with these fields, and what the simulator notes beside it. */
export function connection<T>(fields: FieldsOf<T>): Check<T> {
    return { check: (value, at) => checkMembers(value, at, fields, NOTED) };
}

/** The undocumented behaviours that are chosen, each by one of its words. */
export function choices(words: Readonly<Record<string, readonly string[]>>): Check<Record<string, string>> {
    return {
        check(value, at) {
            for (const [key, word] of Object.entries(object(value, at))) {
                const known = Object.hasOwn(words, key) ? words[key] : undefined;
                if (!known?.includes(word as string)) {
                    const must = known?.map((one) => `"${one}"`).join(" or ") ?? "left out: there is no such switch";
                    throw new Error(`${at}.${key} must be ${must}`);
                }
            }
        },
    };
}

function checkMembers(value: unknown, at: string, fields: Fields, besides: readonly string[]): void {
    const given = object(value, at);
    const inside = (key: string) => (at === "world" ? key : `${at}.${key}`);
    const strange = Object.keys(given).find((key) => !Object.hasOwn(fields, key) && !besides.includes(key));
    if (strange !== undefined) {
        throw new Error(`${inside(strange)} is not known; ${at} has ${Object.keys(fields).join(", ")}`);
    }
    for (const [key, field] of Object.entries(fields)) {
        if (given[key] !== undefined || !("optional" in field)) {
            field.check(given[key], inside(key));
        }
    }
}

function checked<T>(holds: (value: unknown) => boolean, what: string): Check<T> {
    return {
        check(value, at) {
            if (!holds(value)) {
                throw new Error(`${at} must be ${what}`);
            }
        },
    };
}

function object(value: unknown, at: string): Record<string, unknown> {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
        throw new Error(`${at} must be an object`);
    }
    return value as Record<string, unknown>;
}
