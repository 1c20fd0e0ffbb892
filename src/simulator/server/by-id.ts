/** Where each id stands in a list. */
const places = new WeakMap<readonly object[], ReadonlyMap<string, number>>();

/**
 * Finds many by id without walking the list for each. Lists are live, tests change them in place: a place is believed only
 * where the id still stands, and on the first one that does not the places are noted anew, once for all ids of a call.
 */
export function findById<T extends object>(
    list: readonly T[] | undefined,
    ids: readonly string[],
    idOf: (item: T) => string,
): ReadonlyMap<string, T> {
    const found = new Map<string, T>();
    if (list === undefined) {
        return found;
    }
    let fresh = false;
    for (const id of ids) {
        let item = at(list, id, idOf);
        if (item === undefined && !fresh) {
            places.set(list, placesOf(list, idOf));
            fresh = true;
            item = at(list, id, idOf);
        }
        if (item !== undefined) {
            found.set(id, item);
        }
    }
    return found;
}

function at<T extends object>(list: readonly T[], id: string, idOf: (item: T) => string): T | undefined {
    const place = places.get(list)?.get(id);
    const item = place === undefined ? undefined : list[place];
    return item !== undefined && idOf(item) === id ? item : undefined;
}

/** Of an id that stands there twice, the first place counts. */
function placesOf<T>(list: readonly T[], idOf: (item: T) => string): ReadonlyMap<string, number> {
    const all = new Map<string, number>();
    list.forEach((item, place) => {
        const id = idOf(item);
        if (!all.has(id)) {
            all.set(id, place);
        }
    });
    return all;
}
