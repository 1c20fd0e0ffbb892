import { kinds } from "../kinds";
import type { ConnectionKind } from "../kinds/kind";
import { oneLine } from "../shared/problem";
import { didYouMean } from "../shared/suggest";

/** Where to look. Nothing chosen: every kind for which something is set up. */
export interface Choice {
    readonly kinds: readonly string[];
    /** `eu-west-1`, or `aws=eu-west-1` for one cloud only. */
    readonly regions: readonly string[];
    /** Ids of scopes, an endpoint service for example; nothing chosen: all of them. */
    readonly scopes: readonly string[];
    /** What whoever asks calls these three: flags of a command, arguments of a function. */
    readonly terms: Readonly<Record<"kind" | "region" | "scope", string>>;
}

/** The choice contradicts itself, or names what does not exist. */
export class ChoiceError extends Error {
    override readonly name = "ChoiceError";
}

/** One kind of connection in one region. */
export interface Place {
    /** `aws:vpcEndpoint in eu-west-1`. */
    readonly name: string;
    readonly kind: ConnectionKind;
    /** Undefined: the cloud's default, or a kind without regions. */
    readonly region: string | undefined;
    /** Asked for by name: that nothing is set up for it is then a failure. */
    readonly chosen: boolean;
}

/** The places of a choice. Throws a {@link ChoiceError} where the choice contradicts itself. */
export function placesOf(choice: Choice): Place[] {
    const candidates = choice.kinds.length === 0 ? Object.keys(kinds) : choice.kinds;
    const wanted = Object.values(kinds).filter(({ name }) => candidates.includes(name));
    const unknown = candidates.find((name) => !Object.hasOwn(kinds, name));
    if (unknown !== undefined) {
        throw new ChoiceError(kindProblem(unknown, choice));
    }
    const regions = choice.regions.map((text) => regionChoice(text, wanted, choice));
    return wanted
        .filter((kind) => choice.scopes.length === 0 || choice.scopes.some((id) => fitsScope(kind, id)))
        .flatMap((kind): Place[] => {
            const own = regions.filter(({ fits }) => fits.includes(kind));
            const named = choice.kinds.includes(kind.name);
            return own.length === 0
                ? [{ name: kind.name, kind, region: undefined, chosen: named }]
                : own.map(({ region, only }) => ({
                      name: placeName(kind, region),
                      kind,
                      region,
                      chosen: named || only,
                  }));
        });
}

/** Short where one kind is meant; thirteen names fill a narrow terminal. */
function kindProblem(name: string, { terms }: Choice): string {
    const names = Object.keys(kinds);
    const meant = didYouMean(name, names);
    return `${terms.kind} ${oneLine(name, 40)} is not ${meant === "" ? `one of ${names.join(", ")}` : `a kind of connection${meant}`}`;
}

export function placeName(kind: ConnectionKind, region: string | undefined): string {
    return region === undefined ? kind.name : `${kind.name} in ${region}`;
}

/** The region of a choice, without its cloud. */
export function regionOf(text: string): string {
    return text.slice(text.indexOf("=") + 1);
}

interface RegionChoice {
    readonly region: string;
    /** The kinds it is for. */
    readonly fits: readonly ConnectionKind[];
    /** For one cloud and no other. */
    readonly only: boolean;
}

function regionChoice(text: string, wanted: readonly ConnectionKind[], { terms }: Choice): RegionChoice {
    const region = regionOf(text);
    const cloud = text.includes("=") ? text.slice(0, text.indexOf("=")) : undefined;
    const withRegions = wanted.filter(({ fields }) => fields.region !== undefined);
    const clouds = [...new Set(withRegions.map((kind) => kind.cloud.name))];
    const shown = `${terms.region} ${oneLine(text, 60)}`;
    if (cloud !== undefined && !clouds.includes(cloud)) {
        throw new ChoiceError(
            clouds.length === 0
                ? `${shown}: the chosen kinds have no regions`
                : `${shown}: the cloud must be one of ${clouds.join(", ")}`,
        );
    }
    const fits = withRegions.filter(
        (kind) => (cloud === undefined || kind.cloud.name === cloud) && kind.fields.region?.format.test(region),
    );
    if (fits.length === 0) {
        const forms = [...new Set(withRegions.map((kind) => kind.fields.region?.describes))];
        throw new ChoiceError(
            forms.length === 0
                ? `${shown}: the chosen kinds have no regions`
                : `${shown} must be ${forms.join(", or ")}; with its cloud in front for one cloud only, such as ${clouds[0]}=REGION`,
        );
    }
    return { region, fits, only: new Set(fits.map((kind) => kind.cloud.name)).size === 1 };
}

/** Whether an id has the form of a scope of this kind. Kinds whose scope is the account have none to choose. */
function fitsScope(kind: ConnectionKind, id: string): boolean {
    return Object.entries(kind.fields).some(
        ([name, field]) => field.required && name !== kind.id && field.format.test(id),
    );
}
