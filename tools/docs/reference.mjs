/** References made from types: the settings of docs/configuration.md, docs/world-file.md. */
import { code, codes, table } from "./markdown.mjs";

/** Settings of every cloud: stack config, argument of `Provider`, meaning, what holds without it. */
export function policies(types) {
    const { propertiesOf, typeOf, hasFields } = types;
    const options = propertiesOf(typeOf("src/program/provider.ts", "ProviderArgs")).filter(
        ({ type }) => !hasFields(type),
    );
    return table(
        ["stack config", "environment", "meaning", "default"],
        options.map(({ name, comment, default: fallback = "none" }) => [
            code(`connections:${name}`),
            code(`CONNECTIONS_${name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`),
            comment,
            wrapped(fallback),
        ]),
    );
}

/** The settings of one cloud after the other. */
export function settings(types, clouds) {
    const { propertiesOf, typeOf, hasFields } = types;
    const sections = propertiesOf(typeOf("src/program/provider.ts", "ProviderArgs")).filter(({ type }) =>
        hasFields(type),
    );
    return sections
        .map(({ name: cloud, type }) => {
            const { title, settings: declared } = clouds.find(({ name }) => name === cloud);
            const rows = propertiesOf(type).map(({ name, comment, default: fallback = "none" }) => {
                const { sameAs } = declared[name];
                const key = `connections:${cloud}${name.charAt(0).toUpperCase()}${name.slice(1)}`;
                return [
                    codes([key, ...(sameAs === undefined ? [] : [sameAs])]),
                    code(`${cloud}.${name}`),
                    comment,
                    wrapped(fallback),
                ];
            });
            return [`### ${title}`, "", table(["stack config", "`Provider`", "meaning", "else"], rows)].join("\n");
        })
        .join("\n\n");
}

/** The world file: one table for each type, the entries of the clouds first. */
export function world(types) {
    const { propertiesOf, typeOf } = types;
    const file = typeOf("src/simulator/clouds.ts", "World");
    const { undocumented: _, ...clouds } = Object.fromEntries(
        propertiesOf(file).map((property) => [property.name, property]),
    );
    const shown = new Set();
    return Object.values(clouds)
        .flatMap(({ name, type }) => entry(types, shown, `\`${name}[]\``, types.itemOf(type)))
        .join("\n");
}

function entry(types, shown, title, type) {
    const { propertiesOf, itemOf, hasFields, textOf } = types;
    if (shown.has(textOf(type))) {
        return [];
    }
    shown.add(textOf(type));
    const properties = propertiesOf(type);
    const inner = properties.filter((property) => hasFields(itemOf(property.type)));
    return [
        `## ${title}: ${textOf(type)}`,
        "",
        table(
            ["field", "", "type", "meaning"],
            properties.map((property) => [
                code(property.name),
                property.optional ? "" : "required",
                code(textOf(property.type)),
                property.comment,
            ]),
        ),
        "",
        ...inner.flatMap((property) =>
            entry(
                types,
                shown,
                code(`${property.name}${types.isList(property.type) ? "[]" : ""}`),
                itemOf(property.type),
            ),
        ),
    ];
}

/** The switches of a world, by name: what no document says. */
export function switches(types, words) {
    const { propertiesOf, typeOf } = types;
    const comments = Object.fromEntries(
        propertiesOf(typeOf("src/simulator/clouds.ts", "Undocumented")).map(({ name, comment }) => [name, comment]),
    );
    return (names) => names.map((name) => ({ name, words: words[name], comment: comments[name] }));
}

/** Names of environment variables and of settings as code, sentences as they are. */
function wrapped(text) {
    return text.replace(/(?<![`\w])([A-Z][A-Z0-9]+_[A-Z0-9_]+)(?!`)/g, "`$1`");
}
