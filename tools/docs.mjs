/**
 * `npm run docs`: writes docs/kinds/, docs/kinds.md, the generated parts of other pages and the schema of the resource plugin from the kinds'
 * own data and from types.
 * `--check` only compares.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { overview, page, pageNames, permissions, shortOverview } from "./docs/kind-pages.mjs";
import { policies, settings, switches, world } from "./docs/reference.mjs";
import { readTypes } from "./docs/types.mjs";
import { schema } from "./schema.mjs";

const repository = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const require = createRequire(import.meta.url);
const built = (file) => require(path.join(repository, "dist", file));
const { kinds } = built("kinds/index.js");
const { CLOUDS } = built("simulator/clouds.js");

const types = readTypes(repository, [
    "src/index.ts",
    "src/kinds/index.ts",
    "src/program/provider.ts",
    "src/simulator/clouds.ts",
]);
const simulated = CLOUDS.flatMap((cloud) => cloud.kinds);
const describe = switches(types, built("simulator/clouds.js").UNDOCUMENTED);
const data = {
    kinds,
    pages: pageNames(repository, kinds),
    goal: built("decision/plan.js").goal,
    lifecyclesOf: built("kinds/lifecycle.js").lifecyclesOf,
    switchesOf: (name) => describe(Object.keys(simulated.find(({ names }) => names.includes(name)).undocumented)),
};

/** Parts of pages that are written by hand, by file and by the name in their marks. */
const PARTS = {
    "README.md": { kinds: () => shortOverview(data) },
    "docs/kinds.md": { kinds: () => overview(data), permissions: () => permissions(data) },
    "docs/configuration.md": {
        policies: () => policies(types),
        settings: () => settings(types, [...new Set(Object.values(kinds).map(({ cloud }) => cloud))]),
    },
    "docs/world-file.md": { world: () => world(types) },
};

const files = {
    ...Object.fromEntries(
        Object.entries(PARTS).map(([file, parts]) => [
            file,
            Object.entries(parts).reduce(
                (text, [name, make]) => replacePart(file, text, name, make()),
                readFileSync(path.join(repository, file), "utf8"),
            ),
        ]),
    ),
    ...Object.fromEntries(
        Object.values(kinds).map((kind) => [
            `docs/kinds/${data.pages[kind.name]}`,
            page(kind, { ...data, about: aboutOf(kind) }),
        ]),
    ),
    "src/plugin/schema.json": `${JSON.stringify(schema(), undefined, 4)}\n`,
};

const stale = Object.keys(files).filter((file) => read(file) !== files[file]);
const left = readdir("docs/kinds")
    .map((name) => `docs/kinds/${name}`)
    .filter((file) => files[file] === undefined);
if (process.argv.includes("--check")) {
    for (const file of [...stale, ...left]) {
        console.error(`${file} is not what the kinds' data says; run \`npm run docs\``);
    }
    const uncommented = types.uncommented("src/index.ts");
    for (const name of uncommented) {
        console.error(`${name} has no comment: editors and the API reference show those`);
    }
    process.exitCode = stale.length + left.length + uncommented.length === 0 ? 0 : 1;
} else {
    mkdirSync(path.join(repository, "docs/kinds"), { recursive: true });
    for (const file of stale) {
        writeFileSync(path.join(repository, file), files[file]);
    }
    for (const file of left) {
        rmSync(path.join(repository, file));
    }
}

/** What the comments of a connection's type say: of the type, and of its fields. */
function aboutOf({ name }) {
    const all = types.membersOf(types.typeOf("src/kinds/index.ts", "Connection"));
    const own = all.find((type) =>
        types.propertiesOf(type).some((field) => field.name === "kind" && types.wordsOf(field.type).includes(name)),
    );
    return { comment: types.commentOfType(own), fields: types.propertiesOf(own) };
}

function replacePart(file, text, name, content) {
    const [mark, end] = [`<!-- ${name}: made by \`npm run docs\` -->`, `<!-- end of ${name} -->`];
    const [before, rest] = text.split(mark);
    const after = rest?.split(end)[1];
    if (after === undefined) {
        throw new Error(`${file} needs ${mark} and ${end}`);
    }
    return `${before}${mark}\n${content}\n${end}${after}`;
}

function readdir(folder) {
    try {
        return readdirSync(path.join(repository, folder));
    } catch {
        return [];
    }
}

function read(file) {
    try {
        return readFileSync(path.join(repository, file), "utf8");
    } catch {
        return undefined;
    }
}
