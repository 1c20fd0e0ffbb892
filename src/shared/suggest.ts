import { closest, distance } from "fastest-levenshtein";
import { oneLine } from "./problem";

/** `; did you mean maxCuts?` where one of the known words is close, else nothing. For the end of a sentence about a wrong word. */
export function didYouMean(word: string, known: readonly string[]): string {
    const nearest = known.length === 0 ? undefined : closest(word, known);
    return nearest !== undefined &&
        distance(word.toLowerCase(), nearest.toLowerCase()) <= Math.max(2, nearest.length / 3)
        ? `; did you mean ${nearest}?`
        : "";
}

/** A sentence for each name that is not among the known ones. A misspelled guard would let a stranger in. */
export function unknownNames(names: readonly string[], known: readonly string[], of: string): string[] {
    return names
        .filter((name) => !known.includes(name))
        .map((name) => {
            const hint = didYouMean(name, known);
            return `${oneLine(name, 60)} is not an argument of ${of}${hint === "" ? `; it has ${known.join(", ")}` : hint}`;
        });
}
